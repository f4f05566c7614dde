package org.enstore.accounting.grafana;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.AnnotationEvent;
import org.enstore.accounting.series.AnnotationQuery;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.OutlookRules;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;

/** Reads queries for the events that a graph is to be marked with. */
final class AnnotationJson {
  private static final Key<Long> VERSION =
      Key.number("version", 1, QuestionJson.VERSION, "version of the query model", 1);
  private static final Key<AnnotationEvent> EVENT =
      Key.choice(
          "event",
          List.of(AnnotationEvent.values()),
          AnnotationEvent::label,
          AnnotationEvent.MOVER_SILENT);
  private static final Key<Map<String, Filter>> FILTERS =
      QueryRules.filters(Transfers.DATASET.dimensions());
  private static final Key<Duration> SILENCE =
      Key.duration("silence", Duration.ofHours(1), Duration.ofDays(90), Duration.ofDays(1));

  private static final Duration SHORTEST_LAG = Duration.ofSeconds(1);
  private static final Duration LONGEST_LAG = Duration.ofDays(7);
  private static final Key<Optional<Duration>> LAG =
      Key.text(
          "lag",
          Optional.empty(),
          "",
          "a duration from 1s to 7d, or empty for the data source's lagWarning",
          AnnotationJson::lag);

  /** Keys that the event {@link AnnotationEvent#ANOMALY} alone has. */
  private static final List<Key<?>> OF_ANOMALIES =
      OutlookRules.EPISODE_KEYS.stream().filter(key -> !key.name().equals(FILTERS.name())).toList();

  /** Every key of the query, in the order to document them. */
  static final List<Key<?>> KEYS =
      Stream.concat(
              Stream.of(VERSION, QuestionJson.QUERY_TYPE, EVENT, FILTERS, SILENCE, LAG),
              OF_ANOMALIES.stream())
          .toList();

  private AnnotationJson() {}

  /**
   * Reads the object of a query.
   *
   * @throws QueryFailure with every problem
   */
  static Question read(DataQuery query, Map<String, ?> object) {
    KeyReader keys = OutlookJson.reader(object, KEYS);
    AnnotationEvent event = keys.take(EVENT);
    if (event == AnnotationEvent.ANOMALY) {
      keys.drop(name -> name.equals(SILENCE.name()) || name.equals(LAG.name()));
      return new Question.OfEpisodes(
          OutlookRules.anomalies(keys, QuestionJson.window(query, keys)));
    }
    keys.drop(name -> OF_ANOMALIES.stream().anyMatch(key -> key.name().equals(name)));
    Map<Dimension, Filter> filters = QueryRules.byDimension(keys.take(FILTERS));
    Duration silence = keys.take(SILENCE);
    Optional<Duration> lag = keys.take(LAG);
    Optional<TimeRange> range = QuestionJson.range(query, keys);
    QueryRules.refuse(keys.complaints());
    return new Question.OfAnnotations(
        new AnnotationQuery(event, range.orElseThrow(), filters, silence, lag));
  }

  private static Optional<Duration> lag(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Durations.parse(text)
            .filter(lag -> lag.compareTo(SHORTEST_LAG) >= 0 && lag.compareTo(LONGEST_LAG) <= 0)
            .orElseThrow(IllegalArgumentException::new));
  }
}
