package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.PerSecond;
import org.enstore.accounting.catalog.Formula.Total;

/**
 * The time that tapes were in drives: from the beginning of a mount to the end of the next dismount
 * of the same tape, storage group and type of drive. Enstore books all of it when the dismount
 * ends; the other way spreads it over the hours that it lasted. What lasted longer than {@value
 * #MOST_DAYS} days, as after a dismount that was lost, does not count.
 */
public final class DriveHours {
  /** A mount is looked for within this many days before its dismount. */
  public static final int MOST_DAYS = 7;

  /** Time booked when the dismount ended, in microseconds. */
  public static final Quantity BOOKED = new Quantity("driveMicros", Combination.SUM);

  /** Time of the cell itself, in microseconds. */
  public static final Quantity SPREAD = new Quantity("driveMicrosSpread", Combination.SUM);

  /** One row for each dismount that a mount belongs to, when it ended. */
  public static final SourceTable AT_DISMOUNT =
      SourceTable.ofFacts("tape_mounts.paired", "tape_mounts", new Naming(Map.of(), Map.of()));

  /** One row for each hour of each of them. */
  public static final SourceTable BY_HOUR =
      SourceTable.ofFacts("tape_mounts.hours", "tape_mounts", new Naming(Map.of(), Map.of()));

  /** As Enstore books it. */
  public static final Dataset DATASET =
      dataset(
          "driveHours",
          AT_DISMOUNT,
          BOOKED,
          List.of(
              new Measure(
                  "driveHours",
                  "Drive hours",
                  "Time that tapes were in drives, booked when the dismount ended, as Enstore does",
                  Kind.DURATION,
                  new Total(BOOKED))));

  /** Spread over the time that it lasted. */
  public static final Dataset SPREAD_DATASET =
      dataset(
          "driveOccupancy",
          BY_HOUR,
          SPREAD,
          List.of(
              new Measure(
                  "driveHoursSpread",
                  "Drive hours, spread",
                  "Time that tapes were in drives, in the steps that it lasted; ended mounts only",
                  Kind.DURATION,
                  new Total(SPREAD)),
              new Measure(
                  "drivesOccupied",
                  "Drives occupied",
                  "How many drives had a tape in them on average; ended mounts only",
                  Kind.AVERAGE,
                  new PerSecond(SPREAD))));

  private DriveHours() {}

  private static Dataset dataset(
      String id, SourceTable table, Quantity quantity, List<Measure> measures) {
    return new Dataset(
        id,
        "mounts",
        Database.ACCOUNTING,
        table,
        List.of(),
        List.of(Dimensions.DRIVE_TYPE, Dimensions.STORAGE_GROUP, Dimensions.MOVER),
        measures,
        new Layout(
            List.of(Dimensions.DRIVE_TYPE, Dimensions.STORAGE_GROUP),
            List.of(),
            List.of(),
            List.of(quantity),
            quantity),
        new Defaults(Dimensions.DRIVE_TYPE, Optional.empty(), Optional.empty()));
  }
}
