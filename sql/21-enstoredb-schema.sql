-- The part of Enstore's database enstoredb, the catalogue of tapes and files, that this product
-- reads.
--
-- Who runs it   Nobody at a site: an Enstore site already has these tables. The demo and the
--               integration tests create them, and the server's SQL classes are generated from this
--               file at build time.
-- Where         An empty database on a primary, never a standby. At a site it is a cluster of its
--               own.
-- Changes       Creates sequences, tables, indexes and a view in the schema public; existing tables
--               are left as they are, an existing view of that name is replaced.
-- Undo          Drop the database it was run in.
-- Loads on      PostgreSQL 12 to 18.
--
-- Names, types, nullability and index names are those of enstoredb. Its foreign keys and triggers
-- are left out; the triggers keep the counters of volume and the time in file."update" up to date,
-- so whoever fills these tables fills those too. What stands for "never" in a timestamp is one
-- second before 1970 on the local clock, not NULL.

-- ---------------------------------------------------------------------------------------------
-- Tapes
-- ---------------------------------------------------------------------------------------------

CREATE SEQUENCE IF NOT EXISTS volume_seq;

-- The present state of every tape; there is no history of it. system_inhibit_0 is none, NOACCESS,
-- NOTALLOWED or DELETED; system_inhibit_1 is none, full, readonly, migrating, migrated and so on.
-- A blank tape has none for storage group, file family and wrapper. The label of a deleted tape
-- ends in .deleted. write_protected: u not known, y, n.
CREATE TABLE IF NOT EXISTS volume (
    id                integer   DEFAULT nextval('volume_seq') NOT NULL,
    label             varchar,
    block_size        integer   DEFAULT 0,
    capacity_bytes    bigint    DEFAULT 0,
    declared          timestamp without time zone,
    eod_cookie        varchar,
    first_access      timestamp without time zone,
    last_access       timestamp without time zone,
    library           varchar,
    media_type        varchar,
    non_del_files     integer   DEFAULT 0,
    remaining_bytes   bigint    DEFAULT 0,
    sum_mounts        integer   DEFAULT 0,
    sum_rd_access     integer   DEFAULT 0,
    sum_rd_err        integer   DEFAULT 0,
    sum_wr_access     integer   DEFAULT 0,
    sum_wr_err        integer   DEFAULT 0,
    system_inhibit_0  varchar,
    system_inhibit_1  varchar,
    si_time_0         timestamp without time zone,
    si_time_1         timestamp without time zone,
    user_inhibit_0    varchar,
    user_inhibit_1    varchar,
    storage_group     varchar,
    file_family       varchar,
    wrapper           varchar,
    "comment"         varchar,
    write_protected   char(1)   DEFAULT 'u',
    active_files      integer   DEFAULT 0,
    deleted_files     integer   DEFAULT 0,
    unknown_files     integer   DEFAULT 0,
    active_bytes      bigint    DEFAULT 0,
    deleted_bytes     bigint    DEFAULT 0,
    unknown_bytes     bigint    DEFAULT 0,
    modification_time timestamp without time zone,
    CONSTRAINT volume_pkey PRIMARY KEY (id),
    CONSTRAINT volume_label_key UNIQUE (label),
    CONSTRAINT volume_write_protected_check CHECK (write_protected IN ('u', 'y', 'n'))
);

CREATE INDEX IF NOT EXISTS volume_declared_idx ON volume (declared);
CREATE INDEX IF NOT EXISTS volume_eod_cookie_idx ON volume (eod_cookie);
CREATE INDEX IF NOT EXISTS volume_file_family_idx ON volume (file_family);
-- A second index on the label, as at every site.
CREATE INDEX IF NOT EXISTS volume_label_key_idx ON volume (label);
CREATE INDEX IF NOT EXISTS volume_last_access_idx ON volume (last_access);
CREATE INDEX IF NOT EXISTS volume_library_idx ON volume (library);
CREATE INDEX IF NOT EXISTS volume_media_type_idx ON volume (media_type);
CREATE INDEX IF NOT EXISTS volume_modification_time_idx ON volume (modification_time);
CREATE INDEX IF NOT EXISTS volume_remaining_bytes_idx ON volume (remaining_bytes);
CREATE INDEX IF NOT EXISTS volume_storage_group_idx ON volume (storage_group);
CREATE INDEX IF NOT EXISTS volume_system_inhibit_0_idx ON volume (system_inhibit_0);
CREATE INDEX IF NOT EXISTS volume_system_inhibit_1_idx ON volume (system_inhibit_1);
CREATE INDEX IF NOT EXISTS volume_user_inhibit_0_idx ON volume (user_inhibit_0);
CREATE INDEX IF NOT EXISTS volume_user_inhibit_1_idx ON volume (user_inhibit_1);
CREATE INDEX IF NOT EXISTS volume_wrapper_idx ON volume (wrapper);
CREATE INDEX IF NOT EXISTS volume_write_protected_idx ON volume (write_protected);

CREATE SEQUENCE IF NOT EXISTS state_type_seq;

-- What a change of state is about: system_inhibit_0, system_inhibit_1, user_inhibit_0,
-- user_inhibit_1, write_protect, other, modified, set_comment, new_library. The numbers differ from
-- site to site.
CREATE TABLE IF NOT EXISTS state_type (
    id   integer DEFAULT nextval('state_type_seq') NOT NULL,
    name varchar                                   NOT NULL,
    CONSTRAINT state_type_pkey PRIMARY KEY (id),
    CONSTRAINT state_type_name_key UNIQUE (name)
);

-- The history of the tapes' states: one row for each change. A recycled tape has the value RECYCLED
-- of the type other, a deleted one DELETED of system_inhibit_0.
CREATE TABLE IF NOT EXISTS state (
    "time"  timestamp without time zone DEFAULT now(),
    volume  integer                     NOT NULL,
    "type"  integer,
    "value" varchar
);

CREATE INDEX IF NOT EXISTS state_time_idx ON state ("time");
CREATE INDEX IF NOT EXISTS state_type_idx ON state ("type");
CREATE INDEX IF NOT EXISTS state_value_idx ON state ("value");
CREATE INDEX IF NOT EXISTS state_volume_idx ON state (volume);

-- How much a tape of a media type holds, in bytes. Newer media types are usually missing.
CREATE TABLE IF NOT EXISTS media_capacity (
    "type"   varchar NOT NULL,
    capacity bigint,
    CONSTRAINT media_capacity_pkey PRIMARY KEY ("type")
);

CREATE TABLE IF NOT EXISTS quota (
    library       varchar NOT NULL,
    storage_group varchar NOT NULL,
    requested     integer DEFAULT 0,
    authorized    integer DEFAULT 0,
    quota         integer DEFAULT 0,
    significance  char(1) DEFAULT 'y',
    CONSTRAINT quota_pkey PRIMARY KEY (library, storage_group)
);

CREATE INDEX IF NOT EXISTS quota_library_idx ON quota (library);
CREATE INDEX IF NOT EXISTS quota_storage_group_idx ON quota (storage_group);

-- How many tapes a storage group has been given in a library.
CREATE TABLE IF NOT EXISTS sg_count (
    library       varchar NOT NULL,
    storage_group varchar NOT NULL,
    count         integer,
    CONSTRAINT sg_count_pkey PRIMARY KEY (library, storage_group)
);

-- What was on tape in a month. "date" is the first day of the month, though the numbers are those
-- of its last evening.
CREATE TABLE IF NOT EXISTS historic_tape_bytes (
    "date"        timestamp without time zone NOT NULL,
    storage_group varchar                     NOT NULL,
    active_bytes  bigint,
    unknown_bytes bigint,
    deleted_bytes bigint,
    active_files  bigint,
    unknown_files bigint,
    deleted_files bigint,
    CONSTRAINT pk_historic_tape_bytes PRIMARY KEY ("date", storage_group)
);

-- Which tape was copied to which, and when that was completed.
CREATE TABLE IF NOT EXISTS migration_history (
    src         varchar                     NOT NULL,
    dst         varchar                     NOT NULL,
    "time"      timestamp without time zone DEFAULT now(),
    src_vol_id  integer DEFAULT -1          NOT NULL,
    dst_vol_id  integer DEFAULT -1          NOT NULL,
    closed_time timestamp without time zone,
    CONSTRAINT migration_history_pkey PRIMARY KEY (src_vol_id, dst_vol_id)
);

CREATE INDEX IF NOT EXISTS migration_history_dst_idx ON migration_history (dst);
CREATE INDEX IF NOT EXISTS migration_history_src_idx ON migration_history (src);

-- ---------------------------------------------------------------------------------------------
-- Files. Hundreds of millions of rows at a large site: no question may read all of them.
-- ---------------------------------------------------------------------------------------------

-- deleted: y, n, or u not known. bfid begins with four letters of the site's own choice, and the
-- time of writing in seconds since 1970 follows. A file written through a package has the
-- package's bfid as package_id; cache_status and archive_status with their times tell where it is.
CREATE TABLE IF NOT EXISTS file (
    bfid                       varchar NOT NULL,
    crc                        bigint  DEFAULT -1,
    deleted                    char(1) DEFAULT 'u',
    drive                      varchar,
    volume                     integer,
    location_cookie            varchar,
    pnfs_path                  varchar,
    pnfs_id                    varchar,
    sanity_size                bigint  DEFAULT -1,
    sanity_crc                 bigint  DEFAULT -1,
    "size"                     bigint  DEFAULT 0,
    uid                        integer DEFAULT -1,
    gid                        integer DEFAULT -1,
    "update"                   timestamp without time zone,
    package_id                 varchar(32),
    active_package_files_count integer,
    package_files_count        integer,
    cache_status               varchar(32),
    archive_status             varchar(32),
    cache_mod_time             timestamp without time zone,
    archive_mod_time           timestamp without time zone,
    cache_location             varchar,
    original_library           varchar,
    file_family_width          integer,
    CONSTRAINT file_pkey PRIMARY KEY (bfid)
);

CREATE INDEX IF NOT EXISTS archive_status_fk_idx ON file (archive_status);
CREATE INDEX IF NOT EXISTS cache_location_idx ON file (cache_location);
CREATE INDEX IF NOT EXISTS cache_status_fk_idx ON file (cache_status);
CREATE INDEX IF NOT EXISTS file_crc_idx ON file (crc);
CREATE INDEX IF NOT EXISTS file_deleted_idx ON file (deleted);
CREATE INDEX IF NOT EXISTS file_family_width_idx ON file (file_family_width);
CREATE INDEX IF NOT EXISTS file_location_cookie_idx ON file (location_cookie);
CREATE INDEX IF NOT EXISTS file_pnfs_id_idx ON file (pnfs_id);
CREATE INDEX IF NOT EXISTS file_pnfs_path_idx ON file (pnfs_path);
CREATE INDEX IF NOT EXISTS file_sanity_crc_idx ON file (sanity_crc);
CREATE INDEX IF NOT EXISTS file_sanity_size_idx ON file (sanity_size);
CREATE INDEX IF NOT EXISTS file_size_idx ON file ("size");
CREATE INDEX IF NOT EXISTS file_volume_idx ON file (volume);
CREATE INDEX IF NOT EXISTS original_library_idx ON file (original_library);
CREATE INDEX IF NOT EXISTS package_id_fk_idx ON file (package_id);

-- Nothing below is for the generator of SQL classes.
-- [jooq ignore start]

-- Blank tapes now, of every media type.
CREATE OR REPLACE VIEW remaining_blanks AS
SELECT v.media_type, count(*) AS blanks
  FROM volume AS v
 WHERE v.storage_group = 'none'
   AND v.file_family = 'none'
   AND v.wrapper = 'none'
 GROUP BY v.media_type;

-- [jooq ignore stop]
