package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Shape;
import org.enstore.accounting.series.SummaryRow;
import org.enstore.accounting.series.TransferRow;
import org.jooq.conf.ParamType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is read equals what plain SQL gives. */
final class FactQueryIT {
  private static final String DATABASE = "plain_sql";
  private static final LocalDate FIRST = LocalDate.parse("2010-10-20");
  private static final int DAYS = 30;
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createDatabase(DATABASE);
    Random random = new Random(3);
    List<TransferRow> transfers = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      LocalDateTime date = FIRST.atStartOfDay().plusSeconds(random.nextInt(DAYS * 86_400));
      transfers.add(
          TransferRow.of(
                  date.toString(),
                  random.nextInt(3) == 0 ? "w" : "r",
                  random.nextLong(1L << 40),
                  "L8G1_00" + random.nextInt(4) + ".mover")
              .withStorageGroup(random.nextBoolean() ? "cms" : "nova")
              .withLibrary(random.nextInt(5) == 0 ? null : "CD-LTO8G1"));
    }
    List<SummaryRow> summary = new ArrayList<>();
    for (int day = 0; day < DAYS; day++) {
      for (int mover = 0; mover < 4; mover++) {
        summary.add(
            new SummaryRow(
                FIRST.plusDays(day),
                "L8G1_00" + mover,
                random.nextInt(3) == 0 ? null : random.nextLong(1L << 50),
                random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 50)));
      }
    }
    pair.store(DATABASE, transfers, summary);
  }

  @Test
  void cells_equalPlainSql_inZonesWithOddChanges() throws Exception {
    Shape shape =
        Shape.of(
            List.of(Dimensions.MOVER, Dimensions.STORAGE_GROUP),
            List.of(TransferQuantities.BYTES, TransferQuantities.TRANSFERS));
    for (String name :
        List.of(
            "America/Chicago", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo")) {
      ZoneId zone = ZoneId.of(name);
      for (Grain grain : Grain.values()) {
        assertThat(cells(zone, Transfers.FACTS, grain, shape))
            .as("%s %s", name, grain)
            .isEqualTo(
                plain(
                    """
                    SELECT date, mover, storage_group, rw, size, 1 FROM encp_xfer
                    WHERE date >= ? AND date < ?
                    """,
                    zone,
                    grain));
      }
    }
  }

  @Test
  void summary_equalsPlainSql() throws Exception {
    Shape shape = Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES));
    ZoneId zone = ZoneId.of("America/Chicago");

    assertThat(cells(zone, Transfers.SUMMARY, Grain.DAY, shape))
        .isEqualTo(
            plain(
                """
                SELECT date::timestamp, mover, null, rw, bytes, 0 FROM xfer_by_day_by_mover,
                  LATERAL (VALUES ('r', "read"), ('w', "write")) AS d(rw, bytes)
                WHERE date >= ? AND date < ? AND bytes <> 0
                """,
                zone,
                Grain.DAY));
  }

  @Test
  void statement_usesTheIndexOnTheDate() throws Exception {
    WallClock clock = new WallClock(new SiteCalendar(ZoneId.of("Australia/Lord_Howe")));
    for (Grain grain : Grain.values()) {
      ReadRequest request =
          new ReadRequest(
              Transfers.FACTS,
              grain,
              Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES)),
              FIRST,
              FIRST.plusDays(1));
      try (Connection connection = pair.standby(DATABASE)) {
        try (Statement off = connection.createStatement()) {
          off.execute("SET enable_seqscan = off");
        }
        String explain =
            "EXPLAIN "
                + new FactQuery(TransferColumns.ALL, request, clock, true, false)
                    .query()
                    .getSQL(ParamType.INLINED);
        StringBuilder plan = new StringBuilder();
        try (Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery(explain)) {
          while (rows.next()) {
            plan.append(rows.getString(1)).append('\n');
          }
        }
        assertThat(plan).contains("Index Cond: ((date >= ").contains("xfr_date_idx");
      }
    }
  }

  @Test
  void cells_readInOnePass_areTheSame() throws Exception {
    Shape shape =
        Shape.of(
            List.of(Dimensions.DIRECTION, Dimensions.MOVER, Transfers.DRIVE_RATE_BIN),
            List.of(TransferQuantities.BYTES, TransferQuantities.DRIVE_RATE_SECONDS));
    for (String name : List.of("America/Chicago", "America/St_Johns", "Australia/Lord_Howe")) {
      WallClock clock = new WallClock(new SiteCalendar(ZoneId.of(name)));
      for (Grain grain : Grain.values()) {
        ReadRequest request = request(Transfers.FACTS, grain, shape);
        Map<String, Long> cellByCell =
            bytes(new FactQuery(TransferColumns.ALL, request, clock, true, false));

        assertThat(cellByCell).hasSizeGreaterThan(200);
        assertThat(bytes(new FactQuery(TransferColumns.ALL, request, clock, false, false)))
            .as("%s %s", name, grain)
            .isEqualTo(cellByCell);
      }
    }
  }

  private static Map<String, Long> bytes(FactQuery transfers) throws SQLException {
    Map<String, Long> bytes = new HashMap<>();
    try (Connection connection = pair.standby(DATABASE)) {
      transfers.read(
          connection,
          (epochSecond, key, sums) -> bytes.merge(epochSecond + " " + key, sums[0], Long::sum));
    }
    return bytes;
  }

  @Test
  void read_afterOneThatWasBrokenOff_isWhole() throws Exception {
    Shape shape = Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES));
    ZoneId zone = ZoneId.of("America/Chicago");
    Map<String, Long> whole = cells(zone, Transfers.FACTS, Grain.MINUTE, shape);
    try (StandbyTransferSource source = source(zone)) {
      for (int broken = 0; broken < 5; broken++) {
        AtomicInteger taken = new AtomicInteger();
        assertThatThrownBy(
                () ->
                    source.read(
                        request(Transfers.FACTS, Grain.MINUTE, shape),
                        (epochSecond, key, sums) -> {
                          if (taken.incrementAndGet() == 10) {
                            throw new IllegalStateException("no room");
                          }
                        },
                        new Cancellation()))
            .hasMessage("no room");
        assertThat(cells(source, Transfers.FACTS, Grain.MINUTE, shape)).isEqualTo(whole);
      }
    }
  }

  private static Map<String, Long> cells(ZoneId zone, SourceTable table, Grain grain, Shape shape) {
    try (StandbyTransferSource source = source(zone)) {
      return cells(source, table, grain, shape);
    }
  }

  private static StandbyTransferSource source(ZoneId zone) {
    return new StandbyTransferSource(
        pair.settings(DATABASE, zone), InstantSource.system(), "plain", "test/1");
  }

  private static ReadRequest request(SourceTable table, Grain grain, Shape shape) {
    return new ReadRequest(table, grain, shape, FIRST.plusDays(1), FIRST.plusDays(DAYS - 1));
  }

  private static Map<String, Long> cells(
      StandbyTransferSource source, SourceTable table, Grain grain, Shape shape) {
    Map<String, Long> cells = new HashMap<>();
    List<Dimension> told = new ArrayList<>(shape.dimensions());
    told.add(Dimensions.DIRECTION);
    Shape directed = Shape.of(told, shape.quantities());
    source.read(
        request(table, grain, directed),
        (epochSecond, key, sums) -> {
          String name =
              Instant.ofEpochSecond(epochSecond)
                  + " "
                  + directed.value(Dimensions.DIRECTION, key).charAt(0)
                  + " "
                  + shape.dimensions().stream()
                      .map(dimension -> directed.value(dimension, key))
                      .collect(Collectors.joining(" "));
          cells.merge(name + " bytes", sums[0], Long::sum);
          if (sums.length > 1) {
            cells.merge(name + " count", sums[1], Long::sum);
          }
        },
        new Cancellation());
    return cells;
  }

  /** The same numbers from single rows, floored here: a way of its own. */
  private static Map<String, Long> plain(String sql, ZoneId zone, Grain grain) throws SQLException {
    SiteCalendar calendar = new SiteCalendar(zone);
    Map<String, Long> cells = new HashMap<>();
    try (Connection connection = pair.standby(DATABASE);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, FIRST.plusDays(1).atStartOfDay());
      statement.setObject(2, FIRST.plusDays(DAYS - 1).atStartOfDay());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          LocalDateTime wall = rows.getObject(1, LocalDateTime.class);
          Instant instant = wall.atZone(zone).withLaterOffsetAtOverlap().toInstant();
          long midnight = calendar.startOfDay(wall.toLocalDate());
          Duration elapsed = Duration.ofSeconds(instant.getEpochSecond() - midnight);
          Duration floor =
              switch (grain) {
                case DAY -> Duration.ZERO;
                case HOUR -> Duration.ofHours(elapsed.toHours());
                case MINUTE -> Duration.ofMinutes(elapsed.toMinutes());
              };
          String group = rows.getString(3);
          String name =
              Instant.ofEpochSecond(midnight).plus(floor)
                  + " "
                  + rows.getString(4)
                  + " "
                  + rows.getString(2)
                  + (group == null ? "" : " " + group);
          cells.merge(name + " bytes", rows.getLong(5), Long::sum);
          if (rows.getLong(6) > 0) {
            cells.merge(name + " count", 1L, Long::sum);
          }
        }
      }
    }
    return cells;
  }
}
