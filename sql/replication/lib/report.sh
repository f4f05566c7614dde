# shellcheck shell=bash
# One line per thing looked at, and the exit code that the worst of them makes.

COUNT_OK=0 COUNT_WARN=0 COUNT_FAIL=0 COUNT_UNKNOWN=0

# verdict OK|WARN|FAIL|UNKNOWN SUBJECT TEXT [WHAT-TO-DO]
verdict() {
  case $1 in
    OK) COUNT_OK=$((COUNT_OK + 1)) ;;
    WARN) COUNT_WARN=$((COUNT_WARN + 1)) ;;
    FAIL) COUNT_FAIL=$((COUNT_FAIL + 1)) ;;
    UNKNOWN) COUNT_UNKNOWN=$((COUNT_UNKNOWN + 1)) ;;
  esac
  if [[ ${QUIET:-no} == no || $1 != OK ]]; then
    say "$(printf '%-8s %-11s %s' "$1" "$2" "$3")"
    if [[ -n ${4:-} ]]; then say "$(printf '%-20s do: %s' '' "$4")"; fi
  fi
}

# The last line, and the exit code: a failure wins over a thing unseen, that over a warning.
report_end() {
  if [[ ${QUIET:-no} == no || $((COUNT_WARN + COUNT_FAIL + COUNT_UNKNOWN)) != 0 ]]; then
    say "$COMMAND on $NODE: $COUNT_OK right, $COUNT_WARN warnings, $COUNT_FAIL failed, $COUNT_UNKNOWN unknown"
  fi
  if ((COUNT_FAIL)); then return "$EXIT_FAILED"; fi
  if ((COUNT_UNKNOWN)); then return "$EXIT_UNKNOWN"; fi
  if ((COUNT_WARN)); then return "$EXIT_WARNING"; fi
  return 0
}
