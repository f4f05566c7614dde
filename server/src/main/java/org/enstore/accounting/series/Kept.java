package org.enstore.accounting.series;

/** Something that takes up room in the cache. Immutable. */
interface Kept {
  /** About how much memory it takes, in bytes. */
  int sizeBytes();
}
