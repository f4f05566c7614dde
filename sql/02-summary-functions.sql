-- Functions that fill the summary tables the way an Enstore site fills them.
--
-- Who runs it   Nobody at a site: the accounting server's own functions of these names do this
--               work there, and must not be replaced. The demo and the integration tests run it.
-- Where         The database of 01-schema.sql, on a primary; a standby cannot run the make_
--               functions at all, since they write.
-- Changes       Creates or replaces twelve functions in the schema public. No data is touched
--               until one of the make_ functions is called.
-- Undo          DROP FUNCTION make_daily_xfer_size(), make_daily_xfer_size(date),
--                 make_daily_xfer_size_by_mover(), make_daily_xfer_size_by_mover(date),
--                 make_monthly_xfer_size(), make_monthly_xfer_size(date),
--                 make_first_daily_xfer_size(), make_first_daily_size_by_mover(),
--                 make_first_monthly_xfer_size(),
--                 daily_size(date), daily_size_by_mover(date), monthly_size(date);
--
-- What they share, and what readers of the summaries must know:
--   * A day is a day of the wall clock in encp_xfer; "today" is current_date, so it depends on the
--     session's time zone.
--   * Only days strictly before today are made. The variants that take a date make every day
--     strictly before that date instead, today and later included when asked.
--   * Filling continues after the newest day there is. A day is made once: rows that arrive in
--     encp_xfer for a day already made never reach a summary. A day without transfers gets no row.
--   * All transfers count, those of null movers and of disk movers too.

-- Nothing below is for the generator of SQL classes, should it be given the whole folder.
-- [jooq ignore start]

-- ---------------------------------------------------------------------------------------------
-- One day or month, computed
-- ---------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION daily_size(of_day date)
RETURNS TABLE ("date" date, storage_group varchar,
               "read" bigint, "write" bigint, n_read bigint, n_write bigint)
LANGUAGE sql STABLE AS $body$
    SELECT of_day,
           x.storage_group,
           coalesce(sum(x."size") FILTER (WHERE x.rw = 'r'), 0)::bigint,
           coalesce(sum(x."size") FILTER (WHERE x.rw = 'w'), 0)::bigint,
           count(*) FILTER (WHERE x.rw = 'r'),
           count(*) FILTER (WHERE x.rw = 'w')
      FROM encp_xfer AS x
     WHERE x."date" >= of_day
       AND x."date" < of_day + 1
     GROUP BY x.storage_group
$body$;

-- rtrim takes a set of characters, not a suffix: every trailing '.', 'm', 'o', 'v', 'e' and 'r' of
-- the name goes, so LTO8_server.mover becomes LTO8_s, null4e.mover is added to null4.mover, and
-- mover.mover has no name left.
CREATE OR REPLACE FUNCTION daily_size_by_mover(of_day date)
RETURNS TABLE ("date" date, mover varchar, "read" bigint, "write" bigint)
LANGUAGE sql STABLE AS $body$
    SELECT of_day,
           rtrim(x.mover, '.mover')::varchar,
           coalesce(sum(x."size") FILTER (WHERE x.rw = 'r'), 0)::bigint,
           coalesce(sum(x."size") FILTER (WHERE x.rw = 'w'), 0)::bigint
      FROM encp_xfer AS x
     WHERE x."date" >= of_day
       AND x."date" < of_day + 1
     GROUP BY rtrim(x.mover, '.mover')
$body$;

CREATE OR REPLACE FUNCTION monthly_size(of_month date)
RETURNS TABLE ("date" date, storage_group varchar, "read" bigint, "write" bigint)
LANGUAGE sql STABLE AS $body$
    SELECT date_trunc('month', of_month::timestamp)::date,
           x.storage_group,
           coalesce(sum(x."size") FILTER (WHERE x.rw = 'r'), 0)::bigint,
           coalesce(sum(x."size") FILTER (WHERE x.rw = 'w'), 0)::bigint
      FROM encp_xfer AS x
     WHERE x."date" >= date_trunc('month', of_month::timestamp)
       AND x."date" < date_trunc('month', of_month::timestamp) + interval '1 month'
     GROUP BY x.storage_group
$body$;

-- ---------------------------------------------------------------------------------------------
-- The first day or month of an empty summary. NULL, and nothing made, when encp_xfer is empty or
-- its first transfer is of today (of this month).
-- ---------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION make_first_daily_xfer_size()
RETURNS date LANGUAGE plpgsql AS $body$
DECLARE
    oldest CONSTANT date := (SELECT min(x."date") FROM encp_xfer AS x);
BEGIN
    IF oldest IS NULL OR oldest = current_date THEN
        RETURN NULL;
    END IF;
    INSERT INTO xfer_by_day ("date", storage_group, "read", "write", n_read, n_write)
    SELECT s."date", s.storage_group, s."read", s."write", s.n_read, s.n_write
      FROM daily_size(oldest) AS s;
    RETURN oldest;
END
$body$;

CREATE OR REPLACE FUNCTION make_first_daily_size_by_mover()
RETURNS date LANGUAGE plpgsql AS $body$
DECLARE
    oldest CONSTANT date := (SELECT min(x."date") FROM encp_xfer AS x);
BEGIN
    IF oldest IS NULL OR oldest = current_date THEN
        RETURN NULL;
    END IF;
    INSERT INTO xfer_by_day_by_mover ("date", mover, "read", "write")
    SELECT s."date", s.mover, s."read", s."write"
      FROM daily_size_by_mover(oldest) AS s;
    RETURN oldest;
END
$body$;

CREATE OR REPLACE FUNCTION make_first_monthly_xfer_size()
RETURNS date LANGUAGE plpgsql AS $body$
DECLARE
    oldest CONSTANT date := (SELECT date_trunc('month', min(x."date")) FROM encp_xfer AS x);
BEGIN
    IF oldest IS NULL OR oldest = date_trunc('month', current_date::timestamp)::date THEN
        RETURN NULL;
    END IF;
    INSERT INTO xfer_by_month ("date", storage_group, "read", "write")
    SELECT s."date", s.storage_group, s."read", s."write"
      FROM monthly_size(oldest) AS s;
    RETURN oldest;
END
$body$;

-- ---------------------------------------------------------------------------------------------
-- Every missing day or month before a bound. The answer is the first day or month not made, or
-- NULL when there was nothing to start from.
-- ---------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION make_daily_xfer_size(before_day date)
RETURNS date LANGUAGE plpgsql AS $body$
DECLARE
    next_day date;
BEGIN
    next_day := 1 + coalesce((SELECT max(s."date") FROM xfer_by_day AS s),
                             make_first_daily_xfer_size());
    WHILE next_day < before_day LOOP
        INSERT INTO xfer_by_day ("date", storage_group, "read", "write", n_read, n_write)
        SELECT s."date", s.storage_group, s."read", s."write", s.n_read, s.n_write
          FROM daily_size(next_day) AS s;
        next_day := next_day + 1;
    END LOOP;
    RETURN next_day;
END
$body$;

CREATE OR REPLACE FUNCTION make_daily_xfer_size()
RETURNS date LANGUAGE sql AS $body$
    SELECT make_daily_xfer_size(current_date)
$body$;

CREATE OR REPLACE FUNCTION make_daily_xfer_size_by_mover(before_day date)
RETURNS date LANGUAGE plpgsql AS $body$
DECLARE
    next_day date;
BEGIN
    next_day := 1 + coalesce((SELECT max(s."date") FROM xfer_by_day_by_mover AS s),
                             make_first_daily_size_by_mover());
    WHILE next_day < before_day LOOP
        INSERT INTO xfer_by_day_by_mover ("date", mover, "read", "write")
        SELECT s."date", s.mover, s."read", s."write"
          FROM daily_size_by_mover(next_day) AS s;
        next_day := next_day + 1;
    END LOOP;
    RETURN next_day;
END
$body$;

CREATE OR REPLACE FUNCTION make_daily_xfer_size_by_mover()
RETURNS date LANGUAGE sql AS $body$
    SELECT make_daily_xfer_size_by_mover(current_date)
$body$;

CREATE OR REPLACE FUNCTION make_monthly_xfer_size(before_month_of date)
RETURNS date LANGUAGE plpgsql AS $body$
DECLARE
    bound CONSTANT date := date_trunc('month', before_month_of::timestamp)::date;
    next_month date;
BEGIN
    next_month := coalesce((SELECT max(s."date") FROM xfer_by_month AS s),
                           make_first_monthly_xfer_size()) + interval '1 month';
    WHILE next_month < bound LOOP
        INSERT INTO xfer_by_month ("date", storage_group, "read", "write")
        SELECT s."date", s.storage_group, s."read", s."write"
          FROM monthly_size(next_month) AS s;
        next_month := next_month + interval '1 month';
    END LOOP;
    RETURN next_month;
END
$body$;

CREATE OR REPLACE FUNCTION make_monthly_xfer_size()
RETURNS date LANGUAGE sql AS $body$
    SELECT make_monthly_xfer_size(current_date)
$body$;

-- [jooq ignore stop]
