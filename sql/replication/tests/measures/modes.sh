# shellcheck shell=bash
# What each kind of standby costs a writer and loses in a crash; the figures of README.md.
# Two servers of PostgreSQL 12 on one machine, fsync on, one row per commit, SECONDS_EACH per figure.

SECONDS_EACH=${SECONDS_EACH:-8}

bench() {
  as_user tee "$P/tmp/insert.sql" >/dev/null <<<"INSERT INTO encp_xfer VALUES (now(), 'LTO8_1.mover', 1, 'w', 1, 1);"
  as_user "$CLIENT/pgbench" -n -h "$SCRATCH/s" -p "$P1" -U postgres -c "$1" -j 1 -T "$SECONDS_EACH" -f "$P/tmp/insert.sql" accounting 2>&1
}

# How many commits that a client was told of are not on the standby after the master is killed.
loss() {
  local before done_ there
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' $(rows "$P1")" 120
  before=$(rows "$P2")
  bench 4 >"$P/bench.out" &
  local client=$!
  must poll "(( \$(rows $P1) > $before + 200 ))"
  crash "$D1"
  wait "$client"
  done_=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$P/bench.out")
  must poll "answers $P2 postgres 'SELECT pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()' t"
  there=$(($(rows "$P2") - before))
  printf '%s commits acknowledged, %s on the standby, %s lost\n' "$done_" "$there" "$((done_ > there ? done_ - there : 0))"
}

test_modes() {
  new_pair 12 WAL_KEEP_MB=256
  query "$P1" postgres "ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET max_wal_size = '1GB'" >/dev/null
  master_ready >/dev/null
  local mode clients
  printf 'RESULT no standby: '
  for clients in 1 4; do bench "$clients" | awk -v c="$clients" '/^latency average/ { l = $4 } /^tps/ { t = $3 } END { printf "%d client(s) %s ms, %d/s; ", c, l, t }'; done
  echo
  kit_ok db2 copy >/dev/null
  for mode in off remote_write on remote_apply; do
    set_setting "SYNCHRONOUS=$mode"
    if [[ $mode != off ]]; then
      kit_ok db1 master >/dev/null
      must poll "answers $P1 postgres 'SELECT sync_state FROM pg_stat_replication' quorum"
    fi
    printf 'RESULT %s: ' "$mode"
    for clients in 1 4; do bench "$clients" | awk -v c="$clients" '/^latency average/ { l = $4 } /^tps/ { t = $3 } END { printf "%d client(s) %s ms, %d/s; ", c, l, t }'; done
    echo
    printf 'RESULT %s, master killed: ' "$mode"
    loss
    start_cluster 12 "$D1"
    must poll "streams $P2"
  done
}
