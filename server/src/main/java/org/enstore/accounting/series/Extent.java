package org.enstore.accounting.series;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The days of which the tables have rows, as one look at their ends told: outside them nothing need
 * be read.
 *
 * @param firstSummaryDay the first day in the summary that counts; empty when there is none
 * @param firstRawDay the first day with a transfer, {@link #EARLIEST} where finding it would cost a
 *     pass through the table; empty when there is none
 * @param lastRawDay the last day with a transfer, whatever today is; empty when there is none
 * @param summaryDayAhead the last day in the summary that was not over yet and so does not count;
 *     empty when there is none
 * @param undatedSummaryRows how many rows of the summary have an infinite date, up to {@link
 *     #MOST_UNDATED}; they do not count
 * @param undatedRawRows the same of the transfers; 0 where counting would cost a pass through the
 *     table
 */
public record Extent(
    Optional<LocalDate> firstSummaryDay,
    Optional<LocalDate> firstRawDay,
    Optional<LocalDate> lastRawDay,
    Optional<LocalDate> summaryDayAhead,
    long undatedSummaryRows,
    long undatedRawRows) {

  /** Rows dated before this day are clock errors, and do not count. */
  public static final LocalDate EARLIEST = LocalDate.of(1990, 1, 1);

  /** A sentence for each kind of row that does not count because of its date. */
  public List<String> oddities(boolean ofSummary, boolean ofRaw) {
    List<String> sentences = new ArrayList<>();
    if (ofSummary) {
      ahead().ifPresent(sentences::add);
      undated("xfer_by_day_by_mover", undatedSummaryRows).ifPresent(sentences::add);
    }
    if (ofRaw) {
      undated("encp_xfer", undatedRawRows).ifPresent(sentences::add);
    }
    return sentences;
  }

  private Optional<String> ahead() {
    return summaryDayAhead.map(
        day ->
            "The summary xfer_by_day_by_mover has rows dated up to "
                + day
                + ", days that are not over: they do not count. Correct their date on the primary, or"
                + " remove them.");
  }

  private static Optional<String> undated(String table, long rows) {
    return rows == 0
        ? Optional.empty()
        : Optional.of(
            table
                + " has "
                + (rows < MOST_UNDATED ? "" : "at least ")
                + rows
                + (rows == 1 ? " row" : " rows")
                + " with an infinite date, left out. Correct the date on the primary, or remove"
                + (rows == 1 ? " it." : " them."));
  }

  /** Rows without a date are counted up to here. */
  public static final int MOST_UNDATED = 1000;
}
