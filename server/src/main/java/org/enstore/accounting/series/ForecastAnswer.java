package org.enstore.accounting.series;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answer to a {@link ForecastQuery}: an immutable snapshot.
 *
 * @param series six series for each group, told apart by the label {@link #LABEL}
 * @param judged how good each forecast was in the past, in the order of the groups
 */
public record ForecastAnswer(SeriesAnswer series, List<Judged> judged) {
  /** The label that says what a series is of its group. */
  public static final String LABEL = "forecast";

  /** What was, as far as it is complete. */
  public static final String ACTUAL = "actual";

  public static final String EXPECTED = "expected";

  /** The lower edge of the band that is to hold 80 % of the values. */
  public static final String LOWER_80 = "lower80";

  public static final String UPPER_80 = "upper80";

  /** The lower edge of the band that is to hold 95 % of the values. */
  public static final String LOWER_95 = "lower95";

  public static final String UPPER_95 = "upper95";

  public ForecastAnswer {
    judged = List.copyOf(judged);
  }

  /**
   * How good one group's forecast was when its past was replayed.
   *
   * @param labels of the group
   * @param model by which methods it is made, in words; empty if there is no forecast
   * @param error mean absolute error in the unit of the values; NaN if it cannot be told
   * @param naiveError that of the last season again, at the same places
   * @param origins how many moments of the past were replayed
   * @param firstOrigin the day of the first of them; empty without one
   * @param lastOrigin the day of the last of them; empty without one
   * @param notes what a reader should know of its history, as sentences
   */
  public record Judged(
      Map<String, String> labels,
      String model,
      double error,
      double naiveError,
      int origins,
      String firstOrigin,
      String lastOrigin,
      List<String> notes) {
    public Judged {
      labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
      notes = List.copyOf(notes);
    }
  }
}
