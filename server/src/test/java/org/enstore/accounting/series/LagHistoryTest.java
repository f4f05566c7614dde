package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.Test;

class LagHistoryTest {
  private static final Instant START = Instant.parse("2025-06-20T17:00:00Z");
  private static final Duration STEP = Duration.ofSeconds(10);
  private static final TimeRange ALL =
      new TimeRange(START.minusSeconds(1), START.plus(Duration.ofDays(1)));

  private final LagHistory history = new LagHistory(100, STEP);

  @Test
  void since_isTheFirstLook() {
    assertThat(history.since()).isEmpty();
    add(3, 0.0);
    add(4, 0.0);

    assertThat(history.since()).contains(at(3));
  }

  @Test
  void samples_areThoseOfTheRange_unknownOnesIncluded() {
    add(0, 1.0);
    add(1, null);
    add(2, 3.0);

    List<LagHistory.Sample> samples = samples(new TimeRange(at(1), at(2)));
    assertThat(samples).hasSize(1);
    assertThat(samples.get(0).seconds()).isEmpty();
    assertThat(samples.get(0).bytes()).isEmpty();
  }

  @Test
  void room_theOldestAreForgotten() {
    for (int look = 0; look < 250; look++) {
      add(look, (double) look);
    }

    List<LagHistory.Sample> samples = samples(ALL);
    assertThat(samples).hasSize(100);
    assertThat(samples.get(0).seconds()).hasValue(150);
    assertThat(samples.get(99).seconds()).hasValue(249);
    assertThat(history.since()).contains(at(0));
  }

  @Test
  void clockSetBack_addsNothing() {
    add(5, 1.0);
    add(4, 2.0);

    assertThat(history.samples(ALL).get("standby:8800")).hasSize(1);
  }

  @Test
  void regions_joinNeighbours_andStayOpenAtTheEnd() {
    add(0, 0.0);
    add(1, 70.0);
    add(2, 90.5);
    add(3, 0.0);
    add(4, null);

    assertThat(history.regions(ALL, Duration.ofMinutes(1)))
        .containsExactly(
            new LagRegion(
                "standby:8800",
                LagRegion.Kind.BEHIND,
                at(1),
                Optional.of(at(3)),
                Optional.of(Duration.ofMillis(90_500))),
            new LagRegion(
                "standby:8800", LagRegion.Kind.UNKNOWN, at(4), Optional.empty(), Optional.empty()));
  }

  @Test
  void regions_theThresholdItselfIsNotAbove() {
    add(0, 60.0);

    assertThat(history.regions(ALL, Duration.ofMinutes(1))).isEmpty();
  }

  @Test
  void regions_nobodyLooked_isUnknown() {
    add(0, 0.0);
    add(50, 0.0);

    assertThat(history.regions(ALL, Duration.ofMinutes(1)))
        .containsExactly(
            new LagRegion(
                "standby:8800",
                LagRegion.Kind.UNKNOWN,
                at(0),
                Optional.of(at(50)),
                Optional.empty()));
  }

  @Test
  void regions_outsideTheRange_areLeftOut() {
    add(0, 70.0);
    add(1, 0.0);
    add(2, 70.0);
    add(3, 0.0);

    assertThat(history.regions(new TimeRange(at(2), at(9)), Duration.ofMinutes(1)))
        .singleElement()
        .satisfies(region -> assertThat(region.from()).isEqualTo(at(2)));
  }

  private List<LagHistory.Sample> samples(TimeRange range) {
    return Objects.requireNonNull(history.samples(range).get("standby:8800"));
  }

  private static Instant at(int look) {
    return START.plus(STEP.multipliedBy(look));
  }

  private void add(int look, @org.jspecify.annotations.Nullable Double seconds) {
    HostStatus.Lag lag =
        seconds == null
            ? HostStatus.Lag.unknown("it is cut off")
            : SeenReplication.lag(Duration.ofMillis(Math.round(seconds * 1000)), 7);
    history.add(at(look), List.of(SeenReplication.standby("standby:8800", at(look), lag)));
  }
}
