package org.enstore.accounting.series;

import java.time.Duration;
import java.util.Optional;
import org.enstore.accounting.measure.Step;

/**
 * A question for what is unusual.
 *
 * @param series what is looked at, over the range that is shown
 * @param step an hour, day or week
 * @param history how far back from now the usual is learnt; empty for what suits the step
 * @param falseAlarms how many false alarms of one series in a month are tolerated, above 0
 * @param view what is shown
 */
public record AnomalyQuery(
    SeriesQuery series, Step step, Optional<Duration> history, double falseAlarms, View view) {
  /** What is shown of each series. */
  public enum View {
    /** Its values with the band of the usual, and those outside. */
    BANDS("bands"),
    /** 1 where it is unusually high, −1 where it is unusually low, else 0. */
    FLAGS("flags");

    private final String label;

    View(String label) {
      this.label = label;
    }

    /** The word used in queries. */
    public String label() {
      return label;
    }
  }

  /** How far back from now the usual is learnt: some hundreds of values at least. */
  Duration learnt() {
    return history.orElseGet(
        () ->
            switch (step) {
              case HOUR_1 -> Duration.ofDays(120);
              case WEEK -> Duration.ofDays(3653);
              default -> Duration.ofDays(1826);
            });
  }
}
