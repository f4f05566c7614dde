package org.enstore.accounting.series;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.measure.Step;

/**
 * A question for what is to be expected.
 *
 * @param series what is forecast; its range is what the asker looks at and should end in the future
 * @param step a day, week or month
 * @param history how far back from now the forecast learns
 * @param total whether the sum of the groups is forecast too
 */
public record ForecastQuery(SeriesQuery series, Step step, Duration history, Total total) {
  static final List<Dimension> NO_GROUPS = List.of();

  /** What is forecast besides the groups. */
  public enum Total {
    /** The groups alone. */
    NONE("none"),
    /** Their sum as well. */
    ALSO("also"),
    /** Their sum alone, made of the forecasts of all of them. */
    ONLY("only");

    private final String label;

    Total(String label) {
      this.label = label;
    }

    /** The word used in queries. */
    public String label() {
      return label;
    }
  }

  /** What in it contradicts itself, by the keys of the query model; empty when nothing does. */
  List<Complaint> contradictions() {
    List<Complaint> complaints = new ArrayList<>();
    if (total == Total.NONE) {
      return complaints;
    }
    if (series.groupBy().isEmpty()) {
      complaints.add(
          new Complaint(
              "total",
              "\"total\" is \""
                  + total.label()
                  + "\", but \"groupBy\" is empty, so that there are no groups to add up: leave"
                  + " \"total\" at \"none\", or group by a dimension."));
    }
    if (!series.measure().kind().isAdditive()) {
      complaints.add(
          new Complaint(
              "total",
              "\"total\" is \""
                  + total.label()
                  + "\", but the groups of the measure \""
                  + series.measure().id()
                  + "\" do not add up: leave \"total\" at \"none\", or leave \"groupBy\" empty."));
    }
    return complaints;
  }
}
