-- The read-only role, with the rights that Enstore gives it.
--
-- Who runs it   A database superuser or the owner of the tables with CREATEROLE. At an Enstore
--               site the role and these rights are normally there; running this again does no harm.
-- Where         The accounting database on the primary. A standby takes roles and rights over from
--               the primary and cannot be changed itself.
-- Changes       Creates the login role enstore_reader when it is missing, without a password, and
--               gives it SELECT on the tables below. It may connect, read, and nothing else.
-- Undo          REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM enstore_reader;
--               DROP ROLE enstore_reader;   -- fails while any right is left, in any database
--
-- A password, when pg_hba.conf asks for one, is set apart, so that it stays out of files and logs:
--   psql -c '\password enstore_reader'
--
-- Not among these rights, since Enstore does not give them: rate, quotas,
-- tape_library_slots_usage, drive_data, "time" and encp_xfer_by_day_view. What needs one of the
-- first four says so until 06-more-rights.sql has been run. The other two are of no use to this
-- product.

-- Nothing below is for the generator of SQL classes, should it be given the whole folder.
-- [jooq ignore start]

DO $body$
DECLARE
    readable CONSTANT text[] := ARRAY[
        'blanks',
        'drive_utilization',
        'encp_error',
        'encp_xfer',
        'encp_xfer_average_by_storage_group',
        'event',
        'mover',
        'old_bytes_per_day',
        'quota',
        'tape_mounts',
        'tape_mounts_tmp',
        'tmp_xfer_by_day',
        'write_protect_summary',
        'write_protect_summary_by_library',
        'xfer_by_day',
        'xfer_by_day_by_mover',
        'xfer_by_month',
        'xfer_count_by_day'
    ];
    table_name text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'enstore_reader') THEN
        CREATE ROLE enstore_reader LOGIN;
    END IF;
    FOREACH table_name IN ARRAY readable LOOP
        -- Tables out of use are missing at some sites and in the demo.
        IF to_regclass(format('public.%I', table_name)) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON TABLE public.%I TO enstore_reader', table_name);
        END IF;
    END LOOP;
END
$body$;

-- [jooq ignore stop]
