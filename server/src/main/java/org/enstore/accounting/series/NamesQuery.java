package org.enstore.accounting.series;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.measure.MoverClass;

/**
 * A question for the values of one dimension, as variables and editors ask it.
 *
 * @param lookBack how far back a value must have been seen; empty for the data source's default
 * @param match an RE2 pattern that the value must contain a match of
 * @param classes with {@link Dimension#MOVER}: the classes to list
 * @param filters by other dimensions: only values are listed that were seen in one transfer with
 *     what these admit
 */
public record NamesQuery(
    Dimension dimension,
    Optional<Duration> lookBack,
    Optional<String> match,
    Set<MoverClass> classes,
    Map<Dimension, Filter> filters) {
  /** The dimensions that {@link #filters} may name. */
  public static final List<Dimension> FILTERABLE =
      List.of(
          Dimensions.STORAGE_GROUP,
          Dimensions.LIBRARY,
          Dimensions.DRIVE_TYPE,
          Dimensions.MEDIA_CHANGER);

  public NamesQuery {
    classes = Set.copyOf(classes);
    filters = Map.copyOf(filters);
  }
}
