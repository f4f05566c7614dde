# shellcheck shell=bash
# The five settings that a standby must have at least as high as the server it copies. With less, a
# standby of PostgreSQL 12 and 13 ends, one of 14 and later pauses replay, and neither starts again.

REQUIRED=(max_connections max_worker_processes max_wal_senders max_prepared_transactions max_locks_per_transaction)
declare -A NEEDS HAS

# required_of NODE needs|has: fills NEEDS with what a standby of NODE needs, now or after the next start of
# NODE, or HAS with what is in force on NODE. False when NODE does not say.
required_of() {
  local node=$1 what=$2 name list
  local -a ask=(sql_remote "$node" "$VERIFY_USER" "$DATABASE")
  if [[ $node == "$NODE" ]]; then ask=(sql_local "$DATABASE"); fi
  list=$(IFS=,; printf '%s' "${REQUIRED[*]}")
  local in_force="SELECT name, setting FROM pg_settings WHERE name = ANY (string_to_array('$list', ','))"
  if [[ $what == needs ]]; then
    # A server that an older kit set up has not got the function yet.
    "${ask[@]}" 'SELECT name, value FROM enstore_replication.standby_needs()' || "${ask[@]}" "$in_force" || return 1
  elif ! "${ask[@]}" "$in_force"; then
    [[ $node == "$NODE" ]] || return 1
    # A server that is down will have what its files say.
    SQL_OUT=''
    for name in "${REQUIRED[@]}"; do SQL_OUT+="$name|$(configured "$name" "$CONFIG_DIR/postgresql.conf")"$'\n'; done
  fi
  for name in "${REQUIRED[@]}"; do
    list=$(sed -n "s/^$name|//p" <<<"$SQL_OUT" | head -n 1)
    if ! is_number "$list"; then return 1; fi
    if [[ $what == needs ]]; then NEEDS[$name]=$list; else HAS[$name]=$list; fi
  done
}

# required_short STANDBY UPSTREAM: which of the five are lower on STANDBY than UPSTREAM needs, as a text in
# SHORT, empty when none is. False when one of the two does not say.
required_short() {
  local name
  SHORT=''
  required_of "$2" needs && required_of "$1" has || return 1
  for name in "${REQUIRED[@]}"; do
    if ((HAS[$name] < NEEDS[$name])); then SHORT+="${SHORT:+, }$name ${HAS[$name]} (needs ${NEEDS[$name]})"; fi
  done
}

# verify_settings: for check and verify alike: the standbys that this node feeds, and this node itself.
verify_settings() {
  local node upstream
  for node in ${STANDBYS//,/ }; do
    upstream=$(upstream_of "$node")
    if [[ $node != "$NODE" && $upstream != "$NODE" ]]; then continue; fi
    if ! required_short "$node" "$upstream"; then
      if [[ $COMMAND == verify ]]; then verdict UNKNOWN settings "$node and $upstream do not both say what they have"; fi
    elif [[ -n $SHORT ]]; then
      verdict FAIL settings "$node has less than its upstream $upstream: $SHORT; it stops or pauses when $upstream starts with that" "$(required_advice "$node")"
    else
      verdict OK settings "$node has at least what $upstream needs of a standby"
    fi
  done
}

required_advice() { printf "on %s: 'enstore-replication copy --configure --restart' takes them over; a standby gets them before its master is restarted" "$1"; }
