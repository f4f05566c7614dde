package org.enstore.accounting.postgres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.GroupKey;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.RowSink;

/**
 * The cells of one read, held until the read has succeeded.
 *
 * <p>They are handed over only then, for two reasons: a read that a recovery conflict breaks off
 * half-way can start again without the sink knowing, and the standby's snapshot is let go as soon
 * as the rows have arrived, however slow the sink is. Not thread-safe.
 */
final class Cells {
  private final int width;
  private final int limit;
  private final Map<GroupKey, Integer> places = new HashMap<>();
  private final List<GroupKey> keys = new ArrayList<>();
  private long[] starts = new long[256];
  private int[] keyPlaces = new int[256];
  private long[] quantities;
  private int size;

  /**
   * @param width quantities per cell
   * @param roomBytes how much memory the cells may take
   */
  Cells(int width, long roomBytes) {
    this.width = width;
    this.limit =
        (int) Math.min(Integer.MAX_VALUE / Math.max(width, 1) - 8, roomBytes / (12 + 8L * width));
    this.quantities = new long[256 * width];
  }

  /**
   * Adds a cell. The same start and key may be added again; whoever takes the cells adds them up.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} when the room is used up
   */
  void add(long epochSecond, GroupKey key, long... values) {
    if (size == limit) {
      throw new QueryFailure(
          FailureKind.TOO_LARGE,
          "The database's answer has more than "
              + limit
              + " values and does not fit the data source's cache: ask for a shorter time range, a"
              + " wider step or fewer dimensions, or raise cacheBytes.");
    }
    if (size == starts.length) {
      int capacity = (int) Math.min(limit, 2L * size);
      starts = Arrays.copyOf(starts, capacity);
      keyPlaces = Arrays.copyOf(keyPlaces, capacity);
      quantities = Arrays.copyOf(quantities, capacity * width);
    }
    starts[size] = epochSecond;
    keyPlaces[size] = place(key);
    System.arraycopy(values, 0, quantities, size * width, width);
    size++;
  }

  /** How many cells there are. */
  int size() {
    return size;
  }

  /** Hands all cells over; equal keys are one object. */
  void deliver(RowSink sink) {
    long[] values = new long[width];
    for (int i = 0; i < size; i++) {
      System.arraycopy(quantities, i * width, values, 0, width);
      sink.accept(starts[i], keys.get(keyPlaces[i]), values);
    }
  }

  private int place(GroupKey key) {
    Integer known = places.get(key);
    if (known != null) {
      return known;
    }
    keys.add(key);
    places.put(key, keys.size() - 1);
    return keys.size() - 1;
  }
}
