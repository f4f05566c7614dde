# shellcheck shell=bash
# Base backup and dump into BACKUP_DIR: a folder appears under its final name only when whole.

help_backup() {
  cat <<'TEXT'
enstore-replication backup [--base-only | --dump-only]: back up the server of this host

  base   pg_basebackup as compressed tar, with the WAL it needs, and a checksum per file
  dump   pg_dump of DATABASE and pg_dumpall of the roles (when DUMP=yes)

Both go to BACKUP_DIR/<time>, which appears when everything is written. Works on a standby as well.
With BACKUP_TOOL=pgbackrest it calls pgBackRest instead. 'verify' restores the newest one to see
whether it is any good.
TEXT
}

backups_newest_first() {
  local folder
  { if [[ -r $BACKUP_DIR ]]; then ls -1 -- "$BACKUP_DIR"; else as_server ls -1 -- "$BACKUP_DIR"; fi; } 2>/dev/null |
    grep -E '^[0-9]{8}T[0-9]{6}Z$' | sort -r | while IFS= read -r folder; do
    if read_file "$BACKUP_DIR/$folder/kit.info" | grep -q '^base=yes'; then printf '%s\n' "$folder"; fi
  done
}

# backup_info FOLDER KEY
backup_info() { read_file "$BACKUP_DIR/$1/kit.info" | sed -n "s/^$2=//p"; }

command_backup() {
  local base=yes dump=$DUMP name part need free start='' settings code
  while (($#)); do
    case $1 in
      --base-only) dump=no ;;
      --dump-only) base=no dump=yes ;;
      *) die_usage "backup does not know $1" ;;
    esac
    shift
  done
  need_client psql pg_isready
  # shellcheck source=/dev/null
  . "$KIT_DIR/lib/master.sh"
  take_lock
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    # shellcheck source=/dev/null
    . "$KIT_DIR/lib/pgbackrest.sh"
    pgbackrest_backup
    return
  fi
  need_client pg_basebackup pg_dump pg_dumpall
  STEPS=5
  step "Looking at the server of $NODE"
  require_local_server any
  sql_number sql_local postgres 'SELECT (sum(pg_database_size(oid)) / 1048576)::bigint FROM pg_database' || die "$EXIT_FAILED" "$SQL_ERROR"
  need=$((SQL_OUT / 2 + 64))
  free=$(free_mb "$(existing_folder "$BACKUP_DIR")")
  detail "databases $SQL_OUT MB, free in the backup folder $free MB"
  if ((free < need)); then
    die "$EXIT_MISSING" "$BACKUP_DIR has $free MB free, a backup may need $need MB" "make room, run 'enstore-replication retention', or set BACKUP_DIR elsewhere"
  fi
  name=$(date -u +%Y%m%dT%H%M%SZ)
  part=$BACKUP_DIR/.$name.part
  if dry; then
    say "      would write $BACKUP_DIR/$name: base=$base dump=$dump"
    return 0
  fi
  ensure_dir "$BACKUP_DIR" 0700
  as_server test -w "$BACKUP_DIR" || die "$EXIT_MISSING" "$RUN_AS cannot write to $BACKUP_DIR" "chown $RUN_AS $BACKUP_DIR"
  # What an interrupted run left is of no use to anybody.
  as_server find "$BACKUP_DIR/" -maxdepth 1 -name '.*.part' -exec rm -rf {} +
  as_server mkdir -m 0700 "$part" || die "$EXIT_MISSING" "$part cannot be made"
  BACKUP_PART=$part
  AT_EXIT+=(backup_cleanup)
  if [[ $base == yes ]]; then
    step "Base backup (tar, compressed, with its WAL)"
    run_live as_server "$(client pg_basebackup)" -h "$SOCKET_DIR" -p "$PORT" -U "$ADMIN_USER" -w -D "$part" \
      -Ft -z -Xs -P -c fast -l "enstore-replication $name" ||
      die "$EXIT_FAILED" "pg_basebackup failed, see above" "if pg_hba.conf has no line 'local replication all peer', add it; max_wal_senders must be over 1; 'backup --dump-only' needs neither"
    start=$(as_server tar -xzOf "$part/base.tar.gz" backup_label 2>/dev/null | sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\))$/\1/p')
    [[ -n $start ]] || die "$EXIT_FAILED" "the base backup holds no backup_label" "run it again"
    detail "needs the archive from $start on"
  else
    step "No base backup asked for"
  fi
  if [[ $dump == yes ]]; then
    step "Dump of $DATABASE and of the roles"
    run as_server "$(client pg_dump)" -h "$SOCKET_DIR" -p "$PORT" -U "$ADMIN_USER" -w -Fc -f "$part/$DATABASE.dump" -d "$DATABASE" ||
      die "$EXIT_FAILED" "pg_dump failed, see above" "look at the message; on a standby a long dump can be cancelled by replay: run it on the master"
    # The roles' password hashes are in this file, which is why it is readable by its owner alone.
    run as_server "$(client pg_dumpall)" -h "$SOCKET_DIR" -p "$PORT" -U "$ADMIN_USER" -w --globals-only -f "$part/roles.sql" ||
      die "$EXIT_FAILED" "pg_dumpall failed, see above" "look at the message"
  else
    step "No dump asked for"
  fi
  step "Checksums and description"
  settings=$(sql_local postgres "SELECT name || '=' || setting FROM pg_settings WHERE name IN ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction', 'wal_segment_size') ORDER BY name" && printf '%s' "$SQL_OUT")
  sql_local postgres 'SELECT system_identifier FROM pg_control_system()'
  {
    printf 'name=%s\nnode=%s\nmajor=%s\nversion=%s\nsystem=%s\nbase=%s\ndump=%s\nstart_segment=%s\n' \
      "$name" "$NODE" "$PG_MAJOR" "$SERVER_VERSION" "$SQL_OUT" "$base" "$dump" "$start"
    printf '%s\n' "$settings"
  } | put_file "$part/kit.info" 0600
  # shellcheck disable=SC2016 # expanded by the inner shell
  as_server bash -c 'cd "$1" && chmod 0600 -- * && sha256sum -- * >SHA256SUMS && sync -- * .' sums "$part" || die "$EXIT_FAILED" "the checksums cannot be written"
  step "In its place"
  as_server mv -T "$part" "$BACKUP_DIR/$name" || die "$EXIT_FAILED" "$part cannot take its name" "look at $BACKUP_DIR"
  BACKUP_PART=''
  code=$(as_server du -sm "$BACKUP_DIR/$name" | cut -f1)
  say "Backup $BACKUP_DIR/$name is whole, $code MB. 'enstore-replication verify' restores it to see."
  finish
}

backup_cleanup() { if [[ -n ${BACKUP_PART:-} ]]; then as_server rm -rf -- "$BACKUP_PART"; fi; }
