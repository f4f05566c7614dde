package org.enstore.accounting.series;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The summary against the transfers, by day and mover.
 *
 * @param rows by day, then by mover in natural order
 * @param executed which days were compared, for the query inspector
 */
public record ReconciliationAnswer(List<Row> rows, List<Notice> notices, String executed) {
  public ReconciliationAnswer {
    rows = List.copyOf(rows);
    notices = List.copyOf(notices);
  }

  /** Bytes read and written. */
  public record Amounts(long read, long written) {
    static final Amounts NONE = new Amounts(0, 0);
  }

  /**
   * One day of one mover.
   *
   * @param day when the site-local day begins
   * @param mover as the summary spells it
   * @param summary what the summary has; empty without a row
   * @param raw what the transfers add up to; empty without a transfer
   * @param remark what can be told about a difference; empty when there is none
   */
  public record Row(
      Instant day, String mover, Optional<Amounts> summary, Optional<Amounts> raw, String remark) {

    /** Summary − transfers, in bytes; a side without a row counts as zero. */
    public Amounts difference() {
      Amounts left = summary.orElse(Amounts.NONE);
      Amounts right = raw.orElse(Amounts.NONE);
      return new Amounts(left.read() - right.read(), left.written() - right.written());
    }

    boolean differs() {
      return !difference().equals(Amounts.NONE);
    }
  }
}
