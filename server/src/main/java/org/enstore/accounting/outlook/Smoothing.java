package org.enstore.accounting.outlook;

import java.util.Arrays;

/**
 * Exponential smoothing of level and season, with a trend that is either smoothed too and fades, or
 * half the slope of a straight line through the recent values (the theta method). The weights are
 * those of a coarse grid whose errors one step ahead were the smallest so far, old ones fading.
 *
 * <p>Every set of weights goes over the series once and leaves its forecast at each origin where it
 * is the best up to there, so replaying the past costs no more than one forecast.
 */
record Smoothing(int season, boolean damped) implements ForecastModel {
  private static final double[] LEVEL_WEIGHTS = {0.05, 0.12, 0.25, 0.5, 0.75, 0.95};
  private static final double[] SEASON_WEIGHTS = {0.03, 0.15};
  private static final double[] TREND_WEIGHTS = {0.02, 0.1, 0.3};
  private static final double[] FADING = {0.85, 0.95};
  private static final double[] NONE = {0};

  /** How many values count for the errors and for the slope. */
  private static final int MEMORY = 260;

  @Override
  public String words() {
    return damped ? "smoothing with a fading trend" : "smoothing with half the straight trend";
  }

  @Override
  public void continueFrom(double[] values, int[] origins, double[][] to) {
    // What lies further back than the memory before the first origin has no say any more.
    int start = Math.max(0, origins[0] - 2 * MEMORY);
    double[] best = new double[origins.length];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    for (double[] out : to) {
      Arrays.fill(out, Double.NaN);
    }
    Run run = new Run(values, origins, to, best, start);
    double[] seasonWeights = season > 1 ? SEASON_WEIGHTS : NONE;
    if (damped) {
      for (double level : LEVEL_WEIGHTS) {
        for (double seasonal : seasonWeights) {
          for (double trend : TREND_WEIGHTS) {
            for (double keep : FADING) {
              run.withFadingTrend(level, seasonal, trend, keep);
            }
          }
        }
      }
      return;
    }
    double[] slopes = halfSlopes(values, start);
    for (double level : LEVEL_WEIGHTS) {
      for (double seasonal : seasonWeights) {
        run.withSlopes(level, seasonal, slopes);
      }
    }
  }

  /** By number of values, half the slope of the line of least squares through the recent ones. */
  private static double[] halfSlopes(double[] values, int start) {
    double[] slopes = new double[values.length + 1];
    double sum = 0;
    double weighted = 0;
    for (int i = start; i < values.length; i++) {
      int first = Math.max(start, i + 1 - MEMORY);
      sum += values[i];
      weighted += values[i] * (i - start);
      if (first > start && i - MEMORY >= start) {
        sum -= values[i - MEMORY];
        weighted -= values[i - MEMORY] * (i - MEMORY - start);
      }
      double count = i + 1 - first;
      double middle = (first + i) / 2.0 - start;
      if (count >= 8) {
        slopes[i + 1] = (weighted - middle * sum) / (count * (count * count - 1) / 12) / 2;
      }
    }
    return slopes;
  }

  /** One series and what the best weights so far make of it. */
  private final class Run {
    private static final double KEEP = 1 - 1.0 / MEMORY;

    private final double[] values;
    private final int[] origins;
    private final double[][] to;
    private final double[] best;
    private final int start;
    private final int warm;
    private final double firstLevel;
    private final double[] firstSeason;
    private final double[] seasonal;

    Run(double[] values, int[] origins, double[][] to, double[] best, int start) {
      this.values = values;
      this.origins = origins;
      this.to = to;
      this.best = best;
      this.start = start;
      int seasons = values.length - start >= 2 * season ? 2 : 1;
      warm = season == 1 ? start + 1 : Math.min(values.length, start + seasons * season);
      double sum = 0;
      for (int i = start; i < warm; i++) {
        sum += values[i];
      }
      firstLevel = sum / (warm - start);
      firstSeason = new double[season];
      if (season > 1) {
        for (int i = start; i < warm; i++) {
          firstSeason[(i - start) % season] += (values[i] - firstLevel) / seasons;
        }
      }
      seasonal = new double[season];
    }

    void withFadingTrend(double levelWeight, double seasonWeight, double trendWeight, double keep) {
      System.arraycopy(firstSeason, 0, seasonal, 0, season);
      double level = firstLevel;
      double trend = 0;
      double loss = 0;
      double trendGain = levelWeight * trendWeight;
      double seasonGain = seasonWeight * (1 - levelWeight);
      int within = (warm - start) % season;
      int next = firstOrigin();
      for (int i = warm; i <= values.length; i++) {
        if (next < origins.length && origins[next] == i) {
          if (loss < best[next]) {
            best[next] = loss;
            write(to[next], level, trend * keep, keep, within);
          }
          next++;
        }
        if (i == values.length) {
          break;
        }
        double expected = trend * keep;
        double error = values[i] - level - expected - seasonal[within];
        loss = loss * KEEP + error * error;
        level += expected + levelWeight * error;
        trend = expected + trendGain * error;
        seasonal[within] += seasonGain * error;
        within = within + 1 == season ? 0 : within + 1;
      }
    }

    void withSlopes(double levelWeight, double seasonWeight, double[] slopes) {
      System.arraycopy(firstSeason, 0, seasonal, 0, season);
      double level = firstLevel;
      double loss = 0;
      double seasonGain = seasonWeight * (1 - levelWeight);
      int within = (warm - start) % season;
      int next = firstOrigin();
      for (int i = warm; i <= values.length; i++) {
        if (next < origins.length && origins[next] == i) {
          if (loss < best[next]) {
            best[next] = loss;
            write(to[next], level, slopes[i], 1, within);
          }
          next++;
        }
        if (i == values.length) {
          break;
        }
        double error = values[i] - level - slopes[i] - seasonal[within];
        loss = loss * KEEP + error * error;
        level += slopes[i] + levelWeight * error;
        seasonal[within] += seasonGain * error;
        within = within + 1 == season ? 0 : within + 1;
      }
    }

    private int firstOrigin() {
      int first = 0;
      while (first < origins.length && origins[first] < warm) {
        first++;
      }
      return first;
    }

    private void write(double[] out, double level, double trend, double keep, int within) {
      double reached = level;
      double step = trend;
      int place = within;
      for (int h = 0; h < out.length; h++) {
        reached += step;
        step *= keep;
        out[h] = reached + seasonal[place];
        place = place + 1 == season ? 0 : place + 1;
      }
    }
  }
}
