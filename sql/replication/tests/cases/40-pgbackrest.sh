# shellcheck shell=bash
# pgBackRest in the place of the kit's own archive and backup, behind the same verify.

with_pgbackrest() {
  new_pair "$1" BACKUP_TOOL=pgbackrest
  kit_ok db1 secrets
  kit_ok db1 tls
  kit_ok db1 pgbackrest configure
  must grep -q 'repo1-cipher-pass=' "$P/pgbackrest1.conf"
  equal "$(stat -c %a "$P/pgbackrest1.conf")" 600
  # The archive_command fails until the stanza is there; PostgreSQL tries again.
  kit db1 master --restart
  kit_ok db1 pgbackrest stanza
  kit_ok db1 backup
  kit_ok db2 pgbackrest configure
  kit_ok db2 copy
  fill_wal "$P1" 3
  kit_ok db1 backup
  says 'incr'
  caught_up "$P2" "$P1"
  kit_ok db2 verify
  says 'OK +backup .*pgbackrest verify'
  says 'OK +restore .*checksums equal'
  kit_ok db1 retention
  # A hole in the repository is found.
  local gone
  gone=$(find "$P/repository/archive" -name '0000*-*' | sort | tail -n 2 | head -n 1)
  as_user mv "$gone" "$P/tmp/"
  kit_fails 2 'FAIL +archive .*missing' db2 verify --only archive
  kit_ok db1 backup
  kit_ok db2 verify --only archive
}
test_pgbackrest_12() { with_pgbackrest 12; }
