package org.enstore.accounting.series;

import java.util.function.LongSupplier;

/**
 * The key numbers that new blocks are made with, begun anew when they take too much memory: over
 * the years a site has more combinations of movers, groups and rates than are worth remembering.
 * Thread-safe.
 *
 * <p>A block keeps the numbers it was made with and is never read with others. To forget numbers is
 * therefore to let go of the blocks that were made with them, which are read again when asked for.
 * Shapes that have keys like rows have numbers of their own, so that they cost no others' blocks.
 */
final class Numbering {
  /** What shapes with keys like rows have of the bytes that the others have. */
  private static final int WIDE_SHARE = 2;

  private final Memory memory;
  private final LongSupplier limit;
  private volatile KeyNumbers usual = new KeyNumbers();
  private volatile KeyNumbers wide = new KeyNumbers();

  /**
   * @param memory where the blocks are kept; the numbers take a part of it
   * @param limit from how many bytes on the numbers are begun anew
   */
  Numbering(Memory memory, LongSupplier limit) {
    this.memory = memory;
    this.limit = limit;
  }

  /** The numbers for a block of {@code shape} that is going to be made. */
  KeyNumbers current(Shape shape) {
    boolean isWide = shape.hasKeysLikeRows();
    KeyNumbers numbers = isWide ? wide : usual;
    if (numbers.bytes() > (isWide ? wideLimit() : limit.getAsLong())) {
      numbers = next(numbers, isWide);
    }
    memory.setAside(usual.bytes() + wide.bytes());
    return numbers;
  }

  /** From how many bytes on the numbers of shapes with keys like rows are begun anew. */
  long wideLimit() {
    return limit.getAsLong() / WIDE_SHARE;
  }

  /** Whether {@code numbers} are those that new blocks are made with. */
  boolean isCurrent(KeyNumbers numbers) {
    return numbers == usual || numbers == wide;
  }

  /** The numbers after {@code full}, unless somebody else was quicker. */
  private synchronized KeyNumbers next(KeyNumbers full, boolean isWide) {
    if (full == (isWide ? wide : usual)) {
      if (isWide) {
        wide = new KeyNumbers();
      } else {
        usual = new KeyNumbers();
      }
      memory.dropIf(kept -> kept instanceof Block block && !isCurrent(block.keys()));
    }
    return isWide ? wide : usual;
  }
}
