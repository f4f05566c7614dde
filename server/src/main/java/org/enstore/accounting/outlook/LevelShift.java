package org.enstore.accounting.outlook;

import java.util.Optional;

/**
 * A lasting change of level not long ago, from which on a series is a different one.
 *
 * @param place the first value at the new level
 * @param before mean of a value before, over up to eight seasons
 * @param after mean of a value since
 * @param shutdown whether there is nothing but zeros since
 */
record LevelShift(int place, double before, double after, boolean shutdown) {
  private static final int BLOCKS = 8;
  private static final int FEWEST_BEFORE = 4;

  /** How far apart the levels must be, in standard deviations of a season's mean. */
  private static final double FAR = 4;

  /** How far apart the levels must be, as a share of the higher one. */
  private static final double MATERIAL = 1 / 3.0;

  /** Zeros in a row at the end that are no accident where zeros are rare. */
  private static final int ZEROS = 3;

  private static final double RARE = 0.05;

  /** The change after which {@code values} have been at another level until their end, if any. */
  static Optional<LevelShift> latest(double[] values, int season) {
    int block = season == 1 ? 4 : season;
    Optional<LevelShift> shutdown = shutdown(values, block);
    return shutdown.isPresent() ? shutdown : change(values, block);
  }

  private static Optional<LevelShift> shutdown(double[] values, int block) {
    int start = values.length;
    while (start > 0 && values[start - 1] == 0) {
      start--;
    }
    int from = Math.max(0, start - BLOCKS * block);
    if (values.length - start < ZEROS || start - from < FEWEST_BEFORE * block) {
      return Optional.empty();
    }
    int zeros = 0;
    for (int i = from; i < start; i++) {
      zeros += values[i] == 0 ? 1 : 0;
    }
    return zeros < RARE * (start - from)
        ? Optional.of(new LevelShift(start, mean(values, from, start), 0, true))
        : Optional.empty();
  }

  private static Optional<LevelShift> change(double[] values, int block) {
    Optional<LevelShift> found = Optional.empty();
    double farthest = FAR;
    int earliest = Math.max(FEWEST_BEFORE * block, values.length - BLOCKS * block);
    for (int place = earliest; place <= values.length - block; place++) {
      int blocksBefore = Math.min(BLOCKS, place / block);
      int blocksAfter = (values.length - place) / block;
      int from = place - blocksBefore * block;
      double before = mean(values, from, place);
      double after = mean(values, place, values.length);
      double difference = Math.abs(after - before);
      if (difference <= MATERIAL * Math.max(Math.abs(before), Math.abs(after))) {
        continue;
      }
      double spread =
          Math.max(
              spread(values, from, blocksBefore, block), spread(values, place, blocksAfter, block));
      if (difference > farthest * spread) {
        farthest = spread == 0 ? Double.POSITIVE_INFINITY : difference / spread;
        found = Optional.of(new LevelShift(place, before, after, false));
      }
    }
    return found;
  }

  /** Standard deviation of the means of blocks. */
  private static double spread(double[] values, int from, int blocks, int block) {
    double sum = 0;
    double squares = 0;
    double first = mean(values, from, from + block);
    for (int i = 0; i < blocks; i++) {
      // From the first one, so that large values do not drown small differences.
      double d = mean(values, from + i * block, from + (i + 1) * block) - first;
      sum += d;
      squares += d * d;
    }
    return Math.sqrt(Math.max(0, squares / blocks - sum / blocks * (sum / blocks)));
  }

  private static double mean(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum / (to - from);
  }
}
