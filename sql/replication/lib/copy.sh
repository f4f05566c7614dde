# shellcheck shell=bash
# Makes this host a standby by base copy: the first time (copy) or again (rebuild).

# shellcheck source=master.sh
. "$KIT_DIR/lib/master.sh"
# shellcheck source=outside.sh
. "$KIT_DIR/lib/outside.sh"

help_copy() {
  cat <<'TEXT'
enstore-replication copy [--replace | --discard | --configure [--restart]]: make this host a standby

Copies the upstream (the master, or the node's UPSTREAM) with pg_basebackup -Fp -Xs -P into a folder
beside DATA_DIR, writes the standby's configuration in words its server version knows, whatever the
client's version is, puts it in place, starts it and waits until it streams.

  --replace   a DATA_DIR that holds a cluster is moved aside to DATA_DIR.before-<time> (undo copy
              brings it back); needs room for both
  --discard   it is deleted instead, once the copy is whole and in order
  --configure no copy: writes the configuration of the standby that is here, running or not, and with
              --restart restarts or starts it. Takes max_connections, max_worker_processes,
              max_wal_senders, max_prepared_transactions and max_locks_per_transaction from the upstream,
              those that wait there for a restart too: a standby has to have as much before its master

Links stay: where DATA_DIR is one, the folder behind it is replaced; pg_wal and tablespaces stay in the
folders that this host's links name, the former files in a folder enstore-replication.before-<time>
inside. A new tablespace comes to the same path as on the upstream.

What can be foreseen is looked at before the server is stopped; when the copy fails after that, the
former server is started again. A standby that streams already is left alone. An interrupted copy is
simply run again.
TEXT
}

help_rebuild() {
  cat <<'TEXT'
enstore-replication rebuild [--discard]: an old master, or a standby that fell out, becomes a standby

Run it on the node to rebuild, with MASTER naming the present master. The server here is stopped, its
data moved aside (or deleted, with --discard) and copied anew; the slot on the master is made anew.
Refused while MASTER does not answer as a master: this node's data may then be the only good ones.
What only this node had, such as transactions an old master never sent, is lost to the cluster and
stays in the folder moved aside.
TEXT
}

kit_restore_command() {
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    printf 'pgbackrest --config=%s --stanza=%s archive-get %%f "%%p"' "$PGBACKREST_CONFIG" "$PGBACKREST_STANZA"
  else
    printf '%s --settings %s --node %s restore "%%f" "%%p"' "$KIT_DIR/enstore-replication" "$SETTINGS_FILE" "$NODE"
  fi
}

write_replica_conf() {
  FILL=([NODE]=$NODE [CONNINFO]=$(standby_conninfo "$2") [FEEDBACK]=$FEEDBACK [STANDBY_DELAY]=$STANDBY_DELAY_SECONDS)
  if slots_wanted; then FILL[SLOT]="primary_slot_name = '$NODE'"; fi
  if [[ $ARCHIVE != off ]]; then FILL[RESTORE]="restore_command = '$(kit_restore_command)'"; fi
  if ((APPLY_DELAY_SECONDS)); then FILL[APPLY_DELAY]="recovery_min_apply_delay = ${APPLY_DELAY_SECONDS}s"; fi
  render 2_replica.conf.in | own_file "$1" "$(CONF_D)/2_replica.conf" 0600
}

streams_now() {
  sql_local postgres "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'" && [[ $SQL_OUT == 1 ]]
}

# True when this node is a standby of this upstream's cluster and receives from it.
already_streams() {
  server_answers || return 1
  sql_local postgres 'SELECT pg_is_in_recovery()' || return 1
  [[ $SQL_OUT == t ]] || return 1
  sql_local postgres 'SELECT system_identifier FROM pg_control_system()' || return 1
  [[ $SQL_OUT == "$1" ]] || return 1
  sql_local postgres "SELECT status || ' ' || coalesce(sender_host, '') || ' ' || coalesce(sender_port::text, '') FROM pg_stat_wal_receiver"
  [[ $SQL_OUT == "streaming $(node_host "$2") $(node_port "$2")" ]]
}

# 55006: it is in use.
slot_dropped() { sql_walsender "$1" "DROP_REPLICATION_SLOT \"$NODE\"" || [[ $SQL_STATE != 55006 ]]; }

make_remote_slot() {
  local upstream=$1
  if ! slots_wanted; then return 0; fi
  if dry; then say "      would make the slot $NODE on $upstream anew"; return 0; fi
  # Made anew rather than used: an old one may have been overrun, which only the new one cures.
  # The master notices in its own time that this standby has hung up.
  if ! wait_for 15 slot_dropped "$upstream"; then
    die "$EXIT_REFUSED" "the slot $NODE on $upstream is in use" "another standby runs under this node's name; stop it first"
  fi
  sql_walsender "$upstream" "CREATE_REPLICATION_SLOT \"$NODE\" PHYSICAL RESERVE_WAL" ||
    die "$EXIT_FAILED" "cannot make the slot $NODE on $upstream: $(first_line "$SQL_ERROR")" "look at max_replication_slots there"
  detail "made the slot $NODE on $upstream"
}

command_rebuild() {
  local option=--replace
  case ${1:-} in
    '') ;;
    --discard) option=--discard ;;
    *) die_usage "rebuild does not know $1" ;;
  esac
  if [[ $NODE == "$MASTER" ]]; then
    die "$EXIT_REFUSED" "the settings say that $NODE is the master" "after a switch-over the settings file has to name the new one as MASTER, here too"
  fi
  copy_from_upstream "$option" rebuild
}

command_copy() {
  local option=''
  case ${1:-} in
    '') ;;
    --replace | --discard | --configure) option=$1 ;;
    *) die_usage "copy does not know $1" ;;
  esac
  if [[ $NODE == "$MASTER" ]]; then
    die "$EXIT_REFUSED" "the settings say that $NODE is the master" "run copy on: ${STANDBYS//,/ }"
  fi
  if [[ $option == --configure ]]; then
    case ${2:-} in '' | --restart) copy_configure "${2:-}" ;; *) die_usage "copy --configure does not know $2" ;; esac
    return
  fi
  copy_from_upstream "$option" copy
}

copy_configure() {
  local upstream names
  upstream=$(upstream_of "$NODE")
  need_client psql pg_isready
  need_server
  STEPS=2
  step "Configuration in $(CONF_D)"
  require_operator
  require_tls
  as_server test -e "$DATA_DIR/standby.signal" || die "$EXIT_REFUSED" "$DATA_DIR is no standby's" "enstore-replication copy"
  required_of "$upstream" needs || die "$EXIT_MISSING" "$upstream does not say what it needs of a standby: $(first_line "$SQL_ERROR")" "enstore-replication check"
  take_lock
  clean_auto_conf "$DATA_DIR/postgresql.auto.conf"
  configure_standby copy "$upstream" "$(configured listen_addresses "$CONFIG_DIR/postgresql.conf")"
  step "Taking effect"
  if ! server_runs; then
    if [[ ${1:-} != --restart ]]; then say "The server of $NODE does not run."; finish; return; fi
    server_start || die "$EXIT_FAILED" "the standby does not start" "the log above says why"
  else
    server_reload || die "$EXIT_FAILED" "the server did not take the reload" "look at its log"
    if ! dry; then wait_for 5 reload_taken; fi
    if pending_restart; then
      names=$SQL_OUT
      if [[ ${1:-} == --restart ]]; then
        server_restart || die "$EXIT_FAILED" "the standby does not start" "the log above says why"
      else
        warn "these settings wait for a restart: $names" "at a quiet moment: enstore-replication copy --configure --restart"
      fi
    fi
  fi
  if ! dry; then check_applied; fi
  say "$NODE has the configuration of a standby of $upstream."
  finish
}

copy_from_upstream() {
  local option=$1 what=$2 upstream identity timeline part need names listen begun i
  local -a outside=()
  upstream=$(upstream_of "$NODE")
  need_client psql pg_basebackup pg_isready
  need_server
  STEPS=8
  step "Comparing $NODE with $upstream"
  require_same_major
  require_tls
  names=$(missing_secrets)
  [[ -z $names ]] || die "$EXIT_MISSING" "missing: $names" "copy them from the master, then 'enstore-replication secrets'"
  [[ -n $(read_file "$SECRETS_DIR/pgpass") ]] || die "$EXIT_MISSING" "$SECRETS_DIR/pgpass is missing" "enstore-replication secrets"
  if ! remote_version "$upstream"; then
    explain "$upstream" "$REPLICATION_USER" "$SQL_ERROR"
    die "$EXIT_MISSING" "cannot reach $upstream: $(first_line "$SQL_ERROR")" "$ADVICE"
  fi
  if ((REMOTE_MAJOR != PG_MAJOR)); then
    die "$EXIT_REFUSED" "$upstream is PostgreSQL $REMOTE_VERSION and this host's server $PG_MAJOR: physical replication needs the same major version" "install PostgreSQL $REMOTE_MAJOR here"
  fi
  sql_walsender "$upstream" IDENTIFY_SYSTEM || die "$EXIT_FAILED" "$SQL_ERROR"
  IFS='|' read -r identity timeline _ <<<"$SQL_OUT"
  detail "$upstream: PostgreSQL $REMOTE_VERSION, system $identity, timeline $timeline"
  # A rebuild is asked for with a reason that streaming does not show, such as damaged data.
  if [[ $what == copy ]] && already_streams "$identity" "$upstream"; then
    step "Configuration in $(CONF_D)"
    configure_standby "$what" "$upstream" "$(setting_now listen_addresses)"
    if [[ $CHANGED_ANY == yes ]]; then
      server_reload
      warn "this standby streams already; of its configuration only a part takes effect before a restart" "restart it at a quiet moment"
    fi
    say "$NODE is a streaming standby of $upstream already; nothing copied."
    finish
    return
  fi
  take_lock
  if sql_remote "$upstream" "$VERIFY_USER" "$DATABASE" "SELECT pg_is_in_recovery()"; then
    if [[ $upstream == "$MASTER" && $SQL_OUT == t ]]; then
      die "$EXIT_REFUSED" "$MASTER is itself a standby now" "correct MASTER in the settings file"
    fi
  else
    explain "$upstream" "$VERIFY_USER" "$SQL_ERROR"
    die "$EXIT_MISSING" "cannot log in to $upstream: $(first_line "$SQL_ERROR")" "$ADVICE"
  fi
  step "Room and what is in $DATA_DIR"
  DATA_REAL=$(readlink -m -- "$DATA_DIR")
  if [[ -L $DATA_DIR && ! -d $(dirname "$DATA_REAL") ]]; then
    die "$EXIT_MISSING" "$DATA_DIR leads to $DATA_REAL, whose folder is not there" "mount that disk, or correct the link"
  fi
  if mountpoint -q "$DATA_REAL" 2>/dev/null; then
    die "$EXIT_REFUSED" "$DATA_REAL is a mount point and cannot be replaced in one step" "make DATA_DIR a folder inside it, such as $DATA_REAL/data"
  fi
  if [[ -d $(dirname "$DATA_REAL") && ! -w $(dirname "$DATA_REAL") ]]; then
    die "$EXIT_MISSING" "$(dirname "$DATA_REAL"), the folder of $DATA_DIR, cannot be written by $(id -un)" "make it writable for $RUN_AS, or run this as root"
  fi
  local filled=no mine=''
  if [[ -d $DATA_DIR && -n $(as_server ls -A "$DATA_REAL" 2>/dev/null) ]]; then
    filled=yes
    mine=$(controldata 'Database system identifier')
    detail "$DATA_DIR holds a cluster: PostgreSQL $(data_major "$DATA_DIR"), system ${mine:-unknown}"
    if [[ -z $option ]]; then
      die "$EXIT_REFUSED" "$DATA_DIR is not empty" "copy --replace moves it aside, copy --discard deletes it"
    fi
    if [[ $option == --discard && $mine != "$identity" ]]; then
      die "$EXIT_REFUSED" "$DATA_DIR is of another cluster (system ${mine:-unknown}) than $upstream; --discard deletes only a copy of the same" "use --replace, look at the folder, and delete it yourself"
    fi
  fi
  plan_copy "$upstream" "$identity" "$mine"
  step "Stopping the server of $NODE"
  AT_EXIT+=(copy_cleanup)
  if server_runs; then
    COPY_STATE=stopped COPY_RAN=yes
    server_stop || die "$EXIT_FAILED" "the server does not stop" "see who is connected, then run this again"
  else
    detail "it does not run"
  fi
  step "Slot on $upstream"
  make_remote_slot "$upstream"
  step "Base copy of $upstream"
  part=$DATA_REAL.part
  COPY_PART=$part
  for ((i = 0; i < ${#PLAN_THERE[@]}; i++)); do
    outside+=(-T "${PLAN_THERE[i]//=/\\=}=${PLAN_HERE[i]//=/\\=}/${OUTSIDE_MARK}part")
    detail "tablespace ${PLAN_NAME[i]} into ${PLAN_HERE[i]}"
  done
  if [[ -n $PLAN_WAL ]]; then outside+=("--waldir=$PLAN_WAL/${OUTSIDE_MARK}part"); fi
  if dry; then
    say "      would run pg_basebackup -Fp -Xs -P into $part"
  else
    ensure_dir "$(dirname "$DATA_REAL")" 0755
    as_server rm -rf -- "$part"
    for ((i = 0; i < ${#PLAN_HERE[@]}; i++)); do
      if ! as_server mkdir -p -m 0700 -- "${PLAN_HERE[i]}" 2>/dev/null; then
        if ((EUID == 0)); then install -d -o "$RUN_AS" -m 0700 -- "${PLAN_HERE[i]}"; fi || die "$EXIT_MISSING" "${PLAN_HERE[i]} cannot be made by $RUN_AS" "make it, owned by $RUN_AS, mode 0700"
      fi
    done
    for i in "${PLAN_HERE[@]+"${PLAN_HERE[@]}"}" ${PLAN_WAL:+"$PLAN_WAL"}; do as_server rm -rf -- "$i/${OUTSIDE_MARK}part"; done
    if ! as_server mkdir -m 0700 "$part" 2>/dev/null; then
      if ((EUID == 0)); then install -d -o "$RUN_AS" -m 0700 "$part"; fi || die "$EXIT_MISSING" "$part cannot be made by $RUN_AS" "make its parent folder writable for $RUN_AS"
    fi
    begun=$SECONDS
    # -R is left out on purpose: a newer client would write what an older server cannot read.
    # shellcheck disable=SC2046 # two words or none
    run_live as_server "$(client pg_basebackup)" -d "$(conninfo "$upstream" "$REPLICATION_USER")" -w -D "$part" \
      -Fp -Xs -P -c fast -l "enstore-replication $what $NODE" ${outside[@]+"${outside[@]}"} $(slots_wanted && printf -- '-S %s' "$NODE") ||
      die "$EXIT_FAILED" "the base copy failed, see above; $DATA_DIR is untouched" "run this again once the reason is gone"
    detail "copied $(as_server du -sm "$part" | cut -f1) MB in $((SECONDS - begun)) s"
  fi
  step "Configuration of the standby"
  if ! dry; then
    as_server rm -f -- "$part/postmaster.pid" "$part/recovery.signal" "$part/backup_manifest.tmp"
    as_server touch "$part/standby.signal"
    clean_auto_conf "$part/postgresql.auto.conf"
  fi
  put_in_place "$what" "$option" "$filled" "$part"
  listen=$(configured listen_addresses "$CONFIG_DIR/postgresql.conf")
  configure_standby "$what" "$upstream" "$listen"
  step "Starting the standby"
  server_start || die "$EXIT_FAILED" "the standby does not start" "the log above says why; 'enstore-replication undo $what' brings the former data folder back"
  step "Waiting until it streams"
  if dry; then return 0; fi
  if ! wait_for "$WAIT_SECONDS" streams_now; then
    stream_cause "$upstream"
    show_log_end
    die "$EXIT_FAILED" "the standby runs but does not stream: $CAUSE" "$ADVICE"
  fi
  discard_old "$what" "$option"
  sql_local postgres "SELECT pg_last_wal_replay_lsn()"
  say "$NODE streams from $upstream, replayed to $SQL_OUT. Next: enstore-replication verify."
  finish
}

# plan_copy UPSTREAM IDENTITY MINE: where everything goes and whether it can, before anything is stopped.
# Sets PLAN_THERE, PLAN_HERE and PLAN_NAME, one element per tablespace, and PLAN_WAL, the folder behind a
# link pg_wal, else empty. MINE is the system of the data that are here, if any.
plan_copy() {
  local upstream=$1 identity=$2 mine=$3 oid folder name mb rest i link
  local -A need=() at=() own=()
  PLAN_THERE=() PLAN_HERE=() PLAN_NAME=() PLAN_WAL=''
  while IFS= read -r -d '' link; do
    outside_read "$link" || continue
    if [[ $link == */pg_wal ]]; then PLAN_WAL=$OUTSIDE_HOME; else own[${link##*/}]=$OUTSIDE_HOME; fi
  done < <(outside_links "$DATA_REAL")
  if [[ -n $PLAN_WAL ]] && ! as_server test -d "$PLAN_WAL"; then
    die "$EXIT_MISSING" "$DATA_DIR/pg_wal leads to $PLAN_WAL, which is not there" "mount that disk, or correct the link"
  fi
  sql_number sql_remote "$upstream" "$VERIFY_USER" "$DATABASE" "SELECT (sum(pg_database_size(oid)) / 1048576)::bigint FROM pg_database" || die "$EXIT_FAILED" "$SQL_ERROR"
  rest=$SQL_OUT
  sql_remote "$upstream" "$VERIFY_USER" "$DATABASE" "SELECT concat_ws(chr(10), oid, $(in_one_line "pg_tablespace_location(oid)"), $(in_one_line spcname::text), (pg_tablespace_size(oid) / 1048576)::bigint)
    FROM pg_tablespace WHERE pg_tablespace_location(oid) LIKE '/%' ORDER BY oid" || die "$EXIT_FAILED" "$SQL_ERROR"
  while IFS= read -r oid && IFS= read -r folder && IFS= read -r name && IFS= read -r mb; do
    if ! is_number "$oid" || ! is_number "$mb"; then die "$EXIT_FAILED" "$upstream does not tell its tablespaces: $oid, $mb"; fi
    from_one_line "$folder"
    PLAN_THERE+=("$TEXT") PLAN_NAME+=("$name")
    # A copy of the same cluster keeps its tablespaces where it has them.
    if [[ $mine == "$identity" && -n ${own[$oid]:-} ]]; then folder=${own[$oid]}; else folder=$TEXT; fi
    PLAN_HERE+=("$folder")
    check_tablespace "$name" "$TEXT" "$folder" "$mine" "$identity"
    rest=$((rest - mb))
    need_room "$folder" "$mb"
  done <<<"$SQL_OUT"
  need_room "$DATA_REAL" $((rest < 0 ? 0 : rest))
  need_room "${PLAN_WAL:-$DATA_REAL}" 256
  for i in "${!need[@]}"; do
    mb=$(free_mb "${at[$i]}")
    detail "${at[$i]}: to copy about ${need[$i]} MB, free ${mb:-unknown} MB"
    if [[ -n $mb ]] && ((mb < need[$i])); then die "$EXIT_MISSING" "${at[$i]} has $mb MB free, the copy needs ${need[$i]} MB" "make room"; fi
  done
}

# need_room FOLDER MB: adds to what the file system of FOLDER, which may not be there yet, has to hold.
need_room() {
  local folder device
  folder=$(existing_folder "$1")
  device=$(stat -Lc %d -- "$folder")
  need[$device]=$((${need[$device]:-0} + $2))
  at[$device]=${at[$device]:-$folder}
}

# check_tablespace NAME THERE HERE MINE IDENTITY: whether the copy can have its files in HERE.
check_tablespace() {
  local name=$1 there=$2 here=$3 i link
  if [[ $there$here == *[[:cntrl:]]* || $there == *\\ || $here == *\\ ]]; then
    die "$EXIT_REFUSED" "pg_basebackup cannot be told the folder of tablespace $name: $here" "give the tablespace a folder without control characters and without a backslash at the end"
  fi
  if [[ $(readlink -m -- "$here")/ == "$DATA_REAL"/* ]]; then
    die "$EXIT_REFUSED" "tablespace $name is inside the data folder: $here" "move it out of $DATA_REAL"
  fi
  for ((i = 0; i < ${#PLAN_HERE[@]} - 1; i++)); do
    if [[ $(readlink -m -- "${PLAN_HERE[i]}") == "$(readlink -m -- "$here")" ]]; then
      die "$EXIT_REFUSED" "the tablespaces ${PLAN_NAME[i]} and $name would share the folder $here" "move one of the two, here or on the upstream"
    fi
  done
  if [[ ! -e $here ]]; then return 0; fi
  if ! as_server test -d "$here" || ! as_server test -w "$here"; then
    die "$EXIT_MISSING" "$here, the folder of tablespace $name, cannot be written by $RUN_AS" "chown $RUN_AS on it"
  fi
  while IFS= read -r -d '' link; do
    outside_read "$link"
    if [[ $link != */pg_wal && $(readlink -m -- "$OUTSIDE_AT") == "$(readlink -m -- "$here")" ]]; then return 0; fi
  done < <(outside_links "$DATA_REAL")
  if [[ -n $(as_server find "$here/" -mindepth 1 -maxdepth 1 -name "PG_${PG_MAJOR}_*" -print -quit) ]]; then
    die "$EXIT_REFUSED" "$here, the folder of tablespace $name, holds files of another data folder than $DATA_DIR" \
      "see whose they are; when nobody needs them, delete its PG_${PG_MAJOR}_* and run this again"
  fi
}

# After a failure: what was moved goes back, and what was stopped is started again.
COPY_STATE='' COPY_RAN=no COPY_PART='' COPY_ASIDE='' COPY_PLACED=no
copy_cleanup() {
  if dry || [[ $COPY_STATE != stopped && $COPY_STATE != moved ]]; then return 0; fi
  if [[ $COPY_STATE == moved ]]; then
    COPY_STATE=''
    if [[ $COPY_PLACED == yes ]]; then outside_aside "$DATA_REAL" part && mv -T -- "$DATA_REAL" "$COPY_PART"; fi
    if [[ -n $COPY_ASIDE ]]; then mv -T -- "$COPY_ASIDE" "$DATA_REAL"; fi
    outside_home "$DATA_REAL" || warn "not everything of $DATA_DIR could be moved back" "look at the links in $DATA_REAL/pg_tblspc and $DATA_REAL/pg_wal"
  fi
  if [[ $COPY_RAN == no ]] || server_runs; then return 0; fi
  COPY_STATE=''
  say "Starting the former server of $NODE again."
  server_start || warn "it does not start" "see the log above"
}

# A copy carries the upstream's ALTER SYSTEM lines; what they say of recovery is not for this node, what
# they say of its size is asked of the upstream, and both would win over conf.d.
clean_auto_conf() {
  local names='^[[:space:]]*(primary_conninfo|primary_slot_name|restore_command|recovery_[a-z_]*|promote_trigger_file|port|listen_addresses|max_connections|max_worker_processes|max_wal_senders|max_prepared_transactions|max_locks_per_transaction)[[:space:]=]'
  if read_file "$1" | grep -Eq "$names"; then
    read_file "$1" | grep -Ev "$names" | put_file "$1" 0600
  fi
}

# configure_standby STEP UPSTREAM LISTEN
configure_standby() {
  local step_name=$1 upstream=$2 listen=$3 name own lines='' senders=0
  CHANGED_ANY=no
  if [[ $CONFIG_DIR == "$DATA_DIR" ]] && dry && [[ ! -d $DATA_DIR ]]; then
    say "      would write $(CONF_D)/1_replicate.conf to 4_tls.conf and pg_hba.conf"
    return 0
  fi
  add_include "$step_name"
  if [[ $CHANGED == yes ]]; then CHANGED_ANY=yes; fi
  if required_of "$upstream" needs; then
    for name in "${REQUIRED[@]}"; do
      own=$(configured "$name" "$CONFIG_DIR/postgresql.conf")
      if ! is_number "$own" || ((own < NEEDS[$name])); then own=${NEEDS[$name]}; fi
      if [[ $name == max_wal_senders ]]; then senders=$own; else lines+="${lines:+$'\n'}$name = $own"; fi
    done
  else
    warn "$upstream does not say what it needs of a standby: $(first_line "$SQL_ERROR")" "run 'enstore-replication copy --configure' once it does"
    lines=$(required_lines)
  fi
  write_replicate "$step_name" "$listen" replica "$senders" '' "$lines"
  if [[ $CHANGED == yes ]]; then CHANGED_ANY=yes; fi
  write_replica_conf "$step_name" "$upstream"
  if [[ $CHANGED == yes ]]; then CHANGED_ANY=yes; fi
  write_tls_conf "$step_name"
  # A kept archive_command came with the copy; the kit's own names this node.
  if [[ -f $(CONF_D)/3_archive.conf || $ARCHIVE == kit ]]; then
    ARCHIVING=kit
    ensure_archive_dir
    write_archive_conf "$step_name"
  fi
  write_hba "$step_name"
}

put_in_place() {
  local what=$1 option=$2 filled=$3 part=$4 aside stamp
  if dry; then
    if [[ $filled == yes ]]; then say "      would move $DATA_DIR aside"; fi
    say "      would put the copy in its place"
    return 0
  fi
  COPY_STATE=moved
  if [[ $filled == yes ]]; then
    stamp=before-$(date -u +%Y%m%dT%H%M%SZ)
    aside=$DATA_REAL.$stamp
    outside_aside "$DATA_REAL" "$stamp" || die "$EXIT_FAILED" "the tablespaces or pg_wal of $DATA_DIR cannot be moved aside" "look at the owners of the folders behind its links"
    mv -T -- "$DATA_REAL" "$aside" || die "$EXIT_FAILED" "$DATA_REAL cannot be moved" "look at the owner of $(dirname "$DATA_REAL")"
    COPY_ASIDE=$aside
  elif [[ -d $DATA_REAL ]]; then
    rmdir -- "$DATA_REAL" || die "$EXIT_FAILED" "$DATA_REAL cannot be replaced"
  fi
  mv -T -- "$part" "$DATA_REAL" || die "$EXIT_FAILED" "$part cannot take the name $DATA_REAL" "look at the owner of $(dirname "$DATA_REAL")"
  COPY_PLACED=yes
  outside_home "$DATA_REAL" || die "$EXIT_FAILED" "the tablespaces or pg_wal of the copy cannot be moved into their folders" "look at the owners of the folders behind the links in $part"
  # From here on undo takes it back; only the latest copy can be.
  COPY_STATE=placed
  rm -f -- "$(note_file "$what")"
  if [[ -n ${aside:-} ]]; then
    note "$what" "moved $DATA_DIR $aside"
    OLD_DATA=$aside
    detail "the former data are in $aside"
  fi
  note "$what" "copied $DATA_DIR"
}

discard_old() {
  if [[ $2 != --discard || -z ${OLD_DATA:-} ]]; then return 0; fi
  outside_delete "$OLD_DATA"
  as_server rm -rf -- "$OLD_DATA"
  rm -f -- "$(note_file "$1")"
  note "$1" "copied $DATA_DIR"
  detail "deleted the former data"
}
