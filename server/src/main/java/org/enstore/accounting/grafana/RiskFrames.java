package org.enstore.accounting.grafana;

import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.FieldConfig;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameMeta;
import org.enstore.accounting.frame.FrameType;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.series.RiskAnswer;
import org.enstore.accounting.series.RiskAnswer.Suspect;
import org.enstore.accounting.series.RiskAnswer.Unit;
import org.enstore.accounting.series.RiskQuery;

/** Turns what is at risk into tables. */
final class RiskFrames {
  private RiskFrames() {}

  /** What {@code view} shows. */
  static Frame table(String refId, RiskAnswer answer, RiskQuery.View view) {
    return switch (view) {
      case RANKING -> ranking(builder(refId, answer), answer.units());
      case SCORES -> scores(builder(refId, answer), answer.units());
      case SUSPECTS -> suspects(builder(refId, answer), answer.suspects());
    };
  }

  private static Frame.Builder builder(String refId, RiskAnswer answer) {
    return Frame.answering(refId)
        .meta(
            FrameMeta.of(FrameType.TABLE)
                .notices(answer.notices().stream().map(AnswerFrames::notice).toList())
                .executedQuery(answer.executed())
                .build());
  }

  private static Frame ranking(Frame.Builder frame, List<Unit> units) {
    long[] ranks = new long[units.size()];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = i + 1L;
    }
    return frame
        .column(Column.numbers("rank", Numbers.exact(ranks, new BitSet())))
        .column(texts("mover", units, Unit::mover))
        .column(texts("driveType", units, Unit::driveType))
        .column(doubles("score", units, Unit::score, 1))
        .column(texts("reasons", units, Unit::reasons))
        .column(texts("advice", units, Unit::advice))
        .column(longs("errors", units, Unit::errors))
        .column(longs("transfers", units, Unit::transfers))
        .column(doubles("relativeSpeed", units, Unit::relativeSpeed, 2))
        .build();
  }

  /** A table of texts and one number, which alert rules take for a number with labels. */
  private static Frame scores(Frame.Builder frame, List<Unit> units) {
    return frame
        .column(texts("mover", units, Unit::mover))
        .column(texts("driveType", units, Unit::driveType))
        .column(doubles("score", units, Unit::score, 1))
        .build();
  }

  private static Frame suspects(Frame.Builder frame, List<Suspect> suspects) {
    return frame
        .column(texts("culprit", suspects, Suspect::culprit))
        .column(texts("name", suspects, Suspect::name))
        .column(texts("partners", suspects, Suspect::partners))
        .column(texts("words", suspects, Suspect::words))
        .build();
  }

  private static <T> Column texts(String name, List<T> rows, Function<T, String> text) {
    return Column.texts(name, rows.stream().map(text).toList());
  }

  private static <T> Column longs(String name, List<T> rows, ToLongFunction<T> value) {
    return Column.numbers(
            name, Numbers.exact(rows.stream().mapToLong(value).toArray(), new BitSet()))
        .configured(FieldConfig.builder().unit("short").build());
  }

  /** A number that is not known is null. */
  private static <T> Column doubles(
      String name, List<T> rows, ToDoubleFunction<T> value, int decimals) {
    double[] values = rows.stream().mapToDouble(value).toArray();
    BitSet missing = new BitSet();
    for (int i = 0; i < values.length; i++) {
      missing.set(i, !Double.isFinite(values[i]));
      values[i] = Double.isFinite(values[i]) ? values[i] : 0;
    }
    return Column.numbers(name, Numbers.rounded(values, missing))
        .nullable()
        .configured(FieldConfig.builder().unit("none").decimals(decimals).build());
  }
}
