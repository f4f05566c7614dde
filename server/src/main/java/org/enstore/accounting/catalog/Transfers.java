package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Excluded;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Largest;
import org.enstore.accounting.catalog.Formula.Mean;
import org.enstore.accounting.catalog.Formula.PerSecond;
import org.enstore.accounting.catalog.Formula.Quantile;
import org.enstore.accounting.catalog.Formula.Speed;
import org.enstore.accounting.catalog.Formula.Total;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.MoverNames;

/**
 * The transfers of files, of which encp records one row each. Rates are those that encp measured;
 * which transfers count for them is said at {@link TransferQuantities}.
 */
public final class Transfers {
  /**
   * The bin of a logarithmic histogram that a transfer's drive rate lies in, as a decimal number;
   * empty for a transfer that does not count for the rate.
   */
  public static final Dimension DRIVE_RATE_BIN = Dimension.ofBins("driveRateBin");

  /** Names are keys without their suffix, the class is told by the driver. */
  public static final Naming CANONICAL =
      new Naming(Map.of(Dimensions.MOVER, MoverNames::canonical), Map.of());

  /** Names are trimmed as the summary's function trims them, the class is told by the name. */
  public static final Naming TRIMMED =
      new Naming(
          Map.of(Dimensions.MOVER, MoverNames::summaryName),
          Map.of(
              Dimensions.MOVER_CLASS,
              new Naming.Derivation(Dimensions.MOVER, name -> MoverClass.ofName(name).label())));

  /** One row per transfer. */
  public static final SourceTable FACTS = SourceTable.ofFacts("encp_xfer", CANONICAL);

  /** One row per completed local day and mover. */
  public static final SourceTable SUMMARY = SourceTable.ofDays("xfer_by_day_by_mover", TRIMMED);

  /** What the summary can answer. */
  public static final Rollup BY_DAY =
      new Rollup(
          SUMMARY,
          "summary",
          List.of(Dimensions.DIRECTION, Dimensions.MOVER),
          List.of(TransferQuantities.BYTES),
          Set.of(Dimensions.DIRECTION, Dimensions.MOVER, Dimensions.MOVER_CLASS));

  public static final Measure BYTES =
      new Measure(
          "bytes",
          "Bytes",
          "Bytes transferred in each step",
          Kind.BYTES,
          new Total(TransferQuantities.BYTES));

  public static final Measure THROUGHPUT =
      new Measure(
          "throughput",
          "Throughput",
          "Bytes divided by the length of the step, idle time included",
          Kind.THROUGHPUT,
          new PerSecond(TransferQuantities.BYTES));

  public static final Measure TRANSFERS =
      new Measure(
          "transfers",
          "Transfers",
          "Number of files transferred in each step",
          Kind.COUNT,
          new Total(TransferQuantities.TRANSFERS));

  public static final Measure MEAN_FILE_SIZE =
      new Measure(
          "meanFileSize",
          "Mean file size",
          "Bytes divided by files",
          Kind.SIZE,
          new Mean(TransferQuantities.BYTES, TransferQuantities.TRANSFERS));

  /** Σ bytes ÷ Σ (bytes ÷ drive rate): how fast drives moved while they moved. */
  public static final Measure DRIVE_RATE =
      new Measure(
          "driveRate",
          "Drive rate",
          "Bytes divided by the time the drive moved them; files under 512 MiB left out",
          Kind.RATE,
          new Speed(TransferQuantities.DRIVE_RATE_BYTES, TransferQuantities.DRIVE_RATE_SECONDS));

  public static final Measure NETWORK_RATE =
      new Measure(
          "networkRate",
          "Network rate",
          "Speed of the network half of the client’s copying",
          Kind.RATE,
          new Speed(
              TransferQuantities.NETWORK_RATE_BYTES, TransferQuantities.NETWORK_RATE_SECONDS));

  public static final Measure DISK_RATE =
      new Measure(
          "diskRate",
          "Disk rate",
          "Speed of the disk half of the client’s copying",
          Kind.RATE,
          new Speed(TransferQuantities.DISK_RATE_BYTES, TransferQuantities.DISK_RATE_SECONDS));

  public static final Measure TRANSFER_RATE =
      new Measure(
          "transferRate",
          "Transfer rate",
          "Speed of the data transfer as the client timed it",
          Kind.RATE,
          new Speed(
              TransferQuantities.TRANSFER_RATE_BYTES, TransferQuantities.TRANSFER_RATE_SECONDS));

  public static final Measure OVERALL_RATE =
      new Measure(
          "overallRate",
          "Overall rate",
          "Speed of all of a file’s handling once a mover is there; the queue before that left out",
          Kind.RATE,
          new Speed(
              TransferQuantities.OVERALL_RATE_BYTES, TransferQuantities.OVERALL_RATE_SECONDS));

  public static final Measure DRIVE_RATE_P50 =
      new Measure(
          "driveRateP50",
          "Drive rate, median",
          "Half of the files were slower, half faster; within 1 %",
          Kind.RATE,
          new Quantile(0.5, DRIVE_RATE_BIN, TransferQuantities.TRANSFERS));

  public static final Measure DRIVE_RATE_P95 =
      new Measure(
          "driveRateP95",
          "Drive rate, 95th percentile",
          "19 of 20 files were slower; within 1 %",
          Kind.RATE,
          new Quantile(0.95, DRIVE_RATE_BIN, TransferQuantities.TRANSFERS));

  public static final Measure DRIVE_RATE_MAX =
      new Measure(
          "driveRateMax",
          "Drive rate, highest",
          "The fastest file of each step",
          Kind.RATE,
          new Largest(TransferQuantities.DRIVE_RATE_MAX));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "transfers",
          "transfers",
          Database.ACCOUNTING,
          FACTS,
          List.of(BY_DAY),
          List.of(
              Dimensions.MOVER,
              Dimensions.MOVER_CLASS,
              Dimensions.STORAGE_GROUP,
              Dimensions.LIBRARY,
              Dimensions.DRIVE_TYPE,
              Dimensions.MEDIA_CHANGER),
          List.of(
              BYTES,
              THROUGHPUT,
              TRANSFERS,
              MEAN_FILE_SIZE,
              DRIVE_RATE,
              NETWORK_RATE,
              DISK_RATE,
              TRANSFER_RATE,
              OVERALL_RATE,
              DRIVE_RATE_P50,
              DRIVE_RATE_P95,
              DRIVE_RATE_MAX),
          new Layout(
              List.of(Dimensions.DIRECTION, Dimensions.MOVER_CLASS),
              List.of(Dimensions.MOVER),
              List.of(Dimensions.DRIVE_SERIAL),
              List.of(TransferQuantities.BYTES, TransferQuantities.TRANSFERS),
              TransferQuantities.BYTES),
          new Defaults(
              Dimensions.MOVER,
              Optional.of(Dimensions.DIRECTION),
              Optional.of(new Excluded(Dimensions.MOVER_CLASS, MoverClass.NULL.label()))));

  private Transfers() {}
}
