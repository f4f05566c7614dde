-- Lets the data source see how replication stands, and how far a standby is behind its primary.
--
-- Who runs it   A superuser, once, in any database of the cluster.
-- Where         The primary; the standbys receive it by replication.
-- Changes       Makes enstore_reader a member of PostgreSQL's own role pg_monitor, which may see the
--               state of the WAL receiver and other statistics, and may change nothing. Without it
--               the data source works, but says that the replay lag is unknown.
--               Creates the login role enstore_monitor when it is missing, without a password, and
--               gives it pg_read_all_stats and nothing else: it reads no table. It is only needed
--               where the data source's setting primaryHost names the primary, to see the positions
--               sent, the slots and the archive too.
-- Undo          REVOKE pg_monitor FROM enstore_reader;
--               REVOKE pg_read_all_stats FROM enstore_monitor; DROP ROLE enstore_monitor;
--
-- The password of enstore_monitor is set apart, so that it stays out of files and logs:
--   psql -c '\password enstore_monitor'
-- and pg_hba.conf of the primary needs a line for it, such as
--   hostssl  accounting  enstore_monitor  192.0.2.10/32  scram-sha-256

GRANT pg_monitor TO enstore_reader;

DO $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'enstore_monitor') THEN
        CREATE ROLE enstore_monitor LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
            CONNECTION LIMIT 8;
    END IF;
END
$body$;

GRANT pg_read_all_stats TO enstore_monitor;
