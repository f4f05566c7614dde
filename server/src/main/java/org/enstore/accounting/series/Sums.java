package org.enstore.accounting.series;

import org.enstore.accounting.catalog.Combination;

/** How cells are added up: exactly, or refused. */
final class Sums {
  private Sums() {}

  /**
   * What two cells of a quantity come to together, {@code a} being the earlier one.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if an exact sum exceeds 64 bits
   */
  static long combine(Combination combination, long a, long b) {
    return switch (combination) {
      case SUM -> add(a, b);
      case DOUBLE_SUM ->
          Double.doubleToLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> a == 0 || b == 0 ? a + b : Math.min(a, b);
      case LATEST -> b;
    };
  }

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
