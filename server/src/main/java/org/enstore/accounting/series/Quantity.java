package org.enstore.accounting.series;

/**
 * What is known of the rows of a cell. Every quantity is kept as 64 bits of which zero says that no
 * row contributed, and says how two cells that meet become one.
 *
 * <p>A transfer counts for a rate when that rate was measured: 0 says that the measured time was
 * zero, −1 that the division overflowed, and a rate below {@value #BACK_FILLED_BELOW} bytes per
 * second on a file of more bytes than that comes from {@code fill_encp_xfer_from_log.py}, which
 * stores MiB per second. For the rates of drives, files smaller than {@value #SMALL_FILE_BYTES}
 * bytes are left out as well: Enstore's own mover summary judges drives by larger files only.
 */
public enum Quantity {
  /** Bytes transferred. */
  BYTES(Kind.SUM),
  /** Files transferred; the summary does not have it. */
  TRANSFERS(Kind.SUM),
  /** Bytes of the transfers that count for the drive rate. */
  DRIVE_RATE_BYTES(Kind.SUM),
  /** Σ bytes ÷ drive rate of the same, in seconds. */
  DRIVE_RATE_SECONDS(Kind.DOUBLE_SUM),
  NETWORK_RATE_BYTES(Kind.SUM),
  NETWORK_RATE_SECONDS(Kind.DOUBLE_SUM),
  DISK_RATE_BYTES(Kind.SUM),
  DISK_RATE_SECONDS(Kind.DOUBLE_SUM),
  TRANSFER_RATE_BYTES(Kind.SUM),
  TRANSFER_RATE_SECONDS(Kind.DOUBLE_SUM),
  OVERALL_RATE_BYTES(Kind.SUM),
  OVERALL_RATE_SECONDS(Kind.DOUBLE_SUM),
  /** The largest drive rate, in bytes per second. */
  DRIVE_RATE_MAX(Kind.MAXIMUM);

  /** A rate below this, in bytes per second, on a larger file was stored in MiB per second. */
  public static final long BACK_FILLED_BELOW = 1024;

  /** Files smaller than this do not count for the rates of drives. */
  public static final long SMALL_FILE_BYTES = 512L << 20;

  /**
   * No row counts of more bytes: 16 PiB, a thousand times the largest file that Enstore keeps, and
   * more than any tape holds. The sums of 511 such rows still fit 64 bits.
   */
  public static final long MOST_BYTES = 1L << 54;

  private enum Kind {
    SUM,
    DOUBLE_SUM,
    MAXIMUM
  }

  private final Kind kind;

  Quantity(Kind kind) {
    this.kind = kind;
  }

  /** Whether the 64 bits are those of a {@code double}. */
  public boolean isDouble() {
    return kind == Kind.DOUBLE_SUM;
  }

  /**
   * What two cells come to together, in any order.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if an exact sum exceeds 64 bits
   */
  public long combine(long a, long b) {
    return switch (kind) {
      case SUM -> Sums.add(a, b);
      case DOUBLE_SUM ->
          Double.doubleToLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
      case MAXIMUM -> Math.max(a, b);
    };
  }
}
