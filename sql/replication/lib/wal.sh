# shellcheck shell=bash
# The arithmetic of WAL segment names and the search for holes in an archive.

# wal_index NAME SEGMENT-BYTES: the number of a segment, in WAL_INDEX; its timeline in WAL_TIMELINE.
# False for what is no segment's name.
wal_index() {
  is_segment "$1" || return 1
  local per_log=$((4294967296 / $2))
  WAL_TIMELINE=$((16#${1:0:8}))
  WAL_INDEX=$((16#${1:8:8} * per_log + 16#${1:16:8}))
}

# wal_name TIMELINE INDEX SEGMENT-BYTES
wal_name() {
  local per_log=$((4294967296 / $3))
  printf '%08X%08X%08X' "$1" $(($2 / per_log)) $(($2 % per_log))
}

# lsn_bytes 16/B374D848: the position as one number; 0 for what is no position.
lsn_bytes() { if is_lsn "$1"; then printf '%d' $((16#${1%/*} * 4294967296 + 16#${1#*/})); else printf 0; fi; }

is_segment() { [[ $1 =~ ^[0-9A-F]{24}$ ]]; }

# The file in an archive that holds NAME, whatever packed it; empty when there is none.
archived_file() {
  local suffix
  for suffix in .xz '' .gz; do
    if [[ -f $1/$2$suffix ]]; then printf '%s' "$1/$2$suffix"; return; fi
  done
}

# Reads a timeline's ancestry from its history file: ANCESTOR_TIMELINE[i] from index ANCESTOR_FROM[i].
read_ancestry() {
  local folder=$1 timeline=$2 segment_bytes=$3 file parent lsn rest from=0
  ANCESTOR_TIMELINE=()
  ANCESTOR_FROM=()
  if ((timeline > 1)); then
    file=$(archived_file "$folder" "$(printf '%08X.history' "$timeline")")
    [[ -n $file ]] || return 1
    while read -r parent lsn rest; do
      if ! is_lsn "$lsn" || [[ ! $parent =~ ^[1-9][0-9]{0,9}$ ]]; then continue; fi
      ANCESTOR_TIMELINE+=("$parent")
      ANCESTOR_FROM+=("$from")
      # The segment in which the history forks belongs to the newer timeline.
      from=$(($(lsn_bytes "$lsn") / segment_bytes))
    done < <(unpacked "$file")
  fi
  ANCESTOR_TIMELINE+=("$timeline")
  ANCESTOR_FROM+=("$from")
}

unpacked() {
  case $1 in
    *.xz) xz -dc -- "$1" ;;
    *.gz) gzip -dc -- "$1" ;;
    *) cat -- "$1" ;;
  esac
}

# archive_holes FOLDER FIRST-SEGMENT SEGMENT-BYTES: looks at every segment from FIRST on to the
# newest archived. Sets HOLES (names), HOLE_COUNT, NEWEST_SEGMENT and SEGMENTS_SEEN.
archive_holes() {
  local folder=$1 first=$2 bytes=$3 name newest='' timeline=0 index last i want at
  local -A have=()
  HOLES='' HOLE_COUNT=0 NEWEST_SEGMENT='' SEGMENTS_SEEN=0
  while IFS= read -r name; do
    name=${name%%.*}
    is_segment "$name" || continue
    have[$name]=1
    # Names sort by timeline, then by position, so the greatest is the newest.
    if [[ $name > $newest ]]; then newest=$name; fi
  done < <(list_archive "$folder")
  [[ -n $newest ]] || return 0
  NEWEST_SEGMENT=$newest
  wal_index "$newest" "$bytes"
  timeline=$WAL_TIMELINE last=$WAL_INDEX
  wal_index "$first" "$bytes" || return 0
  index=$WAL_INDEX
  if ((WAL_TIMELINE > timeline)); then timeline=$WAL_TIMELINE; fi
  if ! read_ancestry "$folder" "$timeline" "$bytes"; then
    HOLES=$(printf '%08X.history' "$timeline") HOLE_COUNT=1
    return 0
  fi
  for ((; index <= last; index++)); do
    want=$timeline
    for ((i = 0; i < ${#ANCESTOR_FROM[@]}; i++)); do
      if ((index >= ANCESTOR_FROM[i])); then want=${ANCESTOR_TIMELINE[i]}; fi
    done
    at=$(wal_name "$want" "$index" "$bytes")
    if [[ -n ${have[$at]+x} ]]; then
      SEGMENTS_SEEN=$((SEGMENTS_SEEN + 1))
    else
      HOLE_COUNT=$((HOLE_COUNT + 1))
      if ((HOLE_COUNT <= 5)); then HOLES+=" $at"; fi
    fi
  done
  HOLES=${HOLES# }
}

# Whole segments only: no label files, no half segments of an ended timeline.
list_archive() {
  if [[ -r $1 ]]; then ls -1 -- "$1"; else as_server ls -1 -- "$1"; fi 2>/dev/null |
    grep -E '^[0-9A-F]{24}(\.xz|\.gz)?$'
}
