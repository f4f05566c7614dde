package org.enstore.accounting.grafana;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.FieldConfig;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameMeta;
import org.enstore.accounting.frame.FrameType;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.series.ReconciliationAnswer;
import org.enstore.accounting.series.ReconciliationAnswer.Amounts;
import org.enstore.accounting.series.ReconciliationAnswer.Row;

/** Turns the comparison of the summary with the transfers into a table, in exact bytes. */
final class ReconciliationFrames {
  private static final FieldConfig BYTES = FieldConfig.builder().unit("bytes").build();

  private ReconciliationFrames() {}

  /** One row for each day and mover; a side without a row is null. */
  static Frame table(String refId, ReconciliationAnswer answer) {
    List<Row> rows = answer.rows();
    return Frame.answering(refId)
        .meta(
            FrameMeta.of(FrameType.TABLE)
                .notices(answer.notices().stream().map(AnswerFrames::notice).toList())
                .executedQuery(answer.executed())
                .build())
        .column(Column.times("day", rows.stream().map(Row::day).toList()))
        .column(Column.texts("mover", rows.stream().map(Row::mover).toList()))
        .column(side("summaryRead", rows, Row::summary, Amounts::read))
        .column(side("rawRead", rows, Row::raw, Amounts::read))
        .column(bytes("readDifference", rows, row -> row.difference().read()))
        .column(side("summaryWritten", rows, Row::summary, Amounts::written))
        .column(side("rawWritten", rows, Row::raw, Amounts::written))
        .column(bytes("writtenDifference", rows, row -> row.difference().written()))
        .column(Column.texts("remark", rows.stream().map(Row::remark).toList()))
        .build();
  }

  private static Column side(
      String name,
      List<Row> rows,
      Function<Row, Optional<Amounts>> side,
      ToLongFunction<Amounts> value) {
    long[] values = new long[rows.size()];
    BitSet missing = new BitSet();
    for (int i = 0; i < values.length; i++) {
      Optional<Amounts> amounts = side.apply(rows.get(i));
      missing.set(i, amounts.isEmpty());
      values[i] = amounts.map(known -> value.applyAsLong(known)).orElse(0L);
    }
    return Column.numbers(name, Numbers.exact(values, missing)).nullable().configured(BYTES);
  }

  private static Column bytes(String name, List<Row> rows, ToLongFunction<Row> value) {
    return Column.numbers(
            name, Numbers.exact(rows.stream().mapToLong(value).toArray(), new BitSet()))
        .configured(BYTES);
  }
}
