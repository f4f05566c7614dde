package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.enstore.accounting.series.SourceReads.leftOut;
import static org.enstore.accounting.series.SourceReads.rates;
import static org.enstore.accounting.series.SourceReads.read;
import static org.enstore.accounting.series.SourceReads.sum;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.junit.jupiter.api.Test;

/** What single transfers are added up to, and the rates they were made at. */
interface TransfersContract extends SourceUnderTest {
  @Test
  default void transfers_addedUpPerCellAndMover() throws Exception {
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
  default void transfers_noDimensionGivesTotals() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "r", 1, "A.mover"),
            TransferRow.of("2024-05-01T11:00:00", "r", 2, "B.mover"));

    assertThat(read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z read [] 3");
  }

  @Test
  default void transfers_everyDimensionInTheOrderOfTheirNames() throws Exception {
    TransferSource source = raw(UTC, TransferRow.of("2024-05-01T10:00:00", "r", 5, "A.mover"));
    Shape shape =
        Shape.of(
            Transfers.DATASET.dimensions(),
            List.of(TransferQuantities.TRANSFERS, TransferQuantities.BYTES));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T00:00:00Z read [ULT3580-TD8, CD-LTO8G1, TS4500G1.media_changer, A.mover,"
                + " tape, cms] 5 1");
  }

  @Test
  default void transfers_classComesFromDriver() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "w", 1, "x.mover").withDriver("NullDriver"),
            TransferRow.of("2024-05-01T10:00:00", "w", 2, "y.mover").withDriver("DiskDriver"),
            TransferRow.of("2024-05-01T10:00:00", "w", 4, "null1.mover"),
            TransferRow.of("2024-05-01T10:00:00", "w", 8, "z.mover").withDriver("OtherDriver"));
    Shape shape = Shape.of(List.of(Dimensions.MOVER_CLASS), List.of(TransferQuantities.BYTES));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T00:00:00Z write [disk] 2",
            "2024-05-01T00:00:00Z write [null] 1",
            "2024-05-01T00:00:00Z write [tape] 12");
  }

  @Test
  default void transfers_missingLibraryIsTheEmptyOne() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "w", 1, "A.mover").withLibrary(null),
            TransferRow.of("2024-05-01T10:00:00", "w", 2, "A.mover").withLibrary(""));
    Shape shape = Shape.of(List.of(Dimensions.LIBRARY), List.of(TransferQuantities.BYTES));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [] 3");
  }

  @Test
  default void transfers_neitherReadNorWriteIsLeftOut() throws Exception {
    TransferSource source =
        raw(
            UTC,
            TransferRow.of("2024-05-01T10:00:00", "x", 1, "A.mover"),
            TransferRow.of("2024-05-01T10:00:00", "w", 2, "A.mover"));

    assertThat(read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [] 2");
    assertThat(leftOut(source, Transfers.FACTS, Grain.DAY, "2024-05-01", "2024-05-02"))
        .containsExactly(Map.entry("2024-05-01T00:00:00Z", 1L));
  }

  @Test
  default void transfers_windowIsHalfOpen() throws Exception {
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
  default void transfers_emptyFileStillCounts() throws Exception {
    TransferSource source = raw(UTC, TransferRow.of("2024-05-01T10:00:00", "w", 0, "A.mover"));
    Shape shape =
        Shape.of(List.of(), List.of(TransferQuantities.BYTES, TransferQuantities.TRANSFERS));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [] 0 1");
  }

  @Test
  default void transfers_sumsAreExactTo64Bits() throws Exception {
    List<TransferRow> rows = new ArrayList<>();
    for (int i = 0; i < 511; i++) {
      rows.add(
          TransferRow.of("2024-05-01T10:00:00", "w", TransferQuantities.MOST_BYTES, "A.mover"));
    }
    rows.add(TransferRow.of("2024-05-01T12:00:00", "w", 1, "A.mover"));
    TransferSource source = source(UTC, rows, List.of());

    assertThat(read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly(
            "2024-05-01T00:00:00Z write [] " + (511 * TransferQuantities.MOST_BYTES + 1));
  }

  @Test
  default void transfers_sumBeyond64BitsIsRefused() throws Exception {
    List<TransferRow> rows = new ArrayList<>();
    for (int i = 0; i < 512; i++) {
      rows.add(
          TransferRow.of("2024-05-01T10:00:00", "w", TransferQuantities.MOST_BYTES, "A.mover"));
    }
    TransferSource source = source(UTC, rows, List.of());

    assertThatThrownBy(() -> read(source, Grain.DAY, TOTAL, "2024-05-01", "2024-05-02"))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE));
  }

  @Test
  default void transfers_ofSizesThatCannotBe_areLeftOut_andCounted() throws Exception {
    List<TransferRow> rows = new ArrayList<>();
    rows.add(TransferRow.of("2024-05-01T10:00:00", "w", 2, "A.mover"));
    for (long size :
        List.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, TransferQuantities.MOST_BYTES + 1)) {
      rows.add(TransferRow.of("2024-05-01T10:00:30", "w", size, "A.mover"));
      rows.add(TransferRow.of("2024-05-01T11:00:30", "w", size, "B.mover"));
    }
    TransferSource source = source(UTC, rows, List.of());
    Shape shape =
        Shape.of(
            List.of(Dimensions.MOVER),
            List.of(
                TransferQuantities.BYTES,
                TransferQuantities.TRANSFERS,
                TransferQuantities.DRIVE_RATE_BYTES));

    assertThat(read(source, Grain.DAY, shape, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z write [A.mover] 2 0 1");
    assertThat(leftOut(source, Transfers.FACTS, Grain.HOUR, "2024-05-01", "2024-05-02"))
        .containsExactly(
            Map.entry("2024-05-01T10:00:00Z", 4L), Map.entry("2024-05-01T11:00:00Z", 4L));
  }

  @Test
  default void rates_sumBytesAndSecondsOfWhatWasMeasured() throws Exception {
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

    assertThat(
            rates(
                source, TransferQuantities.DRIVE_RATE_BYTES, TransferQuantities.DRIVE_RATE_SECONDS))
        .containsExactly(2.0 * large, 1024.0 + 512.0);
    assertThat(
            rates(
                source,
                TransferQuantities.NETWORK_RATE_BYTES,
                TransferQuantities.NETWORK_RATE_SECONDS))
        .containsExactly(large + 1024.0, 512.0 + 2.0);
    assertThat(
            rates(source, TransferQuantities.DISK_RATE_BYTES, TransferQuantities.DISK_RATE_SECONDS))
        .containsExactly(large + 1024.0, 4096.0 + 2.0);
    assertThat(
            rates(
                source,
                TransferQuantities.TRANSFER_RATE_BYTES,
                TransferQuantities.TRANSFER_RATE_SECONDS))
        .containsExactly(large + 1024.0, 2048.0 + 2.0);
    assertThat(
            rates(
                source,
                TransferQuantities.OVERALL_RATE_BYTES,
                TransferQuantities.OVERALL_RATE_SECONDS))
        .containsExactly(2.0 * large + 1024.0, 8192.0 * 2 + 2.0);
    assertThat(rates(source, TransferQuantities.DRIVE_RATE_MAX, TransferQuantities.TRANSFERS))
        .containsExactly(2097152.0, 6.0);
  }

  @Test
  default void rates_ofDrivesLeaveOutFilesBelow512MiB() throws Exception {
    TransferSource source =
        raw(
            UTC,
            rated((512L << 20) - 1, TransferRates.all(7 << 20)),
            rated(512L << 20, TransferRates.all(1 << 20)));

    assertThat(
            rates(
                source, TransferQuantities.DRIVE_RATE_BYTES, TransferQuantities.DRIVE_RATE_SECONDS))
        .containsExactly(536870912.0, 512.0);
    assertThat(rates(source, TransferQuantities.DRIVE_RATE_MAX, TransferQuantities.TRANSFERS))
        .containsExactly(1048576.0, 2.0);
    assertThat(rates(source, TransferQuantities.NETWORK_RATE_BYTES, TransferQuantities.TRANSFERS))
        .containsExactly(1073741823.0, 2.0);
  }

  @Test
  default void rates_noneMeasuredIsZero() throws Exception {
    TransferSource source = raw(UTC, rated(1L << 30, TransferRates.UNMEASURED));

    assertThat(
            rates(
                source, TransferQuantities.DRIVE_RATE_BYTES, TransferQuantities.DRIVE_RATE_SECONDS))
        .containsExactly(0.0, 0.0);
    assertThat(rates(source, TransferQuantities.DRIVE_RATE_MAX, TransferQuantities.TRANSFERS))
        .containsExactly(0.0, 1.0);
  }

  @Test
  default void rateBins_areThoseOfTheSketch() throws Exception {
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
    Shape shape =
        Shape.of(List.of(Transfers.DRIVE_RATE_BIN), List.of(TransferQuantities.TRANSFERS));
    Map<String, Long> counts = new TreeMap<>();
    source(UTC, rows, List.of())
        .read(
            new ReadRequest(
                Transfers.FACTS,
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
}
