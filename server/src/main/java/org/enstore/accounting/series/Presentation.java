package org.enstore.accounting.series;

import com.datadoghq.sketch.ddsketch.DDSketch;
import java.util.Arrays;
import java.util.BitSet;
import org.enstore.accounting.catalog.Formula;
import org.enstore.accounting.catalog.Kind;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Numbers;

/** Turns exact sums into the numbers a query asked for: measure, unit, running total and gaps. */
final class Presentation {
  private static final long MILLIS_PER_SECOND = 1000;
  private static final double MICROS_PER_SECOND = 1e6;
  private static final double MICROS_PER_MILLI = 1e3;

  private final SeriesQuery query;
  private final Buckets buckets;

  /** The data is complete before this instant, in milliseconds since the epoch. */
  private final long completeUntilMillis;

  Presentation(SeriesQuery query, Buckets buckets, long completeUntilMillis) {
    this.query = query;
    this.buckets = buckets;
    this.completeUntilMillis = completeUntilMillis;
  }

  /**
   * The numbers of {@code count} buckets of {@code sum} from {@code first} on.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if a running total exceeds 64 bits
   */
  Numbers numbers(Tally.Sum sum, int first, int count) {
    if (query.measure().formula().isOfKeys()) {
      return levels(sum, first, count);
    }
    BitSet present = sum.present().get(first, first + count);
    BitSet missing = missing(present, first, count);
    if (query.measure().kind().isAdditive()) {
      long[] sums = new long[count];
      System.arraycopy(sum.values(0), first, sums, 0, count);
      if (query.arrangement().runningTotal()) {
        for (int i = 1; i < count; i++) {
          sums[i] = Sums.add(sums[i - 1], sums[i]);
        }
      }
      return amounts(sums, missing);
    }
    if (isOfWholeBytes()) {
      long[] shown = new long[count];
      for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
        shown[i] = wholeBytes(sum, first + i, query.measure());
      }
      return Numbers.exact(shown, missing);
    }
    double[] shown = new double[count];
    DDSketch sketch = RateBins.sketch();
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      shown[i] = value(sum, first + i, sketch);
    }
    return Numbers.rounded(shown, missing);
  }

  /** Whole numbers in the unit of the measure: exact unless that is larger than theirs. */
  private Numbers amounts(long[] values, BitSet missing) {
    boolean exact =
        switch (query.measure().kind().unit()) {
          case NONE, SHARE -> true;
          case BYTES, BYTES_PER_SECOND -> query.unit() == ByteUnit.BYTES;
          case SECONDS -> false;
        };
    if (exact) {
      return Numbers.exact(values, missing);
    }
    double[] shown = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      shown[i] = values[i] == 0 ? 0 : amount(values[i]);
    }
    return Numbers.rounded(shown, missing);
  }

  private double amount(long value) {
    return isOfSeconds() ? value / MICROS_PER_SECOND : query.unit().amount(value);
  }

  private boolean isOfSeconds() {
    return query.measure().kind().unit() == Kind.Unit.SECONDS;
  }

  private Numbers levels(Tally.Sum sum, int first, int count) {
    Formula formula = query.measure().formula();
    BitSet present = new BitSet();
    long[] levels;
    if (formula instanceof Formula.Latest latest) {
      levels = KeyLevels.latest(sum.ofKeys(), latest, buckets, present);
      clearAhead(present);
    } else {
      levels = KeyLevels.highest(sum.ofKeys(), buckets.count());
      present.or(sum.present());
    }
    for (int i = present.nextClearBit(0); i < levels.length; i = present.nextClearBit(i + 1)) {
      levels[i] = 0;
    }
    return amounts(
        Arrays.copyOfRange(levels, first, first + count),
        missing(present.get(first, first + count), first, count));
  }

  /** What holds is not known beyond where the data ends. */
  private void clearAhead(BitSet present) {
    for (int i = buckets.count() - 1; i >= 0 && isAhead(i); i--) {
      present.clear(i);
    }
  }

  /** Whether the measure, though no sum, is told exactly in bytes: beyond 2^53 no double can. */
  private boolean isOfWholeBytes() {
    Formula formula = query.measure().formula();
    return query.unit() == ByteUnit.BYTES
        && !isOfSeconds()
        && (formula instanceof Formula.Mean || formula instanceof Formula.Largest);
  }

  private static long wholeBytes(Tally.Sum sum, int bucket, Measure measure) {
    long value = sum.values(0)[bucket];
    return measure.formula() instanceof Formula.Mean
        ? ByteUnit.meanBytes(value, sum.values(1)[bucket])
        : value;
  }

  /** The value of a bucket that has a row. */
  private double value(Tally.Sum sum, int bucket, DDSketch sketch) {
    ByteUnit unit = query.unit();
    Formula formula = query.measure().formula();
    if (formula instanceof Formula.PerSecond && query.measure().kind().unit() == Kind.Unit.NONE) {
      return sum.values(0)[bucket] / (elapsedMillis(bucket) * MICROS_PER_MILLI);
    }
    if (formula instanceof Formula.PerSecond) {
      return unit.rate(sum.values(0)[bucket], elapsedMillis(bucket));
    }
    if (formula instanceof Formula.Mean) {
      return unit.mean(sum.values(0)[bucket], sum.values(1)[bucket]);
    }
    if (formula instanceof Formula.Speed) {
      return unit.rate(sum.values(0)[bucket] / Double.longBitsToDouble(sum.values(1)[bucket]));
    }
    if (formula instanceof Formula.Quantile quantile) {
      double told = sum.histograms().orElseThrow().quantile(bucket, quantile.part(), sketch);
      return isOfSeconds() ? told / MICROS_PER_SECOND : unit.rate(told);
    }
    if (formula instanceof Formula.Ratio ratio) {
      double whole = sum.values(1)[bucket] * (isOfSeconds() ? MICROS_PER_SECOND : 1);
      return (double) sum.values(0)[bucket] * ratio.factor() / whole;
    }
    // A total is an exact sum, and a largest number one that was measured.
    return amount(sum.values(0)[bucket]);
  }

  private BitSet missing(BitSet present, int first, int count) {
    BitSet missing = new BitSet(count);
    GapPolicy gaps = query.gaps();
    if (query.arrangement().runningTotal()) {
      // A total goes on over a bucket without a row: it is unknown only where the data ends.
      gaps = GapPolicy.NOT_YET;
    } else if (!query.measure().kind().isZeroWhenEmpty()) {
      // Nothing has no mean.
      gaps = GapPolicy.NULL;
    }
    switch (gaps) {
      case ZERO -> {}
      case NULL -> {
        missing.or(present);
        missing.flip(0, count);
      }
      case NOT_YET -> {
        for (int i = count - 1; i >= 0 && isAhead(first + i); i--) {
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
