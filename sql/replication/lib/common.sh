# shellcheck shell=bash
# Messages, run log, redaction and the rules on dry runs: what every other file stands on.
# Works with bash 4.2, which Enterprise Linux 7 has.

# shellcheck disable=SC2034 # exit codes are used by the other files
{
  EXIT_WARNING=1 EXIT_FAILED=2 EXIT_UNKNOWN=3 EXIT_USAGE=64 EXIT_MISSING=69
  EXIT_LOCKED=75 EXIT_REFUSED=77 EXIT_SETTINGS=78
}
DRY_RUN=no
COMMAND=''
LOG=''
SECRETS=()
WARNINGS=0
STEP=0
STEPS=0

# One line with every password taken out: those we know, and what looks like one in the words of
# PostgreSQL, libpq and addresses. The result is in REDACTED, since a subshell per line is slow.
redact() {
  local line=$1 secret
  # Names from a server may hold what a terminal takes for a command.
  line=${line//[$'\001'-$'\010'$'\013'-$'\037'$'\177']/?}
  for secret in ${SECRETS[@]+"${SECRETS[@]}"}; do
    line=${line//"$secret"/********}
  done
  while [[ $line =~ SCRAM-SHA-256\$[^[:space:]\'\"]+ ]]; do
    line=${line//"${BASH_REMATCH[0]}"/********}
  done
  if [[ $line =~ ([Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]|[Pp][Aa][Ss][Ss][Pp][Hh][Rr][Aa][Ss][Ee]|cipher-pass)([[:space:]]*=[[:space:]]*|[[:space:]]+\')([^[:space:]\'\"*][^[:space:]\'\"]*) ]]; then
    line=${line//"${BASH_REMATCH[0]}"/"${BASH_REMATCH[1]}${BASH_REMATCH[2]}********"}
  fi
  if [[ $line =~ (://[^:/@[:space:]]+:)([^@[:space:]*][^@[:space:]]*)@ ]]; then
    line=${line//"${BASH_REMATCH[0]}"/"${BASH_REMATCH[1]}********@"}
  fi
  REDACTED=$line
}

# Bash's arithmetic runs a command that it finds in a text. What a server, a program or a file says is
# reckoned with only after one of these two has looked at it.
is_number() { [[ $1 =~ ^-?(0|[1-9][0-9]{0,17})$ ]]; }
is_lsn() { [[ $1 =~ ^[0-9A-F]{1,8}/[0-9A-F]{1,8}$ ]]; }

log_open() {
  if [[ ! -d $LOG_DIR && $DRY_RUN == no ]]; then
    ensure_dir "$LOG_DIR" 0755
  fi
  LOG=$LOG_DIR/enstore-replication.log
  if ! { : >>"$LOG"; } 2>/dev/null; then
    LOG=''
    if [[ $DRY_RUN == no ]]; then
      warn "no run log: $LOG_DIR cannot be written by $(id -un)" "run as root or as $RUN_AS"
    fi
    return 0
  fi
  # Both root and the server's user write this log.
  if ((EUID == 0)); then chown "$RUN_AS" "$LOG" 2>/dev/null; fi
}

log_line() {
  [[ -n $LOG ]] || return 0
  redact "$2"
  printf '%(%Y-%m-%dT%H:%M:%S%z)T %s[%s] %s %s\n' -1 "${COMMAND:-kit}" "$$" "$1" "$REDACTED" >>"$LOG" 2>/dev/null
}

say() {
  redact "$*"
  printf '%s\n' "$REDACTED"
  log_line info "$*"
}

# A progress line: [3/7] what is being done now.
step() {
  STEP=$((STEP + 1))
  if ((STEPS)); then say "[$STEP/$STEPS] $*"; else say "[$STEP] $*"; fi
}

detail() { say "      $*"; }

# warn WHAT [WHAT-TO-DO]
warn() {
  WARNINGS=$((WARNINGS + 1))
  redact "$1"
  printf 'warning: %s\n' "$REDACTED" >&2
  log_line warning "$1"
  if [[ -n ${2:-} ]]; then
    redact "$2"
    printf '  do: %s\n' "$REDACTED" >&2
    log_line warning "do: $2"
  fi
}

# die CODE WHAT [WHAT-TO-DO]
die() {
  redact "$2"
  printf 'error: %s\n' "$REDACTED" >&2
  log_line error "$2"
  if [[ -n ${3:-} ]]; then
    redact "$3"
    printf '  do: %s\n' "$REDACTED" >&2
    log_line error "do: $3"
  fi
  log_line end "command=$COMMAND exit=$1"
  exit "$1"
}

die_usage() { die "$EXIT_USAGE" "$1" "read enstore-replication ${COMMAND:+$COMMAND }--help"; }

# The exit code of a command that has come to its end: 0, or 1 when it had to warn.
finish() {
  if ((WARNINGS)); then return "$EXIT_WARNING"; fi
  return 0
}

dry() { [[ $DRY_RUN == yes ]]; }

quoted() {
  local word text=''
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then text+=" $word"; else text+=" '${word//\'/\'\\\'\'}'"; fi
  done
  printf '%s' "${text# }"
}

# Runs a command that changes something; a dry run names it instead. Its output is shown indented.
run() {
  if dry; then
    say "      would run: $(quoted "$@")"
    return 0
  fi
  log_line run "$(quoted "$@")"
  show_output "$@"
}

# The same for a program that tells its progress: shown while it runs, each line that brings 5 % more.
run_live() {
  if dry; then
    say "      would run: $(quoted "$@")"
    return 0
  fi
  log_line run "$(quoted "$@")"
  "$@" 2>&1 </dev/null | sed -u 's/\r/\n/g' | {
    local line shown=-5
    while IFS= read -r line || [[ -n $line ]]; do
      [[ -n ${line// /} ]] || continue
      if [[ $line =~ \(([0-9]+)%\) ]]; then
        if ((BASH_REMATCH[1] < shown + 5)); then continue; fi
        shown=${BASH_REMATCH[1]}
      fi
      detail "$line"
    done
  }
  return "${PIPESTATUS[0]}"
}

# Output goes through a file and not a pipe: a server started here would keep a pipe open.
show_output() {
  local out code line
  out=$(mktemp "${TMPDIR:-/tmp}/enstore-replication.XXXXXX") || die "$EXIT_MISSING" "no temporary file in ${TMPDIR:-/tmp}" "make room there"
  # A server started here must not inherit the lock.
  "$@" >"$out" 2>&1 </dev/null 9>&-
  code=$?
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line##*$'\r'}
    if [[ -n ${line// /} ]]; then detail "$line"; fi
  done <"$out"
  rm -f "$out"
  return "$code"
}

# Polls a condition until it holds: wait_for SECONDS COMMAND...; false when the time is over.
wait_for() {
  local limit=$1 end
  shift
  end=$((SECONDS + limit + 1))
  until "$@"; do
    if ((SECONDS >= end)); then return 1; fi
    sleep 0.2
  done
}

# True when this runs as root or as the server's own user; both can do the kit's work.
require_operator() {
  if ((EUID != 0)) && [[ $(id -un) != "$RUN_AS" ]]; then
    die "$EXIT_MISSING" "this runs as $(id -un), but the server belongs to $RUN_AS" "run it as root or as $RUN_AS"
  fi
}

as_server() {
  if [[ $(id -un) == "$RUN_AS" ]]; then
    (cd / && exec "$@")
  elif ((EUID == 0)); then
    (cd / && exec runuser -u "$RUN_AS" -- "$@")
  else
    die "$EXIT_MISSING" "this runs as $(id -un), but the server belongs to $RUN_AS" "run it as root or as $RUN_AS"
  fi
}

# One changing run at a time on a host and node. The lock goes when the process ends.
take_lock() {
  if dry; then return 0; fi
  require_operator
  ensure_dir "$STATE_DIR" 0755
  exec 9>>"$STATE_DIR/lock.$NODE" || die "$EXIT_MISSING" "$STATE_DIR cannot be written" "run as root or as $RUN_AS"
  if ((EUID == 0)); then chown "$RUN_AS" "$STATE_DIR/lock.$NODE"; fi
  flock -n 9 || die "$EXIT_LOCKED" "another enstore-replication is at work on $NODE" "wait until it has ended, see $LOG_DIR/enstore-replication.log"
}

need_tool() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || die "$EXIT_MISSING" "the program $tool is not installed" "enstore-replication install"
  done
}
