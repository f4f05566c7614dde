# shellcheck shell=bash
# The two helpers that PostgreSQL itself calls: archive_command and restore_command.
# Both answer 0 or 1: a greater code would make the server give up.

help_archive() {
  cat <<'TEXT'
enstore-replication archive %p %f: PostgreSQL's archive_command

Packs one WAL file with xz into ARCHIVE_DIR: written beside its name, flushed to disk, then given its
name in one step, so that no reader ever sees half of it. A file that is there with the same content
is a success; with other content it is an error. On any failure it exits 1 with the reason in the
server's log, and PostgreSQL tries again by itself and keeps the WAL until it succeeds.
TEXT
}

help_restore() {
  cat <<'TEXT'
enstore-replication restore %f %p: PostgreSQL's restore_command

Brings one WAL file from ARCHIVE_DIR (.xz, as this kit and Enstore's own script write it, .gz or plain).
A file that is not there is exit 1 without a word, which PostgreSQL expects at the end of the archive.
A damaged one is exit 1 with a sentence in the server's log.
TEXT
}

helper_note() {
  printf 'enstore-replication %s: %s\n' "$COMMAND" "$1" >&2
  LOG=$LOG_DIR/enstore-replication.log
  log_line error "$1"
}

command_archive() {
  local path=${1:-} name=${2:-} target part free
  if (($# != 2)); then die_usage "archive needs the two arguments %p and %f"; fi
  target=$ARCHIVE_DIR/$name.xz
  if [[ ! -r $path ]]; then helper_note "cannot read $path"; return 1; fi
  if [[ ! -d $ARCHIVE_DIR || ! -w $ARCHIVE_DIR ]]; then
    helper_note "the archive folder $ARCHIVE_DIR is missing or not writable by $(id -un): mount it or set its owner; WAL collects in pg_wal until then"
    return 1
  fi
  if dry; then echo "would pack $path into $target"; return 0; fi
  if [[ -e $target ]]; then
    if xz -dc -- "$target" 2>/dev/null | cmp -s - "$path"; then return 0; fi
    helper_note "$target exists with other content; two servers may be archiving into one folder: give each its own ARCHIVE_DIR, or move that file away if it is known to be damaged"
    return 1
  fi
  free=$(df -Pm "$ARCHIVE_DIR" 2>/dev/null | awk 'NR == 2 { print $4 }')
  if [[ -n $free ]] && ((free < ARCHIVE_MIN_FREE_MB)); then
    helper_note "archive folder full: $ARCHIVE_DIR has $free MB free, less than ARCHIVE_MIN_FREE_MB=$ARCHIVE_MIN_FREE_MB: enlarge it, or run 'enstore-replication retention' on the master; PostgreSQL goes on by itself"
    return 1
  fi
  part=$ARCHIVE_DIR/.$name.$$.part
  # dd flushes what it wrote to disk before it ends; older versions of sync cannot do that to one file.
  if ! xz -"$XZ_LEVEL" -T1 -c -- "$path" | dd of="$part" bs=1M conv=fsync 2>/dev/null; then
    rm -f -- "$part"
    free=$(df -Pm "$ARCHIVE_DIR" 2>/dev/null | awk 'NR == 2 { print $4 }')
    helper_note "archive folder full or broken: cannot write to $ARCHIVE_DIR, $free MB free: make room, or run 'enstore-replication retention' on the master; PostgreSQL goes on by itself"
    return 1
  fi
  # A link never replaces a file that came meanwhile; where links do not exist, a move must do.
  if ! ln -- "$part" "$target" 2>/dev/null && { [[ -e $target ]] || ! mv -n -- "$part" "$target"; }; then
    rm -f -- "$part"
    helper_note "$target cannot be named; it may have come from another server meanwhile"
    return 1
  fi
  rm -f -- "$part"
  sync "$ARCHIVE_DIR" 2>/dev/null
  return 0
}

command_restore() {
  local name=${1:-} path=${2:-} file='' suffix size
  if (($# != 2)); then die_usage "restore needs the two arguments %f and %p"; fi
  for suffix in .xz '' .gz; do
    if [[ -f $ARCHIVE_DIR/$name$suffix ]]; then
      file=$ARCHIVE_DIR/$name$suffix
      break
    fi
  done
  if [[ -z $file ]]; then
    if [[ ! -d $ARCHIVE_DIR || ! -x $ARCHIVE_DIR ]]; then
      helper_note "the archive folder $ARCHIVE_DIR is missing or not readable by $(id -un): mount it"
    fi
    return 1
  fi
  if dry; then echo "would unpack $file to $path"; return 0; fi
  case $suffix in
    .xz) xz -dc -- "$file" ;;
    .gz) gzip -dc -- "$file" ;;
    *) cat -- "$file" ;;
  esac >"$path.part" 2>/dev/null
  local code=$?
  size=$(stat -c %s "$path.part" 2>/dev/null || echo 0)
  # A segment is a power of two from 1 MiB on; other files only must not be empty.
  if ((code != 0 || size == 0)) || { [[ $name =~ ^[0-9A-F]{24}$ ]] && ((size < 1048576 || (size & (size - 1)) != 0)); }; then
    rm -f -- "$path.part"
    helper_note "$file is damaged or not yet whole (or $(dirname "$path") is full); if it stays so, restore it from a copy, or make a new base copy: 'enstore-replication rebuild', and a new backup on the master"
    return 1
  fi
  mv -f -- "$path.part" "$path" || return 1
}
