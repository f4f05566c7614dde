# shellcheck shell=bash
# Switching over, taking back, retention, several standbys, and what the kit refuses.

test_switch_over_planned() {
  new_pair 12
  pair_ready
  work "$P1" 100
  kit_fails 77 'db1 answers and is a master' db2 switch-over take --lsn 0/1
  kit_ok db1 --dry-run switch-over release
  must answers "$P1" postgres 'SELECT pg_is_in_recovery()' f
  kit_ok db1 switch-over release
  local position
  position=$(sed -n 's/.*take --lsn \([0-9A-F/]*\)$/\1/p' <<<"$SAID")
  # Changed their mind: it goes back as long as nobody took it.
  kit_ok db1 undo switch-over
  must poll "streams $P2"
  work "$P1" 100
  equal "$(sed -n 's/^MASTER=//p' "$P/settings")" db1
  kit_ok db1 switch-over release
  position=$(sed -n 's/.*take --lsn \([0-9A-F/]*\)$/\1/p' <<<"$SAID")
  kit_fails 77 'has replayed .* but .* wrote up to' db2 switch-over take --lsn F/F0000000
  kit_ok db2 switch-over take --lsn "$position"
  equal "$(rows "$P2")" 2200
  work "$P2" 50
  kit_fails 77 'is the master already|did not release' db1 undo switch-over
  kit_ok db1 switch-over attach
  must poll "answers $P1 accounting 'SELECT count(*) FROM encp_xfer' 2250"
  kit_ok db2 backup
  kit_ok db1 verify
  # And home again, the other way round.
  kit_ok db2 switch-over release
  position=$(sed -n 's/.*take --lsn \([0-9A-F/]*\)$/\1/p' <<<"$SAID")
  kit_ok db1 switch-over take --lsn "$position"
  kit_ok db2 switch-over attach
  kit_ok db1 backup
  kit_ok db2 verify
  equal "$(rows "$P1")" 2250
}

test_undo() {
  new_pair 15
  as_user cp -a "$D1" "$P/before"
  pair_ready
  kit_fails 77 'still connected as replication: db2' db1 undo master
  kit_fails 77 'still names the certificates' db1 undo tls
  kit_ok db2 --dry-run undo copy
  must test -d "$D2"
  kit_ok db2 undo copy
  must test ! -e "$D2"
  must answers "$P1" postgres "SELECT count(*) FROM pg_replication_slots" 0
  kit_ok db1 --dry-run undo master
  must answers "$P1" postgres "SELECT count(*) FROM pg_roles WHERE rolname IN ('replication', 'enstore_verify', 'enstore_monitor')" 3
  kit_ok db1 undo master --restart
  equal "$(diff "$P/before/postgresql.conf" "$D1/postgresql.conf")" ''
  equal "$(diff "$P/before/pg_hba.conf" "$D1/pg_hba.conf")" ''
  equal "$(ls "$D1/conf.d")" ''
  must answers "$P1" postgres "SELECT count(*) FROM pg_roles WHERE rolname IN ('replication', 'enstore_verify', 'enstore_monitor')" 0
  must answers "$P1" accounting "SELECT to_regnamespace('enstore_replication') IS NULL" t
  must answers "$P1" postgres "SHOW archive_mode" off
  equal "$(rows "$P1")" 2000
  kit_ok db1 undo tls
  must test ! -e "$P/tls/ca.key"
  kit_ok db1 undo secrets
  kit_ok db1 undo backup
  kit_ok db1 undo backup
  kit_fails 77 'no note' db1 undo master
  # And all of it once more.
  pair_ready
  kit_ok db2 verify --quick
}

test_undo_replaced_data() {
  new_pair 12
  # Another initdb, and so another system, than the master's.
  as_user rm -rf "$SCRATCH/template.12"
  new_cluster 12 "$D2" "$P2"
  query "$P2" accounting "CREATE TABLE only_here (n int)"
  stop_cluster 12 "$D2"
  master_ready
  kit_fails 77 'is not empty' db2 copy
  kit_fails 77 'is of another cluster' db2 copy --discard
  kit_ok db2 copy --replace
  kit_ok db2 verify --only stream,marker
  kit_ok db2 undo copy
  start_cluster 12 "$D2"
  must answers "$P2" accounting "SELECT count(*) FROM only_here" 0
}

test_retention() {
  new_pair 12 RETAIN_BACKUPS=2
  pair_ready
  fill_wal "$P1" 3
  # Names are a second apart.
  must poll "[[ \$(date -u +%Y%m%dT%H%M%SZ) > $(ls "$P/backup" | tail -n 1) ]]"
  kit_ok db1 backup
  fill_wal "$P1" 3
  must archived_all
  local before
  before=$(ls "$P/archive" | wc -l)
  kit_ok db1 --dry-run retention
  equal "$(ls "$P/archive" | wc -l)" "$before"
  equal "$(ls "$P/backup" | wc -l)" 3
  kit_ok db1 retention
  equal "$(ls "$P/backup" | wc -l)" 2
  must test "$(ls "$P/archive" | wc -l)" -lt "$before"
  kit_ok db2 verify
  # The older of the two kept ones has its archive too.
  as_user rm -rf "$P/backup/$(ls "$P/backup" | tail -n 1)"
  kit_ok db2 verify
}

test_archive_command_kept() {
  new_pair 12
  as_user mkdir -p "$P/archive"
  # As Enstore's own script does: xz -2, over whatever is there.
  as_user tee "$P/pg_xlog_archive.sh" >/dev/null <<'SH'
#!/bin/bash
xz -2 <"$2" >"$1/$3.xz"
SH
  as_user chmod 0755 "$P/pg_xlog_archive.sh"
  as_user tee -a "$D1/postgresql.conf" >/dev/null <<CONF
archive_mode = on
archive_command = '$P/pg_xlog_archive.sh $P/archive %p %f'
CONF
  stop_cluster 12 "$D1"
  start_cluster 12 "$D1"
  pair_ready
  must answers "$P1" postgres 'SHOW archive_command' "$P/pg_xlog_archive.sh $P/archive %p %f"
  must test ! -e "$D1/conf.d/3_archive.conf"
  grep -q 'kept: archive_command' "$P/transcript" || { echo "not told"; exit 1; }
  kit_ok db2 verify
  kit_ok db1 retention
  says 'another program fills'
}

test_cascade() {
  new_pair 15
  pair_ready
  local p3 d3
  p3=$(free_port) d3=$P/db3/data
  as_user mkdir -p "$P/db3"
  set_setting STANDBYS=db2,db3
  set_setting db3.HOST=127.0.0.1
  set_setting "db3.PORT=$p3"
  set_setting "db3.DATA_DIR=$d3"
  set_setting "db3.SERVER_LOG=$d3.log"
  set_setting db3.UPSTREAM=db2
  kit_ok db1 tls
  kit_ok db1 secrets
  kit_ok db1 master
  kit_ok db2 copy
  kit_ok db3 copy
  work "$P1" 77
  must poll "answers $p3 accounting 'SELECT count(*) FROM encp_xfer' 2077"
  must answers "$P2" postgres "SELECT application_name FROM pg_stat_replication" db3
  kit_ok db3 verify
}

test_delayed_and_synchronous() {
  new_pair 12 db2.APPLY_DELAY_SECONDS=3600
  pair_ready
  work "$P1" 10
  kit_ok db2 verify --only stream,lag,marker
  says 'received here after'
  equal "$(rows "$P2")" 2000
  set_setting db2.APPLY_DELAY_SECONDS=0
  set_setting SYNCHRONOUS=remote_apply
  kit db2 copy
  stop_cluster 12 "$D2"
  start_cluster 12 "$D2"
  must poll "streams $P2"
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2010"
  kit_ok db1 master
  must poll "answers $P1 postgres 'SELECT sync_state FROM pg_stat_replication' quorum"
  work "$P1" 5
  # Not waited for: a commit returns when the standby shows it.
  equal "$(rows "$P2")" 2015
  # verify does not hang while the standby that commits wait for is away.
  stop_cluster 12 "$D2"
  kit_fails 2 'has no connection from db2' db1 verify --only stream
}

test_synchronous_waits_for_a_standby() {
  new_pair 12 SYNCHRONOUS=on
  kit_ok db1 secrets
  kit_ok db1 tls
  kit_fails 77 'no backup' db1 master --restart
  kit_fails 1 'not switched on yet' db1 master --restart --without-backup
  work "$P1" 1
}

# Each refusal with its code.
test_refusals() {
  new_pair 12
  kit_fails 64 'unknown command' db1 nonsense
  kit_fails 64 'there is no node db9' db9 check
  kit_fails 64 'does not know --fast' db1 backup --fast
  kit_fails 69 'missing' db1 master
  kit_ok db1 secrets
  kit_ok db1 tls
  kit_fails 77 'there is no backup' db1 master
  kit_fails 1 'wait for a restart' db1 master --without-backup
  kit_ok db1 master --restart
  kit_fails 77 'the settings say that db1 is the master' db1 copy
  kit_fails 77 'the settings say MASTER=db1' db2 switch-over release
  # A standby of another major version.
  set_setting PG_MAJOR=15
  set_setting "BIN_DIR=$(bin_dir 15)"
  kit_fails 77 'same major version' db2 copy
  kit_fails 77 'PG_MAJOR=15' db1 master
  kit_fails 2 'FAIL +versions +db1 is PostgreSQL 12' db2 check
  set_setting PG_MAJOR=12
  kit_fails 77 'PostgreSQL 15, the settings say' db2 install
  set_setting "BIN_DIR=$(bin_dir 12)"
  # Settings are read, never run.
  cp "$P/settings" "$P/good"
  local line text
  while IFS='~' read -r line text; do
    cp "$P/good" "$P/settings"
    printf '%s\n' "$line" >>"$P/settings"
    kit_fails 78 "$text" db1 check
  done <<'BAD'
COLOUR=red~there is no setting COLOUR
db1.PORT=70000~is already set in|cannot be
LOG_DIR=$(touch /tmp/x)~cannot be
XZ_LEVEL=eleven~write a whole number
TLS=maybe~one of: disable
db7.PORT=1~neither MASTER nor among STANDBYS
db1.MAX_WAL_SENDERS=5~is one for all nodes
just words~is not NAME=value
BAD
  cp "$P/good" "$P/settings"
  kit db1 check
  must test "$CODE" -le 3
  kit_ok db1 settings
}

# One run at a time.
test_lock() {
  new_pair 12
  kit_ok db1 secrets
  (flock 9; kit_fails 75 'another enstore-replication is at work' db1 secrets) 9>>"$P/state/lock.db1"
}

test_helpers() {
  new_pair 12 XZ_LEVEL=0
  local archive=$P/archive name=00000001000000000000000A
  as_user mkdir -p "$archive"
  as_user dd if=/dev/urandom of="$P/tmp/$name" bs=1M count=1 2>/dev/null
  helper() { as_user "$BASH_UNDER_TEST" "$KIT/enstore-replication" --settings "$P/settings" --node db1 "$@"; }
  must helper archive "$P/tmp/$name" "$name"
  # The same again is right, another content is not.
  must helper archive "$P/tmp/$name" "$name"
  as_user cp "$P/tmp/$name" "$P/tmp/other"
  printf x | as_user dd of="$P/tmp/other" bs=1 conv=notrunc 2>/dev/null
  if helper archive "$P/tmp/other" "$name" 2>"$P/err"; then exit 1; fi
  must grep -q 'exists with other content' "$P/err"
  must helper restore "$name" "$P/tmp/back"
  must cmp "$P/tmp/$name" "$P/tmp/back"
  equal "$(ls -A "$archive")" "$name.xz"
  helper restore 00000001000000000000000B "$P/tmp/none"
  equal "$?" 1
  as_user truncate -s 500 "$archive/$name.xz"
  helper restore "$name" "$P/tmp/bad" 2>"$P/err"
  equal "$?" 1
  must grep -q 'damaged or not yet whole' "$P/err"
  must test ! -e "$P/tmp/bad"
}

test_help() {
  new_pair 12
  local command
  for command in install check secrets tls master backup copy verify retention switch-over rebuild monitor pgbackrest undo archive restore settings; do
    kit_ok db1 "$command" --help
    says "^enstore-replication $command"
  done
  kit_ok db1 --help
}

# What the data source asks a master and a standby for, as the monitoring role and with nothing more.
test_monitoring_role() {
  new_pair 15
  pair_ready
  kit_ok db1 monitor
  local port
  ask() {
    as_user env PGPASSFILE="$P/secrets/pgpass" "$CLIENT/psql" -X -q -A -t -w -v ON_ERROR_STOP=1 -d "host=127.0.0.1 port=$1 user=enstore_monitor dbname=accounting sslmode=require" -c "$2"
  }
  must poll "streams $P2"
  equal "$(ask "$P1" "SELECT state, replay_lsn IS NOT NULL FROM pg_stat_replication")" 'streaming|t'
  equal "$(ask "$P2" "SELECT status, sender_port, latest_end_lsn IS NOT NULL FROM pg_stat_wal_receiver")" "streaming|$P1|t"
  must ask "$P1" 'SELECT pg_current_wal_lsn(), last_archived_wal FROM pg_stat_archiver'
  equal "$(ask "$P1" "SELECT wal_status FROM pg_replication_slots")" reserved
  for port in "$P1" "$P2"; do
    if ask "$port" 'SELECT * FROM encp_xfer' 2>/dev/null; then echo "it can read tables"; exit 1; fi
  done
  if ask "$P1" 'SELECT pg_switch_wal()' 2>/dev/null; then echo "it can switch WAL"; exit 1; fi
  if ask "$P1" 'SELECT * FROM enstore_replication.marker' 2>/dev/null; then echo "it can read the marker"; exit 1; fi
}

# 16 to 18 start and stream; the client tools of 15 cannot copy or back them up.
newer() {
  new_pair "$1"
  kit_ok db1 secrets
  kit_ok db1 tls
  kit_ok db1 master --restart --without-backup
  stop_cluster "$1" "$D1"
  as_user cp -a "$D1" "$D2"
  as_user touch "$D2/standby.signal"
  as_user sed -i "s/^port = .*/port = $P2/" "$D2/conf.d/1_replicate.conf"
  as_user tee "$D2/conf.d/2_replica.conf" >/dev/null <<CONF
primary_conninfo = 'host=127.0.0.1 port=$P1 user=replication passfile=$P/secrets/pgpass sslmode=verify-ca sslrootcert=$P/tls/ca.crt application_name=db2'
primary_slot_name = 'db2'
CONF
  start_cluster "$1" "$D1"
  start_cluster "$1" "$D2"
  must poll "streams $P2"
  work "$P1" 20
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2020"
  kit_ok db2 verify --only versions,roles,stream,lag,marker,clock,slots,tls
}
test_newer_16() { newer 16; }
test_newer_17() { newer 17; }
test_newer_18() { newer 18; }
