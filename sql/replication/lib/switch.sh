# shellcheck shell=bash
# Hands the master's part to a standby: planned in two steps, or after the master is lost in one.

# shellcheck source=copy.sh
. "$KIT_DIR/lib/copy.sh"

help_switch_over() {
  cat <<'TEXT'
enstore-replication switch-over release [--to NODE]      1. on the master
enstore-replication switch-over take --lsn POSITION      2. on the standby
enstore-replication switch-over take --master-lost       instead of 1 and 2, after a crash
enstore-replication switch-over attach                   3. on the old master, after a planned one

release  looks that NODE streams, stops the master in good order, which sends all WAL to it, and makes
         the stopped server a standby of NODE, so that it can never start as a second master. Prints
         the position for step 2. Nothing is lost. 'undo switch-over' takes it back until step 2.
take     looks that this standby has everything up to POSITION and promotes it; writes the new MASTER
         and STANDBYS into the settings file of this host. With --master-lost it looks that the master
         does not answer, promotes with what there is, and says what may be missing.
attach   starts the old master as a standby. If it cannot follow: 'rebuild', as after a crash.

After step 2 change MASTER and STANDBYS in the settings file of every other node, tell Enstore and
Grafana the new address, and make a backup: the new master writes a new timeline.
TEXT
}

command_switch_over() {
  local action=${1:-}
  if (($#)); then shift; fi
  case $action in
    release) switch_release "$@" ;;
    take) switch_take "$@" ;;
    attach) switch_attach "$@" ;;
    *) die_usage "switch-over is release, take or attach" ;;
  esac
}

caught_up() {
  sql_local postgres "SELECT count(*) FROM pg_stat_replication WHERE application_name = '$SWITCH_TO' AND state = 'streaming' AND replay_lsn >= '$SWITCH_LSN'" && [[ $SQL_OUT == 1 ]]
}

switch_release() {
  local position
  SWITCH_TO=${STANDBYS%%,*}
  case ${1:-} in
    '') ;;
    --to) SWITCH_TO=${2:-} ;;
    *) die_usage "switch-over release does not know $1" ;;
  esac
  if ! is_node "$SWITCH_TO" || [[ $SWITCH_TO == "$MASTER" ]]; then die_usage "there is no standby ${SWITCH_TO:-(empty)}"; fi
  [[ $NODE == "$MASTER" ]] || die "$EXIT_REFUSED" "the settings say MASTER=$MASTER, this is $NODE" "run release on $MASTER"
  need_client psql pg_isready
  need_server
  STEPS=5
  step "Looking at $SWITCH_TO"
  require_local_server master
  if [[ $(upstream_of "$SWITCH_TO") != "$NODE" ]]; then die "$EXIT_REFUSED" "$SWITCH_TO is not fed by $NODE" "release to a standby that is"; fi
  setting_get APPLY_DELAY_SECONDS "$SWITCH_TO"
  if [[ $SETTING != 0 ]]; then die "$EXIT_REFUSED" "$SWITCH_TO replays $SETTING s late on purpose" "release to a standby without a delay"; fi
  sql_local postgres 'SELECT pg_current_wal_lsn()'
  SWITCH_LSN=$SQL_OUT
  if ! wait_for "$WAIT_SECONDS" caught_up; then
    die "$EXIT_REFUSED" "$SWITCH_TO does not stream or has not replayed $SWITCH_LSN within $WAIT_SECONDS s" "enstore-replication verify, on $SWITCH_TO"
  fi
  sql_local postgres "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
  detail "$SWITCH_TO has replayed $SWITCH_LSN; $SQL_OUT other connections will be closed"
  take_lock
  step "Checkpoint, so that stopping is quick"
  if dry; then
    say "      would stop the server of $NODE, make it a standby of $SWITCH_TO and leave it stopped"
    return 0
  fi
  sql_local postgres 'CHECKPOINT' || die "$EXIT_FAILED" "$SQL_ERROR"
  step "Stopping $NODE"
  note switch-over "released $SWITCH_TO"
  server_stop || die "$EXIT_FAILED" "the server does not stop within $WAIT_SECONDS s; nothing has been handed over" "see who is connected, then run this again"
  [[ $(controldata 'Database cluster state') == 'shut down' ]] ||
    die "$EXIT_FAILED" "the server stopped, but not in good order; nothing has been handed over" "start it again, look at its log"
  position=$(controldata 'Latest checkpoint location')
  step "Making it a standby of $SWITCH_TO for its next start"
  MASTER=$SWITCH_TO
  write_replica_conf switch-over "$SWITCH_TO"
  as_server touch "$DATA_DIR/standby.signal"
  note switch-over "made $DATA_DIR/standby.signal"
  step "Settings file"
  settings_hand_over "$SWITCH_TO" "$NODE"
  say "$NODE is stopped in good order at $position and will not start as a master."
  say "Now, on $SWITCH_TO: enstore-replication switch-over take --lsn $position"
  finish
}

# Writes MASTER and STANDBYS anew: settings_hand_over NEW OLD.
settings_hand_over() {
  local new=$1 old=$2 node standbys=''
  for node in "${ALL_NODES[@]}"; do
    if [[ $node != "$new" ]]; then standbys+="${standbys:+,}$node"; fi
  done
  awk -v m="$new" -v s="$standbys" '
    /^[[:space:]]*MASTER[[:space:]]*=/ { print "MASTER=" m; next }
    /^[[:space:]]*STANDBYS[[:space:]]*=/ { print "STANDBYS=" s; next }
    { print }' "$SETTINGS_FILE" >"$WORK/settings"
  if [[ -w $SETTINGS_FILE && -w $(dirname "$SETTINGS_FILE") ]]; then
    cp -p -- "$SETTINGS_FILE" "$SETTINGS_FILE.before" &&
      cat "$WORK/settings" >"$SETTINGS_FILE.new" && chmod 0644 "$SETTINGS_FILE.new" && mv -f "$SETTINGS_FILE.new" "$SETTINGS_FILE"
    detail "$SETTINGS_FILE now says MASTER=$new, STANDBYS=$standbys (was $old; the former is in $SETTINGS_FILE.before)"
  else
    warn "$SETTINGS_FILE cannot be written by $(id -un)" "write into it: MASTER=$new and STANDBYS=$standbys"
  fi
  MASTER=$new STANDBYS=$standbys
}

has_position() {
  sql_local postgres "SELECT coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) > '$SWITCH_LSN', false) AND pg_last_wal_replay_lsn() > '$SWITCH_LSN'" && [[ $SQL_OUT == t ]]
}

received_replayed() {
  sql_local postgres 'SELECT pg_last_wal_receive_lsn() IS NULL OR pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()' && [[ $SQL_OUT == t ]]
}

promoted() { sql_local postgres 'SELECT pg_is_in_recovery()' && [[ $SQL_OUT == f ]]; }

switch_take() {
  local lost=no old=$MASTER node
  SWITCH_LSN=''
  case ${1:-} in
    --master-lost) lost=yes ;;
    --lsn) SWITCH_LSN=${2:-}; [[ $SWITCH_LSN =~ ^[0-9A-F]+/[0-9A-F]+$ ]] || die_usage "--lsn needs the position that release printed" ;;
    *) die_usage "switch-over take needs --lsn POSITION or --master-lost" ;;
  esac
  need_client psql pg_isready
  need_server
  STEPS=5
  step "Looking at $NODE"
  require_local_server any
  if [[ $SQL_OUT == f ]]; then
    if [[ $NODE == "$MASTER" ]]; then say "$NODE is the master already."; return 0; fi
    # An earlier run may have been cut off between the promotion and the settings file.
    say "$NODE has been promoted already."
    settings_hand_over "$NODE" "$old"
    finish
    return
  fi
  if [[ $NODE == "$MASTER" ]]; then
    # The settings file was changed first; then the old master is the first of the others.
    old=${STANDBYS%%,*}
  fi
  step "Looking that $old is no master any more"
  if sql_remote "$old" "$VERIFY_USER" "$DATABASE" 'SELECT pg_is_in_recovery()'; then
    if [[ $SQL_OUT == f ]]; then
      die "$EXIT_REFUSED" "$old answers and is a master: two masters would write apart from each other" "planned: 'enstore-replication switch-over release' there; otherwise stop it there first"
    fi
  else
    local complaint
    complaint=$(first_line "$SQL_ERROR")
    node_state "$old"
    case $NODE_STATE in
      silent) detail "$old: $complaint" ;;
      *) if [[ $lost == no ]]; then
           die "$EXIT_REFUSED" "$old answers, but not to us: $complaint" "make sure that it is stopped, then add --master-lost instead of --lsn"
         fi
         warn "$old answers, but not to us: $complaint" "make sure that it is stopped" ;;
    esac
  fi
  step "What $NODE has"
  if [[ $lost == no ]]; then
    if ! wait_for "$WAIT_SECONDS" has_position; then
      sql_local postgres 'SELECT pg_last_wal_replay_lsn()'
      die "$EXIT_REFUSED" "$NODE has replayed $SQL_OUT, but $old wrote up to $SWITCH_LSN" "on $old: 'enstore-replication undo switch-over', let $NODE catch up, and begin again"
    fi
    detail "everything up to $SWITCH_LSN"
  else
    wait_for "$WAIT_SECONDS" received_replayed || warn "replay has not reached what was received" "it goes on during the promotion"
    sql_local postgres "SELECT pg_last_wal_replay_lsn(), coalesce(pg_last_xact_replay_timestamp()::text, 'unknown')"
    warn "what $old wrote after $(cut -d'|' -f1 <<<"$SQL_OUT") is not here; the last transaction here is of $(cut -d'|' -f2 <<<"$SQL_OUT")" "look in its data, if they can be read, before 'rebuild' there; never start it as a master again"
  fi
  if dry; then say "      would promote $NODE and write MASTER=$NODE into $SETTINGS_FILE"; return 0; fi
  take_lock
  step "Promoting $NODE"
  sql_local postgres "SELECT pg_promote(true, $WAIT_SECONDS)"
  wait_for "$WAIT_SECONDS" promoted || die "$EXIT_FAILED" "$NODE was not promoted within $WAIT_SECONDS s" "look at its log: $(server_log_file)"
  note switch-over "taken $old"
  step "Settings file and slots"
  settings_hand_over "$NODE" "$old"
  make_slots switch-over
  sql_local postgres 'SELECT timeline_id FROM pg_control_checkpoint()'
  say "$NODE is the master now. Next:"
  say "  - write MASTER=$NODE and STANDBYS=$STANDBYS into the settings file of every other node"
  if [[ $lost == yes ]]; then say "  - keep $old from starting, then run 'enstore-replication rebuild' on it"
  else say "  - 'enstore-replication switch-over attach' on $old (or 'rebuild' there)"; fi
  for node in ${STANDBYS//,/ }; do
    if [[ $node != "$old" ]]; then say "  - 'enstore-replication rebuild' on $node, unless it follows by itself (UPSTREAM)"; fi
  done
  say "  - give Enstore's dbhost and Grafana's host list the new address $HOST"
  say "  - 'enstore-replication backup' here: a new timeline begins"
  if [[ $SYNCHRONOUS != off ]]; then say "  - 'enstore-replication master' here once a standby streams, to make commits wait for it again"; fi
  # The warning about what may be lost has been said; the promotion itself is done.
  return 0
}

switch_attach() {
  if (($#)); then die_usage "switch-over attach takes no argument"; fi
  need_client psql pg_isready
  need_server
  [[ $NODE != "$MASTER" ]] || die "$EXIT_REFUSED" "the settings say that $NODE is the master" "correct MASTER"
  STEPS=2
  step "Starting $NODE as a standby of $MASTER"
  if ! [[ -e $DATA_DIR/standby.signal ]] && ! as_server test -e "$DATA_DIR/standby.signal"; then
    die "$EXIT_REFUSED" "$DATA_DIR was not released as a standby" "enstore-replication rebuild"
  fi
  take_lock
  if ! server_runs; then
    make_remote_slot "$MASTER"
    server_start || die "$EXIT_FAILED" "$NODE does not start" "enstore-replication rebuild"
  fi
  step "Waiting until it streams"
  if dry; then return 0; fi
  if ! wait_for "$WAIT_SECONDS" streams_now; then
    stream_cause "$MASTER"
    die "$EXIT_FAILED" "$NODE does not follow $MASTER: $CAUSE" "$ADVICE"
  fi
  drop_former_slots
  say "$NODE streams from $MASTER."
  finish
}

# The slots of the time as a master would keep WAL here for standbys that now ask another node.
drop_former_slots() {
  local node
  for node in "${ALL_NODES[@]}"; do
    if [[ $node != "$NODE" && ($node == "$MASTER" || $(upstream_of "$node") != "$NODE") ]]; then
      sql_local postgres "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '$node' AND NOT active" ||
        warn "the former slot $node is still here: $(first_line "$SQL_ERROR")" "drop it: SELECT pg_drop_replication_slot('$node')"
    fi
  done
}
