package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.enstore.accounting.catalog.RowColumn;
import org.enstore.accounting.measure.MoverNames;
import org.jspecify.annotations.Nullable;

/** The first rows of a table that pass the filters; holds no more than are asked for. */
final class RowSelection implements RowsSink {
  private static final Comparator<String> TEXTS = MoverNames.naturalOrder();

  private final List<RowColumn> columns;
  private final int limit;
  private final Map<Integer, Predicate<String>> conditions = new HashMap<>();
  private final Comparator<List<@Nullable Object>> order;
  private final PriorityQueue<List<@Nullable Object>> lastFirst;
  private long matching;

  /**
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} for an invalid pattern
   */
  RowSelection(RowsQuery query) {
    columns = query.table().columns();
    limit = query.limit();
    query
        .filters()
        .forEach(
            (column, filter) ->
                conditions.put(
                    columns.indexOf(column),
                    filter.condition("filters." + column.id(), column.spelling())));
    int sort = columns.indexOf(query.sort());
    order =
        (a, b) -> {
          int byValue = compare(a.get(sort), b.get(sort), query.descending());
          return byValue != 0 ? byValue : compare(a.get(0), b.get(0), false);
        };
    lastFirst = new PriorityQueue<>(order.reversed());
  }

  @Override
  public void begin() {
    lastFirst.clear();
    matching = 0;
  }

  @Override
  public void row(List<@Nullable Object> values) {
    List<@Nullable Object> shown = new ArrayList<>(values);
    for (int i = 0; i < shown.size(); i++) {
      if (shown.get(i) instanceof String text) {
        shown.set(i, columns.get(i).spelling().apply(text));
      }
    }
    for (Map.Entry<Integer, Predicate<String>> condition : conditions.entrySet()) {
      Object value = shown.get(condition.getKey());
      if (!condition.getValue().test(value instanceof String text ? text : "")) {
        return;
      }
    }
    matching++;
    lastFirst.add(shown);
    if (lastFirst.size() > limit) {
      lastFirst.remove();
    }
  }

  /** How many rows passed. */
  long matching() {
    return matching;
  }

  /** The first rows, in order. */
  List<List<@Nullable Object>> rows() {
    List<List<@Nullable Object>> rows = new ArrayList<>(lastFirst);
    rows.sort(order);
    return rows;
  }

  /** Orders two values of one column, missing ones last either way. */
  @SuppressWarnings("unchecked") // Values of one column are of one class, which has an order.
  private static int compare(@Nullable Object a, @Nullable Object b, boolean descending) {
    if (a == null || b == null) {
      return a == b ? 0 : a == null ? 1 : -1;
    }
    int order =
        a instanceof String text && b instanceof String other
            ? TEXTS.compare(text, other)
            : ((Comparable<Object>) a).compareTo(b);
    return descending ? -order : order;
  }
}
