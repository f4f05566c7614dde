package org.enstore.accounting.series;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the rows of a table, in any order. Not thread-safe; called from one thread at a time. */
public interface RowsSink {
  /** The read begins, or begins anew: whatever was taken before is to be forgotten. */
  void begin();

  /**
   * Takes one row.
   *
   * @param values one for each column of the table, of the class that the column's kind says
   */
  void row(List<@Nullable Object> values);
}
