package org.enstore.accounting.catalog;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A table that answers a part of a dataset's questions by whole local days, up to some day.
 *
 * @param noun what it is called in a sentence
 * @param keys the dimensions that its rows have
 * @param quantities what its rows add up
 * @param dimensions what it can tell apart, those included that it only derives
 */
public record Rollup(
    SourceTable table,
    String noun,
    List<Dimension> keys,
    List<Quantity> quantities,
    Set<Dimension> dimensions) {
  public Rollup {
    keys = List.copyOf(keys);
    quantities = List.copyOf(quantities);
    dimensions = Set.copyOf(dimensions);
  }

  /** Whether it has what {@code measure} is made of. */
  public boolean has(Measure measure) {
    return !measure.isQuantile() && quantities.containsAll(measure.formula().quantities());
  }

  /** Whether it can tell {@code wanted} apart. */
  public boolean tellsApart(Collection<Dimension> wanted) {
    return dimensions.containsAll(wanted);
  }
}
