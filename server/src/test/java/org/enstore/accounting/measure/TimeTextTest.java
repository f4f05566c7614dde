package org.enstore.accounting.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeTextTest {
  private static final Instant MOMENT = Instant.parse("2026-12-01T10:35:40.271667946Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "America/Chicago | 0   | 2026-12-01 04:35:40 -06:00 (just now)",
        "America/Chicago | -5  | 2026-12-01 04:35:40 -06:00 (just now)",
        "Asia/Kathmandu  | 119 | 2026-12-01 16:20:40 +05:45 (119 s ago)",
        "UTC             | 120 | 2026-12-01 10:35:40 +00:00 (2 min ago)",
      })
  void moment_onTheSitesClocks(String zone, int secondsAgo, String text) {
    assertThat(TimeText.of(MOMENT, ZoneId.of(zone), MOMENT.plusSeconds(secondsAgo)))
        .isEqualTo(text);
  }

  @Test
  void moment_inARepeatedHour_isUnambiguous() {
    ZoneId chicago = ZoneId.of("America/Chicago");
    Instant first = Instant.parse("2026-11-01T06:30:00Z");
    assertThat(TimeText.of(first, chicago, first)).startsWith("2026-11-01 01:30:00 -05:00");
    assertThat(TimeText.of(first.plusSeconds(3600), chicago, first))
        .startsWith("2026-11-01 01:30:00 -06:00");
  }

  @ParameterizedTest
  @CsvSource({"PT1.9S,1 s", "PT1M59S,119 s", "PT119M,119 min", "PT47H,47 h", "PT480H,20 d"})
  void duration(Duration duration, String text) {
    assertThat(TimeText.of(duration)).isEqualTo(text);
  }
}
