package org.enstore.accounting.outlook;

import java.util.Arrays;

/** One way to continue a series. It may use nothing at or after an origin. */
interface ForecastModel {
  /** What people call it, as the end of "Forecast by ...". */
  String words();

  /**
   * Continues {@code values} from each of {@code origins}, ascending, all at least 1 and at most
   * the number of values: {@code to[i][h]} becomes the forecast for place {@code origins[i] + h},
   * NaN where the past is too short for this model.
   */
  void continueFrom(double[] values, int[] origins, double[][] to);

  /** The last season again; without a season the last value. */
  record SeasonalNaive(int season) implements ForecastModel {
    @Override
    public String words() {
      return season == 1 ? "the last value again" : "the last season again";
    }

    @Override
    public void continueFrom(double[] values, int[] origins, double[][] to) {
      for (int i = 0; i < origins.length; i++) {
        double[] out = to[i];
        for (int h = 0; h < out.length; h++) {
          int place = origins[i] - season + h;
          out[h] = h >= season ? out[h - season] : values[Math.max(0, place)];
        }
      }
    }
  }

  /** The mean of the last few values at the same place in the season, from {@code since} on. */
  record SeasonMean(int season, int count, int since) implements ForecastModel {
    @Override
    public String words() {
      return since > 0
          ? "the mean since the level changed"
          : season == 1
              ? "the mean of the last " + count
              : "the mean of the last " + count + " at the same place in the season";
    }

    @Override
    public void continueFrom(double[] values, int[] origins, double[][] to) {
      for (int i = 0; i < origins.length; i++) {
        double[] out = to[i];
        int from = origins[i] > since ? since : 0;
        for (int h = 0; h < out.length; h++) {
          out[h] = h >= season ? out[h - season] : mean(values, origins[i], h, from);
        }
      }
    }

    private double mean(double[] values, int origin, int h, int from) {
      double sum = 0;
      int found = 0;
      for (int back = 1; back <= count; back++) {
        int place = origin - season * back + h;
        if (place >= from) {
          sum += values[place];
          found++;
        }
      }
      return found > 0 ? sum / found : mean(values, from, origin);
    }

    private static double mean(double[] values, int from, int to) {
      double sum = 0;
      for (int place = from; place < to; place++) {
        sum += values[place];
      }
      return sum / (to - from);
    }
  }

  /**
   * The course of the last long seasons, each brought to the level of the last {@code stretch}
   * values: by a factor, or by a difference where a factor makes no sense.
   */
  record LastLongSeason(int season, int years, int stretch) implements ForecastModel {
    /** Levels further apart than this factor have nothing to do with each other. */
    private static final double COMPARABLE = 5;

    @Override
    public String words() {
      return (years == 1 ? "the last long season" : "the last " + years + " long seasons")
          + " at the level of the last "
          + stretch;
    }

    @Override
    public void continueFrom(double[] values, int[] origins, double[][] to) {
      boolean negative = Arrays.stream(values).anyMatch(value -> value < 0);
      for (int i = 0; i < origins.length; i++) {
        int origin = origins[i];
        double[] out = to[i];
        if (origin < season * years + stretch) {
          Arrays.fill(out, Double.NaN);
          continue;
        }
        Arrays.fill(out, 0);
        double now = mean(values, origin);
        for (int year = 1; year <= years; year++) {
          int start = origin - year * season;
          double then = mean(values, start);
          boolean byFactor =
              !negative && then > 0 && now < COMPARABLE * then && then < COMPARABLE * now;
          double factor = byFactor ? now / then : 1;
          double difference = byFactor ? 0 : now - then;
          int within = 0;
          for (int h = 0; h < out.length; h++) {
            out[h] += (values[start + within] * factor + difference) / years;
            within = within + 1 == season ? 0 : within + 1;
          }
        }
      }
    }

    private double mean(double[] values, int end) {
      double sum = 0;
      for (int place = end - stretch; place < end; place++) {
        sum += values[place];
      }
      return sum / stretch;
    }
  }
}
