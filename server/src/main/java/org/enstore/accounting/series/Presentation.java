package org.enstore.accounting.series;

import java.util.BitSet;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Numbers;

/** Turns exact sums into the numbers a query asked for: measure, unit and gaps. */
final class Presentation {
  private static final long MILLIS_PER_SECOND = 1000;

  private final SeriesQuery query;
  private final Buckets buckets;

  /** The data is complete before this instant, in milliseconds since the epoch. */
  private final long completeUntilMillis;

  Presentation(SeriesQuery query, Buckets buckets, long completeUntilMillis) {
    this.query = query;
    this.buckets = buckets;
    this.completeUntilMillis = completeUntilMillis;
  }

  Numbers numbers(long[] sums, BitSet present) {
    BitSet missing = missing(present);
    if (query.measure() == Measure.BYTES && query.unit() == ByteUnit.BYTES) {
      return Numbers.exact(sums, missing);
    }
    double[] shown = new double[sums.length];
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] != 0) {
        shown[i] =
            switch (query.measure()) {
              case BYTES -> query.unit().amount(sums[i]);
              case THROUGHPUT -> query.unit().rate(sums[i], elapsedMillis(i));
            };
      }
    }
    return Numbers.rounded(shown, missing);
  }

  private BitSet missing(BitSet present) {
    BitSet missing = new BitSet(buckets.count());
    switch (query.gaps()) {
      case ZERO -> {}
      case NULL -> {
        missing.or(present);
        missing.flip(0, buckets.count());
      }
      case NOT_YET -> {
        for (int i = buckets.count() - 1; i >= 0 && isAhead(i); i--) {
          missing.set(i, !present.get(i));
        }
      }
    }
    return missing;
  }

  /** Whether no part of the bucket is complete yet. */
  private boolean isAhead(int bucket) {
    return buckets.start(bucket) * MILLIS_PER_SECOND >= completeUntilMillis;
  }

  /** The real length of the bucket; of the part that is complete, while it is running. */
  private long elapsedMillis(int bucket) {
    long start = buckets.start(bucket) * MILLIS_PER_SECOND;
    long end = buckets.end(bucket) * MILLIS_PER_SECOND;
    // Rows ahead of the complete part have clocks that run fast: their bucket counts whole.
    // A bucket that has just begun counts a second, the resolution of a transfer's time.
    return isAhead(bucket)
        ? end - start
        : Math.max(MILLIS_PER_SECOND, Math.min(end, completeUntilMillis) - start);
  }
}
