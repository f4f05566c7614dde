package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Annotations.Event;
import org.junit.jupiter.api.Test;

class LagAnnotationsTest {
  private static final Instant NOW = Instant.parse("2025-06-20T17:10:00Z");
  private static final Instant START = Instant.parse("2025-06-20T17:00:00Z");
  private static final Duration STEP = Duration.ofSeconds(10);
  private static final TimeRange ALL =
      new TimeRange(START.minusSeconds(60), START.plus(Duration.ofDays(1)));

  private final SeenReplication replication = new SeenReplication(10_000, STEP);

  private Annotations ask(TimeRange range, Optional<Duration> lag) {
    return LagAnnotations.of(
        new AnnotationQuery(
            AnnotationEvent.REPLICATION_LAG, range, Map.of(), Duration.ofDays(1), lag),
        replication,
        Duration.ofMinutes(5),
        ZoneId.of("America/Chicago"),
        NOW,
        new Cancellation());
  }

  @Test
  void behind_isTold_withTheWorst_againstTheThresholdAsked() {
    lagging(0, 0);
    lagging(1, 70);
    lagging(2, 90);
    lagging(3, 0);

    assertThat(ask(ALL, Optional.of(Duration.ofMinutes(1))).events())
        .containsExactly(
            new Event(
                at(1),
                Optional.of(at(3)),
                "standby:8800 behind",
                "More than 1m behind the primary, 90 s at the worst.",
                List.of("replicationLag", "standby:8800")));
    assertThat(ask(ALL, Optional.empty()).events()).isEmpty();
  }

  @Test
  void unknown_isTold_andStaysOpen() {
    lagging(0, 0);
    add(1, HostStatus.Lag.unknown("it is cut off"));

    assertThat(ask(ALL, Optional.empty()).events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.time()).isEqualTo(at(1));
              assertThat(event.end()).isEmpty();
              assertThat(event.title()).isEqualTo("standby:8800 lag unknown");
              assertThat(event.text()).endsWith("It is still so.");
            });
  }

  @Test
  void notices_sayWhatIsNotKnown() {
    assertThat(ask(ALL, Optional.empty()).notices())
        .extracting(Notice::text)
        .containsExactly("No standby is watched yet.");

    lagging(0, 0);

    assertThat(ask(ALL, Optional.empty()).notices())
        .extracting(Notice::text)
        .containsExactly(
            "Replication is watched since 2025-06-20 12:00:00 -05:00 (10 min ago); nothing is known"
                + " of the time before.");
    assertThat(ask(new TimeRange(at(0), at(5)), Optional.empty()).notices()).isEmpty();
  }

  @Test
  void manyEvents_theLastAreTold_withANotice() {
    for (int look = 0; look < 2 * (Annotations.MAX_EVENTS + 1); look++) {
      lagging(look, look % 2 == 0 ? 400 : 0);
    }

    Annotations answer = ask(new TimeRange(START, ALL.to()), Optional.empty());

    assertThat(answer.events()).hasSize(Annotations.MAX_EVENTS);
    assertThat(answer.events().get(0).time()).isEqualTo(at(2));
    assertThat(answer.notices())
        .extracting(Notice::text)
        .singleElement()
        .asString()
        .contains("Only the last 500 of 501 events are shown");
  }

  private static Instant at(int look) {
    return START.plus(STEP.multipliedBy(look));
  }

  private void lagging(int look, int seconds) {
    add(look, SeenReplication.lag(Duration.ofSeconds(seconds), 7));
  }

  private void add(int look, HostStatus.Lag lag) {
    replication.see(at(look), SeenReplication.standby("standby:8800", at(look), lag));
  }
}
