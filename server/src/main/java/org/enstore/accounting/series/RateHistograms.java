package org.enstore.accounting.series;

import com.datadoghq.sketch.ddsketch.DDSketch;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** How many transfers of each bucket of one series lie in which {@link RateBins}. */
final class RateHistograms {
  private static final int NONE = -1;

  /** What an entry takes in the lists, and two places of the index. */
  private static final int ENTRY_BYTES = 28;

  /** The entries of a bucket that its answer's memory has counted already. */
  private static final int COUNTED_ENTRIES = 2;

  private final LongConsumer room;

  /** The entries of a bucket are a list: its latest entry, and for each entry the one before. */
  private final int[] latest;

  private int[] before = new int[16];
  private int[] buckets = new int[16];
  private int[] bins = new int[16];
  private long[] counts = new long[16];
  private int size;

  /** The entries by bucket and bin, with open addressing; half of it at most is taken. */
  private int[] index = new int[32];

  /**
   * Histograms without entries.
   *
   * @param room is told of the memory that entries take beyond {@link AnswerMemory#bytes}, and may
   *     refuse it by throwing
   */
  RateHistograms(int buckets, LongConsumer room) {
    this.room = room;
    latest = new int[buckets];
    Arrays.fill(latest, NONE);
    Arrays.fill(index, NONE);
  }

  /** Counts {@code count} transfers more in {@code bin}. */
  void add(int bucket, int bin, long count) {
    int place = place(bucket, bin);
    if (index[place] != NONE) {
      counts[index[place]] += count;
      return;
    }
    if (size == bins.length) {
      grow();
      place = place(bucket, bin);
    }
    index[place] = size;
    before[size] = latest[bucket];
    buckets[size] = bucket;
    bins[size] = bin;
    counts[size] = count;
    latest[bucket] = size++;
  }

  /** Where the entry of {@code bucket} and {@code bin} is in the index, or would be. */
  private int place(int bucket, int bin) {
    int mask = index.length - 1;
    int place = (bucket * 0x9E3779B9 + bin * 0x85EBCA6B) >>> 7 & mask;
    for (int entry = index[place]; entry != NONE; entry = index[place]) {
      if (bins[entry] == bin && buckets[entry] == bucket) {
        break;
      }
      place = place + 1 & mask;
    }
    return place;
  }

  private void grow() {
    long beyond = 2L * size - (long) COUNTED_ENTRIES * latest.length;
    room.accept(Math.max(0, Math.min(size, beyond)) * ENTRY_BYTES);
    before = Arrays.copyOf(before, size * 2);
    bins = Arrays.copyOf(bins, size * 2);
    buckets = Arrays.copyOf(buckets, size * 2);
    counts = Arrays.copyOf(counts, size * 2);
    index = new int[size * 4];
    Arrays.fill(index, NONE);
    for (int entry = 0; entry < size; entry++) {
      index[place(buckets[entry], bins[entry])] = entry;
    }
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
