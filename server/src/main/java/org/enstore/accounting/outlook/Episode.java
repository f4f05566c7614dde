package org.enstore.accounting.outlook;

import java.util.Locale;
import java.util.function.IntFunction;

/**
 * A stretch of unusual values.
 *
 * @param begin the bucket of the alarm
 * @param end the bucket after the last unusual one
 * @param direction 1 if the values were too high at first, -1 if too low
 * @param peak the bucket that was farthest from usual
 * @param seen its value
 * @param expected what was usual for it
 * @param spreads how far it was from that, in usual spreads
 */
public record Episode(
    int begin, int end, int direction, int peak, double seen, double expected, double spreads) {
  /** Spreads beyond this say no more than that it was very far. */
  private static final double VERY_FAR = 1000;

  /** The sentence; {@code nameOfBucket} gives a bucket's date and {@code amount} a value's text. */
  public String words(IntFunction<String> nameOfBucket, Note.AmountText amount) {
    String when =
        end - begin == 1
            ? "On " + nameOfBucket.apply(begin)
            : "From " + nameOfBucket.apply(begin) + " to " + nameOfBucket.apply(end - 1);
    String far =
        spreads > VERY_FAR ? "more than 1000" : String.format(Locale.ROOT, "%.1f", spreads);
    return when
        + " unusually "
        + (direction > 0 ? "high" : "low")
        + ": "
        + amount.of(seen)
        + (end - begin == 1 ? "" : " on " + nameOfBucket.apply(peak))
        + " where "
        + amount.of(expected)
        + " is usual, "
        + far
        + " times the usual spread away.";
  }
}
