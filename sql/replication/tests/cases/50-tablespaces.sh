# shellcheck shell=bash
# Tablespaces and folders behind links: nothing may touch the live data, and nothing is shared.

# A master with a tablespace, filled, and its standby made by hand, since both are on one machine here
# and the standby's tablespace needs another folder than the master's. Sets T1 and T2.
pair_with_tablespace() {
  local name
  new_pair "$@"
  master_ready
  # A path as no script expects it.
  T1="$P/db1/a \$(touch ran) \\space" T2="$P/db2/a \$(touch ran) \\space"
  as_user mkdir "$T1"
  query "$P1" accounting "CREATE TABLESPACE space LOCATION '$T1'"
  query "$P1" accounting "CREATE TABLE ledger (n int, amount bigint, note text) TABLESPACE space;
    INSERT INTO ledger SELECT n, n, repeat('x', 100) FROM generate_series(1, 20000) n; CREATE INDEX ON ledger (n) TABLESPACE space"
  as_user "$CLIENT/pg_basebackup" -h "$SCRATCH/s" -p "$P1" -U postgres -D "$D2" -c fast -T "$T1=$T2" || exit 1
  as_user touch "$D2/standby.signal"
  for name in 1_replicate 2_replica; do
    as_user tee "$D2/conf.d/$name.conf" >/dev/null <<CONF
port = $P2
primary_conninfo = 'host=127.0.0.1 port=$P1 user=replication passfile=$P/secrets/pgpass sslmode=verify-ca sslrootcert=$P/tls/ca.crt application_name=db2'
restore_command = '$KIT/enstore-replication --settings $P/settings --node db2 restore "%f" "%p"'
CONF
  done
  as_user sed -i 's/db1\.\(crt\|key\)/db2.\1/; /archive_mode/d' "$D2/conf.d/3_archive.conf" "$D2/conf.d/4_tls.conf"
  start_cluster "$MAJOR" "$D2" || exit 1
  must poll "streams $P2"
}

ledger() { query "$1" accounting "SELECT count(*), sum(amount), sum(hashtext(note)::bigint), count(DISTINCT n) FROM ledger"; }

# Both servers read their files anew: what was written behind their backs shows.
restart_both() {
  local data
  for data in "$D1" "$D2"; do
    stop_cluster "$MAJOR" "$data"
    start_cluster "$MAJOR" "$data" || exit 1
  done
  must poll "streams $P2"
}

verify_beside_tablespace() {
  local before loader size i=0
  local -a wanted
  pair_with_tablespace "$1"
  kit_ok db1 backup
  size=$(query "$P1" accounting "SELECT pg_relation_size('ledger')")
  # What is in the files now is not what the WAL since the backup would make of them: replayed again, the
  # truncation by VACUUM takes pages away that have been filled anew.
  query "$P1" accounting "DELETE FROM ledger WHERE n % 7 = 0 OR n > 15000; VACUUM ledger"
  must test "$(query "$P1" accounting "SELECT pg_relation_size('ledger') < 0.9 * $size")" = t
  query "$P1" accounting "UPDATE ledger SET amount = -amount WHERE n % 3 = 0; INSERT INTO ledger SELECT n, n, repeat('y', 100) FROM generate_series(20001, 30000) n; CHECKPOINT"
  caught_up "$P2" "$P1"
  query "$P2" postgres CHECKPOINT
  before=$(ledger "$P1")
  equal "$(ledger "$P2")" "$before"
  # Updates and checkpoints while it verifies, each of other rows.
  while [[ ! -e $P/enough ]]; do
    i=$((i + 37))
    query "$P1" accounting "UPDATE ledger SET amount = amount + 1000000 WHERE n BETWEEN $i AND $i + 9 RETURNING n; CHECKPOINT" >>"$P/added"
    query "$P2" postgres CHECKPOINT
  done &
  loader=$!
  kit db2 verify --only restore
  touch "$P/enough"
  wait "$loader"
  caught_up "$P2" "$P1"
  IFS='|' read -r -a wanted <<<"$before"
  wanted[1]=$((wanted[1] + 1000000 * $(wc -l <"$P/added")))
  before=$(IFS='|'; echo "${wanted[*]}")
  equal "$(ledger "$P1")" "$before"
  equal "$(ledger "$P2")" "$before"
  restart_both
  equal "$(ledger "$P1")" "$before"
  equal "$(ledger "$P2")" "$before"
  equal "$CODE" 0
  says 'OK +restore .* counts and checksums equal'
  equal "$(ls -A "$P/tmp")" ''
}
test_verify_tablespace_12() { verify_beside_tablespace 12; }
test_verify_tablespace_15() { verify_beside_tablespace 15; }

# The tablespace is younger than the backup: replay would make it again in its own folder, over the live data.
test_verify_tablespace_after_backup() {
  local wanted
  pair_with_tablespace 12
  query "$P1" accounting "UPDATE ledger SET amount = amount + 1; VACUUM ledger; CHECKPOINT"
  caught_up "$P2" "$P1"
  wanted=$(ledger "$P1")
  kit db2 verify --only restore
  restart_both
  equal "$(ledger "$P1")" "$wanted"
  equal "$(ledger "$P2")" "$wanted"
  equal "$CODE" 3
  says 'UNKNOWN +restore .*older than the tablespace space'
  equal "$(ls -A "$P/tmp")" ''
}

# Which folder a data folder's tablespace has its files in.
space_of() { as_user readlink -f "$(as_user find "$1/pg_tblspc" -type l | head -n 1)"; }

rebuild_with_tablespace() {
  local aside
  pair_with_tablespace "$1"
  must answers "$P2" accounting 'SELECT count(*) FROM ledger' 20000
  query "$P1" accounting "UPDATE ledger SET amount = amount + 1 WHERE n = 1"
  caught_up "$P2" "$P1"
  # The base copy fails: the former server runs again, as it was.
  as_user mkdir "$P/bin"
  as_user ln -s "$CLIENT"/* "$P/bin/"
  as_user rm "$P/bin/pg_basebackup"
  printf '#!/bin/sh\necho no such luck >&2; exit 1\n' | as_user tee "$P/bin/pg_basebackup" >/dev/null
  as_user chmod 0755 "$P/bin/pg_basebackup"
  set_setting "CLIENT_BIN_DIR=$P/bin"
  kit_fails 2 'base copy failed' db2 rebuild
  says 'Starting the former server of db2 again'
  set_setting "CLIENT_BIN_DIR=$CLIENT"
  must poll "streams $P2"
  equal "$(ledger "$P2")" "$(ledger "$P1")"
  kit_fails 77 'no note' db2 undo rebuild
  kit_ok db2 rebuild
  equal "$(ledger "$P2")" "$(ledger "$P1")"
  equal "$(space_of "$D2")" "$(readlink -f "$T2")"
  aside=$(ls -d "$D2".before-*)
  must test "$(space_of "$aside")" != "$(space_of "$D2")"
  must as_user test -d "$(space_of "$aside")"
  kit_ok db1 backup
  kit_ok db2 verify --only restore,stream
  kit_ok db2 undo rebuild
  equal "$(space_of "$D2")" "$(readlink -f "$T2")"
  must test "$(space_of "$(ls -d "$D2".undone-*)")" != "$(space_of "$D2")"
  start_cluster "$MAJOR" "$D2" || exit 1
  must poll "streams $P2"
  equal "$(ledger "$P2")" "$(ledger "$P1")"
  as_user rm -rf "$(space_of "$(ls -d "$D2".undone-*)")" "$D2".undone-*
  # And without leaving anything behind.
  kit_ok db2 rebuild --discard
  equal "$(ls -A "$T2")" "$(ls -A "$T1")"
  restart_both
  equal "$(ledger "$P2")" "$(ledger "$P1")"
}
test_rebuild_tablespace_12() { rebuild_with_tablespace 12; }
test_rebuild_tablespace_15() { rebuild_with_tablespace 15; }

# On the master's own machine the tablespace's folder is the master's: refused before anything is stopped.
test_copy_tablespace_in_use() {
  pair_with_tablespace 12
  stop_cluster 12 "$D2"
  as_user rm -rf "$D2" "$T2"
  as_user "$(bin_dir 12)/initdb" -D "$D2" -U postgres -A trust --no-locale -N --wal-segsize=1 >/dev/null 2>&1
  printf "port = %s\nunix_socket_directories = '%s'\n" "$P2" "$SCRATCH/s" | as_user tee -a "$D2/postgresql.conf" >/dev/null
  start_cluster 12 "$D2" || exit 1
  kit_fails 77 'the folder of tablespace space, holds files of another data folder' db2 copy --replace
  must answers "$P2" postgres 'SELECT 1' 1
  equal "$(ledger "$P1" | cut -d'|' -f1)" 20000
  must test -z "$(ls -d "$D2".* 2>/dev/null | grep -v 'log$')"
}

# Links to other disks are kept, and sizes taken from where they lead.
test_links_kept() {
  new_pair 12
  master_ready
  as_user mkdir "$P/big" "$P/wal"
  as_user ln -s "$P/nowhere/data" "$D2"
  kit_fails 69 "leads to $P/nowhere/data" db2 copy
  as_user ln -sfnT "$P/big/data" "$D2"
  kit_ok db2 copy
  equal "$(readlink "$D2")" "$P/big/data"
  equal "$(ls -A "$P/db2")" 'data
data.log'
  stop_cluster 12 "$D2"
  as_user mv "$P/big/data/pg_wal" "$P/wal/db2"
  as_user ln -s "$P/wal/db2" "$P/big/data/pg_wal"
  start_cluster 12 "$D2" || exit 1
  kit_ok db2 check
  says "room +$P/wal/db2 has"
  kit_ok db2 rebuild
  equal "$(readlink "$D2")" "$P/big/data"
  equal "$(readlink "$D2/pg_wal")" "$P/wal/db2"
  must grep -q '^wal_keep_segments = 16$' "$P/big/data/conf.d/1_replicate.conf"
  work "$P1" 10
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2010"
  kit_ok db2 undo rebuild
  equal "$(readlink "$D2/pg_wal")" "$P/wal/db2"
  start_cluster 12 "$D2" || exit 1
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2010"
  as_user rm -rf "$P"/big/data.undone-* "$P"/wal/db2/enstore-replication.undone-*
  kit_ok db2 rebuild --discard
  equal "$(readlink "$D2")" "$P/big/data"
  equal "$(readlink "$D2/pg_wal")" "$P/wal/db2"
  equal "$(ls "$P/big")" data
  equal "$(ls "$P/wal")" db2
  equal "$(ls "$P/wal/db2" | grep -c enstore)" 0
  must grep -q '^wal_keep_segments = 16$' "$P/big/data/conf.d/1_replicate.conf"
  # A configuration file behind a link stays behind it.
  as_user mv "$D1/pg_hba.conf" "$P/tmp/pg_hba.conf"
  as_user ln -s "$P/tmp/pg_hba.conf" "$D1/pg_hba.conf"
  as_user sed -i '/^hostssl/d' "$P/tmp/pg_hba.conf"
  kit_ok db1 master
  must test -L "$D1/pg_hba.conf"
  must grep -q '^hostssl' "$P/tmp/pg_hba.conf"
}
