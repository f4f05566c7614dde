package org.enstore.accounting.measure;

import java.util.List;

/** Series that share their buckets, in the order to show them: computed once, rendered often. */
public record SeriesTable(Buckets buckets, List<Series> series) {
  public SeriesTable {
    series = List.copyOf(series);
    for (Series one : series) {
      if (one.numbers().size() != buckets.count()) {
        throw new IllegalArgumentException(
            one.numbers().size() + " numbers for " + buckets.count() + " buckets");
      }
    }
  }

  /** How many values the table holds, the missing ones included. */
  public long valueCount() {
    return (long) series.size() * buckets.count();
  }
}
