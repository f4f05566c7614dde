package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

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
 * @param lastSummaryDay the newest day in the summary that was over, on the site's calendar, when
 *     the last replayed commit was made; empty when there is none, or when the summary may not be
 *     read
 * @param newestTransfer the newest completion in {@code encp_xfer}, future-dated rows left out;
 *     empty when there is none
 * @param extent which days the tables have rows of
 * @param summaryProblem why the summary cannot be read, if it cannot
 * @param rawProblem why the transfers cannot be read, if they cannot
 */
public record SourceState(
    String host,
    boolean standby,
    ReplayLag lag,
    Instant observedAt,
    Instant knownThrough,
    String lineage,
    Optional<LocalDate> lastSummaryDay,
    Optional<Instant> newestTransfer,
    Extent extent,
    Optional<QueryFailure> summaryProblem,
    Optional<QueryFailure> rawProblem) {

  /** Whether the summary table is there and may be read. */
  public boolean summaryReadable() {
    return summaryProblem.isEmpty();
  }

  /** Whether the transfer table is there and may be read. */
  public boolean rawReadable() {
    return rawProblem.isEmpty();
  }
}
