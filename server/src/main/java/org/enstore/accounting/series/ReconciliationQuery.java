package org.enstore.accounting.series;

import java.util.Map;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.measure.TimeRange;

/**
 * A question for where the summary and the transfers tell different things.
 *
 * @param range every completed day that it touches is compared
 * @param filters by {@link Dimension#MOVER} alone, in the summary's spelling or in full
 * @param onlyDifferences whether days and movers that agree are left out
 * @param includeNullMovers whether movers that write to nothing are compared
 */
public record ReconciliationQuery(
    TimeRange range,
    Map<Dimension, Filter> filters,
    boolean onlyDifferences,
    boolean includeNullMovers) {
  public ReconciliationQuery {
    filters = Map.copyOf(filters);
  }
}
