package org.enstore.accounting.series;

import com.google.re2j.Pattern;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.enstore.accounting.measure.MoverClass;

/**
 * The filters of a question, made ready to be held against keys. Null movers pass only when they
 * are asked for. Thread-safe.
 */
final class Sieve {
  private final MoverRule rule;
  private final boolean countNullMovers;
  private final Set<String> moversAskedFor;
  private final Map<Dimension, Predicate<String>> conditions = new EnumMap<>(Dimension.class);

  /**
   * @param rule how movers are named and classed
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} for a pattern that is none
   */
  Sieve(Map<Dimension, Filter> filters, boolean includeNullMovers, MoverRule rule) {
    this.rule = rule;
    filters.forEach((dimension, filter) -> conditions.put(dimension, condition(dimension, filter)));
    this.moversAskedFor =
        spelled(
            Dimension.MOVER,
            filters.getOrDefault(Dimension.MOVER, Filter.including(List.of())).include());
    this.countNullMovers =
        includeNullMovers
            || Optional.ofNullable(filters.get(Dimension.MOVER_CLASS))
                .map(filter -> filter.include().contains(MoverClass.NULL.label()))
                .orElse(false);
  }

  /** What keys must tell apart to be sieved, and {@code more} as well. */
  List<Dimension> dimensions(Dimension... more) {
    Set<Dimension> dimensions = EnumSet.of(Dimension.MOVER, Dimension.MOVER_CLASS);
    dimensions.addAll(conditions.keySet());
    dimensions.addAll(List.of(more));
    return List.copyOf(dimensions);
  }

  /** The movers that the filters ask for by name, as they are shown; none when all may pass. */
  Set<String> moversAskedFor() {
    return moversAskedFor;
  }

  /** Whether the rows of {@code key} pass. */
  boolean admits(GroupKey key, Shape shape) {
    return admitsClass(key, shape)
        && conditions.entrySet().stream()
            .allMatch(
                condition -> condition.getValue().test(shown(condition.getKey(), key, shape)));
  }

  /** Whether the mover of {@code key} is none of the null movers, or those are asked for. */
  boolean admitsClass(GroupKey key, Shape shape) {
    return countNullMovers || !moverClass(key, shape).equals(MoverClass.NULL.label());
  }

  /** What is shown for {@code dimension} of {@code key}. */
  String shown(Dimension dimension, GroupKey key, Shape shape) {
    return switch (dimension) {
      case MOVER -> mover(key, shape);
      case MOVER_CLASS -> moverClass(key, shape);
      case STORAGE_GROUP, LIBRARY, DRIVE_TYPE, MEDIA_CHANGER, DRIVE_SERIAL, DRIVE_RATE_BIN ->
          value(dimension, key, shape);
    };
  }

  /** The name shown for the mover of {@code key}. */
  String mover(GroupKey key, Shape shape) {
    return rule.shown(value(Dimension.MOVER, key, shape));
  }

  /** The word for the class of the mover of {@code key}. */
  String moverClass(GroupKey key, Shape shape) {
    return rule.shownClass(
        value(Dimension.MOVER, key, shape), value(Dimension.MOVER_CLASS, key, shape));
  }

  /** The value of {@code dimension}; empty where the table does not have it. */
  static String value(Dimension dimension, GroupKey key, Shape shape) {
    int place = shape.indexOf(dimension);
    return place < 0 ? "" : key.values().get(place);
  }

  private Predicate<String> condition(Dimension dimension, Filter filter) {
    String field = "filters." + dimension.label();
    Set<String> include = spelled(dimension, filter.include());
    Set<String> exclude = spelled(dimension, filter.exclude());
    Predicate<String> condition =
        value -> (include.isEmpty() || include.contains(value)) && !exclude.contains(value);
    if (filter.match().isPresent()) {
      condition = condition.and(finds(field + ".match", filter.match().get()));
    }
    if (filter.noMatch().isPresent()) {
      condition = condition.and(finds(field + ".noMatch", filter.noMatch().get()).negate());
    }
    return condition;
  }

  /**
   * Whether a value has a match of {@code pattern}; each is searched once, however many its keys.
   */
  private static Predicate<String> finds(String field, String pattern) {
    Pattern compiled = Filter.compile(field, pattern);
    Map<String, Boolean> known = new ConcurrentHashMap<>();
    return value -> known.computeIfAbsent(value, searched -> compiled.matcher(searched).find());
  }

  private Set<String> spelled(Dimension dimension, List<String> values) {
    return values.stream()
        .map(value -> dimension == Dimension.MOVER ? rule.shown(value) : value)
        .collect(Collectors.toUnmodifiableSet());
  }
}
