package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.enstore.accounting.catalog.Combination;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SumsTest {
  @ParameterizedTest
  @CsvSource({
    "SUM, 3, 4, 7",
    "MAXIMUM, 3, 4, 4",
    "MAXIMUM, 0, 4, 4",
    "MINIMUM, 3, 4, 3",
    "MINIMUM, 0, 4, 4",
    "MINIMUM, 3, 0, 3",
    "LATEST, 3, 4, 4",
    "LATEST, 3, 0, 0"
  })
  void combine_ofTheEarlierAndTheLaterCell(Combination combination, long a, long b, long both) {
    assertThat(Sums.combine(combination, a, b)).isEqualTo(both);
  }

  @Test
  void combine_refusesASumThatDoesNotFit() {
    assertThatThrownBy(() -> Sums.combine(Combination.SUM, Long.MAX_VALUE, 1))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE));
  }
}
