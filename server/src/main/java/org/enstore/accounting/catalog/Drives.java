package org.enstore.accounting.catalog;

import java.util.List;
import org.enstore.accounting.catalog.RowColumn.Kind;
import org.enstore.accounting.measure.MoverNames;

/**
 * The drives that have dismounted a tape within the past {@value #DAYS} days, each as its newest
 * row of drivestat tells.
 */
public final class Drives {
  /** Rows of drivestat are never removed; older ones would make the reading long. */
  public static final int DAYS = 92;

  /** What Enstore calls the drive, whichever device stands there. */
  public static final RowColumn DRIVE = RowColumn.of("drive", "Drive", Kind.TEXT);

  public static final RowColumn MOVER =
      RowColumn.of(Dimensions.MOVER, "Mover").spelled(MoverNames::canonical);
  public static final RowColumn SERIAL = RowColumn.of(Dimensions.DRIVE_SERIAL, "Serial number");
  public static final RowColumn TYPE = RowColumn.of(Dimensions.DRIVE_TYPE, "Type");
  public static final RowColumn VENDOR = RowColumn.of("vendor", "Vendor", Kind.TEXT);
  public static final RowColumn FIRMWARE = RowColumn.of(Dimensions.FIRMWARE, "Firmware");
  public static final RowColumn HOST = RowColumn.of(Dimensions.NODE, "Host");

  /** When it last dismounted a tape. */
  public static final RowColumn LAST_SEEN = RowColumn.of("lastSeen", "Last seen", Kind.TIME);

  /** The table. */
  public static final RowTable TABLE =
      new RowTable(
          "drives",
          "drives",
          Database.DRIVESTAT,
          "status",
          List.of(DRIVE, MOVER, SERIAL, TYPE, VENDOR, FIRMWARE, HOST, LAST_SEEN));

  private Drives() {}
}
