package org.enstore.accounting.series;

import java.time.Instant;
import java.util.List;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.Step;

/**
 * The answer to a {@link SeriesQuery}: an immutable snapshot.
 *
 * @param query what was asked
 * @param step the bucket width that was used
 * @param table the series, in the query's unit
 * @param notices what the reader should know
 * @param executed what was read from where, for the query inspector
 * @param asOf the numbers are complete up to this instant, as far as can be told
 * @param cached whether every number came from the cache
 */
public record SeriesAnswer(
    SeriesQuery query,
    Step step,
    SeriesTable table,
    List<Notice> notices,
    String executed,
    Instant asOf,
    boolean cached) {
  public SeriesAnswer {
    notices = List.copyOf(notices);
  }
}
