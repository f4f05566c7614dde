package org.enstore.accounting.series;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * Pre-aggregated numbers of one span: immutable, columnar, sorted by key and then by time. A cell
 * is there only where a row was.
 */
final class Block {
  private static final int OBJECT_OVERHEAD_BYTES = 200;

  private final BlockKey key;
  private final Instant loadedAt;
  private final Instant knownThrough;

  /** Key numbers, ascending; cell range {@code [offsets[k], offsets[k + 1])} belongs to key k. */
  private final int[] keyNumbers;

  private final int[] offsets;
  private final short[] slots;
  private final long[][] quantities;

  private Block(
      BlockKey key,
      Instant loadedAt,
      Instant knownThrough,
      int[] keyNumbers,
      int[] offsets,
      short[] slots,
      long[][] quantities) {
    this.key = key;
    this.loadedAt = loadedAt;
    this.knownThrough = knownThrough;
    this.keyNumbers = keyNumbers;
    this.offsets = offsets;
    this.slots = slots;
    this.quantities = quantities;
  }

  BlockKey key() {
    return key;
  }

  /** When the read of these numbers began. */
  Instant loadedAt() {
    return loadedAt;
  }

  /** Everything committed on the primary before this instant is in. */
  Instant knownThrough() {
    return knownThrough;
  }

  int keyCount() {
    return keyNumbers.length;
  }

  int keyNumber(int index) {
    return keyNumbers[index];
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

  /** The value of quantity {@code quantity}, as an index into the shape's list. */
  long value(int quantity, int cell) {
    return quantities[quantity][cell];
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
  int sizeBytes() {
    long size =
        OBJECT_OVERHEAD_BYTES
            + 8L * keyNumbers.length
            + (2L + 8L * quantities.length) * slots.length;
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  /**
   * Gathers cells of one span in any order, combining those that meet as their quantities say. Not
   * thread-safe, and done after {@link #build}.
   */
  static final class Builder {
    private final BlockKey key;
    private final SiteCalendar calendar;
    private final int quantityCount;

    /** Key number in the upper half, slot in the lower: sorts by key and then by time. */
    private long[] places = new long[64];

    private long[][] values;
    private int count;

    Builder(BlockKey key, SiteCalendar calendar) {
      this.key = key;
      this.calendar = calendar;
      this.quantityCount = key.shape().quantities().size();
      this.values = new long[64][];
    }

    void add(long epochSecond, int keyNumber, long[] sums) {
      addSlot(key.span().slotOf(key.grain(), calendar, epochSecond), keyNumber, sums.clone());
    }

    /** Adds the cells of a finer block of the same table and shape that lies in this span. */
    void addAll(Block finer) {
      BlockKey from = finer.key;
      int[] slotHere = new int[from.span().slots(from.grain(), calendar)];
      for (int slot = 0; slot < slotHere.length; slot++) {
        long start = from.span().slotStart(from.grain(), calendar, slot);
        slotHere[slot] = key.span().slotOf(key.grain(), calendar, start);
      }
      for (int k = 0; k < finer.keyCount(); k++) {
        for (int cell = finer.firstCell(k); cell < finer.firstCell(k + 1); cell++) {
          long[] sums = new long[quantityCount];
          for (int q = 0; q < quantityCount; q++) {
            sums[q] = finer.quantities[q][cell];
          }
          addSlot(slotHere[finer.slots[cell]], finer.keyNumbers[k], sums);
        }
      }
    }

    private void addSlot(int slot, int keyNumber, long[] sums) {
      if (count == places.length) {
        places = Arrays.copyOf(places, count * 2);
        values = Arrays.copyOf(values, count * 2);
      }
      places[count] = ((long) keyNumber << 32) | slot;
      values[count] = sums;
      count++;
    }

    /**
     * The finished block.
     *
     * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if a sum exceeds 64 bits
     */
    Block build(Instant loadedAt, Instant knownThrough) {
      Integer[] order = new Integer[count];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, (a, b) -> Long.compare(places[a], places[b]));
      long[] sorted = new long[count];
      long[][] columns = new long[quantityCount][count];
      int cells = 0;
      List<Quantity> quantities = key.shape().quantities();
      for (int i = 0; i < count; i++) {
        int from = order[i];
        boolean meets = cells > 0 && sorted[cells - 1] == places[from];
        if (!meets) {
          sorted[cells++] = places[from];
        }
        for (int q = 0; q < quantityCount; q++) {
          columns[q][cells - 1] =
              meets
                  ? quantities.get(q).combine(columns[q][cells - 1], values[from][q])
                  : values[from][q];
        }
      }
      int[] keyNumbers = new int[cells];
      int[] offsets = new int[cells + 1];
      short[] slots = new short[cells];
      int keys = 0;
      for (int cell = 0; cell < cells; cell++) {
        int keyNumber = (int) (sorted[cell] >>> 32);
        if (keys == 0 || keyNumbers[keys - 1] != keyNumber) {
          offsets[keys] = cell;
          keyNumbers[keys++] = keyNumber;
        }
        slots[cell] = (short) sorted[cell];
      }
      offsets[keys] = cells;
      for (int q = 0; q < quantityCount; q++) {
        columns[q] = Arrays.copyOf(columns[q], cells);
      }
      return new Block(
          key,
          loadedAt,
          knownThrough,
          Arrays.copyOf(keyNumbers, keys),
          Arrays.copyOf(offsets, keys + 1),
          slots,
          columns);
    }
  }
}
