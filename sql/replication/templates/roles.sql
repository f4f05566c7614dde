-- The kit's three roles and the marker table.
--
-- Who runs it   enstore-replication master does, as superuser.
-- Where         The accounting database on the master. A standby takes all of it over.
-- Changes       Creates what is missing and sets connection limits; sets no password.
-- Undo          enstore-replication undo master
--
-- psql variables: replication_user, replication_limit, verify_user, monitor_user, monitor_limit.

SELECT format('CREATE ROLE %I LOGIN REPLICATION', :'replication_user')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'replication_user') \gexec
ALTER ROLE :"replication_user" LOGIN REPLICATION CONNECTION LIMIT :replication_limit;

-- Reads the state of replication, writes one table of its own, ends a WAL segment for the archive.
SELECT format('CREATE ROLE %I LOGIN', :'verify_user')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'verify_user') \gexec
ALTER ROLE :"verify_user" LOGIN CONNECTION LIMIT 4;
GRANT pg_read_all_stats TO :"verify_user";
GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO :"verify_user";

CREATE SCHEMA IF NOT EXISTS enstore_replication;
CREATE TABLE IF NOT EXISTS enstore_replication.marker (
    token      text PRIMARY KEY,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE enstore_replication.marker IS
    'One row per run of enstore-replication verify: written on the master, looked for on the standby.';
GRANT USAGE ON SCHEMA enstore_replication TO :"verify_user";
GRANT SELECT, INSERT, DELETE ON enstore_replication.marker TO :"verify_user";
