package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.TimeRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangesTest {
  private static final long GIB = 1L << 30;
  private static final List<Dimension> LEVELS =
      List.of(Dimensions.STORAGE_GROUP, Dimensions.LIBRARY);

  private final MemorySite site = new MemorySite();

  @AfterEach
  void close() {
    site.close();
  }

  private void write(String day, String group, String library, long bytes) {
    site.transfer(
        day + "T10:00:00", "L8_1.mover", Direction.WRITE, bytes, group, library, "ULT3580-TD8");
  }

  private ChangesAnswer ask(
      Measure measure, TimeRange range, List<Dimension> levels, ChangesQuery.Against against) {
    return site.engine.changes(
        new ChangesQuery(
            new SeriesQuery(
                Transfers.DATASET,
                measure,
                range,
                Optional.empty(),
                Duration.ofMinutes(1),
                100,
                levels,
                List.of(Dimensions.DIRECTION),
                Map.of(),
                false,
                ByteUnit.MEBIBYTES,
                GapPolicy.NOT_YET,
                SourceChoice.AUTO,
                Arrangement.PLAIN),
            against),
        Demand.USUAL,
        new Cancellation(),
        Room.UNBOUNDED);
  }

  private static TimeRange day(String from, String to) {
    return MemorySite.days(from, to);
  }

  private static ChangesAnswer.Row row(
      @Nullable String group, @Nullable String part, long before, long after) {
    return new ChangesAnswer.Row(
        Optional.ofNullable(group), Optional.ofNullable(part), before, after, after - before);
  }

  @Test
  void groupsAndParts_addUpToTheChange() {
    write("2025-06-16", "cms", "LTO8", 500 * GIB);
    write("2025-06-16", "cms", "LTO9", 100 * GIB + 1);
    write("2025-06-16", "nova", "LTO8", 50 * GIB);
    write("2025-06-17", "cms", "LTO8", 100 * GIB);
    write("2025-06-17", "cms", "LTO9", 120 * GIB);
    write("2025-06-17", "nova", "LTO8", 60 * GIB);
    write("2025-06-17", "dune", "LTO9", 7 * GIB);

    ChangesAnswer answer =
        ask(Transfers.BYTES, day("2025-06-17", "2025-06-18"), LEVELS, ChangesQuery.Against.BEFORE);

    assertThat(answer.rows())
        .containsExactly(
            row(null, null, 650 * GIB + 1, 287 * GIB),
            row("cms", null, 600 * GIB + 1, 220 * GIB),
            row("cms", "LTO8", 500 * GIB, 100 * GIB),
            row("cms", "LTO9", 100 * GIB + 1, 120 * GIB),
            row("nova", null, 50 * GIB, 60 * GIB),
            row("nova", "LTO8", 50 * GIB, 60 * GIB),
            row("dune", null, 0, 7 * GIB),
            row("dune", "LTO9", 0, 7 * GIB));
    assertThat(answer.notices().get(0).text())
        .isEqualTo(
            "Bytes fell by 363 GiB (-56 %), from 650 GiB to 287 GiB. cms −380 GiB (mostly LTO8,"
                + " −400 GiB). Compared are 2025-06-17 with 2025-06-16.");
  }

  @Test
  void weeksBefore_comparesTheSameWeekdays() {
    write("2025-06-10", "cms", "LTO8", GIB);
    write("2025-06-16", "cms", "LTO8", 9 * GIB);
    write("2025-06-17", "cms", "LTO8", 3 * GIB);

    ChangesAnswer answer =
        ask(
            Transfers.TRANSFERS,
            day("2025-06-17", "2025-06-18"),
            List.of(Dimensions.STORAGE_GROUP),
            ChangesQuery.Against.WEEKS_BEFORE);

    assertThat(answer.compared().toString()).isEqualTo("2025-06-10");
    assertThat(answer.rows()).containsExactly(row(null, null, 1, 1), row("cms", null, 1, 1));
    assertThat(answer.words()).isEqualTo("Transfers did not change: 1.");
  }

  @Test
  void runningDay_isLeftOut() {
    write("2025-06-18", "cms", "LTO8", GIB);
    write("2025-06-19", "cms", "LTO8", 2 * GIB);
    write("2025-06-20", "cms", "LTO8", 64 * GIB);

    ChangesAnswer answer =
        ask(
            Transfers.BYTES,
            new TimeRange(MemorySite.midnight("2025-06-20"), MemorySite.NOON),
            LEVELS,
            ChangesQuery.Against.BEFORE);

    assertThat(answer.period().toString()).isEqualTo("2025-06-19");
    assertThat(answer.rows().get(0)).isEqualTo(row(null, null, GIB, 2 * GIB));
    assertThat(answer.notices())
        .contains(Notice.info("2025-06-20 is not complete and is left out."));
  }

  @Test
  void ratesDoNotAddUp() {
    assertThatThrownBy(
            () ->
                ask(
                    Transfers.DRIVE_RATE,
                    day("2025-06-17", "2025-06-18"),
                    List.of(),
                    ChangesQuery.Against.BEFORE))
        .hasMessageContaining("\"groupBy\" names 0 dimensions")
        .hasMessageContaining("do not add up");
  }
}
