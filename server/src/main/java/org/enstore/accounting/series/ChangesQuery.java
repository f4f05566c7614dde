package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.config.Complaint;

/**
 * A question for what a change is made of.
 *
 * @param series what has changed, over the range whose complete days are the period; its groups are
 *     by one dimension, or by two of which the second divides those of the first
 * @param against which period it is compared with
 */
public record ChangesQuery(SeriesQuery series, Against against) {
  private static final int MOST_LEVELS = 2;
  private static final int WEEK = 7;
  private static final int YEAR = 52 * WEEK;

  /** The period that another is compared with; it has as many days. */
  public enum Against {
    /** The days immediately before. */
    BEFORE("before"),
    /** The same weekdays, as few weeks earlier as the period is not part of. */
    WEEKS_BEFORE("weeksBefore"),
    /** The same weekdays 52 weeks earlier. */
    YEAR_BEFORE("yearBefore");

    private final String label;

    Against(String label) {
      this.label = label;
    }

    /** The word used in queries. */
    public String label() {
      return label;
    }

    /** How many days earlier that is for a period of {@code days}. */
    long daysBack(long days) {
      return switch (this) {
        case BEFORE -> days;
        case WEEKS_BEFORE -> (days + WEEK - 1) / WEEK * WEEK;
        case YEAR_BEFORE -> Math.max(YEAR, (days + WEEK - 1) / WEEK * WEEK);
      };
    }
  }

  /** What in it contradicts itself, by the keys of the query model; empty when nothing does. */
  List<Complaint> contradictions() {
    List<Complaint> complaints = new ArrayList<>();
    if (series.groupBy().isEmpty() || series.groupBy().size() > MOST_LEVELS) {
      complaints.add(
          new Complaint(
              "groupBy",
              "\"groupBy\" names "
                  + series.groupBy().size()
                  + " dimensions; it must name one, or two of which the second divides the groups of"
                  + " the first."));
    }
    if (!series.measure().kind().isAdditive()) {
      complaints.add(
          new Complaint(
              "measure",
              "The groups of \"measure\" \""
                  + series.measure().id()
                  + "\" do not add up; choose a measure of sums, such as \"bytes\" or"
                  + " \"transfers\"."));
    }
    return complaints;
  }
}
