package org.enstore.accounting.grafana;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * beside queries, but where the panel begins in place of a time range.
 *
 * @param start where the series begin, if that stays
 * @param width how far back from now they begin otherwise
 * @param around what Grafana would say beside the query
 * @param query the query itself
 */
record LiveQuestion(
    Optional<Instant> start, Duration width, DataQuery around, Map<String, ?> query) {
  private static final String QUERY = "query";
  private static final String TYPE = QuestionJson.QUERY_TYPE.name();
  private static final long LONGEST_MILLIS = Duration.ofDays(36_600).toMillis();
  private static final Key<Long> WIDTH =
      Key.number("width", 1, LONGEST_MILLIS, "milliseconds", Duration.ofHours(6).toMillis());
  private static final Key<Long> FROM =
      Key.number("from", 0, LONGEST_MILLIS, "milliseconds since 1970", 0);
  private static final Key<Long> MAX_DATA_POINTS =
      Key.number("maxDataPoints", 0, Integer.MAX_VALUE, "points", 0);
  private static final Key<Long> INTERVAL_MILLIS =
      Key.number("intervalMs", 0, LONGEST_MILLIS, "milliseconds", 0);
  private static final List<Key<?>> KEYS =
      List.of(Key.text(QUERY, ""), FROM, WIDTH, MAX_DATA_POINTS, INTERVAL_MILLIS);

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
    if (keys.has(FROM) && keys.has(WIDTH)) {
      keys.complain(WIDTH.name(), "\"from\" and \"width\" exclude each other.");
    }
    Optional<Long> from = keys.has(FROM) ? Optional.of(keys.take(FROM)) : Optional.empty();
    LiveQuestion question =
        new LiveQuestion(
            from.map(Instant::ofEpochMilli),
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
      // The panel has told of the keys that are left out here.
      return UnknownKeys.in(query, QuestionJson.KEYS).rest();
    }
    keys.complain(QUERY, "\"query\" must be a JSON object: the query of a panel.");
    return Map.of();
  }

  /**
   * The question as it is asked at {@code now}. An automatic step is that of a panel that begins
   * where it was asked to, though the range is up to a minute longer: buckets of two steps cannot
   * be merged.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every problem
   */
  Question.OfSeries at(Instant now) {
    Instant begin = start.orElseGet(() -> now.minus(width));
    TimeRange range =
        TimeRange.newBuilder()
            .setFromEpochMS(begin.truncatedTo(ChronoUnit.MINUTES).toEpochMilli())
            .setToEpochMS(Math.max(begin.toEpochMilli(), now.toEpochMilli()) + 1)
            .build();
    long length = Math.max(0, Duration.between(begin, now).toMillis());
    long even = -Math.floorDiv(-length, QuestionJson.maxPoints(around));
    return QuestionJson.series(
        around.toBuilder()
            .setTimeRange(range)
            .setIntervalMS(Math.max(around.getIntervalMS(), even))
            .setMaxDataPoints(Integer.MAX_VALUE)
            .build(),
        query);
  }
}
