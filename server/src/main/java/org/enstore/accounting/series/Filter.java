package org.enstore.accounting.series;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What one dimension's values are held to. An empty {@code include} admits every value; patterns
 * are RE2 and may match anywhere in the value.
 */
public record Filter(
    List<String> include, List<String> exclude, Optional<String> match, Optional<String> noMatch) {
  /** Longer patterns are nobody's own words, and take long to be understood. */
  private static final int LONGEST_PATTERN = 10_000;

  public Filter {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /** A filter that admits exactly {@code values}, or everything when there are none. */
  public static Filter including(List<String> values) {
    return new Filter(values, List.of(), Optional.empty(), Optional.empty());
  }

  /** Whether every value passes. */
  public boolean isOpen() {
    return include.isEmpty() && exclude.isEmpty() && match.isEmpty() && noMatch.isEmpty();
  }

  /**
   * What a value must meet.
   *
   * @param field what the filter is called in sentences
   * @param spelling what is shown for a value that somebody has spelled otherwise
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} for an invalid pattern
   */
  Predicate<String> condition(String field, UnaryOperator<String> spelling) {
    Set<String> admitted = include.stream().map(spelling).collect(Collectors.toUnmodifiableSet());
    Set<String> refused = exclude.stream().map(spelling).collect(Collectors.toUnmodifiableSet());
    Predicate<String> condition =
        value -> (admitted.isEmpty() || admitted.contains(value)) && !refused.contains(value);
    if (match.isPresent()) {
      condition = condition.and(finds(field + ".match", match.get()));
    }
    if (noMatch.isPresent()) {
      condition = condition.and(finds(field + ".noMatch", noMatch.get()).negate());
    }
    return condition;
  }

  /**
   * Whether a value has a match of {@code pattern}; each is searched once, however often it comes.
   */
  private static Predicate<String> finds(String field, String pattern) {
    Pattern compiled = compile(field, pattern);
    Map<String, Boolean> known = new ConcurrentHashMap<>();
    return value -> known.computeIfAbsent(value, searched -> compiled.matcher(searched).find());
  }

  /**
   * Compiles a pattern of this filter.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} that names {@code field}
   */
  public static Pattern compile(String field, String pattern) {
    if (pattern.length() > LONGEST_PATTERN) {
      throw new QueryFailure(
          FailureKind.BAD_QUERY,
          "\"%s\" has %s characters; it must have at most %s."
              .formatted(field, pattern.length(), LONGEST_PATTERN));
    }
    PatternSize.problem(pattern)
        .ifPresent(
            problem -> {
              throw new QueryFailure(FailureKind.BAD_QUERY, "\"%s\" %s".formatted(field, problem));
            });
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new QueryFailure(
          FailureKind.BAD_QUERY,
          "\"%s\" is not a regular expression in RE2 syntax: %s.".formatted(field, e.getMessage()),
          e);
    }
  }
}
