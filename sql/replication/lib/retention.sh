# shellcheck shell=bash
# Drops what no kept backup needs.

# shellcheck source=backup.sh
. "$KIT_DIR/lib/backup.sh"

help_retention() {
  cat <<'TEXT'
enstore-replication retention [--keep N]: drop old backups and archived WAL

Keeps the newest N base backups (RETAIN_BACKUPS) and the archived WAL from the oldest kept backup on.
Nothing is dropped while there is no whole backup, and no WAL while another program than this kit
fills the archive. With pgBackRest its own retention is used.
TEXT
}

command_retention() {
  local keep=$RETAIN_BACKUPS kept=0 name oldest='' first segment bytes dropped=0 mb=0 kept_index timeline command
  case ${1:-} in
    '') ;;
    --keep) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die_usage "--keep needs a number from 1 on"; keep=$2 ;;
    *) die_usage "retention does not know $1" ;;
  esac
  ((keep > 0)) || die "$EXIT_REFUSED" "RETAIN_BACKUPS=0 would leave no backup" "set it to 1 or more"
  take_lock
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    run as_server pgbackrest --config="$PGBACKREST_CONFIG" --stanza="$PGBACKREST_STANZA" --log-level-console=info expire || die "$EXIT_FAILED" "pgbackrest expire failed, see above"
    finish
    return
  fi
  STEPS=2
  step "Backups in $BACKUP_DIR, keeping $keep"
  while IFS= read -r name; do
    if ((kept < keep)); then
      kept=$((kept + 1))
      oldest=$name
      detail "keep $name"
    else
      detail "drop $name"
      if ! dry; then as_server rm -rf -- "${BACKUP_DIR:?}/$name"; fi
      dropped=$((dropped + 1))
    fi
  done < <(backups_newest_first)
  [[ -n $oldest ]] || die "$EXIT_REFUSED" "there is no whole base backup in $BACKUP_DIR; nothing dropped" "enstore-replication backup"
  step "Archived WAL before backup $oldest"
  if server_answers && sql_local postgres 'SHOW archive_command'; then
    command=$SQL_OUT
    if [[ -n $command && $command != '(disabled)' && $command != *enstore-replication*archive* ]]; then
      detail "another program fills $ARCHIVE_DIR and is left to empty it"
      finish
      return
    fi
  fi
  first=$(backup_info "$oldest" start_segment)
  bytes=$(backup_info "$oldest" wal_segment_size)
  is_segment "$first" || die "$EXIT_REFUSED" "the backup $oldest does not say which WAL it needs; nothing dropped" "enstore-replication backup, and remove $BACKUP_DIR/$oldest"
  if ! is_number "$bytes"; then bytes=16777216; fi
  wal_index "$first" "$bytes"
  kept_index=$WAL_INDEX timeline=$WAL_TIMELINE
  dropped=0
  while IFS= read -r segment; do
    wal_index "${segment%%.*}" "$bytes" || continue
    # A segment of an older or the same timeline, before the backup's first: no kept backup reads it.
    if ((WAL_INDEX < kept_index && WAL_TIMELINE <= timeline)); then
      dropped=$((dropped + 1))
      mb=$((mb + $(as_server stat -c %s "$ARCHIVE_DIR/$segment" 2>/dev/null || echo 0)))
      if ! dry; then as_server rm -f -- "$ARCHIVE_DIR/$segment"; fi
    fi
  done < <(list_archive "$ARCHIVE_DIR")
  # Files of a run that was cut off; a live one is never an hour old.
  if ! dry; then as_server find "$ARCHIVE_DIR/" -maxdepth 1 -name '.*.part' -mmin +60 -delete 2>/dev/null; fi
  say "$(dry && printf 'would have dropped' || printf 'dropped') $dropped segments before $first, $(human "$mb")."
  finish
}
