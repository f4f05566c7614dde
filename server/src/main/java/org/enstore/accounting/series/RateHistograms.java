package org.enstore.accounting.series;

import com.datadoghq.sketch.ddsketch.DDSketch;
import java.util.Arrays;

/** How many transfers of each bucket of one series lie in which {@link RateBins}. */
final class RateHistograms {
  private static final int NONE = -1;

  /** The entries of a bucket are a list: its latest entry, and for each entry the one before. */
  private final int[] latest;

  private int[] before = new int[16];
  private int[] bins = new int[16];
  private long[] counts = new long[16];
  private int size;

  RateHistograms(int buckets) {
    latest = new int[buckets];
    Arrays.fill(latest, NONE);
  }

  /** Counts {@code count} transfers more in {@code bin}. */
  void add(int bucket, int bin, long count) {
    if (size == bins.length) {
      before = Arrays.copyOf(before, size * 2);
      bins = Arrays.copyOf(bins, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
    }
    before[size] = latest[bucket];
    bins[size] = bin;
    counts[size] = count;
    latest[bucket] = size++;
  }

  /**
   * The rate at {@code quantile} of a bucket that has transfers, in bytes per second: of n rates in
   * ascending order, counted from zero, the one at {@code floor(quantile × (n − 1))}, to within
   * {@link RateBins#RELATIVE_ERROR}.
   *
   * @param sketch is cleared and used
   */
  double quantile(int bucket, double quantile, DDSketch sketch) {
    sketch.clear();
    for (int entry = latest[bucket]; entry != NONE; entry = before[entry]) {
      sketch.accept(RateBins.rate(bins[entry]), (double) counts[entry]);
    }
    return sketch.getValueAtQuantile(quantile);
  }
}
