# shellcheck shell=bash
# What the cases stand on: clusters of their own on free ports of the loopback interface, the kit run
# as an administrator would, and expectations. Nothing waits a fixed time: all of it polls.

# The kit gives its servers to this user; postgres refuses to run as root.
if ((EUID == 0)); then SERVER_USER=nobody; else SERVER_USER=$(id -un); fi

as_user() {
  if ((EUID == 0)); then (cd / && exec runuser -u "$SERVER_USER" -- "$@"); else (cd / && exec "$@"); fi
}

# Ports below the range that the system gives away by itself.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! grep -q ":$(printf '%04X' "$port") " /proc/net/tcp && [[ ! -e $SCRATCH/ports/$port ]]; then
      : >"$SCRATCH/ports/$port"
      printf '%s' "$port"
      return
    fi
  done
}

bin_dir() {
  case $1 in
    12) printf '%s' "$PG12/bin" ;;
    15) printf '%s' "$CLIENT" ;;
    *) local name=PG$1; printf '%s' "${!name}/bin" ;;
  esac
}

# new_cluster MAJOR FOLDER PORT: an Enstore-like server with a small accounting database, running.
new_cluster() {
  local major=$1 data=$2 port=$3 bin template=$SCRATCH/template.$1
  bin=$(bin_dir "$major")
  if [[ ! -d $template ]]; then
    as_user "$bin/initdb" -D "$template" -U postgres -A trust --no-locale -E UTF8 -N --wal-segsize=1 >"$SCRATCH/initdb.log" 2>&1 || { cat "$SCRATCH/initdb.log"; return 1; }
    as_user tee -a "$template/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$SCRATCH/s'
shared_buffers = 16MB
min_wal_size = 2MB
max_wal_size = 8MB
fsync = off
log_line_prefix = '%m [%p] '
CONF
    as_user tee "$template/pg_hba.conf" >/dev/null <<'HBA'
local all         all   trust
local replication all   trust
host  all         enstore,enstore_reader 127.0.0.1/32 trust
HBA
  fi
  as_user cp -a "$template" "$data"
  printf "port = %s\n" "$port" | as_user tee -a "$data/postgresql.conf" >/dev/null
  start_cluster "$major" "$data" || return 1
  query "$port" postgres "CREATE ROLE enstore LOGIN; CREATE ROLE enstore_reader LOGIN; CREATE DATABASE accounting OWNER enstore" &&
    query "$port" accounting "CREATE TABLE xfer_by_day_by_mover (date date NOT NULL, mover varchar NOT NULL, read bigint, write bigint, PRIMARY KEY (date, mover));
      INSERT INTO xfer_by_day_by_mover SELECT d, 'LTO8_' || m, 1e12 + m, 2e12 FROM generate_series('2024-01-01'::date, '2024-03-31', '1 day') d, generate_series(1, 5) m;
      CREATE TABLE encp_xfer (date timestamp NOT NULL, mover varchar(32) NOT NULL, size bigint NOT NULL, rw char(1) NOT NULL, drive_rate bigint NOT NULL, elapsed double precision NOT NULL);
      INSERT INTO encp_xfer SELECT '2024-01-01'::timestamp + n * interval '1 minute', 'LTO8_' || n % 5 || '.mover', n * 1000003, 'r', 100000000, n / 7.0 FROM generate_series(1, 2000) n;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO enstore_reader"
}

start_cluster() {
  as_user "$(bin_dir "$1")/pg_ctl" -D "$2" -l "$2.log" -t 60 -w start >"$SCRATCH/pg_ctl.log" 2>&1 </dev/null || { cat "$SCRATCH/pg_ctl.log" "$2.log"; return 1; }
}

stop_cluster() { as_user "$(bin_dir "$1")/pg_ctl" -D "$2" -m "${3:-fast}" -t 60 -w stop >/dev/null 2>&1; }

# A crash, as far as a process can have one: no shutdown, no word to anybody.
crash() {
  local pid
  pid=$(as_user head -n 1 "$1/postmaster.pid")
  as_user kill -KILL $(pgrep -P "$pid") "$pid" 2>/dev/null
  poll "! kill -0 $pid 2>/dev/null"
}

query() { as_user "$CLIENT/psql" -X -q -A -t -w -v ON_ERROR_STOP=1 -h "$SCRATCH/s" -p "$1" -U postgres -d "$2" <<<"$3"; }

# poll CONDITION [SECONDS]: until it holds.
poll() {
  local end=$((SECONDS + ${2:-60}))
  until eval "$1"; do
    if ((SECONDS >= end)); then echo "waited in vain for: $1"; return 1; fi
    sleep 0.1
  done
}

# answers PORT DATABASE SQL WANTED
answers() { [[ $(query "$1" "$2" "$3" 2>/dev/null) == "$4" ]]; }

caught_up() { poll "answers $1 postgres \"SELECT pg_last_wal_replay_lsn() >= '$(query "$2" postgres 'SELECT pg_current_wal_lsn()')'\" t"; }

# ---- a pair of nodes ----

# new_pair MAJOR [SETTING...]: settings for a master db1 and a standby db2, db1 running. Sets P (folder),
# P1, P2 (ports), D1, D2 (data folders).
new_pair() {
  local major=$1 line
  shift
  P=$SCRATCH/$CASE
  MAJOR=$major
  mkdir -p "$P"
  chmod 0755 "$P"
  if ((EUID == 0)); then chown "$SERVER_USER" "$P"; fi
  P1=$(free_port) P2=$(free_port)
  D1=$P/db1/data D2=$P/db2/data
  as_user mkdir -p "$P/db1" "$P/db2" "$P/tmp"
  {
    cat <<SETTINGS
MASTER=db1
STANDBYS=db2
db1.HOST=127.0.0.1
db2.HOST=127.0.0.1
db1.PORT=$P1
db2.PORT=$P2
db1.DATA_DIR=$D1
db2.DATA_DIR=$D2
db1.SERVER_LOG=$D1.log
db2.SERVER_LOG=$D2.log
PG_MAJOR=$major
RUN_AS=$SERVER_USER
BIN_DIR=$(bin_dir "$major")
CLIENT_BIN_DIR=$CLIENT
SOCKET_DIR=$SCRATCH/s
WAL_KEEP_MB=16
SLOT_WAL_CAP_MB=64
ARCHIVE_DIR=$P/archive
ARCHIVE_MIN_FREE_MB=1
BACKUP_DIR=$P/backup
SCRATCH_DIR=$P/tmp
SECRETS_DIR=$P/secrets
TLS_DIR=$P/tls
STATE_DIR=$P/state
LOG_DIR=$P/log
PGBACKREST_REPOSITORY=$P/repository
db1.PGBACKREST_CONFIG=$P/pgbackrest1.conf
db2.PGBACKREST_CONFIG=$P/pgbackrest2.conf
WAIT_SECONDS=40
SETTINGS
    for line in "$@"; do printf '%s\n' "$line"; done
  } | awk -F= '{ if (!($1 in at)) order[++n] = $1; at[$1] = $0 } END { for (i = 1; i <= n; i++) print at[order[i]] }' >"$P/settings"
  chmod 0644 "$P/settings"
  if ((EUID == 0)); then chown "$SERVER_USER" "$P/settings"; fi
  new_cluster "$major" "$D1" "$P1"
}

# set_setting NAME=VALUE
set_setting() {
  grep -v "^${1%%=*}=" "$P/settings" >"$P/settings.tmp"
  printf '%s\n' "$1" >>"$P/settings.tmp"
  cat "$P/settings.tmp" >"$P/settings"
}

# kit NODE COMMAND...: the kit as an administrator runs it; what it said is in SAID, its exit in CODE.
kit() {
  local node=$1
  shift
  "$BASH_UNDER_TEST" "$KIT/enstore-replication" --settings "$P/settings" --node "$node" "$@" >"$P/said" 2>&1
  CODE=$?
  SAID=$(<"$P/said")
  { printf -- '--- %s on %s: exit %s\n' "$*" "$node" "$CODE"; cat "$P/said"; } | tee -a "$P/transcript"
  # Everything the kit says can be pasted into a ticket.
  local secret
  for secret in "$P"/secrets/*.password; do
    if [[ -s $secret ]] && grep -qF -- "$(<"$secret")" "$P/said"; then echo "A PASSWORD WAS PRINTED by $*"; exit 1; fi
  done
}

# kit_ok NODE COMMAND...: the same, and it must end with 0.
kit_ok() {
  kit "$@"
  if ((CODE != 0)); then echo "expected exit 0 of $*, got $CODE"; exit 1; fi
}

# kit_fails CODE TEXT NODE COMMAND...: it must end with CODE and say TEXT (an extended expression).
kit_fails() {
  local code=$1 text=$2
  shift 2
  kit "$@"
  if ((CODE != code)); then echo "expected exit $code of $*, got $CODE"; exit 1; fi
  says "$text"
}

says() { if ! grep -Eq -- "$1" <<<"$SAID"; then echo "expected it to say: $1"; exit 1; fi; }
says_not() { if grep -Eq -- "$1" <<<"$SAID"; then echo "expected it not to say: $1"; exit 1; fi; }

must() { if ! "$@"; then echo "failed: $*"; exit 1; fi; }
equal() { if [[ $1 != "$2" ]]; then echo "expected '$2', got '$1'"; exit 1; fi; }

# The whole set-up by the kit's own commands.
master_ready() {
  kit_ok db1 secrets
  kit_ok db1 tls
  kit_ok db1 backup
  kit_ok db1 master --restart
}

pair_ready() {
  master_ready
  kit_ok db2 copy
  # The one before the archive began does not reach any further than itself.
  if ! grep -q '^ARCHIVE=off' "$P/settings"; then kit_ok db1 backup; fi
}

# Until the master has nothing left to archive.
archived_all() { poll "[[ -z \$(ls $D1/pg_wal/archive_status | grep ready) ]]" 120; }

rows() { query "$1" accounting 'SELECT count(*) FROM encp_xfer'; }

# Some work on a master: N rows, one commit each hundred.
work() { query "$1" accounting "INSERT INTO encp_xfer SELECT now()::timestamp, 'LTO8_1.mover', n, 'w', 1, 1 FROM generate_series(1, ${2:-100}) n"; }

# Fills and closes N WAL segments.
fill_wal() {
  local i text=''
  for ((i = 0; i < $2; i++)); do text+="INSERT INTO encp_xfer VALUES (now(), 'LTO8_2.mover', $i, 'w', 1, 1);"$'\n'"SELECT pg_switch_wal();"$'\n'; done
  query "$1" accounting "$text" >/dev/null
}

# Ends the connections of the standbys, so that they come anew.
cut_stream() { query "$1" postgres 'SELECT pg_terminate_backend(pid) FROM pg_stat_replication' >/dev/null; }

streams() { answers "$1" postgres "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'" 1; }

faketime_library() {
  local file
  for file in /usr/lib/*/faketime/libfaketime.so.1 /usr/lib64/faketime/libfaketime.so.1 /usr/lib/faketime/libfaketime.so.1; do
    if [[ -e $file ]]; then printf '%s' "$file"; return; fi
  done
  echo "libfaketime is not installed" >&2
  exit 1
}

stop_all() {
  local file pid pids=''
  for file in "$SCRATCH"/*/db*/data*/postmaster.pid "$SCRATCH"/*/tmp/*/data/postmaster.pid; do
    [[ -e $file ]] || continue
    pid=$(head -n 1 "$file" 2>/dev/null)
    # Only what was started here: its data folder is ours.
    if [[ $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) == *"$SCRATCH"* ]]; then pids+=" $pid"; fi
  done
  for pid in $pids; do as_user kill -QUIT "$pid" 2>/dev/null; done
  # The folder goes next, so they have to be gone first.
  for pid in $pids; do poll "! kill -0 $pid 2>/dev/null" 20; done
}
