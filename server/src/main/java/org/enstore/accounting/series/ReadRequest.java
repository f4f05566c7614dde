package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import org.enstore.accounting.catalog.SourceTable;

/**
 * One read of a table: the site-local days {@code [from, to)}, added up to cells of {@code grain}
 * and {@code shape}. A rollup has {@link Grain#DAY} and its own dimensions and quantities alone.
 *
 * @param since only cells that begin at this instant or later, for cells shorter than a day; the
 *     start of a cell of the day {@code from}. A fact is in exactly one of the cells before and
 *     those since, whatever the site's clock does meanwhile.
 */
public record ReadRequest(
    SourceTable table,
    Grain grain,
    Shape shape,
    LocalDate from,
    LocalDate to,
    Optional<Instant> since) {
  public ReadRequest {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("from " + from + " is not before to " + to);
    }
    if (since.isPresent() && grain == Grain.DAY) {
      throw new IllegalArgumentException("a day cannot be read from " + since.get() + " on");
    }
  }

  /** A read of whole days. */
  public ReadRequest(SourceTable table, Grain grain, Shape shape, LocalDate from, LocalDate to) {
    this(table, grain, shape, from, to, Optional.empty());
  }
}
