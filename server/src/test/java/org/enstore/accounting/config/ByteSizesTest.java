package org.enstore.accounting.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizesTest {
  @ParameterizedTest
  @CsvSource({
    "1KiB, 1024, 1KiB",
    "64MiB, 67108864, 64MiB",
    "1024MiB, 1073741824, 1GiB",
    "4GiB, 4294967296, 4GiB",
    "1025KiB, 1049600, 1025KiB"
  })
  void parse_format(String text, long bytes, String formatted) {
    assertThat(ByteSizes.parse(text)).hasValue(bytes);
    assertThat(ByteSizes.format(bytes)).isEqualTo(formatted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "64", "64MB", "64mib", "64 MiB", "-1MiB", "1.5GiB", "64B"})
  void parse_notASize(String text) {
    assertThat(ByteSizes.parse(text)).isEmpty();
    assertThat(text).doesNotMatch(ByteSizes.FORM);
  }

  @Test
  void parse_overflow() {
    assertThat(ByteSizes.parse("99999999999999GiB")).isEmpty();
  }
}
