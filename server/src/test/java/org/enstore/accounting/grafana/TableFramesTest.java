package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Drives;
import org.enstore.accounting.catalog.Tapes;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.RowsAnswer;
import org.enstore.accounting.series.RowsQuery;
import org.junit.jupiter.api.Test;

class TableFramesTest {
  @Test
  void query_leftOut_isTheFirstTapesByLabel() {
    assertThat(TableJson.read(Map.of()))
        .isEqualTo(new RowsQuery(Tapes.TABLE, Map.of(), Tapes.LABEL, false, 100));
  }

  @Test
  void query_whole() {
    assertThat(
            TableJson.read(
                Map.of(
                    "queryType", "table",
                    "table", "drives",
                    "filters", Map.of("vendor", Map.of("include", List.of("IBM"))),
                    "sort", "lastSeen",
                    "descending", true,
                    "rows", 5,
                    "refId", "A")))
        .isEqualTo(
            new RowsQuery(
                Drives.TABLE,
                Map.of(Drives.VENDOR, Filter.including(List.of("IBM"))),
                Drives.LAST_SEEN,
                true,
                5));
  }

  @Test
  void columnsOfAnotherTable_areRefusedByName() {
    assertThatThrownBy(
            () ->
                TableJson.read(
                    Map.of(
                        "filters",
                        Map.of("vendor", Map.of("match", "I")),
                        "sort",
                        "lastSeen",
                        "rows",
                        1_001)))
        .hasMessageContaining(
            "\"filters.vendor\" names \"vendor\", which the table \"tapes\" does not have")
        .hasMessageContaining(
            "\"sort\" names \"lastSeen\", which the table \"tapes\" does not have")
        .hasMessageContaining("\"rows\" is 1001; it must be a whole number from 1 to 1000 (rows).");
  }

  @Test
  void frame_hasEachColumnWithItsUnit() {
    RowsQuery query = TableJson.read(Map.of());
    Frame frame =
        TableFrames.table(
            "A",
            new RowsAnswer(
                query,
                List.of(
                    Arrays.asList(
                        "VR1",
                        "lib",
                        "LTO8",
                        "cms",
                        null,
                        25.0,
                        4L,
                        3L,
                        1L,
                        0L,
                        null,
                        Instant.EPOCH,
                        "none",
                        "full",
                        "n")),
                9,
                List.of(),
                "executed"));

    assertThat(frame.rowCount()).isEqualTo(1);
    assertThat(frame.columns()).allMatch(Column::isNullable);
    assertThat(frame.columns())
        .extracting(Column::name)
        .startsWith("volume", "library", "mediaType", "storageGroup", "fileFamily", "fill");
    assertThat(config(frame, "fill")).contains("\"unit\":\"percent\"", "\"max\":100");
    assertThat(config(frame, "capacity")).contains("Capacity", "\"unit\":\"bytes\"");
    assertThat(config(frame, "mounts")).contains("\"unit\":\"none\"");
  }

  private static String config(Frame frame, String name) {
    return frame.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow()
        .config()
        .toString();
  }
}
