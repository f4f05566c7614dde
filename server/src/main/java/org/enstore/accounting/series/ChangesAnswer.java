package org.enstore.accounting.series;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a {@link ChangesQuery}.
 *
 * @param query what was asked
 * @param period the days looked at
 * @param compared those they are compared with
 * @param rows the total, then each group and after it its parts, the largest change first
 * @param words two sentences: how much it changed, and which groups account for most of it
 * @param notices what the reader should know
 * @param executed what was read from where
 */
public record ChangesAnswer(
    ChangesQuery query,
    Days period,
    Days compared,
    List<Row> rows,
    String words,
    List<Notice> notices,
    String executed) {
  public ChangesAnswer {
    rows = List.copyOf(rows);
    notices = List.copyOf(notices);
  }

  /**
   * Some local days.
   *
   * @param from the first
   * @param to the last
   */
  public record Days(LocalDate from, LocalDate to) {
    @Override
    public String toString() {
      return from.equals(to) ? from.toString() : from + " to " + to;
    }
  }

  /**
   * The total, a group, or a part of one, in bytes or numbers.
   *
   * @param group its name; empty for the total
   * @param part its name; empty for a whole group
   * @param before in the days compared with
   * @param after in the period
   * @param change of it; those of the groups add up to the total's, those of its parts to a group's
   */
  public record Row(
      Optional<String> group, Optional<String> part, long before, long after, long change) {}
}
