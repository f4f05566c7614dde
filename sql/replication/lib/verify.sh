# shellcheck shell=bash
# Looks at everything that has to be right, from this node: versions, roles, stream, marker, clock,
# slots, archive, certificates, backup; and restores the newest backup to see whether it is any good.

# shellcheck source=report.sh
. "$KIT_DIR/lib/report.sh"
# shellcheck source=tls.sh
. "$KIT_DIR/lib/tls.sh"
# shellcheck source=backup.sh
. "$KIT_DIR/lib/backup.sh"
# shellcheck source=scratch.sh
. "$KIT_DIR/lib/scratch.sh"
# shellcheck source=required.sh
. "$KIT_DIR/lib/required.sh"

help_verify() {
  cat <<'TEXT'
enstore-replication verify [--quick] [--quiet] [--only NAME[,NAME]]: is everything right?

  versions   the same major version on every node
  roles      one master, the rest standbys of the same cluster
  settings   a standby has at least the connections, processes and locks of its master
  stream     the master sends to each standby (pg_stat_replication); this standby receives
  lag        bytes and seconds between the master's position and what is replayed here
  marker     a row written on the master is seen on this standby
  clock      the clocks of the nodes agree
  slots      no slot was overrun, none keeps WAL for nobody (13 and later)
  archiver   the master's archive_command succeeds
  archive    every WAL segment since the newest backup is in the archive
  tls        certificates are valid for some time
  backup     the newest backup is young enough and its checksums are right
  restore    the newest backup plus archive, restored into a scratch cluster up to this standby's
             position, has the same row counts and checksums, table by table

On a standby all of it runs; on the master, what can be seen there. Writes nothing but the marker row.
  --quick    without restore, which takes minutes with a large database
  --quiet    prints only what is not right: cron then mails only when there is something to read
  --only     just these

Exit: 0 all right, 1 warnings, 2 something is broken, 3 something could not be seen, 64 wrong option
TEXT
}

verify_wants() { [[ $ONLY == all || ",$ONLY," == *",$1,"* ]]; }

command_verify() {
  local name
  QUIET=no ONLY=all QUICK=no
  while (($#)); do
    case $1 in
      --quick) QUICK=yes ;;
      --quiet) QUIET=yes ;;
      --only) (($# > 1)) || die_usage "--only needs names"; ONLY=$2; shift ;;
      *) die_usage "verify does not know $1" ;;
    esac
    shift
  done
  for name in ${ONLY//,/ }; do
    case $name in
      all | versions | roles | settings | stream | lag | marker | clock | slots | archiver | archive | tls | backup | restore) ;;
      *) die_usage "verify has no part $name" ;;
    esac
  done
  require_operator
  need_client psql pg_isready
  verify_connect
  for name in versions roles settings stream lag marker clock slots archiver archive tls backup restore; do
    if verify_wants "$name" && ! { [[ $name == restore && $QUICK == yes ]]; }; then "verify_$name"; fi
  done
  report_end
}

# ---- who can be asked ----

# ask_master SQL: here through the socket, elsewhere as the verify role.
ask_master() {
  if [[ $NODE == "$MASTER" ]]; then sql_local "$DATABASE" "$1"; else sql_remote "$MASTER" "$VERIFY_USER" "$DATABASE" "$1"; fi
}

verify_connect() {
  MASTER_UP=no HERE_UP=no HERE_STANDBY=no MASTER_ERROR=''
  if sql_local postgres 'SELECT pg_is_in_recovery()'; then
    HERE_UP=yes
    if [[ $SQL_OUT == t ]]; then HERE_STANDBY=yes; fi
  else
    verdict FAIL server "the server of $NODE does not answer: $(first_line "$SQL_ERROR")" "start it; its log: $(server_log_file)$(server_needs_more)"
  fi
  if ask_master 'SELECT pg_is_in_recovery()'; then
    MASTER_UP=yes MASTER_IN_RECOVERY=$SQL_OUT
  elif [[ $NODE != "$MASTER" ]]; then
    MASTER_ERROR=$SQL_ERROR
    explain "$MASTER" "$VERIFY_USER" "$SQL_ERROR"
    verdict FAIL master "cannot log in to $MASTER: $(first_line "$SQL_ERROR")" "$ADVICE"
  fi
}

# For a standby that is down: whether it has too little of what its upstream needs to start at all.
server_needs_more() {
  if [[ $NODE != "$MASTER" ]] && required_short "$NODE" "$(upstream_of "$NODE")" && [[ -n $SHORT ]]; then
    printf '. It does not start with less than its upstream: %s; %s' "$SHORT" "$(required_advice "$NODE")"
  fi
}

unseen() { verdict UNKNOWN "$1" "not seen, since $2 does not answer"; }

verify_versions() {
  local node mine
  mine=$(binary_major || true)
  if [[ $mine != "$PG_MAJOR" ]]; then
    verdict FAIL versions "$BIN_DIR has PostgreSQL ${mine:-nothing}, the settings say $PG_MAJOR" "correct PG_MAJOR or install PostgreSQL $PG_MAJOR"
  elif [[ -n $(data_major "$DATA_DIR") && $(data_major "$DATA_DIR") != "$PG_MAJOR" ]]; then
    verdict FAIL versions "$DATA_DIR is of PostgreSQL $(data_major "$DATA_DIR")" "correct DATA_DIR"
  fi
  for node in "${ALL_NODES[@]}"; do
    [[ $node != "$NODE" ]] || continue
    if ! remote_version "$node"; then
      verdict UNKNOWN versions "$node: $(first_line "$SQL_ERROR")"
    elif ((REMOTE_MAJOR != PG_MAJOR)); then
      verdict FAIL versions "$node is PostgreSQL $REMOTE_VERSION, $NODE is $PG_MAJOR" "both need the same major version"
    elif [[ $HERE_UP == yes ]] && sql_number sql_local postgres 'SHOW server_version_num' && [[ $REMOTE_VERSION != "$((SQL_OUT / 10000)).$((SQL_OUT % 10000))" ]]; then
      verdict WARN versions "$node is PostgreSQL $REMOTE_VERSION, $NODE is $((SQL_OUT / 10000)).$((SQL_OUT % 10000))" "bring both to the same minor version, the standby first"
    else
      verdict OK versions "$node and $NODE are PostgreSQL $REMOTE_VERSION"
    fi
  done
}

verify_roles() {
  local node masters='' systems=''
  for node in "${ALL_NODES[@]}"; do
    if [[ $node == "$NODE" ]]; then
      sql_local postgres 'SELECT pg_is_in_recovery(), system_identifier FROM pg_control_system()' || continue
    else
      sql_remote "$node" "$VERIFY_USER" "$DATABASE" 'SELECT pg_is_in_recovery(), system_identifier FROM pg_control_system()' || continue
    fi
    if [[ $SQL_OUT == f* ]]; then masters+="$node "; fi
    if [[ " $systems " != *" ${SQL_OUT#*|} "* ]]; then systems+="${systems:+ }${SQL_OUT#*|}"; fi
  done
  masters=${masters% }
  if [[ $systems == *' '* ]]; then
    verdict FAIL roles "the nodes are of different clusters: $systems" "enstore-replication rebuild, on the one that is not of the master's"
  fi
  case $masters in
    "$MASTER") verdict OK roles "$MASTER is the master, the others are standbys" ;;
    '') if [[ $MASTER_UP == yes ]]; then
          verdict FAIL roles "no node is a master; $MASTER is a standby" "enstore-replication switch-over take, on the node that is to be it"
        else
          node_state "$MASTER"
          if [[ $NODE_STATE == silent ]]; then
            verdict FAIL roles "no master answers" "start $MASTER; if it is lost for good: 'enstore-replication switch-over take --master-lost' on the standby"
          else
            verdict UNKNOWN roles "$MASTER answers, but not to us" "see the line on the master above; leave the roles as they are"
          fi
        fi ;;
    *' '*) verdict FAIL roles "more than one master: $masters" "stop the one that is not to be it at once, then 'enstore-replication rebuild' on it; what was written there since the switch-over is not on the other" ;;
    *) verdict FAIL roles "$masters is the master, the settings say MASTER=$MASTER" "correct MASTER and STANDBYS on every node; if $MASTER runs as a master no more: 'enstore-replication rebuild' there" ;;
  esac
}

replay_goes_on() { sql_local postgres 'SELECT pg_is_wal_replay_paused()' && [[ $SQL_OUT == f ]]; }

verify_stream() {
  local node upstream line
  for node in ${STANDBYS//,/ }; do
    upstream=$(upstream_of "$node")
    if [[ $upstream == "$NODE" ]]; then
      sql_local postgres "SELECT state, sync_state, sent_lsn, write_lsn, flush_lsn, replay_lsn FROM pg_stat_replication WHERE application_name = '$node'" || { unseen stream "$NODE"; continue; }
    elif ! sql_remote "$upstream" "$VERIFY_USER" "$DATABASE" "SELECT state, sync_state, sent_lsn, write_lsn, flush_lsn, replay_lsn FROM pg_stat_replication WHERE application_name = '$node'"; then
      unseen stream "$upstream"
      continue
    fi
    IFS='|' read -r line _ <<<"$SQL_OUT"
    case $line in
      streaming) verdict OK stream "$upstream sends to $node ($(cut -d'|' -f2 <<<"$SQL_OUT")): sent, written, flushed, replayed $(cut -d'|' -f3- <<<"$SQL_OUT" | tr '|' ' ')" ;;
      '') if [[ $node == "$NODE" ]]; then verdict FAIL stream "$upstream has no connection from $node" "see the next line"
          else verdict FAIL stream "$upstream has no connection from $node" "enstore-replication verify, on $node"; fi ;;
      catchup) verdict WARN stream "$upstream is sending $node what it missed" "look again in a while" ;;
      *) verdict WARN stream "$upstream: state $line for $node" ;;
    esac
  done
  if [[ $NODE == "$MASTER" || $HERE_UP == no ]]; then return 0; fi
  if [[ $HERE_STANDBY == no ]]; then
    verdict FAIL stream "$NODE is no standby any more" "'enstore-replication rebuild' here, or correct MASTER if the switch-over was meant"
    return 0
  fi
  upstream=$(upstream_of "$NODE")
  if ! replay_goes_on; then
    # PostgreSQL 14 and later pause by themselves where older ones end, and then end when told to go on.
    if required_short "$NODE" "$upstream" && [[ -n $SHORT ]]; then
      verdict FAIL stream "replay on $NODE has paused, since $NODE has less than $upstream: $SHORT; $upstream is not at fault and nothing is lost" "$(required_advice "$NODE")"
    elif ! wait_for 10 replay_goes_on; then
      # A verify elsewhere pauses for a second only.
      verdict FAIL stream "replay on $NODE is paused, by pg_wal_replay_pause() or a recovery target" "when nobody needs the pause: SELECT pg_wal_replay_resume()"
    fi
    if ! replay_goes_on; then return 0; fi
  fi
  sql_local postgres "SELECT status, coalesce(sender_host, '?') || ':' || coalesce(sender_port::text, '?'), extract(epoch FROM now() - last_msg_receipt_time)::int FROM pg_stat_wal_receiver"
  if [[ $SQL_OUT == streaming* ]]; then
    verdict OK stream "$NODE receives from $(cut -d'|' -f2 <<<"$SQL_OUT"), last word $(cut -d'|' -f3 <<<"$SQL_OUT") s ago"
  else
    stream_cause "$(upstream_of "$NODE")"
    verdict FAIL stream "$NODE receives nothing: $CAUSE" "$ADVICE"
  fi
}

verify_lag() {
  local master here bytes seconds
  if [[ $HERE_STANDBY == no ]]; then return 0; fi
  if [[ $MASTER_UP == no || $MASTER_IN_RECOVERY == t ]]; then
    sql_local postgres 'SELECT pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()'
    verdict UNKNOWN lag "no master to compare with; replayed to ${SQL_OUT%|*}, last transaction of ${SQL_OUT#*|}"
    return 0
  fi
  ask_master 'SELECT pg_current_wal_lsn()' && master=$SQL_OUT
  sql_local postgres "SELECT pg_last_wal_replay_lsn(), coalesce(round(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::text, '')"
  IFS='|' read -r here seconds <<<"$SQL_OUT"
  bytes=$(($(lsn_bytes "$master") - $(lsn_bytes "$here")))
  if ((bytes <= 0)); then
    verdict OK lag "nothing to replay: $here"
  elif ((APPLY_DELAY_SECONDS)); then
    verdict OK lag "$(human "$bytes") behind, with a delay of $APPLY_DELAY_SECONDS s asked for"
  elif ((bytes > LAG_WARN_MB * 1048576)) || { [[ $seconds =~ ^[0-9]+$ ]] && ((seconds > LAG_WARN_SECONDS && bytes > 16777216)); }; then
    verdict WARN lag "$(human "$bytes") behind, last transaction replayed is ${seconds:-?} s old" "look at the network, the standby's disk and long queries on it (pg_stat_activity)"
  else
    verdict OK lag "$(human "$bytes") behind"
  fi
}

marker_seen() {
  if ((APPLY_DELAY_SECONDS)); then
    sql_local postgres "SELECT pg_last_wal_receive_lsn() >= '$MARKER_LSN'"
  else
    sql_local "$DATABASE" "SELECT EXISTS (SELECT FROM enstore_replication.marker WHERE token = '$MARKER')"
  fi && [[ $SQL_OUT == t ]]
}

verify_marker() {
  local begun
  if [[ $HERE_STANDBY == no ]]; then return 0; fi
  if [[ $MASTER_UP == no || $MASTER_IN_RECOVERY == t ]]; then verdict UNKNOWN marker "no master to write it on"; return 0; fi
  MARKER=$NODE-$(date -u +%Y%m%dT%H%M%S)-$$
  # Synchronous waiting is left out: this asks whether the row arrives, and must not hang when not.
  if ! ask_master "SET synchronous_commit = local; DELETE FROM enstore_replication.marker WHERE written_at < now() - interval '7 days';
INSERT INTO enstore_replication.marker (token) VALUES ('$MARKER'); SELECT pg_current_wal_lsn()"; then
    verdict FAIL marker "cannot write the marker row: $(first_line "$SQL_ERROR")" "enstore-replication master, on $MASTER"
    return 0
  fi
  MARKER_LSN=$SQL_OUT
  begun=$(date +%s%N)
  if wait_for "$MARKER_WAIT" marker_seen; then
    verdict OK marker "a row written on $MASTER was $( ((APPLY_DELAY_SECONDS)) && echo received || echo seen) here after $((($(date +%s%N) - begun) / 1000000)) ms"
  else
    verdict FAIL marker "a row written on $MASTER was not seen here within $MARKER_WAIT s" "see stream and lag above"
  fi
}
MARKER_WAIT=10

verify_clock() {
  local node before after there
  for node in "${ALL_NODES[@]}"; do
    [[ $node != "$NODE" ]] || continue
    before=$(date +%s%N)
    if ! sql_number sql_remote "$node" "$VERIFY_USER" "$DATABASE" 'SELECT round(extract(epoch FROM clock_timestamp())::numeric * 1000)'; then
      unseen clock "$node"
      continue
    fi
    after=$(date +%s%N)
    there=$((SQL_OUT - (before + after) / 2000000))
    if ((there > CLOCK_WARN_SECONDS * 1000 + (after - before) / 1000000 || -there > CLOCK_WARN_SECONDS * 1000 + (after - before) / 1000000)); then
      verdict WARN clock "the clock of $node is $(awk -v n="$there" 'BEGIN { printf "%+.1f", n / 1000 }') s off this host's: lag in seconds means nothing until it is right, lag in bytes is right" "make chronyd or ntpd work on both; no data is lost by it"
    else
      verdict OK clock "the clocks of $node and $NODE agree within $(((there < 0 ? -there : there) + (after - before) / 2000000)) ms"
    fi
  done
}

verify_slots() {
  local line name active status
  if [[ $MASTER_UP == no ]]; then
    if slots_wanted; then unseen slots "$MASTER"; fi
    return 0
  fi
  if ((PG_MAJOR < 13)); then
    ask_master "SELECT slot_name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint FROM pg_replication_slots" || return 0
    while IFS='|' read -r name active status; do
      [[ -n $name ]] || continue
      if [[ $active == f ]]; then
        verdict WARN slots "slot $name keeps $(human "${status:-0}") of WAL for nobody and without bound" "start its standby, or drop it: SELECT pg_drop_replication_slot('$name')"
      else
        verdict OK slots "slot $name is in use"
      fi
    done <<<"$SQL_OUT"
    return 0
  fi
  ask_master "SELECT slot_name, active, coalesce(wal_status, 'new'), coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT temporary" || { unseen slots "$MASTER"; return 0; }
  line=$SQL_OUT
  while IFS='|' read -r name active status _; do
    [[ -n $name ]] || continue
    case $status-$active in
      lost-*) verdict FAIL slots "slot $name was overrun: it fell more than SLOT_WAL_CAP_MB=$SLOT_WAL_CAP_MB behind" "'enstore-replication rebuild' on $name makes it anew; the archive may still feed the standby meanwhile" ;;
      unreserved-*) verdict WARN slots "slot $name is about to be overrun" "start $name or look at its network now" ;;
      *-f) verdict WARN slots "slot $name has no standby connected" "start $name, or 'enstore-replication undo copy' there if it is gone" ;;
      *) verdict OK slots "slot $name is in use, $status" ;;
    esac
  done <<<"$line"
}

verify_archiver() {
  local failing archived failed since count now behind
  if [[ $ARCHIVE == off ]]; then verdict WARN archiver "ARCHIVE=off: no archive, so backups restore to their own end only" "set ARCHIVE=kit"; return 0; fi
  if [[ $MASTER_UP == no || $MASTER_IN_RECOVERY == t ]]; then unseen archiver "$MASTER"; return 0; fi
  ask_master "SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false), coalesce(last_archived_wal, ''), coalesce(last_failed_wal, ''),
    coalesce(extract(epoch FROM clock_timestamp() - last_archived_time)::int::text, 'never'), failed_count, pg_walfile_name(pg_current_wal_lsn()), current_setting('archive_mode') FROM pg_stat_archiver" || { unseen archiver "$MASTER"; return 0; }
  local mode
  IFS='|' read -r failing archived failed since count now mode <<<"$SQL_OUT"
  behind='?'
  # A crash of the master sets its counters back; the archive itself remembers.
  if [[ -z $archived && $BACKUP_TOOL == kit ]]; then
    archived=$(list_archive "$ARCHIVE_DIR" | sort | tail -n 1)
    archived=${archived%%.*} since=unknown
  fi
  if is_segment "${archived%%.*}" && is_segment "$now"; then
    wal_index "${archived%%.*}" "$(segment_bytes)"
    behind=$WAL_INDEX
    wal_index "$now" "$(segment_bytes)"
    behind=$((WAL_INDEX - behind - 1))
  fi
  if [[ $mode == off ]]; then
    verdict FAIL archiver "archive_mode is off on $MASTER" "enstore-replication master --restart, on $MASTER"
  elif [[ $failing == t ]]; then
    verdict FAIL archiver "$MASTER fails to archive $failed ($count failures), $behind segments wait in its pg_wal$(archive_room)" "the reason is in the log of $MASTER; most often the archive folder is full or not mounted: make room there, or run 'enstore-replication retention' on $MASTER; it goes on by itself"
  elif [[ -z $archived ]]; then
    verdict WARN archiver "$MASTER has archived nothing yet" "enstore-replication master, on $MASTER, tries it"
  elif [[ $behind != '?' ]] && ((behind > 8)); then
    verdict WARN archiver "$behind segments wait to be archived; last archived $archived, $since s ago" "a lower XZ_LEVEL is quicker"
  else
    verdict OK archiver "last archived $archived ($since s ago); failures since the counters began: $count"
  fi
}

archive_room() {
  local free
  free=$(free_mb "$ARCHIVE_DIR")
  if [[ -n $free ]]; then printf '; %s has %s MB free' "$ARCHIVE_DIR" "$free"; fi
}

verify_archive() {
  local newest first
  if [[ $ARCHIVE == off ]]; then return 0; fi
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    # shellcheck source=/dev/null
    . "$KIT_DIR/lib/pgbackrest.sh"
    pgbackrest_verify_archive
    return
  fi
  newest=$(backups_newest_first | head -n 1)
  if [[ -z $newest ]]; then verdict UNKNOWN archive "no base backup to start from" "enstore-replication backup"; return 0; fi
  first=$(backup_info "$newest" start_segment)
  archive_holes "$ARCHIVE_DIR" "$first" "$(segment_bytes)"
  if [[ -z $NEWEST_SEGMENT ]]; then
    verdict FAIL archive "no WAL in $ARCHIVE_DIR" "mount it here too, or set ARCHIVE_DIR to the folder that the master fills"
  elif ((HOLE_COUNT)); then
    verdict FAIL archive "$HOLE_COUNT of the segments since backup $newest are missing: $HOLES$( ((HOLE_COUNT > 5)) && echo ' ...')" "if $MASTER still has them in pg_wal they come by themselves; otherwise a restore of $newest ends before the gap: run 'enstore-replication backup' now, a new one needs nothing before itself"
  elif ((SEGMENTS_SEEN == 0)); then
    verdict WARN archive "the WAL of backup $newest, from $first on, is not archived yet" "it is when the master has filled or switched the segment; look again after ARCHIVE_TIMEOUT_SECONDS"
  else
    verdict OK archive "$SEGMENTS_SEEN segments from $first to $NEWEST_SEGMENT, none missing"
  fi
}

verify_tls() {
  local node end left
  if [[ $TLS == disable ]]; then verdict WARN tls "TLS=disable: the data cross the network in the clear" "set TLS=verify-ca, then 'enstore-replication tls'"; return 0; fi
  tls_files
  if ! tls_days_left "$TLS_CERT"; then
    verdict FAIL tls "$TLS_CERT cannot be read" "enstore-replication tls"
  else
    tls_verdict "$NODE" "$TLS_LEFT"
  fi
  for node in "${ALL_NODES[@]}"; do
    [[ $node != "$NODE" ]] || continue
    # Older openssl cannot ask a PostgreSQL server; the node itself then watches its own.
    end=$(openssl s_client -starttls postgres -connect "$(node_host "$node"):$(node_port "$node")" </dev/null 2>/dev/null | openssl x509 -noout -enddate 2>/dev/null) || continue
    end=$(date -d "${end#notAfter=}" +%s) || continue
    left=$(((end - $(date +%s)) / 86400))
    if ((end < $(date +%s))); then left=-1; fi
    tls_verdict "$node" "$left"
  done
}

tls_verdict() {
  if (($2 < 0)); then
    verdict FAIL tls "the certificate of $1 is expired: nobody can connect to it anew" "'enstore-replication tls --renew' where ca.key is, copy $1.crt and $1.key to $1, 'enstore-replication tls --reload' there"
  elif (($2 < TLS_WARN_DAYS)); then
    verdict WARN tls "the certificate of $1 is valid for $2 more days" "'enstore-replication tls --renew' where ca.key is, copy $1.crt and $1.key to $1, 'enstore-replication tls --reload' there"
  else
    verdict OK tls "the certificate of $1 is valid for $2 days"
  fi
}

verify_backup() {
  local newest age
  if [[ $BACKUP_TOOL == pgbackrest ]]; then
    # shellcheck source=/dev/null
    . "$KIT_DIR/lib/pgbackrest.sh"
    pgbackrest_verify_backup
    return
  fi
  newest=$(backups_newest_first | head -n 1)
  if [[ -z $newest ]]; then verdict FAIL backup "no base backup in $BACKUP_DIR" "enstore-replication backup"; return 0; fi
  age=$((($(date +%s) - $(date -u -d "${newest:0:4}-${newest:4:2}-${newest:6:2} ${newest:9:2}:${newest:11:2}:${newest:13:2}" +%s)) / 3600))
  # shellcheck disable=SC2016 # expanded by the inner shell
  if ! as_server bash -c 'cd "$1" && sha256sum --quiet -c SHA256SUMS' sums "$BACKUP_DIR/$newest" >"$WORK/sums" 2>&1; then
    verdict FAIL backup "backup $newest is damaged: $(head -n 1 "$WORK/sums")" "run 'enstore-replication backup' now and look at the disk of $BACKUP_DIR"
  elif ((age > BACKUP_MAX_AGE_HOURS)); then
    verdict WARN backup "the newest backup, $newest, is $age h old" "put 'enstore-replication backup' into cron; allowed are BACKUP_MAX_AGE_HOURS=$BACKUP_MAX_AGE_HOURS"
  else
    verdict OK backup "$newest, $age h old, checksums right"
  fi
}
