package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * What one look told of a table.
 *
 * @param newest when its newest fact was, future-dated ones left out; empty when there is none, and
 *     for rollups
 * @param extent the days that it has rows of
 * @param problem why the table cannot be read, if it cannot
 */
public record TableState(Optional<Instant> newest, Extent extent, Optional<QueryFailure> problem) {
  /** A table of facts. */
  public static TableState ofFacts(
      Optional<Instant> newest, Extent extent, Optional<QueryFailure> problem) {
    return new TableState(newest, extent, problem);
  }

  /** A rollup. */
  public static TableState ofDays(Extent extent, Optional<QueryFailure> problem) {
    return new TableState(Optional.empty(), extent, problem);
  }

  /** The newest day of a rollup that was over when it was looked at; empty when there is none. */
  public Optional<LocalDate> lastDay() {
    return extent.last();
  }

  /** Whether the table is there and may be read. */
  public boolean isReadable() {
    return problem.isEmpty();
  }

  /**
   * Refuses to go on without the table.
   *
   * @throws QueryFailure that says why it cannot be read, if so
   */
  public void require() {
    problem.ifPresent(
        failure -> {
          throw failure;
        });
  }
}
