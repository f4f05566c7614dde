package org.enstore.accounting.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.enstore.accounting.outlook.Note.Kind;
import org.junit.jupiter.api.Test;

class ForecasterTest {
  private static final Seasons DAYS = new Seasons(7, 364);
  private static final double[] WEEK = {100, 110, 120, 115, 105, 40, 30};

  private final Random random = new Random(7);

  private static Forecast forecast(double[] values, int horizon) {
    return new Forecaster(DAYS, horizon).of(values);
  }

  /** Weeks with a few percent of noise. */
  private double[] noisyWeeks(int days) {
    return IntStream.range(0, days)
        .mapToDouble(day -> WEEK[day % 7] * (1 + 0.05 * random.nextGaussian()))
        .toArray();
  }

  private static List<Kind> kinds(Forecast forecast) {
    return forecast.notes().stream().map(Note::kind).toList();
  }

  private static String words(Forecast forecast) {
    return forecast.notes().stream()
        .map(note -> note.words(bucket -> "day " + bucket, value -> Math.round(value) + " TB"))
        .toList()
        .toString();
  }

  @Test
  void weekdays_areRepeated() {
    Forecast forecast = forecast(noisyWeeks(140), 14);

    for (int step = 0; step < 14; step++) {
      assertThat(forecast.expected(step)).isCloseTo(WEEK[step % 7], within(8.0));
    }
  }

  @Test
  void bands_holdWhatIsExpectedAndEachOther() {
    Forecast forecast = forecast(noisyWeeks(200), 30);

    for (int step = 0; step < 30; step++) {
      assertThat(forecast.lower(Band.HOLDS_95, step))
          .isLessThanOrEqualTo(forecast.lower(Band.HOLDS_80, step));
      assertThat(forecast.lower(Band.HOLDS_80, step)).isLessThanOrEqualTo(forecast.expected(step));
      assertThat(forecast.upper(Band.HOLDS_80, step))
          .isGreaterThanOrEqualTo(forecast.expected(step));
      assertThat(forecast.upper(Band.HOLDS_95, step))
          .isGreaterThanOrEqualTo(forecast.upper(Band.HOLDS_80, step));
    }
  }

  @Test
  void bands_holdTheirShareOfWhatCame() {
    int[] inside = new int[2];
    int all = 0;
    for (int series = 0; series < 60; series++) {
      double[] values = noisyWeeks(228);
      Forecast forecast = forecast(Arrays.copyOf(values, 200), 28);
      for (int step = 0; step < 28; step++, all++) {
        for (Band band : Band.values()) {
          double truth = values[200 + step];
          if (forecast.lower(band, step) <= truth && truth <= forecast.upper(band, step)) {
            inside[band.place()]++;
          }
        }
      }
    }

    assertThat((double) inside[0] / all).isBetween(0.74, 0.88);
    assertThat((double) inside[1] / all).isBetween(0.92, 0.99);
  }

  @Test
  void error_neverAboveTheSeasonalNaives() {
    for (int series = 0; series < 30; series++) {
      double[] values = new double[120];
      for (int i = 1; i < values.length; i++) {
        values[i] = values[i - 1] + random.nextGaussian();
      }
      Skill skill = forecast(values, 14).skill();

      assertThat(skill.error()).isLessThanOrEqualTo(skill.naiveError());
      assertThat(skill.saved()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void skill_saysWhichPastWasReplayed() {
    Forecast forecast = forecast(noisyWeeks(200), 14);

    assertThat(forecast.skill().origins()).isGreaterThan(50);
    assertThat(forecast.skill().lastOrigin()).isEqualTo(199);
    assertThat(forecast.words(place -> "place " + place))
        .startsWith("Forecast by ")
        .contains("past moments from place ", " to place 199 its error was 0.")
        .endsWith("times that of the last season again.");
  }

  @Test
  void lastYear_returns() {
    double[] values =
        IntStream.range(0, 4 * 364)
            .mapToDouble(day -> day % 364 >= 300 ? 20 + WEEK[day % 7] / 10 : WEEK[day % 7])
            .map(value -> value * (1 + 0.02 * random.nextGaussian()))
            .toArray();

    Forecast forecast = forecast(Arrays.copyOf(values, 3 * 364 + 290), 28);

    assertThat(forecast.expected(1)).isCloseTo(values[3 * 364 + 291], within(15.0));
    assertThat(forecast.expected(24)).isLessThan(50);
  }

  @Test
  void shutdown_goesOnAsNothing() {
    double[] values = noisyWeeks(200);
    Arrays.fill(values, 190, 200, 0);

    Forecast forecast = forecast(values, 14);

    for (int step = 0; step < 14; step++) {
      assertThat(forecast.expected(step)).isZero();
      assertThat(forecast.lower(Band.HOLDS_95, step)).isZero();
    }
    // It may end any day.
    assertThat(forecast.upper(Band.HOLDS_95, 0)).isPositive();
    assertThat(words(forecast)).contains("There is nothing since day 190, where 8");
  }

  @Test
  void shutdown_ofThreeDaysIsSeenBeforeItsWeekIsOver() {
    double[] values = noisyWeeks(200);
    Arrays.fill(values, 197, 200, 0);

    Forecast forecast = forecast(values, 7);

    assertThat(forecast.expected(5)).isZero();
    assertThat(forecast.skill().origins()).isZero();
    assertThat(forecast.words(String::valueOf)).contains("how good it is cannot be told yet");
  }

  @Test
  void zeroDays_areDays() {
    double[] values = noisyWeeks(210);
    for (int day = 0; day < values.length; day++) {
      if (day % 7 >= 5) {
        values[day] = 0;
      }
    }

    Forecast forecast = forecast(values, 14);

    assertThat(kinds(forecast)).doesNotContain(Kind.SHUTDOWN, Kind.LEVEL_CHANGED, Kind.GAPS);
    assertThat(forecast.expected(0)).isGreaterThan(80);
    assertThat(forecast.expected(5)).isLessThan(5);
    assertThat(forecast.expected(13)).isLessThan(5);
  }

  @Test
  void incompleteBucket_wouldPullTheForecastDown() {
    double[] values = noisyWeeks(200);
    double[] withHalfADay = Arrays.copyOf(values, 201);
    withHalfADay[200] = 1;

    assertThat(forecast(withHalfADay, 7).expected(6)).isLessThan(forecast(values, 8).expected(7));
  }

  @Test
  void changedLevel_isTakenUp() {
    double[] values = noisyWeeks(220);
    for (int day = 180; day < values.length; day++) {
      values[day] *= 3;
    }

    Forecast forecast = forecast(values, 7);

    assertThat(forecast.expected(220 % 7 == 0 ? 0 : 7 - 220 % 7)).isGreaterThan(85);
    assertThat(IntStream.range(0, 7).mapToDouble(forecast::expected).sum())
        .isCloseTo(3 * Arrays.stream(WEEK).sum(), within(180.0));
    assertThat(words(forecast)).contains("The level changed on day 1").contains("TB to 2");
  }

  @Test
  void changedLevel_ofAFewDaysIsItsMean() {
    double[] values = noisyWeeks(200);
    for (int day = 193; day < values.length; day++) {
      values[day] *= 10;
    }

    Forecast forecast = forecast(values, 7);

    assertThat(kinds(forecast)).contains(Kind.LEVEL_CHANGED);
    assertThat(forecast.models()).hasSize(1);
    assertThat(IntStream.range(0, 7).mapToDouble(forecast::expected).sum())
        .isCloseTo(10 * Arrays.stream(WEEK).sum(), within(1000.0));
  }

  @Test
  void trend_isNoChangeOfLevel() {
    double[] values = IntStream.range(0, 300).mapToDouble(day -> 100 + day).toArray();

    assertThat(kinds(forecast(values, 7))).doesNotContain(Kind.LEVEL_CHANGED);
  }

  @Test
  void shortHistory_givesNothingAndSaysSo() {
    Forecast forecast = forecast(noisyWeeks(17), 7);

    assertThat(forecast.horizon()).isZero();
    assertThat(forecast.words(String::valueOf)).isEqualTo("No forecast.");
    assertThat(words(forecast)).contains("17 values are known and 18 are needed");
  }

  @Test
  void shortHistory_widensBands() {
    double[] values = noisyWeeks(400);

    assertThat(width(forecast(Arrays.copyOf(values, 28), 14)))
        .isGreaterThan(width(forecast(values, 14)));
  }

  @Test
  void shortHistory_widensWithTheDistanceBeyondItsErrors() {
    Forecast forecast = forecast(noisyWeeks(30), 60);

    assertThat(words(forecast)).contains("has too few errors at that distance");
    assertThat(forecast.upper(Band.HOLDS_95, 59) - forecast.expected(59))
        .isGreaterThan(forecast.upper(Band.HOLDS_95, 24) - forecast.expected(24));
  }

  private static double width(Forecast forecast) {
    return IntStream.range(0, forecast.horizon())
        .mapToDouble(
            step -> forecast.upper(Band.HOLDS_95, step) - forecast.lower(Band.HOLDS_95, step))
        .sum();
  }

  @Test
  void missing_countsNeitherAsZeroNorInTheError() {
    double[] values = noisyWeeks(200);
    double[] gaps = values.clone();
    Arrays.fill(gaps, 0, 10, Double.NaN);
    for (int day = 20; day < gaps.length; day += 9) {
      gaps[day] = Double.NaN;
    }
    Arrays.fill(gaps, 195, 198, Double.NaN);

    Forecast forecast = forecast(gaps, 7);

    for (int step = 0; step < 7; step++) {
      assertThat(forecast.expected(step))
          .isCloseTo(forecast(values, 7).expected(step), within(9.0));
    }
    assertThat(kinds(forecast)).contains(Kind.GAPS);
  }

  @Test
  void missing_allOfItIsTooShort() {
    double[] values = new double[100];
    Arrays.fill(values, Double.NaN);

    assertThat(kinds(forecast(values, 7))).containsExactly(Kind.TOO_SHORT);
    assertThat(kinds(forecast(new double[0], 7))).containsExactly(Kind.TOO_SHORT);
  }

  @Test
  void constant_goesOnWithoutABand() {
    double[] values = new double[100];
    Arrays.fill(values, 42);

    Forecast forecast = forecast(values, 7);

    assertThat(forecast.expected(6)).isCloseTo(42, within(1e-9));
    assertThat(width(forecast)).isCloseTo(0, within(1e-9));
    assertThat(kinds(forecast)).contains(Kind.CONSTANT);
  }

  @Test
  void nothing_staysNothing() {
    Forecast forecast = forecast(new double[100], 7);

    assertThat(forecast.expected(3)).isZero();
    assertThat(forecast.upper(Band.HOLDS_95, 3)).isZero();
  }

  @Test
  void negative_hasNoFloor() {
    double[] values =
        IntStream.range(0, 100).mapToDouble(day -> -50 + 10 * random.nextGaussian()).toArray();

    Forecast forecast = forecast(values, 7);

    assertThat(forecast.expected(0)).isNegative();
    assertThat(forecast.lower(Band.HOLDS_95, 0)).isLessThan(forecast.expected(0));
  }

  @Test
  void neverNegative_isNotForecastToBe() {
    double[] values =
        IntStream.range(0, 150).mapToDouble(day -> Math.pow(random.nextGaussian(), 6)).toArray();

    Forecast forecast = forecast(values, 30);

    for (int step = 0; step < 30; step++) {
      assertThat(forecast.lower(Band.HOLDS_95, step)).isNotNegative();
    }
  }

  @Test
  void huge_keepsItsProportions() {
    double factor = Math.pow(2, 60);
    double[] values = noisyWeeks(200);
    double[] huge = Arrays.stream(values).map(value -> value * factor).toArray();

    Forecast forecast = forecast(huge, 14);

    for (int step = 0; step < 14; step++) {
      assertThat(forecast.expected(step) / factor)
          .isCloseTo(forecast(values, 14).expected(step), within(1e-6));
    }
  }

  @Test
  void groups_addUpToTheTotal() {
    List<double[]> groups = List.of(noisyWeeks(200), noisyWeeks(200), noisyWeeks(200));

    GroupForecasts forecasts = new Forecaster(DAYS, 14).ofGroups(groups);

    Forecast total = forecasts.total();
    double widths = forecasts.groups().stream().mapToDouble(ForecasterTest::width).sum();
    for (int step = 0; step < 14; step++) {
      int at = step;
      assertThat(total.expected(step))
          .isCloseTo(
              forecasts.groups().stream().mapToDouble(group -> group.expected(at)).sum(),
              within(1e-9));
    }
    // Errors of groups that have nothing to do with each other cancel out in part.
    assertThat(width(total)).isBetween(0.4 * widths, 0.8 * widths);
    assertThat(total.words(String::valueOf)).contains("the sum of its groups' forecasts");
  }

  @Test
  void groups_oneOfThemYoungerOrEmptyDoesNotSpoilTheTotal() {
    double[] young = noisyWeeks(200);
    Arrays.fill(young, 0, 150, Double.NaN);
    double[] empty = new double[200];
    Arrays.fill(empty, Double.NaN);

    GroupForecasts forecasts =
        new Forecaster(DAYS, 14).ofGroups(List.of(noisyWeeks(200), young, empty));

    assertThat(forecasts.groups().get(2).horizon()).isZero();
    assertThat(forecasts.total().expected(0))
        .isCloseTo(
            forecasts.groups().get(0).expected(0) + forecasts.groups().get(1).expected(0),
            within(1e-9));
    assertThat(forecasts.total().upper(Band.HOLDS_95, 13)).isFinite();
  }

  @Test
  void future_cannotReachBack() {
    double[] values = noisyWeeks(300);
    double[][] once = new double[3][14];
    double[][] changed = new double[3][14];
    int[] origins = {100, 150, 200};
    double[] otherFuture = values.clone();
    Arrays.fill(otherFuture, 200, 300, 1e6);
    for (ForecastModel model :
        List.of(
            new ForecastModel.SeasonalNaive(7),
            new ForecastModel.SeasonMean(7, 4, 0),
            new ForecastModel.LastLongSeason(28, 2, 14),
            new Smoothing(7, true),
            new Smoothing(7, false))) {
      model.continueFrom(values, origins, once);
      model.continueFrom(otherFuture, origins, changed);

      assertThat(changed).as(model.words()).isDeepEqualTo(once);
    }
  }
}
