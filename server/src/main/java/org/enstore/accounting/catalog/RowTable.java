package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A table that is answered as rows, as they are now. Its rows name neither files nor users.
 *
 * @param id the word used in queries
 * @param noun what its rows are called in a sentence
 * @param source the name of the table in the database
 * @param columns in the order to show them; the first one tells the rows apart
 */
public record RowTable(
    String id, String noun, Database database, String source, List<RowColumn> columns) {
  public RowTable {
    columns = List.copyOf(columns);
  }

  /** What it is called in a heading. */
  public String name() {
    return noun.substring(0, 1).toUpperCase(Locale.ROOT) + noun.substring(1);
  }

  /** The column that tells the rows apart. */
  public RowColumn key() {
    return columns.get(0);
  }

  /** The column called {@code id}, if there is one. */
  public Optional<RowColumn> column(String id) {
    return columns.stream().filter(column -> column.id().equals(id)).findFirst();
  }

  /** The columns that rows can be filtered by. */
  public List<RowColumn> texts() {
    return columns.stream().filter(column -> column.kind() == RowColumn.Kind.TEXT).toList();
  }

  @Override
  public String toString() {
    return id;
  }
}
