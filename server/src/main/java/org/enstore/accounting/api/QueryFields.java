package org.enstore.accounting.api;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.v1.ListDimensionValuesRequest;
import org.enstore.accounting.proto.v1.ListReconciliationRequest;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.NamesQuery;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.enstore.accounting.series.ReconciliationQuery;

/**
 * Reads the query message. Each field is handed to {@link QueryRules} under the name and with the
 * word that a panel's query has for it, so that both are held to the same rules.
 */
final class QueryFields {
  /** Fields that stand for what Grafana says beside a query. */
  static final Set<String> BESIDE = Set.of("start_time", "end_time", "max_points", "min_step");

  /** Words of the query model that are not their enum value's name in lower camel case. */
  private static final Map<String, String> OTHER_WORDS = Map.of("UNIT_MIB", "MiB", "UNIT_MB", "MB");

  private static final Key<Dimension> DIMENSION =
      Key.choice("dimension", Catalogue.ENSTORE.askable(), Dimension::id, Dimensions.MOVER);

  private static final int DEFAULT_MAX_POINTS = 100;
  private static final int LARGEST_MAX_POINTS = 1_000_000;
  private static final Duration DEFAULT_MIN_STEP = Duration.ofSeconds(1);

  // The range of google.protobuf.Timestamp: the years 1 to 9999.
  private static final long FIRST_SECOND = -62_135_596_800L;
  private static final long LAST_SECOND = 253_402_300_799L;

  private QueryFields() {}

  /**
   * The question that {@code asked} asks.
   *
   * @throws QueryFailure with a complaint for each wrong field
   */
  static org.enstore.accounting.series.SeriesQuery read(SeriesQuery asked) {
    KeyReader keys = new KeyReader("", values(asked), QueryRules.KEYS);
    return QueryRules.finish(
        keys, new QueryRules.Window(range(asked, keys), minStep(asked, keys), points(asked, keys)));
  }

  /**
   * The question that {@code asked} asks from its start on without an end.
   *
   * @param now when it is asked
   * @throws QueryFailure with a complaint for each wrong field
   */
  static org.enstore.accounting.series.SeriesQuery readOpen(SeriesQuery asked, Instant now) {
    KeyReader keys = new KeyReader("", values(asked), QueryRules.KEYS);
    if (asked.hasEndTime()) {
      keys.complain(
          "endTime", "\"endTime\" must be left out: a watch goes on until the call ends.");
    }
    if (asked.getCompareValue() > SeriesQuery.Compare.COMPARE_NONE_VALUE) {
      keys.complain(
          "compare", "\"compare\" must be left out: the period before a watch would grow with it.");
    }
    Optional<Instant> from = instant("startTime", asked.hasStartTime(), asked.getStartTime(), keys);
    Optional<TimeRange> range =
        from.flatMap(start -> QueryRules.range(start, now.plusSeconds(1), "startTime", keys));
    return QueryRules.finish(
        keys, new QueryRules.Window(range, minStep(asked, keys), points(asked, keys)));
  }

  /**
   * Which values {@code asked} asks to list.
   *
   * @param lookBack as it was read
   * @param match as it was read
   * @throws QueryFailure with a complaint for each wrong field
   */
  static NamesQuery read(
      ListDimensionValuesRequest asked, Optional<Duration> lookBack, Optional<String> match) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(DIMENSION.name(), asked.getDimension());
    values.put(QueryRules.DATASET.name(), asked.getDataset());
    values.put(QueryRules.FILTERS.name(), filters(asked.getFiltersMap()));
    KeyReader keys =
        new KeyReader("", values, List.of(DIMENSION, QueryRules.DATASET, QueryRules.FILTERS));
    Dimension dimension = keys.take(DIMENSION);
    NamesQuery query =
        QueryRules.names(
            keys, dimension, lookBack, match, Set.of(MoverClass.TAPE, MoverClass.DISK));
    QueryRules.refuse(keys.complaints());
    return query;
  }

  /**
   * Conditions by dimension.
   *
   * @param dimensions those that there may be conditions on
   * @throws QueryFailure with a complaint for each wrong field
   */
  static Map<Dimension, Filter> filters(
      Map<String, SeriesQuery.Filter> asked, List<Dimension> dimensions) {
    Key<Map<String, Filter>> key = QueryRules.filters(dimensions);
    KeyReader keys = new KeyReader("", Map.of(key.name(), filters(asked)), List.of(key));
    Map<Dimension, Filter> filters = QueryRules.byDimension(keys.take(key));
    QueryRules.refuse(keys.complaints());
    return filters;
  }

  private static Map<String, Object> filters(Map<String, SeriesQuery.Filter> asked) {
    Map<String, Object> filters = new LinkedHashMap<>();
    asked.forEach((dimension, filter) -> filters.put(dimension, values(filter)));
    return filters;
  }

  /** Conditions on the mover, which this request has in a field of its own. */
  private static Map<Dimension, Filter> mover(
      ListReconciliationRequest asked, List<Complaint> complaints) {
    try {
      return filters(Map.of(Dimensions.MOVER.id(), asked.getMover()), List.of(Dimensions.MOVER));
    } catch (QueryFailure e) {
      e.complaints()
          .forEach(
              complaint ->
                  complaints.add(
                      new Complaint(
                          complaint.field().replaceFirst("^filters\\.", ""),
                          complaint.sentence())));
      return Map.of();
    }
  }

  /**
   * Which days and movers {@code asked} asks to compare.
   *
   * @throws QueryFailure with a complaint for each wrong field
   */
  static ReconciliationQuery read(ListReconciliationRequest asked) {
    KeyReader keys = new KeyReader("", Map.of(), List.of());
    Optional<TimeRange> range =
        range(
            instant("startTime", asked.hasStartTime(), asked.getStartTime(), keys),
            instant("endTime", asked.hasEndTime(), asked.getEndTime(), keys),
            keys);
    List<Complaint> complaints = new ArrayList<>(keys.complaints());
    Map<Dimension, Filter> filters = mover(asked, complaints);
    QueryRules.refuse(complaints);
    return new ReconciliationQuery(
        range.orElseThrow(), filters, !asked.getIncludeEqual(), !asked.getExcludeNullMovers());
  }

  private static Optional<TimeRange> range(SeriesQuery asked, KeyReader keys) {
    return range(
        instant("startTime", asked.hasStartTime(), asked.getStartTime(), keys),
        instant("endTime", asked.hasEndTime(), asked.getEndTime(), keys),
        keys);
  }

  private static Optional<TimeRange> range(
      Optional<Instant> from, Optional<Instant> to, KeyReader keys) {
    return from.isPresent() && to.isPresent()
        ? QueryRules.range(from.get(), to.get(), "endTime", keys)
        : Optional.empty();
  }

  private static Optional<Instant> instant(
      String field, boolean there, Timestamp value, KeyReader keys) {
    if (!there) {
      keys.complain(field, "\"" + field + "\" is missing; it must be an instant.");
      return Optional.empty();
    }
    if (value.getSeconds() < FIRST_SECOND
        || value.getSeconds() > LAST_SECOND
        || value.getNanos() < 0
        || value.getNanos() > 999_999_999) {
      keys.complain(
          field,
          "\""
              + field
              + "\" is no instant; it must lie in the years 1 to 9999, with 0 to 999,999,999"
              + " nanoseconds.");
      return Optional.empty();
    }
    return Optional.of(Instant.ofEpochSecond(value.getSeconds(), value.getNanos()));
  }

  private static Duration minStep(SeriesQuery asked, KeyReader keys) {
    if (!asked.hasMinStep()) {
      return DEFAULT_MIN_STEP;
    }
    long seconds = asked.getMinStep().getSeconds();
    int nanos = asked.getMinStep().getNanos();
    boolean positive = seconds > 0 || (seconds == 0 && nanos > 0);
    if (!positive || seconds > LAST_SECOND || nanos < 0 || nanos > 999_999_999) {
      keys.complain("minStep", "\"minStep\" must be a positive length of time.");
      return DEFAULT_MIN_STEP;
    }
    return Duration.ofSeconds(seconds, nanos);
  }

  private static int points(SeriesQuery asked, KeyReader keys) {
    if (!asked.hasMaxPoints()) {
      return DEFAULT_MAX_POINTS;
    }
    if (asked.getMaxPoints() < 1 || asked.getMaxPoints() > LARGEST_MAX_POINTS) {
      keys.complain(
          "maxPoints",
          "\"maxPoints\" is "
              + asked.getMaxPoints()
              + "; it must be from 1 to "
              + LARGEST_MAX_POINTS
              + ".");
    }
    return asked.getMaxPoints();
  }

  private static Map<String, Object> values(Message message) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      boolean beside =
          field.getContainingType().equals(SeriesQuery.getDescriptor())
              && BESIDE.contains(field.getName());
      if (!beside) {
        values.put(
            field.getJsonName(),
            field.isMapField() ? members(entry.getValue()) : value(entry.getValue()));
      }
    }
    return values;
  }

  private static Object value(Object value) {
    if (value instanceof List<?> list) {
      List<Object> values = new ArrayList<>();
      list.forEach(each -> values.add(value(each)));
      return values;
    }
    if (value instanceof EnumValueDescriptor chosen) {
      return word(chosen);
    }
    if (value instanceof SeriesQuery.GroupBy groupBy) {
      return List.copyOf(groupBy.getDimensionsList());
    }
    return value instanceof Message message ? values(message) : value;
  }

  /** A map field, which protobuf's reflection has as a list of entries. */
  private static Map<String, Object> members(Object entries) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (Object entry : (List<?>) entries) {
      MapEntry<?, ?> member = (MapEntry<?, ?>) entry;
      members.put(String.valueOf(member.getKey()), value(member.getValue()));
    }
    return members;
  }

  /** The query model's word for an enum value; its number when this program does not know it. */
  static String word(EnumValueDescriptor value) {
    if (value.getIndex() < 0) {
      return String.valueOf(value.getNumber());
    }
    String other = OTHER_WORDS.get(value.getName());
    if (other != null) {
      return other;
    }
    // The enum's own name comes first, as in GAPS_ZERO of Gaps.
    String name = value.getName().substring(prefixLength(value.getType().getName()));
    StringBuilder word = new StringBuilder();
    for (String part : name.split("_", -1)) {
      word.append(
          word.isEmpty()
              ? part.toLowerCase(Locale.ROOT)
              : part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT));
    }
    return word.toString();
  }

  /** The length of an enum's name in upper case with an underscore after each word. */
  private static int prefixLength(String name) {
    return name.length() + (int) name.chars().filter(Character::isUpperCase).count();
  }
}
