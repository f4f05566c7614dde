package org.enstore.accounting.outlook;

/**
 * In how many buckets from now a stock ends; infinite if not within the time looked at, NaN if too
 * little is known.
 *
 * @param early one in ten says before this
 * @param middle one in two
 * @param late nine in ten
 * @param known how many buckets of use were known
 * @param needed how many it takes
 */
public record RunOutDates(double early, double middle, double late, int known, int needed) {
  static RunOutDates unknown(int known, int needed) {
    return new RunOutDates(Double.NaN, Double.NaN, Double.NaN, known, needed);
  }

  /** Whether there was too little past to tell. */
  public boolean tooShort() {
    return known < needed;
  }

  /**
   * In how many buckets to order at the latest so that what takes {@code leadTime} buckets to come
   * is there before the early date; negative if it is too late for that. Infinite or NaN like the
   * early date.
   */
  public double orderBy(double leadTime) {
    return early - leadTime;
  }
}
