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
    -v ON_ERROR_STOP=1 -h "$socket" -p "$port" -U "$ADMIN_USER" "$@"
}

# sql_local DATABASE SQL: on this host's server, through its socket, as superuser.
# The answer is in SQL_OUT (fields apart by |), what psql complained of in SQL_ERROR.
sql_local() {
  local code
  SQL_OUT=$(psql_at "$SOCKET_DIR" "$PORT" "$1" 2>"$WORK/sql_error" <<<"$2")
  code=$?
  SQL_ERROR=$(<"$WORK/sql_error")
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
  SQL_OUT=$(as_server env PGOPTIONS='-c search_path=pg_catalog' "$(client psql)" -X -q -A -t -w -v ON_ERROR_STOP=1 \
    -d "$(conninfo "$1" "$2") dbname=$3 application_name=enstore-replication" 2>"$WORK/sql_error" <<<"$4")
  code=$?
  SQL_ERROR=$(<"$WORK/sql_error")
  return "$code"
}

# A walsender's own commands, such as IDENTIFY_SYSTEM and SHOW, as the replication role.
sql_walsender() {
  local code
  SQL_OUT=$(as_server "$(client psql)" -X -q -A -t -w -d "$(conninfo "$1" "$REPLICATION_USER") replication=1" \
    -c "$2" 2>"$WORK/sql_error" </dev/null)
  code=$?
  SQL_ERROR=$(<"$WORK/sql_error")
  return "$code"
}

# What a failed connection means and what to do, from libpq's or the server's words, in ADVICE.
explain() {
  local node=$1 user=$2 text=$3
  case $text in
    *'password authentication failed'* | *'no password supplied'* | *'password retrieved from file'*)
      ADVICE="$node refuses the password of role $user: copy $SECRETS_DIR/$user.password from the master to this host and run 'enstore-replication secrets'; if the master's own file is newer than its role, run 'enstore-replication master' there" ;;
    *'certificate has expired'* | *'certificate verify failed'*)
      ADVICE="the server certificate of $node is expired or not from our authority: run 'enstore-replication tls --renew' on the host that has ca.key, copy $TLS_DIR/$node.crt and .key to $node and run 'enstore-replication tls --reload' there" ;;
    *'root certificate file'*) ADVICE="copy $TLS_DIR/ca.crt from the master to this host" ;;
    *'does not support SSL'*) ADVICE="$node speaks no TLS: run 'enstore-replication tls' and 'enstore-replication master' there" ;;
    *'no pg_hba.conf entry'* | *'pg_hba.conf rejects'*)
      ADVICE="$node does not let this host in as $user: the HOST addresses in both settings files must agree; then run 'enstore-replication master' on $node" ;;
    *'too many connections for role'* | *'number of requested standby connections exceeds'*)
      ADVICE="all connections of role $user on $node are in use: raise REPLICATION_CONNECTION_LIMIT or MAX_WAL_SENDERS and run 'enstore-replication master' there" ;;
    *'has already been removed'*)
      ADVICE="$node no longer keeps the WAL that this standby needs, and the archive has not got it: run 'enstore-replication rebuild' on this host; a larger WAL_KEEP_MB, or on PostgreSQL 13 and later a slot, prevents it" ;;
    *'invalid connection option'*)
      ADVICE="primary_conninfo holds an option that this server does not know, as a newer pg_basebackup -R writes it: run 'enstore-replication copy' again, it removes the line from postgresql.auto.conf" ;;
    *'replication slot'*'does not exist'* | *'can no longer get changes from replication slot'* | *'cannot read from logical'* | *'exceeded the maximum reserved size'* | *'invalidated'*)
      ADVICE="the slot of this standby on $node is gone or was overrun: run 'enstore-replication rebuild' on this host, it makes the slot anew" ;;
    *'highest timeline'* | *'is not in this server'* | *'requested starting point'*'is ahead'* | *'requested timeline'*)
      ADVICE="this standby's history is not that of $node, as after a promotion: run 'enstore-replication rebuild' on this host" ;;
    *'database system identifier differs'*)
      ADVICE="this standby was copied from another cluster than $node: run 'enstore-replication rebuild' on this host" ;;
    *'Connection refused'* | *'timeout expired'* | *'No route to host'* | *'server closed the connection'* | *'starting up'* | *'shutting down'* | *'could not connect'* | *'could not receive data from WAL stream'* | *'terminating walreceiver'* | *'No such file or directory'*)
      ADVICE="$node does not answer at $(node_host "$node") port $(node_port "$node"): start it, look at its log and at the firewall; the standby catches up by itself. If $node is lost for good: 'enstore-replication switch-over take --master-lost' on the standby" ;;
    *) ADVICE="look at the server's log on $node and here" ;;
  esac
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
