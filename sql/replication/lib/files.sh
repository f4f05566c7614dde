# shellcheck shell=bash
# Files and folders: written whole or not at all, owned by the server's user, and noted for undo.

WORK=$(mktemp -d "${TMPDIR:-/tmp}/enstore-replication.XXXXXX") || die "$EXIT_MISSING" "no temporary folder in ${TMPDIR:-/tmp}" "make room there"
AT_EXIT=()
at_exit() {
  local action
  for action in ${AT_EXIT[@]+"${AT_EXIT[@]}"}; do "$action"; done
  rm -rf "$WORK"
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Makes a folder for the server's user when it is missing.
ensure_dir() {
  if [[ -d $1 ]]; then return 0; fi
  if dry; then say "      would make the folder $1"; return 0; fi
  if ! mkdir -p "$1" 2>/dev/null; then
    die "$EXIT_MISSING" "the folder $1 cannot be made by $(id -un)" "make it, owned by $RUN_AS, or run this as root"
  fi
  chmod "$2" "$1"
  if ((EUID == 0)); then chown "$RUN_AS" "$1"; fi
}

# Reads a file that may belong to the server's user alone; silent when there is none.
read_file() {
  if [[ -r $1 ]]; then cat -- "$1"; elif ((EUID == 0)); then as_server cat -- "$1" 2>/dev/null; fi
}

# put_file PATH MODE: standard input becomes the file in one step, unless it is that already.
# CHANGED tells which. A dry run prints the difference.
put_file() {
  local path=$1 mode=$2 line folder
  if [[ -L $path ]]; then path=$(readlink -m -- "$path"); fi
  cat >"$WORK/put" || die "$EXIT_MISSING" "no room in $WORK"
  CHANGED=no
  if [[ -f $path ]] && read_file "$path" | cmp -s - "$WORK/put"; then
    detail "$path is as it should be"
    return 0
  fi
  CHANGED=yes
  if dry; then
    say "      would write $path:"
    if [[ $mode == 0600 && $path == *pass* ]]; then
      detail "  (passwords, not shown)"
      return 0
    fi
    while IFS= read -r line; do detail "  $line"; done < <(diff -u <(read_file "$path") "$WORK/put" | tail -n +3)
    return 0
  fi
  folder=$(dirname "$path")
  log_line write "$path"
  # The file takes the name in one rename; until then nobody sees a half of it.
  # shellcheck disable=SC2016 # expanded by the inner shell
  local program='umask 077; cat >"$1.new" && chmod "$2" "$1.new" && mv -f "$1.new" "$1"'
  if ((EUID == 0)) && [[ $(stat -c %U "$folder" 2>/dev/null) != root ]]; then
    as_server bash -c "$program" put "$path" "$mode" <"$WORK/put"
  else
    bash -c "$program" put "$path" "$mode" <"$WORK/put"
  fi || die "$EXIT_MISSING" "$path cannot be written by $(id -un)" "look at the folder's owner and free space: ls -ld $folder; df $folder"
  detail "wrote $path"
}

file_mode() { stat -c 0%a "$1" 2>/dev/null || printf '0600'; }

# ---- notes for undo: STATE_DIR/undo/NODE/STEP holds one line per thing done ----

note_file() { printf '%s/undo/%s/%s' "$STATE_DIR" "$NODE" "$1"; }

# note STEP TEXT: remembers once that TEXT was done in STEP.
note() {
  local file
  if dry; then return 0; fi
  file=$(note_file "$1")
  ensure_dir "$STATE_DIR" 0755
  ensure_dir "$STATE_DIR/undo" 0755
  ensure_dir "$STATE_DIR/undo/$NODE" 0755
  if ! grep -qxF -- "$2" "$file" 2>/dev/null; then printf '%s\n' "$2" >>"$file"; fi
  if ((EUID == 0)); then chown "$RUN_AS" "$file"; fi
}

# Keeps what stood in a file before the kit first wrote it, when the kit had not written it.
keep_before() {
  local step=$1 path=$2 saved
  if dry || [[ ! -f $path ]] || read_file "$path" | grep -q 'Written by enstore-replication'; then return 0; fi
  saved=$STATE_DIR/undo/$NODE/saved$(tr / _ <<<"$path")
  if [[ ! -e $saved ]]; then
    ensure_dir "$STATE_DIR" 0755
    ensure_dir "$STATE_DIR/undo" 0755
    ensure_dir "$STATE_DIR/undo/$NODE" 0755
    cp -p -- "$path" "$saved"
    detail "kept the former $path as $saved"
  fi
  note "$step" "saved $path $saved"
}

# own_file STEP PATH MODE: a file that is the kit's whole; undo removes it or brings the former back.
own_file() {
  keep_before "$1" "$2"
  if [[ ! -e $2 ]]; then note "$1" "made $2"; fi
  put_file "$2" "$3"
}

# ---- a block of lines inside somebody else's file ----

BLOCK_BEGIN='# BEGIN enstore-replication (written by enstore-replication; edit outside this block)'
BLOCK_END='# END enstore-replication'

without_block() {
  awk -v begin="$BLOCK_BEGIN" -v end="$BLOCK_END" '
    $0 == begin { inside = 1 } !inside { print } $0 == end { inside = 0 }' "$1"
}

# put_block PATH first|last: standard input becomes the block.
put_block() {
  local path=$1 where=$2
  cat >"$WORK/block"
  read_file "$path" >"$WORK/whole"
  without_block "$WORK/whole" >"$WORK/rest"
  {
    if [[ $where == last ]]; then cat "$WORK/rest"; fi
    printf '%s\n' "$BLOCK_BEGIN"
    cat "$WORK/block"
    printf '%s\n' "$BLOCK_END"
    if [[ $where == first ]]; then cat "$WORK/rest"; fi
  } >"$WORK/joined"
  put_file "$path" "$(file_mode "$path")" <"$WORK/joined"
}

remove_block() {
  local path=$1
  [[ -f $path ]] || return 0
  read_file "$path" >"$WORK/whole"
  if ! grep -qxF -- "$BLOCK_BEGIN" "$WORK/whole"; then return 0; fi
  without_block "$WORK/whole" >"$WORK/joined"
  put_file "$path" "$(file_mode "$path")" <"$WORK/joined"
}

# Fills the @NAMES@ of a template from the associative array FILL; a line left empty by that goes.
declare -A FILL
render() {
  local line name before
  while IFS= read -r line || [[ -n $line ]]; do
    before=$line
    while [[ $line =~ @([A-Z_]+)@ ]]; do
      name=${BASH_REMATCH[1]}
      line=${line//"@$name@"/"${FILL[$name]-}"}
    done
    if [[ -n $line || -z $before ]]; then printf '%s\n' "$line"; fi
  done <"$KIT_DIR/templates/$1"
}

free_mb() { df -Pm "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'; }

# The nearest folder of a path that exists.
existing_folder() {
  local path=$1
  while [[ ! -d $path ]]; do path=$(dirname "$path"); done
  printf '%s' "$path"
}
