package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import org.enstore.accounting.measure.MoverNames;
import org.junit.jupiter.api.Test;

class FleetTest {
  private static final LocalDate FROM = LocalDate.of(2023, 1, 1);
  private static final LocalDate UNTIL = LocalDate.of(2026, 1, 1);

  @Test
  void of_hasAsManyMoversAsAsked() {
    for (int count : new int[] {Fleet.FEWEST, 25, 40, 250}) {
      List<String> keys = keys(Fleet.of(count, FROM, UNTIL, count));
      assertThat(keys).as("seed %s", count).hasSize(count).doesNotHaveDuplicates();
    }
  }

  @Test
  void of_fewerThanItCanDoWith_isRefused() {
    assertThatThrownBy(() -> Fleet.of(15, FROM, UNTIL, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16");
  }

  @Test
  void names_fitTheColumns() {
    for (Fleet.Mover mover : Fleet.of(250, FROM, UNTIL, 1).movers()) {
      assertThat(mover.key()).endsWith(".mover").hasSizeLessThanOrEqualTo(32);
      assertThat(mover.logname()).endsWith("MV").hasSizeLessThanOrEqualTo(16);
      assertThat(mover.driveSerial()).hasSizeLessThanOrEqualTo(16);
      assertThat(mover.address()).hasSizeLessThanOrEqualTo(32);
      assertThat(mover.family().driveId()).hasSizeLessThanOrEqualTo(16);
      assertThat(mover.family().mediaChanger()).hasSizeLessThanOrEqualTo(32);
    }
    for (StorageGroup group : StorageGroup.EXPERIMENTS) {
      assertThat(group.name()).hasSizeLessThanOrEqualTo(16);
    }
    assertThat(StorageGroup.EXPERIMENTS).anyMatch(group -> group.name().length() == 16);
  }

  @Test
  void someNames_areSpoiledByTheSummary() {
    List<String> keys = keys(Fleet.of(40, FROM, UNTIL, 1));
    assertThat(keys).contains("LTO8_server.mover", "LTO8_rov.mover");
    assertThat(keys.stream().map(MoverNames::summaryName))
        .contains("LTO8_s", "LTO8_", "")
        .filteredOn(name -> name.equals("null4") || name.isEmpty())
        .containsExactlyInAnyOrder("null4", "null4", "", "");
  }

  @Test
  void generations_arriveAndRetire() {
    Fleet fleet = Fleet.of(40, FROM, UNTIL, 1);
    assertThat(namesServing(fleet, FROM))
        .anyMatch(key -> key.startsWith("LTO4_"))
        .anyMatch(key -> key.startsWith("10KD_"))
        .noneMatch(key -> key.startsWith("TFF2L9_"));
    assertThat(namesServing(fleet, UNTIL))
        .noneMatch(key -> key.startsWith("LTO4_"))
        .noneMatch(key -> key.startsWith("10KD_"))
        .anyMatch(key -> key.startsWith("TFF2L9_"))
        .anyMatch(key -> key.startsWith("diskSF1_"))
        .anyMatch(key -> key.startsWith("null"));
  }

  private static List<String> namesServing(Fleet fleet, LocalDate day) {
    return fleet.serving(day).stream().map(Fleet.Mover::key).toList();
  }

  private static List<String> keys(Fleet fleet) {
    return fleet.movers().stream().map(Fleet.Mover::key).toList();
  }
}
