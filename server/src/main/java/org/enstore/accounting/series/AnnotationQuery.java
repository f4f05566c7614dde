package org.enstore.accounting.series;

import java.time.Duration;
import java.util.Map;
import org.enstore.accounting.measure.TimeRange;

/**
 * A question for the events that a graph is to be marked with.
 *
 * @param range what the asker looks at; events that touch it are told
 * @param filters by dimension; a missing dimension is not filtered
 * @param silence with {@link AnnotationEvent#MOVER_SILENT}: for how long a mover had no transfers
 */
public record AnnotationQuery(
    AnnotationEvent event, TimeRange range, Map<Dimension, Filter> filters, Duration silence) {
  public AnnotationQuery {
    filters = Map.copyOf(filters);
  }
}
