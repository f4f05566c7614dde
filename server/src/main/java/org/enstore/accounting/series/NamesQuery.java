package org.enstore.accounting.series;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.measure.MoverClass;

/**
 * A question for the values of one dimension, as variables and editors ask it.
 *
 * @param lookBack how far back a value must have been seen; empty for the data source's default
 * @param match an RE2 pattern that the value must contain a match of
 * @param classes with {@link Dimension#MOVER}: the classes to list
 */
public record NamesQuery(
    Dimension dimension,
    Optional<Duration> lookBack,
    Optional<String> match,
    Set<MoverClass> classes) {
  public NamesQuery {
    classes = Set.copyOf(classes);
  }
}
