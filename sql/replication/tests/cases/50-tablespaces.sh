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
