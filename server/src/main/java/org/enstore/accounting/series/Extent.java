package org.enstore.accounting.series;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.enstore.accounting.catalog.SourceTable;

/**
 * The days of which a table has rows, as one look at its ends told: outside them nothing need be
 * read.
 *
 * @param first the first day that counts, {@link #EARLIEST} where finding it would cost a pass
 *     through the table; empty when there is none
 * @param last the last day that counts, of facts whatever today is; empty when there is none
 * @param ahead the last day of a rollup that was not over yet and so does not count; empty when
 *     there is none
 * @param undated how many rows have an infinite date, up to {@link #MOST_UNDATED}; they do not
 *     count. 0 where counting would cost a pass through the table
 */
public record Extent(
    Optional<LocalDate> first, Optional<LocalDate> last, Optional<LocalDate> ahead, long undated) {

  /** Rows dated before this day are clock errors, and do not count. */
  public static final LocalDate EARLIEST = LocalDate.of(1990, 1, 1);

  /** The days from {@code first} to {@code last}. */
  public static Extent of(LocalDate first, LocalDate last) {
    return new Extent(Optional.of(first), Optional.of(last), Optional.empty(), 0);
  }

  /**
   * A sentence for each kind of row that does not count because of its date.
   *
   * @param noun what the table is called in a sentence
   */
  public List<String> oddities(SourceTable table, String noun) {
    List<String> sentences = new ArrayList<>();
    ahead.ifPresent(
        day ->
            sentences.add(
                "The "
                    + noun
                    + " "
                    + table.name()
                    + " has rows dated up to "
                    + day
                    + ", days that are not over: they do not count. Correct their date on the"
                    + " primary, or remove them."));
    undated(table.name(), undated).ifPresent(sentences::add);
    return sentences;
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
