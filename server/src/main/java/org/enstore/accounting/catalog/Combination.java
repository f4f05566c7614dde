package org.enstore.accounting.catalog;

/** How the 64 bits of two cells become those of one. */
public enum Combination {
  /** An exact sum. */
  SUM,
  /** The bits are those of a {@code double}; a sum. */
  DOUBLE_SUM,
  /** The larger number; 0 where nothing was measured. */
  MAXIMUM,
  /** The smaller number; 0 where nothing was measured. */
  MINIMUM,
  /** The later number: cells meet in the order of time. */
  LATEST
}
