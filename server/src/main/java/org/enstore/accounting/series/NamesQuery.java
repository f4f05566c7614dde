package org.enstore.accounting.series;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.MoverClass;

/**
 * A question for the values of one dimension, as variables and editors ask it.
 *
 * @param dataset whose facts must have them
 * @param lookBack how far back a value must have been seen; empty for the data source's default
 * @param match an RE2 pattern that the value must contain a match of
 * @param classes with the movers of transfers: the classes to list
 * @param filters by other dimensions: only values are listed that were seen in one fact with what
 *     these admit
 */
public record NamesQuery(
    Dataset dataset,
    Dimension dimension,
    Optional<Duration> lookBack,
    Optional<String> match,
    Set<MoverClass> classes,
    Map<Dimension, Filter> filters) {
  public NamesQuery {
    classes = Set.copyOf(classes);
    filters = Map.copyOf(filters);
  }

  /** Whether movers of transfers are asked for, which the summary knows too. */
  boolean isOfMovers() {
    return dataset == Transfers.DATASET && dimension.equals(Dimensions.MOVER);
  }
}
