# shellcheck shell=bash
# Talking to servers and starting and stopping this host's own.

client() { printf '%s/%s' "$CLIENT_BIN_DIR" "$1"; }

need_client() {
  local tool
  for tool in "$@"; do
    [[ -x $CLIENT_BIN_DIR/$tool ]] || die "$EXIT_MISSING" "$CLIENT_BIN_DIR/$tool is missing" "enstore-replication install, or correct BIN_DIR / CLIENT_BIN_DIR"
  done
}

need_server() {
  local tool
  for tool in postgres pg_ctl; do
    [[ -x $BIN_DIR/$tool ]] || die "$EXIT_MISSING" "$BIN_DIR/$tool is missing" "enstore-replication install, or correct BIN_DIR"
  done
}

# psql_at SOCKET PORT DATABASE [OPTION...]: psql as superuser, with its script on standard input.
# The database goes by the environment: as an option a name such as host=... is a connection string.
# Nobody's search_path decides which function a superuser calls.
psql_at() {
  local socket=$1 port=$2 database=$3
  shift 3
  as_server env PGDATABASE="$database" PGOPTIONS='-c search_path=pg_catalog' "$(client psql)" -X -q -A -t -w \
    -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -h "$socket" -p "$port" -U "$ADMIN_USER" "$@"
}

# What psql complained of, in SQL_ERROR, and the SQLSTATE of the last error, in SQL_STATE: it is the same
# in every language that a server may speak (lc_messages). Empty when no server was reached, or it refused
# the login; see explain for those.
sql_complaint() {
  local line
  SQL_ERROR=$(<"$WORK/sql_error") SQL_STATE=''
  while IFS= read -r line; do
    if [[ $line =~ ^[^:]+:\ +([0-9A-Z]{5}):\  ]]; then SQL_STATE=${BASH_REMATCH[1]}; fi
  done <<<"$SQL_ERROR"
}

# The line of the last error in a file of psql's complaints.
sql_error_line() { grep -E '^[^:]+: +[0-9A-Z]{5}: ' "$1" | tail -n 1; }

# sql_local DATABASE SQL: on this host's server, through its socket, as superuser.
# The answer is in SQL_OUT (fields apart by |), what psql complained of in SQL_ERROR.
sql_local() {
  local code
  SQL_OUT=$(psql_at "$SOCKET_DIR" "$PORT" "$1" 2>"$WORK/sql_error" <<<"$2")
  code=$?
  sql_complaint
  return "$code"
}

# The connection string to a node, of words that libpq of PostgreSQL 12 knows. The password comes
# from the password file that it names.
conninfo() {
  local node=$1 user=$2
  setting_get TLS_CA_FILE "$NODE"
  local ca=${SETTING:-$TLS_DIR/ca.crt} text
  text="host=$(node_host "$node") port=$(node_port "$node") user=$user passfile=$SECRETS_DIR/pgpass connect_timeout=10 sslmode=$TLS"
  if [[ $TLS == verify-* ]]; then text+=" sslrootcert=$ca"; fi
  printf '%s' "$text"
}

# sql_number COMMAND...: one of the functions above or below, whose answer has to be a whole number.
sql_number() {
  "$@" || return 1
  if ! is_number "$SQL_OUT"; then
    SQL_ERROR="a whole number was asked for, the answer is: $(first_line "$SQL_OUT")"
    return 1
  fi
}

# in_one_line EXPRESSION: SQL that writes a text, which may hold any character, without a line feed.
# from_one_line reads it back into TEXT.
in_one_line() { printf "replace(replace(%s, chr(92), chr(92) || chr(92)), chr(10), chr(92) || 'n')" "$1"; }
from_one_line() { printf -v TEXT '%b' "$1"; }

# sql_remote NODE USER DATABASE SQL: over TCP, as one of the kit's roles.
sql_remote() {
  local code
  SQL_OUT=$(as_server env PGOPTIONS='-c search_path=pg_catalog' "$(client psql)" -X -q -A -t -w -v ON_ERROR_STOP=1 -v VERBOSITY=verbose \
    -d "$(conninfo "$1" "$2") dbname=$3 application_name=enstore-replication" 2>"$WORK/sql_error" <<<"$4")
  code=$?
  sql_complaint
  return "$code"
}

# A walsender's own commands, such as IDENTIFY_SYSTEM and SHOW, as the replication role.
sql_walsender() {
  local code
  SQL_OUT=$(as_server "$(client psql)" -X -q -A -t -w -v VERBOSITY=verbose -d "$(conninfo "$1" "$REPLICATION_USER") replication=1" \
    -c "$2" 2>"$WORK/sql_error" </dev/null)
  code=$?
  sql_complaint
  return "$code"
}

# How a node answers, without logging in, in NODE_STATE: open, refusing (it starts up or shuts down), or
# silent. pg_isready goes by SQLSTATE and not by words.
node_state() {
  as_server "$(client pg_isready)" -q -h "$(node_host "$1")" -p "$(node_port "$1")" -t 5 >/dev/null 2>&1
  case $? in 0) NODE_STATE=open ;; 1) NODE_STATE=refusing ;; *) NODE_STATE=silent ;; esac
}

# What a failed connection to NODE as USER means and what to do, in ADVICE. TEXT is psql's complaint. Of
# its words only those of this host's libpq and OpenSSL count, which LC_ALL=C makes English; libpq adds
# the one about the password file when the SQLSTATE is 28P01. A server's own words are in its language.
explain() {
  local node=$1 user=$2 text=$3
  case $text in
    *'password retrieved from file'* | *'no password supplied'*)
      ADVICE="$node refuses the password of role $user: copy $SECRETS_DIR/$user.password from the master to this host and run 'enstore-replication secrets'; if the master's own file is newer than its role, run 'enstore-replication master' there"
      return ;;
    *'certificate has expired'* | *'certificate verify failed'*)
      ADVICE="the server certificate of $node is expired or not from our authority: run 'enstore-replication tls --renew' on the host that has ca.key, copy $TLS_DIR/$node.crt and .key to $node and run 'enstore-replication tls --reload' there"
      return ;;
    *'root certificate file'*) ADVICE="copy $TLS_DIR/ca.crt from the master to this host"; return ;;
    *'does not support SSL'*) ADVICE="$node speaks no TLS: run 'enstore-replication tls' and 'enstore-replication master' there"; return ;;
  esac
  node_state "$node"
  case $NODE_STATE in
    silent)
      ADVICE="$node does not answer at $(node_host "$node") port $(node_port "$node"): start it, look at its log and at the firewall; the standby catches up by itself"
      # Nobody is told to promote a standby beside a master that answers.
      if [[ $node == "$MASTER" ]]; then ADVICE+=". If $node is lost for good: 'enstore-replication switch-over take --master-lost' on the standby"; fi ;;
    refusing) ADVICE="$node is there, but starts up or shuts down: wait, and look at its log" ;;
    open)
      if [[ -n $SQL_STATE ]]; then
        ADVICE="$node refuses the statement, SQLSTATE $SQL_STATE: run 'enstore-replication master' there, which grants what is needed, and look at its log"
      elif role_full "$node" "$user"; then
        ADVICE="all connections of role $user on $node are in use: see in pg_stat_activity there who has them; raise MAX_WAL_SENDERS if they are standbys, and run 'enstore-replication master' there"
      else
        ADVICE="$node answers but does not let this host in as $user: the HOST addresses in both settings files must agree; then run 'enstore-replication master' on $node; its log tells more, such as max_connections in use"
      fi ;;
  esac
}

# True when another of the kit's roles sees that USER has no connection left on NODE. A role's limit does
# not count for physical replication; max_wal_senders does.
role_full() {
  local other=$VERIFY_USER
  if [[ $2 == "$VERIFY_USER" ]]; then other=$MONITOR_USER; fi
  sql_remote "$1" "$other" "$DATABASE" "SELECT CASE WHEN rolreplication
    THEN (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender') >= current_setting('max_wal_senders')::int
    ELSE rolconnlimit >= 0 AND (SELECT count(*) FROM pg_stat_activity WHERE usename = rolname) >= rolconnlimit END
    FROM pg_roles WHERE rolname = '$2'" && [[ $SQL_OUT == t ]]
}

# Why this standby receives nothing from UPSTREAM, in CAUSE, and what to do, in ADVICE: found by trying what
# the receiver does, and by comparing both servers, not from the words of a log.
stream_cause() {
  local upstream=$1 identity timeline position here_identity here_timeline replayed line parent lsn name
  CAUSE='' ADVICE=''
  if ! sql_walsender "$upstream" IDENTIFY_SYSTEM; then
    CAUSE=$(first_line "$SQL_ERROR")
    explain "$upstream" "$REPLICATION_USER" "$SQL_ERROR"
    return
  fi
  IFS='|' read -r identity timeline position _ <<<"$SQL_OUT"
  if ! sql_local postgres "SELECT system_identifier, timeline_id, coalesce(pg_last_wal_replay_lsn(), '0/0') FROM pg_control_system(), pg_control_checkpoint()"; then
    CAUSE="the server of $NODE does not answer" ADVICE="start it; its log: $(server_log_file)"
    return
  fi
  IFS='|' read -r here_identity here_timeline replayed <<<"$SQL_OUT"
  if [[ $identity != "$here_identity" ]]; then
    CAUSE="$upstream is another cluster: system $identity, here $here_identity"
    ADVICE="this standby was copied from another cluster than $upstream: run 'enstore-replication rebuild' on this host"
    return
  fi
  if is_number "$timeline" && is_number "$here_timeline"; then
    if ((timeline < here_timeline)) || { ((timeline == here_timeline)) && (($(lsn_bytes "$position") < $(lsn_bytes "$replayed"))); }; then
      CAUSE="$upstream is at $position of timeline $timeline, this standby at $replayed of timeline $here_timeline"
    elif ((timeline > here_timeline)) && sql_walsender "$upstream" "TIMELINE_HISTORY $timeline"; then
      while read -r parent lsn _; do
        if [[ ${parent##*|} == "$here_timeline" ]] && is_lsn "$lsn" && (($(lsn_bytes "$replayed") > $(lsn_bytes "$lsn"))); then
          CAUSE="$upstream left timeline $here_timeline at $lsn, this standby has replayed it to $replayed"
        fi
      done <<<"$SQL_OUT"
    fi
    if [[ -n $CAUSE ]]; then
      ADVICE="this standby's history is not that of $upstream, as after a promotion: run 'enstore-replication rebuild' on this host"
      return
    fi
  fi
  if slots_wanted; then
    line="CASE WHEN wal_status = 'lost' THEN 'lost' ELSE 'there' END"
    if ((PG_MAJOR < 13)); then line="'there'"; fi
    if sql_remote "$upstream" "$VERIFY_USER" "$DATABASE" "SELECT $line FROM pg_replication_slots WHERE slot_name = '$NODE'" && [[ $SQL_OUT != there ]]; then
      CAUSE="the slot $NODE on $upstream is ${SQL_OUT:-not there}"
      ADVICE="the slot of this standby on $upstream is gone or was overrun: run 'enstore-replication rebuild' on this host, it makes the slot anew"
      return
    fi
  fi
  name=$(wal_name 0 $(($(lsn_bytes "$replayed") / $(segment_bytes))) "$(segment_bytes)")
  if sql_remote "$upstream" "$VERIFY_USER" "$DATABASE" "SELECT count(*) FROM pg_ls_waldir() WHERE right(name, 16) = '${name:8}'" && [[ $SQL_OUT == 0 ]]; then
    CAUSE="it has replayed to $replayed, and $upstream has removed that WAL"
    ADVICE="$upstream no longer keeps the WAL that this standby needs, and the archive has not got it: run 'enstore-replication rebuild' on this host; a larger WAL_KEEP_MB, or on PostgreSQL 13 and later a slot, prevents it"
    return
  fi
  if [[ $(setting_now primary_conninfo) != "$(standby_conninfo "$upstream")" ]]; then
    CAUSE="$upstream answers, but primary_conninfo in force is not the kit's"
    ADVICE="a line in postgresql.auto.conf, as ALTER SYSTEM or pg_basebackup -R write it, may overrule it: run 'enstore-replication copy --configure --restart' on this host, it removes that line"
    return
  fi
  CAUSE="$upstream answers and has what is needed"
  ADVICE="the receiver tries again every few seconds: look again in a minute, then at the end of $(server_log_file)"
}

setting_now() { sql_local postgres "SELECT setting FROM pg_settings WHERE name = '$1'" && printf '%s' "$SQL_OUT"; }

slots_wanted() { [[ $SLOTS == on || ($SLOTS == auto && $PG_MAJOR -ge 13) ]]; }

standby_conninfo() {
  printf '%s application_name=%s keepalives_idle=30 keepalives_interval=10 keepalives_count=3' "$(conninfo "$1" "$REPLICATION_USER")" "$NODE"
}

# The bytes of a WAL segment, as the running server has them.
segment_bytes() {
  if [[ -z ${SEGMENT_BYTES:-} ]]; then
    sql_number sql_local postgres "SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'" || SQL_OUT=16777216
    SEGMENT_BYTES=$SQL_OUT
  fi
  printf '%s' "$SEGMENT_BYTES"
}

first_line() { local line=${1%%$'\n'*}; printf '%s' "$line"; }

# ---- versions ----

binary_major() {
  local version
  version=$("$BIN_DIR/postgres" --version 2>/dev/null) || return 1
  [[ $version =~ ([0-9]+)\.?[0-9]* ]] && printf '%s' "${BASH_REMATCH[1]}"
}

data_major() { read_file "$1/PG_VERSION" | head -n 1; }

# The major version of a node over a replication connection, in REMOTE_MAJOR and REMOTE_VERSION.
remote_version() {
  if ! sql_number sql_walsender "$1" 'SHOW server_version_num'; then return 1; fi
  REMOTE_MAJOR=$((SQL_OUT / 10000))
  REMOTE_VERSION=$REMOTE_MAJOR.$((SQL_OUT % 10000))
}

# Refuses to go on when this host's server programs are not of the master's major version.
require_same_major() {
  local mine
  mine=$(binary_major) || die "$EXIT_MISSING" "$BIN_DIR/postgres does not tell its version" "enstore-replication install"
  if [[ $mine != "$PG_MAJOR" ]]; then
    die "$EXIT_REFUSED" "$BIN_DIR has PostgreSQL $mine, the settings say PG_MAJOR=$PG_MAJOR: a standby needs its master's major version" \
      "install PostgreSQL $PG_MAJOR here (enstore-replication install), or correct PG_MAJOR and BIN_DIR"
  fi
}

# ---- this host's server ----

server_answers() {
  as_server "$(client pg_isready)" -q -h "$SOCKET_DIR" -p "$PORT" -t 5 >/dev/null 2>&1
}

server_silent() { ! server_runs; }

# True while a postmaster owns the data folder, whether it answers or not.
server_runs() {
  as_server "$BIN_DIR/pg_ctl" -D "$DATA_DIR" status >/dev/null 2>&1
}

pg_ctl_options() {
  if [[ $CONFIG_DIR != "$DATA_DIR" ]]; then printf -- '-c config_file=%s/postgresql.conf' "$CONFIG_DIR"; fi
}

server_start() {
  if dry; then say "      would start the server"; return 0; fi
  if [[ -n $SERVICE ]]; then
    run systemctl start "$SERVICE"
  else
    run as_server "$BIN_DIR/pg_ctl" -D "$DATA_DIR" -o "$(pg_ctl_options)" -l "${SERVER_LOG:-$DATA_DIR/server.log}" -t "$WAIT_SECONDS" -w start
  fi
  if ! wait_for "$WAIT_SECONDS" server_answers; then
    show_log_end
    return 1
  fi
}

server_stop() {
  if dry; then say "      would stop the server"; return 0; fi
  if ! server_runs; then return 0; fi
  if [[ -n $SERVICE ]]; then
    run systemctl stop "$SERVICE"
  fi
  if server_runs; then
    run as_server "$BIN_DIR/pg_ctl" -D "$DATA_DIR" -m fast -t "$WAIT_SECONDS" -w stop
  fi
  wait_for "$WAIT_SECONDS" server_silent
}

server_restart() {
  server_stop || die "$EXIT_FAILED" "the server of $NODE does not stop within $WAIT_SECONDS s" "see who is connected: SELECT * FROM pg_stat_activity; then try again"
  server_start
}

server_reload() {
  if dry; then say "      would reload the server's configuration"; return 0; fi
  run as_server "$BIN_DIR/pg_ctl" -D "$DATA_DIR" reload
}

# The file that this host's server logs to, if it can be told.
server_log_file() {
  local name
  if [[ -n $SERVER_LOG ]]; then printf '%s' "$SERVER_LOG"; return; fi
  name=$(read_file "$DATA_DIR/current_logfiles" | sed -n 's/^stderr //p' | head -n 1)
  if [[ -n $name ]]; then
    if [[ $name == /* ]]; then printf '%s' "$name"; else printf '%s/%s' "$DATA_DIR" "$name"; fi
  elif [[ -f $DATA_DIR/server.log ]]; then
    printf '%s' "$DATA_DIR/server.log"
  fi
}

server_log_end() {
  local file
  file=$(server_log_file)
  if [[ -n $SERVER_LOG && -r $file ]]; then
    tail -n "$1" -- "$file"
  elif [[ -n $file ]]; then
    # The server named it, so it is read with no more rights than the server's.
    as_server tail -n "$1" -- "$file" 2>/dev/null
  elif [[ -n $SERVICE ]]; then
    journalctl -q -n "$1" -u "$SERVICE" 2>/dev/null
  fi
}

show_log_end() {
  local line
  detail "the last lines of the server's log:"
  while IFS= read -r line; do detail "  $line"; done < <(server_log_end 8)
}

# What is in force once the server reads its files; works on a stopped server too.
configured() {
  as_server "$BIN_DIR/postgres" -D "$DATA_DIR" -C "$1" ${2:+-c "config_file=$2"} 2>/dev/null
}

controldata() {
  local program=$BIN_DIR/pg_controldata
  [[ -x $program ]] || program=$CLIENT_BIN_DIR/pg_controldata
  as_server "$program" -D "$DATA_DIR" 2>/dev/null | sed -n "s/^$1: *//p"
}

# Shows a size in bytes the way people read it.
human() {
  awk -v n="$1" 'BEGIN { split("B KiB MiB GiB TiB", u, " "); i = 1
    while ((n >= 1024 || n <= -1024) && i < 5) { n /= 1024; i++ }
    printf (i == 1 ? "%d %s" : "%.1f %s"), n, u[i] }'
}
