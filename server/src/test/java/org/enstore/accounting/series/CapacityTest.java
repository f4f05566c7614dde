package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.config.Complaint;
import org.junit.jupiter.api.Test;

class CapacityTest {
  private static final LocalDate TODAY = LocalDate.parse("2025-06-20");

  private static CapacityQuery query(long reserve, int leadDays) {
    return new CapacityQuery(
        CapacityQuery.Stock.BLANKS,
        Map.of(),
        reserve,
        Duration.ofDays(leadDays),
        Duration.ofDays(366),
        CapacityQuery.View.TABLE);
  }

  private static CapacityAnswer.Stock told(CapacityQuery query, double[] levels, double now) {
    return Capacity.told(query, List.of("M8"), Capacity.Course.ofLevels(levels, now), TODAY);
  }

  /** Two a day, refilled by a hundred every fifty days. */
  private static double[] steady(int days, double end) {
    double[] levels = new double[days];
    for (int i = 0; i < days; i++) {
      int ago = days - 1 - i;
      int refills = ago / 50;
      levels[i] = end + 2.0 * ago - 100.0 * refills;
    }
    return levels;
  }

  @Test
  void steadyUse_runsOutWhenDivisionSays_refillsApart() {
    CapacityAnswer.Stock stock = told(query(0, 10), steady(300, 80), 80);

    assertThat(stock.usedPerDay()).isCloseTo(2, within(0.01));
    assertThat(stock.middle()).isCloseTo(40, within(1.0));
    assertThat(stock.early()).isLessThanOrEqualTo(stock.middle());
    assertThat(stock.middleDay()).contains(TODAY.plusDays((long) stock.middle()));
    assertThat(stock.orderBy()).contains(TODAY.plusDays((long) (stock.early() - 10)));
    assertThat(stock.words())
        .startsWith("It runs out between 2025-07-")
        .endsWith("order by " + stock.orderBy().orElseThrow() + ".");
  }

  @Test
  void reserve_isNotUsed() {
    CapacityAnswer.Stock stock = told(query(20, 10), steady(300, 80), 80);

    assertThat(stock.middle()).isCloseTo(30, within(1.0));
    assertThat(stock.words()).startsWith("It falls to the reserve between ");
    assertThat(told(query(80, 10), steady(300, 80), 80).words())
        .isEqualTo("At or below the reserve now.");
  }

  @Test
  void longDelivery_isToldToBeTooLate() {
    CapacityAnswer.Stock stock = told(query(0, 60), steady(300, 80), 80);

    assertThat(stock.orderBy()).contains(TODAY);
    assertThat(stock.words()).endsWith("it is too late for a delivery to be there before.");
  }

  @Test
  void nothingUsed_hardlyRunsOut() {
    double[] levels = new double[300];
    Arrays.fill(levels, 40);

    CapacityAnswer.Stock stock = told(query(0, 60), levels, 40);

    assertThat(stock.early()).isInfinite();
    assertThat(stock.earlyDay()).isEmpty();
    assertThat(stock.orderBy()).isEmpty();
    assertThat(stock.words()).isEqualTo("Hardly runs out within two years.");
  }

  @Test
  void shortHistory_isNoGuess() {
    CapacityAnswer.Stock stock = told(query(0, 60), steady(15, 80), 80);

    assertThat(stock.early()).isNaN();
    assertThat(stock.words())
        .isEqualTo("Too little is known: the use of 14 days, and it takes 19.");
  }

  @Test
  void filters_areThoseOfTheStock() {
    CapacityQuery query =
        new CapacityQuery(
            CapacityQuery.Stock.BLANKS,
            Map.of(Dimensions.LIBRARY, Filter.including(List.of("LTO8"))),
            0,
            Duration.ZERO,
            Duration.ofDays(100),
            CapacityQuery.View.TABLE);

    assertThat(query.contradictions())
        .extracting(Complaint::sentence)
        .containsExactly(
            "\"filters.library\" does not apply: the stock \"blanks\" is told apart by mediaType.");
  }
}
