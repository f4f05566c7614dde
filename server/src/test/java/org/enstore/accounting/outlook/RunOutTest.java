package org.enstore.accounting.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunOutTest {
  private static final RunOut DAYS = new RunOut(7, 1000, 5);

  private final Random random = new Random(2);

  private double[] use(int days) {
    return IntStream.range(0, days).mapToDouble(day -> 10 + 3 * random.nextGaussian()).toArray();
  }

  @Test
  void stock_endsWhenUseSaysSo() {
    RunOutDates dates = DAYS.dates(use(200), 500, 0);

    assertThat(dates.middle()).isCloseTo(50, within(4.0));
    assertThat(dates.early()).isLessThan(dates.middle());
    assertThat(dates.late()).isGreaterThan(dates.middle());
  }

  @Test
  void reserve_isReachedEarlier() {
    double[] use = use(200);

    assertThat(DAYS.dates(use, 500, 200).middle())
        .isCloseTo(DAYS.dates(use, 300, 0).middle(), within(1e-9));
    assertThat(DAYS.dates(use, 100, 200)).extracting(RunOutDates::late).isEqualTo(0.0);
  }

  @Test
  void band_holdsItsShareOfRunOuts() {
    int inside = 0;
    int all = 200;
    for (int series = 0; series < all; series++) {
      double[] use = use(260);
      double left = 200;
      double truth = 0;
      for (int day = 230; left > 0; day++) {
        truth += Math.min(1, left / use[day]);
        left -= use[day];
      }
      RunOutDates dates = DAYS.dates(Arrays.copyOf(use, 230), 200, 0);
      inside += dates.early() <= truth && truth <= dates.late() ? 1 : 0;
    }

    assertThat((double) inside / all).isBetween(0.7, 0.92);
  }

  @Test
  void seed_givesTheSameAgain() {
    double[] use = use(100);

    assertThat(new RunOut(7, 500, 9).dates(use, 321, 0))
        .isEqualTo(new RunOut(7, 500, 9).dates(use, 321, 0));
  }

  @Test
  void refills_areNotUse() {
    double[] use = RunOut.useOf(new double[] {10, 8, 8, 50, 47});

    assertThat(use).containsExactly(2, 0, Double.NaN, 3);
  }

  @Test
  void risingUse_startsFromTodaysLevel() {
    double[] use = IntStream.range(0, 200).mapToDouble(day -> day < 150 ? 5 : 15).toArray();

    assertThat(DAYS.dates(use, 300, 0).middle()).isLessThan(30);
  }

  @Test
  void noUse_neverEnds() {
    RunOutDates dates = DAYS.dates(new double[100], 10, 0);

    assertThat(dates.early()).isInfinite();
    assertThat(dates.orderBy(30)).isInfinite();
  }

  @Test
  void shutdown_startsFromNothingAndEndsNever() {
    double[] use = use(200);
    Arrays.fill(use, 180, 200, 0);

    assertThat(DAYS.dates(use, 300, 0).early()).isGreaterThan(30);
  }

  @Test
  void shortHistory_saysHowMuchItTakes() {
    RunOutDates dates = DAYS.dates(use(10), 500, 0);

    assertThat(dates.tooShort()).isTrue();
    assertThat(dates.middle()).isNaN();
    assertThat(dates.needed()).isEqualTo(DAYS.fewestValues());
  }

  @Test
  void missing_isLeftOut() {
    double[] use = use(200);
    for (int day = 0; day < 200; day += 5) {
      use[day] = Double.NaN;
    }

    assertThat(DAYS.dates(use, 500, 0).middle()).isCloseTo(50, within(6.0));
  }

  @Test
  void huge_isLikeSmall() {
    double factor = Math.pow(2, 60);
    double[] use = use(200);
    double[] huge = Arrays.stream(use).map(value -> value * factor).toArray();

    assertThat(DAYS.dates(huge, 500 * factor, 0).middle())
        .isCloseTo(DAYS.dates(use, 500, 0).middle(), within(1e-6));
  }

  @Test
  void order_isDueTheLeadTimeBeforeTheEarlyDate() {
    assertThat(new RunOutDates(40, 50, 60, 100, 20).orderBy(30)).isEqualTo(10);
    assertThat(new RunOutDates(40, 50, 60, 100, 20).orderBy(45)).isEqualTo(-5);
  }
}
