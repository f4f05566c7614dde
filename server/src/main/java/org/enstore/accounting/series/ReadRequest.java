package org.enstore.accounting.series;

import java.time.LocalDate;

/**
 * One read of a table: the site-local days {@code [from, to)}, added up to cells of {@code grain}
 * and {@code shape}. The summary has {@link Grain#DAY}, the dimensions {@link Dimension#MOVER} and
 * {@link Quantity#BYTES} alone.
 */
public record ReadRequest(
    SourceTable table, Grain grain, Shape shape, LocalDate from, LocalDate to) {
  public ReadRequest {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("from " + from + " is not before to " + to);
    }
  }
}
