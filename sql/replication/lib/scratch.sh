# shellcheck shell=bash
# Restores the newest backup plus archive into a scratch cluster that nobody else can reach, up to
# exactly the position at which this standby was looked at, and compares table by table.
#
# The position  Replay on the standby is paused, one transaction per database takes its snapshot, and
#               replay goes on; that is over in about a second. The scratch cluster replays just the
#               records before that position, so both show the same rows, to the last one.
# The checksum  The sum of a 64-bit hash of each row's text: it does not depend on the rows' order.
# Tablespaces   All are unpacked below the scratch folder. The backup and the WAL name the folders in which
#               the live servers have them; replay into those would destroy live data, so nothing is
#               started that leads there, and no segment is replayed that makes a tablespace there.
# Names         Databases and tables may be called anything. They are numbered here, and their names are
#               neither part of a file's name nor of a command.

SCRATCH='' SCRATCH_SOCKET='' REPLAY_PAUSED=no PICTURE_PIDS=() PICTURE_NAMES=() PICTURE_TEXTS=()
SCRATCH_WAIT=7200

scratch_cleanup() {
  local pid
  if [[ $REPLAY_PAUSED == yes ]]; then sql_local postgres 'SELECT pg_wal_replay_resume()'; fi
  for pid in ${PICTURE_PIDS[@]+"${PICTURE_PIDS[@]}"}; do kill "$pid" 2>/dev/null; done
  if [[ -n $SCRATCH && -d $SCRATCH ]]; then
    as_server "$BIN_DIR/pg_ctl" -D "$SCRATCH/data" -m immediate -w stop >/dev/null 2>&1
    as_server rm -rf -- "$SCRATCH"
  fi
  if [[ -n $SCRATCH_SOCKET ]]; then as_server rm -rf -- "$SCRATCH_SOCKET"; fi
}

scratch_sql() {
  SQL_OUT=$(psql_at "$SCRATCH_SOCKET" 5432 postgres 2>"$WORK/sql_error" <<<"$1")
}

# Paused at its target, promoted for want of WAL, or dead: in each case there is no more to wait for.
scratch_arrived() {
  if scratch_sql 'SELECT CASE WHEN NOT pg_is_in_recovery() THEN true ELSE pg_is_wal_replay_paused() END'; then
    [[ $SQL_OUT == t ]]
  else
    ! as_server "$BIN_DIR/pg_ctl" -D "$SCRATCH/data" status >/dev/null 2>&1
  fi
}

# picture_script FLAG: what psql runs to count and sum every table of a database in one snapshot, a line
# each: count|sum|number of the database|table. The file FLAG is filled once the snapshot is taken.
# A row becomes text by its types' own functions, not by a cast, which a table's owner could have defined.
picture_script() {
  printf '%s\n' "SET statement_timeout = 0; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET standard_conforming_strings = on;" \
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;' "\\o $1" 'SELECT txid_current_snapshot();' '\o'
  cat <<SQL
SELECT format('SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.textin(pg_catalog.record_out(t.*)), 0::bigint)), 0), %L, %L FROM ONLY %I.%I AS t',
  :'number', $(in_one_line shown), nspname, relname)
FROM (SELECT c.oid, n.nspname, c.relname, CASE WHEN n.nspname = 'public' THEN format('%I', c.relname) ELSE format('%I.%I', n.nspname, c.relname) END AS shown
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema')) AS c
WHERE :'tables' = '' OR shown = ANY (regexp_split_to_array(:'tables', '[ ,]+'))
ORDER BY oid \\gexec
COMMIT;
SQL
}

# picture SOCKET PORT NUMBER OUT FLAG
picture() {
  picture_script "$5" | psql_at "$1" "$2" "${PICTURE_NAMES[$3]}" -v tables="$VERIFY_TABLES" -v number="$3" >"$4" 2>"$4.error"
}

pictures_begun() {
  local number
  for number in "${!PICTURE_NAMES[@]}"; do [[ -s $SCRATCH/flag.$number ]] || return 1; done
}

# The databases that can be read, in PICTURE_NAMES, and the same fit for a message in PICTURE_TEXTS.
picture_databases() {
  local line
  # A limit of -2 marks what an interrupted DROP DATABASE left.
  sql_local postgres "SELECT $(in_one_line datname) FROM pg_database WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2 ORDER BY 1" || return 1
  PICTURE_NAMES=() PICTURE_TEXTS=()
  while IFS= read -r line; do
    from_one_line "$line"
    PICTURE_NAMES+=("$TEXT")
    PICTURE_TEXTS+=("$line")
  done <<<"$SQL_OUT"
}

replay_stands() {
  local before=$REPLAY_AT
  sql_local postgres 'SELECT pg_last_wal_replay_lsn()' || return 1
  REPLAY_AT=$SQL_OUT
  [[ $before == "$REPLAY_AT" ]]
}

# The standby's tables at PICTURE_LSN, into WORK/standby.DATABASE.
picture_standby() {
  local number pid code=0
  picture_databases || return 1
  REPLAY_PAUSED=yes
  sql_local postgres 'SELECT pg_wal_replay_pause()' || return 1
  # The pause is obeyed between two records; two equal looks show that it was.
  REPLAY_AT=''
  wait_for 20 replay_stands || return 1
  for number in "${!PICTURE_NAMES[@]}"; do
    picture "$SOCKET_DIR" "$PORT" "$number" "$WORK/standby.$number" "$SCRATCH/flag.$number" &
    PICTURE_PIDS+=($!)
  done
  wait_for 30 pictures_begun || code=1
  replay_stands || code=1
  PICTURE_LSN=$REPLAY_AT
  sql_local postgres 'SELECT pg_wal_replay_resume()' && REPLAY_PAUSED=no
  for pid in "${PICTURE_PIDS[@]}"; do wait "$pid" || code=1; done
  PICTURE_PIDS=()
  return "$code"
}

segment_arrived() {
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    as_server pgbackrest --config="$PGBACKREST_CONFIG" --stanza="$PGBACKREST_STANZA" --log-level-console=off archive-get "$1" "$SCRATCH/probe" >/dev/null 2>&1
  else
    # Reads to the end: a pipe closed early would make the listing fail.
    list_archive "$ARCHIVE_DIR" | grep "^$1" >/dev/null
  fi
}

# Unpacks the newest backup into SCRATCH/data, and its tablespaces into SCRATCH/tablespaces.
unpack_backup() {
  local newest=$1 file oid
  as_server mkdir -m 0700 "$SCRATCH/tablespaces" || return 1
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    show_output as_server pgbackrest --config="$PGBACKREST_CONFIG" --stanza="$PGBACKREST_STANZA" --pg1-path="$SCRATCH/data" \
      --tablespace-map-all="$SCRATCH/tablespaces" --type=none --process-max="$PGBACKREST_PROCESSES" --log-level-console=error restore || return 1
  else
    as_server tar -xzf "$BACKUP_DIR/$newest/base.tar.gz" -C "$SCRATCH/data" &&
      as_server tar -xzf "$BACKUP_DIR/$newest/pg_wal.tar.gz" -C "$SCRATCH/data/pg_wal" || return 1
    while IFS= read -r file; do
      oid=${file%.tar.gz}
      as_server mkdir -m 0700 "$SCRATCH/tablespaces/$oid" &&
        as_server tar -xzf "$BACKUP_DIR/$newest/$file" -C "$SCRATCH/tablespaces/$oid" &&
        as_server ln -sfnT "$SCRATCH/tablespaces/$oid" "$SCRATCH/data/pg_tblspc/$oid" || return 1
    done < <(as_server ls -1 -- "$BACKUP_DIR/$newest" | grep -E '^[0-9]+\.tar\.gz$')
  fi
  # At its start the server would make the links anew from this map, to the folders of the live data.
  as_server rm -f -- "$SCRATCH/data/tablespace_map"
}

# True when no link in the scratch cluster leads out of its folder, to live data.
scratch_closed() {
  local link top
  top=$(readlink -f "$SCRATCH")
  while IFS= read -r -d '' link; do
    [[ $(as_server readlink -f -- "$link") == "$top"/* ]] || return 1
  done < <(as_server find "$SCRATCH/data" -type l -print0)
}

# scratch_tablespaces COMMAND...: adds the folders of the tablespaces that the server answers with to
# LIVE_FOLDERS, and the tablespaces that the scratch cluster has not got to SCRATCH_LACKS.
scratch_tablespaces() {
  local oid folder name
  "$@" "SELECT concat_ws(chr(10), oid, $(in_one_line "pg_tablespace_location(oid)"), $(in_one_line spcname::text)) FROM pg_tablespace WHERE pg_tablespace_location(oid) LIKE '/%'" || return 1
  while IFS= read -r oid && IFS= read -r folder && IFS= read -r name; do
    is_number "$oid" || return 1
    if ! as_server test -L "$SCRATCH/data/pg_tblspc/$oid" && [[ ", $SCRATCH_LACKS, " != *", $name, "* ]]; then SCRATCH_LACKS+="${SCRATCH_LACKS:+, }$name"; fi
    from_one_line "$folder"
    LIVE_FOLDERS+=("${TEXT##*$'\n'}")
  done <<<"$SQL_OUT"
}

# Sees to it that replay in the scratch cluster stays in its folder; otherwise says why not in
# SCRATCH_REASON. CREATE TABLESPACE is replayed into the folder that the WAL names, after emptying it.
scratch_isolate() {
  LIVE_FOLDERS=() SCRATCH_LACKS='' SCRATCH_REASON=''
  scratch_tablespaces sql_local postgres || { SCRATCH_REASON="$NODE does not tell its tablespaces: $(first_line "$SQL_ERROR")"; return 1; }
  if [[ $MASTER_UP == yes ]]; then
    scratch_tablespaces ask_master || { SCRATCH_REASON="$MASTER does not tell its tablespaces: $(first_line "$SQL_ERROR")"; return 1; }
  fi
  if [[ -n $SCRATCH_LACKS ]]; then
    SCRATCH_REASON="it is older than the tablespace $SCRATCH_LACKS, whose making would be replayed into the live data"
  elif ! scratch_closed; then
    SCRATCH_REASON="one of its tablespaces leads to live data"
  elif ((${#LIVE_FOLDERS[@]})); then
    # A folder's name as the WAL has it: the end of a text that a zero byte closes.
    printf '%s\n' "${LIVE_FOLDERS[@]}" | sed 's/[][\.*^$]/\\&/g; s/$/$/' | sort -u | as_server tee "$SCRATCH/outside" >/dev/null
    if as_server grep -rzqaf "$SCRATCH/outside" "$SCRATCH/data/pg_wal"; then SCRATCH_REASON=$SCRATCH_OUTWARD; fi
  fi
  [[ -z $SCRATCH_REASON ]]
}
SCRATCH_OUTWARD="the WAL after it makes a tablespace where live data are"

scratch_conf() {
  local newest=$1 command name
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    command="pgbackrest --config=$PGBACKREST_CONFIG --stanza=$PGBACKREST_STANZA --pg1-path=$SCRATCH/data --log-level-console=off archive-get %f \"%p\""
  else
    command="$KIT_DIR/enstore-replication --settings $SETTINGS_FILE --node $NODE restore \"%f\" \"%p\""
  fi
  if ((${#LIVE_FOLDERS[@]})); then
    command+=" && { grep -zqaf $SCRATCH/outside \"%p\"; test \$? = 1 || { : >$SCRATCH/outward; false; }; }"
  fi
  cat <<CONF
listen_addresses = ''
unix_socket_directories = '$SCRATCH_SOCKET'
port = 5432
archive_mode = off
hot_standby = on
fsync = off
shared_buffers = 64MB
logging_collector = off
lc_messages = 'C'
restore_command = '$command'
recovery_target_lsn = '$PICTURE_LSN'
recovery_target_inclusive = off
recovery_target_action = pause
recovery_target_timeline = latest
CONF
  # A hot standby needs at least the room for connections and locks that the original had.
  for name in max_connections max_worker_processes max_wal_senders max_prepared_transactions max_locks_per_transaction; do
    sql_number sql_local postgres "SHOW $name" && printf '%s = %s\n' "$name" "$SQL_OUT"
  done
}

verify_restore() {
  local newest='the newest' segment need free number line begun=$SECONDS tables rows different=''
  if [[ $HERE_STANDBY == no ]]; then
    if [[ $HERE_UP == yes ]]; then verdict OK restore "not from here: verify on a standby restores the newest backup"; fi
    return 0
  fi
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    # shellcheck source=/dev/null
    . "$KIT_DIR/lib/pgbackrest.sh"
    pgbackrest_newest && newest=$PGBACKREST_LABEL
  else
    newest=$(backups_newest_first | head -n 1)
    if [[ -z $newest ]]; then verdict FAIL restore "there is no base backup to restore" "enstore-replication backup"; return 0; fi
  fi
  if dry; then say "would restore the backup $newest below $SCRATCH_DIR and compare"; return 0; fi
  ensure_dir "$SCRATCH_DIR" 0700
  sql_number sql_local postgres 'SELECT (sum(pg_database_size(oid)) / 1048576)::bigint FROM pg_database' || { unseen restore "$NODE"; return 0; }
  need=$((SQL_OUT + 256)) free=$(free_mb "$SCRATCH_DIR")
  if ((free < need)); then
    verdict UNKNOWN restore "$SCRATCH_DIR has $free MB free, a restore needs $need MB" "set SCRATCH_DIR where there is room"
    return 0
  fi
  AT_EXIT+=(scratch_cleanup)
  SCRATCH=$(as_server mktemp -d "$SCRATCH_DIR/enstore-restore.XXXXXX") || { verdict UNKNOWN restore "$RUN_AS cannot write to $SCRATCH_DIR" "set SCRATCH_DIR"; return 0; }
  # A socket's path may have about 100 characters, so it stands apart.
  SCRATCH_SOCKET=$(as_server mktemp -d /tmp/er.XXXXXX) || { verdict UNKNOWN restore "$RUN_AS cannot write to /tmp"; return 0; }
  as_server mkdir -m 0700 "$SCRATCH/data"
  if ! picture_standby; then
    verdict UNKNOWN restore "the tables of $NODE could not be read in one snapshot: $(cat "$WORK"/standby.*.error "$WORK/sql_error" 2>/dev/null | head -n 1)" "run it again; a query that replay cancels needs a larger STANDBY_DELAY_SECONDS"
    return 0
  fi
  if [[ $MASTER_UP == yes && $MASTER_IN_RECOVERY == f ]]; then
    # Recovery stops at the first record behind the position, so there has to be one in the archive.
    ask_master "SET synchronous_commit = local; INSERT INTO enstore_replication.marker (token) VALUES ('restore-$NODE-$(date +%s)-$$');
SELECT pg_walfile_name(pg_current_wal_insert_lsn()); SELECT pg_switch_wal()" || { verdict UNKNOWN restore "$MASTER cannot end its WAL segment: $(first_line "$SQL_ERROR")" "enstore-replication master, on $MASTER"; return 0; }
    segment=$(first_line "$SQL_OUT")
    if ! wait_for "$WAIT_SECONDS" segment_arrived "$segment"; then
      verdict FAIL restore "$segment did not reach the archive within $WAIT_SECONDS s" "see archiver above"
      return 0
    fi
  fi
  if ! unpack_backup "$newest"; then
    verdict FAIL restore "the backup $newest cannot be unpacked" "run 'enstore-replication backup' now; see backup above and the space in $SCRATCH_DIR"
    return 0
  fi
  if ! scratch_isolate; then
    verdict UNKNOWN restore "the backup $newest is not restored for a look: $SCRATCH_REASON" "run 'enstore-replication backup' on $MASTER; nothing was started"
    return 0
  fi
  scratch_conf "$newest" | as_server tee "$SCRATCH/data/postgresql.conf" >/dev/null
  printf 'local all all trust\n' | as_server tee "$SCRATCH/data/pg_hba.conf" >/dev/null
  # shellcheck disable=SC2016 # expanded by the inner shell
  as_server bash -c ': >"$0/postgresql.auto.conf"; rm -f "$0/standby.signal" "$0/postmaster.pid"; touch "$0/recovery.signal"' "$SCRATCH/data"
  show_output as_server "$BIN_DIR/pg_ctl" -D "$SCRATCH/data" -o "-c config_file=$SCRATCH/data/postgresql.conf -c hba_file=$SCRATCH/data/pg_hba.conf" -l "$SCRATCH/log" -s -t 2 -w start >/dev/null
  wait_for "$SCRATCH_WAIT" scratch_arrived
  if as_server test -e "$SCRATCH/outward"; then
    verdict UNKNOWN restore "the backup $newest is not restored to the end: $SCRATCH_OUTWARD" "run 'enstore-replication backup' on $MASTER; that segment was not replayed"
    return 0
  fi
  if ! scratch_sql 'SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn()'; then
    verdict FAIL restore "the backup $newest does not restore: $(as_server grep -E 'FATAL|PANIC|ERROR' "$SCRATCH/log" | tail -n 1)" "see archive above; run 'enstore-replication backup' now: a new backup needs nothing before itself"
    return 0
  fi
  if [[ $SQL_OUT == f* ]]; then
    verdict FAIL restore "the backup $newest restores, but the archive ends before $PICTURE_LSN, where this standby is" "see archive and archiver above; run 'enstore-replication backup' now"
    return 0
  fi
  : >"$WORK/standby.all"
  : >"$WORK/scratch.all"
  for number in "${!PICTURE_NAMES[@]}"; do
    cat "$WORK/standby.$number" >>"$WORK/standby.all"
    if ! picture "$SCRATCH_SOCKET" 5432 "$number" "$WORK/scratch.$number" /dev/null; then
      verdict FAIL restore "database ${PICTURE_TEXTS[number]} of the restored backup cannot be read: $(head -n 1 "$WORK/scratch.$number.error")" "run 'enstore-replication backup' now"
      return 0
    fi
    cat "$WORK/scratch.$number" >>"$WORK/scratch.all"
  done
  while IFS= read -r line; do
    is_number "${line%%|*}" || continue
    different+="${PICTURE_TEXTS[${line%%|*}]}.${line#*|} "
  done < <(diff <(sort "$WORK/standby.all") <(sort "$WORK/scratch.all") | sed -n 's/^[<>] [^|]*|[^|]*|//p' | sort -u)
  tables=$(wc -l <"$WORK/standby.all")
  rows=$(awk -F'|' '{ n += $1 } END { printf "%d", n }' "$WORK/standby.all")
  if [[ -n $different ]]; then
    verdict FAIL restore "restored backup $newest and this standby differ at $PICTURE_LSN in: $different" "one of the two is damaged: compare with the master (count the rows there); 'enstore-replication rebuild' renews the standby, 'enstore-replication backup' the backup"
  elif ((tables == 0)); then
    verdict WARN restore "backup $newest restores, but there is no table to compare" "look at VERIFY_TABLES"
  else
    verdict OK restore "$newest plus archive, restored to $PICTURE_LSN: $tables tables, $rows rows, counts and checksums equal ($((SECONDS - begun)) s)"
  fi
}
