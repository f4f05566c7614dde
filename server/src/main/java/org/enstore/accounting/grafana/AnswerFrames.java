package org.enstore.accounting.grafana;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.frame.BandFrames;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameMeta;
import org.enstore.accounting.frame.FrameNotice;
import org.enstore.accounting.frame.FrameType;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.frame.NamesFrame;
import org.enstore.accounting.frame.SeriesFrames;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.series.Annotations;
import org.enstore.accounting.series.AnomalyAnswer;
import org.enstore.accounting.series.AnomalyQuery;
import org.enstore.accounting.series.ForecastAnswer;
import org.enstore.accounting.series.Notice;
import org.enstore.accounting.series.SeriesAnswer;
import org.jspecify.annotations.Nullable;

/** Turns the engine's answers into frames, in Grafana's vocabulary of units and notices. */
final class AnswerFrames {
  /** What an answer says of itself: the instant up to which its numbers are complete. */
  private static final String AS_OF = "asOf";

  private static final String STEP = "step";

  /** So many go with the frame. */
  private static final int MOST_EPISODES = 100;

  private static final Map<String, BandFrames.Look> ANOMALY_LOOKS =
      Map.of(
          AnomalyAnswer.EXPECTED,
          BandFrames.Look.line(
              "usual",
              Map.of(
                  "drawStyle",
                  "line",
                  "fillOpacity",
                  0,
                  "lineWidth",
                  1,
                  "lineStyle",
                  Map.of("fill", "dash", "dash", List.of(4, 6)))),
          AnomalyAnswer.LOWER,
          BandFrames.Look.lower("usual, lower"),
          AnomalyAnswer.UPPER,
          BandFrames.Look.upper("usual, upper", AnomalyAnswer.LOWER, 12),
          AnomalyAnswer.UNUSUAL,
          new BandFrames.Look(
              "unusual",
              "",
              "red",
              "",
              Map.of("drawStyle", "points", "pointSize", 8, "showPoints", "always")));

  private static final Map<String, BandFrames.Look> FORECAST_LOOKS =
      Map.of(
          ForecastAnswer.EXPECTED,
          BandFrames.Look.line(
              "expected",
              Map.of(
                  "drawStyle",
                  "line",
                  "fillOpacity",
                  0,
                  "lineStyle",
                  Map.of("fill", "dash", "dash", List.of(10, 10)))),
          ForecastAnswer.LOWER_80,
          BandFrames.Look.lower("80 % lower"),
          ForecastAnswer.UPPER_80,
          BandFrames.Look.upper("80 % upper", ForecastAnswer.LOWER_80, 20),
          ForecastAnswer.LOWER_95,
          BandFrames.Look.lower("95 % lower"),
          ForecastAnswer.UPPER_95,
          BandFrames.Look.upper("95 % upper", ForecastAnswer.LOWER_95, 10));

  private AnswerFrames() {}

  /** The answer as one wide frame. */
  static Frame series(String refId, SeriesAnswer answer, Legend legend) {
    Map<String, Object> custom = new LinkedHashMap<>();
    custom.put(STEP, answer.step().text());
    custom.put("source", answer.query().source().label());
    custom.put(AS_OF, answer.asOf().toString());
    custom.put("cached", answer.cached());
    return SeriesFrames.wide(
        answer.table(),
        presentation(
            refId,
            answer,
            legend,
            answer.notices().stream().map(AnswerFrames::notice).toList(),
            answer.executed(),
            custom));
  }

  /** The forecast as one wide frame, which panels draw with its bands. */
  static Frame forecast(String refId, ForecastAnswer answer, Legend legend) {
    SeriesAnswer series = answer.series();
    Map<String, Object> custom = new LinkedHashMap<>();
    custom.put(STEP, series.step().text());
    custom.put(AS_OF, series.asOf().toString());
    custom.put("cached", series.cached());
    custom.put("forecasts", answer.judged().stream().map(AnswerFrames::judged).toList());
    return BandFrames.wide(
        series.table(),
        presentation(
            refId,
            series,
            legend,
            series.notices().stream().map(AnswerFrames::notice).toList(),
            series.executed(),
            custom),
        ForecastAnswer.LABEL,
        FORECAST_LOOKS);
  }

  /** Unusual values as one wide frame: with the band of the usual, or as flags. */
  static Frame anomalies(
      String refId, AnomalyAnswer answer, AnomalyQuery.View view, Legend legend) {
    SeriesAnswer series = answer.series();
    List<FrameNotice> notices = series.notices().stream().map(AnswerFrames::notice).toList();
    Map<String, Object> custom = new LinkedHashMap<>();
    custom.put(STEP, series.step().text());
    custom.put(AS_OF, series.asOf().toString());
    custom.put("cached", series.cached());
    custom.put(
        "episodes",
        answer.episodes().stream()
            .limit(MOST_EPISODES)
            .map(
                episode ->
                    Map.of(
                        "labels",
                        episode.labels(),
                        "from",
                        episode.begin().toString(),
                        "to",
                        episode.end().toString(),
                        "text",
                        episode.words()))
            .toList());
    return view == AnomalyQuery.View.FLAGS
        ? SeriesFrames.wide(
            series.table(),
            new SeriesFrames.Presentation(
                refId,
                AnomalyAnswer.LABEL,
                "short",
                legend,
                Map.of("measure", series.query().measure().id()),
                notices,
                series.executed(),
                custom))
        : BandFrames.wide(
            series.table(),
            presentation(refId, series, legend, notices, series.executed(), custom),
            AnomalyAnswer.LABEL,
            ANOMALY_LOOKS);
  }

  private static Map<String, Object> judged(ForecastAnswer.Judged judged) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("labels", judged.labels());
    told.put("model", judged.model());
    told.put("origins", judged.origins());
    if (judged.origins() > 0) {
      told.put("error", judged.error());
      told.put("seasonalNaiveError", judged.naiveError());
      told.put("firstOrigin", judged.firstOrigin());
      told.put("lastOrigin", judged.lastOrigin());
    }
    told.put("notes", judged.notes());
    return told;
  }

  /**
   * Some rows of what {@link #series} gives, in the same columns.
   *
   * @param rows the places of their buckets
   */
  static Frame changes(SeriesAnswer answer, BitSet rows, Legend legend) {
    return SeriesFrames.rows(
        answer.table(),
        rows,
        presentation(
            "",
            answer,
            legend,
            List.of(),
            "",
            Map.of(STEP, answer.step().text(), AS_OF, answer.asOf().toString())));
  }

  private static SeriesFrames.Presentation presentation(
      String refId,
      SeriesAnswer answer,
      Legend legend,
      List<FrameNotice> notices,
      String executed,
      Map<String, ?> custom) {
    Measure measure = answer.query().measure();
    ByteUnit unit = answer.query().unit();
    return new SeriesFrames.Presentation(
        refId,
        measure.id(),
        unitId(measure, unit),
        legend,
        Map.of("measure", measure.id(), "unit", unit.text()),
        notices,
        executed,
        custom);
  }

  /** The names as a table of texts and values. */
  static Frame names(String refId, List<String> names) {
    return NamesFrame.of(refId, names.stream().map(NamesFrame.Choice::of).toList(), List.of());
  }

  /** The events as a table of the columns that Grafana looks for in annotations. */
  static Frame annotations(String refId, Annotations annotations) {
    List<Annotations.Event> events = annotations.events();
    List<@Nullable Instant> ends = new ArrayList<>();
    events.forEach(event -> ends.add(event.end().orElse(null)));
    return Frame.answering(refId)
        .meta(
            FrameMeta.of(FrameType.TABLE)
                .notices(annotations.notices().stream().map(AnswerFrames::notice).toList())
                .build())
        .column(
            Column.times(SeriesFrames.TIME, events.stream().map(Annotations.Event::time).toList()))
        .column(Column.times("timeEnd", ends).nullable())
        .column(Column.texts("title", events.stream().map(Annotations.Event::title).toList()))
        .column(Column.texts("text", events.stream().map(Annotations.Event::text).toList()))
        .column(
            Column.texts(
                "tags", events.stream().map(event -> String.join(",", event.tags())).toList()))
        .build();
  }

  /** Grafana's id for values of {@code measure} in {@code unit}. */
  static String unitId(Measure measure, ByteUnit unit) {
    return switch (measure.kind().unit()) {
      case NONE -> "short";
      case SECONDS -> "s";
      case SHARE -> "percentunit";
      case BYTES ->
          switch (unit) {
            case BYTES -> "bytes";
            case MEBIBYTES -> "mbytes";
            case MEGABYTES -> "decmbytes";
          };
      case BYTES_PER_SECOND ->
          switch (unit) {
            case BYTES -> "binBps";
            case MEBIBYTES -> "MiBs";
            case MEGABYTES -> "MBs";
          };
    };
  }

  static FrameNotice notice(Notice notice) {
    return switch (notice.severity()) {
      case INFO -> FrameNotice.info(notice.text());
      case WARNING -> FrameNotice.warning(notice.text());
    };
  }
}
