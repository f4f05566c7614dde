package org.enstore.accounting.series;

import java.util.List;
import java.util.Map;
import org.enstore.accounting.measure.Numbers;

/**
 * What a watcher of a query is told: first everything, then what has changed. Immutable.
 *
 * @param answer the whole answer as it is now
 * @param series the labels of every series there has been so far, in an order that only grows;
 *     points refer to it
 * @param known how many of them the watcher has been told of before; 0 the first time
 * @param first whether this is the first that the watcher is told
 * @param points the numbers that are new or different; all of them the first time
 */
public record LiveUpdate(
    SeriesAnswer answer,
    List<Map<String, String>> series,
    int known,
    boolean first,
    List<Point> points) {
  public LiveUpdate {
    series = List.copyOf(series);
    points = List.copyOf(points);
  }

  /**
   * One number.
   *
   * @param series its series' place in {@link LiveUpdate#series}
   * @param startEpochSecond the start of its bucket
   * @param numbers the column that holds it
   * @param index its place in that column; −1 for a number that is no longer there
   */
  public record Point(int series, long startEpochSecond, Numbers numbers, int index) {
    /** Whether there is no number. */
    public boolean isMissing() {
      return index < 0 || numbers.isMissing(index);
    }
  }
}
