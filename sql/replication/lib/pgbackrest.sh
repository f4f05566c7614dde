# shellcheck shell=bash
# The same set-up with pgBackRest: incremental, checksummed, parallel backups in an encrypted
# repository. The rest of the kit, verify above all, works with it unchanged.

# shellcheck source=report.sh
. "$KIT_DIR/lib/report.sh"

help_pgbackrest() {
  cat <<'TEXT'
enstore-replication pgbackrest configure | stanza | check | info

With BACKUP_TOOL=pgbackrest in the settings, in this order:
  configure  writes PGBACKREST_CONFIG for this node; the repository's passphrase goes into it from
             SECRETS_DIR/pgbackrest.password, made here on the master when missing (mode 0600;
             copy it to the standby before configure there, and keep it apart from the repository)
  (then)     enstore-replication master --restart, which sets archive-push as archive_command
  stanza     on the master: creates the stanza and checks that a segment reaches the repository
  (then)     enstore-replication backup: the first is full, later ones incremental, a full one each
             week; 'copy', 'verify' and 'retention' are as before
  check      pgBackRest's own check;   info  what the repository holds
The repository PGBACKREST_REPOSITORY is a folder that all nodes share.
TEXT
}

pgbackrest_run() { as_server pgbackrest --config="$PGBACKREST_CONFIG" --stanza="$PGBACKREST_STANZA" "$@"; }

command_pgbackrest() {
  local action=${1:-}
  (($# == 1)) || die_usage "pgbackrest is configure, stanza, check or info"
  [[ $BACKUP_TOOL == pgbackrest ]] || die "$EXIT_SETTINGS" "the settings say BACKUP_TOOL=$BACKUP_TOOL" "set BACKUP_TOOL=pgbackrest"
  need_tool pgbackrest
  case $action in
    configure) pgbackrest_configure ;;
    stanza)
      [[ $NODE == "$MASTER" ]] || die "$EXIT_REFUSED" "the stanza belongs to the master" "run it on $MASTER"
      take_lock
      STEPS=2
      step "Stanza $PGBACKREST_STANZA"
      run pgbackrest_run --log-level-console=warn stanza-create || die "$EXIT_FAILED" "stanza-create failed, see above" "look at $PGBACKREST_CONFIG and $PGBACKREST_REPOSITORY"
      step "One segment through archive_command into the repository"
      run pgbackrest_run --log-level-console=warn check || die "$EXIT_FAILED" "check failed, see above" "'enstore-replication master --restart' sets the archive_command"
      finish
      ;;
    check) show_output pgbackrest_run --log-level-console=info check || die "$EXIT_FAILED" "check failed, see above" "enstore-replication verify" ;;
    info) show_output pgbackrest_run info ;;
    *) die_usage "pgbackrest does not know $action" ;;
  esac
}

pgbackrest_configure() {
  local cipher=''
  take_lock
  STEPS=2
  step "Repository $PGBACKREST_REPOSITORY"
  ensure_dir "$PGBACKREST_REPOSITORY" 0700
  if [[ $PGBACKREST_ENCRYPT == yes ]]; then
    if [[ $NODE != "$MASTER" && -z $(secret_of pgbackrest) ]]; then
      die "$EXIT_MISSING" "$SECRETS_DIR/pgbackrest.password is missing" "copy it from the master with scp -p"
    fi
    ensure_dir "$(dirname "$SECRETS_DIR")" 0755
    ensure_dir "$SECRETS_DIR" 0700
    make_secret pgbackrest
    secrets_remember
    if ! dry; then cipher="repo1-cipher-type=aes-256-cbc"$'\n'"repo1-cipher-pass=$(secret_of pgbackrest)"; fi
  fi
  step "Configuration $PGBACKREST_CONFIG"
  if dry; then say "      would write $PGBACKREST_CONFIG (with a passphrase, not shown)"; return 0; fi
  ensure_dir "$(dirname "$PGBACKREST_CONFIG")" 0755
  FILL=([NODE]=$NODE [STANZA]=$PGBACKREST_STANZA [REPOSITORY]=$PGBACKREST_REPOSITORY [CIPHER]=$cipher
    [RETAIN]=$RETAIN_BACKUPS [PROCESSES]=$PGBACKREST_PROCESSES [LOG_DIR]=$LOG_DIR [STATE_DIR]=$STATE_DIR
    [DATA_DIR]=$DATA_DIR [PORT]=$PORT [SOCKET_DIR]=$SOCKET_DIR [ADMIN_USER]=$ADMIN_USER)
  render pgbackrest.conf.in | own_file pgbackrest "$PGBACKREST_CONFIG" 0600
  # The file holds the passphrase and is read by the server's user, whoever wrote it.
  if ((EUID == 0)); then chown "$RUN_AS" "$PGBACKREST_CONFIG"; fi
  finish
}

# Seconds since the newest backup ended, and how it was labelled.
pgbackrest_newest() {
  PGBACKREST_INFO=$(pgbackrest_run --output=json info 2>"$WORK/pgbackrest") || return 1
  PGBACKREST_LABEL=$(grep -o '"label":"[^"]*"' <<<"$PGBACKREST_INFO" | tail -n 1 | cut -d'"' -f4)
  PGBACKREST_STOP=$(grep -o '"stop":[0-9]\{6,\}' <<<"$PGBACKREST_INFO" | tail -n 1 | cut -d: -f2)
  PGBACKREST_FULL=$(grep -o '"label":"[0-9]\{8\}-[0-9]\{6\}F"' <<<"$PGBACKREST_INFO" | tail -n 1 | cut -d'"' -f4)
  [[ -n $PGBACKREST_LABEL ]]
}

pgbackrest_backup() {
  local type=incr
  need_tool pgbackrest
  [[ $NODE == "$MASTER" ]] || die "$EXIT_REFUSED" "with pgBackRest the backup runs on the master" "run it on $MASTER"
  STEPS=1
  if ! pgbackrest_newest; then
    type=full
  elif (($(date +%s) - $(date -d "${PGBACKREST_FULL:0:8}" +%s) > 7 * 86400)); then
    type=full
  fi
  step "pgBackRest backup, $type"
  run_live pgbackrest_run --type="$type" --log-level-console=info backup ||
    die "$EXIT_FAILED" "pgbackrest failed, see above" "enstore-replication pgbackrest check"
  if ! dry && pgbackrest_newest; then say "Backup $PGBACKREST_LABEL is whole. 'enstore-replication verify' restores it to see."; fi
  finish
}

pgbackrest_verify_backup() {
  local age
  if ! pgbackrest_newest; then
    verdict FAIL backup "pgBackRest shows no backup: $(head -n 1 "$WORK/pgbackrest")" "enstore-replication backup, on $MASTER"
    return 0
  fi
  age=$((($(date +%s) - PGBACKREST_STOP) / 3600))
  if ! pgbackrest_run --log-level-console=off verify >"$WORK/pgbackrest" 2>&1; then
    verdict FAIL backup "pgbackrest verify finds damage in the repository" "run 'pgbackrest --config=$PGBACKREST_CONFIG --stanza=$PGBACKREST_STANZA verify' to see what, then 'enstore-replication backup' on $MASTER"
  elif ((age > BACKUP_MAX_AGE_HOURS)); then
    verdict WARN backup "the newest backup, $PGBACKREST_LABEL, is $age h old" "put 'enstore-replication backup' into cron"
  else
    verdict OK backup "$PGBACKREST_LABEL, $age h old, pgbackrest verify finds nothing wrong"
  fi
}

pgbackrest_verify_archive() {
  local low high file first
  if ! pgbackrest_newest; then verdict UNKNOWN archive "no pgBackRest backup to start from"; return 0; fi
  low=$(grep -o '"start":"[0-9A-F]\{24\}"' <<<"$PGBACKREST_INFO" | tail -n 1 | cut -d'"' -f4)
  high=$(grep -o '"max":"[0-9A-F]\{24\}"' <<<"$PGBACKREST_INFO" | tail -n 1 | cut -d'"' -f4)
  if [[ -z $low || -z $high ]]; then verdict UNKNOWN archive "pgBackRest names no WAL range"; return 0; fi
  # The repository's own list, under the names that archive_holes reads.
  mkdir -p "$WORK/listing"
  while IFS= read -r file; do
    file=${file##*/}
    if [[ ${file:0:24} =~ ^[0-9A-F]{24}$ && $file != *.backup* ]]; then : >"$WORK/listing/${file:0:24}"; fi
  done < <(pgbackrest_run --log-level-console=off repo-ls --recurse "archive/$PGBACKREST_STANZA" 2>/dev/null)
  while IFS= read -r file; do
    pgbackrest_run --log-level-console=off repo-get "archive/$PGBACKREST_STANZA/$file" >"$WORK/listing/${file##*/}" 2>/dev/null
  done < <(pgbackrest_run --log-level-console=off repo-ls --recurse --filter='history$' "archive/$PGBACKREST_STANZA" 2>/dev/null)
  archive_holes "$WORK/listing" "$low" "$(segment_bytes)"
  if ((HOLE_COUNT)); then
    verdict FAIL archive "$HOLE_COUNT segments since backup $PGBACKREST_LABEL are missing in the repository: $HOLES" "run 'enstore-replication backup' on $MASTER now"
  else
    verdict OK archive "$SEGMENTS_SEEN segments from $low to $NEWEST_SEGMENT in the repository, none missing"
  fi
}
