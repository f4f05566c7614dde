package org.enstore.accounting.grafana;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Kind;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.FieldConfig;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameMeta;
import org.enstore.accounting.frame.FrameType;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.series.ChangesAnswer;
import org.enstore.accounting.series.ChangesAnswer.Row;
import org.jspecify.annotations.Nullable;

/** Turns what a change is made of into a table, in exact bytes or numbers. */
final class ChangesFrames {
  private static final double PERCENT = 100;

  private ChangesFrames() {}

  /** The total in the first row, then each group and its parts. */
  static Frame table(String refId, ChangesAnswer answer) {
    List<Row> rows = answer.rows();
    Frame.Builder frame =
        Frame.answering(refId)
            .meta(
                FrameMeta.of(FrameType.TABLE)
                    .custom(
                        Map.of(
                            "words",
                            answer.words(),
                            "period",
                            answer.period().toString(),
                            "compared",
                            answer.compared().toString()))
                    .notices(answer.notices().stream().map(AnswerFrames::notice).toList())
                    .executedQuery(answer.executed())
                    .build());
    List<Dimension> levels = answer.query().series().groupBy();
    frame.column(names(levels.get(0).id(), rows, row -> row.group().orElse(null)));
    if (levels.size() > 1) {
      frame.column(names(levels.get(1).id(), rows, row -> row.part().orElse(null)));
    }
    Kind.Unit kind = answer.query().series().measure().kind().unit();
    FieldConfig amount =
        FieldConfig.builder().unit(kind == Kind.Unit.NONE ? "short" : "bytes").build();
    return frame
        .column(level(rows))
        .column(amounts("before", rows, Row::before, amount))
        .column(amounts("after", rows, Row::after, amount))
        .column(amounts("change", rows, Row::change, amount))
        .column(shares(rows))
        .build();
  }

  private interface Name {
    @Nullable String of(Row row);
  }

  private static Column names(String name, List<Row> rows, Name names) {
    List<@Nullable String> texts = new ArrayList<>();
    rows.forEach(row -> texts.add(names.of(row)));
    return Column.texts(name, texts).nullable();
  }

  /** 0 for the total, 1 for a group, 2 for a part of one. */
  private static Column level(List<Row> rows) {
    return Column.numbers(
        "level",
        Numbers.exact(
            rows.stream()
                .mapToLong(row -> row.part().isPresent() ? 2 : row.group().isPresent() ? 1 : 0)
                .toArray(),
            new BitSet()));
  }

  private static Column amounts(
      String name, List<Row> rows, ToLongFunction<Row> value, FieldConfig config) {
    return Column.numbers(
            name, Numbers.exact(rows.stream().mapToLong(value).toArray(), new BitSet()))
        .configured(config);
  }

  /** What part of the total's change a row is; null where the total did not change. */
  private static Column shares(List<Row> rows) {
    double[] shares = new double[rows.size()];
    BitSet missing = new BitSet();
    long total = rows.get(0).change();
    for (int i = 0; i < shares.length; i++) {
      missing.set(i, total == 0);
      shares[i] = total == 0 ? 0 : PERCENT * rows.get(i).change() / total;
    }
    return Column.numbers("shareOfChange", Numbers.rounded(shares, missing))
        .nullable()
        .configured(FieldConfig.builder().unit("percent").decimals(1).build());
  }
}
