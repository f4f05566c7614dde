package org.enstore.accounting.series;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * Pre-aggregated numbers of one span: immutable, columnar, sorted by key and then by time. A cell
 * is there only where a row was.
 */
final class Block implements Kept {
  private static final int OBJECT_OVERHEAD_BYTES = 250;
  private static final long LEFT_OUT_BYTES = 80;

  private static final AtomicLong VERSIONS = new AtomicLong();

  private final BlockKey key;
  private final Origin origin;
  private final long version = VERSIONS.incrementAndGet();

  private final KeyNumbers keys;

  /** Key numbers, ascending; cell range {@code [offsets[k], offsets[k + 1])} belongs to key k. */
  private final int[] keyNumbers;

  private final int[] offsets;
  private final short[] slots;
  private final long[][] quantities;

  /** By slot, how many rows are in none of the sums. */
  private final SortedMap<Integer, Long> leftOut;

  private Block(
      BlockKey key,
      Origin origin,
      KeyNumbers keys,
      int[] keyNumbers,
      int[] offsets,
      short[] slots,
      long[][] quantities,
      SortedMap<Integer, Long> leftOut) {
    this.key = key;
    this.origin = origin;
    this.keys = keys;
    this.keyNumbers = keyNumbers;
    this.offsets = offsets;
    this.slots = slots;
    this.quantities = quantities;
    this.leftOut = leftOut;
  }

  BlockKey key() {
    return key;
  }

  /** Tells the block from every other one of this process. */
  long version() {
    return version;
  }

  /** Where the numbers come from, and how old they are. */
  Origin origin() {
    return origin;
  }

  /** The same numbers, looked at again by a read that brought nothing later. */
  Block lookedAt(Instant loadedAt, Instant wholeAt) {
    Origin again =
        new Origin(
            loadedAt, origin.knownThrough(), wholeAt, origin.wholeThrough(), origin.lineage());
    return new Block(key, again, keys, keyNumbers, offsets, slots, quantities, leftOut);
  }

  /**
   * The place of the last of {@code starts} that is not after {@code at}, 0 if all are. Of a day
   * that was skipped and the next one, which begin at once, it is the next.
   */
  static int indexOf(long[] starts, long at) {
    int low = 0;
    int high = starts.length;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (starts[middle] <= at) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  int keyCount() {
    return keyNumbers.length;
  }

  int keyNumber(int index) {
    return keyNumbers[index];
  }

  GroupKey groupKey(int index) {
    return keys.keyOf(keyNumbers[index]);
  }

  /** What the key numbers are of. */
  KeyNumbers keys() {
    return keys;
  }

  /** The first cell of key {@code index}; its last is before {@code firstCell(index + 1)}. */
  int firstCell(int index) {
    return offsets[index];
  }

  int cellCount() {
    return slots.length;
  }

  int slot(int cell) {
    return slots[cell];
  }

  /** The sum of quantity {@code quantity}, as an index into the shape's list. */
  long value(int quantity, int cell) {
    return quantities[quantity][cell];
  }

  /** By slot, how many rows are in none of the sums: see {@link RowSink#leaveOut}. */
  SortedMap<Integer, Long> leftOut() {
    return Collections.unmodifiableSortedMap(leftOut);
  }

  /** The last slot that has a cell, or −1 for an empty block. */
  int lastSlot() {
    int last = -1;
    for (short slot : slots) {
      last = Math.max(last, slot);
    }
    return last;
  }

  /** About how much memory the block takes, in bytes. */
  @Override
  public int sizeBytes() {
    long size =
        OBJECT_OVERHEAD_BYTES
            + 8L * keyNumbers.length
            + LEFT_OUT_BYTES * leftOut.size()
            + (2L + 8L * quantities.length) * slots.length;
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  /**
   * Gathers cells of one span in any order, combining those that meet as their quantities say. Not
   * thread-safe, and done after {@link #build}.
   */
  static final class Builder {
    private static final int FIRST_CAPACITY = 16;

    private final BlockKey key;
    private final SiteCalendar calendar;
    private final KeyNumbers keys;
    private final List<Quantity> quantities;
    private final LongConsumer room;

    private int[] keyNumbers = new int[FIRST_CAPACITY];
    private short[] slots = new short[FIRST_CAPACITY];
    private final long[][] columns;
    private final long[] slotStarts;
    private final SortedMap<Integer, Long> leftOut = new TreeMap<>();
    private int count;
    private int highestKey = -1;

    Builder(BlockKey key, SiteCalendar calendar, KeyNumbers keys) {
      this(key, calendar, keys, bytes -> {});
    }

    /**
     * A builder without cells.
     *
     * @param room is told of all memory that is going to be taken, in bytes, and may refuse it by
     *     throwing
     */
    Builder(BlockKey key, SiteCalendar calendar, KeyNumbers keys, LongConsumer room) {
      this.key = key;
      this.calendar = calendar;
      this.keys = keys;
      this.quantities = key.shape().quantities();
      this.room = room;
      this.columns = new long[quantities.size()][FIRST_CAPACITY];
      this.slotStarts = key.span().slotStarts(key.grain(), calendar);
    }

    /** The number of {@code group} among the keys of this block. */
    int numberOf(GroupKey group) {
      return keys.numberOf(group, room);
    }

    /** Adds one cell; one outside the span goes to the nearest slot. */
    void add(long epochSecond, int keyNumber, long[] values) {
      addAt(indexOf(slotStarts, epochSecond), keyNumber, values);
    }

    /**
     * Adds the cell of one slot.
     *
     * @throws IndexOutOfBoundsException if the span has no such slot
     */
    void addAt(int slot, int keyNumber, long[] values) {
      int cell = next(Objects.checkIndex(slot, slotStarts.length), keyNumber);
      for (int q = 0; q < values.length; q++) {
        columns[q][cell] = values[q];
      }
    }

    /** Counts rows that are in none of the sums. */
    void leaveOut(long epochSecond, long rows) {
      leaveOutAt(indexOf(slotStarts, epochSecond), rows);
    }

    /**
     * Counts those of one slot.
     *
     * @throws IndexOutOfBoundsException if the span has no such slot
     */
    void leaveOutAt(int slot, long rows) {
      Objects.checkIndex(slot, slotStarts.length);
      if (leftOut.merge(slot, rows, Long::sum) == rows) {
        room.accept(LEFT_OUT_BYTES);
      }
    }

    /** Adds the cells of a finer block of the same table and shape that lies in this span. */
    void addAll(Block finer) {
      BlockKey from = finer.key;
      long[] starts = from.span().slotStarts(from.grain(), calendar);
      int[] slotHere = new int[starts.length];
      for (int slot = 0; slot < starts.length; slot++) {
        slotHere[slot] = indexOf(slotStarts, starts[slot]);
      }
      finer.leftOut.forEach((slot, rows) -> leaveOutAt(slotHere[slot], rows));
      for (int k = 0; k < finer.keyCount(); k++) {
        int number = numberHere(finer, k);
        for (int cell = finer.firstCell(k); cell < finer.firstCell(k + 1); cell++) {
          copy(finer, cell, slotHere[finer.slots[cell]], number);
        }
      }
    }

    /** Adds the cells of an older block of the same key that lie before {@code slot}. */
    void addBefore(int slot, Block older) {
      older.leftOut.headMap(slot).forEach(this::leaveOutAt);
      for (int k = 0; k < older.keyCount(); k++) {
        int number = numberHere(older, k);
        for (int cell = older.firstCell(k); cell < older.firstCell(k + 1); cell++) {
          if (older.slots[cell] < slot) {
            copy(older, cell, older.slots[cell], number);
          }
        }
      }
    }

    private int numberHere(Block from, int index) {
      return from.keys == keys ? from.keyNumbers[index] : numberOf(from.groupKey(index));
    }

    private void copy(Block from, int fromCell, int slot, int keyNumber) {
      int cell = next(slot, keyNumber);
      for (int q = 0; q < columns.length; q++) {
        columns[q][cell] = from.quantities[q][fromCell];
      }
    }

    private int next(int slot, int keyNumber) {
      if (count == slots.length) {
        grow();
      }
      keyNumbers[count] = keyNumber;
      slots[count] = (short) slot;
      highestKey = Math.max(highestKey, keyNumber);
      return count++;
    }

    private void grow() {
      int capacity = slots.length * 2;
      room.accept((capacity - slots.length) * (6L + 8L * columns.length));
      keyNumbers = Arrays.copyOf(keyNumbers, capacity);
      slots = Arrays.copyOf(slots, capacity);
      for (int q = 0; q < columns.length; q++) {
        columns[q] = Arrays.copyOf(columns[q], capacity);
      }
    }

    /**
     * The finished block.
     *
     * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if a sum exceeds 64 bits
     */
    Block build(Origin origin) {
      // The block beside the buffers, and the order of its cells.
      room.accept(count * (22L + 8L * columns.length));
      int[] order = order();
      int[] keysOfCells = new int[count];
      short[] sortedSlots = new short[count];
      long[][] sorted = new long[columns.length][count];
      int cells = 0;
      int keys = 0;
      for (int from : order) {
        boolean sameKey = cells > 0 && keysOfCells[cells - 1] == keyNumbers[from];
        boolean meets = sameKey && sortedSlots[cells - 1] == slots[from];
        if (!meets) {
          keysOfCells[cells] = keyNumbers[from];
          sortedSlots[cells] = slots[from];
          keys += sameKey ? 0 : 1;
          cells++;
        }
        for (int q = 0; q < columns.length; q++) {
          long value = columns[q][from];
          sorted[q][cells - 1] =
              meets
                  ? Sums.combine(quantities.get(q).combination(), sorted[q][cells - 1], value)
                  : value;
        }
      }
      int[] distinct = new int[keys];
      int[] offsets = new int[keys + 1];
      int at = 0;
      for (int cell = 0; cell < cells; cell++) {
        if (at == 0 || distinct[at - 1] != keysOfCells[cell]) {
          distinct[at] = keysOfCells[cell];
          offsets[at++] = cell;
        }
      }
      offsets[keys] = cells;
      if (cells < count) {
        sortedSlots = Arrays.copyOf(sortedSlots, cells);
        for (int q = 0; q < columns.length; q++) {
          sorted[q] = Arrays.copyOf(sorted[q], cells);
        }
      }
      return new Block(
          key, origin, this.keys, distinct, offsets, sortedSlots, sorted, new TreeMap<>(leftOut));
    }

    /** The cells by key and then by slot: counted into place, twice, the later order kept. */
    private int[] order() {
      int[] bySlot = new int[count];
      int[] starts = new int[slotStarts.length + 1];
      for (int i = 0; i < count; i++) {
        starts[slots[i] + 1]++;
      }
      accumulate(starts);
      for (int i = 0; i < count; i++) {
        bySlot[starts[slots[i]]++] = i;
      }
      int[] byKey = new int[count];
      starts = new int[highestKey + 2];
      for (int i = 0; i < count; i++) {
        starts[keyNumbers[i] + 1]++;
      }
      accumulate(starts);
      for (int cell : bySlot) {
        byKey[starts[keyNumbers[cell]]++] = cell;
      }
      return byKey;
    }

    private static void accumulate(int[] counts) {
      for (int i = 1; i < counts.length; i++) {
        counts[i] += counts[i - 1];
      }
    }
  }
}
