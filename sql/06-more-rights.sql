-- The rights to read that Enstore does not give its reader, for the panels that need them.
--
-- Who runs it   The owner of the tables (enstore) or a superuser, when the live rate, the quotas over
--               time, the slots of the libraries or the slow files of drives are wanted.
-- Where         The accounting database on the primary; rights reach the standbys by replication.
-- Changes       Gives enstore_reader SELECT on the tables below. Those that a site lacks are passed
--               over.
-- Undo          REVOKE SELECT ON TABLE rate, quotas, tape_library_slots_usage, drive_data
--                 FROM enstore_reader;

DO $body$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY['rate', 'quotas', 'tape_library_slots_usage', 'drive_data']
    LOOP
        IF to_regclass(format('public.%I', table_name)) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON TABLE public.%I TO enstore_reader', table_name);
        END IF;
    END LOOP;
END
$body$;
