package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;

/**
 * How fresh a database is, as one look at it told.
 *
 * @param host the host and port that was looked at
 * @param standby whether it is a standby
 * @param lag its replay lag
 * @param observedAt when it was looked at, by this program's clock
 * @param knownThrough everything committed on the primary before this instant is visible: {@code
 *     observedAt} without lag, the last replayed commit otherwise, {@link Instant#EPOCH} when it
 *     cannot be told
 * @param lineage whose data it is; see {@link Snapshot}
 * @param tables what was seen of each table that there are questions about
 */
public record SourceState(
    String host,
    boolean standby,
    ReplayLag lag,
    Instant observedAt,
    Instant knownThrough,
    String lineage,
    Map<SourceTable, TableState> tables) {
  public SourceState {
    tables = Map.copyOf(tables);
  }

  /** What was seen of {@code table}. */
  public TableState of(SourceTable table) {
    TableState state = tables.get(table);
    if (state == null) {
      throw new IllegalArgumentException(table + " was not looked at");
    }
    return state;
  }

  /**
   * The last day that is taken from {@code rollup}, as facts are from the next one on; empty when
   * it has none, or cannot be read.
   *
   * @param today the site's own day
   */
  Optional<LocalDate> rolledUpThrough(Rollup rollup, LocalDate today) {
    TableState state = of(rollup.table());
    // A row of today or later can only be a partial day that somebody froze.
    LocalDate yesterday = today.minusDays(1);
    return state.isReadable()
        ? state.lastDay().map(last -> last.isBefore(yesterday) ? last : yesterday)
        : Optional.empty();
  }

  /** Up to when facts of {@code table} are known to be complete; its newest where that is not. */
  Instant completeThrough(SourceTable table) {
    return knownThrough.equals(Instant.EPOCH)
        ? of(table).newest().orElse(Instant.EPOCH)
        : knownThrough;
  }
}
