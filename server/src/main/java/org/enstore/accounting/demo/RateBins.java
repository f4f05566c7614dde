package org.enstore.accounting.demo;

import java.sql.SQLException;

/** The bytes moved in intervals of {@link AccountingTables#RATE_SECONDS} seconds. */
final class RateBins {
  private final long first;
  private final long[][] bins;

  /** {@code count} intervals from {@code first} on, in seconds since the epoch. */
  RateBins(long first, int count) {
    this.first = first;
    this.bins = new long[count][4];
  }

  /** Spreads a file's bytes evenly over the time it took; what lies outside is left out. */
  void add(Transfer transfer) {
    long end = transfer.epochSecond();
    long begin = end - (long) transfer.rates().transferSeconds() - 1;
    int column =
        (transfer.reads() ? 0 : 1) + (transfer.mover().family().kind() == Fleet.Kind.NULL ? 2 : 0);
    int width = AccountingTables.RATE_SECONDS;
    int from = (int) Math.floorDiv(begin - first, (long) width);
    int to = (int) Math.floorDiv(end - 1 - first, (long) width);
    int count = to - from + 1;
    long each = transfer.sizeBytes() / count;
    for (int bin = from; bin <= to; bin++) {
      if (bin >= 0 && bin < bins.length) {
        bins[bin][column] += bin == to ? transfer.sizeBytes() - each * (count - 1) : each;
      }
    }
  }

  /** Writes an interval, dated to its end. */
  void write(int bin, BinaryCopy copy) throws SQLException {
    copy.row().instant(first + (bin + 1L) * AccountingTables.RATE_SECONDS);
    for (long bytes : bins[bin]) {
      copy.int8(bytes);
    }
  }
}
