-- The read-only role in the database drivestat, with the right that Enstore gives it.
--
-- Who runs it   A database superuser or the owner of the table with CREATEROLE. At an Enstore site
--               the role and this right are normally there; running this again does no harm.
-- Where         The database drivestat on its primary. A cluster of its own has roles of its own.
-- Changes       Creates the login role enstore_reader when the cluster lacks it, without a password,
--               and gives it SELECT on the table status.
-- Undo          REVOKE SELECT ON TABLE status FROM enstore_reader;
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

GRANT SELECT ON TABLE status TO enstore_reader;
