package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.SiteCalendar;
import org.junit.jupiter.api.Test;

/** What every {@link TransferSource} must do, whatever is behind it. */
public abstract class TransferSourceContract {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Shape TOTAL = Shape.of(List.of(), List.of(Quantity.BYTES));
  private static final Shape BY_MOVER = Shape.of(List.of(Dimension.MOVER), List.of(Quantity.BYTES));

  /** The time at which all sources of this test are asked. */
  protected static final Instant NOW = Instant.parse("2024-06-15T12:00:00Z");

  protected static final InstantSource CLOCK = InstantSource.fixed(NOW);

  /** A source over exactly these rows, of a site in {@code zone}, asked at {@link #NOW}. */
  protected abstract TransferSource source(
      ZoneId zone, List<TransferRow> transfers, List<SummaryRow> summary) throws Exception;

  // ---- transfers ------------------------------------------------------------------------------

  @Test
  void transfers_addedUpPerCellAndMover() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:10", "r", 1, "A.mover"),
            TransferRow.of("2024-05-01T10:00:59", "r", 2, "A.mover"),
            TransferRow.of("2024-05-01T10:01:00", "r", 4, "A.mover"),
            TransferRow.of("2024-05-01T11:00:00", "w", 8, "A.mover"),
            TransferRow.of("2024-05-01T11:00:00", "r", 16, "B.mover"));

    assertThat(read(source, Grain.MINUTE, BY_MOVER, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T10:00:00Z read [A.mover] 3",
            "2024-05-01T10:01:00Z read [A.mover] 4",
            "2024-05-01T11:00:00Z read [B.mover] 16",
            "2024-05-01T11:00:00Z write [A.mover] 8");
    assertThat(read(source, Grain.HOUR, BY_MOVER, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T10:00:00Z read [A.mover] 7",
            "2024-05-01T11:00:00Z read [B.mover] 16",
            "2024-05-01T11:00:00Z write [A.mover] 8");
    assertThat(read(source, Grain.DAY, BY_MOVER, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T00:00:00Z read [A.mover] 7",
            "2024-05-01T00:00:00Z read [B.mover] 16",
            "2024-05-01T00:00:00Z write [A.mover] 8");
  }

  @Test
  void transfers_noDimensionGivesTotals() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "r", 1, "A.mover"),
            TransferRow.of("2024-05-01T11:00:00", "r", 2, "B.mover"));

    assertThat(read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z read [] 3");
  }

  @Test
  void transfers_everyDimensionInDeclarationOrder() throws Exception {
    TransferSource source = raw(UTC, TransferRow.of("2024-05-01T10:00:00", "r", 5, "A.mover"));
    Shape shape = Shape.of(Dimension.ASKABLE, List.of(Quantity.TRANSFERS, Quantity.BYTES));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T00:00:00Z read [A.mover, tape, cms, CD-LTO8G1, ULT3580-TD8,"
                + " TS4500G1.media_changer] 5 1");
  }

  @Test
  void transfers_classComesFromDriver() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "w", 1, "x.mover").withDriver("NullDriver"),
            TransferRow.of("2024-05-01T10:00:00", "w", 2, "y.mover").withDriver("DiskDriver"),
            TransferRow.of("2024-05-01T10:00:00", "w", 4, "null1.mover"),
            TransferRow.of("2024-05-01T10:00:00", "w", 8, "z.mover").withDriver("OtherDriver"));
    Shape shape = Shape.of(List.of(Dimension.MOVER_CLASS), List.of(Quantity.BYTES));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T00:00:00Z write [disk] 2",
            "2024-05-01T00:00:00Z write [null] 1",
            "2024-05-01T00:00:00Z write [tape] 12");
  }

  @Test
  void transfers_missingLibraryIsTheEmptyOne() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "w", 1, "A.mover").withLibrary(null),
            TransferRow.of("2024-05-01T10:00:00", "w", 2, "A.mover").withLibrary(""));
    Shape shape = Shape.of(List.of(Dimension.LIBRARY), List.of(Quantity.BYTES));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [] 3");
  }

  @Test
  void transfers_neitherReadNorWriteIsLeftOut() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "x", 1, "A.mover"),
            TransferRow.of("2024-05-01T10:00:00", "w", 2, "A.mover"));

    assertThat(read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [] 2");
  }

  @Test
  void transfers_windowIsHalfOpen() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-04-30T23:59:59", "r", 1, "A.mover"),
            TransferRow.of("2024-05-01T00:00:00", "r", 2, "A.mover"),
            TransferRow.of("2024-05-02T23:59:59", "r", 4, "A.mover"),
            TransferRow.of("2024-05-03T00:00:00", "r", 8, "A.mover"));

    for (Grain grain : Grain.values()) {
      assertThat(sum(source, grain, "2024-05-01", "2024-05-03")).isEqualTo(6);
    }
  }

  @Test
  void transfers_emptyFileStillCounts() throws Exception {
    TransferSource source = raw(UTC, TransferRow.of("2024-05-01T10:00:00", "w", 0, "A.mover"));
    Shape shape = Shape.of(List.of(), List.of(Quantity.BYTES, Quantity.TRANSFERS));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [] 0 1");
  }

  @Test
  void transfers_sumsAreExactTo64Bits() throws Exception {
    long half = Long.MAX_VALUE / 2;
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "w", half, "A.mover"),
            TransferRow.of("2024-05-01T11:00:00", "w", half, "A.mover"),
            TransferRow.of("2024-05-01T12:00:00", "w", 1, "A.mover"));

    assertThat(read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [] " + Long.MAX_VALUE);
  }

  @Test
  void transfers_sumBeyond64BitsIsRefused() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "w", Long.MAX_VALUE, "A.mover"),
            TransferRow.of("2024-05-01T11:00:00", "w", 1, "A.mover"));

    assertThatThrownBy(() -> read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE));
  }

  @Test
  void rates_sumBytesAndSecondsOfWhatWasMeasured() throws Exception {
    long large = 1L << 30;
    TransferSource source =
        raw(
            UTC,
            rated(large, new TransferRates(1 << 20, 2 << 20, 1L << 18, 1L << 19, 1 << 17)),
            rated(large, new TransferRates(1 << 21, 0, -1L, null, 1 << 17)),
            // What fill_encp_xfer_from_log.py stores: MiB per second.
            rated(large, TransferRates.all(150)),
            rated(large, TransferRates.UNMEASURED),
            rated(large, TransferRates.all(-1)),
            rated(1024, TransferRates.all(512)));

    assertThat(rates(source, Quantity.DRIVE_RATE_BYTES, Quantity.DRIVE_RATE_SECONDS))
        .containsExactly(2.0 * large, 1024.0 + 512.0);
    assertThat(rates(source, Quantity.NETWORK_RATE_BYTES, Quantity.NETWORK_RATE_SECONDS))
        .containsExactly(large + 1024.0, 512.0 + 2.0);
    assertThat(rates(source, Quantity.DISK_RATE_BYTES, Quantity.DISK_RATE_SECONDS))
        .containsExactly(large + 1024.0, 4096.0 + 2.0);
    assertThat(rates(source, Quantity.TRANSFER_RATE_BYTES, Quantity.TRANSFER_RATE_SECONDS))
        .containsExactly(large + 1024.0, 2048.0 + 2.0);
    assertThat(rates(source, Quantity.OVERALL_RATE_BYTES, Quantity.OVERALL_RATE_SECONDS))
        .containsExactly(2.0 * large + 1024.0, 8192.0 * 2 + 2.0);
    assertThat(rates(source, Quantity.TRANSFERS, Quantity.DRIVE_RATE_MAX))
        .containsExactly(6.0, 2097152.0);
  }

  @Test
  void rates_ofDrivesLeaveOutFilesBelow512MiB() throws Exception {
    TransferSource source =
        raw(
            UTC,
            rated((512L << 20) - 1, TransferRates.all(7 << 20)),
            rated(512L << 20, TransferRates.all(1 << 20)));

    assertThat(rates(source, Quantity.DRIVE_RATE_BYTES, Quantity.DRIVE_RATE_SECONDS))
        .containsExactly(536870912.0, 512.0);
    assertThat(rates(source, Quantity.TRANSFERS, Quantity.DRIVE_RATE_MAX))
        .containsExactly(2.0, 1048576.0);
    assertThat(rates(source, Quantity.TRANSFERS, Quantity.NETWORK_RATE_BYTES))
        .containsExactly(2.0, 1073741823.0);
  }

  @Test
  void rates_noneMeasuredIsZero() throws Exception {
    TransferSource source = raw(UTC, rated(1L << 30, TransferRates.UNMEASURED));

    assertThat(rates(source, Quantity.DRIVE_RATE_BYTES, Quantity.DRIVE_RATE_SECONDS))
        .containsExactly(0.0, 0.0);
    assertThat(rates(source, Quantity.TRANSFERS, Quantity.DRIVE_RATE_MAX))
        .containsExactly(1.0, 0.0);
  }

  @Test
  void rateBins_areThoseOfTheSketch() throws Exception {
    List<TransferRow> rows = new ArrayList<>();
    Map<String, Long> expected = new TreeMap<>();
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      long rate = Math.max(1024, (long) Math.exp(random.nextDouble(7, 43)));
      rows.add(rated(1L << 30, TransferRates.all(rate)));
      expected.merge(String.valueOf(RateBins.of(rate)), 1L, Long::sum);
    }
    rows.add(rated(1L << 30, TransferRates.all(0)));
    rows.add(rated(1L << 20, TransferRates.all(1 << 20)));
    expected.put("", 2L);
    Shape shape = Shape.of(List.of(Dimension.DRIVE_RATE_BIN), List.of(Quantity.TRANSFERS));
    Map<String, Long> counts = new TreeMap<>();
    source(UTC, rows, List.of())
        .read(
            new ReadRequest(
                SourceTable.RAW,
                Grain.DAY,
                shape,
                LocalDate.parse("2024-05-01"),
                LocalDate.parse("2024-05-02")),
            (epochSecond, key, sums) -> counts.merge(key.values().get(0), sums[0], Long::sum),
            new Cancellation());

    assertThat(counts).isEqualTo(expected);
  }

  private static TransferRow rated(long size, TransferRates rates) {
    return TransferRow.of("2024-05-01T10:00:00", "r", size, "A.mover").withRates(rates);
  }

  /** The two quantities of all transfers of 2024-05-01 together. */
  private static List<Double> rates(TransferSource source, Quantity one, Quantity other) {
    Shape shape = Shape.of(List.of(), List.of(one, other));
    List<Double> values = new ArrayList<>();
    source.read(
        new ReadRequest(
            SourceTable.RAW,
            Grain.DAY,
            shape,
            LocalDate.parse("2024-05-01"),
            LocalDate.parse("2024-05-02")),
        (epochSecond, key, sums) -> {
          for (int i = 0; i < sums.length; i++) {
            values.add(
                shape.quantities().get(i).isDouble()
                    ? Double.longBitsToDouble(sums[i])
                    : (double) sums[i]);
          }
        },
        new Cancellation());
    return values;
  }

  // ---- the site's clock -----------------------------------------------------------------------

  @Test
  void repeatedHour_isReadAsTheLater() throws Exception {
    TransferSource source =
        raw(
            CHICAGO,
            TransferRow.of("2023-11-05T00:30:00", "r", 1, "A.mover"),
            TransferRow.of("2023-11-05T01:30:00", "r", 2, "A.mover"),
            TransferRow.of("2023-11-05T02:30:00", "r", 4, "A.mover"),
            TransferRow.of("2023-11-05T23:30:00", "r", 8, "A.mover"));

    assertThat(read(source, Grain.HOUR, TOTAL, "2023-11-05", "2023-11-06"))
        .containsExactly(
            "2023-11-05T05:00:00Z read [] 1",
            "2023-11-05T07:00:00Z read [] 2",
            "2023-11-05T08:00:00Z read [] 4",
            "2023-11-06T05:00:00Z read [] 8");
    assertThat(read(source, Grain.MINUTE, TOTAL, "2023-11-05", "2023-11-06"))
        .contains("2023-11-05T07:30:00Z read [] 2");
    assertThat(read(source, Grain.DAY, TOTAL, "2023-11-05", "2023-11-06"))
        .containsExactly("2023-11-05T05:00:00Z read [] 15");
  }

  @Test
  void missingHour_isShiftedForward() throws Exception {
    TransferSource source =
        raw(
            CHICAGO,
            TransferRow.of("2024-03-10T01:59:59", "r", 1, "A.mover"),
            TransferRow.of("2024-03-10T02:30:00", "r", 2, "A.mover"),
            TransferRow.of("2024-03-10T03:00:00", "r", 4, "A.mover"));

    assertThat(read(source, Grain.MINUTE, TOTAL, "2024-03-10", "2024-03-11"))
        .containsExactly(
            "2024-03-10T07:59:00Z read [] 1",
            "2024-03-10T08:00:00Z read [] 4",
            "2024-03-10T08:30:00Z read [] 2");
    assertThat(read(source, Grain.HOUR, TOTAL, "2024-03-10", "2024-03-11"))
        .containsExactly("2024-03-10T07:00:00Z read [] 1", "2024-03-10T08:00:00Z read [] 6");
  }

  @Test
  void hours_areElapsedSinceLocalMidnight_whereTheOffsetChangesByHalfAnHour() throws Exception {
    ZoneId lordHowe = ZoneId.of("Australia/Lord_Howe");
    TransferSource source =
        raw(
            lordHowe,
            // Clocks go from 02:00 back to 01:30: midnight is 13:00 UTC, 02:10 is 2 h 40 min on.
            TransferRow.of("2024-04-07T01:40:00", "r", 1, "A.mover"),
            TransferRow.of("2024-04-07T02:10:00", "r", 2, "A.mover"),
            TransferRow.of("2024-04-07T02:40:00", "r", 4, "A.mover"),
            TransferRow.of("2024-04-08T02:40:00", "r", 8, "A.mover"));

    assertThat(read(source, Grain.HOUR, TOTAL, "2024-04-07", "2024-04-09"))
        .containsExactly(
            "2024-04-06T15:00:00Z read [] 3",
            "2024-04-06T16:00:00Z read [] 4",
            "2024-04-07T15:30:00Z read [] 8");
  }

  @Test
  void midnightThatDoesNotOccur_dayBeginsAfterTheGap() throws Exception {
    ZoneId saoPaulo = ZoneId.of("America/Sao_Paulo");
    TransferSource source =
        raw(
            saoPaulo,
            TransferRow.of("2018-11-03T23:59:00", "r", 1, "A.mover"),
            TransferRow.of("2018-11-04T00:30:00", "r", 2, "A.mover"),
            TransferRow.of("2018-11-04T01:00:00", "r", 4, "A.mover"));

    assertThat(read(source, Grain.MINUTE, TOTAL, "2018-11-04", "2018-11-05"))
        .containsExactly("2018-11-04T03:00:00Z read [] 4", "2018-11-04T03:30:00Z read [] 2");
    assertThat(read(source, Grain.DAY, TOTAL, "2018-11-04", "2018-11-05"))
        .containsExactly("2018-11-04T03:00:00Z read [] 6");
  }

  @Test
  void dateThatDoesNotOccur_isCountedOnTheNext() throws Exception {
    ZoneId apia = ZoneId.of("Pacific/Apia");
    TransferSource source =
        raw(
            apia,
            TransferRow.of("2011-12-29T23:00:00", "r", 1, "A.mover"),
            TransferRow.of("2011-12-30T10:00:00", "r", 2, "A.mover"),
            TransferRow.of("2011-12-31T10:00:00", "r", 4, "A.mover"));

    for (Grain grain : Grain.values()) {
      assertThat(sum(source, grain, "2011-12-29", "2011-12-30")).isEqualTo(1);
      assertThat(sum(source, grain, "2011-12-30", "2011-12-31")).isZero();
      assertThat(sum(source, grain, "2011-12-31", "2012-01-01")).isEqualTo(6);
    }
  }

  @Test
  void timeSkippedBeforeMidnight_isCountedOnce() throws Exception {
    ZoneId toronto = ZoneId.of("America/Toronto");
    TransferSource source =
        raw(
            toronto,
            // On 1919-03-30 clocks went from 23:30 to 00:30.
            TransferRow.of("1919-03-30T23:15:00", "r", 1, "A.mover"),
            TransferRow.of("1919-03-30T23:45:00", "r", 2, "A.mover"),
            TransferRow.of("1919-03-31T00:45:00", "r", 4, "A.mover"));

    assertThat(sum(source, Grain.MINUTE, "1919-03-30", "1919-03-31")).isEqualTo(1);
    assertThat(sum(source, Grain.MINUTE, "1919-03-31", "1919-04-01")).isEqualTo(6);
    assertThat(sum(source, Grain.HOUR, "1919-03-30", "1919-04-01")).isEqualTo(7);
  }

  @Test
  void windows_shareNoRowAndLoseNone() throws Exception {
    for (String name :
        List.of(
            "America/Chicago",
            "Australia/Lord_Howe",
            "America/St_Johns",
            "America/Sao_Paulo",
            "Europe/Moscow",
            "Asia/Kathmandu")) {
      ZoneId zone = ZoneId.of(name);
      LocalDate first = LocalDate.parse("2010-10-25");
      Random random = new Random(7);
      List<TransferRow> rows = new ArrayList<>();
      long all = 0;
      for (int i = 0; i < 500; i++) {
        LocalDateTime date = first.atStartOfDay().plusSeconds(random.nextInt(20 * 86_400));
        long size = random.nextInt(1000);
        all += size;
        rows.add(TransferRow.of(date.toString(), i % 3 == 0 ? "w" : "r", size, "A.mover"));
      }
      TransferSource source = source(zone, rows, List.of());
      SiteCalendar calendar = new SiteCalendar(zone);
      for (Grain grain : Grain.values()) {
        long found = 0;
        for (LocalDate day = first; day.isBefore(first.plusDays(20)); day = day.plusDays(1)) {
          long start = calendar.startOfDay(day);
          long end = calendar.startOfDay(day.plusDays(1));
          Map<String, Long> cells = new TreeMap<>();
          source.read(
              new ReadRequest(SourceTable.RAW, grain, TOTAL, day, day.plusDays(1)),
              (epochSecond, key, sums) -> {
                if (epochSecond < start || epochSecond >= end) {
                  throw new AssertionError(name + " " + grain + " " + start + " " + epochSecond);
                }
                cells.merge(epochSecond + " " + key, sums[0], Long::sum);
              },
              new Cancellation());
          found += cells.values().stream().mapToLong(Long::longValue).sum();
        }
        assertThat(found).as("%s %s", name, grain).isEqualTo(all);
      }
    }
  }

  @Test
  void transfers_beforeAnInstantAndSince_areEachInOneOfTwo() throws Exception {
    Random random = new Random(11);
    for (String[] place :
        new String[][] {
          {"America/Chicago", "2025-03-08"},
          {"America/Chicago", "2025-11-01"},
          {"Australia/Lord_Howe", "2025-04-05"},
          {"Australia/Lord_Howe", "2025-10-04"},
          {"Europe/Moscow", "2014-10-25"},
          {"Pacific/Apia", "2011-12-29"},
          {"America/Sao_Paulo", "2018-11-03"}
        }) {
      ZoneId zone = ZoneId.of(place[0]);
      LocalDate first = LocalDate.parse(place[1]);
      List<TransferRow> rows = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        LocalDateTime date = first.atStartOfDay().plusSeconds(random.nextInt(3 * 86_400));
        rows.add(TransferRow.of(date.toString(), "r", 1L << random.nextInt(40), "A.mover"));
      }
      TransferSource source = source(zone, rows, List.of());
      SiteCalendar calendar = new SiteCalendar(zone);
      for (LocalDate day = first; day.isBefore(first.plusDays(3)); day = day.plusDays(1)) {
        long start = calendar.startOfDay(day);
        long end = calendar.startOfDay(day.plusDays(1));
        for (Grain grain : List.of(Grain.MINUTE, Grain.HOUR)) {
          Map<Long, Long> whole = byStart(source, grain, day, Optional.empty());
          for (long since = start; since < end; since += 3 * 3600) {
            Map<Long, Long> joined = new TreeMap<>();
            long seam = since;
            whole.forEach(
                (at, sum) -> {
                  if (at < seam) {
                    joined.put(at, sum);
                  }
                });
            byStart(source, grain, day, Optional.of(Instant.ofEpochSecond(since)))
                .forEach(
                    (at, sum) -> {
                      assertThat(at).isGreaterThanOrEqualTo(seam);
                      joined.merge(at, sum, Long::sum);
                    });
            assertThat(joined).as("%s %s %s %s", zone, grain, day, since).isEqualTo(whole);
          }
        }
      }
    }
  }

  private static Map<Long, Long> byStart(
      TransferSource source, Grain grain, LocalDate day, Optional<Instant> since) {
    Map<Long, Long> cells = new TreeMap<>();
    source.read(
        new ReadRequest(SourceTable.RAW, grain, TOTAL, day, day.plusDays(1), since),
        (epochSecond, key, sums) -> cells.merge(epochSecond, sums[0], Long::sum),
        new Cancellation());
    return cells;
  }

  // ---- the summary ----------------------------------------------------------------------------

  @Test
  void summary_rowMakesAReadAndAWriteCell() throws Exception {
    TransferSource source =
        source(
            CHICAGO,
            List.of(),
            List.of(
                SummaryRow.of("2024-05-01", "L8G1_001", 5L, 7L),
                SummaryRow.of("2024-05-01", "L8G1_002", 0L, 9L),
                SummaryRow.of("2024-05-01", "L8G1_003", null, null),
                SummaryRow.of("2024-05-02", "L8G1_001", 11L, null)));

    assertThat(summary(source, BY_MOVER, "2024-05-01", "2024-05-03"))
        .containsExactly(
            "2024-05-01T05:00:00Z read [L8G1_001] 5",
            "2024-05-01T05:00:00Z write [L8G1_001] 7",
            "2024-05-01T05:00:00Z write [L8G1_002] 9",
            "2024-05-02T05:00:00Z read [L8G1_001] 11");
  }

  @Test
  void summary_noDimensionGivesTotals() throws Exception {
    TransferSource source =
        source(
            UTC,
            List.of(),
            List.of(
                SummaryRow.of("2024-05-01", "A", 1L, 0L),
                SummaryRow.of("2024-05-01", "", 2L, null)));

    assertThat(summary(source, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z read [] 3");
  }

  @Test
  void summary_windowIsHalfOpen() throws Exception {
    TransferSource source =
        source(
            UTC,
            List.of(),
            List.of(
                SummaryRow.of("2024-04-30", "A", 1L, 0L),
                SummaryRow.of("2024-05-01", "A", 2L, 0L),
                SummaryRow.of("2024-05-02", "A", 4L, 0L)));

    assertThat(summary(source, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z read [] 2");
  }

  // ---- state, health, cancellation ------------------------------------------------------------

  @Test
  void read_returnsAnInstantItIsCompleteThrough() throws Exception {
    TransferSource source = raw(UTC);

    Snapshot snapshot =
        source.read(
            new ReadRequest(
                SourceTable.RAW,
                Grain.DAY,
                TOTAL,
                LocalDate.parse("2024-05-01"),
                LocalDate.parse("2024-05-02")),
            (epochSecond, key, sums) -> {},
            new Cancellation());

    assertThat(snapshot.knownThrough()).isBeforeOrEqualTo(NOW);
    assertThat(snapshot.lineage()).isEqualTo(source.state(new Cancellation()).lineage());
  }

  @Test
  void read_cancelledBeforeItBegins() throws Exception {
    TransferSource source = raw(UTC);
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    assertThatThrownBy(
            () ->
                source.read(
                    new ReadRequest(
                        SourceTable.RAW,
                        Grain.DAY,
                        TOTAL,
                        LocalDate.parse("2024-05-01"),
                        LocalDate.parse("2024-05-02")),
                    (epochSecond, key, sums) -> {},
                    cancellation))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED));
  }

  @Test
  void state_emptyTables() throws Exception {
    SourceState state = raw(UTC).state(new Cancellation());

    assertThat(state.standby()).isTrue();
    assertThat(state.observedAt()).isEqualTo(NOW);
    assertThat(state.knownThrough()).isBeforeOrEqualTo(NOW);
    assertThat(state.lastSummaryDay()).isEmpty();
    assertThat(state.newestTransfer()).isEmpty();
    assertThat(state.summaryReadable()).isTrue();
    assertThat(state.rawReadable()).isTrue();
  }

  @Test
  void state_newestRowsWithoutFutureOnes() throws Exception {
    TransferSource source =
        source(
            CHICAGO,
            List.of(
                TransferRow.of("2024-06-15T06:50:00", "r", 1, "A.mover"),
                TransferRow.of("2024-06-15T09:00:00", "r", 1, "A.mover")),
            List.of(SummaryRow.of("2024-06-13", "A", 1L, 1L)));

    SourceState state = source.state(new Cancellation());

    assertThat(state.newestTransfer()).contains(Instant.parse("2024-06-15T11:50:00Z"));
    assertThat(state.lastSummaryDay()).contains(LocalDate.parse("2024-06-13"));
  }

  @Test
  void state_slightlyFastClientIsNoFutureDate() throws Exception {
    TransferSource source = raw(UTC, TransferRow.of("2024-06-15T12:00:30", "r", 1, "A.mover"));

    assertThat(source.state(new Cancellation()).newestTransfer()).contains(NOW);
  }

  @Test
  void health_isGood() throws Exception {
    Health health = raw(UTC).health();

    assertThat(health.ok()).as(health.sentence()).isTrue();
    assertThat(health.sentence()).isNotBlank();
  }

  // ---- helpers --------------------------------------------------------------------------------

  private TransferSource raw(ZoneId zone, TransferRow... rows) throws Exception {
    return source(zone, List.of(rows), List.of());
  }

  private static List<String> read(
      TransferSource source, Grain grain, Shape shape, String from, String to) {
    return cells(source, SourceTable.RAW, grain, shape, from, to);
  }

  private static List<String> summary(TransferSource source, Shape shape, String from, String to) {
    return cells(source, SourceTable.SUMMARY, Grain.DAY, shape, from, to);
  }

  private static long sum(TransferSource source, Grain grain, String from, String to) {
    return cells(source, SourceTable.RAW, grain, TOTAL, from, to).stream()
        .mapToLong(cell -> Long.parseLong(cell.substring(cell.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The cells as text, equal ones added up, by time, direction and values. */
  private static List<String> cells(
      TransferSource source, SourceTable table, Grain grain, Shape shape, String from, String to) {
    Map<String, long[]> cells = new TreeMap<>();
    source.read(
        new ReadRequest(table, grain, shape, LocalDate.parse(from), LocalDate.parse(to)),
        (epochSecond, key, sums) -> {
          assertThat(sums).hasSize(shape.quantities().size());
          String name =
              Instant.ofEpochSecond(epochSecond)
                  + (key.direction() == Direction.READ ? " read " : " write ")
                  + key.values();
          long[] known = cells.computeIfAbsent(name, absent -> new long[sums.length]);
          for (int i = 0; i < sums.length; i++) {
            known[i] = Math.addExact(known[i], sums[i]);
          }
        },
        new Cancellation());
    List<String> texts = new ArrayList<>();
    cells.forEach(
        (name, sums) -> {
          StringBuilder text = new StringBuilder(name);
          for (long sum : sums) {
            text.append(' ').append(sum);
          }
          texts.add(text.toString());
        });
    return texts;
  }
}
