package org.enstore.accounting.grafana;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.enstore.accounting.series.ReconciliationQuery;

/** Reads queries for where the summary and the transfers differ. */
final class ReconciliationJson {
  private static final Key<Long> VERSION =
      Key.number("version", 1, QuestionJson.VERSION, "version of the query model", 1);
  private static final Key<Map<String, Filter>> FILTERS =
      QueryRules.filters(List.of(Dimensions.MOVER));
  private static final Key<Boolean> ONLY_DIFFERENCES = Key.flag("onlyDifferences", true);
  private static final Key<Boolean> INCLUDE_NULL_MOVERS = Key.flag("includeNullMovers", true);

  /** Every key of the query, in the order to document them. */
  static final List<Key<?>> KEYS =
      List.of(VERSION, QuestionJson.QUERY_TYPE, FILTERS, ONLY_DIFFERENCES, INCLUDE_NULL_MOVERS);

  private ReconciliationJson() {}

  /**
   * Reads the object of a query.
   *
   * @throws QueryFailure with every problem
   */
  static ReconciliationQuery read(DataQuery query, Map<String, ?> object) {
    KeyReader keys = new KeyReader("", object, KEYS);
    keys.take(VERSION);
    keys.take(QuestionJson.QUERY_TYPE);
    Map<Dimension, Filter> filters = QueryRules.byDimension(keys.take(FILTERS));
    boolean onlyDifferences = keys.take(ONLY_DIFFERENCES);
    boolean includeNullMovers = keys.take(INCLUDE_NULL_MOVERS);
    keys.drop(QuestionJson.IGNORED::containsKey);
    Optional<TimeRange> range = QuestionJson.range(query, keys);
    QueryRules.refuse(keys.complaints());
    return new ReconciliationQuery(
        range.orElseThrow(), filters, onlyDifferences, includeNullMovers);
  }
}
