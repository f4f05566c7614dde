# shellcheck shell=bash
# The monitoring role, for the data source and for any other watcher.

help_monitor() {
  cat <<'TEXT'
enstore-replication monitor [--run]: the monitoring role

Prints the SQL that makes the role MONITOR_USER with exactly the right it needs, pg_read_all_stats;
with --run, on the master, runs it and sets the password from SECRETS_DIR. In the data source's
settings this role's name and password open the master's side of the replication query.
TEXT
}

run_monitor_sql() {
  psql_at "$SOCKET_DIR" "$PORT" "$DATABASE" -v monitor_user="$MONITOR_USER" -v monitor_limit="$MONITOR_CONNECTION_LIMIT" \
    <"$KIT_DIR/templates/monitor.sql" >"$WORK/roles" 2>&1 ||
    die "$EXIT_FAILED" "the monitoring role cannot be made: $(sql_error_line "$WORK/roles")" "look at templates/monitor.sql"
}

command_monitor() {
  if (($# == 0)); then
    say "-- run as superuser in the database $DATABASE on $MASTER:"
    say "\\set monitor_user $MONITOR_USER"
    say "\\set monitor_limit $MONITOR_CONNECTION_LIMIT"
    cat "$KIT_DIR/templates/monitor.sql"
    return 0
  fi
  [[ $1 == --run && $# == 1 ]] || die_usage "monitor does not know $1"
  [[ $NODE == "$MASTER" ]] || die "$EXIT_REFUSED" "a standby cannot be changed" "run it on $MASTER"
  # shellcheck source=/dev/null
  . "$KIT_DIR/lib/master.sh"
  if dry; then say "would make the role $MONITOR_USER"; return 0; fi
  take_lock
  require_local_server master
  run_monitor_sql
  if ! login_works "$MONITOR_USER"; then set_password "$MONITOR_USER"; fi
  say "The role $MONITOR_USER may log in from the nodes and from: ${MONITOR_ADDRESSES:-nowhere else (MONITOR_ADDRESSES is empty)}."
}
