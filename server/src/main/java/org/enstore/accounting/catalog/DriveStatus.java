package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Ratio;
import org.enstore.accounting.catalog.Formula.Total;
import org.enstore.accounting.measure.MoverNames;

/**
 * The counters that movers read from drives before each dismount, in drivestat. Errors are those
 * that the drive corrected itself: healthy drives have some, and only their rate and its change
 * mean something. Whether a drive's counters begin anew with each mount shows in the table itself.
 */
public final class DriveStatus {
  public static final Quantity READ_ERRORS = sum("correctedReadErrors");
  public static final Quantity WRITE_ERRORS = sum("correctedWriteErrors");
  public static final Quantity ERRORS = sum("correctedErrors");

  /** Bytes of the rows that tell errors. */
  public static final Quantity BYTES_WITH_ERRORS = sum("driveBytes");

  public static final Quantity BYTES_WRITTEN = sum("tapeBytesWritten");
  public static final Quantity BYTES_READ = sum("tapeBytesRead");
  public static final Quantity DISMOUNTS = sum("driveDismounts");

  /** One row for each dismount. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts(
          "status", new Naming(Map.of(Dimensions.MOVER, MoverNames::canonical), Map.of()));

  private static final long BYTES_PER_GB = 1_000_000_000;

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "driveStatus",
          "drive statistics",
          Database.DRIVESTAT,
          FACTS,
          List.of(),
          List.of(
              Dimensions.DRIVE_SERIAL,
              Dimensions.MOVER,
              Dimensions.DRIVE_TYPE,
              Dimensions.VOLUME,
              Dimensions.FIRMWARE,
              Dimensions.NODE),
          List.of(
              new Measure(
                  "correctedErrorsPerGB",
                  "Corrected errors per GB",
                  "Read and write errors that drives corrected, for each GB that they moved",
                  Kind.RATIO,
                  new Ratio(ERRORS, BYTES_WITH_ERRORS, BYTES_PER_GB)),
              new Measure(
                  "correctedReadErrors",
                  "Corrected read errors",
                  "Read errors that drives corrected",
                  Kind.COUNT,
                  new Total(READ_ERRORS)),
              new Measure(
                  "correctedWriteErrors",
                  "Corrected write errors",
                  "Write errors that drives corrected",
                  Kind.COUNT,
                  new Total(WRITE_ERRORS)),
              new Measure(
                  "tapeBytesWritten",
                  "Bytes written to tape",
                  "Bytes that movers wrote to drives, by the drives' statistics",
                  Kind.BYTES,
                  new Total(BYTES_WRITTEN)),
              new Measure(
                  "tapeBytesRead",
                  "Bytes read from tape",
                  "Bytes that movers read from drives, by the drives' statistics",
                  Kind.BYTES,
                  new Total(BYTES_READ)),
              new Measure(
                  "driveDismounts",
                  "Dismounts with statistics",
                  "Dismounts before which the drive's counters could be read",
                  Kind.COUNT,
                  new Total(DISMOUNTS))),
          new Layout(
              List.of(Dimensions.DRIVE_SERIAL, Dimensions.DRIVE_TYPE, Dimensions.MOVER),
              List.of(),
              List.of(),
              List.of(
                  READ_ERRORS,
                  WRITE_ERRORS,
                  ERRORS,
                  BYTES_WITH_ERRORS,
                  BYTES_WRITTEN,
                  BYTES_READ,
                  DISMOUNTS),
              DISMOUNTS),
          new Defaults(Dimensions.DRIVE_SERIAL, Optional.empty(), Optional.empty()));

  private DriveStatus() {}

  private static Quantity sum(String id) {
    return new Quantity(id, Combination.SUM);
  }
}
