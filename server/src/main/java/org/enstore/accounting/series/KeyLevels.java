package org.enstore.accounting.series;

import java.util.BitSet;
import java.util.Collection;
import org.enstore.accounting.catalog.Formula;
import org.enstore.accounting.measure.Buckets;

/**
 * Levels of keys, added up over keys by bucket. A level that was sampled last holds for as long as
 * its formula says, so that steps shorter than the interval of the samples have no gaps.
 */
final class KeyLevels {
  private static final long MICROS_PER_SECOND = 1_000_000;

  private KeyLevels() {}

  /**
   * What was sampled last.
   *
   * @param keys of each key the quantities of {@code formula} by bucket; filled up with what holds
   * @param present the buckets that have a level are set
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if a level exceeds 64 bits
   */
  static long[] latest(
      Collection<long[][]> keys, Formula.Latest formula, Buckets buckets, BitSet present) {
    int count = buckets.count();
    long holds = formula.holds().toNanos() / 1000;
    long[] newest = new long[count];
    for (long[][] key : keys) {
      hold(key[0], key[1]);
      for (int i = 0; i < count; i++) {
        newest[i] = Math.max(newest[i], key[1][i]);
      }
    }
    long[] levels = new long[count];
    for (int i = 0; i < count; i++) {
      long start = buckets.start(i) * MICROS_PER_SECOND;
      if (newest[i] == 0 || newest[i] < start - holds) {
        continue;
      }
      present.set(i);
      for (long[][] key : keys) {
        if (key[1][i] > 0 && key[1][i] >= newest[i] - holds) {
          levels[i] = Sums.add(levels[i], key[0][i]);
        }
      }
    }
    return levels;
  }

  /** Carries each sample on to the buckets after it that have none. */
  private static void hold(long[] values, long[] at) {
    for (int i = 1; i < values.length; i++) {
      if (at[i] == 0) {
        values[i] = values[i - 1];
        at[i] = at[i - 1];
      }
    }
  }

  /**
   * The highest sample of each key, added up.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if a level exceeds 64 bits
   */
  static long[] highest(Collection<long[][]> keys, int count) {
    long[] levels = new long[count];
    for (long[][] key : keys) {
      for (int i = 0; i < count; i++) {
        levels[i] = Sums.add(levels[i], key[0][i]);
      }
    }
    return levels;
  }
}
