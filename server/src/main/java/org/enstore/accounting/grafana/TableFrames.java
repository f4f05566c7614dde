package org.enstore.accounting.grafana;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.RowColumn;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.FieldConfig;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameMeta;
import org.enstore.accounting.frame.FrameType;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.series.RowsAnswer;
import org.jspecify.annotations.Nullable;

/** Turns rows of a table into a frame with the same columns. */
final class TableFrames {
  private TableFrames() {}

  /** One field for each column of the table, whatever rows there are. */
  static Frame table(String refId, RowsAnswer answer) {
    Frame.Builder frame =
        Frame.answering(refId)
            .meta(
                FrameMeta.of(FrameType.TABLE)
                    .custom(Map.of("matching", answer.matching()))
                    .notices(answer.notices().stream().map(AnswerFrames::notice).toList())
                    .executedQuery(answer.executed())
                    .build());
    List<RowColumn> columns = answer.query().table().columns();
    for (int i = 0; i < columns.size(); i++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (List<@Nullable Object> row : answer.rows()) {
        values.add(row.get(i));
      }
      RowColumn column = columns.get(i);
      frame.column(column(column, values).nullable().configured(config(column)));
    }
    return frame.build();
  }

  private static Column column(RowColumn column, List<@Nullable Object> values) {
    return switch (column.kind()) {
      case TEXT -> {
        List<@Nullable String> texts = new ArrayList<>();
        values.forEach(value -> texts.add((String) value));
        yield Column.texts(column.id(), texts);
      }
      case TIME -> {
        List<@Nullable Instant> instants = new ArrayList<>();
        values.forEach(value -> instants.add((Instant) value));
        yield Column.times(column.id(), instants);
      }
      case BYTES, COUNT ->
          Column.numbers(
              column.id(),
              Numbers.exact(
                  values.stream()
                      .mapToLong(value -> value instanceof Long number ? number : 0)
                      .toArray(),
                  missing(values)));
      case PERCENT ->
          Column.numbers(
              column.id(),
              Numbers.rounded(
                  values.stream()
                      .mapToDouble(value -> value instanceof Double number ? number : 0)
                      .toArray(),
                  missing(values)));
    };
  }

  private static BitSet missing(List<@Nullable Object> values) {
    BitSet missing = new BitSet();
    for (int i = 0; i < values.size(); i++) {
      missing.set(i, values.get(i) == null);
    }
    return missing;
  }

  private static FieldConfig config(RowColumn column) {
    FieldConfig.Builder config = FieldConfig.builder().displayName(column.title());
    switch (column.kind()) {
      case BYTES -> config.unit("bytes");
      case COUNT -> config.unit("none");
      case PERCENT -> config.unit("percent").decimals(1).min(0).max(100);
      case TEXT, TIME -> {}
    }
    return config.build();
  }
}
