package org.enstore.accounting.grafana;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.Arrangement;
import org.enstore.accounting.series.Arrangement.Comparison;
import org.enstore.accounting.series.Dimension;
import org.enstore.accounting.series.DirectionMode;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.GapPolicy;
import org.enstore.accounting.series.Measure;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesQuery;
import org.enstore.accounting.series.SourceChoice;

/**
 * Reads queries, version {@value #VERSION} of the public query model, which {@code
 * query-model-v1.schema.json} describes. Every key may be left out: alert rules come without the
 * front end that would fill it in. Unknown and ill-typed keys are refused by name.
 */
final class QueryJson {
  /** The newest version of the query model that this program understands. */
  static final long VERSION = 1;

  /** What an absent {@code maxDataPoints} means, as in Grafana. */
  private static final long DEFAULT_MAX_POINTS = 100;

  /** What an absent interval means, as in Grafana. */
  private static final long DEFAULT_INTERVAL_MILLIS = 1000;

  /** Keys that Grafana adds to any query, each with the reason why it may be ignored. */
  static final Map<String, String> IGNORED = ignored();

  static final Key<String> QUERY_TYPE =
      Key.choice("queryType", List.of("", "series", "variable"), word -> word, "");

  /** Stands for a range that was complained of, while the rest of the query is looked at. */
  private static final TimeRange NO_RANGE =
      new TimeRange(Instant.EPOCH, Instant.EPOCH.plusSeconds(1));

  private static final Key<Long> VERSION_KEY =
      Key.number("version", 1, VERSION, "version of the query model", 1);
  private static final Key<Measure> MEASURE =
      Key.choice("measure", List.of(Measure.values()), Measure::label, Measure.BYTES);
  private static final Key<List<Dimension>> GROUP_BY =
      Key.choices("groupBy", Dimension.ASKABLE, Dimension::label, List.of(Dimension.MOVER));
  private static final Key<Long> TOP =
      Key.number("top", 0, Arrangement.MOST_GROUPS, "groups; 0 for all", 0);
  private static final Key<DirectionMode> DIRECTION =
      Key.choice(
          "direction", List.of(DirectionMode.values()), DirectionMode::label, DirectionMode.BOTH);
  private static final Key<Boolean> INCLUDE_NULL_MOVERS = Key.flag("includeNullMovers", false);
  private static final Key<Optional<Duration>> STEP =
      Key.text(
          "step",
          Optional.empty(),
          "auto",
          "\"auto\", one of " + Step.ladder() + ", or a duration such as \"45m\"",
          QueryJson::step);
  private static final Key<ByteUnit> UNIT =
      Key.choice("unit", List.of(ByteUnit.values()), ByteUnit::text, ByteUnit.MEBIBYTES);
  private static final Key<GapPolicy> GAPS =
      Key.choice("gaps", List.of(GapPolicy.values()), GapPolicy::label, GapPolicy.NOT_YET);
  private static final Key<SourceChoice> SOURCE =
      Key.choice("source", List.of(SourceChoice.values()), SourceChoice::label, SourceChoice.AUTO);
  private static final Key<Comparison> COMPARE =
      Key.choice("compare", List.of(Comparison.values()), Comparison::label, Comparison.NONE);
  private static final Key<Boolean> RUNNING_TOTAL = Key.flag("runningTotal", false);
  private static final Key<String> LEGEND = Key.text("legend", "");

  private static final Key<List<String>> INCLUDE = Key.texts("include");
  private static final Key<List<String>> EXCLUDE = Key.texts("exclude");
  private static final Key<Optional<String>> MATCH = pattern("match");
  private static final Key<Optional<String>> NO_MATCH = pattern("noMatch");
  private static final List<Key<?>> FILTER_KEYS = List.of(INCLUDE, EXCLUDE, MATCH, NO_MATCH);
  private static final Key<Map<String, Filter>> FILTERS =
      Key.object(
          "filters",
          Dimension.ASKABLE.stream().map(Dimension::label).toList(),
          filterForm(),
          QueryJson::filter);

  /** Every key of a series query, in the order to document them. */
  static final List<Key<?>> KEYS =
      List.of(
          VERSION_KEY,
          QUERY_TYPE,
          MEASURE,
          GROUP_BY,
          TOP,
          DIRECTION,
          FILTERS,
          INCLUDE_NULL_MOVERS,
          STEP,
          UNIT,
          GAPS,
          SOURCE,
          COMPARE,
          RUNNING_TOTAL,
          LEGEND);

  private QueryJson() {}

  /**
   * The question that {@code query} asks.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every problem
   */
  static Question read(DataQuery query) {
    Map<String, ?> object;
    try {
      object = Json.object(query.getJson());
    } catch (IllegalArgumentException e) {
      throw new QueryFailure(FailureKind.BAD_QUERY, "The query " + e.getMessage(), e);
    }
    refuseNewer(object);
    if (isVariable(query, object)) {
      return new Question.OfNames(NamesRequest.read(object));
    }
    return series(query, object);
  }

  /** Refuses the query if there are {@code problems}. */
  static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new QueryFailure(FailureKind.BAD_QUERY, String.join(" ", problems));
    }
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

  /** A key that holds an RE2 pattern; the empty text is none. */
  static Key<Optional<String>> pattern(String name) {
    return Key.text(
        name,
        Optional.empty(),
        "",
        "a regular expression in RE2 syntax",
        text -> NamesRequest.pattern(name, text));
  }

  private static boolean isVariable(DataQuery query, Map<String, ?> object) {
    String outside = query.getQueryType();
    refuse(
        outside.isEmpty() || outside.equals("series") || outside.equals("variable")
            ? List.of()
            : List.of(
                "\"queryType\" is \"%s\"; it must be %s."
                    .formatted(outside, QUERY_TYPE.permitted())));
    return outside.isEmpty()
        ? "variable".equals(object.get(QUERY_TYPE.name()))
        : outside.equals("variable");
  }

  private static Question series(DataQuery query, Map<String, ?> object) {
    KeyReader keys = new KeyReader("", object, KEYS);
    keys.take(VERSION_KEY);
    keys.take(QUERY_TYPE);
    Measure measure = keys.take(MEASURE);
    List<Dimension> groupBy = keys.take(GROUP_BY);
    int top = keys.take(TOP).intValue();
    DirectionMode direction = keys.take(DIRECTION);
    Map<Dimension, Filter> filters = new EnumMap<>(Dimension.class);
    keys.take(FILTERS)
        .forEach(
            (label, filter) -> {
              if (!filter.isOpen()) {
                filters.put(Dimension.of(label).orElseThrow(), filter);
              }
            });
    boolean includeNullMovers = keys.take(INCLUDE_NULL_MOVERS);
    Optional<Duration> step = keys.take(STEP);
    ByteUnit unit = keys.take(UNIT);
    GapPolicy gaps = keys.take(GAPS);
    SourceChoice source = keys.take(SOURCE);
    Arrangement arrangement = new Arrangement(top, keys.take(COMPARE), keys.take(RUNNING_TOTAL));
    Legend legend = Legend.of(keys.take(LEGEND));
    keys.drop(IGNORED::containsKey);
    Optional<TimeRange> range = range(query, keys);
    SeriesQuery asked =
        new SeriesQuery(
            measure,
            direction,
            range.orElse(NO_RANGE),
            step,
            Duration.ofMillis(
                query.getIntervalMS() > 0 ? query.getIntervalMS() : DEFAULT_INTERVAL_MILLIS),
            query.getMaxDataPoints() > 0 ? query.getMaxDataPoints() : DEFAULT_MAX_POINTS,
            groupBy,
            filters,
            includeNullMovers,
            unit,
            gaps,
            source,
            arrangement);
    asked.contradictions().forEach(keys::complain);
    refuse(keys.finish());
    return new Question.OfSeries(asked, legend);
  }

  private static Optional<TimeRange> range(DataQuery query, KeyReader keys) {
    if (!query.hasTimeRange()) {
      keys.complain("The query comes without a time range.");
      return Optional.empty();
    }
    Instant from = Instant.ofEpochMilli(query.getTimeRange().getFromEpochMS());
    Instant to = Instant.ofEpochMilli(query.getTimeRange().getToEpochMS());
    if (!from.isBefore(to)) {
      keys.complain(
          "The time range is %s: it goes from %s to %s."
              .formatted(from.equals(to) ? "empty" : "reversed", from, to));
      return Optional.empty();
    }
    return Optional.of(new TimeRange(from, to));
  }

  private static Optional<Duration> step(String text) {
    if (text.equals("auto") || text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Duration> width =
        Step.of(text)
            .map(Step::nominal)
            .or(() -> Durations.parse(text).filter(parsed -> !parsed.isZero()));
    if (width.isEmpty()) {
      throw new IllegalArgumentException();
    }
    return width;
  }

  private static Optional<Filter> filter(String path, Object value, List<String> problems) {
    if (!(value instanceof Map<?, ?> map)) {
      problems.add("\"" + path + "\" must be an object with include, exclude, match or noMatch.");
      return Optional.empty();
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach(
        (name, member) -> {
          if (member != null) {
            members.put(String.valueOf(name), member);
          }
        });
    KeyReader keys = new KeyReader(path + ".", members, FILTER_KEYS);
    Filter filter =
        new Filter(keys.take(INCLUDE), keys.take(EXCLUDE), keys.take(MATCH), keys.take(NO_MATCH));
    if (path.endsWith("." + Dimension.MOVER_CLASS.label())) {
      List<String> classes = Arrays.stream(MoverClass.values()).map(MoverClass::label).toList();
      List<String> named = new ArrayList<>(filter.include());
      named.addAll(filter.exclude());
      named.removeAll(classes);
      named.forEach(
          name ->
              keys.complain(
                  "\"%s\" names the class \"%s\"; it must be %s."
                      .formatted(path, name, Key.oneOf(classes))));
    }
    List<String> found = keys.finish();
    problems.addAll(found);
    return found.isEmpty() ? Optional.of(filter) : Optional.empty();
  }

  private static Map<String, Object> filterForm() {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Key<?> key : FILTER_KEYS) {
      properties.put(key.name(), key.form());
    }
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("type", "object");
    form.put("additionalProperties", false);
    form.put("properties", properties);
    return form;
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
    ignored.put("queryCachingTTL", "Grafana's own query cache.");
    ignored.put("adhocFilters", "This data source has no ad-hoc filters.");
    ignored.put("scopes", "This data source has no scopes.");
    ignored.put("queryGroupId", "Grafana's own bookkeeping.");
    return Collections.unmodifiableMap(ignored);
  }
}
