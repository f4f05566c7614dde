package org.enstore.accounting.series;

import org.jspecify.annotations.Nullable;

/** The rates of a row of {@code encp_xfer}, in bytes per second; old clients left some out. */
public record TransferRates(
    long drive, long network, @Nullable Long disk, @Nullable Long transfer, long overall) {
  /** Nothing was measured. */
  public static final TransferRates UNMEASURED = new TransferRates(0, 0, 0L, 0L, 0);

  /** The same rate everywhere. */
  public static TransferRates all(long rate) {
    return new TransferRates(rate, rate, rate, rate, rate);
  }
}
