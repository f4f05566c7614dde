package org.enstore.accounting.grafana;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.OutlookRules;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.jspecify.annotations.Nullable;

/** Reads queries that look ahead. What they may hold is said by {@link OutlookRules}. */
final class OutlookJson {
  /** Every key of a query for a forecast, in the order to document them. */
  static final List<Key<?>> FORECAST_KEYS = keys(OutlookRules.FORECAST_KEYS);

  /** Every key of a query for anomalies, in the order to document them. */
  static final List<Key<?>> ANOMALY_KEYS = keys(OutlookRules.ANOMALY_KEYS);

  /** Every key of a query for what a change is made of, in the order to document them. */
  static final List<Key<?>> CHANGES_KEYS = withoutLegend(OutlookRules.CHANGES_KEYS);

  /** Every key of a query for what is at risk, in the order to document them. */
  static final List<Key<?>> RISK_KEYS = withoutLegend(OutlookRules.RISK_KEYS);

  /** Every key of a query for when stocks run out, in the order to document them. */
  static final List<Key<?>> CAPACITY_KEYS = withoutLegend(OutlookRules.CAPACITY_KEYS);

  private OutlookJson() {}

  /**
   * Reads a query for when stocks run out.
   *
   * @throws QueryFailure with every problem
   */
  static Question.OfCapacity capacity(Map<String, ?> object) {
    return new Question.OfCapacity(OutlookRules.capacity(plainReader(object, CAPACITY_KEYS)));
  }

  /**
   * Reads a query for what is at risk.
   *
   * @throws QueryFailure with every problem
   */
  static Question.OfRisk risk(DataQuery query, Map<String, ?> object) {
    KeyReader keys = plainReader(object, RISK_KEYS);
    return new Question.OfRisk(OutlookRules.risk(keys, QuestionJson.range(query, keys)));
  }

  /**
   * Reads a query for what a change is made of.
   *
   * @throws QueryFailure with every problem
   */
  static Question.OfChanges changes(DataQuery query, Map<String, ?> object) {
    KeyReader keys = reader(object, CHANGES_KEYS, OutlookRules.levels());
    return new Question.OfChanges(OutlookRules.changes(keys, QuestionJson.window(query, keys)));
  }

  /**
   * Reads a query for anomalies.
   *
   * @throws QueryFailure with every problem
   */
  static Question.OfAnomalies anomalies(DataQuery query, Map<String, ?> object) {
    KeyReader keys = reader(object, ANOMALY_KEYS);
    Legend legend = Legend.of(keys.take(QuestionJson.LEGEND));
    return new Question.OfAnomalies(
        OutlookRules.anomalies(keys, QuestionJson.window(query, keys)), legend);
  }

  /**
   * Reads a query for a forecast.
   *
   * @throws QueryFailure with every problem
   */
  static Question.OfForecast forecast(DataQuery query, Map<String, ?> object) {
    KeyReader keys = reader(object, FORECAST_KEYS);
    Legend legend = Legend.of(keys.take(QuestionJson.LEGEND));
    return new Question.OfForecast(
        OutlookRules.forecast(keys, QuestionJson.window(query, keys)), legend);
  }

  /** A reader of {@code object} without what belongs to every query, and for the total at first. */
  static KeyReader reader(Map<String, ?> object, List<Key<?>> known) {
    return reader(object, known, List.of());
  }

  private static KeyReader reader(
      Map<String, ?> object, List<Key<?>> known, List<String> usualGroups) {
    String groups = QueryRules.GROUP_BY.name();
    Map<String, @Nullable Object> grouped = new LinkedHashMap<>(object);
    // Grafana makes null of an empty list when it provisions an alert rule from a file.
    grouped.computeIfAbsent(groups, key -> usualGroups);
    return plainReader(grouped, known);
  }

  private static KeyReader plainReader(Map<String, ?> object, List<Key<?>> known) {
    KeyReader keys = new KeyReader("", object, known);
    keys.take(QuestionJson.VERSION_KEY);
    keys.take(QuestionJson.QUERY_TYPE);
    keys.drop(QuestionJson.IGNORED::containsKey);
    return keys;
  }

  private static List<Key<?>> keys(List<Key<?>> own) {
    List<Key<?>> keys = new ArrayList<>(withoutLegend(own));
    keys.add(QuestionJson.LEGEND);
    return List.copyOf(keys);
  }

  private static List<Key<?>> withoutLegend(List<Key<?>> own) {
    List<Key<?>> keys = new ArrayList<>(List.of(QuestionJson.VERSION_KEY, QuestionJson.QUERY_TYPE));
    keys.addAll(own);
    return List.copyOf(keys);
  }
}
