package org.enstore.accounting.series;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.measure.TimeRange;

/**
 * A question for the events that a graph is to be marked with.
 *
 * @param range what the asker looks at; events that touch it are told
 * @param filters by dimension; a missing dimension is not filtered. Replication has no dimensions.
 * @param silence with {@link AnnotationEvent#MOVER_SILENT}: for how long a mover had no transfers
 * @param lag with {@link AnnotationEvent#REPLICATION_LAG}: how far a standby must have been behind;
 *     empty for the data source's own warning threshold
 */
public record AnnotationQuery(
    AnnotationEvent event,
    TimeRange range,
    Map<Dimension, Filter> filters,
    Duration silence,
    Optional<Duration> lag) {
  public AnnotationQuery {
    filters = Map.copyOf(filters);
  }
}
