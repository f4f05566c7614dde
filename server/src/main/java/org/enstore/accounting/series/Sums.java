package org.enstore.accounting.series;

/** Additions that are exact or refused. */
final class Sums {
  private Sums() {}

  /**
   * {@code a + b}.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if the sum exceeds 64 bits
   */
  static long add(long a, long b) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) {
      throw new QueryFailure(
          FailureKind.TOO_LARGE,
          "A total exceeds 2^63 - 1: choose a narrower step or fewer movers.");
    }
    return sum;
  }
}
