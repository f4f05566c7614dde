package org.enstore.accounting.series;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;

/**
 * The rules of questions that look ahead: the keys they have besides those of a question for
 * series, and which of the latter they do without.
 */
public final class OutlookRules {
  private static final Duration LONGEST_HISTORY = Duration.ofDays(7300);

  /** No group at first: a band for each mover cannot be read. */
  private static final Key<List<Dimension>> GROUP_BY =
      Key.choices(
          QueryRules.GROUP_BY.name(),
          Catalogue.ENSTORE.askable(),
          Dimension::id,
          ForecastQuery.NO_GROUPS);

  private static final Key<Step> FORECAST_STEP =
      Key.choice("step", List.of(Step.DAY, Step.WEEK, Step.MONTH), Step::text, Step.DAY);
  private static final Key<Duration> FORECAST_HISTORY =
      Key.duration("history", Duration.ofDays(28), LONGEST_HISTORY, Duration.ofDays(1826));
  private static final Key<ForecastQuery.Total> TOTAL =
      Key.choice(
          "total",
          List.of(ForecastQuery.Total.values()),
          ForecastQuery.Total::label,
          ForecastQuery.Total.NONE);

  private static final Key<Step> ANOMALY_STEP =
      Key.choice("step", List.of(Step.HOUR_1, Step.DAY, Step.WEEK), Step::text, Step.DAY);
  private static final Duration SHORTEST_HISTORY = Duration.ofDays(14);
  private static final Key<Optional<Duration>> ANOMALY_HISTORY =
      Key.text(
          "history",
          Optional.empty(),
          "",
          "a duration from 14d to 7300d, or empty for what suits the step",
          OutlookRules::history);
  private static final Key<Double> FALSE_ALARMS =
      Key.decimal("falseAlarms", 0.01, 100, "false alarms per series and month", 1);
  private static final Key<AnomalyQuery.View> VIEW =
      Key.choice(
          "view",
          List.of(AnomalyQuery.View.values()),
          AnomalyQuery.View::label,
          AnomalyQuery.View.BANDS);

  /**
   * Every key of a question for anomalies but how they are shown, in the order to document them.
   */
  public static final List<Key<?>> EPISODE_KEYS =
      List.of(
          QueryRules.MEASURE,
          GROUP_BY,
          QueryRules.TOP,
          QueryRules.DIRECTION,
          QueryRules.FILTERS,
          QueryRules.INCLUDE_NULL_MOVERS,
          ANOMALY_STEP,
          ANOMALY_HISTORY,
          FALSE_ALARMS,
          QueryRules.UNIT,
          QueryRules.SOURCE);

  /** Every key of a question for anomalies, in the order to document them. */
  public static final List<Key<?>> ANOMALY_KEYS =
      Stream.concat(Stream.of(VIEW), EPISODE_KEYS.stream()).toList();

  /** Every key of a question for a forecast, in the order to document them. */
  public static final List<Key<?>> FORECAST_KEYS =
      List.of(
          QueryRules.MEASURE,
          GROUP_BY,
          QueryRules.TOP,
          QueryRules.DIRECTION,
          QueryRules.FILTERS,
          QueryRules.INCLUDE_NULL_MOVERS,
          FORECAST_STEP,
          FORECAST_HISTORY,
          TOTAL,
          QueryRules.UNIT,
          QueryRules.SOURCE);

  private static final Key<List<Dimension>> LEVELS =
      Key.choices(
          QueryRules.GROUP_BY.name(),
          Catalogue.ENSTORE.askable(),
          Dimension::id,
          List.of(Dimensions.STORAGE_GROUP, Dimensions.LIBRARY));
  private static final Key<ChangesQuery.Against> AGAINST =
      Key.choice(
          "against",
          List.of(ChangesQuery.Against.values()),
          ChangesQuery.Against::label,
          ChangesQuery.Against.BEFORE);

  /** Every key of a question for what a change is made of, in the order to document them. */
  public static final List<Key<?>> CHANGES_KEYS =
      List.of(
          QueryRules.MEASURE,
          LEVELS,
          AGAINST,
          QueryRules.DIRECTION,
          QueryRules.FILTERS,
          QueryRules.INCLUDE_NULL_MOVERS,
          QueryRules.SOURCE);

  private static final Key<RiskQuery.View> RISK_VIEW =
      Key.choice(
          "view", List.of(RiskQuery.View.values()), RiskQuery.View::label, RiskQuery.View.RANKING);
  private static final Key<Duration> HALF_LIFE =
      Key.duration("halfLife", Duration.ofDays(1), Duration.ofDays(60), Duration.ofDays(7));
  private static final Key<Map<String, Filter>> RISK_FILTERS =
      QueryRules.filters(Transfers.DATASET.dimensions());

  /** Every key of a question for what is at risk, in the order to document them. */
  public static final List<Key<?>> RISK_KEYS = List.of(RISK_VIEW, RISK_FILTERS, HALF_LIFE);

  private static final Key<CapacityQuery.Stock> STOCK =
      Key.choice(
          "stock",
          List.of(CapacityQuery.Stock.values()),
          CapacityQuery.Stock::label,
          CapacityQuery.Stock.BLANKS);
  private static final Key<CapacityQuery.View> CAPACITY_VIEW =
      Key.choice(
          "view",
          List.of(CapacityQuery.View.values()),
          CapacityQuery.View::label,
          CapacityQuery.View.TABLE);
  private static final Key<Long> RESERVE =
      Key.number("reserve", 0, 1_000_000, "that have to be left", 0);
  private static final Key<Duration> LEAD_TIME =
      Key.duration("leadTime", Duration.ZERO, Duration.ofDays(730), Duration.ofDays(60));
  private static final Key<Duration> CAPACITY_HISTORY =
      Key.duration("history", Duration.ofDays(28), LONGEST_HISTORY, Duration.ofDays(366));

  /** Every key of a question for when stocks run out, in the order to document them. */
  public static final List<Key<?>> CAPACITY_KEYS =
      List.of(STOCK, CAPACITY_VIEW, QueryRules.FILTERS, RESERVE, LEAD_TIME, CAPACITY_HISTORY);

  private OutlookRules() {}

  /**
   * What {@code keys} ask of when stocks run out. Takes what belongs to it and finishes the
   * reading.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every complaint
   */
  public static CapacityQuery capacity(KeyReader keys) {
    CapacityQuery query =
        new CapacityQuery(
            keys.take(STOCK),
            QueryRules.byDimension(keys.take(QueryRules.FILTERS)),
            keys.take(RESERVE),
            keys.take(LEAD_TIME),
            keys.take(CAPACITY_HISTORY),
            keys.take(CAPACITY_VIEW));
    query.contradictions().forEach(keys::complain);
    QueryRules.refuse(keys.complaints());
    return query;
  }

  /**
   * What {@code keys} ask of what is at risk. Takes what belongs to it and finishes the reading.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every complaint
   */
  public static RiskQuery risk(KeyReader keys, Optional<TimeRange> range) {
    RiskQuery.View view = keys.take(RISK_VIEW);
    Map<Dimension, Filter> filters = QueryRules.byDimension(keys.take(RISK_FILTERS));
    Duration halfLife = keys.take(HALF_LIFE);
    QueryRules.refuse(keys.complaints());
    return new RiskQuery(range.orElseThrow(), filters, halfLife, view);
  }

  /** The names of the groups that a change is split into where none are given. */
  public static List<String> levels() {
    return LEVELS.fallback().stream().map(Dimension::id).toList();
  }

  /**
   * The parts of a change that {@code keys} ask for. Takes what belongs to it and finishes the
   * reading.
   *
   * @param keys with the {@link #levels} where none are given
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every complaint
   */
  public static ChangesQuery changes(KeyReader keys, QueryRules.Window window) {
    ChangesQuery.Against against = keys.take(AGAINST);
    ChangesQuery query = new ChangesQuery(QueryRules.finish(keys, window), against);
    QueryRules.refuse(query.contradictions());
    return query;
  }

  private static Optional<Duration> history(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Durations.parse(text)
            .filter(
                history ->
                    history.compareTo(SHORTEST_HISTORY) >= 0
                        && history.compareTo(LONGEST_HISTORY) <= 0)
            .orElseThrow(IllegalArgumentException::new));
  }

  /**
   * The anomalies that {@code keys} ask for. Takes what belongs to it and finishes the reading.
   *
   * @param keys with an empty list of groups where none is given
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every complaint
   */
  public static AnomalyQuery anomalies(KeyReader keys, QueryRules.Window window) {
    AnomalyQuery.View view = keys.take(VIEW);
    Step step = keys.take(ANOMALY_STEP);
    Optional<Duration> history = keys.take(ANOMALY_HISTORY);
    double falseAlarms = keys.take(FALSE_ALARMS);
    return new AnomalyQuery(QueryRules.finish(keys, window), step, history, falseAlarms, view);
  }

  /**
   * The forecast that {@code keys} ask for. Takes what belongs to it and finishes the reading.
   *
   * @param keys with an empty list of groups where none is given
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every complaint
   */
  public static ForecastQuery forecast(KeyReader keys, QueryRules.Window window) {
    Step step = keys.take(FORECAST_STEP);
    Duration history = keys.take(FORECAST_HISTORY);
    ForecastQuery.Total total = keys.take(TOTAL);
    ForecastQuery query = new ForecastQuery(QueryRules.finish(keys, window), step, history, total);
    QueryRules.refuse(query.contradictions());
    return query;
  }
}
