package org.enstore.accounting.frame;

import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;

/**
 * Makes one wide frame of a table of series: the starts of the buckets, and a value column for each
 * series. Hosts and browsers read that several times quicker than a frame for each series.
 */
public final class SeriesFrames {
  /** The name of the time column. */
  public static final String TIME = "time";

  private SeriesFrames() {}

  /**
   * How a table of series is to be shown.
   *
   * @param refId the query it answers
   * @param valueName the name of every value column, such as {@code bytes}
   * @param unit the Grafana unit id of the values; empty for plain numbers
   * @param legend how the series are called
   * @param words names that the legend may use besides the labels, with their values
   * @param notices what the reader should know
   * @param executed what was really asked, for the query inspector; empty for none
   * @param custom anything else to tell the browser: texts, truth values, integers, finite doubles,
   *     nulls, lists and maps of such
   */
  public record Presentation(
      String refId,
      String valueName,
      String unit,
      Legend legend,
      Map<String, String> words,
      List<FrameNotice> notices,
      String executed,
      Map<String, ?> custom) {
    public Presentation {
      words = Map.copyOf(words);
      notices = List.copyOf(notices);
      custom = Collections.unmodifiableMap(new LinkedHashMap<>(custom));
    }
  }

  /** The table as one frame; a frame without columns, which means "no data", without series. */
  public static Frame wide(SeriesTable table, Presentation presentation) {
    return wide(table, presentation, series -> plain(series, presentation));
  }

  /**
   * The same with columns configured in another way.
   *
   * @param configs how the column of each series wants to be shown
   */
  static Frame wide(
      SeriesTable table, Presentation presentation, Function<Series, FieldConfig> configs) {
    return frame(
        table, Column.times(TIME, table.buckets()), numbers -> numbers, presentation, configs);
  }

  private static FieldConfig plain(Series series, Presentation presentation) {
    return FieldConfig.builder()
        .displayName(presentation.legend().title(series.labels(), presentation.words()))
        .unit(presentation.unit())
        .build();
  }

  /**
   * The same columns with the rows of some buckets alone.
   *
   * @param rows the places of these buckets
   */
  public static Frame rows(SeriesTable table, BitSet rows, Presentation presentation) {
    List<Instant> starts =
        rows.stream().mapToObj(row -> Instant.ofEpochSecond(table.buckets().start(row))).toList();
    return frame(
        table,
        Column.times(TIME, starts),
        numbers -> numbers.only(rows),
        presentation,
        series -> plain(series, presentation));
  }

  private static Frame frame(
      SeriesTable table,
      Column times,
      UnaryOperator<Numbers> shown,
      Presentation presentation,
      Function<Series, FieldConfig> configs) {
    FrameMeta meta =
        FrameMeta.of(FrameType.TIMESERIES_WIDE)
            .custom(presentation.custom())
            .notices(presentation.notices())
            .executedQuery(presentation.executed())
            .build();
    Frame.Builder frame = Frame.answering(presentation.refId()).meta(meta);
    if (table.series().isEmpty()) {
      return frame.build();
    }
    frame.column(
        times.configured(FieldConfig.builder().interval(longest(table.buckets())).build()));
    for (Series series : table.series()) {
      frame.column(
          Column.numbers(presentation.valueName(), shown.apply(series.numbers()))
              .labelled(series.labels())
              .configured(configs.apply(series)));
    }
    return frame.build();
  }

  /**
   * The length of the longest bucket. Panels break a line where two points are further apart than
   * the time column's interval; with a step's nominal length they would do so after every day of 25
   * hours and every month of 31 days, although no bucket is ever left out.
   */
  private static Duration longest(Buckets buckets) {
    long seconds = 0;
    for (int i = 0; i < buckets.count(); i++) {
      seconds = Math.max(seconds, buckets.end(i) - buckets.start(i));
    }
    return Duration.ofSeconds(seconds);
  }
}
