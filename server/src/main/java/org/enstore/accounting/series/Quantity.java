package org.enstore.accounting.series;

/** What is added up per cell. Every quantity is a non-negative integer that may be summed. */
public enum Quantity {
  /** Bytes transferred. */
  BYTES,
  /** Files transferred; the summary does not have it. */
  TRANSFERS;

  /**
   * What two cells come to together, in any order.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if an exact sum exceeds 64 bits
   */
  public long combine(long a, long b) {
    return Sums.add(a, b);
  }
}
