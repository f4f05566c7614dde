-- Indexes that make detailed questions cheaper. The product works without them.
--
-- Who runs it   The owner of the tables (enstore) or a superuser, when panels finer than a day or
--               of single movers are in regular use and slow.
-- Where         The accounting database on the primary; they reach every standby by replication.
-- How           psql -d accounting -f 04-optional-indexes.sql
--               One statement at a time, outside a transaction: not with psql --single-transaction.
-- Changes       Adds indexes; no table, column or row is altered. Each is built while transfers go
--               on being recorded, but reads its whole table twice, takes disk space on the primary
--               and on every standby (see each), and is then kept up to date by every insert.
-- Undo          DROP INDEX CONCURRENTLY xfr_mover_date_idx;
--               DROP INDEX CONCURRENTLY xfr_date_mover_rw_size_idx;
--               DROP INDEX CONCURRENTLY xfer_by_day_by_mover_mover_date_idx;
--
-- A build that was interrupted leaves an invalid index behind, which costs and does not serve, and
-- which IF NOT EXISTS takes for the real one. This lists such; drop them as above and run again:
--   SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid;

-- Nothing below is for the generator of SQL classes, should it be given the whole folder.
-- [jooq ignore start]

-- One or a few movers over a time: without it the whole history of a mover is read, and all but the
-- wanted part of it thrown away. About 40 bytes for each row of encp_xfer.
CREATE INDEX CONCURRENTLY IF NOT EXISTS xfr_mover_date_idx
    ON encp_xfer (mover, "date");

-- All movers over a time, answered from the index alone wherever vacuum has been. About 50 bytes
-- for each row of encp_xfer: the largest of the three, and worth it only for minute-wise panels over
-- weeks.
CREATE INDEX CONCURRENTLY IF NOT EXISTS xfr_date_mover_rw_size_idx
    ON encp_xfer ("date") INCLUDE (mover, rw, "size");

-- One mover over all its days. Small: one entry per mover and day.
CREATE INDEX CONCURRENTLY IF NOT EXISTS xfer_by_day_by_mover_mover_date_idx
    ON xfer_by_day_by_mover (mover, "date");

-- [jooq ignore stop]
