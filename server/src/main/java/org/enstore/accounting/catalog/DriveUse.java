package org.enstore.accounting.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.HighestOfKeys;
import org.enstore.accounting.catalog.Formula.PerSecond;
import org.enstore.accounting.catalog.Formula.Ratio;
import org.enstore.accounting.catalog.Formula.Total;

/**
 * How many drives had a tape in them, as the ratekeeper finds every {@link #INTERVAL}: busy means
 * that a tape sits in the drive, whether or not data moves. Where a storage group has no busy drive
 * there is no row, and when there is none at all nobody can tell whether the ratekeeper ran.
 */
public final class DriveUse {
  /** How often the ratekeeper looks. */
  public static final Duration INTERVAL = Duration.ofMinutes(15);

  /** Whoever was not seen by the next look is gone. */
  private static final Duration HOLDS = INTERVAL.minusMinutes(1);

  /** Drives are not sampled while none of their type is busy, but are there all the same. */
  private static final Duration DRIVES_HOLD = Duration.ofDays(1);

  private static final Sampled BUSY = Sampled.of("driveUse", "drivesBusy");
  private static final Sampled TOTAL = Sampled.of("driveTotal", "drivesTotal");

  public static final Quantity BUSY_LATEST = BUSY.latest();
  public static final Quantity BUSY_AT = BUSY.at();
  public static final Quantity BUSY_HIGHEST =
      new Quantity("drivesBusyHighest", Combination.MAXIMUM);

  /** Each busy drive of a sample for the time until the next one, in microseconds. */
  public static final Quantity BUSY_MICROS = new Quantity("drivesBusyMicros", Combination.SUM);

  public static final Quantity TOTAL_LATEST = TOTAL.latest();
  public static final Quantity TOTAL_AT = TOTAL.at();

  /** Busy drives of all samples. */
  public static final Quantity BUSY_SUM = new Quantity("drivesBusySum", Combination.SUM);

  /** Drives of all samples. */
  public static final Quantity TOTAL_SUM = new Quantity("drivesTotalSum", Combination.SUM);

  /** One row for each sample, tape library, drive type and storage group with a busy drive. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("drive_utilization", new Naming(Map.of(), Map.of()));

  /** The same without storage groups, each of which has the number of all drives. */
  public static final SourceTable DRIVES =
      SourceTable.ofFacts(
          "drive_utilization.drives", "drive_utilization", new Naming(Map.of(), Map.of()));

  /** Busy drives. */
  public static final Dataset DATASET =
      new Dataset(
          "driveUse",
          "samples of drives",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(Dimensions.TAPE_LIBRARY, Dimensions.DRIVE_TYPE, Dimensions.STORAGE_GROUP),
          List.of(
              BUSY.level("Drives busy", "How many drives have a tape in them", HOLDS),
              new Measure(
                  "drivesBusyMean",
                  "Drives busy, mean",
                  "How many drives had a tape in them on average; a time without samples counts as"
                      + " none",
                  Kind.AVERAGE,
                  new PerSecond(BUSY_MICROS)),
              new Measure(
                  "drivesBusyHighest",
                  "Drives busy, highest",
                  "The highest sample of each library, type and storage group, added up",
                  Kind.LEVEL,
                  new HighestOfKeys(BUSY_HIGHEST)),
              new Measure(
                  "driveBusyHours",
                  "Busy hours",
                  "Time that drives had a tape in them, by a sample every 15 minutes",
                  Kind.DURATION,
                  new Total(BUSY_MICROS))),
          new Layout(
              List.of(Dimensions.TAPE_LIBRARY, Dimensions.DRIVE_TYPE, Dimensions.STORAGE_GROUP),
              List.of(),
              List.of(),
              List.of(BUSY_LATEST, BUSY_AT, BUSY_HIGHEST, BUSY_MICROS),
              BUSY_MICROS),
          new Defaults(Dimensions.DRIVE_TYPE, Optional.empty(), Optional.empty()));

  /** All drives, and which part of them is busy. */
  public static final Dataset DRIVES_DATASET =
      new Dataset(
          "drives",
          "samples of drives",
          Database.ACCOUNTING,
          DRIVES,
          List.of(),
          List.of(Dimensions.TAPE_LIBRARY, Dimensions.DRIVE_TYPE),
          List.of(
              TOTAL.level(
                  "Drives", "How many drives there are, of types that are in use", DRIVES_HOLD),
              new Measure(
                  "driveBusyShare",
                  "Drives busy, share",
                  "The part of the drives that had a tape in them, of types that are in use",
                  Kind.SHARE,
                  new Ratio(BUSY_SUM, TOTAL_SUM, 1))),
          new Layout(
              List.of(Dimensions.TAPE_LIBRARY, Dimensions.DRIVE_TYPE),
              List.of(),
              List.of(),
              List.of(TOTAL_LATEST, TOTAL_AT, BUSY_SUM, TOTAL_SUM),
              TOTAL_SUM),
          new Defaults(Dimensions.DRIVE_TYPE, Optional.empty(), Optional.empty()));

  private DriveUse() {}
}
