package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.Test;

class RiskFactsTest {
  private static final int DAYS = 28;
  private static final int MOVERS = 10;

  private final List<Series> transfers = new ArrayList<>();
  private final List<Series> speeds = new ArrayList<>();
  private final List<Series> errors = new ArrayList<>();

  RiskFactsTest() {
    for (int mover = 0; mover < MOVERS; mover++) {
      work(name(mover), "LTO8", constant(100), constant(300));
    }
  }

  private static String name(int mover) {
    return "L8_" + mover;
  }

  private static double[] constant(double value) {
    double[] days = new double[DAYS];
    Arrays.fill(days, value);
    return days;
  }

  private void work(String mover, String type, double[] count, double[] speed) {
    Map<String, String> labels = Map.of("mover", mover, "driveType", type);
    transfers.add(new Series(labels, numbers(count)));
    speeds.add(new Series(labels, numbers(speed)));
  }

  private void fail(String mover, String errorClass, double[] count) {
    errors.add(new Series(Map.of("mover", mover, "errorClass", errorClass), numbers(count)));
  }

  private static Numbers numbers(double[] values) {
    BitSet missing = new BitSet();
    for (int i = 0; i < values.length; i++) {
      missing.set(i, Double.isNaN(values[i]));
    }
    return Numbers.rounded(values, missing);
  }

  private static SeriesTable table(List<Series> series) {
    LocalDate today = LocalDate.parse("2025-06-20");
    SiteCalendar calendar = new SiteCalendar(MemorySite.CHICAGO);
    Buckets buckets =
        calendar.buckets(
            Step.DAY,
            new TimeRange(
                MemorySite.midnight(today.minusDays(DAYS - 1L).toString()),
                MemorySite.midnight(today.plusDays(1).toString())));
    return new SeriesTable(buckets, series);
  }

  private List<RiskAnswer.Unit> ranked() {
    RiskFacts facts = new RiskFacts(DAYS, 7);
    facts.takeTransfers(table(transfers));
    facts.takeSpeeds(table(speeds));
    facts.takeErrors(table(errors));
    return facts.ranked();
  }

  private static double[] lately(double value) {
    double[] days = new double[DAYS];
    Arrays.fill(days, DAYS - 3, DAYS, value);
    return days;
  }

  @Test
  void moverWithErrorsOfItsDrive_isFirst_andSaysWhy() {
    for (int mover = 0; mover < MOVERS; mover++) {
      fail(name(mover), "driveOrMedia", lately(mover == 3 ? 8 : 0.4));
      fail(name(mover), "client", lately(mover == 5 ? 500 : 1));
    }

    List<RiskAnswer.Unit> ranked = ranked();

    assertThat(ranked.get(0).mover()).isEqualTo("L8_3");
    assertThat(ranked.get(0).reasons()).startsWith("errors of drive or tape per transfers ");
    assertThat(ranked.get(0).advice()).startsWith("Look at whether the errors follow it");
    assertThat(ranked.get(0).errors()).isEqualTo(24);
    assertThat(ranked.get(0).transfers()).isEqualTo(2800);
    assertThat(ranked.subList(1, MOVERS))
        .allSatisfy(unit -> assertThat(unit.reasons()).isEqualTo("like its peers"));
  }

  @Test
  void slowDrive_isFirst_withItsSpeedBesideItsPeers() {
    double[] slow = constant(300);
    Arrays.fill(slow, DAYS - 5, DAYS, 150);
    speeds.set(7, new Series(speeds.get(7).labels(), numbers(slow)));

    List<RiskAnswer.Unit> ranked = ranked();

    assertThat(ranked.get(0).mover()).isEqualTo("L8_7");
    assertThat(ranked.get(0).reasons()).isEqualTo("speed 0.50 of its type's");
    assertThat(ranked.get(0).advice()).startsWith("Take it out of service");
    assertThat(ranked.get(0).relativeSpeed()).isEqualTo(0.5);
    assertThat(ranked.get(1).relativeSpeed()).isEqualTo(1.0);
  }

  @Test
  void oldErrors_fade() {
    double[] old = new double[DAYS];
    old[0] = 8;
    fail("L8_1", "robot", old);
    fail("L8_2", "robot", lately(8.0 / 3));

    List<RiskAnswer.Unit> ranked = ranked();

    assertThat(ranked.get(0).mover()).isEqualTo("L8_2");
    assertThat(ranked.get(0).score()).isGreaterThan(1 + ranked.get(1).score());
    assertThat(ranked.get(1).mover()).isEqualTo("L8_1");
  }

  @Test
  void otherTypes_areNoPeers() {
    work("L9_1", "LTO9", constant(100), constant(100));

    assertThat(ranked())
        .filteredOn(unit -> unit.mover().equals("L9_1"))
        .singleElement()
        .satisfies(
            unit -> {
              assertThat(unit.relativeSpeed()).isNaN();
              assertThat(unit.reasons()).isEqualTo("like its peers");
            });
  }

  @Test
  void idleDays_haveNoSpeed() {
    double[] rare = constant(Double.NaN);
    rare[DAYS - 2] = 300;
    work("L8_rare", "LTO8", lately(1), rare);

    assertThat(ranked())
        .filteredOn(unit -> unit.mover().equals("L8_rare"))
        .singleElement()
        .satisfies(unit -> assertThat(unit.relativeSpeed()).isEqualTo(1.0));
  }
}
