package org.enstore.accounting.series;

/**
 * How the series of an answer are arranged once they have been added up.
 *
 * @param top keep this many groups apart, those with most bytes in the range (most transfers, if
 *     that is the measure), and add the rest up as one called {@link #OTHER}; 0 keeps all
 * @param compare with what else to show each series
 * @param runningTotal whether a bucket shows the sum of all buckets up to its end
 */
public record Arrangement(int top, Comparison compare, boolean runningTotal) {
  /** Every group, nothing else, bucket by bucket. */
  public static final Arrangement PLAIN = new Arrangement(0, Comparison.NONE, false);

  /** The most groups that {@code top} may keep apart. */
  public static final int MOST_GROUPS = 500;

  /** What every label of the rest's series says. */
  public static final String OTHER = "other";

  public Arrangement {
    if (top < 0 || top > MOST_GROUPS) {
      throw new IllegalArgumentException("top from 0 to " + MOST_GROUPS + ", not " + top);
    }
  }

  /** What a series is shown beside. */
  public enum Comparison {
    NONE("none"),
    /** The same number of buckets immediately before, shifted to the times of the range. */
    PREVIOUS_PERIOD("previousPeriod");

    private final String label;

    Comparison(String label) {
      this.label = label;
    }

    /** The word used in queries. */
    public String label() {
      return label;
    }
  }
}
