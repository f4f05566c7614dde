package org.enstore.accounting.series;

import java.time.Duration;
import java.util.List;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.Step;

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

  private OutlookRules() {}

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
