package org.enstore.accounting.grafana;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.jspecify.annotations.Nullable;

/**
 * Reads queries, version {@value #VERSION} of the public query model, which {@code
 * query-model-v1.schema.json} describes. Every key may be left out: alert rules come without the
 * front end that would fill it in. What a question for series may hold is said by {@link
 * QueryRules}; this adds what belongs to Grafana.
 */
final class QuestionJson {
  /** The newest version of the query model that this program understands. */
  static final long VERSION = 1;

  /** What an absent {@code maxDataPoints} means, as in Grafana. */
  private static final long DEFAULT_MAX_POINTS = 100;

  /** What an absent interval means, as in Grafana. */
  private static final long DEFAULT_INTERVAL_MILLIS = 1000;

  /** The most that one query may take, its JSON and its names together, in bytes. */
  private static final int LARGEST_BYTES = 256 << 10;

  /** Keys that Grafana adds to any query, each with the reason why it may be ignored. */
  static final Map<String, String> IGNORED = ignored();

  static final Key<String> QUERY_TYPE =
      Key.choice("queryType", QueryType.words(), word -> word, "");

  static final Key<Long> VERSION_KEY =
      Key.number("version", 1, VERSION, "version of the query model", 1);
  static final Key<String> LEGEND = Key.text("legend", "");

  /** Is the front end's affair: it opens a channel, which {@link LiveQuestion} is about. */
  private static final Key<Boolean> LIVE = Key.flag("live", false);

  /** Every key of a series query, in the order to document them. */
  static final List<Key<?>> KEYS = keys();

  private QuestionJson() {}

  /**
   * The question that {@code query} asks.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every problem
   */
  static Question read(DataQuery query) {
    if (query.getSerializedSize() > LARGEST_BYTES) {
      throw new QueryFailure(
          FailureKind.BAD_QUERY,
          "The query takes %s bytes; it must take at most %s."
              .formatted(query.getSerializedSize(), LARGEST_BYTES));
    }
    Map<String, ?> object;
    try {
      object = Json.object(query.getJson());
    } catch (IllegalArgumentException e) {
      throw new QueryFailure(FailureKind.BAD_QUERY, "The query " + e.getMessage(), e);
    }
    refuseNewer(object);
    QueryType type = type(query, object);
    UnknownKeys unknown = UnknownKeys.in(object, type.keys());
    Question question = type.read(query, unknown.rest());
    return unknown.names().isEmpty()
        ? question
        : new Question.Annotated(question, unknown.notices());
  }

  /** Refuses a version from the future before its unknown keys make a puzzle of it. */
  static void refuseNewer(Map<String, ?> object) {
    if (object.get(VERSION_KEY.name()) instanceof Number number && number.doubleValue() > VERSION) {
      throw new QueryFailure(
          FailureKind.BAD_QUERY,
          "The query has version "
              + number
              + " and was made by a newer version of the plugin; this one understands version "
              + VERSION
              + ". Update the plugin.");
    }
  }

  /** Grafana's own field wins; a wrong word in the object is refused when its keys are read. */
  private static QueryType type(DataQuery query, Map<String, ?> object) {
    String outside = query.getQueryType();
    if (!outside.isEmpty()) {
      Optional<QueryType> type = QueryType.of(outside);
      QueryRules.refuse(
          type.isPresent()
              ? List.of()
              : List.of(
                  new Complaint(
                      QUERY_TYPE.name(),
                      "\"queryType\" is \"%s\"; it must be %s."
                          .formatted(
                              outside.length() > 60 ? outside.substring(0, 60) + "…" : outside,
                              QUERY_TYPE.permitted()))));
      return type.orElseThrow();
    }
    return object.get(QUERY_TYPE.name()) instanceof String inside
        ? QueryType.of(inside).orElse(QueryType.SERIES)
        : QueryType.SERIES;
  }

  /** Reads a query for time series. */
  static Question.OfSeries series(DataQuery query, Map<String, ?> object) {
    KeyReader keys = new KeyReader("", withTotal(object), KEYS);
    keys.take(VERSION_KEY);
    keys.take(QUERY_TYPE);
    Legend legend = Legend.of(keys.take(LEGEND));
    keys.take(LIVE);
    keys.drop(IGNORED::containsKey);
    return new Question.OfSeries(QueryRules.finish(keys, window(query, keys)), legend);
  }

  /** What {@code query} says beside its keys; complains when there is no range. */
  static QueryRules.Window window(DataQuery query, KeyReader keys) {
    return new QueryRules.Window(
        range(query, keys),
        Duration.ofMillis(
            query.getIntervalMS() > 0 ? query.getIntervalMS() : DEFAULT_INTERVAL_MILLIS),
        maxPoints(query));
  }

  /**
   * {@code object} with an empty list of groups in place of a null. Grafana makes null of every
   * empty list when it provisions an alert rule from a file, and a rule for the total must not
   * become one for each mover. Of other lists an empty one is as good as none.
   */
  private static Map<String, ?> withTotal(Map<String, ?> object) {
    String groups = QueryRules.GROUP_BY.name();
    if (!object.containsKey(groups) || object.get(groups) != null) {
      return object;
    }
    Map<String, @Nullable Object> total = new LinkedHashMap<>(object);
    total.put(groups, List.of());
    return total;
  }

  /** How many points the asker has room for. */
  static long maxPoints(DataQuery query) {
    return query.getMaxDataPoints() > 0 ? query.getMaxDataPoints() : DEFAULT_MAX_POINTS;
  }

  /** The time range of {@code query}; complains when there is none. */
  static Optional<TimeRange> range(DataQuery query, KeyReader keys) {
    if (!query.hasTimeRange()) {
      keys.complain("timeRange", "The query comes without a time range.");
      return Optional.empty();
    }
    return QueryRules.range(
        Instant.ofEpochMilli(query.getTimeRange().getFromEpochMS()),
        Instant.ofEpochMilli(query.getTimeRange().getToEpochMS()),
        "timeRange",
        keys);
  }

  private static List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(List.of(VERSION_KEY, QUERY_TYPE));
    keys.addAll(QueryRules.KEYS);
    keys.add(LEGEND);
    keys.add(LIVE);
    return List.copyOf(keys);
  }

  private static Map<String, String> ignored() {
    Map<String, String> ignored = new LinkedHashMap<>();
    ignored.put("refId", "Grafana says it beside the query as well.");
    ignored.put("hide", "A hidden query that is asked all the same is answered.");
    ignored.put("key", "Explore's own name for the query's row.");
    ignored.put("datasource", "Grafana has chosen the data source already.");
    ignored.put("datasourceId", "The old form of the same.");
    ignored.put("intervalMs", "Grafana says it beside the query as well.");
    ignored.put("maxDataPoints", "Grafana says it beside the query as well.");
    ignored.put("timeRange", "Grafana says it beside the query as well.");
    ignored.put(
        "instant", "The alert form's choice between a point and a range: rules need a range.");
    ignored.put("range", "The other half of the same.");
    ignored.put("limit", "Of a dashboard's own annotations, whose query others begin as.");
    ignored.put("matchAny", "The same.");
    ignored.put("tags", "The same.");
    ignored.put("type", "The same.");
    ignored.put("queryCachingTTL", "Grafana's own query cache.");
    ignored.put("adhocFilters", "This data source has no ad-hoc filters.");
    ignored.put("groupByKeys", "This data source has no ad-hoc groups.");
    ignored.put("scopes", "This data source has no scopes.");
    ignored.put("queryGroupId", "Grafana's own bookkeeping.");
    return Collections.unmodifiableMap(ignored);
  }
}
