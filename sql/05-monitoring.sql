-- Lets the data source see how far a standby is behind its primary.
--
-- Who runs it:  a superuser, once, in any database of the cluster.
-- Where:        on the primary; the standbys receive it by replication.
-- What it does: makes enstore_reader a member of PostgreSQL's own role pg_monitor, which may see
--               the state of the WAL receiver and other statistics, and may change nothing.
--               Without it the data source works, but says that the replay lag is unknown.
-- Undo:         REVOKE pg_monitor FROM enstore_reader;

GRANT pg_monitor TO enstore_reader;
