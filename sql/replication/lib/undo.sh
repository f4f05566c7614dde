# shellcheck shell=bash
# Takes a step back with the notes that the step left in STATE_DIR.

# shellcheck source=master.sh
. "$KIT_DIR/lib/master.sh"
# shellcheck source=outside.sh
. "$KIT_DIR/lib/outside.sh"

help_undo() {
  cat <<'TEXT'
enstore-replication undo STEP: take one step back on this node

  master       drops the kit's slots, roles and marker table, removes its files from conf.d and its
               blocks from postgresql.conf and pg_hba.conf, brings back what stood there; add
               --restart to restart when a setting needs it. Refused while a standby is connected.
  copy         stops the standby, moves its data aside and brings the former data folder back
  rebuild      the same after a rebuild
  tls          removes the authority and certificates, once no configuration names them
  secrets      removes the password files, once the roles are gone
  backup       removes the newest backup
  pgbackrest   removes its configuration file; the repository stays
  switch-over  on the old master, before 'take': makes the stopped server a master again. After
               'take' there is nothing to take back: switch over in the other direction.

Other programs' lines in the same files are never touched.
TEXT
}

notes_newest_first() { tac "$(note_file "$1")" 2>/dev/null; }

need_notes() {
  [[ -s $(note_file "$1") ]] || die "$EXIT_REFUSED" "there is no note that '$1' was done on $NODE" "nothing to take back; notes are in $STATE_DIR/undo/$NODE"
}

undo_file_lines() {
  local kind one two
  while read -r kind one two; do
    case $kind in
      block) remove_block "$one" ;;
      made | saved)
        if [[ -e $one ]] || as_server test -e "$one"; then
          if dry; then say "      would remove $one"; else rm -f -- "$one" 2>/dev/null || as_server rm -f -- "$one"; detail "removed $one"; fi
        fi
        if [[ $kind == saved ]]; then
          if dry; then say "      would bring back the former $one"; else cp -p -- "$two" "$one"; detail "brought back the former $one"; fi
        fi ;;
    esac
  done < <(notes_newest_first "$1")
}

command_undo() {
  local step_name=${1:-}
  if (($#)); then shift; fi
  case $step_name in
    master | copy | rebuild | tls | secrets | backup | pgbackrest) take_lock; "undo_$step_name" "$@" ;;
    switch-over) take_lock; undo_switch_over "$@" ;;
    '') die_usage "undo needs a step" ;;
    *) die_usage "undo does not know $step_name" ;;
  esac
}

undo_master() {
  local restart=no kind name names
  case ${1:-} in '') ;; --restart) restart=yes ;; *) die_usage "undo master does not know $1" ;; esac
  need_notes master
  STEPS=4
  step "Slots, roles and marker table"
  require_local_server master
  sql_local postgres "SELECT string_agg(application_name, ', ') FROM pg_stat_replication WHERE usename = '$REPLICATION_USER'"
  if [[ -n $SQL_OUT ]]; then die "$EXIT_REFUSED" "still connected as $REPLICATION_USER: $SQL_OUT" "stop these standbys first ('enstore-replication undo copy' there)"; fi
  while read -r kind name; do
    case $kind in
      slot) undo_sql postgres "SELECT pg_drop_replication_slot('$name') FROM pg_replication_slots WHERE slot_name = '$name'" "slot $name" ;;
      schema) undo_sql "$DATABASE" "DROP SCHEMA IF EXISTS $name CASCADE" "schema $name" ;;
    esac
  done < <(notes_newest_first master)
  while read -r kind name; do
    if [[ $kind == role ]]; then
      undo_sql "$DATABASE" "DO \$\$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') THEN DROP OWNED BY \"$name\"; DROP ROLE \"$name\"; END IF; END \$\$" "role $name"
    fi
  done < <(notes_newest_first master)
  step "Files"
  undo_file_lines master
  step "Reload"
  server_reload
  if ! dry; then wait_for 5 undo_reloaded; fi
  step "Restart, when needed"
  if pending_restart; then
    names=$SQL_OUT
    if [[ $restart == yes ]]; then server_restart || die "$EXIT_FAILED" "the server does not start" "see the log above"
    else warn "these settings wait for a restart: $names" "at a quiet moment: restart the server"; fi
  fi
  if ! dry; then rm -f -- "$(note_file master)"; fi
  say "$NODE is as it was before 'master'."
  finish
}

undo_reloaded() { sql_local postgres "SELECT pg_conf_load_time() > now() - interval '20 seconds'" && [[ $SQL_OUT == t ]]; }

undo_sql() {
  if dry; then say "      would drop the $3"; return 0; fi
  sql_local "$1" "$2" || die "$EXIT_FAILED" "the $3 cannot be dropped: $(first_line "$SQL_ERROR")" "drop what depends on it, then run this again"
  detail "dropped the $3"
}

undo_copy() { undo_copied copy "$@"; }
undo_rebuild() { undo_copied rebuild "$@"; }

undo_copied() {
  local step_name=$1 from aside='' stamp undone upstream real
  need_notes "$step_name"
  aside=$(sed -n "s|^moved $DATA_DIR ||p" "$(note_file "$step_name")")
  if [[ -n $aside && ! -d $aside ]]; then
    die "$EXIT_REFUSED" "the former data folder $aside is not there any more" "nothing was stopped; to be rid of the copy: stop the server and delete $DATA_DIR"
  fi
  real=$(readlink -m -- "$DATA_DIR")
  STEPS=3
  step "Stopping $NODE"
  if server_answers && sql_local postgres 'SELECT pg_is_in_recovery()' && [[ $SQL_OUT == f ]]; then
    die "$EXIT_REFUSED" "$NODE is a master now; its data are not to be taken away" "nothing"
  fi
  server_stop || die "$EXIT_FAILED" "the server does not stop" "see who is connected"
  step "Slot on the upstream"
  upstream=$(upstream_of "$NODE")
  if slots_wanted && ! dry; then
    sql_walsender "$upstream" "DROP_REPLICATION_SLOT \"$NODE\" WAIT" || warn "the slot $NODE on $upstream is still there: $(first_line "$SQL_ERROR")" "drop it there: SELECT pg_drop_replication_slot('$NODE')"
  else
    detail "none"
  fi
  step "Data folder"
  stamp=undone-$(date -u +%Y%m%dT%H%M%SZ)
  undone=$real.$stamp
  if dry; then
    say "      would move $DATA_DIR to $undone${aside:+ and $aside back}"
    return 0
  fi
  if [[ $CONFIG_DIR != "$DATA_DIR" ]]; then undo_file_lines "$step_name"; fi
  if [[ -d $real ]]; then
    outside_aside "$real" "$stamp" || die "$EXIT_FAILED" "the tablespaces or pg_wal of $DATA_DIR cannot be moved aside" "look at the owners of the folders behind its links"
    mv -T -- "$real" "$undone" || die "$EXIT_FAILED" "$real cannot be moved"
  fi
  if [[ -n $aside ]]; then
    mv -T -- "$aside" "$real" || die "$EXIT_FAILED" "$aside cannot be moved back"
    outside_home "$real" || die "$EXIT_FAILED" "the tablespaces or pg_wal of $DATA_DIR cannot be moved back" "look at the owners of the folders behind its links"
    say "$DATA_DIR is the former one again, stopped. The copy is in $undone; delete it when nobody needs it."
  else
    say "$NODE has no data folder again. The copy is in $undone; delete it when nobody needs it."
  fi
  from=$(note_file "$step_name")
  rm -f -- "$from"
  finish
}

undo_tls() {
  need_notes tls
  if [[ -f $(CONF_D)/4_tls.conf ]] || as_server test -f "$(CONF_D)/4_tls.conf"; then
    die "$EXIT_REFUSED" "$(CONF_D)/4_tls.conf still names the certificates" "'enstore-replication undo master' (or copy) first"
  fi
  undo_file_lines tls
  if ! dry; then rm -f -- "$(note_file tls)"; fi
  finish
}

undo_secrets() {
  local user file
  if [[ -f $(CONF_D)/1_replicate.conf ]] || as_server test -f "$(CONF_D)/1_replicate.conf"; then
    die "$EXIT_REFUSED" "$NODE is still set up with these passwords" "'enstore-replication undo master' (or copy) first"
  fi
  for user in $(secret_users); do
    file=$SECRETS_DIR/$user.password
    if dry; then say "would remove $file"; else as_server rm -f -- "$file"; say "removed $file"; fi
  done
  if ! dry; then as_server rm -f -- "$SECRETS_DIR/pgpass"; fi
  finish
}

undo_backup() {
  # shellcheck source=/dev/null
  . "$KIT_DIR/lib/backup.sh"
  local newest
  newest=$(backups_newest_first | head -n 1)
  [[ -n $newest ]] || die "$EXIT_REFUSED" "there is no backup in $BACKUP_DIR" "nothing to take back"
  if dry; then say "would remove $BACKUP_DIR/$newest"; return 0; fi
  as_server rm -rf -- "${BACKUP_DIR:?}/$newest"
  say "removed $BACKUP_DIR/$newest"
}

undo_pgbackrest() {
  need_notes pgbackrest
  if server_answers && sql_local postgres 'SHOW archive_command' && [[ $SQL_OUT == *pgbackrest* ]]; then
    die "$EXIT_REFUSED" "the server still archives with pgBackRest" "set BACKUP_TOOL=kit and run 'enstore-replication master' first"
  fi
  undo_file_lines pgbackrest
  if ! dry; then rm -f -- "$(note_file pgbackrest)"; fi
  say "The repository $PGBACKREST_REPOSITORY stays; delete it when nobody needs its backups."
  finish
}

undo_switch_over() {
  # shellcheck source=/dev/null
  . "$KIT_DIR/lib/switch.sh"
  local to
  need_notes switch-over
  to=$(sed -n 's/^released //p' "$(note_file switch-over)" | tail -n 1)
  [[ -n $to ]] || die "$EXIT_REFUSED" "$NODE did not release anything" "to go back after 'take': switch over in the other direction"
  STEPS=3
  step "Looking that $to was not promoted"
  if ! sql_remote "$to" "$VERIFY_USER" "$DATABASE" 'SELECT pg_is_in_recovery()'; then
    die "$EXIT_REFUSED" "$to does not answer, so it may be a master by now: $(first_line "$SQL_ERROR")" "start it, or make sure of it; then run this again"
  fi
  [[ $SQL_OUT == t ]] || die "$EXIT_REFUSED" "$to is the master already" "switch over in the other direction instead"
  step "Making $NODE a master again"
  if dry; then say "      would remove standby.signal and start the server"; return 0; fi
  server_stop
  as_server rm -f -- "$DATA_DIR/standby.signal"
  settings_hand_over "$NODE" "$to"
  step "Starting it"
  server_start || die "$EXIT_FAILED" "the server does not start" "see the log above"
  rm -f -- "$(note_file switch-over)"
  say "$NODE is the master again."
  finish
}
