package org.enstore.accounting.outlook;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Tells when a stock runs out, by living through the past again and again in another order.
 *
 * <p>Each of 1,000 lives starts at today's level of use, the mean of the last two seasons or eight
 * buckets, and joins stretches of what was used in the past, a quarter of a year long where there
 * are weeks and four weeks where there are days, recent ones more often. A stretch is brought from
 * the level of its own time to that of the life so far; so it carries on how use went up and down
 * from there.
 */
public final class RunOut {
  private static final int LIVES = 1000;

  /** How many of the last buckets stretches are taken from. */
  private static final int MEMORY = 390;

  /** A stretch so many buckets ago is half as likely as the latest. */
  private static final double HALF_LIFE = 130;

  private static final int FEWEST_STRETCHES = 5;

  /** Levels further apart than this factor have nothing to do with each other. */
  private static final double COMPARABLE = 5;

  private final int stretch;
  private final int levelStretch;
  private final int furthest;
  private final long seed;

  /**
   * @param season in buckets, 1 for none
   * @param furthest after how many buckets it does not matter any more when the stock ends, above 0
   * @param seed the same one gives the same result
   */
  public RunOut(int season, int furthest, long seed) {
    if (season < 1 || furthest < 1) {
      throw new IllegalArgumentException("The season and the furthest bucket must be >= 1");
    }
    stretch = season > 1 ? 4 * season : 13;
    levelStretch = new Seasons(season, 0).levelStretch();
    this.furthest = furthest;
    this.seed = seed;
  }

  /** How many buckets of use must be known. */
  public int fewestValues() {
    return levelStretch + FEWEST_STRETCHES;
  }

  /**
   * What was used in each bucket out of the stock at the end of each: what it fell by. Where it
   * rose it was refilled, and what was used is not known, which is NaN.
   */
  public static double[] useOf(double[] stock) {
    double[] use = new double[Math.max(0, stock.length - 1)];
    for (int i = 0; i < use.length; i++) {
      double fall = stock[i] - stock[i + 1];
      use[i] = fall >= 0 ? fall : Double.NaN;
    }
    return use;
  }

  /**
   * When {@code stock} falls to {@code reserve}.
   *
   * @param use in each past bucket, oldest first; NaN where it is not known, else at least 0
   */
  public RunOutDates dates(double[] use, double stock, double reserve) {
    double[] known =
        Arrays.stream(use).filter(value -> !Double.isNaN(value)).map(v -> Math.max(0, v)).toArray();
    if (known.length < fewestValues()) {
      return RunOutDates.unknown(known.length, fewestValues());
    }
    double left = stock - reserve;
    if (!(left > 0)) {
      return new RunOutDates(0, 0, 0, known.length, fewestValues());
    }
    double[] levels = levels(known);
    int first = Math.max(levelStretch, known.length - MEMORY);
    double[] ends = new double[LIVES];
    SplittableRandom random = new SplittableRandom(seed);
    for (int life = 0; life < LIVES; life++) {
      ends[life] = end(known, levels, first, left, random);
    }
    Arrays.sort(ends);
    return new RunOutDates(
        ends[LIVES / 10],
        ends[LIVES / 2],
        ends[LIVES - 1 - LIVES / 10],
        known.length,
        fewestValues());
  }

  /** By number of values, the mean of the last ones. */
  private double[] levels(double[] known) {
    double[] levels = new double[known.length + 1];
    for (int i = levelStretch; i <= known.length; i++) {
      double sum = 0;
      for (int k = i - levelStretch; k < i; k++) {
        sum += known[k];
      }
      levels[i] = sum / levelStretch;
    }
    return levels;
  }

  /** Out of {@code most} ages one by chance, of which one half-life more is half as likely. */
  private static int age(double chance, int most) {
    double young = 1 - Math.pow(0.5, most / HALF_LIFE);
    return Math.min(most - 1, (int) (-HALF_LIFE * Math.log(1 - chance * young) / Math.log(2)));
  }

  /** After how many buckets, with a fraction, the stock ends in one life. */
  private double end(
      double[] known, double[] levels, int first, double stock, SplittableRandom random) {
    double left = stock;
    double level = levels[known.length];
    int passed = 0;
    while (passed < furthest) {
      int start = known.length - 1 - age(random.nextDouble(), known.length - first);
      double then = levels[start];
      boolean byFactor = then > 0 && level < COMPARABLE * then && then < COMPARABLE * level;
      double factor = byFactor ? level / then : 1;
      double difference = byFactor ? 0 : level - then;
      int end = Math.min(known.length, start + stretch);
      double sum = 0;
      for (int place = start; place < end && passed < furthest; place++) {
        double used = Math.max(0, known[place] * factor + difference);
        if (used >= left) {
          return passed + left / used;
        }
        left -= used;
        sum += used;
        passed++;
      }
      level = (level * levelStretch + sum) / (levelStretch + end - start);
    }
    return Double.POSITIVE_INFINITY;
  }
}
