package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueryTimesTest {
  private long now;
  private final QueryTimes times = new QueryTimes(() -> now);

  private void take(Duration duration, String outcome) {
    long begun = times.begin();
    now += duration.toNanos();
    times.end(begun, "series", outcome);
  }

  @Test
  void distributions_byOutcome_upToAndIncludingEachBound() {
    take(Duration.ZERO, "answered");
    take(Duration.ofMillis(5), "answered");
    take(Duration.ofMillis(6), "answered");
    take(Duration.ofSeconds(31), "answered");
    take(Duration.ofSeconds(1), "failed");

    assertThat(times.distributions())
        .containsExactlyInAnyOrder(
            new QueryTimes.Distribution(
                "series",
                "answered",
                List.of(2L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L),
                31.011),
            new QueryTimes.Distribution(
                "series", "failed", List.of(0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 0L), 1.0));
  }
}
