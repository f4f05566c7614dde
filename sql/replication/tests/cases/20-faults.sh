# shellcheck shell=bash
# What goes wrong at a site: each ends in a working pair, or in a sentence that says what to do.

test_fault_master_crash() {
  new_pair 12
  pair_ready
  work "$P1" 300
  caught_up "$P2" "$P1"
  crash "$D1"
  kit_fails 2 'db1 does not answer at .*start it' db2 verify --quick
  says 'switch-over take --master-lost'
  says 'UNKNOWN +lag'
  equal "$(rows "$P2")" 2300
  start_cluster 12 "$D1"
  must poll "streams $P2"
  work "$P1" 10
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2310"
  kit_ok db2 verify
}

test_fault_standby_crash() {
  new_pair 12
  pair_ready
  crash "$D2"
  work "$P1" 300
  kit_fails 2 'db1 has no connection from db2' db1 verify --only stream
  kit_fails 2 'the server of db2 does not answer' db2 verify --quick
  start_cluster 12 "$D2"
  must poll "streams $P2"
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2300"
  kit_ok db2 verify
}

test_fault_archive_gap() {
  new_pair 12
  pair_ready
  fill_wal "$P1" 6
  caught_up "$P2" "$P1"
  must archived_all
  kit_ok db2 verify
  local gone
  gone=$(ls "$P/archive" | grep -E '^[0-9A-F]{24}\.xz$' | tail -n 3 | head -n 1)
  as_user mv "$P/archive/$gone" "$P/tmp/"
  kit_fails 2 "1 of the segments since backup .* are missing: ${gone%.xz}" db2 verify
  says "run 'enstore-replication backup' now"
  says 'FAIL +restore .*(archive ends before|does not restore)'
  kit_ok db1 backup
  kit_ok db2 verify
}

test_fault_archive_damaged() {
  new_pair 12
  pair_ready
  fill_wal "$P1" 6
  caught_up "$P2" "$P1"
  must archived_all
  local bad
  bad=$P/archive/$(ls "$P/archive" | grep -E '^[0-9A-F]{24}\.xz$' | tail -n 3 | head -n 1)
  as_user truncate -s 200 "$bad"
  kit_fails 2 'FAIL +restore' db2 verify --only archive,restore
  kit_ok db1 backup
  kit_ok db2 verify
}

test_fault_backup_damaged() {
  new_pair 12
  pair_ready
  local file
  file=$(ls -d "$P"/backup/2* | tail -n 1)/base.tar.gz
  printf 'xxxx' | as_user dd of="$file" bs=1 seek=5000 conv=notrunc 2>/dev/null
  kit_fails 2 'FAIL +backup .*damaged' db2 verify --only backup,restore
  says 'FAIL +restore .*cannot be unpacked'
  kit_ok db1 backup
  kit_ok db2 verify --only backup,restore
}

# A row changed behind the back of replication is what the comparison is for.
test_fault_standby_differs() {
  new_pair 12
  pair_ready
  kit_ok db2 verify --only restore
  local path
  path=$(query "$P2" accounting "CHECKPOINT; SELECT pg_relation_filepath('xfer_by_day_by_mover')")
  stop_cluster 12 "$D2"
  # The mover's name in one row, LTO8_1 to LTO8_9.
  local offset
  offset=$(grep -abo LTO8_1 "$D2/$path" | head -n 1 | cut -d: -f1)
  printf 'LTO8_9' | as_user dd of="$D2/$path" bs=1 seek="$offset" conv=notrunc 2>/dev/null
  start_cluster 12 "$D2"
  must poll "streams $P2"
  kit_fails 2 'differ at .* in: accounting.xfer_by_day_by_mover' db2 verify --only restore
  says 'rebuild'
  kit_ok db2 rebuild
  kit_ok db2 verify --only restore
}

test_fault_archive_disk_full() {
  local mounted=no
  if ((EUID == 0)); then
    mkdir "$SCRATCH/full" && mount -t tmpfs -o "size=8m,mode=0700,uid=$(id -u "$SERVER_USER")" none "$SCRATCH/full" 2>/dev/null && mounted=yes
  fi
  if [[ $mounted == yes ]]; then new_pair 12 "ARCHIVE_DIR=$SCRATCH/full"; else new_pair 12; fi
  pair_ready
  if [[ $mounted == yes ]]; then
    as_user dd if=/dev/zero of="$SCRATCH/full/filler" bs=64k 2>/dev/null
  else
    # Where nothing may be mounted, the kit is told to leave more free than there is.
    set_setting ARCHIVE_MIN_FREE_MB=900000000
  fi
  fill_wal "$P1" 4
  must poll "answers $P1 postgres 'SELECT failed_count > 0 FROM pg_stat_archiver' t"
  must poll "grep -q 'archive folder full' '$D1.log'"
  kit_fails 2 'FAIL +archiver .*fails to archive' db2 verify --quick
  says 'make room there'
  # The stream does not need the archive.
  work "$P1" 5
  must poll "answers $P2 accounting \"SELECT count(*) FROM encp_xfer\" $(rows "$P1")"
  if [[ $mounted == yes ]]; then as_user rm "$SCRATCH/full/filler"; else set_setting ARCHIVE_MIN_FREE_MB=1; fi
  must poll "answers $P1 postgres 'SELECT last_archived_time > last_failed_time FROM pg_stat_archiver' t" 90
  must archived_all
  kit_ok db1 backup
  kit_ok db2 verify
}

test_fault_slot_overrun_15() {
  new_pair 15 ARCHIVE=off SLOT_WAL_CAP_MB=4 WAL_KEEP_MB=4
  pair_ready
  stop_cluster 15 "$D2"
  fill_wal "$P1" 30
  query "$P1" postgres CHECKPOINT
  must poll "answers $P1 postgres \"SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'db2'\" lost"
  kit_fails 2 'slot db2 was overrun' db1 verify --only slots
  start_cluster 15 "$D2"
  must poll "grep -Eq 'requested WAL segment .* has already been removed|can no longer get changes|cannot read from' '$D2.log'"
  kit_fails 2 "run 'enstore-replication rebuild' on this host" db2 verify --only stream,slots
  kit_ok db2 rebuild
  kit_ok db2 verify --only versions,roles,stream,lag,marker,slots
  equal "$(rows "$P2")" 2030
}

test_fault_behind_with_archive_12() {
  new_pair 12 WAL_KEEP_MB=4
  pair_ready
  stop_cluster 12 "$D2"
  fill_wal "$P1" 30
  query "$P1" postgres CHECKPOINT
  must archived_all
  start_cluster 12 "$D2"
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2030"
  must poll "streams $P2"
  must grep -q 'restored log file' "$D2.log"
  kit_ok db2 verify --quick
}

test_fault_behind_without_archive_12() {
  new_pair 12 WAL_KEEP_MB=4 ARCHIVE=off
  pair_ready
  stop_cluster 12 "$D2"
  fill_wal "$P1" 30
  query "$P1" postgres 'CHECKPOINT'
  start_cluster 12 "$D2"
  must poll "grep -q 'has already been removed' '$D2.log'"
  kit_fails 2 'no longer keeps the WAL that this standby needs' db2 verify --only stream
  says "enstore-replication rebuild"
  kit_ok db2 rebuild --discard
  kit_ok db2 verify --only versions,roles,stream,lag,marker
  equal "$(rows "$P2")" 2030
  equal "$(ls "$P/db2")" 'data
data.log'
}

promotion() {
  new_pair "$1"
  pair_ready
  work "$P1" 100
  caught_up "$P2" "$P1"
  kit_fails 77 'db1 answers and is a master' db2 switch-over take --master-lost
  crash "$D1"
  kit_ok db2 switch-over take --master-lost
  says 'what db1 wrote after .* is not here'
  says "rebuild"
  equal "$(sed -n 's/^MASTER=//p' "$P/settings")" db2
  must answers "$P2" postgres 'SELECT pg_is_in_recovery()' f
  equal "$(rows "$P2")" 2100
  work "$P2" 50
  # Somebody starts the old master all the same.
  start_cluster "$1" "$D1"
  kit_fails 2 'more than one master: db2 db1' db2 verify --only roles
  says "'enstore-replication rebuild' on it"
  kit_ok db1 rebuild
  kit_ok db2 backup
  work "$P2" 20
  kit_ok db1 verify
  equal "$(rows "$P1")" 2170
}
test_fault_promotion_12() { promotion 12; }
test_fault_promotion_15() { promotion 15; }

test_fault_wrong_password() {
  new_pair 12
  pair_ready
  as_user sed -i "s/:replication:.*/:replication:not-the-password/" "$P/secrets/pgpass"
  cut_stream "$P1"
  must poll "grep -q 'password authentication failed' '$D2.log'"
  kit_fails 2 'db1 refuses the password of role replication' db2 verify --only stream
  kit_ok db2 secrets
  must poll "streams $P2"
  # The other way round: somebody changed the role's password on the master.
  query "$P1" postgres "ALTER ROLE replication PASSWORD 'changed-by-hand'"
  local seen
  seen=$(grep -c 'password authentication failed' "$D2.log")
  cut_stream "$P1"
  must poll "(( \$(grep -c 'password authentication failed' '$D2.log') > $seen ))"
  kit_fails 2 'refuses the password of role replication' db2 verify --only stream
  kit_ok db1 master
  says 'role replication has its password from'
  must poll "streams $P2"
  kit_ok db2 verify --quick
}

test_fault_expired_certificate() {
  new_pair 12
  pair_ready
  local library
  library=$(faketime_library) || exit 1
  LD_PRELOAD=$library FAKETIME=-20d FAKETIME_DONT_FAKE_MONOTONIC=1 kit db1 tls --renew --days 5
  must test "$CODE" -le 1
  as_user "$(bin_dir 12)/pg_ctl" -D "$D1" reload >/dev/null
  must poll "! openssl s_client -starttls postgres -connect 127.0.0.1:$P1 </dev/null 2>/dev/null | openssl x509 -noout -checkend 0 >/dev/null"
  cut_stream "$P1"
  must poll "grep -q 'certificate verify failed' '$D2.log'"
  kit_fails 2 'the certificate of db1 is expired' db2 verify --only stream,tls
  says 'the server certificate of db1 is expired'
  says 'tls --renew'
  kit_ok db1 tls --renew
  kit_ok db1 tls --reload
  must poll "streams $P2"
  kit_ok db2 verify --quick
}

test_fault_clock_step() {
  new_pair 12
  pair_ready
  local library
  library=$(faketime_library) || exit 1
  printf '+0' | as_user tee "$P/clock" >/dev/null
  stop_cluster 12 "$D1"
  LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$P/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 start_cluster 12 "$D1"
  must poll "streams $P2"
  kit_ok db2 verify --quick
  printf '+3600' | as_user tee "$P/clock" >/dev/null
  work "$P1" 40
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2040"
  kit_fails 1 'the clock of db1 is \+36[0-9][0-9].* off this host' db2 verify --only lag,clock,marker,stream
  says 'OK +marker'
  says 'make chronyd or ntpd work'
  printf -- '-3600' | as_user tee "$P/clock" >/dev/null
  work "$P1" 40
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2080"
  kit_fails 1 'the clock of db1 is -3[56][0-9][0-9].* off this host' db2 verify --only lag,clock,marker,stream
  printf '+0' | as_user tee "$P/clock" >/dev/null
  kit_ok db2 verify --only lag,clock,marker,stream
}
