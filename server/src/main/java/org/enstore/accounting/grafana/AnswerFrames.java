package org.enstore.accounting.grafana;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameNotice;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.frame.NamesFrame;
import org.enstore.accounting.frame.SeriesFrames;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.series.Measure;
import org.enstore.accounting.series.Notice;
import org.enstore.accounting.series.SeriesAnswer;

/** Turns the engine's answers into frames, in Grafana's vocabulary of units and notices. */
final class AnswerFrames {
  private AnswerFrames() {}

  /** The answer as one wide frame. */
  static Frame series(String refId, SeriesAnswer answer, Legend legend) {
    Measure measure = answer.query().measure();
    ByteUnit unit = answer.query().unit();
    Map<String, Object> custom = new LinkedHashMap<>();
    custom.put("step", answer.step().text());
    custom.put("source", answer.query().source().label());
    custom.put("asOf", answer.asOf().toString());
    custom.put("cached", answer.cached());
    return SeriesFrames.wide(
        answer.table(),
        new SeriesFrames.Presentation(
            refId,
            measure.label(),
            unitId(measure, unit),
            legend,
            Map.of("measure", measure.label(), "unit", unit.text()),
            answer.notices().stream().map(AnswerFrames::notice).toList(),
            answer.executed(),
            custom));
  }

  /** The names as a table of texts and values. */
  static Frame names(String refId, List<String> names) {
    return NamesFrame.of(refId, names.stream().map(NamesFrame.Choice::of).toList(), List.of());
  }

  /** Grafana's id for values of {@code measure} in {@code unit}. */
  static String unitId(Measure measure, ByteUnit unit) {
    if (measure == Measure.TRANSFERS) {
      return "short";
    }
    return measure.isOfBytes()
        ? switch (unit) {
          case BYTES -> "bytes";
          case MEBIBYTES -> "mbytes";
          case MEGABYTES -> "decmbytes";
        }
        : switch (unit) {
          case BYTES -> "binBps";
          case MEBIBYTES -> "MiBs";
          case MEGABYTES -> "MBs";
        };
  }

  private static FrameNotice notice(Notice notice) {
    return switch (notice.severity()) {
      case INFO -> FrameNotice.info(notice.text());
      case WARNING -> FrameNotice.warning(notice.text());
    };
  }
}
