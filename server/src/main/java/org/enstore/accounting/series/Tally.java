package org.enstore.accounting.series;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.SiteCalendar;
import org.jspecify.annotations.Nullable;

/**
 * Adds the cells of blocks up: to one total for each series, by which the largest are told, or
 * bucket by bucket for those that are shown. Not thread-safe.
 */
final class Tally {
  private final Measure measure;
  private final Quantity ranking;
  private final Grouping grouping;
  private final Buckets buckets;
  private final SiteCalendar calendar;
  private final Room room;

  /**
   * @param room for what the sums take beyond {@link AnswerMemory#bytes}
   */
  Tally(SeriesQuery query, Grouping grouping, Buckets buckets, SiteCalendar calendar, Room room) {
    this.measure = query.measure();
    this.ranking = query.dataset().ranking(measure);
    this.grouping = grouping;
    this.buckets = buckets;
    this.calendar = calendar;
    this.room = room;
  }

  /**
   * A block, of which the cells count that begin in {@code [from, to)}, in seconds since the epoch.
   */
  record Part(Block block, long from, long to) {}

  /** The totals of all series. */
  static final class Totals {
    private long[] totals = new long[0];
    private final BitSet present = new BitSet();

    /** The total of the quantity that ranks {@code series}; at most as large as can be. */
    long of(int series) {
      return series < totals.length ? totals[series] : 0;
    }

    /** Whether {@code series} has a row that the measure counts, in whatever bucket. */
    boolean isPresent(int series) {
      return present.get(series);
    }
  }

  /** One series, bucket by bucket. */
  static final class Sum {
    /** In place of one that is not needed any more. */
    static final Sum NONE = new Sum(Transfers.BYTES, 0, Room.UNBOUNDED);

    private final long[][] values;
    private final BitSet present;
    private final @Nullable RateHistograms histograms;

    /** By key of the table, what {@link #values} are of all, for a measure that is told of keys. */
    private final Map<GroupKey, long[][]> ofKeys = new HashMap<>();

    private Sum(Measure measure, int buckets, Room room) {
      this.values = new long[measure.formula().quantities().size()][buckets];
      this.present = new BitSet(buckets);
      this.histograms = measure.isQuantile() ? new RateHistograms(buckets, room::take) : null;
    }

    /** The values of the measure's quantity {@code index}, by bucket. */
    long[] values(int index) {
      return values[index];
    }

    /** The buckets that have a row which the measure counts. */
    BitSet present() {
      return present;
    }

    /** By key of the table and quantity, for a measure that is told of keys. */
    Collection<long[][]> ofKeys() {
      return ofKeys.values();
    }

    /** The histograms, of a measure that is told from them. */
    Optional<RateHistograms> histograms() {
      return Optional.ofNullable(histograms);
    }
  }

  /** Decides about every key of {@code parts}. */
  void decide(List<Part> parts) {
    for (Part part : parts) {
      Block block = part.block();
      for (int k = 0; k < block.keyCount(); k++) {
        grouping.seriesOf(block, k);
      }
    }
  }

  /** No totals yet. */
  Totals totals() {
    return new Totals();
  }

  /** Adds up over all buckets from {@code firstBucket} on, once the keys are decided about. */
  void add(Totals totals, List<Part> parts, int firstBucket) {
    totals.totals = Arrays.copyOf(totals.totals, Math.max(totals.totals.length, grouping.count()));
    for (Part part : parts) {
      int quantity = part.block().key().shape().quantities().indexOf(ranking);
      walk(
          part,
          (series, bucket, key, cell, bin, counted) -> {
            if (counted) {
              totals.present.set(series);
            }
            if (bucket >= firstBucket) {
              long sum = totals.totals[series] + part.block().value(quantity, cell);
              totals.totals[series] = sum < 0 ? Long.MAX_VALUE : sum;
            }
          });
    }
  }

  /** A sum of nothing yet. */
  Sum sum() {
    return new Sum(measure, buckets.count(), room);
  }

  /**
   * Adds up bucket by bucket, once the keys are decided about.
   *
   * @param places for each series the place of its sum, or {@link Grouping#LEFT_OUT}; so are those
   *     beyond
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if an exact sum exceeds 64 bits
   */
  void add(List<Sum> sums, List<Part> parts, int[] places) {
    List<Quantity> quantities = measure.formula().quantities();
    for (Part part : parts) {
      Block block = part.block();
      List<Quantity> held = block.key().shape().quantities();
      int[] columns = quantities.stream().mapToInt(held::indexOf).toArray();
      walk(
          part,
          (series, bucket, key, cell, bin, counted) -> {
            if (!counted || series >= places.length || places[series] == Grouping.LEFT_OUT) {
              return;
            }
            Sum sum = sums.get(places[series]);
            long[][] columnsOfSum =
                measure.formula().isOfKeys() ? ofKey(sum, block.groupKey(key)) : sum.values;
            for (int q = 0; q < columns.length; q++) {
              long[] values = columnsOfSum[q];
              long added = block.value(columns[q], cell);
              values[bucket] = Sums.combine(quantities.get(q).combination(), values[bucket], added);
              if (sum.histograms != null) {
                sum.histograms.add(bucket, bin, added);
              }
            }
            sum.present.set(bucket);
          });
    }
  }

  private long[][] ofKey(Sum sum, GroupKey key) {
    return sum.ofKeys.computeIfAbsent(
        key,
        added -> {
          int quantities = measure.formula().quantities().size();
          room.take((long) Long.BYTES * quantities * buckets.count());
          return new long[quantities][buckets.count()];
        });
  }

  /** What is done with a cell of a series. */
  @FunctionalInterface
  private interface Use {
    /**
     * Uses the cell.
     *
     * @param key the place of the cell's key in its block
     * @param bin the bin that its rows lie in, in blocks that tell it
     * @param counted whether the measure counts a row of it
     */
    void of(int series, int bucket, int key, int cell, int bin, boolean counted);
  }

  private void walk(Part part, Use use) {
    Block block = part.block();
    if (block.cellCount() == 0) {
      return;
    }
    BlockKey key = block.key();
    long[] starts = key.span().slotStarts(key.grain(), calendar);
    int[] bucketOfSlot = new int[starts.length];
    boolean any = false;
    for (int slot = 0; slot < starts.length; slot++) {
      long start = starts[slot];
      boolean inside = start >= part.from() && start < part.to();
      bucketOfSlot[slot] = inside ? buckets.indexOf(start) : -1;
      any |= bucketOfSlot[slot] >= 0;
    }
    if (!any) {
      return;
    }
    Optional<Dimension> bins = measure.formula().bins();
    int witness =
        measure
            .formula()
            .witness()
            .map(quantity -> key.shape().quantities().indexOf(quantity))
            .orElse(-1);
    for (int k = 0; k < block.keyCount(); k++) {
      int series = grouping.seriesOf(block, k);
      if (series == Grouping.LEFT_OUT) {
        continue;
      }
      int bin = bins.isPresent() ? Grouping.binOf(bins.get(), block, k) : RateBins.NONE;
      boolean byKey = bins.isEmpty() || bin != RateBins.NONE;
      for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
        int bucket = bucketOfSlot[block.slot(cell)];
        if (bucket >= 0) {
          boolean counted = byKey && (witness < 0 || block.value(witness, cell) != 0);
          use.of(series, bucket, k, cell, bin, counted);
        }
      }
    }
  }
}
