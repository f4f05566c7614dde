package org.enstore.accounting.series;

/**
 * Takes the cells of a read, in any order. The same cell may come more than once: its quantities
 * are then to be combined. Not thread-safe; called from one thread at a time.
 */
@FunctionalInterface
public interface RowSink {
  /**
   * Takes one cell.
   *
   * @param epochSecond the instant at which the cell's minute, hour or day begins, the wall-clock
   *     time having been read in the site's zone
   * @param key what its rows have in common
   * @param quantities one value for each quantity of the request's shape, in its order; the array
   *     may be reused for the next cell
   */
  void accept(long epochSecond, GroupKey key, long[] quantities);

  /**
   * Rows of the cell that begins at {@code epochSecond} are in none of its sums: they are neither
   * read nor written, or their bytes are negative or above {@link Quantity#MOST_BYTES}. May come
   * several times for a cell.
   */
  default void leaveOut(long epochSecond, long rows) {}

  /**
   * The read begins, or begins anew: whatever was taken before is to be forgotten. A sink that
   * keeps what it takes must override this, as a read that was broken off half-way is repeated.
   */
  default void begin() {}
}
