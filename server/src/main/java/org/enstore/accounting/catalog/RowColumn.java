package org.enstore.accounting.catalog;

import java.util.function.UnaryOperator;

/**
 * A column of a table of rows.
 *
 * @param id the word used in queries and answers; that of the dimension where it is one
 * @param title what people call it
 * @param spelling what is shown for a text of the database; the same for what it has made itself
 */
public record RowColumn(String id, String title, Kind kind, UnaryOperator<String> spelling) {
  /** What the values of a column are. Any may be missing. */
  public enum Kind {
    /** A {@link String}. Rows can be filtered by it. */
    TEXT,
    /** A {@link java.time.Instant}. */
    TIME,
    /** A {@link Long}. */
    BYTES,
    /** A {@link Long}. */
    COUNT,
    /** A {@link Double}, 100 for the whole. */
    PERCENT
  }

  static RowColumn of(String id, String title, Kind kind) {
    return new RowColumn(id, title, kind, UnaryOperator.identity());
  }

  /** A column of texts that {@code dimension} knows as well. */
  static RowColumn of(Dimension dimension, String title) {
    return of(dimension.id(), title, Kind.TEXT);
  }

  /** This column with texts that are shown in another spelling. */
  RowColumn spelled(UnaryOperator<String> spelling) {
    return new RowColumn(id, title, kind, spelling);
  }

  @Override
  public String toString() {
    return id;
  }
}
