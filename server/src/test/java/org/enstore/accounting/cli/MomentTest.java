package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");

  /** Half past midnight of the 20th in Chicago. */
  private static final Instant NOW = Instant.parse("2025-06-20T05:30:00Z");

  @ParameterizedTest
  @CsvSource({
    "now, 2025-06-20T05:30:00Z",
    "' now ', 2025-06-20T05:30:00Z",
    "today, 2025-06-20T05:00:00Z",
    "yesterday, 2025-06-19T05:00:00Z",
    "90s, 2025-06-20T05:28:30Z",
    "now-15m, 2025-06-20T05:15:00Z",
    "12h, 2025-06-19T17:30:00Z",
    "30d, 2025-05-21T05:30:00Z",
    "now-2w, 2025-06-06T05:30:00Z",
    "2025-06-01, 2025-06-01T05:00:00Z",
    "2025-01-01, 2025-01-01T06:00:00Z",
    "2025-06-01T06:30, 2025-06-01T11:30:00Z",
    "2025-06-01T06:30:15, 2025-06-01T11:30:15Z",
    "2025-06-01T06:30:00Z, 2025-06-01T06:30:00Z",
    "2025-06-01T06:30:00+02:00, 2025-06-01T04:30:00Z",
    // An hour that occurs twice, and one that was skipped.
    "2024-11-03T01:30, 2024-11-03T07:30:00Z",
    "2024-03-10T02:30, 2024-03-10T08:30:00Z",
  })
  void parse_understands(String text, String instant) {
    assertThat(Moment.parse("--from", text, CHICAGO, NOW)).isEqualTo(Instant.parse(instant));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "then",
        "30",
        "30x",
        "-30d",
        "now+1d",
        "1.5h",
        "2025-13-01",
        "2025-02-30",
        "2025-06-01T25:00",
        "01/06/2025"
      })
  void parse_refusesWithTheForms(String text) {
    assertThatThrownBy(() -> Moment.parse("--to", text, CHICAGO, NOW))
        .isInstanceOf(Failure.class)
        .hasMessage("--to is \"" + text + "\"; it must be " + Moment.FORMS + ".")
        .extracting(e -> ((Failure) e).exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void show_hasTheSitesOffset() {
    assertThat(Moment.show(NOW.plusMillis(999), CHICAGO)).isEqualTo("2025-06-20T00:30:00-05:00");
    assertThat(Moment.show(NOW, ZoneId.of("UTC"))).isEqualTo("2025-06-20T05:30:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 s",
    "400, 0.4 s",
    "2000, 2 s",
    "61000, 1 min 1 s",
    "3600000, 1 h 0 min",
    "90000000, 1 d 1 h"
  })
  void show_ofALength_hasTwoUnitsAtTheMost(long millis, String shown) {
    assertThat(Moment.show(Duration.ofMillis(millis))).isEqualTo(shown);
  }
}
