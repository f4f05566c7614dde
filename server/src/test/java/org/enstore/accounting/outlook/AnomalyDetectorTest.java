package org.enstore.accounting.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnomalyDetectorTest {
  private static final double[] WEEK = {100, 110, 120, 115, 105, 40, 30};

  private final Random random = new Random(3);

  /** Days, one false alarm a month. */
  private static Anomalies days(double[] values) {
    return new AnomalyDetector(7, 1, 30).of(values);
  }

  private double[] noisyWeeks(int days) {
    return IntStream.range(0, days)
        .mapToDouble(day -> WEEK[day % 7] * (1 + 0.05 * random.nextGaussian()))
        .toArray();
  }

  private static int flags(Anomalies anomalies) {
    return (int)
        IntStream.range(0, anomalies.length()).filter(day -> anomalies.flag(day) != 0).count();
  }

  @Test
  void halfSpeed_forADayIsFoundTheSameDay() {
    int found = 0;
    for (int seed = 0; seed < 50; seed++) {
      double[] values = noisyWeeks(200);
      values[190] /= 2;
      found += days(values).flag(190) == -1 ? 1 : 0;
    }

    assertThat(found).isGreaterThanOrEqualTo(48);
  }

  @Test
  void silence_isOneEpisode() {
    double[] values = noisyWeeks(220);
    Arrays.fill(values, 200, 205, 0);

    Episode last =
        days(values).episodes().stream().filter(e -> e.begin() == 200).findFirst().orElseThrow();

    assertThat(last.end()).isEqualTo(205);
    assertThat(last.direction()).isEqualTo(-1);
    assertThat(last.seen()).isZero();
    assertThat(last.words(day -> "day " + day, value -> Math.round(value) + " TB"))
        .startsWith("From day 200 to day 204 unusually low: 0 TB on day 20")
        .endsWith("times the usual spread away.");
  }

  @Test
  void falseAlarms_stayBelowTheToleratedNumber() {
    int episodes = 0;
    for (int seed = 0; seed < 20; seed++) {
      episodes += days(noisyWeeks(360)).episodes().size();
    }

    // Twenty series, each nine months long once there can be alarms.
    assertThat(episodes).isLessThanOrEqualTo(180);
  }

  @Test
  void sensitivity_tolerateFewerAndThereAreFewer() {
    int strict = 0;
    int loose = 0;
    for (int seed = 0; seed < 20; seed++) {
      double[] values = noisyWeeks(360);
      strict += new AnomalyDetector(7, 0.2, 30).of(values).episodes().size();
      loose += new AnomalyDetector(7, 3, 30).of(values).episodes().size();
    }

    assertThat(strict).isLessThan(loose);
  }

  @Test
  void future_cannotReachBack() {
    double[] values = noisyWeeks(300);
    double[] otherFuture = values.clone();
    Arrays.fill(otherFuture, 200, 300, 1e9);
    Anomalies cut = days(Arrays.copyOf(values, 200));
    Anomalies whole = days(values);
    Anomalies other = days(otherFuture);

    for (int day = 0; day < 200; day++) {
      assertThat(whole.score(day)).isEqualTo(cut.score(day)).isEqualTo(other.score(day));
      assertThat(whole.flag(day)).isEqualTo(cut.flag(day)).isEqualTo(other.flag(day));
      assertThat(Double.compare(whole.upper(day), cut.upper(day))).isZero();
      assertThat(Double.compare(whole.upper(day), other.upper(day))).isZero();
    }
  }

  @Test
  void band_holdsWhatIsUsual() {
    double[] values = noisyWeeks(300);
    Anomalies anomalies = days(values);

    int inside = 0;
    for (int day = 100; day < 300; day++) {
      assertThat(anomalies.lower(day)).isLessThan(anomalies.expected(day));
      if (anomalies.lower(day) <= values[day] && values[day] <= anomalies.upper(day)) {
        inside++;
      }
    }
    assertThat(inside).isGreaterThan(180);
    assertThat(anomalies.expected(299)).isCloseTo(WEEK[299 % 7], within(20.0));
  }

  @Test
  void weekend_isNoAnomaly() {
    double[] values = IntStream.range(0, 200).mapToDouble(day -> WEEK[day % 7] + day % 2).toArray();

    assertThat(days(values).flag(7 * 26 + 6)).isZero();
  }

  @Test
  void shortHistory_saysHowManyValuesItTakes() {
    Anomalies anomalies = days(noisyWeeks(50));

    assertThat(anomalies.tooShort()).isTrue();
    assertThat(anomalies.fewestValues()).isEqualTo(90);
    assertThat(anomalies.episodes()).isEmpty();
    assertThat(flags(anomalies)).isZero();
  }

  @Test
  void sensitivity_thatHistoryCannotAnswerGivesNoAlarm() {
    AnomalyDetector hourly = new AnomalyDetector(24, 1, 720);

    assertThat(hourly.fewestValues()).isEqualTo(780);
    assertThat(hourly.of(noisyWeeks(700)).tooShort()).isTrue();
  }

  @Test
  void constant_hasNoAnomaly() {
    double[] values = new double[300];
    Arrays.fill(values, 5);

    assertThat(flags(days(values))).isZero();
  }

  @Test
  void constant_anyOtherValueIsFar() {
    double[] values = new double[300];
    Arrays.fill(values, 5);
    values[250] = 6;

    assertThat(days(values).flag(250)).isEqualTo(1);
  }

  @Test
  void missing_isNeverAnAlarmAndHidesNone() {
    double[] values = noisyWeeks(200);
    for (int day = 3; day < 200; day += 11) {
      values[day] = Double.NaN;
    }
    values[192] = 1000;

    Anomalies anomalies = days(values);

    assertThat(anomalies.flag(192)).isEqualTo(1);
    assertThat(anomalies.flag(190)).isZero();
    assertThat(anomalies.score(190)).isZero();
    assertThat(anomalies.expected(190)).isNaN();
  }

  @Test
  void missing_allOfIt() {
    double[] values = new double[100];
    Arrays.fill(values, Double.NaN);

    assertThat(flags(days(values))).isZero();
    assertThat(flags(days(new double[0]))).isZero();
  }

  @Test
  void negativeAndHuge_areLikeAnyOther() {
    double[] values = noisyWeeks(200);
    values[190] = 0;
    double[] other = Arrays.stream(values).map(value -> -value * Math.pow(2, 60)).toArray();

    assertThat(days(other).flag(190)).isEqualTo(-days(values).flag(190)).isEqualTo(1);
    assertThat(days(other).score(190)).isCloseTo(days(values).score(190), within(1e-9));
  }

  @Test
  void arguments_outOfRangeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new AnomalyDetector(0, 1, 30));
    assertThatIllegalArgumentException().isThrownBy(() -> new AnomalyDetector(7, 0, 30));
    assertThatIllegalArgumentException().isThrownBy(() -> new AnomalyDetector(7, 1, Double.NaN));
  }
}
