package org.enstore.accounting.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoverNamesTest {

  @ParameterizedTest
  @CsvSource({
    "L8G1_007.mover, L8G1_007",
    "LTO8_server.mover, LTO8_s",
    "LTO8_rov.mover, LTO8_",
    "null4e.mover, null4",
    "null4.mover, null4",
    "mover.mover, ''",
    "remover.mover, ''",
    "'', ''"
  })
  void summaryName_trimsTheCharacterSet(String key, String trimmed) {
    assertThat(MoverNames.summaryName(key)).isEqualTo(trimmed);
    assertThat(MoverNames.summaryName(trimmed)).isEqualTo(trimmed);
  }

  @ParameterizedTest
  @CsvSource({
    "L8G1_007.mover, L8G1_007",
    "LTO8_server.mover, LTO8_server",
    "mover.mover, mover",
    "L8G1_007, L8G1_007"
  })
  void canonical_dropsTheSuffixAlone(String key, String canonical) {
    assertThat(MoverNames.canonical(key)).isEqualTo(canonical);
  }

  @Test
  void naturalOrder_countsAsPeopleDo() {
    List<String> names =
        List.of("L8G1_010", "L8G1_2", "l8g1_003", "diskSF1_1", "10KD_2A", "9940B1", "", "L8G1_2b");

    assertThat(names.stream().sorted(MoverNames.naturalOrder()))
        .containsExactly(
            "", "10KD_2A", "9940B1", "diskSF1_1", "L8G1_2", "L8G1_2b", "l8g1_003", "L8G1_010")
        .isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"null4, NULL", "samNULL1a, NULL", "diskSF1_01, DISK", "L8G1_007, TAPE"})
  void moverClass_byName(String name, MoverClass expected) {
    assertThat(MoverClass.ofName(name)).isEqualTo(expected);
  }
}
