package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"12 | 12", "1200.0 | 1,200", "0.0123 | 0.012", "2.5 | 2.500", "0 | 0"})
  void shown_givesPlainNumbersTheDecimalsThatTheyNeed(String number, String shown) {
    assertThat(SeriesText.shown(Optional.of(new BigDecimal(number)), SeriesText.AS_NEEDED))
        .isEqualTo(shown);
  }
}
