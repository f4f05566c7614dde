package org.enstore.accounting.outlook;

/**
 * How many buckets a series takes until it is likely to repeat itself: 7 and 364 for days, 1 and 52
 * for weeks.
 *
 * @param shorter buckets of the short season, at least 1, which is none
 * @param longer buckets of the long season; none unless it is longer than the short one
 */
public record Seasons(int shorter, int longer) {
  public Seasons {
    if (shorter < 1) {
      throw new IllegalArgumentException("The short season is " + shorter + "; it must be >= 1");
    }
  }

  boolean hasLonger() {
    return longer > shorter;
  }

  /** How many buckets make up the level of now: two short seasons, or eight buckets. */
  int levelStretch() {
    return Math.max(8, 2 * shorter);
  }
}
