package org.enstore.accounting.series;

import java.util.Locale;

/**
 * A position in the write-ahead log, as PostgreSQL counts it: bytes written since the cluster was
 * made. Positions of different timelines or clusters cannot be compared.
 *
 * @param bytes as an unsigned 64-bit number, of which no real log reaches the upper half
 */
public record WalPosition(long bytes) implements Comparable<WalPosition> {

  /**
   * Reads PostgreSQL's own notation, such as {@code 16/B374D848}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static WalPosition parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1) {
      throw new IllegalArgumentException("not a position in the log: " + text);
    }
    long high = Long.parseLong(text, 0, slash, 16);
    long low = Long.parseLong(text, slash + 1, text.length(), 16);
    return new WalPosition(high << 32 | low);
  }

  /** How many bytes lie between {@code earlier} and this; none when that one is further on. */
  public long since(WalPosition earlier) {
    return Math.max(0, bytes - earlier.bytes);
  }

  /** PostgreSQL's own notation. */
  public String text() {
    return String.format(Locale.ROOT, "%X/%X", bytes >>> 32, bytes & 0xFFFF_FFFFL);
  }

  @Override
  public int compareTo(WalPosition other) {
    return Long.compareUnsigned(bytes, other.bytes);
  }
}
