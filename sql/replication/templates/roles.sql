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
-- Whether the WAL that a standby needs is still here.
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO :"verify_user";

CREATE SCHEMA IF NOT EXISTS enstore_replication;
CREATE TABLE IF NOT EXISTS enstore_replication.marker (
    token      text PRIMARY KEY,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE enstore_replication.marker IS
    'One row per run of enstore-replication verify: written on the master, looked for on the standby.';
GRANT USAGE ON SCHEMA enstore_replication TO :"verify_user";
GRANT SELECT, INSERT, DELETE ON enstore_replication.marker TO :"verify_user";

-- What this server has, or will have after its next start, of the settings that a standby must have at
-- least as high. The view of the files is the superuser's; the function shows these five of it.
CREATE OR REPLACE FUNCTION enstore_replication.standby_needs() RETURNS TABLE (name text, value integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.name, greatest(s.setting::integer, coalesce(
        (SELECT f.setting FROM pg_file_settings f WHERE f.name = s.name AND f.setting ~ '^[0-9]{1,9}$' ORDER BY f.seqno DESC LIMIT 1),
        s.boot_val)::integer)
    FROM pg_settings s
    WHERE s.name IN ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')
$$;
REVOKE ALL ON FUNCTION enstore_replication.standby_needs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enstore_replication.standby_needs() TO :"verify_user";
