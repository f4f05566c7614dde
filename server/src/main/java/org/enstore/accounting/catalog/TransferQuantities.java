package org.enstore.accounting.catalog;

/**
 * What is added up of the rows of {@code encp_xfer}.
 *
 * <p>A transfer counts for a rate when that rate was measured: 0 says that the measured time was
 * zero, −1 that the division overflowed, and a rate below {@value #BACK_FILLED_BELOW} bytes per
 * second on a file of more bytes than that comes from {@code fill_encp_xfer_from_log.py}, which
 * stores MiB per second. For the rates of drives, files smaller than {@value #SMALL_FILE_BYTES}
 * bytes are left out as well: Enstore's own mover summary judges drives by larger files only.
 */
public final class TransferQuantities {
  /** A rate below this, in bytes per second, on a larger file was stored in MiB per second. */
  public static final long BACK_FILLED_BELOW = 1024;

  /** Files smaller than this do not count for the rates of drives. */
  public static final long SMALL_FILE_BYTES = 512L << 20;

  /**
   * No row counts of more bytes: 16 PiB, a thousand times the largest file that Enstore keeps, and
   * more than any tape holds. The sums of 511 such rows still fit 64 bits.
   */
  public static final long MOST_BYTES = 1L << 54;

  /** Bytes transferred. */
  public static final Quantity BYTES = sum("bytes");

  /** Files transferred; the summary does not have it. */
  public static final Quantity TRANSFERS = sum("transfers");

  /** Bytes of the transfers that count for the drive rate. */
  public static final Quantity DRIVE_RATE_BYTES = sum("driveRateBytes");

  /** Σ bytes ÷ drive rate of the same, in seconds. */
  public static final Quantity DRIVE_RATE_SECONDS = seconds("driveRateSeconds");

  public static final Quantity NETWORK_RATE_BYTES = sum("networkRateBytes");
  public static final Quantity NETWORK_RATE_SECONDS = seconds("networkRateSeconds");
  public static final Quantity DISK_RATE_BYTES = sum("diskRateBytes");
  public static final Quantity DISK_RATE_SECONDS = seconds("diskRateSeconds");
  public static final Quantity TRANSFER_RATE_BYTES = sum("transferRateBytes");
  public static final Quantity TRANSFER_RATE_SECONDS = seconds("transferRateSeconds");
  public static final Quantity OVERALL_RATE_BYTES = sum("overallRateBytes");
  public static final Quantity OVERALL_RATE_SECONDS = seconds("overallRateSeconds");

  /** The largest drive rate, in bytes per second. */
  public static final Quantity DRIVE_RATE_MAX = new Quantity("driveRateMax", Combination.MAXIMUM);

  private TransferQuantities() {}

  private static Quantity sum(String id) {
    return new Quantity(id, Combination.SUM);
  }

  private static Quantity seconds(String id) {
    return new Quantity(id, Combination.DOUBLE_SUM);
  }
}
