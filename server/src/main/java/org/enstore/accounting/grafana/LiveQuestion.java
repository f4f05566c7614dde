package org.enstore.accounting.grafana;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.jspecify.annotations.Nullable;

/**
 * What a live channel shows: series over the time up to now. Its text is what the front end
 * attaches to the channel: the query as a panel would ask it, and beside it what Grafana says
 * beside queries, but how far back the panel looks in place of a time range.
 *
 * @param width how far back from now the series begin; they do so with a whole minute
 * @param around what Grafana would say beside the query
 * @param query the query itself
 */
record LiveQuestion(Duration width, DataQuery around, Map<String, ?> query) {
  private static final String QUERY = "query";
  private static final String TYPE = QuestionJson.QUERY_TYPE.name();
  private static final long LONGEST_MILLIS = Duration.ofDays(36_600).toMillis();
  private static final Key<Long> WIDTH =
      Key.number("width", 1, LONGEST_MILLIS, "milliseconds", Duration.ofHours(6).toMillis());
  private static final Key<Long> MAX_DATA_POINTS =
      Key.number("maxDataPoints", 0, Integer.MAX_VALUE, "points", 0);
  private static final Key<Long> INTERVAL_MILLIS =
      Key.number("intervalMs", 0, LONGEST_MILLIS, "milliseconds", 0);
  private static final List<Key<?>> KEYS =
      List.of(Key.text(QUERY, ""), WIDTH, MAX_DATA_POINTS, INTERVAL_MILLIS);

  /**
   * Reads {@code data}.
   *
   * @param now the time to try the question at: what is wrong with it then is wrong at any time
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every problem
   */
  static LiveQuestion read(ByteString data, Instant now) {
    Map<String, @Nullable Object> object;
    try {
      object = Json.object(data);
    } catch (IllegalArgumentException e) {
      throw new QueryFailure(FailureKind.BAD_QUERY, "The channel's data " + e.getMessage(), e);
    }
    KeyReader keys = new KeyReader("", object, KEYS);
    keys.drop(QUERY::equals);
    LiveQuestion question =
        new LiveQuestion(
            Duration.ofMillis(keys.take(WIDTH)),
            DataQuery.newBuilder()
                .setMaxDataPoints(keys.take(MAX_DATA_POINTS))
                .setIntervalMS(keys.take(INTERVAL_MILLIS))
                .build(),
            query(object.get(QUERY), keys));
    QueryRules.refuse(keys.complaints());
    question.at(now);
    return question;
  }

  private static Map<String, ?> query(@Nullable Object value, KeyReader keys) {
    if (value instanceof Map<?, ?> map) {
      @SuppressWarnings("unchecked") // Json makes no other maps.
      Map<String, Object> query = (Map<String, Object>) map;
      if (!List.of("", "series").contains(query.getOrDefault(TYPE, ""))) {
        keys.complain(
            QUERY + "." + TYPE,
            "\"query.queryType\" must be \"series\": no other query can be live.");
      }
      return query;
    }
    keys.complain(QUERY, "\"query\" must be a JSON object: the query of a panel.");
    return Map.of();
  }

  /**
   * The question as it is asked at {@code now}.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every problem
   */
  Question.OfSeries at(Instant now) {
    TimeRange range =
        TimeRange.newBuilder()
            .setFromEpochMS(now.minus(width).truncatedTo(ChronoUnit.MINUTES).toEpochMilli())
            .setToEpochMS(now.toEpochMilli() + 1)
            .build();
    return QuestionJson.series(around.toBuilder().setTimeRange(range).build(), query);
  }
}
