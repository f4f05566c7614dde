package org.enstore.accounting.outlook;

/**
 * Counts in which what is old counts less: half after each half-life. Errors that come shortly
 * before a failure would drown in a long mean.
 *
 * @param halfLifeDays days after which an error counts half, above 0
 */
public record FadingCount(double halfLifeDays) {
  public FadingCount {
    if (!(halfLifeDays > 0)) {
      throw new IllegalArgumentException("The half-life is " + halfLifeDays + "; it must be > 0");
    }
  }

  /** What {@code count} things {@code daysAgo} days ago count now; nothing if still to come. */
  public double of(double count, double daysAgo) {
    return daysAgo < 0 || Double.isNaN(count) ? 0 : count * Math.pow(0.5, daysAgo / halfLifeDays);
  }

  /** What {@code days}, the last of them today, count together; NaN is a day without a count. */
  public double ofDays(double[] days) {
    double sum = 0;
    for (int day = 0; day < days.length; day++) {
      sum += of(days[day], days.length - 1.0 - day);
    }
    return sum;
  }
}
