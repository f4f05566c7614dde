package org.enstore.accounting.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepTest {

  @Test
  void atLeast_snapsUpTheLadder() {
    assertThat(Step.atLeast(Duration.ofSeconds(1))).isEqualTo(Step.MINUTE_1);
    assertThat(Step.atLeast(Duration.ofMinutes(45))).isEqualTo(Step.HOUR_1);
    assertThat(Step.atLeast(Duration.ofHours(13))).isEqualTo(Step.DAY);
    assertThat(Step.atLeast(Duration.ofDays(8))).isEqualTo(Step.MONTH);
    assertThat(Step.atLeast(Duration.ofDays(4000))).isEqualTo(Step.YEAR);
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void ladder_eachRungIsItsOwnName(Step step) {
    assertThat(Step.of(step.text())).contains(step);
    assertThat(Step.atLeast(step.nominal())).isEqualTo(step);
    assertThat(step.wider().nominal()).isGreaterThanOrEqualTo(step.nominal());
  }

  @Test
  void of_unknown_isEmpty() {
    assertThat(Step.of("45m")).isEmpty();
  }
}
