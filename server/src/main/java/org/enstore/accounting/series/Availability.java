package org.enstore.accounting.series;

import java.util.Optional;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;

/**
 * Whether a database has what a question needs, as far as is known without asking it.
 *
 * @param problem what is missing and what to do about it; empty when nothing is. Where a rollup can
 *     answer although the facts cannot be read, a dataset or measure is available with a problem.
 */
public record Availability(boolean available, Optional<String> problem) {
  private static final Availability FULL = new Availability(true, Optional.empty());

  /**
   * Whether {@code dataset} can be asked about.
   *
   * @param state the last look at its database, if there was one
   */
  public static Availability of(Dataset dataset, Optional<SourceState> state) {
    return state.isEmpty()
        ? FULL
        : of(
            state.get(),
            dataset.facts(),
            dataset.rollups().stream()
                .anyMatch(rollup -> problem(state.get(), rollup.table()).isEmpty()));
  }

  /**
   * Whether {@code measure} of {@code dataset} can be asked for.
   *
   * @param state the last look at its database, if there was one
   */
  public static Availability of(Dataset dataset, Measure measure, Optional<SourceState> state) {
    return state.isEmpty()
        ? FULL
        : of(
            state.get(),
            dataset.facts(),
            dataset.rollups().stream()
                .filter(rollup -> rollup.has(measure))
                .map(Rollup::table)
                .anyMatch(table -> problem(state.get(), table).isEmpty()));
  }

  private static Availability of(SourceState state, SourceTable facts, boolean rolledUp) {
    Optional<String> problem = problem(state, facts);
    return new Availability(problem.isEmpty() || rolledUp, problem);
  }

  private static Optional<String> problem(SourceState state, SourceTable table) {
    return Optional.ofNullable(state.tables().get(table))
        .flatMap(TableState::problem)
        .map(QueryFailure::sentence);
  }
}
