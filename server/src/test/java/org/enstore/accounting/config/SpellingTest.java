package org.enstore.accounting.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
  private static final List<String> KNOWN =
      List.of("poolSize", "tlsMode", "lookBack", "MiB", "read");

  @ParameterizedTest
  @CsvSource({
    "poolsize, poolSize",
    "pool_size, poolSize",
    "poolSizes, poolSize",
    "lockBack, lookBack",
    "TLSMODE, tlsMode",
    "mib, MiB",
    "reads, read",
    "entirelyDifferent, ''",
    "x, ''",
    "'', ''"
  })
  void nearest(String word, String expected) {
    assertThat(Spelling.nearest(word, KNOWN).orElse("")).isEqualTo(expected);
  }
}
