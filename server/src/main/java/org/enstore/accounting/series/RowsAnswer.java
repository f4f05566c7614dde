package org.enstore.accounting.series;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table, sorted.
 *
 * @param rows by row, one value for each column of the table, of the class that its kind says
 * @param matching how many rows pass the filters, those beyond the limit included
 * @param executed what was read, for the query inspector
 */
public record RowsAnswer(
    RowsQuery query,
    List<List<@Nullable Object>> rows,
    long matching,
    List<Notice> notices,
    String executed) {
  public RowsAnswer {
    rows = List.copyOf(rows);
    notices = List.copyOf(notices);
  }
}
