package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.measure.MoverNames;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What traffic leaves in the database, read from the standby where readers read it. */
class TrafficIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2026-03-20T18:00:00Z");
  private static final long SEED = 7;

  private static ReplicatedPair pair;

  @BeforeAll
  static void start() throws Exception {
    pair = TestPairs.builder().zone(CHICAGO).start();
    pair.createDatabase();
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    try (Connection connection = pair.connectToPrimary(Role.OWNER);
        Statement statement = connection.createStatement()) {
      String tables =
          String.join(
              ", ",
              strings(
                  connection,
                  "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'"));
      statement.execute("TRUNCATE " + tables);
    }
  }

  private static Site site() {
    return Site.usual(CHICAGO, NOW)
        .withYears(1)
        .withMovers(24)
        .withTransfersPerDay(60)
        .withSeed(SEED);
  }

  @Test
  void record_fillsEveryTableAndTellsHowMuch() throws Exception {
    Site site = site();
    List<String> told = new ArrayList<>();
    Traffic.Report report = new Traffic(site).record(pair.owner(), told::add);
    pair.awaitReplay(LIMIT);

    assertThat(told).isNotEmpty();
    try (Connection standby = pair.connectToStandby(Role.SUPERUSER)) {
      assertThat(number(standby, "SELECT count(*) FROM encp_xfer"))
          .as("seed %s", SEED)
          .isEqualTo(report.transfers())
          .isBetween(15_000L, 40_000L);
      for (String table :
          strings(
              standby, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")) {
        assertThat(number(standby, "SELECT count(*) FROM " + table)).as(table).isPositive();
      }
      assertThat(days(standby, "SELECT DISTINCT \"date\"::date FROM encp_xfer"))
          .doesNotContainAnyElementsOf(report.emptyDays())
          .contains(site.from(), site.today(), report.frozenDay());
      assertThat(report.emptyDays()).isNotEmpty();
      assertThat(
              number(standby, "SELECT count(*) FROM encp_xfer WHERE \"date\" > '2026-03-20 13:00'"))
          .isEqualTo(report.futureTransfers());
    }
  }

  @Test
  void summaries_equalTheTransfersExceptWhereTheReportSays() throws Exception {
    Site site = site();
    Traffic.Report report = new Traffic(site).record(pair.owner(), Progress.silent());
    pair.awaitReplay(LIMIT);

    SortedSet<LocalDate> expected = new TreeSet<>(report.lateDays());
    expected.add(report.frozenDay());
    try (Connection standby = pair.connectToStandby(Role.READER)) {
      assertThat(
              days(
                  standby,
                  """
                  SELECT "date"
                    FROM (SELECT "date", mover, "read", "write" FROM xfer_by_day_by_mover) AS s
                    FULL JOIN (SELECT "date"::date AS "date", rtrim(mover, '.mover') AS mover,
                                      sum("size" * (rw = 'r')::integer) AS "read",
                                      sum("size" * (rw = 'w')::integer) AS "write"
                                 FROM encp_xfer GROUP BY 1, 2) AS x
                         USING ("date", mover)
                   WHERE (s."read", s."write") IS DISTINCT FROM (x."read", x."write")
                     AND "date" < '%s'
                  """
                      .formatted(site.today())))
          .as("seed %s", SEED)
          .isEqualTo(expected);
      assertThat(
              days(
                  standby,
                  """
                  SELECT "date"
                    FROM xfer_by_day AS s
                    FULL JOIN (SELECT "date"::date AS "date", storage_group,
                                      sum("size" * (rw = 'r')::integer) AS "read",
                                      sum("size" * (rw = 'w')::integer) AS "write",
                                      sum((rw = 'r')::integer) AS n_read,
                                      sum((rw = 'w')::integer) AS n_write
                                 FROM encp_xfer GROUP BY 1, 2) AS x
                         USING ("date", storage_group)
                   WHERE (s."read", s."write", s.n_read, s.n_write)
                         IS DISTINCT FROM (x."read", x."write", x.n_read, x.n_write)
                     AND "date" < '%s'
                  """
                      .formatted(site.today())))
          .isEqualTo(expected);
      assertThat(single(standby, "SELECT max(\"date\") FROM xfer_by_day_by_mover"))
          .isEqualTo(site.today().minusDays(1).toString());
      assertThat(single(standby, "SELECT max(\"date\") FROM xfer_by_month"))
          .isEqualTo("2026-02-01");
      assertThat(number(standby, "SELECT count(*) FROM xfer_by_day_by_mover WHERE mover = ''"))
          .isPositive();
    }
  }

  @Test
  void oddities_areAllThere() throws Exception {
    new Traffic(site().withTransfersPerDay(300)).record(pair.owner(), Progress.silent());
    pair.awaitReplay(LIMIT);

    try (Connection standby = pair.connectToStandby(Role.READER)) {
      for (String oddity :
          List.of(
              "drive_rate = 0 AND \"size\" > 0",
              "drive_rate = -1",
              "\"size\" = 0",
              "\"size\" > 2147483647",
              "\"size\" > 1000000000000",
              "disk_rate IS NULL AND transfer_rate IS NULL AND drive_rate > 1000000",
              "encp_version IS NULL AND \"size\" > 1000000000 AND drive_rate BETWEEN 1 AND 2000",
              "library IS NULL",
              "driver = 'NullDriver'",
              "driver = 'DiskDriver'",
              "mover IN ('null4.mover', 'null4e.mover')",
              "length(storage_group) = 16",
              "\"date\" BETWEEN '2025-11-02 01:00' AND '2025-11-02 02:00'",
              "\"date\"::date = '2026-03-08'")) {
        assertThat(number(standby, "SELECT count(*) FROM encp_xfer WHERE " + oddity))
            .as("%s, seed %s", oddity, SEED)
            .isPositive();
      }
      assertThat(
              number(
                  standby,
                  "SELECT count(*) FROM encp_xfer WHERE \"date\" >= '2026-03-08 02:00'"
                      + " AND \"date\" < '2026-03-08 03:00'"))
          .as("no clock showed that hour")
          .isZero();
      assertThat(
              number(
                  standby,
                  "SELECT count(*) FROM (SELECT FROM encp_xfer GROUP BY encp_id, src, dst, mover"
                      + " HAVING count(*) > 1) AS repeated"))
          .isPositive();
    }
  }

  @Test
  void sameSite_hasTheSameTraffic() throws Exception {
    Site site = site().withTransfersPerDay(20);
    String checksum = "SELECT md5(string_agg(x::text, ',' ORDER BY x::text)) FROM encp_xfer AS x";
    List<String> checksums = new ArrayList<>();
    for (Site each : List.of(site, site, site.withSeed(SEED + 1))) {
      empty();
      new Traffic(each).record(pair.owner(), Progress.silent());
      try (Connection primary = pair.connectToPrimary(Role.OWNER)) {
        checksums.add(single(primary, checksum));
      }
    }
    assertThat(checksums.get(1)).isEqualTo(checksums.get(0));
    assertThat(checksums.get(2)).isNotEqualTo(checksums.get(0));
  }

  @Test
  void record_intoATableThatHasRows_isRefused() throws Exception {
    QuirkFixture.moscow().load(pair.owner());
    Traffic traffic = new Traffic(site());
    assertThatThrownBy(() -> traffic.record(pair.owner(), Progress.silent()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("encp_xfer");
  }

  @Test
  void liveTraffic_isDatedNowOnTheSitesClock() throws Exception {
    Clock clock = Clock.systemUTC();
    Site site =
        new Site(
            CHICAGO, LocalDate.of(2026, 1, 1), Instant.parse("2026-03-01T00:00:00Z"), 16, 9, 1);
    try (LiveTraffic live = LiveTraffic.start(site, pair.owner(), clock, 50)) {
      Instant limit = clock.instant().plus(LIMIT);
      while (live.recorded() < 60 && clock.instant().isBefore(limit)) {
        Thread.sleep(20);
      }
      assertThat(live.failure()).isEmpty();
      assertThat(live.recorded()).isGreaterThanOrEqualTo(60);
    }
    try (Connection primary = pair.connectToPrimary(Role.OWNER)) {
      assertThat(
              number(
                  primary,
                  "SELECT count(*) FROM encp_xfer WHERE \"date\" BETWEEN"
                      + " localtimestamp - interval '5 minutes' AND localtimestamp"))
          .isGreaterThanOrEqualTo(60);
      assertThat(number(primary, "SELECT count(*) FROM encp_xfer"))
          .isEqualTo(
              number(
                  primary,
                  "SELECT count(*) FROM encp_xfer WHERE \"date\" > localtimestamp - interval '1 h'"));
    }
  }

  @Test
  void quirkFixture_isInTheDatabaseAsItSays() throws Exception {
    QuirkFixture fixture = QuirkFixture.chicago();
    fixture.load(pair.owner());
    pair.awaitReplay(LIMIT);

    assertThat(fixture.rows()).hasSizeBetween(3_000, 6_000);
    try (Connection standby = pair.connectToStandby(Role.READER)) {
      assertThat(sums(standby, "SELECT \"date\"::date, mover, sum(\"size\") FROM encp_xfer"))
          .isEqualTo(expectedSums(fixture, row -> true, false));
      assertThat(
              sums(
                  standby,
                  "SELECT \"date\", mover, sum(\"read\" + \"write\") FROM xfer_by_day_by_mover"))
          .isEqualTo(expectedSums(fixture, row -> row.isSummedUp(fixture.lastDay()), true));
      assertThat(
              number(
                  standby,
                  "SELECT count(*) FROM encp_xfer WHERE \"date\" = '"
                      + QuirkFixture.DUPLICATE_TIME
                      + "'"))
          .isEqualTo(2);
      assertThat(
              number(
                  standby,
                  "SELECT max(\"size\") FROM encp_xfer WHERE \"date\"::date = '"
                      + QuirkFixture.LARGE_DAY
                      + "'"))
          .isEqualTo(QuirkFixture.BEYOND_DOUBLE);
      assertThat(
              number(
                  standby,
                  "SELECT count(*) FROM encp_xfer WHERE \"date\"::date = '"
                      + QuirkFixture.EMPTY_DAY
                      + "'"))
          .isZero();
    }
  }

  @Test
  void quirkFixture_showsMoscowsRepeatedHourTwice() {
    Map<Integer, Long> perHour =
        QuirkFixture.moscow().rows().stream()
            .filter(row -> row.day().equals(QuirkFixture.MOSCOW_AUTUMN_DAY))
            .collect(
                Collectors.groupingBy(row -> row.wallClock().getHour(), Collectors.counting()));
    assertThat(perHour.get(0)).isEqualTo(8);
    assertThat(perHour.get(1)).isEqualTo(16);
    assertThat(perHour).hasSize(24);
  }

  /** Sums of bytes by day and mover, such as {@code 2024-03-09 null4.mover}. */
  private static Map<String, Long> expectedSums(
      QuirkFixture fixture, Predicate<QuirkFixture.Row> counted, boolean summaryNames) {
    Map<String, Long> sums = new TreeMap<>();
    for (QuirkFixture.Row row : fixture.rows()) {
      if (counted.test(row)) {
        String name = summaryNames ? MoverNames.summaryName(row.mover()) : row.mover();
        sums.merge(row.day() + " " + name, row.size(), Math::addExact);
      }
    }
    return sums;
  }

  private static Map<String, Long> sums(Connection connection, String select) throws SQLException {
    Map<String, Long> sums = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(select + " GROUP BY 1, 2")) {
      while (result.next()) {
        sums.put(
            result.getString(1) + " " + result.getString(2),
            result.getBigDecimal(3).longValueExact());
      }
    }
    return sums;
  }

  private static SortedSet<LocalDate> days(Connection connection, String select)
      throws SQLException {
    return strings(connection, select).stream()
        .map(LocalDate::parse)
        .collect(Collectors.toCollection(TreeSet::new));
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

  private static String single(Connection connection, String select) throws SQLException {
    return strings(connection, select).get(0);
  }

  private static long number(Connection connection, String select) throws SQLException {
    return Long.parseLong(single(connection, select));
  }
}
