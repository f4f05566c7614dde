# shellcheck shell=bash
# Makes this server a master: configuration, access, roles, archive, slots.
# The pieces that a standby shares are functions that copy.sh calls as well.

# shellcheck source=tls.sh
. "$KIT_DIR/lib/tls.sh"
# shellcheck source=monitor.sh
. "$KIT_DIR/lib/monitor.sh"
# shellcheck source=required.sh
. "$KIT_DIR/lib/required.sh"

help_master() {
  cat <<'TEXT'
enstore-replication master [--restart] [--without-backup]: make this server a master

  conf.d       adds include_dir = 'conf.d' to postgresql.conf and writes 1_replicate.conf,
               3_archive.conf and 4_tls.conf there; an archive_command that is already there,
               such as Enstore's own, is kept
  pg_hba.conf  adds one marked block: the nodes may replicate, with password and TLS
  roles        replication, verify and monitoring role with connection limits, marker table
  slots        one per standby on PostgreSQL 13 and later, with a cap on the WAL they keep

  --restart         restarts the server when a setting needs it; without it, you are told so
  --without-backup  go on although there is no backup younger than BACKUP_MAX_AGE_HOURS

Run it again after every change of the settings; what is right already is left alone.
Take back with: enstore-replication undo master
TEXT
}

CONF_D() { printf '%s/conf.d' "$CONFIG_DIR"; }

# The server that runs must be the one the settings describe.
require_local_server() {
  local role=$1 found
  sql_number sql_local postgres 'SHOW server_version_num' ||
    die "$EXIT_MISSING" "the server of $NODE does not answer on $SOCKET_DIR port $PORT: $(first_line "$SQL_ERROR")" "start it, or correct SOCKET_DIR, PORT, ADMIN_USER, RUN_AS"
  SERVER_VERSION=$SQL_OUT
  if ((SERVER_VERSION / 10000 != PG_MAJOR)); then
    die "$EXIT_REFUSED" "the server is PostgreSQL $((SERVER_VERSION / 10000)), the settings say PG_MAJOR=$PG_MAJOR" "correct PG_MAJOR; both nodes need the same"
  fi
  sql_local postgres "SELECT current_setting('data_directory')" || die "$EXIT_FAILED" "$SQL_ERROR"
  found=$(readlink -f -- "$SQL_OUT")
  if [[ $found != "$(readlink -f "$DATA_DIR")" ]]; then
    die "$EXIT_SETTINGS" "the server on port $PORT has its data in $found, the settings say $DATA_DIR" "correct $NODE.DATA_DIR"
  fi
  sql_local postgres "SELECT current_setting('config_file')" || die "$EXIT_FAILED" "$SQL_ERROR"
  found=$(readlink -f -- "$(dirname -- "$SQL_OUT")")
  if [[ $found != "$(readlink -f "$CONFIG_DIR")" ]]; then
    die "$EXIT_SETTINGS" "the server has its configuration in $found, the settings say $CONFIG_DIR" "correct $NODE.CONFIG_DIR"
  fi
  sql_local postgres 'SELECT pg_is_in_recovery()' || die "$EXIT_FAILED" "$SQL_ERROR"
  if [[ $role == master && $SQL_OUT == t ]]; then
    die "$EXIT_REFUSED" "$NODE is a standby, not a master" "run this on $MASTER; to make $NODE the master: enstore-replication switch-over take"
  fi
}

# True when a list of listen addresses lets other nodes reach this one.
listens() { [[ ",${1// /}," == *",*,"* || ",${1// /}," == *",0.0.0.0,"* || ",${1// /}," == *",$HOST,"* ]]; }

own_listen() {
  if [[ $HOST == 127.* || $HOST == localhost ]]; then printf '%s' "$HOST"; else printf 'localhost,%s' "$HOST"; fi
}

# The size of a WAL segment, as the files in pg_wal have it: right on a stopped server too.
own_segment_bytes() {
  local bytes
  # pg_wal may be a link, hence the slash.
  bytes=$(as_server find "$DATA_DIR/pg_wal/" -maxdepth 1 -type f -regex '.*/[0-9A-F]*' -printf '%s\n' 2>/dev/null | head -n 1)
  printf '%s' "${bytes:-16777216}"
}

# The lines of a standby's 1_replicate.conf on what its upstream asks it to have; a node that was promoted
# keeps them, since its clients had as much before.
required_lines() { read_file "$(CONF_D)/1_replicate.conf" | grep -E '^max_(connections|worker_processes|prepared_transactions|locks_per_transaction) = [0-9]+$'; }

# write_replicate STEP LISTEN-NOW WAL-LEVEL-NOW SENDERS-NOW SYNCHRONOUS-LINE REQUIRED-LINES
write_replicate() {
  local now=$2 senders=$MAX_WAL_SENDERS
  FILL=([NODE]=$NODE [PORT]=$PORT)
  # What listens wider already, for Enstore's own clients, is left so.
  if ! listens "$now" || read_file "$(CONF_D)/1_replicate.conf" | grep -q '^listen_addresses'; then
    FILL[LISTEN]="listen_addresses = '$(own_listen)'"
  fi
  FILL[WAL_LEVEL]=replica
  if [[ $3 == logical ]]; then FILL[WAL_LEVEL]=logical; fi
  if is_number "$4" && (($4 > senders)); then senders=$4; fi
  FILL[MAX_WAL_SENDERS]=$senders
  if ((PG_MAJOR < 13)); then
    FILL[WAL_KEEP]="wal_keep_segments = $((WAL_KEEP_MB * 1048576 / $(own_segment_bytes)))"
  else
    FILL[WAL_KEEP]="wal_keep_size = ${WAL_KEEP_MB}MB"
    if slots_wanted; then FILL[SLOT_CAP]="max_slot_wal_keep_size = ${SLOT_WAL_CAP_MB}MB"; fi
  fi
  FILL[SYNCHRONOUS]=$5
  FILL[REQUIRED]=$6
  render 1_replicate.conf.in | own_file "$1" "$(CONF_D)/1_replicate.conf" 0600
}

write_tls_conf() {
  if [[ $TLS == disable ]]; then return 0; fi
  tls_files
  FILL=([NODE]=$NODE [TLS_CERT]=$TLS_CERT [TLS_KEY]=$TLS_KEY [TLS_CA]=$TLS_CA)
  if ((PG_MAJOR >= 12)); then FILL[TLS_MINIMUM]="ssl_min_protocol_version = 'TLSv1.2'"; fi
  render 4_tls.conf.in | own_file "$1" "$(CONF_D)/4_tls.conf" 0600
}

kit_archive_command() {
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    printf 'pgbackrest --config=%s --stanza=%s archive-push "%%p"' "$PGBACKREST_CONFIG" "$PGBACKREST_STANZA"
  else
    printf '%s --settings %s --node %s archive "%%p" "%%f"' "$KIT_DIR/enstore-replication" "$SETTINGS_FILE" "$NODE"
  fi
}

write_archive_conf() {
  FILL=([NODE]=$NODE [ARCHIVE_COMMAND]=$(kit_archive_command) [ARCHIVE_TIMEOUT]=$ARCHIVE_TIMEOUT_SECONDS)
  render 3_archive.conf.in | own_file "$1" "$(CONF_D)/3_archive.conf" 0600
}

is_kit_command() { [[ $1 == *enstore-replication*archive* || $1 == *"pgbackrest --config=$PGBACKREST_CONFIG "* ]]; }

# Who archives: ARCHIVING becomes kit, kept or off. An archive that works is not taken over.
decide_archive() {
  local mode command library
  mode=$(setting_now archive_mode)
  command=$(setting_now archive_command)
  library=$(setting_now archive_library)
  [[ $command == '(disabled)' ]] && command=''
  if [[ -z $command && $mode != off ]]; then
    # pg_settings shows nothing while the server is off; the files tell.
    command=$(configured archive_command)
  fi
  case $ARCHIVE in
    off) ARCHIVING=off; return ;;
    kit) ARCHIVING=kit ;;
    keep) ARCHIVING=kept ;;
    auto) if [[ -z $command$library ]] || is_kit_command "$command"; then ARCHIVING=kit; else ARCHIVING=kept; fi ;;
  esac
  if [[ $ARCHIVING == kept ]]; then
    detail "kept: archive_command = '$command'"
    if [[ -n $library ]]; then detail "kept: archive_library = '$library'"; fi
    detail "$ARCHIVE_DIR has to be the folder that it fills; verify tells whether it does"
    if [[ $command == *pg_xlog_archive* ]]; then
      detail "this is Enstore's own: xz files, dropped there after 4 days, so keep a younger backup"
    fi
    if [[ $mode == off ]]; then
      warn "archive_mode is off, so the archive_command that is there never runs" "set archive_mode = on in postgresql.conf and restart, or ARCHIVE=kit"
    fi
  elif [[ -n $command$library ]] && ! is_kit_command "$command"; then
    warn "ARCHIVE=kit replaces the archive_command that is there: $command" "undo master brings it back"
  fi
}

ensure_archive_dir() {
  if [[ $ARCHIVING != kit || $BACKUP_TOOL == pgbackrest ]]; then return 0; fi
  ensure_dir "$ARCHIVE_DIR" 0700
  if ! dry && ! as_server test -w "$ARCHIVE_DIR"; then
    die "$EXIT_MISSING" "$RUN_AS cannot write to the archive folder $ARCHIVE_DIR" "mount it, or chown $RUN_AS $ARCHIVE_DIR"
  fi
}

# The nodes' addresses as pg_hba.conf writes them.
hba_address() {
  local host=$1
  if [[ $host == *:* ]]; then printf '%s/128' "$host"
  elif [[ $host =~ ^[0-9.]+$ ]]; then printf '%s/32' "$host"
  else printf '%s' "$host"; fi
}

write_hba() {
  local node address kind=hostssl
  if [[ $TLS == disable ]]; then kind=host; fi
  {
    for node in "${ALL_NODES[@]}"; do
      address=$(hba_address "$(node_host "$node")")
      printf '%-10s %-12s %-16s %-24s %s\n' "$kind" replication "$REPLICATION_USER" "$address" scram-sha-256
      printf '%-10s %-12s %-16s %-24s %s\n' "$kind" "$DATABASE" "$VERIFY_USER,$MONITOR_USER" "$address" scram-sha-256
      if [[ $TLS != disable ]]; then
        printf '%-10s %-12s %-16s %-24s %s\n' hostnossl "replication,$DATABASE" "$REPLICATION_USER,$VERIFY_USER,$MONITOR_USER" "$address" reject
      fi
    done | awk '!seen[$0]++'
    for address in ${MONITOR_ADDRESSES//,/ }; do
      printf '%-10s %-12s %-16s %-24s %s\n' "$kind" "$DATABASE" "$MONITOR_USER" "$address" scram-sha-256
    done
  } | put_block "$CONFIG_DIR/pg_hba.conf" first
  note "$1" "block $CONFIG_DIR/pg_hba.conf"
}

# Tells of lines outside our block that let a replication role in without a good password.
warn_weak_hba() {
  local line
  read_file "$CONFIG_DIR/pg_hba.conf" >"$WORK/whole"
  without_block "$WORK/whole" | awk '!/^[ \t]*#/ && $1 ~ /^host/ && $2 ~ /(^|,)replication(,|$)/' | while IFS= read -r line; do
    case $line in *trust* | *password* | *md5* | *ident*) printf '%s\n' "$line" ;; esac
  done >"$WORK/weak"
  while IFS= read -r line; do
    case $line in
      *127.0.0.1* | *::1*) ;;
      *) warn "pg_hba.conf still has the line: $line" "remove it when nobody needs it; the kit's own lines above it ask for a password and TLS" ;;
    esac
  done <"$WORK/weak"
}

add_include() {
  local conf=$CONFIG_DIR/postgresql.conf
  CHANGED=no
  if read_file "$conf" | without_block /dev/stdin | grep -Eq "^[[:space:]]*include_dir[[:space:]]*=?[[:space:]]*'?(conf\.d|$(CONF_D))/?'?"; then
    detail "$conf includes conf.d already"
  else
    echo "include_dir = 'conf.d'" | put_block "$conf" last
    note "$1" "block $conf"
  fi
  if [[ ! -d $(CONF_D) ]]; then
    if dry; then say "      would make the folder $(CONF_D)"; else as_server mkdir -m 0700 "$(CONF_D)" || die "$EXIT_MISSING" "$(CONF_D) cannot be made by $RUN_AS" "make it"; fi
  fi
}

# Stops when the server finds fault with what was written, before it is told to use it.
check_files() {
  if dry; then return 0; fi
  # What is wrong with a known setting is that it waits for a restart, which is looked at later.
  sql_local postgres "SELECT sourcefile || ' line ' || sourceline || ': ' || error FROM pg_file_settings f
    WHERE error IS NOT NULL AND NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = f.name)
    UNION ALL SELECT 'pg_hba.conf line ' || line_number || ': ' || error FROM pg_hba_file_rules WHERE error IS NOT NULL AND error NOT LIKE '%cannot match because SSL is disabled%'" ||
    die "$EXIT_FAILED" "$SQL_ERROR"
  if [[ -n $SQL_OUT ]]; then
    die "$EXIT_FAILED" "the server finds fault with its configuration: $SQL_OUT" "correct that line, or take the kit's part back with 'enstore-replication undo master'; nothing has been reloaded"
  fi
}

# Says which of the kit's lines another file or ALTER SYSTEM overrules.
check_applied() {
  local line
  sql_local postgres "SELECT f.name || '=' || f.setting || ' is overruled in ' || coalesce(g.sourcefile, 'the command line') || coalesce(' line ' || g.sourceline, '')
    FROM pg_file_settings f LEFT JOIN LATERAL (SELECT sourcefile, sourceline FROM pg_file_settings g WHERE g.name = f.name AND g.seqno > f.seqno ORDER BY seqno DESC LIMIT 1) g ON true
    WHERE f.sourcefile LIKE '%/conf.d/%' AND f.sourcefile ~ '/[1234]_(replicate|replica|archive|tls).conf' AND NOT f.applied AND f.error IS NULL" || return 0
  while IFS= read -r line; do
    [[ -n $line ]] && warn "$line" "remove it there (ALTER SYSTEM RESET for postgresql.auto.conf) and reload"
  done <<<"$SQL_OUT"
}

pending_restart() {
  sql_local postgres "SELECT string_agg(name, ', ' ORDER BY name) FROM pg_settings WHERE pending_restart" && [[ -n $SQL_OUT ]]
}

# The line that makes commits wait for a standby, once one streams; before that it would stop them all.
synchronous_line() {
  local node names=''
  SYNC_LINE=''
  if [[ $SYNCHRONOUS == off ]]; then return 0; fi
  for node in ${STANDBYS//,/ }; do
    setting_get APPLY_DELAY_SECONDS "$node"
    if [[ $(upstream_of "$node") == "$MASTER" && $SETTING == 0 ]]; then names+="${names:+, }$node"; fi
  done
  if [[ -z $names ]]; then
    warn "SYNCHRONOUS=$SYNCHRONOUS, but no standby without a delay is fed by $MASTER" "set SYNCHRONOUS=off"
    return 0
  fi
  sql_local postgres "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND application_name = ANY (string_to_array('$names', ', '))"
  if [[ $SQL_OUT == 0 ]] && ! read_file "$(CONF_D)/1_replicate.conf" | grep -q '^synchronous_standby_names'; then
    warn "synchronous replication is not switched on yet, since no standby streams: every commit would wait" "run 'enstore-replication copy' on the standby, then 'enstore-replication master' here again"
    return 0
  fi
  SYNC_LINE="synchronous_standby_names = 'ANY 1 ($names)'"$'\n'"synchronous_commit = $SYNCHRONOUS"
}

set_password() {
  local user=$1 word
  word=$(secret_of "$user")
  [[ -n $word ]] || die "$EXIT_MISSING" "$SECRETS_DIR/$user.password is missing" "enstore-replication secrets"
  # The password must not reach the server's log or its statement statistics.
  sql_local postgres "SET log_statement = 'none'; SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic'; SET pg_stat_statements.track_utility = off;
SET password_encryption = 'scram-sha-256';
ALTER ROLE \"$user\" PASSWORD '${word//\'/\'\'}';" || die "$EXIT_FAILED" "cannot set the password of $user: $(first_line "$SQL_ERROR")"
}

login_works() {
  if [[ $1 == "$REPLICATION_USER" ]]; then sql_walsender "$NODE" IDENTIFY_SYSTEM; else sql_remote "$NODE" "$1" "$DATABASE" 'SELECT 1'; fi
}

run_roles_sql() {
  psql_at "$SOCKET_DIR" "$PORT" "$DATABASE" -v replication_user="$REPLICATION_USER" -v replication_limit="$REPLICATION_CONNECTION_LIMIT" \
    -v verify_user="$VERIFY_USER" <"$KIT_DIR/templates/roles.sql" >"$WORK/roles" 2>&1 ||
    die "$EXIT_FAILED" "the roles cannot be made: $(sql_error_line "$WORK/roles")" "look at templates/roles.sql"
}

make_roles() {
  local user
  if dry; then
    say "      would create, where missing, the roles $REPLICATION_USER (at most $REPLICATION_CONNECTION_LIMIT connections), $VERIFY_USER, $MONITOR_USER and the table enstore_replication.marker in $DATABASE"
    return 0
  fi
  for user in $(secret_users); do
    sql_local postgres "SELECT rolsuper FROM pg_roles WHERE rolname = '$user'" || die "$EXIT_FAILED" "$SQL_ERROR"
    if [[ -z $SQL_OUT ]]; then note "$1" "role $user"; fi
    if [[ $SQL_OUT == t ]]; then warn "the role $user is a superuser" "give the kit a role of its own"; fi
  done
  sql_local "$DATABASE" 'SELECT 1' || die "$EXIT_MISSING" "no database $DATABASE on $NODE: $(first_line "$SQL_ERROR")" "correct DATABASE"
  sql_local "$DATABASE" "SELECT to_regnamespace('enstore_replication') IS NOT NULL"
  if [[ $SQL_OUT == f ]]; then note "$1" "schema enstore_replication"; fi
  run_roles_sql
  run_monitor_sql
  for user in $(secret_users); do
    if login_works "$user"; then
      detail "role $user is there and its password is right"
    else
      set_password "$user"
      detail "role $user has its password from $SECRETS_DIR/$user.password"
    fi
  done
}

make_slots() {
  local node name
  if ! slots_wanted; then
    if [[ $PG_MAJOR -lt 13 ]]; then detail "no slots: on PostgreSQL 12 a slot of a dead standby would fill this disk"; fi
    return 0
  fi
  if ((PG_MAJOR < 13)); then
    warn "SLOTS=on with PostgreSQL $PG_MAJOR: while a standby is away its slot keeps WAL without bound, until this disk is full and the master stops" "watch the free space of $DATA_DIR, or set SLOTS=auto; the archive covers a standby that falls behind"
  fi
  for node in ${STANDBYS//,/ }; do
    [[ $(upstream_of "$node") == "$MASTER" ]] || continue
    if dry; then say "      would make the slot $node, if missing"; continue; fi
    sql_local postgres "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$node'" || die "$EXIT_FAILED" "$SQL_ERROR"
    if [[ $SQL_OUT == 1 ]]; then detail "slot $node is there"; continue; fi
    sql_local postgres "SELECT pg_create_physical_replication_slot('$node', true)" ||
      die "$EXIT_FAILED" "cannot make the slot $node: $(first_line "$SQL_ERROR")" "look at max_replication_slots"
    note "$1" "slot $node"
    detail "made the slot $node"
  done
}

archive_counts() { sql_number sql_local postgres 'SELECT archived_count FROM pg_stat_archiver' && ((SQL_OUT > ARCHIVED_BEFORE)); }

try_archive() {
  if [[ $ARCHIVING == off ]] || dry; then return 0; fi
  if [[ $(setting_now archive_mode) == off ]]; then return 0; fi
  sql_number sql_local postgres 'SELECT archived_count FROM pg_stat_archiver' || return 0
  ARCHIVED_BEFORE=$SQL_OUT
  sql_local postgres "SELECT pg_create_restore_point('enstore-replication'); SELECT pg_switch_wal()" || return 0
  if wait_for "$WAIT_SECONDS" archive_counts; then
    sql_local postgres 'SELECT last_archived_wal FROM pg_stat_archiver'
    detail "archived $SQL_OUT"
    if [[ $BACKUP_TOOL == kit ]] && is_segment "$SQL_OUT" && [[ -z $(as_archive_reader "$SQL_OUT") ]]; then
      warn "the server archived $SQL_OUT, but it is not in $ARCHIVE_DIR" "set ARCHIVE_DIR to the folder that the archive_command fills"
    fi
  else
    sql_local postgres 'SELECT last_failed_wal FROM pg_stat_archiver'
    warn "nothing was archived within $WAIT_SECONDS s; the last failure was with ${SQL_OUT:-no file}" "the reason is in the server's log: $(server_log_file)"
  fi
}

as_archive_reader() { if [[ -x $ARCHIVE_DIR ]]; then archived_file "$ARCHIVE_DIR" "$1"; else as_server ls "$ARCHIVE_DIR" | grep -m 1 "^$1"; fi; }

require_recent_backup() {
  local newest
  if [[ $BACKUP_TOOL == pgbackrest ]]; then return 0; fi
  newest=$(find "$BACKUP_DIR/" -maxdepth 2 -name kit.info -mmin -$((BACKUP_MAX_AGE_HOURS * 60)) 2>/dev/null | head -n 1)
  if [[ -z $newest ]]; then
    die "$EXIT_REFUSED" "there is no backup in $BACKUP_DIR younger than $BACKUP_MAX_AGE_HOURS h" "run 'enstore-replication backup' first, or say --without-backup"
  fi
  detail "backup: $(basename "$(dirname "$newest")")"
}

command_master() {
  local restart=no backup=yes names
  while (($#)); do
    case $1 in
      --restart) restart=yes ;;
      --without-backup) backup=no ;;
      *) die_usage "master does not know $1" ;;
    esac
    shift
  done
  [[ $NODE == "$MASTER" ]] || die "$EXIT_REFUSED" "this is $NODE, but the settings say MASTER=$MASTER" "run it on $MASTER, or correct MASTER"
  need_client psql pg_isready
  need_server
  STEPS=9
  step "Looking at the server of $NODE"
  require_local_server master
  detail "PostgreSQL $((SERVER_VERSION / 10000)).$((SERVER_VERSION % 10000)), data in $DATA_DIR"
  require_tls
  names=$(missing_secrets)
  if [[ -n $names ]] && ! dry; then die "$EXIT_MISSING" "missing: $names" "enstore-replication secrets"; fi
  if [[ $backup == yes ]] && ! [[ -f $(CONF_D)/1_replicate.conf ]]; then
    if dry; then detail "would insist on a recent backup"; else require_recent_backup; fi
  fi
  take_lock
  step "Archive"
  decide_archive
  ensure_archive_dir
  step "Configuration in $(CONF_D)"
  local listen level senders
  listen=$(setting_now listen_addresses) level=$(setting_now wal_level) senders=$(setting_now max_wal_senders)
  synchronous_line
  add_include master
  write_replicate master "$listen" "$level" "$senders" "$SYNC_LINE" "$(required_lines)"
  write_tls_conf master
  if [[ $ARCHIVING == kit ]]; then write_archive_conf master; fi
  step "Access in pg_hba.conf"
  write_hba master
  warn_weak_hba
  step "Reload"
  check_files
  server_reload || die "$EXIT_FAILED" "the server did not take the reload" "look at its log"
  # The postmaster takes the signal in its own time; pending_restart tells once it has.
  if ! dry; then wait_for 5 reload_taken; fi
  step "Restart, when needed"
  if pending_restart; then
    names=$SQL_OUT
    if [[ $restart == yes ]]; then
      standbys_first
      detail "for: $names"
      server_restart || die "$EXIT_FAILED" "the server does not start" "look at the log above; 'enstore-replication undo master' takes the configuration back"
    else
      warn "these settings wait for a restart: $names" "at a quiet moment: enstore-replication master --restart"
    fi
  else
    detail "not needed"
  fi
  if ! dry; then check_applied; fi
  step "Roles"
  make_roles master
  step "Slots"
  make_slots master
  step "Trying the archive"
  try_archive
  if dry; then return 0; fi
  if ((WARNINGS == 0)); then say "$NODE is ready to be a master. Next: enstore-replication copy, on ${STANDBYS//,/ and on }."; fi
  finish
}

# Refuses a restart that would leave a standby with less than this server then has.
standbys_first() {
  local node
  for node in ${STANDBYS//,/ }; do
    if [[ $(upstream_of "$node") != "$NODE" ]]; then continue; fi
    if dry; then continue; fi
    if ! required_of "$node" has; then
      detail "$node does not say whether it has what $NODE needs of a standby"
      continue
    fi
    if ! server_offers_needs; then run_roles_sql; fi
    if ! required_short "$node" "$NODE"; then
      die "$EXIT_FAILED" "$NODE does not say what it needs of a standby: $(first_line "$SQL_ERROR")" "look at templates/roles.sql"
    elif [[ -n $SHORT ]]; then
      die "$EXIT_REFUSED" "not restarted: $node has less than $NODE would then have: $SHORT" "first $(required_advice "$node"); then this again"
    fi
  done
}

server_offers_needs() { sql_local "$DATABASE" "SELECT to_regprocedure('enstore_replication.standby_needs()') IS NOT NULL" && [[ $SQL_OUT == t ]]; }

reload_taken() {
  sql_local postgres "SELECT pg_conf_load_time() > now() - interval '20 seconds'" && [[ $SQL_OUT == t ]]
}
