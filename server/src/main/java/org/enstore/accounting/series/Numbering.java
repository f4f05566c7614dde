package org.enstore.accounting.series;

import java.util.function.LongSupplier;

/**
 * The key numbers that new blocks are made with, begun anew when they take too much memory: over
 * the years a site has more combinations of movers, groups and rates than are worth remembering.
 * Thread-safe.
 *
 * <p>A block keeps the numbers it was made with and is never read with others. To forget numbers is
 * therefore to let go of the blocks that were made with them, which are read again when asked for.
 */
final class Numbering {
  private final Memory memory;
  private final LongSupplier limit;
  private volatile KeyNumbers current = new KeyNumbers();

  /**
   * @param memory where the blocks are kept; the numbers take a part of it
   * @param limit from how many bytes on the numbers are begun anew
   */
  Numbering(Memory memory, LongSupplier limit) {
    this.memory = memory;
    this.limit = limit;
  }

  /** The numbers for a block that is going to be made. */
  KeyNumbers current() {
    KeyNumbers numbers = current;
    if (numbers.bytes() > limit.getAsLong()) {
      numbers = next(numbers);
    }
    memory.setAside(numbers.bytes());
    return numbers;
  }

  /** Whether {@code numbers} are those that new blocks are made with. */
  boolean isCurrent(KeyNumbers numbers) {
    return numbers == current;
  }

  private synchronized KeyNumbers next(KeyNumbers full) {
    if (current == full) {
      KeyNumbers empty = new KeyNumbers();
      current = empty;
      memory.dropIf(kept -> kept instanceof Block block && block.keys() != empty);
    }
    return current;
  }
}
