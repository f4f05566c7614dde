package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Whether the tables of all three databases agree, as the reader sees them on the standby. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThreeDatabasesIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2026-03-20T18:00:00Z");
  private static final long SEED = 11;
  private static final List<String> DATABASES =
      List.of(ReplicatedPair.DATABASE, ReplicatedPair.DRIVESTAT, ReplicatedPair.ENSTOREDB);
  private static final String TABLES =
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";

  private static ReplicatedPair pair;
  private static Traffic traffic;
  private static List<String> keptFromReader;

  @BeforeAll
  static void fill() throws Exception {
    Site site =
        Site.usual(CHICAGO, NOW)
            .withYears(1)
            .withMovers(24)
            .withTransfersPerDay(120)
            .withSeed(SEED);
    traffic = new Traffic(site);
    pair = TestPairs.builder().zone(CHICAGO).start();
    pair.createDatabase();
    traffic.record(pair.databases(), Progress.silent());
    keptFromReader = unreadable();
    pair.letReaderReadMore();
    pair.awaitReplay(LIMIT);
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  @Test
  void everyTable_hasRows_andMayBeRead() throws Exception {
    for (String database : DATABASES) {
      try (Connection standby = pair.connectToStandby(database, Role.READER)) {
        for (String table : strings(standby, TABLES)) {
          assertThat(number(standby, "SELECT count(*) FROM " + table))
              .as("%s of %s", table, database)
              .isPositive();
        }
      }
    }
    try (Connection standby = pair.connectToStandby(ReplicatedPair.ENSTOREDB, Role.READER)) {
      assertThat(number(standby, "SELECT count(*) FROM remaining_blanks")).isPositive();
    }
  }

  @Test
  void rights_areEnstoresOwn_andThenTheMissingOnes() throws Exception {
    assertThat(keptFromReader)
        .containsExactlyInAnyOrder("rate", "quotas", "tape_library_slots_usage", "drive_data");
    assertThat(unreadable()).isEmpty();
    for (String database : DATABASES) {
      try (Connection standby = pair.connectToStandby(database, Role.READER)) {
        assertThat(
                strings(
                    standby,
                    "SELECT table_name FROM information_schema.role_table_grants"
                        + " WHERE grantee = 'enstore_reader' AND privilege_type <> 'SELECT'"))
            .isEmpty();
      }
    }
  }

  private static List<String> unreadable() throws SQLException {
    List<String> names = new ArrayList<>();
    for (String database : DATABASES) {
      try (Connection primary = pair.connectToPrimary(database, Role.READER)) {
        names.addAll(
            strings(
                primary,
                "SELECT relname FROM pg_class WHERE relkind = 'r'"
                    + " AND relnamespace = 'public'::regnamespace"
                    + " AND NOT has_table_privilege(oid, 'SELECT')"));
      }
    }
    return names;
  }

  @Test
  void mounts_haveAsManyFilesAsTheTransfersDuringThem() throws Exception {
    try (Connection standby = pair.connectToStandby(Role.READER)) {
      assertThat(
              strings(
                  standby,
                  """
                  SELECT d.logname || ' ' || d.volume || ' ' || d."start" || ': '
                         || d.reads + d.writes || ' are ' || x.files
                    FROM tape_mounts AS d
                   CROSS JOIN LATERAL (
                         SELECT max(m."start") AS began
                           FROM tape_mounts AS m
                          WHERE m.logname = d.logname AND m.volume = d.volume
                            AND m.state IN ('M', 'm') AND m."start" < d."start") AS m
                   CROSS JOIN LATERAL (
                         SELECT count(DISTINCT t.encp_id || t.src || t.dst) AS files
                           FROM encp_xfer AS t
                          WHERE t.mover = regexp_replace(d.logname, 'MV$', '.mover')
                            AND t.volume = d.volume
                            AND t."date" BETWEEN m.began AND d."start") AS x
                   WHERE d.state IN ('D', 'd')
                     AND d."start" > '2025-12-01'
                     AND x.files <> d.reads + d.writes
                  """))
          .as("seed %s", SEED)
          .isEmpty();
      assertThat(number(standby, "SELECT count(*) FROM tape_mounts WHERE state = 'D'"))
          .isGreaterThan(1_000);
      assertThat(number(standby, "SELECT count(*) FROM tape_mounts WHERE state IN ('E', 'm')"))
          .isPositive();
    }
  }

  @Test
  void status_hasARowForNearlyEachDismount_andTheTransfersBytes() throws Exception {
    long dismounts;
    double mebibytes;
    try (Connection standby = pair.connectToStandby(Role.READER)) {
      dismounts =
          number(
              standby,
              "SELECT count(*) FROM tape_mounts WHERE state IN ('D', 'd')"
                  + " AND \"start\" >= '2026-01-01'");
      mebibytes =
          number(
                  standby,
                  "SELECT sum(\"size\") FROM encp_xfer WHERE driver = 'FTTDriver'"
                      + " AND \"date\" >= '2026-01-01'")
              / (double) (1 << 20);
    }
    try (Connection standby = pair.connectToStandby(ReplicatedPair.DRIVESTAT, Role.READER)) {
      assertThat(number(standby, "SELECT count(*) FROM status WHERE \"time\" >= '2026-01-01'"))
          .isBetween(dismounts * 98 / 100, dismounts);
      assertThat(
              (double)
                  number(
                      standby,
                      "SELECT sum(mb_user_read::bigint + mb_user_write) FROM status"
                          + " WHERE \"time\" >= '2026-01-01'"))
          .isCloseTo(mebibytes, within(mebibytes * 0.05));
      assertThat(number(standby, "SELECT count(*) FROM status WHERE read_errors = -1"))
          .isPositive();
    }
  }

  @Test
  void errors_nameDrivesAndTapesThatWereMountedThen() throws Exception {
    try (Connection standby = pair.connectToStandby(Role.READER)) {
      assertThat(
              strings(
                  standby,
                  """
                  SELECT e.mover || ' ' || e.volume || ' ' || e."date"
                    FROM encp_error AS e
                   WHERE e.mover IS NOT NULL AND e."date" >= '2025-12-01'
                     AND NOT EXISTS (
                         SELECT FROM tape_mounts AS m
                          WHERE m.logname = regexp_replace(e.mover, '.mover$', 'MV')
                            AND m.volume = e.volume
                            AND m."start" BETWEEN e."date" - interval '2 days' AND e."date")
                  """))
          .isEmpty();
      assertThat(number(standby, "SELECT count(*) FROM encp_error WHERE mover IS NULL"))
          .isPositive();
      assertThat(
              number(
                  standby,
                  "SELECT count(DISTINCT drive_sn) FROM encp_error WHERE type = 'READ_ERROR'"
                      + " AND volume = '"
                      + traffic.story().badTape().orElseThrow()
                      + "'"))
          .isGreaterThan(1);
    }
  }

  @Test
  void busyDrives_areNoMoreThanThereAre_andTheRateIsThatOfTheTransfers() throws Exception {
    try (Connection standby = pair.connectToStandby(Role.READER)) {
      assertThat(
              number(
                  standby,
                  "SELECT count(*) FROM (SELECT FROM drive_utilization GROUP BY \"time\", type,"
                      + " tape_library HAVING sum(busy) > max(total)) AS x"))
          .isZero();
      double moved =
          number(
              standby,
              "SELECT sum(\"read\" + \"write\" + read_null + write_null) FROM rate"
                  + " WHERE \"time\" > timestamptz '2026-03-20 18:00Z' - interval '1 day'");
      double recorded =
          number(
              standby,
              "SELECT sum(\"size\") FROM encp_xfer WHERE \"date\" > '2026-03-19 13:00'"
                  + " AND \"date\" <= '2026-03-20 13:00'");
      assertThat(moved).isCloseTo(recorded, within(recorded * 0.1));
    }
  }

  @Test
  void catalogue_holdsWhatWasWritten() throws Exception {
    Map<String, Long> written = new TreeMap<>();
    try (Connection standby = pair.connectToStandby(Role.READER);
        Statement statement = standby.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT volume, sum(\"size\")::bigint FROM (SELECT DISTINCT encp_id, src, dst,"
                    + " volume, \"size\" FROM encp_xfer WHERE rw = 'w'"
                    + " AND driver = 'FTTDriver') AS x GROUP BY volume")) {
      while (rows.next()) {
        written.put(rows.getString(1), rows.getLong(2));
      }
    }
    Map<String, Long> held = new TreeMap<>();
    try (Connection standby = pair.connectToStandby(ReplicatedPair.ENSTOREDB, Role.READER);
        Statement statement = standby.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT label, active_bytes + deleted_bytes FROM volume"
                    + " WHERE first_access >= '2025-03-20'")) {
      while (rows.next()) {
        held.put(rows.getString(1), rows.getLong(2));
      }
    }
    assertThat(held).isNotEmpty().isEqualTo(written);
    try (Connection catalogue = pair.connectToStandby(ReplicatedPair.ENSTOREDB, Role.READER);
        Connection accounting = pair.connectToStandby(Role.READER)) {
      assertThat(strings(catalogue, "SELECT media_type || blanks FROM remaining_blanks ORDER BY 1"))
          .isEqualTo(
              strings(
                  accounting,
                  "SELECT media_type || blanks FROM blanks"
                      + " WHERE \"date\" = (SELECT max(\"date\") FROM blanks) ORDER BY 1"));
      assertThat(
              number(
                  catalogue,
                  "SELECT count(*) FROM file AS f JOIN volume AS v ON v.id = f.volume"
                      + " WHERE v.storage_group = 'none'"))
          .isZero();
      assertThat(strings(catalogue, "SELECT label FROM volume WHERE system_inhibit_0 = 'NOACCESS'"))
          .containsExactly(traffic.story().badTape().orElseThrow());
    }
  }

  /** A clock on which a minute passes in every second. */
  private static InstantSource fastClock() {
    long began = System.nanoTime();
    return () -> NOW.plusNanos(60 * (System.nanoTime() - began));
  }

  @Test
  @Order(Integer.MAX_VALUE) // It changes what the others look at.
  void liveTraffic_keepsEverythingGoing() throws Exception {
    Clock wall = Clock.systemUTC();
    String since = " > '2026-03-20 13:00'";
    List<String> accounting =
        List.of(
            "encp_xfer WHERE \"date\"" + since + " AND \"date\" < '2026-03-21'",
            "tape_mounts WHERE state = 'M' AND \"start\"" + since,
            "tape_mounts WHERE state = 'D' AND \"start\"" + since,
            "rate WHERE \"time\"" + since,
            "drive_utilization WHERE \"time\"" + since,
            "encp_xfer_average_by_storage_group WHERE from_date >= '2026-03-20 13:00'",
            "event WHERE \"start\"" + since + " AND finish IS NOT NULL");
    try (LiveTraffic live = LiveTraffic.start(traffic, pair.databases(), fastClock(), 20);
        Connection primary = pair.connectToPrimary(Role.SUPERUSER);
        Connection drives = pair.connectToPrimary(ReplicatedPair.DRIVESTAT, Role.SUPERUSER);
        Connection catalogue = pair.connectToPrimary(ReplicatedPair.ENSTOREDB, Role.SUPERUSER)) {
      Instant limit = wall.instant().plus(LIMIT);
      List<String> missing = List.of("nothing looked at");
      while (!missing.isEmpty() && wall.instant().isBefore(limit)) {
        Thread.sleep(500);
        missing = new ArrayList<>();
        for (String rows : accounting) {
          if (number(primary, "SELECT count(*) FROM " + rows) == 0) {
            missing.add(rows);
          }
        }
        if (number(drives, "SELECT count(*) FROM status WHERE \"time\"" + since) == 0) {
          missing.add("status");
        }
        if (number(catalogue, "SELECT count(*) FROM file WHERE \"update\"" + since) == 0) {
          missing.add("file");
        }
        assertThat(live.failure()).isEmpty();
      }
      assertThat(missing).isEmpty();
    }
  }

  private static List<String> strings(Connection connection, String select) throws SQLException {
    List<String> strings = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(select)) {
      while (result.next()) {
        strings.add(result.getString(1));
      }
    }
    return strings;
  }

  private static long number(Connection connection, String select) throws SQLException {
    return Long.parseLong(strings(connection, select).get(0));
  }
}
