package org.enstore.accounting.grafana;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.RowColumn;
import org.enstore.accounting.catalog.RowTable;
import org.enstore.accounting.catalog.RowTables;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.enstore.accounting.series.RowsQuery;

/** Reads queries for rows of a table. Their time range does not matter. */
final class TableJson {
  private static final long USUAL_ROWS = 100;

  private static final Key<Long> VERSION =
      Key.number("version", 1, QuestionJson.VERSION, "version of the query model", 1);
  private static final Key<RowTable> TABLE =
      Key.choice("table", RowTables.ALL, RowTable::id, RowTables.ALL.get(0));
  private static final Key<Map<String, Filter>> FILTERS =
      QueryRules.filtersOf(
          RowTables.columns().stream()
              .filter(column -> column.kind() == RowColumn.Kind.TEXT)
              .map(RowColumn::id)
              .toList());
  private static final Key<String> SORT = Key.choice("sort", sortable(), word -> word, "");
  private static final Key<Boolean> DESCENDING = Key.flag("descending", false);
  private static final Key<Long> ROWS =
      Key.number("rows", 1, RowsQuery.MOST_ROWS, "rows", USUAL_ROWS);

  /** Every key of the query, in the order to document them. */
  static final List<Key<?>> KEYS =
      List.of(VERSION, QuestionJson.QUERY_TYPE, TABLE, FILTERS, SORT, DESCENDING, ROWS);

  private TableJson() {}

  /**
   * Reads the object of a query.
   *
   * @throws QueryFailure with every problem
   */
  static RowsQuery read(Map<String, ?> object) {
    KeyReader keys = new KeyReader("", object, KEYS);
    keys.take(VERSION);
    keys.take(QuestionJson.QUERY_TYPE);
    RowTable table = keys.take(TABLE);
    Map<RowColumn, Filter> filters = new HashMap<>();
    keys.take(FILTERS)
        .forEach(
            (id, filter) -> {
              Optional<RowColumn> column = table.column(id);
              if (column.isEmpty()) {
                complain(keys, FILTERS.name() + "." + id, id, table, table.texts());
              } else if (!filter.isOpen()) {
                filters.put(column.get(), filter);
              }
            });
    String word = keys.take(SORT);
    Optional<RowColumn> sort = word.isEmpty() ? Optional.of(table.key()) : table.column(word);
    if (sort.isEmpty()) {
      complain(keys, SORT.name(), word, table, table.columns());
    }
    boolean descending = keys.take(DESCENDING);
    int rows = keys.take(ROWS).intValue();
    keys.drop(QuestionJson.IGNORED::containsKey);
    QueryRules.refuse(keys.complaints());
    return new RowsQuery(table, filters, sort.orElseThrow(), descending, rows);
  }

  private static void complain(
      KeyReader keys, String field, String id, RowTable table, List<RowColumn> columns) {
    keys.complain(
        field,
        "\"%s\" names \"%s\", which the table \"%s\" does not have; it must be %s."
            .formatted(field, id, table, Key.oneOf(columns.stream().map(RowColumn::id).toList())));
  }

  /** The empty word is the column that tells the rows apart. */
  private static List<String> sortable() {
    List<String> words = new ArrayList<>(List.of(""));
    RowTables.columns().forEach(column -> words.add(column.id()));
    return words;
  }
}
