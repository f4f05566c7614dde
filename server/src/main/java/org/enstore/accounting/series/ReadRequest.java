package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * One read of a table: the site-local days {@code [from, to)}, added up to cells of {@code grain}
 * and {@code shape}. The summary has {@link Grain#DAY}, the dimensions {@link Dimension#MOVER} and
 * {@link Quantity#BYTES} alone.
 *
 * @param since only cells that begin at this instant or later, for cells shorter than a day; the
 *     start of a cell of the day {@code from}. A transfer is in exactly one of the cells before and
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
