package org.enstore.accounting.grafana;

import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.series.SeriesQuery;

/** What one query of a panel, an alert rule or a variable asks. */
sealed interface Question {
  /** For time series, called as {@code legend} says. */
  record OfSeries(SeriesQuery query, Legend legend) implements Question {}

  /** For the names that a variable offers. */
  record OfNames(NamesRequest names) implements Question {}
}
