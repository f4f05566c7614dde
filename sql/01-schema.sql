-- The part of Enstore's accounting database that this product reads.
--
-- Who runs it   Nobody at a site: an Enstore site already has these tables. The demo and the
--               integration tests create them, and the server's SQL classes are generated from
--               this file at build time.
-- Where         An empty database on a primary, never a standby (a standby refuses all writes).
-- Changes       Creates tables and indexes in the schema public; existing ones are left as they are.
-- Undo          Drop the database it was run in.
-- Loads on      PostgreSQL 12 to 18. Old sites made some of these tables with a hidden oid column,
--               which PostgreSQL 12 no longer has; nothing here depends on it.
--
-- Names, types, nullability and index names are those of the accounting database, except for the
-- indexes on oid. Columns that came late, and that an old site may therefore lack:
--   encp_xfer.library, encp_error.library,
--   tape_mounts.storage_group, tape_mounts.reads, tape_mounts.writes.
-- The table drive_data is at some sites only. A site may also have wider text columns
-- (encp_xfer.encp_ip) and a real column called oid. Left out here are the tables out of use
-- (xfer_count_by_day, tmp_xfer_by_day, "time") and the view encp_xfer_by_day_view.

-- ---------------------------------------------------------------------------------------------
-- Transfers
-- ---------------------------------------------------------------------------------------------

-- One row per successful transfer of one file. "date" is the moment of completion, in whole
-- seconds of the wall clock of the accounting server's host. Rates are bytes per second, where 0
-- says that the measured time was zero and -1 that the value overflowed. There is no key.
CREATE TABLE IF NOT EXISTS encp_xfer (
    "date"          timestamp without time zone NOT NULL,
    node            varchar                     NOT NULL,
    pid             integer                     NOT NULL,
    username        varchar(32)                 NOT NULL,
    src             text                        NOT NULL,
    dst             text                        NOT NULL,
    "size"          bigint                      NOT NULL,
    rw              char(1)                     NOT NULL,
    overall_rate    bigint                      NOT NULL,
    network_rate    bigint                      NOT NULL,
    drive_rate      bigint                      NOT NULL,
    volume          varchar                     NOT NULL,
    mover           varchar(32)                 NOT NULL,
    drive_id        varchar(16)                 NOT NULL,
    drive_sn        varchar(16)                 NOT NULL,
    elapsed         double precision            NOT NULL,
    media_changer   varchar(32)                 NOT NULL,
    mover_interface varchar(32)                 NOT NULL,
    driver          varchar(16)                 NOT NULL,
    storage_group   varchar(16)                 NOT NULL,
    encp_ip         varchar(16)                 NOT NULL,
    encp_id         varchar(64)                 NOT NULL,
    disk_rate       bigint,
    transfer_rate   bigint,
    encp_version    varchar(48),
    file_family     varchar,
    wrapper         varchar,
    library         varchar
);

CREATE INDEX IF NOT EXISTS xfr_date_idx ON encp_xfer ("date");
CREATE INDEX IF NOT EXISTS xfr_mover_idx ON encp_xfer (mover);
CREATE INDEX IF NOT EXISTS xfr_storage_group_idx ON encp_xfer (storage_group);
CREATE INDEX IF NOT EXISTS xfr_volume_idx ON encp_xfer (volume);
CREATE INDEX IF NOT EXISTS xfr_node_idx ON encp_xfer (node);
CREATE INDEX IF NOT EXISTS xfr_pid_idx ON encp_xfer (pid);
CREATE INDEX IF NOT EXISTS xfr_user_idx ON encp_xfer (username);
CREATE INDEX IF NOT EXISTS xfr_media_changer_idx ON encp_xfer (media_changer);
CREATE INDEX IF NOT EXISTS xfr_file_family_idx ON encp_xfer (file_family);
CREATE INDEX IF NOT EXISTS xfr_wrapper_idx ON encp_xfer (wrapper);
CREATE INDEX IF NOT EXISTS encp_xfer_library_idx ON encp_xfer (library);
-- The name says encp_error; the table is encp_xfer all the same, as at every site.
CREATE INDEX IF NOT EXISTS encp_error_library_idx ON encp_xfer (library);

-- One row per failed transfer. "size" is -1 when it was not known.
CREATE TABLE IF NOT EXISTS encp_error (
    "date"        timestamp without time zone NOT NULL,
    node          varchar                     NOT NULL,
    pid           integer                     NOT NULL,
    username      varchar                     NOT NULL,
    encp_id       varchar,
    version       varchar                     NOT NULL,
    "type"        varchar                     NOT NULL,
    error         varchar                     NOT NULL,
    src           varchar,
    dst           varchar,
    "size"        bigint,
    storage_group varchar,
    file_family   varchar,
    wrapper       varchar,
    mover         varchar,
    drive_id      varchar,
    drive_sn      varchar,
    rw            char(1),
    volume        varchar,
    library       varchar
);

CREATE INDEX IF NOT EXISTS error_date_idx ON encp_error ("date");
CREATE INDEX IF NOT EXISTS error_file_family_idx ON encp_error (file_family);
CREATE INDEX IF NOT EXISTS error_storage_group_idx ON encp_error (storage_group);
CREATE INDEX IF NOT EXISTS error_volume_idx ON encp_error (volume);
CREATE INDEX IF NOT EXISTS error_wrapper_idx ON encp_error (wrapper);

-- Means over 20 minutes. Rates are MiB/s and sizes MiB here, unlike everywhere else.
CREATE TABLE IF NOT EXISTS encp_xfer_average_by_storage_group (
    unix_time            integer                     NOT NULL,
    "date"               timestamp without time zone NOT NULL,
    from_date            timestamp without time zone NOT NULL,
    to_date              timestamp without time zone NOT NULL,
    storage_group        varchar(16)                 NOT NULL,
    rw                   char(1)                     NOT NULL,
    avg_overall_rate     double precision,
    avg_network_rate     double precision,
    avg_disk_rate        double precision,
    avg_transfer_rate    double precision,
    avg_drive_rate       double precision,
    avg_size             double precision,
    stddev_overall_rate  double precision,
    stddev_network_rate  double precision,
    stddev_disk_rate     double precision,
    stddev_transfer_rate double precision,
    stddev_drive_rate    double precision,
    stddev_size          double precision,
    counter              integer
);

CREATE INDEX IF NOT EXISTS encp_xfer_average_by_storage_group_unix_time_index
    ON encp_xfer_average_by_storage_group (unix_time);
CREATE INDEX IF NOT EXISTS encp_xfer_average_by_storage_group_date_index
    ON encp_xfer_average_by_storage_group ("date");
CREATE INDEX IF NOT EXISTS encp_xfer_average_by_storage_group_from_date_index
    ON encp_xfer_average_by_storage_group (from_date);
CREATE INDEX IF NOT EXISTS encp_xfer_average_by_storage_group_to_date_index
    ON encp_xfer_average_by_storage_group (to_date);
CREATE INDEX IF NOT EXISTS encp_xfer_average_by_storage_group_storage_group_index
    ON encp_xfer_average_by_storage_group (storage_group);
CREATE INDEX IF NOT EXISTS encp_xfer_average_by_storage_group_rw_index
    ON encp_xfer_average_by_storage_group (rw);

-- ---------------------------------------------------------------------------------------------
-- Summaries of transfers. Bytes per local day or month; completed days only; never corrected.
-- ---------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS xfer_by_day (
    "date"        date    NOT NULL,
    storage_group varchar NOT NULL,
    "read"        bigint,
    "write"       bigint,
    n_read        bigint,
    n_write       bigint,
    CONSTRAINT xfer_by_date_pkey PRIMARY KEY ("date", storage_group)
);

-- The mover is named as 02-summary-functions.sql trims it, not as encp_xfer spells it.
CREATE TABLE IF NOT EXISTS xfer_by_day_by_mover (
    "date"  date    NOT NULL,
    mover   varchar NOT NULL,
    "read"  bigint,
    "write" bigint,
    CONSTRAINT xfer_by_day_by_mover_pkey PRIMARY KEY ("date", mover)
);

-- "date" is the first day of the month.
CREATE TABLE IF NOT EXISTS xfer_by_month (
    "date"        date    NOT NULL,
    storage_group varchar NOT NULL,
    "read"        bigint,
    "write"       bigint,
    CONSTRAINT xfer_by_month_pkey PRIMARY KEY ("date", storage_group)
);

-- Bytes per day from before there was a table of transfers. There is no key.
CREATE TABLE IF NOT EXISTS old_bytes_per_day (
    "date"  date,
    "read"  bigint,
    "write" bigint
);

-- ---------------------------------------------------------------------------------------------
-- Mounts and drives
-- ---------------------------------------------------------------------------------------------

-- One row for a mount and another for the dismount; finish stays NULL while it lasts, or for ever
-- when its message was lost. state: m M E mounting, mounted, failed; d D F the same dismounting.
-- "type" is the drive's product, logname the mover's log name.
CREATE TABLE IF NOT EXISTS tape_mounts (
    node          varchar                     NOT NULL,
    volume        varchar                     NOT NULL,
    "type"        varchar(32)                 NOT NULL,
    logname       varchar(16)                 NOT NULL,
    "start"       timestamp without time zone NOT NULL,
    finish        timestamp without time zone,
    state         char(1)                     NOT NULL,
    storage_group varchar,
    "reads"       integer,
    writes        integer
);

CREATE INDEX IF NOT EXISTS tape_mnts_node_idx ON tape_mounts (node);
CREATE INDEX IF NOT EXISTS tape_mnts_volume_idx ON tape_mounts (volume);
CREATE INDEX IF NOT EXISTS tape_mnts_start_idx ON tape_mounts ("start");
CREATE INDEX IF NOT EXISTS tape_mnts_type_idx ON tape_mounts ("type");
CREATE INDEX IF NOT EXISTS tape_mounts_logname_idx ON tape_mounts (logname);
CREATE INDEX IF NOT EXISTS tape_mounts_storage_group_idx ON tape_mounts (storage_group);

-- The mounts and dismounts that last at this moment, for the accounting server's own use. id is the
-- oid of the row in tape_mounts. Rows stay when a finish is never reported.
CREATE TABLE IF NOT EXISTS tape_mounts_tmp (
    volume varchar    NOT NULL,
    state  varchar(1) NOT NULL,
    id     bigint,
    CONSTRAINT tape_mounts_tmp_pkey PRIMARY KEY (volume, state)
);

-- Files that a drive moved more slowly than the mover's configuration allows. drive_id is the
-- mover's log name, not the drive's product. Movers send the two error counts in each other's
-- place.
CREATE TABLE IF NOT EXISTS drive_data (
    "date"            timestamp without time zone NOT NULL,
    drive_id          varchar(16)                 NOT NULL,
    drive_sn          varchar(16)                 NOT NULL,
    volume            varchar(16)                 NOT NULL,
    drive_rate        bigint                      NOT NULL,
    rw                char(1)                     NOT NULL,
    write_error_count bigint DEFAULT 0            NOT NULL,
    read_error_count  bigint DEFAULT 0            NOT NULL,
    bfid              varchar                     NOT NULL,
    file_size         bigint DEFAULT 0            NOT NULL
);

CREATE INDEX IF NOT EXISTS drive_data_date_idx ON drive_data ("date");
CREATE INDEX IF NOT EXISTS drive_data_drive_id_idx ON drive_data (drive_id);
CREATE INDEX IF NOT EXISTS drive_data_volume_idx ON drive_data (volume);
CREATE INDEX IF NOT EXISTS drive_data_bfid_idx ON drive_data (bfid);

-- Busy drives every 15 minutes. total repeats on every storage group's row: never sum it. An idle
-- library has no row.
CREATE TABLE IF NOT EXISTS drive_utilization (
    "time"        timestamp with time zone NOT NULL,
    "type"        varchar                  NOT NULL,
    total         integer,
    busy          integer,
    tape_library  varchar                  DEFAULT 'TBA' NOT NULL,
    storage_group varchar
);

CREATE INDEX IF NOT EXISTS drive_utilization_tape_library_idx ON drive_utilization (tape_library);
CREATE INDEX IF NOT EXISTS drive_utilization_time_idx ON drive_utilization ("time");
CREATE INDEX IF NOT EXISTS drive_utilization_type_idx ON drive_utilization ("type");

-- Bytes that the whole system moved in the last 15 seconds.
CREATE TABLE IF NOT EXISTS rate (
    "time"     timestamp with time zone NOT NULL,
    "read"     bigint,
    "write"    bigint,
    read_null  bigint,
    write_null bigint,
    CONSTRAINT rate_pkey PRIMARY KEY ("time")
);

-- The configuration of movers. Nothing current fills it: it may be empty, or years old.
CREATE TABLE IF NOT EXISTS mover (
    name                     varchar NOT NULL,
    max_rate                 double precision,
    max_buffer               bigint,
    check_written_file       integer,
    max_failures             integer,
    library                  varchar,
    host                     varchar,
    max_consecutive_failures integer,
    max_time_in_state        integer,
    device                   varchar,
    norestart                varchar,
    driver                   varchar,
    port                     integer,
    send_stats               integer,
    mc_device                varchar,
    compression              integer,
    statistics_path          varchar,
    mount_delay              integer,
    check_first_written_file integer,
    data_ip                  varchar,
    logname                  varchar,
    media_changer            varchar,
    hostip                   varchar,
    do_cleaning              varchar,
    update_interval          integer,
    syslog_entry             varchar,
    min_buffer               bigint,
    noupdown                 varchar,
    inq_ignore               varchar,
    dismount_delay           integer,
    max_dismount_delay       integer,
    max_in_state_cnt         integer,
    include_thread_name      varchar,
    CONSTRAINT mover_pkey PRIMARY KEY (name)
);

CREATE INDEX IF NOT EXISTS mover_logname_idx ON mover (logname);
CREATE INDEX IF NOT EXISTS mover_media_changer_idx ON mover (media_changer);

-- ---------------------------------------------------------------------------------------------
-- Tapes, slots and quotas
-- ---------------------------------------------------------------------------------------------

-- Blank tapes per media type at each inventory.
CREATE TABLE IF NOT EXISTS blanks (
    "date"     timestamp without time zone NOT NULL,
    media_type varchar                     NOT NULL,
    blanks     integer,
    -- The misspelling is the one in use.
    CONSTRAINT reamin_blanks_pkey PRIMARY KEY ("date", media_type)
);

CREATE INDEX IF NOT EXISTS blanks_date_idx ON blanks ("date");
CREATE INDEX IF NOT EXISTS blanks_media_type_idx ON blanks (media_type);

CREATE TABLE IF NOT EXISTS write_protect_summary (
    "date"  timestamp without time zone DEFAULT now() NOT NULL,
    total   integer,
    should  integer,
    not_yet integer,
    done    integer,
    CONSTRAINT write_protect_pkey PRIMARY KEY ("date")
);

CREATE TABLE IF NOT EXISTS write_protect_summary_by_library (
    "date"  timestamp without time zone DEFAULT now() NOT NULL,
    library varchar                                   NOT NULL,
    total   integer,
    should  integer,
    not_yet integer,
    done    integer,
    CONSTRAINT write_protect_summary_by_library_date_fkey
        FOREIGN KEY ("date") REFERENCES write_protect_summary ("date")
);

CREATE INDEX IF NOT EXISTS write_protect_summary_by_library_library_idx
    ON write_protect_summary_by_library (library);

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

-- The history of quotas, one row an hour.
CREATE TABLE IF NOT EXISTS quotas (
    "time"        timestamp with time zone DEFAULT now() NOT NULL,
    library       varchar                                NOT NULL,
    storage_group varchar                                NOT NULL,
    allocated     integer,
    blank         integer                                NOT NULL,
    written       integer                                NOT NULL,
    requested     integer,
    authorized    integer,
    quota         integer,
    CONSTRAINT quotas_pkey PRIMARY KEY ("time", library, storage_group)
);

CREATE TABLE IF NOT EXISTS tape_library_slots_usage (
    "time"       timestamp with time zone NOT NULL,
    tape_library varchar                  NOT NULL,
    location     varchar                  NOT NULL,
    media_type   varchar,
    total        integer,
    free         integer,
    used         integer,
    disabled     integer,
    CONSTRAINT tape_library_slots_usage_pkey PRIMARY KEY ("time", tape_library, location)
);

CREATE INDEX IF NOT EXISTS tape_library_slots_usage_location_idx
    ON tape_library_slots_usage (location);
CREATE INDEX IF NOT EXISTS tape_library_slots_usage_media_type_idx
    ON tape_library_slots_usage (media_type);
CREATE INDEX IF NOT EXISTS tape_library_slots_usage_tape_library_idx
    ON tape_library_slots_usage (tape_library);
CREATE INDEX IF NOT EXISTS tape_library_slots_usage_time_idx
    ON tape_library_slots_usage ("time");

-- ---------------------------------------------------------------------------------------------
-- Runs of scheduled jobs
-- ---------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS event (
    tag       varchar(48)                 NOT NULL,
    name      varchar(64)                 NOT NULL,
    node      varchar                     NOT NULL,
    username  varchar(32)                 NOT NULL,
    "start"   timestamp without time zone NOT NULL,
    finish    timestamp without time zone,
    status    integer,
    "comment" varchar(64),
    CONSTRAINT event_pkey PRIMARY KEY (tag)
);

CREATE INDEX IF NOT EXISTS event_name_idx ON event (name);
CREATE INDEX IF NOT EXISTS event_node_idx ON event (node);
CREATE INDEX IF NOT EXISTS event_start_idx ON event ("start");
