package org.enstore.accounting.catalog;

/**
 * What is known of the rows of a cell: a column of 64 bits of which zero says that no row
 * contributed.
 *
 * @param id names it in blocks on disk, so that it must not change its meaning
 * @param combination how two cells that meet become one
 */
public record Quantity(String id, Combination combination) implements Comparable<Quantity> {
  /** Whether the 64 bits are those of a {@code double}. */
  public boolean isDouble() {
    return combination == Combination.DOUBLE_SUM;
  }

  @Override
  public int compareTo(Quantity other) {
    return id.compareTo(other.id);
  }

  @Override
  public String toString() {
    return id;
  }
}
