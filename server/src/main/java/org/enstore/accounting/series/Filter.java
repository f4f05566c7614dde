package org.enstore.accounting.series;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Optional;

/**
 * What one dimension's values are held to. An empty {@code include} admits every value; patterns
 * are RE2 and may match anywhere in the value.
 */
public record Filter(
    List<String> include, List<String> exclude, Optional<String> match, Optional<String> noMatch) {
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
   * Compiles a pattern of this filter.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} that names {@code field}
   */
  public static Pattern compile(String field, String pattern) {
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new QueryFailure(
          FailureKind.BAD_QUERY,
          field + ": not a regular expression in RE2 syntax: " + e.getMessage() + ".",
          e);
    }
  }
}
