package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NameListsTest {
  private final MemorySite site = new MemorySite();

  @AfterEach
  void close() {
    site.close();
  }

  private static NamesQuery query(Dimension dimension, Map<Dimension, Filter> filters) {
    return new NamesQuery(
        Transfers.DATASET,
        dimension,
        Optional.of(Duration.ofDays(30)),
        Optional.empty(),
        Set.of(MoverClass.TAPE, MoverClass.DISK),
        filters);
  }

  private List<String> names(Dimension dimension, Map<Dimension, Filter> filters) {
    return site.engine.names(query(dimension, filters), new Cancellation());
  }

  private static Map<Dimension, Filter> only(Dimension dimension, String... values) {
    return Map.of(dimension, Filter.including(List.of(values)));
  }

  private void twoLibraries() {
    site.transfer("2025-06-18T08:00:00", "L8_10.mover", Direction.READ, 1, "cms", "LTO8", "TD8")
        .transfer("2025-06-18T09:00:00", "L8_9.mover", Direction.WRITE, 1, "lhcb", "LTO8", "TD8")
        .transfer("2025-06-18T09:00:00", "L9_1.mover", Direction.WRITE, 1, "cms", "LTO9", "TD9")
        .transfer("2025-06-18T09:00:00", "null9.mover", Direction.WRITE, 1, "cms", "LTO9", "");
  }

  @Test
  void chained_onlyWhatWasSeenTogether() {
    twoLibraries();

    assertThat(names(Dimensions.MOVER, only(Dimensions.LIBRARY, "LTO8")))
        .containsExactly("L8_9", "L8_10");
    assertThat(names(Dimensions.MOVER, only(Dimensions.LIBRARY, "LTO9", "LTO7")))
        .containsExactly("L9_1");
    assertThat(names(Dimensions.STORAGE_GROUP, only(Dimensions.LIBRARY, "LTO9")))
        .containsExactly("cms");
    assertThat(names(Dimensions.DRIVE_TYPE, only(Dimensions.STORAGE_GROUP, "cms")))
        .containsExactly("TD8", "TD9");
    assertThat(
            names(
                Dimensions.LIBRARY,
                Map.of(
                    Dimensions.STORAGE_GROUP, Filter.including(List.of("cms")),
                    Dimensions.DRIVE_TYPE, Filter.including(List.of("TD8")))))
        .containsExactly("LTO8");
    assertThat(names(Dimensions.MEDIA_CHANGER, only(Dimensions.DRIVE_TYPE, "none"))).isEmpty();
  }

  @Test
  void movers_unfiltered_readTheSummaryAndOnlyItsTailFromTheTransfers() {
    site.summary("2025-06-18", "L8_9", 1, 1)
        .summary("2025-06-19", "L8_s", 1, 1)
        .transfer("2025-06-20T08:00:00", "L8_10.mover", Direction.READ, 1)
        .transfer("2025-06-20T08:00:00", "L8_server.mover", Direction.READ, 1);

    assertThat(names(Dimensions.MOVER, Map.of())).containsExactly("L8_9", "L8_10", "L8_server");
    assertThat(site.source.reads())
        .filteredOn(read -> read.table() == Transfers.FACTS)
        .allSatisfy(
            read -> assertThat(read.from()).isAfterOrEqualTo(LocalDate.parse("2025-06-19")));
  }

  @Test
  void chained_isCached() {
    twoLibraries();
    names(Dimensions.MOVER, only(Dimensions.LIBRARY, "LTO8"));
    int reads = site.source.reads().size();

    names(Dimensions.MOVER, only(Dimensions.LIBRARY, "LTO9"));

    assertThat(site.source.reads()).hasSize(reads);
  }

  @Test
  void beyondTheLookBack_isNotListed() {
    site.transfer("2025-05-01T08:00:00", "L8_1.mover", Direction.READ, 1, "old", "LTO8", "TD8");

    assertThat(names(Dimensions.STORAGE_GROUP, Map.of())).isEmpty();
  }

  @Test
  void movers_inDetail() {
    twoLibraries();
    site.transfer("2025-06-02T08:00:00", "L8_9.mover", Direction.READ, 1, "cms", "OLD", "TD7");

    assertThat(site.engine.movers(query(Dimensions.MOVER, Map.of()), new Cancellation()))
        .containsExactly(
            new MoverDetail(
                "L8_9",
                "tape",
                "TD8",
                List.of("LTO8", "OLD"),
                LocalDate.parse("2025-06-02"),
                LocalDate.parse("2025-06-18")),
            new MoverDetail(
                "L8_10",
                "tape",
                "TD8",
                List.of("LTO8"),
                LocalDate.parse("2025-06-18"),
                LocalDate.parse("2025-06-18")),
            new MoverDetail(
                "L9_1",
                "tape",
                "TD9",
                List.of("LTO9"),
                LocalDate.parse("2025-06-18"),
                LocalDate.parse("2025-06-18")));
  }
}
