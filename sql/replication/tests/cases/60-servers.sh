# shellcheck shell=bash
# What a server says is data: the names in it, its settings, its language.

# sql_text TEXT: as an SQL literal; sql_name TEXT: as an SQL identifier.
sql_text() { printf "'%s'" "${1//\'/\'\'}"; }
sql_name() { printf '"%s"' "${1//\"/\"\"}"; }

hostile_names() {
  cat <<TEXT
x\$(id>$P/ran1)
x\`id>$P/ran2\`
x; id>$P/ran3
x'; \\! id>$P/ran4
x"\\! id>$P/ran5
host=127.0.0.1 port=1
postgresql://127.0.0.1:1/accounting
dbname=postgres
two words
 blank at both ends 
back\\slash\\nand\\\\more
quote"and'quote
pipe|and*star
../../up
-d
%s%n
TEXT
}

hostile() {
  local name
  new_pair "$1"
  master_ready
  while IFS= read -r name; do
    name=${name:0:63}
    query "$P1" postgres "CREATE DATABASE $(sql_name "$name")"
    as_user env PGDATABASE="$name" "$CLIENT/psql" -X -q -w -v ON_ERROR_STOP=1 -h "$SCRATCH/s" -p "$P1" -U postgres <<SQL || exit 1
CREATE ROLE $(sql_name "$name");
CREATE SCHEMA $(sql_name "$name");
CREATE TABLE $(sql_name "$name").$(sql_name "$name") (t int, $(sql_name "$name") text);
INSERT INTO $(sql_name "$name").$(sql_name "$name") VALUES (1, $(sql_text "$name")), (2, NULL);
-- Nobody's functions and casts run in the superuser's name.
CREATE FUNCTION $(sql_name "$name").count(text) RETURNS bigint LANGUAGE sql AS 'SELECT 1/0::bigint';
CREATE FUNCTION public.trap($(sql_name "$name").$(sql_name "$name")) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION \$m\$the cast of a table ran\$m\$; END';
CREATE CAST ($(sql_name "$name").$(sql_name "$name") AS text) WITH FUNCTION public.trap($(sql_name "$name").$(sql_name "$name"));
SQL
  done < <(hostile_names)
  # A line feed, which a list of lines would take for two names.
  query "$P1" postgres "SELECT format('CREATE DATABASE %I', 'line' || chr(10) || 'feed') \\gexec"
  kit_ok db2 copy
  kit_ok db1 backup
  kit db2 check
  kit db1 check
  kit_ok db1 verify --quick
  kit_ok db2 verify
  # Each name has its table in the comparison, beside the marker and the two of accounting.
  says "OK +restore .* $((3 + $(hostile_names | wc -l))) tables, .* counts and checksums equal"
  if compgen -G "$P/ran*" || compgen -G "$P/*/ran*"; then echo "A COMMAND RAN"; exit 1; fi
}
test_hostile_names_12() { hostile 12; }
test_hostile_names_15() { hostile 15; }

# A difference is named whatever the database is called.
test_hostile_name_differs() {
  local path name="two words\$(id) \"q\" \\n"
  new_pair 12
  master_ready
  query "$P1" postgres "CREATE DATABASE $(sql_name "$name")"
  as_user env PGDATABASE="$name" "$CLIENT/psql" -X -q -w -h "$SCRATCH/s" -p "$P1" -U postgres <<<"CREATE TABLE \"t|1\" AS SELECT 'aaaaaaaa'::text AS word"
  kit_ok db2 copy
  kit_ok db1 backup
  path=$(as_user env PGDATABASE="$name" "$CLIENT/psql" -X -q -A -t -w -h "$SCRATCH/s" -p "$P2" -U postgres <<<"CHECKPOINT; SELECT pg_relation_filepath('\"t|1\"')")
  stop_cluster 12 "$D2"
  as_user sed -i 's/aaaaaaaa/aaaabaaa/' "$D2/$path"
  start_cluster 12 "$D2"
  must poll "streams $P2"
  kit_fails 2 'differ at .* in: two words\$\(id\) "q" \\\\n\."t\|1" ' db2 verify --only restore
}

# What has to be a number or a position is looked at first: bash's arithmetic would run what is in it.
test_hostile_numbers() {
  local text
  new_pair 12
  text="0+a[\$(id>$P/ran)]"
  # shellcheck disable=SC2016 # expanded by the inner shell
  LC_ALL=C "$BASH_UNDER_TEST" -c '
      KIT_DIR=$1 text=$2
      . "$KIT_DIR/lib/common.sh"; . "$KIT_DIR/lib/wal.sh"
      lsn_bytes "$text/0"; lsn_bytes "0/$text"; lsn_bytes "$text"
      wal_index "$text" 1048576; wal_index "0000000100000000000000$text" 1048576
      mkdir "$3" && printf "%s\t%s\tno reason\n1\t%s/%s\tno reason\n" "$text" 0/1 "$text" "$text" >"$3/00000002.history"
      read_ancestry "$3" 2 1048576
      archive_holes "$3" "$text" 1048576
      true' numbers "$KIT" "$text" "$SCRATCH/numbers" || exit 1
  # The owner of a database decides what an unqualified name means to whoever logs in.
  master_ready
  kit_ok db2 copy
  query "$P1" accounting "CREATE SCHEMA trap AUTHORIZATION enstore; SET ROLE enstore;
    CREATE FUNCTION trap.pg_current_wal_lsn() RETURNS text LANGUAGE sql AS \$f\$ SELECT $(sql_text "0/$text") \$f\$;
    CREATE FUNCTION trap.round(double precision) RETURNS text LANGUAGE sql AS \$f\$ SELECT $(sql_text "$text") \$f\$;
    CREATE FUNCTION trap.round(numeric) RETURNS text LANGUAGE sql AS \$f\$ SELECT $(sql_text "$text") \$f\$;
    GRANT USAGE ON SCHEMA trap TO PUBLIC;
    ALTER DATABASE accounting SET search_path = trap, pg_catalog"
  caught_up "$P2" "$P1"
  kit db2 verify --only lag,clock,marker
  kit db2 check
  if compgen -G "$P/ran*"; then echo "A COMMAND RAN"; exit 1; fi
}

# What a standby has to have at least: taken from the master before the master has it.
required() {
  new_pair "$1"
  pair_ready
  kit_ok db2 verify --only settings
  query "$P1" postgres "ALTER SYSTEM SET max_connections = 150"
  query "$P1" postgres "ALTER SYSTEM SET max_prepared_transactions = 7"
  set_setting MAX_WAL_SENDERS=17
  kit_fails 2 'FAIL +settings +db2 has less than its upstream db1: max_connections 100 \(needs 150\), max_prepared_transactions 0 \(needs 7\)' db2 check
  says "on db2: 'enstore-replication copy --configure --restart'"
  kit_fails 2 'FAIL +settings +db2 has less' db1 check
  kit_fails 77 'not restarted: db2 has less than db1 would then have: .*max_wal_senders 10 \(needs 17\)' db1 master --restart
  must answers "$P1" postgres 'SHOW max_connections' 100
  kit_ok db2 copy --configure --restart
  must answers "$P2" postgres 'SHOW max_connections' 150
  must answers "$P2" postgres 'SHOW max_prepared_transactions' 7
  must answers "$P2" postgres 'SHOW max_wal_senders' 17
  must poll "streams $P2"
  kit_ok db1 master --restart
  must answers "$P1" postgres 'SHOW max_connections' 150
  work "$P1" 10
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2010"
  must poll "streams $P2"
  kit_ok db2 verify --only settings,stream
  # Somebody restarts the master without asking: replay on the standby stands still, or it ends.
  query "$P1" postgres "ALTER SYSTEM SET max_connections = 250"
  stop_cluster "$1" "$D1"
  start_cluster "$1" "$D1" || exit 1
  work "$P1" 10
  if (($1 < 14)); then must poll "! answers $P2 postgres 'SELECT 1' 1"; else must poll "answers $P2 postgres 'SELECT pg_is_wal_replay_paused()' t"; fi
  kit_fails 2 'max_connections 150 \(needs 250\)' db2 verify --quick
  if (($1 < 14)); then says 'does not start with less than its upstream'; else says 'FAIL +stream +replay on db2 has paused, since db2 has less than db1'; fi
  says 'copy --configure --restart'
  says_not 'switch-over|does not answer at'
  kit_ok db2 copy --configure --restart
  must poll "streams $P2"
  must poll "answers $P2 accounting 'SELECT count(*) FROM encp_xfer' 2020"
  kit_ok db2 verify --quick
}
test_required_settings_12() { required 12; }
test_required_settings_15() { required 15; }

# A pause by hand is told as one, and a master that answers but lets nobody in is no lost master.
test_master_answers() {
  new_pair 12
  pair_ready
  query "$P2" postgres 'SELECT pg_wal_replay_pause()'
  kit_fails 2 'replay on db2 is paused, by pg_wal_replay_pause' db2 verify --only stream
  query "$P2" postgres 'SELECT pg_wal_replay_resume()'
  as_user sed -i '/^hostssl/d' "$D1/pg_hba.conf"
  query "$P1" postgres 'SELECT pg_reload_conf()'
  must poll "! as_user env PGPASSFILE=$P/secrets/pgpass $CLIENT/psql -X -q -w -d 'host=127.0.0.1 port=$P1 user=enstore_verify dbname=accounting' -c 'SELECT 1'"
  cut_stream "$P1"
  must poll "! streams $P2"
  kit_fails 2 'db1 answers but does not let this host in as replication' db2 verify --quick
  says 'UNKNOWN +roles +db1 answers, but not to us'
  says_not 'switch-over|does not answer at'
}

# Causes are found in every language of the servers.
test_other_language() {
  # The locale C.UTF-8 is everywhere; LANGUAGE makes gettext speak German in it.
  export LANGUAGE=de
  new_pair 15
  echo "lc_messages = 'C.UTF-8'" | as_user tee -a "$D1/postgresql.conf" >/dev/null
  stop_cluster 15 "$D1"
  start_cluster 15 "$D1" || exit 1
  if ! grep -q '^FEHLER' <<<"$(query "$P1" postgres 'SELECT nothing' 2>&1)"; then echo "the server speaks no German: are its translations installed?"; exit 1; fi
  pair_ready
  as_user sed -i "s/:replication:.*/:replication:not-the-password/" "$P/secrets/pgpass"
  cut_stream "$P1"
  must poll "grep -q 'Passwort-Authentifizierung.*fehlgeschlagen' '$D2.log'"
  kit_fails 2 'db1 refuses the password of role replication' db2 verify --only stream
  kit_ok db2 secrets
  must poll "streams $P2"
  query "$P1" postgres 'ALTER ROLE enstore_verify CONNECTION LIMIT 0'
  kit_fails 2 'all connections of role enstore_verify on db1 are in use' db2 verify --only stream
  query "$P1" postgres 'ALTER ROLE replication NOLOGIN'
  cut_stream "$P1"
  must poll "! streams $P2"
  kit_fails 2 'db1 answers but does not let this host in as replication' db2 verify --only stream
  kit_ok db1 master
  must poll "streams $P2"
  # The slot is in use by whoever holds it: it is not dropped, and the standby comes back.
  stop_cluster 15 "$D2"
  must poll "answers $P1 postgres \"SELECT active FROM pg_replication_slots WHERE slot_name = 'db2'\" f"
  query "$P1" postgres "SELECT pg_drop_replication_slot('db2')"
  start_cluster 15 "$D2" || exit 1
  kit_fails 2 'the slot db2 on db1 is not there' db2 verify --only stream
  kit_ok db2 rebuild
  crash "$D1"
  kit_fails 2 'db1 does not answer at .*switch-over take --master-lost' db2 verify --quick
  kit db2 switch-over take --master-lost
  must answers "$P2" postgres 'SELECT pg_is_in_recovery()' f
  start_cluster 15 "$D1" || exit 1
  kit_ok db1 rebuild
  kit_ok db2 backup
  kit_ok db1 verify
}
