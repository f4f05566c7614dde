package org.enstore.accounting.series;

/** What is added up per cell. Every quantity is a non-negative integer that may be summed. */
public enum Quantity {
  /** Bytes transferred. */
  BYTES,
  /** Files transferred; the summary does not have it. */
  TRANSFERS
}
