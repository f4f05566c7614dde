package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Largest;
import org.enstore.accounting.catalog.Formula.Quantile;
import org.enstore.accounting.catalog.Formula.Ratio;
import org.enstore.accounting.catalog.Formula.Total;

/**
 * The mounts and dismounts of tapes, booked when they began. A row changes until it is finished.
 * The time of a mount includes waiting for the robot, but neither loading nor positioning; the row
 * of a dismount carries the files of the mount that it ends.
 */
public final class TapeMounts {
  /** The bin of a logarithmic histogram that the time of a mount lies in; empty for other rows. */
  public static final Dimension MOUNT_TIME_BIN = Dimension.ofBins("mountTimeBin");

  /** The same of a dismount. */
  public static final Dimension DISMOUNT_TIME_BIN = Dimension.ofBins("dismountTimeBin");

  public static final Quantity ROWS = sum("mountRows");
  public static final Quantity MOUNTS = sum("mounts");
  public static final Quantity FAILED_MOUNTS = sum("failedMounts");

  /** Mounts that succeeded or failed. */
  public static final Quantity ENDED_MOUNTS = sum("endedMounts");

  public static final Quantity OPEN_MOUNTS = sum("openMounts");

  /** How long mounts took together, in microseconds. */
  public static final Quantity MOUNT_MICROS = sum("mountMicros");

  public static final Quantity MOUNT_MICROS_MAX =
      new Quantity("mountMicrosMax", Combination.MAXIMUM);
  public static final Quantity DISMOUNTS = sum("dismounts");
  public static final Quantity FAILED_DISMOUNTS = sum("failedDismounts");

  /** How long dismounts took together, in microseconds. */
  public static final Quantity DISMOUNT_MICROS = sum("dismountMicros");

  public static final Quantity DISMOUNT_MICROS_MAX =
      new Quantity("dismountMicrosMax", Combination.MAXIMUM);
  public static final Quantity FILES_READ = sum("mountFilesRead");
  public static final Quantity FILES_WRITTEN = sum("mountFilesWritten");

  /** One row for each mount and each dismount. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("tape_mounts", new Naming(Map.of(), Map.of()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "mounts",
          "mounts",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(
              Dimensions.MOVER,
              Dimensions.DRIVE_TYPE,
              Dimensions.STORAGE_GROUP,
              Dimensions.VOLUME,
              Dimensions.NODE),
          List.of(
              new Measure(
                  "mounts",
                  "Mounts",
                  "Number of tapes mounted, by when the mount began",
                  Kind.COUNT,
                  new Total(MOUNTS)),
              new Measure(
                  "failedMounts",
                  "Failed mounts",
                  "Number of mounts that failed",
                  Kind.COUNT,
                  new Total(FAILED_MOUNTS)),
              new Measure(
                  "failedMountShare",
                  "Failed mounts, share",
                  "Failed mounts as a part of all that ended",
                  Kind.SHARE,
                  new Ratio(FAILED_MOUNTS, ENDED_MOUNTS, 1)),
              new Measure(
                  "openMounts",
                  "Unfinished mounts",
                  "Mounts that have begun and are not finished, or whose end was lost",
                  Kind.COUNT,
                  new Total(OPEN_MOUNTS)),
              new Measure(
                  "mountTime",
                  "Mount time",
                  "Mean time of a mount, waiting for the robot included",
                  Kind.LATENCY,
                  new Ratio(MOUNT_MICROS, MOUNTS, 1)),
              new Measure(
                  "mountTimeP50",
                  "Mount time, median",
                  "Half of the mounts took longer; within 1 %",
                  Kind.LATENCY,
                  new Quantile(0.5, MOUNT_TIME_BIN, ROWS)),
              new Measure(
                  "mountTimeP95",
                  "Mount time, 95th percentile",
                  "1 of 20 mounts took longer; within 1 %",
                  Kind.LATENCY,
                  new Quantile(0.95, MOUNT_TIME_BIN, ROWS)),
              new Measure(
                  "mountTimeMax",
                  "Mount time, longest",
                  "The longest mount of each step",
                  Kind.LATENCY,
                  new Largest(MOUNT_MICROS_MAX)),
              new Measure(
                  "dismounts",
                  "Dismounts",
                  "Number of tapes dismounted, by when the dismount began",
                  Kind.COUNT,
                  new Total(DISMOUNTS)),
              new Measure(
                  "failedDismounts",
                  "Failed dismounts",
                  "Number of dismounts that failed",
                  Kind.COUNT,
                  new Total(FAILED_DISMOUNTS)),
              new Measure(
                  "dismountTime",
                  "Dismount time",
                  "Mean time of a dismount",
                  Kind.LATENCY,
                  new Ratio(DISMOUNT_MICROS, DISMOUNTS, 1)),
              new Measure(
                  "dismountTimeP95",
                  "Dismount time, 95th percentile",
                  "1 of 20 dismounts took longer; within 1 %",
                  Kind.LATENCY,
                  new Quantile(0.95, DISMOUNT_TIME_BIN, ROWS)),
              new Measure(
                  "dismountTimeMax",
                  "Dismount time, longest",
                  "The longest dismount of each step",
                  Kind.LATENCY,
                  new Largest(DISMOUNT_MICROS_MAX)),
              new Measure(
                  "filesReadPerMount",
                  "Files read per mount",
                  "Files that were read between a mount and its dismount, on average",
                  Kind.RATIO,
                  new Ratio(FILES_READ, DISMOUNTS, 1)),
              new Measure(
                  "filesWrittenPerMount",
                  "Files written per mount",
                  "Files that were written between a mount and its dismount, on average",
                  Kind.RATIO,
                  new Ratio(FILES_WRITTEN, DISMOUNTS, 1))),
          new Layout(
              List.of(Dimensions.DRIVE_TYPE),
              List.of(Dimensions.MOVER, Dimensions.STORAGE_GROUP),
              List.of(),
              List.of(ROWS, MOUNTS),
              ROWS),
          new Defaults(Dimensions.DRIVE_TYPE, Optional.empty(), Optional.empty()));

  private TapeMounts() {}

  private static Quantity sum(String id) {
    return new Quantity(id, Combination.SUM);
  }
}
