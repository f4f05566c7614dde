-- The monitoring role: sees the state of replication and reads no table.
--
-- Who runs it   enstore-replication monitor --run (enstore-replication master does so too), or a
--               superuser by hand with psql -v monitor_user=enstore_monitor -v monitor_limit=8.
-- Where         The master. A standby takes the role over and cannot be changed itself.
-- Changes       Creates the login role when it is missing, without a password.
-- Undo          REVOKE pg_read_all_stats FROM enstore_monitor; DROP ROLE enstore_monitor;
--
-- pg_read_all_stats is the one right needed: without it the positions and addresses in
-- pg_stat_replication and pg_stat_wal_receiver are shown as null to any role but the sender's own.
-- Open to everybody already, and so not granted here: pg_stat_archiver, pg_replication_slots,
-- pg_is_in_recovery(), pg_current_wal_lsn(), pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(),
-- pg_last_xact_replay_timestamp(), pg_wal_lsn_diff(), pg_control_checkpoint().

SELECT format('CREATE ROLE %I LOGIN', :'monitor_user')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'monitor_user') \gexec
ALTER ROLE :"monitor_user" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    CONNECTION LIMIT :monitor_limit;
GRANT pg_read_all_stats TO :"monitor_user";
