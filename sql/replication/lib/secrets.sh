# shellcheck shell=bash
# Passwords: one file per role, readable by the server's user alone, and libpq's password file made
# from them. No password is ever an argument of a program, part of a configuration or printed.

secret_users() { printf '%s\n' "$REPLICATION_USER" "$VERIFY_USER" "$MONITOR_USER"; }

secret_of() { read_file "$SECRETS_DIR/$1.password" | head -n 1; }

# Learns the passwords that no output may hold.
secrets_remember() {
  local user word
  SECRETS=()
  for user in $(secret_users) pgbackrest; do
    word=$(secret_of "$user")
    if ((${#word} >= 4)); then SECRETS+=("$word"); fi
  done
}

new_secret() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 32; }

# make_secret NAME: writes SECRETS_DIR/NAME.password with a new random password, if there is none.
make_secret() {
  local path=$SECRETS_DIR/$1.password
  if [[ -n $(secret_of "$1") ]]; then
    detail "$path is there"
    return 0
  fi
  if dry; then say "      would make $path with a random password"; return 0; fi
  new_secret | put_file "$path" 0600
}

passfile_field() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//:/\\:}"
}

# pgpass: every node with every role whose password is here.
write_passfile() {
  local node user word
  for user in $(secret_users); do
    word=$(secret_of "$user")
    [[ -n $word ]] || continue
    for node in "${ALL_NODES[@]}"; do
      printf '%s:%s:*:%s:%s\n' "$(passfile_field "$(node_host "$node")")" "$(node_port "$node")" "$user" "$(passfile_field "$word")"
    done
  done | put_file "$SECRETS_DIR/pgpass" 0600
}

missing_secrets() {
  local user
  for user in $(secret_users); do
    if [[ -z $(secret_of "$user") ]]; then printf '%s ' "$SECRETS_DIR/$user.password"; fi
  done
}

help_secrets() {
  cat <<'TEXT'
enstore-replication secrets: the passwords of the roles

On the master: makes SECRETS_DIR/ROLE.password (mode 0600, owner RUN_AS) for the replication, the
verify and the monitoring role where one is missing. Put your own password into such a file if you
prefer. On every node: writes SECRETS_DIR/pgpass, which the servers and the kit log in with.
On a standby: first copy the *.password files from the master, for example
  scp -p 192.0.2.1:/etc/enstore-replication/secrets/*.password /etc/enstore-replication/secrets/
Nothing here prints a password.
TEXT
}

command_secrets() {
  local user missing
  if (($#)); then die_usage "secrets takes no argument"; fi
  require_operator
  take_lock
  STEPS=2
  step "Passwords in $SECRETS_DIR"
  ensure_dir "$(dirname "$SECRETS_DIR")" 0755
  ensure_dir "$SECRETS_DIR" 0700
  if [[ $NODE == "$MASTER" ]]; then
    for user in $(secret_users); do make_secret "$user"; done
  else
    missing=$(missing_secrets)
    [[ -z $missing ]] || die "$EXIT_MISSING" "missing here: $missing" "copy them from the master, $(node_host "$MASTER"), with scp -p; owner $RUN_AS, mode 0600"
  fi
  if ! dry; then
    for user in $(secret_users); do
      if ((EUID == 0)); then chown "$RUN_AS" "$SECRETS_DIR/$user.password"; fi
      chmod 0600 "$SECRETS_DIR/$user.password"
    done
  fi
  secrets_remember
  step "Password file $SECRETS_DIR/pgpass"
  write_passfile
  if [[ $NODE == "$MASTER" ]]; then say "Copy the *.password files to $SECRETS_DIR on: ${STANDBYS//,/ }; then run 'enstore-replication secrets' there."; fi
  finish
}
