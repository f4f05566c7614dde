package org.enstore.accounting.series;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dataset.Excluded;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Naming;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a question, made ready to be compared with keys. What its dataset leaves out
 * passes only when it is asked for. Thread-safe.
 */
final class Sieve {
  private final Dataset dataset;
  private final Naming naming;
  private final Optional<Excluded> excluded;
  private final Set<String> namesAskedFor;
  private final Map<Dimension, Predicate<String>> conditions = new HashMap<>();

  /**
   * @param includeExcluded whether what the dataset leaves out counts as well
   * @param naming how keys become what is filtered by and shown
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} for an invalid pattern
   */
  Sieve(Dataset dataset, Map<Dimension, Filter> filters, boolean includeExcluded, Naming naming) {
    this.dataset = dataset;
    this.naming = naming;
    filters.forEach((dimension, filter) -> conditions.put(dimension, condition(dimension, filter)));
    Dimension subject = dataset.defaults().subject();
    this.namesAskedFor =
        spelled(subject, filters.getOrDefault(subject, Filter.including(List.of())).include());
    this.excluded =
        dataset
            .defaults()
            .excluded()
            .filter(out -> !includeExcluded && !isAskedFor(out, filters.get(out.dimension())));
  }

  private static boolean isAskedFor(Excluded out, @Nullable Filter filter) {
    return filter != null && filter.include().contains(out.value());
  }

  /** What keys must tell apart to be sieved, and {@code more} as well. */
  List<Dimension> dimensions(Dimension... more) {
    Set<Dimension> dimensions = new TreeSet<>(conditions.keySet());
    dimensions.add(dataset.defaults().subject());
    dataset.defaults().excluded().ifPresent(out -> dimensions.add(out.dimension()));
    dimensions.addAll(List.of(more));
    return List.copyOf(dimensions);
  }

  /** The subjects that the filters ask for by name, as they are shown; none when all may pass. */
  Set<String> namesAskedFor() {
    return namesAskedFor;
  }

  /** Whether the rows of {@code key} pass. */
  boolean admits(GroupKey key, Shape shape) {
    return counts(key, shape)
        && conditions.keySet().stream().allMatch(dimension -> admits(dimension, key, shape));
  }

  /** Whether {@code dimension} of the rows of {@code key} is what is asked for. */
  boolean admits(Dimension dimension, GroupKey key, Shape shape) {
    Predicate<String> condition = conditions.get(dimension);
    return condition == null || condition.test(shown(dimension, key, shape));
  }

  /** Whether the rows of {@code key} are none of those left out, or those are asked for. */
  boolean counts(GroupKey key, Shape shape) {
    return excluded
        .map(out -> !shown(out.dimension(), key, shape).equals(out.value()))
        .orElse(true);
  }

  /** What is shown for {@code dimension} of {@code key}. */
  String shown(Dimension dimension, GroupKey key, Shape shape) {
    return naming.shown(dimension, each -> shape.value(each, key));
  }

  private Predicate<String> condition(Dimension dimension, Filter filter) {
    return filter.condition(
        "filters." + dimension.id(), value -> naming.normalised(dimension, value));
  }

  private Set<String> spelled(Dimension dimension, List<String> values) {
    return values.stream()
        .map(value -> naming.normalised(dimension, value))
        .collect(Collectors.toUnmodifiableSet());
  }
}
