-- The read-only role in the database enstoredb, with the rights that Enstore gives it on what this
-- product reads.
--
-- Who runs it   A database superuser or the owner of the tables with CREATEROLE. At an Enstore site
--               the role and these rights are normally there; running this again does no harm.
-- Where         The database enstoredb on its primary. A cluster of its own has roles of its own.
-- Changes       Creates the login role enstore_reader when the cluster lacks it, without a password,
--               and gives it SELECT on the tables and the view below.
-- Undo          REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM enstore_reader;
--               DROP ROLE enstore_reader;   -- fails while any right is left, in any database
--
-- The password is set apart, so that it stays out of files and logs:
--   psql -c '\password enstore_reader'
--
-- The replay lag of a standby of this cluster is seen after 05-monitoring.sql has been run on its
-- primary too.

DO $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'enstore_reader') THEN
        CREATE ROLE enstore_reader LOGIN;
    END IF;
END
$body$;

GRANT SELECT ON TABLE
    file,
    historic_tape_bytes,
    media_capacity,
    migration_history,
    quota,
    remaining_blanks,
    sg_count,
    state,
    state_type,
    volume
TO enstore_reader;
