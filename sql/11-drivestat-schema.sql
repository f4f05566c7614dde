-- The part of Enstore's database drivestat that this product reads.
--
-- Who runs it   Nobody at a site: an Enstore site already has it. The demo and the integration tests
--               create it, and the server's SQL classes are generated from this file at build time.
-- Where         An empty database on a primary, never a standby. At a site it is usually a cluster
--               of its own.
-- Changes       Creates a table, its indexes and a view in the schema public; an existing table is
--               left as it is, an existing view of that name is replaced.
-- Undo          Drop the database it was run in.
-- Loads on      PostgreSQL 12 to 18.
--
-- Names, types, nullability and index names are those of the database drivestat. mover_name came
-- late; an old site may lack it.

-- What a drive counted while a tape was mounted: one row for each dismount, written just before it.
-- None is written when the drive could not be read. -1 stands for a counter that could not be read.
-- logical_drive_name is the mover's log name, mover_name its key with the ending .mover. The mb_
-- counters are MiB: mb_user_ as the mover counted, mb_dev_ as the drive did. read_errors and
-- write_errors count errors that the drive corrected, and a sound drive has some. mount_count is
-- always 0. Current drives leave power_hrs, motion_hrs, cleaning_bit, track_retries and underrun at
-- 0 or NULL.
CREATE TABLE IF NOT EXISTS status (
    drive_sn           varchar(32),
    drive_vendor       varchar(32),
    product_type       varchar(32),
    host               varchar,
    logical_drive_name varchar(32),
    stat_type          varchar(32),
    "time"             timestamp without time zone,
    tape_volser        varchar,
    power_hrs          integer,
    motion_hrs         integer,
    cleaning_bit       integer,
    mb_user_read       integer,
    mb_user_write      integer,
    mb_dev_read        integer,
    mb_dev_write       integer,
    read_errors        integer,
    write_errors       integer,
    track_retries      integer,
    underrun           integer,
    mount_count        integer,
    wp                 integer DEFAULT 0,
    firmware_version   varchar(32),
    mover_name         varchar
);

CREATE INDEX IF NOT EXISTS status_drive_sn_idx ON status (drive_sn);
CREATE INDEX IF NOT EXISTS status_host_idx ON status (host);
CREATE INDEX IF NOT EXISTS status_logical_drive_name ON status (logical_drive_name);
CREATE INDEX IF NOT EXISTS status_mover_name_idx ON status (mover_name);
CREATE INDEX IF NOT EXISTS status_product_type_idx ON status (product_type);
CREATE INDEX IF NOT EXISTS status_stat_type_idx ON status (stat_type);
CREATE INDEX IF NOT EXISTS status_tape_volser_idx ON status (tape_volser);
CREATE INDEX IF NOT EXISTS status_time_idx ON status ("time");

-- Nothing below is for the generator of SQL classes.
-- [jooq ignore start]

-- Which drive each mover had when it last reported. Reads the whole table.
CREATE OR REPLACE VIEW drive_info AS
SELECT DISTINCT ON (s.logical_drive_name)
       s.logical_drive_name AS drive,
       s.host,
       s.product_type AS "type",
       s.drive_vendor AS vendor,
       s.drive_sn AS sn,
       s.firmware_version AS firmware
  FROM status AS s
 ORDER BY s.logical_drive_name, s."time" DESC;

-- [jooq ignore stop]
