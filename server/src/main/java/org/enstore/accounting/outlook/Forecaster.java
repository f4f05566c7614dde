package org.enstore.accounting.outlook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts series by mixing simple models.
 *
 * <p><b>Replay.</b> At up to 200 origins in the past every model continues the series without
 * knowing what came later. Errors are compared in units of the usual change from one season to the
 * next, so that years of heavy use do not outweigh all others.
 *
 * <p><b>Mixture.</b> Ten times in turn the model is added that makes the mean of those added so far
 * best over the origins. Three quarters of the weights are their shares, one quarter is spread
 * evenly over all models, because the future is never quite like the past. If the mixture's mean
 * absolute error is not below that of the last season again, the latter is the forecast.
 *
 * <p><b>Bands.</b> Quantiles of the mixture's errors at the same distance and its neighbours, an
 * error of a third of the memory ago counting half. Where independent errors are too few for a
 * quantile, the band is at least that of a Student distribution with their root mean square.
 *
 * <p>After a {@link LevelShift} only origins behind it choose the mixture; until there are enough
 * of them the mean since the shift is the forecast.
 */
public final class Forecaster {
  /** How many buckets back from the end origins lie, beyond the horizon. */
  private static final int MEMORY = 390;

  private static final int MOST_ORIGINS = 200;
  private static final int ROUNDS = 10;
  private static final double EVEN_PART = 0.25;

  /** At how many distances models are compared. */
  private static final int COMPARED_STEPS = 28;

  private static final int FEWEST_VALUES = 12;

  private final Seasons seasons;
  private final int horizon;

  /**
   * @param seasons of the series
   * @param horizon how many steps are wanted, at least 1
   */
  public Forecaster(Seasons seasons, int horizon) {
    if (horizon < 1) {
      throw new IllegalArgumentException("The horizon is " + horizon + "; it must be >= 1");
    }
    this.seasons = seasons;
    this.horizon = horizon;
  }

  /**
   * Forecasts what follows the last of {@code values}, oldest first. NaN is a value that is not
   * known; zero is a value. A bucket that is not complete yet must be left out.
   */
  public Forecast of(double[] values) {
    return new Replay(values).forecast();
  }

  /** Forecasts groups over the same buckets, and their total. */
  public GroupForecasts ofGroups(List<double[]> groups) {
    List<Forecast> forecasts = new ArrayList<>();
    @Nullable Sum sum = null;
    for (double[] values : groups) {
      if (values.length != groups.get(0).length) {
        throw new IllegalArgumentException("All groups need the same buckets");
      }
      Replay replay = new Replay(values);
      Forecast forecast = replay.forecast();
      forecasts.add(forecast);
      if (forecast.horizon() > 0) {
        sum = sum == null ? new Sum(replay.allOrigins, horizon) : sum;
        sum.add(replay, forecast);
      }
    }
    return new GroupForecasts(forecasts, sum == null ? none(new ArrayList<>(), 0) : sum.forecast());
  }

  private int fewestValues() {
    return Math.max(FEWEST_VALUES, 2 * seasons.shorter() + 4);
  }

  private Forecast none(List<Note> notes, int known) {
    notes.add(new Note(Note.Kind.TOO_SHORT, 0, known, fewestValues()));
    return new Forecast(
        new double[0],
        new double[0][0],
        new double[0][0],
        List.of(),
        new Skill(Double.NaN, Double.NaN, 0, 0, 0),
        notes);
  }

  /** Origins, as numbers of values known, ascending; the last is the end. */
  private int[] origins(int length) {
    int training = Math.min(length / 2, Math.max(2 * seasons.shorter(), 10));
    int span = Math.max(1, Math.min(length - 1 - training, MEMORY + horizon));
    int stride = (span + MOST_ORIGINS - 1) / MOST_ORIGINS;
    // All weekdays must have their turn.
    while (stride > 1 && seasons.shorter() > 1 && greatestCommon(stride, seasons.shorter()) > 1) {
      stride++;
    }
    int count = Math.max(1, span / stride);
    int[] origins = new int[count + 1];
    for (int i = 0; i < count; i++) {
      origins[i] = length - 1 - (count - 1 - i) * stride;
    }
    origins[count] = length;
    return origins;
  }

  private static int greatestCommon(int a, int b) {
    return b == 0 ? a : greatestCommon(b, a % b);
  }

  /** One series, its models, and how they did. */
  private final class Replay {
    private final List<Note> notes = new ArrayList<>();
    private final int length;
    private final int[] allOrigins;
    private final int first;
    private final double[] values;
    private final boolean[] known;
    private final int knownCount;

    /** Relative to {@link #first}; the last is now. */
    private int[] origins = {};

    private double[] scales = {};
    private double[][][] forecasts = {};
    private double[] weights = {};

    Replay(double[] given) {
      length = given.length;
      allOrigins = origins(Math.max(2, length));
      int start = 0;
      while (start < length && Double.isNaN(given[start])) {
        start++;
      }
      first = start;
      values = Arrays.copyOfRange(given, first, length);
      known = new boolean[values.length];
      int count = 0;
      for (int i = 0; i < values.length; i++) {
        known[i] = !Double.isNaN(values[i]);
        count += known[i] ? 1 : 0;
      }
      knownCount = count;
      fill();
    }

    /** Models know no gaps: a missing value is like the season before, or a line between. */
    private void fill() {
      for (int i = 1; i < values.length; i++) {
        if (!known[i]) {
          values[i] =
              i >= seasons.shorter() && seasons.shorter() > 1
                  ? values[i - seasons.shorter()]
                  : between(i);
        }
      }
    }

    private double between(int missing) {
      int next = missing;
      while (next < values.length && !known[next]) {
        next++;
      }
      double before = values[missing - 1];
      return next == values.length
          ? before
          : before + (values[next] - before) / (next - missing + 1);
    }

    Forecast forecast() {
      if (knownCount < fewestValues()) {
        return none(notes, knownCount);
      }
      if (knownCount < values.length) {
        notes.add(new Note(Note.Kind.GAPS, first, values.length - knownCount, 0));
      }
      chooseOrigins();
      Optional<LevelShift> shift = LevelShift.latest(values, seasons.shorter());
      List<ForecastModel> models = models(shift);
      run(models);
      scales = scales();
      int from = weigh(shift);
      Skill skill = compare(from);
      if (Arrays.stream(values).allMatch(value -> value == values[0])) {
        notes.add(Note.of(Note.Kind.CONSTANT));
      }
      return banded(models, skill);
    }

    private void chooseOrigins() {
      int training = Math.min(values.length / 2, Math.max(2 * seasons.shorter(), 10));
      origins =
          Arrays.stream(allOrigins)
              .map(origin -> origin - first)
              .filter(origin -> origin >= training)
              .toArray();
    }

    private List<ForecastModel> models(Optional<LevelShift> shift) {
      int season = seasons.shorter();
      List<ForecastModel> models = new ArrayList<>();
      models.add(new ForecastModel.SeasonalNaive(season));
      models.add(new ForecastModel.SeasonMean(season, 4, 0));
      models.add(new Smoothing(season, true));
      models.add(new Smoothing(season, false));
      if (shift.isPresent()) {
        LevelShift found = shift.get();
        models.add(new ForecastModel.SeasonMean(season, 4, found.place()));
        notes.add(
            new Note(
                found.shutdown() ? Note.Kind.SHUTDOWN : Note.Kind.LEVEL_CHANGED,
                first + found.place(),
                found.before(),
                found.after()));
      }
      int year = seasons.longer();
      if (seasons.hasLonger() && values.length >= 2 * year) {
        models.add(new ForecastModel.LastLongSeason(year, 1, seasons.levelStretch()));
        models.add(new ForecastModel.LastLongSeason(year, 1, season));
        if (values.length >= 3 * year) {
          models.add(new ForecastModel.LastLongSeason(year, 2, seasons.levelStretch()));
        }
      } else if (seasons.hasLonger()) {
        notes.add(Note.of(Note.Kind.NO_LONG_SEASON));
      }
      return models;
    }

    private void run(List<ForecastModel> models) {
      forecasts = new double[models.size()][origins.length][horizon];
      for (int m = 0; m < forecasts.length; m++) {
        models.get(m).continueFrom(values, origins, forecasts[m]);
        for (int i = 0; m > 0 && i < origins.length; i++) {
          if (Double.isNaN(forecasts[m][i][0])) {
            forecasts[m][i] = forecasts[0][i];
          }
        }
      }
    }

    /** By origin, the usual change of a value from one season to the next, above 0. */
    private double[] scales() {
      int season = seasons.shorter();
      double[] changes = new double[values.length + 1];
      for (int i = 0; i < values.length; i++) {
        changes[i + 1] = changes[i] + (i < season ? 0 : Math.abs(values[i] - values[i - season]));
      }
      double all = changes[values.length] / Math.max(1, values.length - season);
      int recent = Math.max(seasons.hasLonger() ? seasons.longer() : 26, 4 * season);
      double[] scales = new double[origins.length];
      for (int i = 0; i < origins.length; i++) {
        int from = Math.max(season, origins[i] - recent);
        double local =
            origins[i] > from ? (changes[origins[i]] - changes[from]) / (origins[i] - from) : all;
        scales[i] = all > 0 ? 0.8 * local + 0.2 * all : 1;
      }
      return scales;
    }

    /** Sets the weights; returns the first origin that had a say. */
    private int weigh(Optional<LevelShift> shift) {
      weights = new double[forecasts.length];
      int count = origins.length - 1;
      int from = 0;
      if (shift.isPresent()) {
        int settled = shift.get().place() + seasons.shorter();
        while (from < count && origins[from] < settled) {
          from++;
        }
        if (count - from < Math.max(ErrorBands.FEWEST_ERRORS, seasons.shorter())) {
          // Too little is known of the new level to choose: its mean.
          weights[4] = 1;
          return count;
        }
      }
      int[] picks = picks(from, count);
      for (int m = 0; m < weights.length; m++) {
        weights[m] = (1 - EVEN_PART) * picks[m] / ROUNDS + EVEN_PART / weights.length;
      }
      return from;
    }

    private int comparedStride() {
      return (horizon + COMPARED_STEPS - 1) / COMPARED_STEPS;
    }

    /** How often each model was the best one to add, judged at every other origin. */
    private int[] picks(int from, int count) {
      int[] picks = new int[forecasts.length];
      double[][] sums = new double[count][horizon];
      int stride = comparedStride();
      for (int round = 1; round <= ROUNDS; round++) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int m = 0; m < forecasts.length; m++) {
          double loss = 0;
          for (int i = from; i < count && loss < least; i += 2) {
            loss += loss(forecasts[m][i], sums[i], origins[i], round, stride) / scales[i];
          }
          if (loss < least) {
            least = loss;
            best = m;
          }
        }
        picks[best]++;
        for (int i = from; i < count; i += 2) {
          double[] sum = sums[i];
          double[] added = forecasts[best][i];
          for (int h = 0; h < horizon; h += stride) {
            sum[h] += added[h];
          }
        }
      }
      return picks;
    }

    private double loss(double[] added, double[] sum, int origin, int round, int stride) {
      double loss = 0;
      int end = Math.min(horizon, values.length - origin);
      for (int h = 0; h < end; h += stride) {
        if (known[origin + h]) {
          loss += Math.abs(values[origin + h] - (sum[h] + added[h]) / round);
        }
      }
      return loss;
    }

    private double mixed(int origin, int step) {
      double sum = 0;
      for (int m = 0; m < weights.length; m++) {
        if (weights[m] > 0) {
          sum += weights[m] * forecasts[m][origin][step];
        }
      }
      return sum;
    }

    /** Compares with the last season again, and falls back to it if that was better. */
    private Skill compare(int from) {
      double error = 0;
      double naive = 0;
      int compared = 0;
      int count = origins.length - 1;
      for (int i = from; i < count; i++) {
        int end = Math.min(horizon, values.length - origins[i]);
        for (int h = 0; h < end; h++) {
          int place = origins[i] + h;
          if (known[place]) {
            error += Math.abs(values[place] - mixed(i, h));
            naive += Math.abs(values[place] - forecasts[0][i][h]);
            compared++;
          }
        }
      }
      if (compared == 0) {
        return new Skill(Double.NaN, Double.NaN, 0, 0, 0);
      }
      if (error >= naive) {
        error = naive;
        Arrays.fill(weights, 0);
        weights[0] = 1;
        notes.add(Note.of(Note.Kind.NAIVE_IS_BEST));
      }
      return new Skill(
          error / compared,
          naive / compared,
          count - from,
          first + origins[from],
          first + origins[count - 1]);
    }

    /** With bands out of the errors at all origins. */
    private Forecast banded(List<ForecastModel> models, Skill skill) {
      int count = origins.length - 1;
      double[] expected = new double[horizon];
      double[][] errors = new double[count][horizon];
      for (int h = 0; h < horizon; h++) {
        expected[h] = mixed(count, h);
        for (int i = 0; i < count; i++) {
          errors[i][h] = error(i, h) / scales[i] * scales[count];
        }
      }
      List<ModelShare> shares = new ArrayList<>();
      for (int m = 0; m < weights.length; m++) {
        if (weights[m] > 0) {
          shares.add(new ModelShare(models.get(m).words(), weights[m]));
        }
      }
      return new ErrorBands(expected, errors, origins, !hasNegative())
          .forecast(shares, skill, notes);
    }

    boolean hasNegative() {
      return Arrays.stream(values).anyMatch(value -> value < 0);
    }

    /** NaN where the truth is not known. */
    private double error(int origin, int step) {
      int place = origins[origin] + step;
      return place < values.length && known[place]
          ? values[place] - mixed(origin, step)
          : Double.NaN;
    }

    private double naiveError(int origin, int step) {
      int place = origins[origin] + step;
      return place < values.length && known[place]
          ? values[place] - forecasts[0][origin][step]
          : Double.NaN;
    }
  }

  /** Adds up groups, and their errors at the same origins. */
  private static final class Sum {
    private final int[] origins;
    private final double[] expected;
    private final double[][] errors;
    private final double[][] naiveErrors;
    private boolean negative;

    Sum(int[] origins, int horizon) {
      this.origins = origins;
      expected = new double[horizon];
      errors = new double[origins.length - 1][horizon];
      naiveErrors = new double[origins.length - 1][horizon];
    }

    void add(Replay replay, Forecast forecast) {
      negative |= replay.hasNegative();
      // A group that began later has made no errors before.
      int later = origins.length - replay.origins.length;
      for (int h = 0; h < expected.length; h++) {
        expected[h] += forecast.expected(h);
        for (int i = later; i < errors.length; i++) {
          errors[i][h] += replay.error(i - later, h);
          naiveErrors[i][h] += replay.naiveError(i - later, h);
        }
      }
    }

    Forecast forecast() {
      double error = 0;
      double naive = 0;
      int compared = 0;
      for (int i = 0; i < errors.length; i++) {
        for (int h = 0; h < expected.length; h++) {
          if (!Double.isNaN(errors[i][h])) {
            error += Math.abs(errors[i][h]);
            naive += Math.abs(naiveErrors[i][h]);
            compared++;
          }
        }
      }
      Skill skill =
          new Skill(
              error / compared,
              naive / compared,
              errors.length,
              origins[0],
              origins[errors.length - 1]);
      return new ErrorBands(expected, errors, origins, !negative)
          .forecast(List.of(), skill, List.of());
    }
  }
}
