package org.enstore.accounting.series;

import java.util.Map;
import org.enstore.accounting.catalog.RowColumn;
import org.enstore.accounting.catalog.RowTable;

/**
 * A question for rows of a table, as they are now.
 *
 * @param filters by columns of texts; a missing text is empty
 * @param sort the column to sort by; rows without a value come last, equal ones by the table's key
 * @param limit how many rows at most, from 1 to {@value #MOST_ROWS}
 */
public record RowsQuery(
    RowTable table, Map<RowColumn, Filter> filters, RowColumn sort, boolean descending, int limit) {
  /** The most rows of one answer. */
  public static final int MOST_ROWS = 1_000;

  public RowsQuery {
    filters = Map.copyOf(filters);
  }
}
