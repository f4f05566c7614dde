package org.enstore.accounting.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "250ms, PT0.25S, 250ms",
    "30s, PT30S, 30s",
    "90s, PT1M30S, 90s",
    "60s, PT1M, 1m",
    "5m, PT5M, 5m",
    "24h, P1D, 1d",
    "7d, P7D, 7d",
    "0s, PT0S, 0s",
    "0d, PT0S, 0s"
  })
  void parse_format(String text, Duration duration, String formatted) {
    assertThat(Durations.parse(text)).contains(duration);
    assertThat(Durations.format(duration)).isEqualTo(formatted);
    assertThat(text).matches(Pattern.compile(Durations.FORM));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "5 s", "-5s", "1.5h", "1h30m", "5S", "5w", "1M", "5sec"})
  void parse_notADuration(String text) {
    assertThat(Durations.parse(text)).isEmpty();
    assertThat(text).doesNotMatch(Durations.FORM);
  }

  @Test
  void parse_overflow() {
    assertThat(Durations.parse("999999999999999999d")).isEmpty();
    assertThat(Durations.parse("9999999999999999999999s")).isEmpty();
  }
}
