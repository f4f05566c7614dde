package org.enstore.accounting.outlook;

import java.util.ArrayList;
import java.util.List;

/** Bands around a forecast out of the errors that it made from origins in the past. */
final class ErrorBands {
  /** So many errors at least make a band. */
  static final int FEWEST_ERRORS = 5;

  /** An error so many buckets ago counts half. */
  private static final double HALF_LIFE = 130;

  private final double[] expected;
  private final int[] origins;
  private final boolean floor;
  private final int horizon;
  private final WeightedErrors sorted;

  /** By band, edges as differences from what is expected. */
  private final double[][] below = new double[Band.values().length][];

  private final double[][] above = new double[Band.values().length][];

  private int measured;

  /**
   * @param expected by step
   * @param errors by origin and step, NaN where there is none
   * @param origins of the errors, ascending, and after them the end
   * @param floor whether nothing can be below 0
   */
  ErrorBands(double[] expected, double[][] errors, int[] origins, boolean floor) {
    this.expected = expected.clone();
    this.origins = origins;
    this.floor = floor;
    horizon = expected.length;
    sorted = new WeightedErrors(errors.length);
    for (Band band : Band.values()) {
      below[band.place()] = new double[horizon];
      above[band.place()] = new double[horizon];
    }
    while (measured < horizon && measure(errors, measured)) {
      measured++;
    }
    // A quantile of few errors jumps from step to step.
    for (Band band : Band.values()) {
      smooth(below[band.place()]);
      smooth(above[band.place()]);
    }
  }

  /** Whether there are enough errors at this step. */
  private boolean measure(double[][] errors, int step) {
    sorted.clear();
    int end = origins[errors.length];
    for (int i = 0; i < errors.length; i++) {
      if (!Double.isNaN(errors[i][step])) {
        sorted.add(errors[i][step], Math.pow(0.5, (end - origins[i]) / HALF_LIFE));
      }
    }
    if (sorted.count() < FEWEST_ERRORS) {
      return false;
    }
    sorted.sort();
    int span = end - step - origins[0];
    // Errors of stretches that overlap repeat each other; their correlation falls by a line.
    int independent = Math.min(sorted.count(), span * 3 / (2 * (step + 1)));
    for (Band band : Band.values()) {
      double least = WeightedErrors.least(band, sorted.count(), independent);
      double margin = least == 0 ? 0 : least * sorted.rootMeanSquare();
      double wider = WeightedErrors.widening(band, independent);
      below[band.place()][step] = Math.min(-margin, wider * sorted.quantile(band.tail()));
      above[band.place()][step] = Math.max(margin, wider * sorted.quantile(1 - band.tail()));
    }
    return true;
  }

  private void smooth(double[] edge) {
    double before = measured > 0 ? edge[0] : 0;
    for (int step = 0; step < measured; step++) {
      double own = edge[step];
      double after = step + 1 < measured ? edge[step + 1] : own;
      edge[step] = (before + own + after) / 3;
      before = own;
    }
    for (int step = Math.max(1, measured); step < horizon; step++) {
      edge[step] = edge[measured - 1] * Math.sqrt((step + 1.0) / measured);
    }
  }

  /** The forecast with these bands. */
  Forecast forecast(List<ModelShare> models, Skill skill, List<Note> notes) {
    List<Note> all = new ArrayList<>(notes);
    if (measured < horizon) {
      all.add(new Note(Note.Kind.BAND_BEYOND_HISTORY, measured, 0, 0));
    }
    for (int step = 0; step < horizon; step++) {
      expected[step] = floored(expected[step]);
    }
    double[][] lower = new double[below.length][horizon];
    double[][] upper = new double[below.length][horizon];
    for (int band = 0; band < below.length; band++) {
      for (int step = 0; step < horizon; step++) {
        // Bands hold what is expected, and the wider one the narrower.
        double low = Math.min(0, below[band][step]);
        double high = Math.max(0, above[band][step]);
        if (band > 0) {
          low = Math.min(low, below[band - 1][step]);
          high = Math.max(high, above[band - 1][step]);
        }
        lower[band][step] = floored(expected[step] + low);
        upper[band][step] = floored(expected[step] + high);
      }
    }
    return new Forecast(expected, lower, upper, models, skill, all);
  }

  private double floored(double value) {
    return floor ? Math.max(0, value) : value;
  }
}
