# shellcheck shell=bash
# From nothing to a verified standby, on 12 and on 15.

whole_path() {
  new_pair "$1"
  kit_ok db1 --dry-run secrets
  must test ! -e "$P/secrets"
  kit_ok db1 secrets
  kit_ok db1 tls
  kit_ok db1 backup
  kit_ok db1 --dry-run master --restart
  must test ! -e "$D1/conf.d"
  kit_ok db1 master --restart
  kit_ok db2 --dry-run copy
  must test ! -e "$D2"
  kit_ok db2 copy
  must as_user test -e "$D2/standby.signal"
  must answers "$P2" postgres "SELECT pg_is_in_recovery()" t
  equal "$(rows "$P2")" 2000
  work "$P1" 500
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2500"
  kit_ok db1 backup
  kit_ok db2 verify
  says 'OK +restore .* [0-9]+ tables, [0-9]+ rows, counts and checksums equal'
  says 'OK +marker'
  says 'OK +archive .* none missing'
  kit_ok db1 verify --quick
  # A second run finds everything as it should be.
  kit_ok db1 master --restart
  says_not 'wrote '
  kit_ok db2 copy
  says 'streaming standby of db1 already'
  says_not 'wrote '
  # No password in any configuration, log or note.
  local secret
  for secret in "$P"/secrets/*.password; do
    if grep -rqF -- "$(<"$secret")" "$D1"/*.conf "$D1/conf.d" "$D2"/*.conf "$D2/conf.d" "$P/log" "$P/state" "$D1.log" "$D2.log"; then
      echo "a password outside $P/secrets"
      exit 1
    fi
  done
}

test_whole_path_12() { whole_path 12; }
test_whole_path_15() {
  whole_path 15
  must answers "$P1" postgres "SELECT active, wal_status FROM pg_replication_slots WHERE slot_name = 'db2'" 't|reserved'
  must answers "$P1" postgres "SHOW max_slot_wal_keep_size" 64MB
}
