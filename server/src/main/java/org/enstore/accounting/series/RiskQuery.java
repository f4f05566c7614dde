package org.enstore.accounting.series;

import java.time.Duration;
import java.util.Map;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.measure.TimeRange;

/**
 * A question for the movers, and the drives behind them, that are likely to fail soon.
 *
 * @param range up to whose end is looked, or up to now
 * @param filters by dimension, of the transfers; a missing dimension is not filtered
 * @param halfLife after which an error counts half, a day at least
 * @param view what is shown
 */
public record RiskQuery(
    TimeRange range, Map<Dimension, Filter> filters, Duration halfLife, View view) {
  public RiskQuery {
    filters = Map.copyOf(filters);
  }

  /** What is shown. */
  public enum View {
    /** Every mover with its reasons, the one most at risk first. */
    RANKING("ranking"),
    /** The movers' scores alone, for alert rules. */
    SCORES("scores"),
    /** Drives and tapes that errors point to, by the rule of two. */
    SUSPECTS("suspects");

    private final String label;

    View(String label) {
      this.label = label;
    }

    /** The word used in queries. */
    public String label() {
      return label;
    }
  }
}
