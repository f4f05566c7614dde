package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Arrangement;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.GapPolicy;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Room;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.SeriesQuery;
import org.enstore.accounting.series.Shape;
import org.enstore.accounting.series.SourceChoice;
import org.enstore.accounting.series.TransferRow;
import org.jooq.conf.ParamType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The running day, refreshed from a real standby; and what is kept beyond the process. */
final class OpenSpanIT {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final Duration STALE = Duration.ofSeconds(11);
  private static final Duration OLD = Duration.ofMinutes(11);
  private static final Pattern BUFFERS =
      Pattern.compile("Buffers: shared( hit=(\\d+))?( read=(\\d+))?");

  /** How far this test's clock is ahead. */
  private final AtomicLong aheadSeconds = new AtomicLong();

  @TempDir Path directory;

  private Instant now() {
    return Instant.now().plusSeconds(aheadSeconds.get());
  }

  private void pass(Duration time) {
    aheadSeconds.addAndGet(time.toSeconds());
  }

  private SeriesEngine engine(SourceSettings settings) {
    InstantSource clock = this::now;
    return new SeriesEngine(
        new StandbyTransferSource(settings, clock, "open", "test/1"),
        settings,
        clock,
        Executors.newFixedThreadPool(2),
        Optional.of(new SeriesEngine.Disk(directory, Runnable::run)));
  }

  /** All bytes from {@code days} ago until now. */
  private long bytes(SeriesEngine engine, int days) {
    Instant now = now();
    SeriesAnswer answer =
        engine.answer(
            new SeriesQuery(
                Transfers.DATASET,
                Transfers.BYTES,
                new TimeRange(now.minus(Duration.ofDays(days)), now),
                Optional.of(Duration.ofDays(1)),
                Duration.ZERO,
                1,
                List.of(),
                List.of(),
                Map.of(),
                true,
                ByteUnit.BYTES,
                GapPolicy.ZERO,
                SourceChoice.RAW,
                Arrangement.PLAIN),
            Demand.USUAL,
            new Cancellation(),
            Room.UNBOUNDED);
    Numbers.Longs numbers = (Numbers.Longs) answer.table().series().get(0).numbers();
    long sum = 0;
    for (int i = 0; i < numbers.size(); i++) {
      sum += numbers.at(i);
    }
    return sum;
  }

  private TransferRow row(Instant at, long bytes) {
    return TransferRow.of(
        LocalDateTime.ofInstant(at, UTC).withNano(0).toString(), "r", bytes, "A.mover");
  }

  @Test
  void runningDay_isReadFromItsEnd_lateRowsAreFound_andRestartsDoubleNothing() throws Exception {
    SharedPair pair = SharedPair.get();
    pair.createDatabase("open_day");
    List<TransferRow> rows = new ArrayList<>();
    rows.add(row(now().minusSeconds(60), 1));
    rows.add(row(now().minus(Duration.ofDays(40)), 2));
    pair.store("open_day", rows, List.of());
    try (SeriesEngine engine = engine(pair.settings("open_day", UTC))) {
      assertThat(bytes(engine, 50)).isEqualTo(3);

      rows.add(row(now(), 4));
      pair.store("open_day", rows, List.of());
      pass(STALE);
      assertThat(bytes(engine, 50)).isEqualTo(7);

      rows.add(row(now().minus(Duration.ofDays(3)), 8));
      pair.store("open_day", rows, List.of());
      pass(OLD);
      assertThat(bytes(engine, 50)).isEqualTo(15);

      pair.pair().crashStandby();
      pair.pair().startStandby();
      pair.awaitReplay();
      rows.add(row(now(), 16));
      pair.store("open_day", rows, List.of());
      pass(STALE);
      assertThat(bytes(engine, 50)).isEqualTo(31);
    }
    try (SeriesEngine again = engine(pair.settings("open_day", UTC))) {
      assertThat(bytes(again, 50)).isEqualTo(31);
      assertThat(again.stats().diskHits()).isPositive();
      assertThat(again.stats().reads()).isEqualTo(1);
    }
  }

  @Test
  void promotion_beginsAnotherLineage() throws Exception {
    try (ReplicatedPair servers = TestPairs.builder().start()) {
      SharedPair pair = new SharedPair(servers);
      pair.createDatabase("open_day");
      pair.store("open_day", List.of(row(now().minus(Duration.ofDays(40)), 2)), List.of());
      SourceSettings known = pair.settings("open_day", UTC);
      SourceSettings settings =
          new SourceSettings(
              known.hosts(),
              known.database(),
              known.user(),
              known.password(),
              known.tls(),
              known.siteTimeZone(),
              true,
              true,
              known.connections(),
              known.freshness(),
              known.limits(),
              known.monitoring(),
              known.part(),
              known.others());
      try (SeriesEngine engine = engine(settings)) {
        assertThat(bytes(engine, 50)).isEqualTo(2);
        String before = engine.state(new Cancellation()).lineage();

        servers.promote();
        try (Connection connection = pair.standby("open_day");
            Statement statement = connection.createStatement()) {
          statement.execute("DELETE FROM encp_xfer");
        }
        pass(STALE);

        assertThat(bytes(engine, 50)).isZero();
        String after = engine.state(new Cancellation()).lineage();
        assertThat(before).matches("\\d+/1");
        assertThat(after).isEqualTo(before.replaceFirst("/1$", "/2"));
      }
    }
  }

  @Test
  void refresh_costsTheSame_whateverTheHistory() throws Exception {
    SharedPair pair = SharedPair.get();
    pair.createDatabase("open_cost");
    LocalDate today = LocalDate.parse("2025-06-20");
    fill(pair, today, 1, 2_000);
    int little = buffers(pair, today);
    fill(pair, today.minusDays(100), 100, 2_000);
    int much = buffers(pair, today);

    assertThat(much).isLessThanOrEqualTo(little + little / 10 + 3);
  }

  private static void fill(SharedPair pair, LocalDate first, int days, int perDay)
      throws SQLException {
    pair.execute(
        "open_cost",
        "INSERT INTO encp_xfer (\"date\", node, pid, username, src, dst, \"size\", rw,"
            + " overall_rate, network_rate, drive_rate, volume, mover, drive_id, drive_sn,"
            + " elapsed, media_changer, mover_interface, driver, storage_group, encp_ip, encp_id)"
            + " SELECT timestamp '"
            + first
            + "' + i * interval '1 day' / "
            + perDay
            + ", 'n', 1, 'u', 's', 'd', 1000000, 'r', 1, 1, 1, 'VOL001L8', 'L8_' || i % 60,"
            + " 'TD8', 'sn', 1, 'mc', 'i', 'FTTDriver', 'cms', '127.0.0.1', 'id'"
            + " FROM generate_series(0, "
            + (days * perDay - 1)
            + ") AS i");
    try (Connection connection = pair.primary("open_cost");
        Statement statement = connection.createStatement()) {
      statement.execute("VACUUM ANALYZE encp_xfer");
    }
    pair.awaitReplay();
  }

  /** The buffers that the refresh of a running day touches, at 18 o'clock. */
  private static int buffers(SharedPair pair, LocalDate today) throws SQLException {
    Instant since = today.atTime(17, 0).toInstant(ZoneOffset.UTC);
    ReadRequest request =
        new ReadRequest(
            Transfers.FACTS,
            Grain.HOUR,
            Shape.of(
                List.of(Dimensions.MOVER, Dimensions.MOVER_CLASS),
                List.of(TransferQuantities.BYTES)),
            today,
            today.plusDays(1),
            Optional.of(since));
    String sql =
        new FactQuery(
                TransferColumns.ALL, request, new WallClock(new SiteCalendar(UTC)), true, false)
            .query()
            .getSQL(ParamType.INLINED);
    try (Connection connection = pair.standby("open_cost");
        Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery("EXPLAIN (ANALYZE, BUFFERS) " + sql)) {
        while (rows.next()) {
          Matcher matcher = BUFFERS.matcher(rows.getString(1));
          if (matcher.find()) {
            return number(matcher.group(2)) + number(matcher.group(4));
          }
        }
      }
    }
    throw new AssertionError("no buffers in the plan of " + sql);
  }

  private static int number(@Nullable String text) {
    return text == null ? 0 : Integer.parseInt(text);
  }
}
