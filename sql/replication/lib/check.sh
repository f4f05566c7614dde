# shellcheck shell=bash
# Looks before anything is done, on either node; changes nothing.

# shellcheck source=report.sh
. "$KIT_DIR/lib/report.sh"
# shellcheck source=master.sh
. "$KIT_DIR/lib/master.sh"

help_check() {
  cat <<'TEXT'
enstore-replication check [--quiet]: look before you start

Settings, programs, versions on every node that can be asked, the server's user and its rights,
room for WAL and archive, password files, certificates, the nodes' ports and clocks, whether an
archive_command is there already, and whether each standby has at least what its master needs of it. Changes nothing. Exit codes as of verify.
TEXT
}

command_check() {
  QUIET=no
  case ${1:-} in '') ;; --quiet) QUIET=yes ;; *) die_usage "check does not know $1" ;; esac
  check_programs
  check_user
  check_versions
  check_room
  check_secrets
  check_certificates
  check_nodes
  check_server
  verify_settings
  report_end
}

check_programs() {
  local tool missing=''
  for tool in xz awk sed diff flock tar gzip sha256sum runuser; do command -v "$tool" >/dev/null || missing+=" $tool"; done
  if [[ $TLS != disable ]]; then command -v openssl >/dev/null || missing+=' openssl'; fi
  for tool in postgres pg_ctl; do [[ -x $BIN_DIR/$tool ]] || missing+=" $BIN_DIR/$tool"; done
  for tool in psql pg_basebackup pg_dump pg_dumpall pg_isready; do [[ -x $CLIENT_BIN_DIR/$tool ]] || missing+=" $CLIENT_BIN_DIR/$tool"; done
  if [[ $BACKUP_TOOL == pgbackrest ]]; then command -v pgbackrest >/dev/null || missing+=' pgbackrest'; fi
  if [[ -n $missing ]]; then verdict FAIL programs "missing:$missing" "enstore-replication install"; else verdict OK programs "all there"; fi
}

check_user() {
  if ! id -u "$RUN_AS" >/dev/null 2>&1; then
    verdict FAIL user "there is no user $RUN_AS" "install the server's package first, or correct RUN_AS"
  elif ((EUID != 0)) && [[ $(id -un) != "$RUN_AS" ]]; then
    verdict FAIL user "this runs as $(id -un)" "run as root or as $RUN_AS"
  elif ! as_server test -x "$KIT_DIR/enstore-replication" || ! as_server test -r "$KIT_DIR/lib/archive.sh" || ! as_server test -r "$SETTINGS_FILE"; then
    verdict FAIL user "$RUN_AS, who runs the archive_command, cannot reach $KIT_DIR or read $SETTINGS_FILE" "put the kit where everybody can read it, such as /usr/local/lib, and the settings file with mode 0644"
  else
    verdict OK user "$RUN_AS can run the kit and read the settings"
  fi
}

check_versions() {
  local mine node
  mine=$(binary_major || true)
  if [[ $mine != "$PG_MAJOR" ]]; then
    verdict FAIL versions "$BIN_DIR has PostgreSQL ${mine:-nothing}, the settings say $PG_MAJOR" "install PostgreSQL $PG_MAJOR or correct PG_MAJOR"
  else
    verdict OK versions "PostgreSQL $mine here"
  fi
  for node in "${ALL_NODES[@]}"; do
    [[ $node != "$NODE" && -n $(read_file "$SECRETS_DIR/pgpass") ]] || continue
    if ! remote_version "$node"; then
      verdict UNKNOWN versions "$node cannot be asked yet: $(first_line "$SQL_ERROR")"
    elif ((REMOTE_MAJOR != PG_MAJOR)); then
      verdict FAIL versions "$node is PostgreSQL $REMOTE_VERSION, this host has $PG_MAJOR" "both need the same major version"
    else
      verdict OK versions "$node is PostgreSQL $REMOTE_VERSION"
    fi
  done
}

check_room() {
  local folder free
  # WAL lies where pg_wal leads.
  folder=$(existing_folder "$(as_server readlink -m -- "$DATA_DIR/pg_wal")") free=$(free_mb "$folder")
  if ((free < WAL_KEEP_MB + 1024)); then
    verdict WARN room "$folder has $free MB free; WAL_KEEP_MB=$WAL_KEEP_MB alone may take that" "lower WAL_KEEP_MB; the archive covers the rest"
  else
    verdict OK room "$folder has $free MB free"
  fi
  for folder in "$ARCHIVE_DIR" "$BACKUP_DIR"; do
    free=$(free_mb "$(existing_folder "$folder")")
    if [[ ! -d $folder ]]; then
      verdict OK room "$folder will be made; $free MB free"
    elif ! as_server test -w "$folder"; then
      verdict FAIL room "$RUN_AS cannot write to $folder" "chown $RUN_AS $folder, or mount it"
    elif ((free < 2048)); then
      verdict WARN room "$folder has $free MB free" "a full archive stops archiving, and WAL then fills the master"
    else
      verdict OK room "$folder has $free MB free"
    fi
  done
}

check_secrets() {
  local missing file mode
  missing=$(missing_secrets)
  if [[ -n $missing ]]; then
    verdict WARN secrets "not there yet: $missing" "enstore-replication secrets"
    return 0
  fi
  for file in "$SECRETS_DIR"/*; do
    mode=$(stat -c %a "$file" 2>/dev/null || echo 600)
    if [[ $mode != 600 ]]; then verdict FAIL secrets "$file has mode $mode; libpq takes no password file that others can read" "chmod 0600 $file"; return 0; fi
  done
  verdict OK secrets "password files are there"
}

check_certificates() {
  if [[ $TLS == disable ]]; then verdict WARN tls "TLS=disable" "set TLS=verify-ca"; return 0; fi
  tls_files
  if ! tls_days_left "$TLS_CERT"; then verdict WARN tls "$TLS_CERT is not there yet" "enstore-replication tls"
  elif ((TLS_LEFT < 0)); then verdict FAIL tls "$TLS_CERT is expired" "enstore-replication tls --renew"
  elif ((TLS_LEFT < TLS_WARN_DAYS)); then verdict WARN tls "$TLS_CERT is valid for $TLS_LEFT more days" "enstore-replication tls --renew"
  else verdict OK tls "$TLS_CERT is valid for $TLS_LEFT days"; fi
}

check_nodes() {
  local node there now
  for node in "${ALL_NODES[@]}"; do
    [[ $node != "$NODE" ]] || continue
    if as_server "$(client pg_isready)" -q -h "$(node_host "$node")" -p "$(node_port "$node")" -t 5 >/dev/null 2>&1; then
      verdict OK network "$node answers at $(node_host "$node") port $(node_port "$node")"
      if sql_number sql_remote "$node" "$VERIFY_USER" "$DATABASE" 'SELECT round(extract(epoch FROM clock_timestamp()))'; then
        now=$(date +%s) there=$((SQL_OUT - now))
        if ((there > CLOCK_WARN_SECONDS || -there > CLOCK_WARN_SECONDS)); then
          verdict WARN clock "the clock of $node is $there s off" "make chronyd or ntpd work on both"
        else
          verdict OK clock "the clock of $node is right"
        fi
      fi
    elif [[ $node == "$MASTER" ]]; then
      verdict WARN network "$node does not answer at $(node_host "$node") port $(node_port "$node")" "start it; it may still listen on localhost alone ('master' changes that); open the port in the firewall for $HOST only"
    fi
  done
}

check_server() {
  local command
  if ! sql_number sql_local postgres 'SHOW server_version_num'; then
    if [[ $NODE == "$MASTER" ]]; then
      verdict FAIL server "no answer on $SOCKET_DIR port $PORT: $(first_line "$SQL_ERROR")" "start it, or correct SOCKET_DIR, PORT, ADMIN_USER, RUN_AS"
    else
      verdict OK server "none runs here yet"
    fi
    return 0
  fi
  if ((SQL_OUT / 10000 != PG_MAJOR)); then
    verdict FAIL server "the server here is PostgreSQL $((SQL_OUT / 10000)), the settings say $PG_MAJOR" "correct PG_MAJOR, PORT or SOCKET_DIR"
  else
    verdict OK server "runs, PostgreSQL $((SQL_OUT / 10000)).$((SQL_OUT % 10000))"
  fi
  command=$(setting_now archive_command)
  if [[ -n $command && $command != '(disabled)' ]] && ! is_kit_command "$command"; then
    verdict OK archive "an archive_command is there and will be $([[ $ARCHIVE == kit ]] && echo replaced || echo kept): $command"
  fi
  warn_weak_hba
}
