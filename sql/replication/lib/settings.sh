# shellcheck shell=bash
# The settings file: read, never executed; an unknown name or an ill-formed value is refused.

declare -A SETTING_KIND SETTING_DEFAULT SETTING_VALUE SETTING_LINE NODE_KEY
SETTING_ORDER=()

# setting_define NAME KIND DEFAULT; a leading @ on the name lets a node have its own value.
setting_define() {
  local name=$1
  if [[ $name == @* ]]; then name=${name#@}; NODE_KEY[$name]=yes; fi
  SETTING_ORDER+=("$name")
  SETTING_KIND[$name]=$2
  SETTING_DEFAULT[$name]=$3
}

setting_define MASTER node ''
setting_define STANDBYS nodes ''
setting_define @HOST host ''
setting_define @PORT port 5432
setting_define @UPSTREAM node? ''
setting_define DATABASE word accounting
setting_define PG_MAJOR integer 12
setting_define RUN_AS word postgres
setting_define ADMIN_USER word postgres
setting_define @DATA_DIR path /var/lib/pgsql/12/data
setting_define @CONFIG_DIR path? ''
setting_define @SOCKET_DIR path /var/run/postgresql
setting_define @BIN_DIR path /usr/pgsql-12/bin
setting_define @CLIENT_BIN_DIR path? ''
setting_define @SERVICE unit? ''
setting_define @SERVER_LOG path? ''
setting_define PGDG_REPOSITORY text? ''
setting_define REPLICATION_USER word replication
setting_define REPLICATION_CONNECTION_LIMIT integer 0
setting_define MONITOR_USER word enstore_monitor
setting_define MONITOR_CONNECTION_LIMIT integer 8
setting_define MONITOR_ADDRESSES addresses ''
setting_define VERIFY_USER word enstore_verify
setting_define SECRETS_DIR path /etc/enstore-replication/secrets
setting_define TLS 'choice disable require verify-ca verify-full' verify-ca
setting_define TLS_DIR path /etc/enstore-replication/tls
setting_define TLS_DAYS integer 825
setting_define TLS_WARN_DAYS integer 30
setting_define @TLS_CA_FILE path? ''
setting_define @TLS_CERT_FILE path? ''
setting_define @TLS_KEY_FILE path? ''
setting_define MAX_WAL_SENDERS integer 10
setting_define WAL_KEEP_MB integer 8192
setting_define SLOTS 'choice auto on off' auto
setting_define SLOT_WAL_CAP_MB integer 16384
setting_define SYNCHRONOUS 'choice off remote_write on remote_apply' off
setting_define FEEDBACK 'choice on off' on
setting_define STANDBY_DELAY_SECONDS integer 300
setting_define @APPLY_DELAY_SECONDS integer 0
setting_define ARCHIVE 'choice auto kit keep off' auto
setting_define ARCHIVE_DIR path /var/lib/enstore-replication/archive
setting_define ARCHIVE_TIMEOUT_SECONDS integer 300
setting_define ARCHIVE_MIN_FREE_MB integer 256
setting_define XZ_LEVEL integer 1
setting_define BACKUP_TOOL 'choice kit pgbackrest' kit
setting_define BACKUP_DIR path /var/lib/enstore-replication/backup
setting_define BACKUP_MAX_AGE_HOURS integer 26
setting_define RETAIN_BACKUPS integer 3
setting_define DUMP 'choice yes no' yes
setting_define PGBACKREST_REPOSITORY path /var/lib/pgbackrest
setting_define @PGBACKREST_CONFIG path /etc/pgbackrest/enstore.conf
setting_define PGBACKREST_STANZA word accounting
setting_define PGBACKREST_ENCRYPT 'choice yes no' yes
setting_define PGBACKREST_PROCESSES integer 2
setting_define SCRATCH_DIR path /var/tmp
setting_define VERIFY_TABLES text? ''
setting_define LAG_WARN_MB integer 64
setting_define LAG_WARN_SECONDS integer 300
setting_define CLOCK_WARN_SECONDS integer 5
setting_define WAIT_SECONDS integer 60
setting_define STATE_DIR path /var/lib/enstore-replication/state
setting_define LOG_DIR path /var/log/enstore-replication

# What makes a value of a kind well formed. Paths and names hold no character that a shell, a
# connection string or a PostgreSQL configuration file would read as its own.
setting_fits() {
  local kind=$1 value=$2 choice
  if [[ $kind == *'?' ]]; then
    if [[ -z $value ]]; then return 0; fi
    kind=${kind%'?'}
  fi
  case $kind in
    node) [[ $value =~ ^[a-z][a-z0-9_]{0,30}$ ]] ;;
    nodes) [[ $value =~ ^[a-z][a-z0-9_]{0,30}(,[a-z][a-z0-9_]{0,30})*$ ]] ;;
    host) [[ $value =~ ^[A-Za-z0-9.:-]+$ ]] ;;
    port) [[ $value =~ ^[1-9][0-9]{0,4}$ ]] && ((value <= 65535)) ;;
    integer) [[ $value =~ ^(0|[1-9][0-9]{0,8})$ ]] ;;
    word) [[ $value =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] ;;
    unit) [[ $value =~ ^[A-Za-z0-9@_.-]+$ ]] ;;
    path) [[ $value =~ ^/[A-Za-z0-9_./@+-]*$ ]] ;;
    addresses) [[ -z $value || $value =~ ^[0-9A-Fa-f.:]+/[0-9]+(,[0-9A-Fa-f.:]+/[0-9]+)*$ ]] ;;
    text) [[ $value != *["'\"\\\`\$"]* ]] ;;
    choice*)
      for choice in ${kind#choice}; do
        if [[ $choice == "$value" ]]; then return 0; fi
      done
      return 1
      ;;
  esac
}

setting_wanted() {
  case $1 in
    node | node'?') echo 'a node name: lower-case letters, digits and _, at most 31' ;;
    nodes) echo 'node names with commas between them' ;;
    host) echo 'an address or a host name' ;;
    port) echo 'a port from 1 to 65535' ;;
    integer) echo 'a whole number' ;;
    word) echo 'letters, digits and _' ;;
    path*) echo 'an absolute path of letters, digits and _ . / @ + -' ;;
    addresses) echo 'address/bits with commas between them' ;;
    text*) echo 'text without quotes, backslash and dollar sign' ;;
    unit*) echo 'the name of a service' ;;
    choice*) echo "one of:${1#choice}" ;;
  esac
}

settings_load() {
  local file=$1 line number=0 name value key
  SETTINGS_FILE=$file
  if [[ ! -r $file ]]; then
    die "$EXIT_SETTINGS" "the settings file $file is missing or cannot be read by $(id -un)" \
      "copy $KIT_DIR/settings.example there, change the two addresses, mode 0644; it holds no password"
  fi
  SETTINGS_FILE=$(readlink -f "$file")
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    if [[ $line =~ ^[[:space:]]*(#.*)?$ ]]; then continue; fi
    if [[ ! $line =~ ^[[:space:]]*([A-Za-z0-9_.]+)[[:space:]]*=[[:space:]]*(.*[^[:space:]])?[[:space:]]*$ ]]; then
      die "$EXIT_SETTINGS" "$file line $number is not NAME=value" "write NAME=value, or # before a comment"
    fi
    name=${BASH_REMATCH[1]}
    value=${BASH_REMATCH[2]:-}
    if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    key=${name##*.}
    if [[ -z ${SETTING_KIND[$key]+x} ]]; then
      die "$EXIT_SETTINGS" "$file line $number: there is no setting $name" "see settings.example for the names"
    fi
    if [[ $name == *.* && -z ${NODE_KEY[$key]+x} ]]; then
      die "$EXIT_SETTINGS" "$file line $number: $key is one for all nodes" "write $key=..."
    fi
    if [[ $name == HOST || $name == UPSTREAM ]]; then
      die "$EXIT_SETTINGS" "$file line $number: $key belongs to a node" "write node.$key=..."
    fi
    if ! setting_fits "${SETTING_KIND[$key]}" "$value"; then
      die "$EXIT_SETTINGS" "$file line $number: $name cannot be '$value'" "write $(setting_wanted "${SETTING_KIND[$key]}")"
    fi
    if [[ -n ${SETTING_VALUE[$name]+x} ]]; then
      die "$EXIT_SETTINGS" "$file line $number: $name is already set in line ${SETTING_LINE[$name]}" "keep one of the two"
    fi
    SETTING_VALUE[$name]=$value
    SETTING_LINE[$name]=$number
  done <"$file"
  for key in "${SETTING_ORDER[@]}"; do
    if [[ -z ${NODE_KEY[$key]+x} ]]; then
      setting_get "$key"
      printf -v "$key" '%s' "$SETTING"
    fi
  done
  settings_agree
}

# setting_get KEY [NODE]: the value in SETTING; a node's own value wins over the common one.
setting_get() {
  local key=$1 node=${2:-}
  if [[ -n $node && -n ${SETTING_VALUE[$node.$key]+x} ]]; then
    SETTING=${SETTING_VALUE[$node.$key]}
  elif [[ -n ${SETTING_VALUE[$key]+x} ]]; then
    SETTING=${SETTING_VALUE[$key]}
  else
    SETTING=${SETTING_DEFAULT[$key]}
  fi
}

settings_agree() {
  local name node
  # The variables come from settings_load by name.
  # shellcheck disable=SC2153
  if [[ -z $MASTER || -z $STANDBYS ]]; then
    die "$EXIT_SETTINGS" "$SETTINGS_FILE does not name MASTER and STANDBYS" "write MASTER=name and STANDBYS=name"
  fi
  ALL_NODES=("$MASTER")
  for node in ${STANDBYS//,/ }; do
    if [[ $node == "$MASTER" ]]; then
      die "$EXIT_SETTINGS" "$SETTINGS_FILE: $node is both MASTER and among STANDBYS" "name it once"
    fi
    ALL_NODES+=("$node")
  done
  for name in ${!SETTING_VALUE[*]}; do
    if [[ $name == *.* ]] && ! is_node "${name%%.*}"; then
      die "$EXIT_SETTINGS" "$SETTINGS_FILE line ${SETTING_LINE[$name]}: ${name%%.*} is neither MASTER nor among STANDBYS" "add it there or remove the line"
    fi
  done
  for node in "${ALL_NODES[@]}"; do
    setting_get HOST "$node"
    if [[ -z $SETTING ]]; then
      die "$EXIT_SETTINGS" "$SETTINGS_FILE does not say where $node is" "write $node.HOST=address"
    fi
    setting_get UPSTREAM "$node"
    if [[ -n $SETTING ]] && { [[ $SETTING == "$node" ]] || ! is_node "$SETTING"; }; then
      die "$EXIT_SETTINGS" "$SETTINGS_FILE: $node.UPSTREAM=$SETTING is no other node" "name a node, or leave it empty for the master"
    fi
  done
  if ((XZ_LEVEL > 9)); then
    die "$EXIT_SETTINGS" "$SETTINGS_FILE: XZ_LEVEL is 0 to 9" "1 is quick and 13 % larger than 6"
  fi
  # Replication, base copies and the rebuilding of one node need two connections per standby, one over.
  if ((REPLICATION_CONNECTION_LIMIT == 0)); then
    REPLICATION_CONNECTION_LIMIT=$((2 * (${#ALL_NODES[@]} - 1) + 1))
  fi
}

is_node() {
  local node
  for node in "${ALL_NODES[@]}"; do
    if [[ $node == "$1" ]]; then return 0; fi
  done
  return 1
}

# Which node this host is: told, or found by its addresses. Sets NODE and the node's own settings.
node_select() {
  local wanted=$1 node found='' addresses
  if [[ -n $wanted ]]; then
    is_node "$wanted" || die "$EXIT_USAGE" "there is no node $wanted in $SETTINGS_FILE" "it has: ${ALL_NODES[*]}"
    found=$wanted
  else
    addresses=" $(hostname -I 2>/dev/null) $(hostname -f 2>/dev/null) $(hostname 2>/dev/null) "
    for node in "${ALL_NODES[@]}"; do
      setting_get HOST "$node"
      if [[ $addresses == *" $SETTING "* ]]; then
        [[ -z $found ]] || die "$EXIT_USAGE" "this host could be $found or $node" "say --node"
        found=$node
      fi
    done
    [[ -n $found ]] || die "$EXIT_USAGE" "this host has none of the addresses in $SETTINGS_FILE" "correct HOST, or say --node with one of: ${ALL_NODES[*]}"
  fi
  NODE=$found
  local key
  for key in "${!NODE_KEY[@]}"; do
    setting_get "$key" "$NODE"
    printf -v "$key" '%s' "$SETTING"
  done
  CONFIG_DIR=${CONFIG_DIR:-$DATA_DIR}
  CLIENT_BIN_DIR=${CLIENT_BIN_DIR:-$BIN_DIR}
}

node_host() { setting_get HOST "$1"; printf '%s' "$SETTING"; }
node_port() { setting_get PORT "$1"; printf '%s' "$SETTING"; }

# The node that a standby receives from: its UPSTREAM, or the master.
upstream_of() {
  setting_get UPSTREAM "$1"
  if [[ -n $SETTING && $SETTING != "$1" ]]; then printf '%s' "$SETTING"; else printf '%s' "$MASTER"; fi
}

help_settings() {
  cat <<'TEXT'
enstore-replication settings: print every setting in force for this node and its origin.
Holds no password and can be pasted into a ticket.
TEXT
}

command_settings() {
  local key origin
  if (($#)); then die_usage "settings takes no argument"; fi
  say "# settings of node $NODE from $SETTINGS_FILE"
  for key in "${SETTING_ORDER[@]}"; do
    setting_get "$key" "$NODE"
    if [[ -n ${SETTING_VALUE[$NODE.$key]+x} ]]; then
      origin="line ${SETTING_LINE[$NODE.$key]}"
    elif [[ -n ${SETTING_VALUE[$key]+x} ]]; then
      origin="line ${SETTING_LINE[$key]}"
    else
      origin='default'
    fi
    say "$(printf '%-30s %-44s %s' "$key" "${SETTING:-(empty)}" "$origin")"
  done
}
