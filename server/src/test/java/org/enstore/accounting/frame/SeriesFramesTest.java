package org.enstore.accounting.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SeriesFramesTest {
  private static final Map<String, String> READ = labels("mover", "L8G1_007", "direction", "read");

  @Test
  void wide_series_becomeColumnsAfterTheTime() {
    Frame frame =
        wide(days(2), List.of(series(READ, 1, 2), series(labels("mover", "D"), 3, 4)), "");
    ArrowReadBack read = ArrowReadBack.of(ArrowFile.encode(frame));
    assertThat(read.fields())
        .extracting(ArrowReadBack.Field::name)
        .containsExactly("time", "throughput", "throughput");
    assertThat(read.fields())
        .extracting(ArrowReadBack.Field::values)
        .containsExactly(
            List.of(1_772_409_600_000_000_000L, 1_772_496_000_000_000_000L),
            List.of(1.0, 2.0),
            List.of(3.0, 4.0));
    assertThat(read.fields())
        .extracting(field -> field.metadata().get("labels"))
        .containsExactly(
            null, "{\"mover\":\"L8G1_007\",\"direction\":\"read\"}", "{\"mover\":\"D\"}");
    assertThat(read.fields())
        .extracting(field -> field.metadata().get("config"))
        .containsExactly(
            "{\"interval\":86400000}",
            "{\"displayNameFromDS\":\"L8G1_007 read\",\"unit\":\"MiBs\"}",
            "{\"displayNameFromDS\":\"D\",\"unit\":\"MiBs\"}");
    assertThat(read.metadata())
        .containsEntry("refId", "A")
        .containsEntry(
            "meta",
            "{\"type\":\"timeseries-wide\",\"typeVersion\":[0,1],"
                + "\"custom\":{\"step\":\"1d\"},"
                + "\"notices\":[{\"severity\":\"warning\",\"text\":\"late\"}],"
                + "\"executedQueryString\":\"raw\"}");
  }

  @Test
  void wide_missingNumbers_makeThatColumnNullable() {
    BitSet first = new BitSet();
    first.set(0);
    Series gappy = new Series(READ, Numbers.rounded(new double[] {0, 5}, first));
    Frame frame = wide(days(2), List.of(gappy, series(READ, 1, 2)), "");
    assertThat(frame.columns()).extracting(Column::isNullable).containsExactly(false, true, false);
    assertThat(ArrowReadBack.of(ArrowFile.encode(frame)).fields().get(1).values())
        .containsExactly(null, 5.0);
  }

  @Test
  void wide_noSeries_saysNoDataWithItsType() {
    Frame frame = wide(days(1), List.of(), "");
    assertThat(frame.columns()).isEmpty();
    assertThat(frame.meta().json()).contains("\"type\":\"timeseries-wide\"", "late");
  }

  @ParameterizedTest
  @CsvSource({
    "1d, 2026-10-24T00:00:00Z, 2026-10-27T00:00:00Z, 90000000",
    "1d, 2026-03-27T12:00:00Z, 2026-03-30T12:00:00Z, 86400000",
    "1M, 2026-01-15T00:00:00Z, 2026-04-15T00:00:00Z, 2678400000",
    "2h, 2026-10-24T00:00:00Z, 2026-10-26T00:00:00Z, 10800000",
  })
  void wide_interval_isTheLongestBucket(String step, String from, String to, long millis) {
    Buckets buckets =
        new SiteCalendar(ZoneId.of("Europe/Brussels"))
            .buckets(
                Step.of(step).orElseThrow(), new TimeRange(Instant.parse(from), Instant.parse(to)));
    Numbers numbers = Numbers.exact(new long[buckets.count()], new BitSet());
    Frame frame = wide(buckets, List.of(new Series(READ, numbers)), "");
    assertThat(frame.columns().get(0).config().json()).isEqualTo("{\"interval\":" + millis + "}");
  }

  @Test
  void wide_legend_namesTheSeries() {
    Frame frame = wide(days(1), List.of(series(READ, 1)), "{{mover}} ({{unit}})");
    assertThat(frame.columns().get(1).config().json())
        .contains("\"displayNameFromDS\":\"L8G1_007 (MiB)\"");
  }

  @ParameterizedTest
  @CsvSource({
    "'', L8G1_007 read",
    "'  ', L8G1_007 read",
    "{{mover}}, L8G1_007",
    "{{ direction }} of {{mover}}, read of L8G1_007",
    "{{measure}} [{{unit}}], throughput [MiB]",
    "{{nothing}}, L8G1_007 read",
    "x{{nothing}}y, xy",
    "{{mover, {{mover",
    "$1 \\ {mover}, $1 \\ {mover}",
  })
  void title_template_isFilledIn(String template, String title) {
    assertThat(Legend.of(template).title(READ, Map.of("unit", "MiB", "measure", "throughput")))
        .isEqualTo(title);
  }

  @Test
  void title_withoutLabels_isTotal() {
    assertThat(Legend.of("").title(Map.of(), Map.of())).isEqualTo("Total");
    assertThat(Legend.of("{{mover}}").title(Map.of(), Map.of())).isEqualTo("Total");
  }

  @Test
  void title_emptyLabel_hasAName() {
    assertThat(Legend.of("").title(labels("library", "", "direction", "write"), Map.of()))
        .isEqualTo("(none) write");
  }

  @Test
  void names_ofATemplate_areListedInOrder() {
    assertThat(Legend.of("{{mover}} {{ unit }} {{mover}}").names())
        .containsExactly("mover", "unit", "mover");
    assertThat(Legend.of("").names()).isEmpty();
  }

  @Test
  void names_ofChoices_becomeTextAndValue() {
    Frame frame =
        NamesFrame.of(
            "V",
            List.of(new NamesFrame.Choice("Drive 7", "L8G1_007"), NamesFrame.Choice.of("D")),
            List.of());
    ArrowReadBack read = ArrowReadBack.of(ArrowFile.encode(frame));
    assertThat(read.fields())
        .extracting(ArrowReadBack.Field::name)
        .containsExactly("text", "value");
    assertThat(read.fields())
        .extracting(ArrowReadBack.Field::values)
        .containsExactly(List.of("Drive 7", "D"), List.of("L8G1_007", "D"));
    assertThat(read.metadata()).containsEntry("meta", "{\"type\":\"table\"}");
  }

  private static Frame wide(Buckets buckets, List<Series> series, String legend) {
    return SeriesFrames.wide(
        new SeriesTable(buckets, series),
        new SeriesFrames.Presentation(
            "A",
            "throughput",
            "MiBs",
            Legend.of(legend),
            Map.of("unit", "MiB"),
            List.of(FrameNotice.warning("late")),
            "raw",
            Map.of("step", "1d")));
  }

  private static Buckets days(int count) {
    Instant from = Instant.parse("2026-03-02T00:00:00Z");
    return new SiteCalendar(ZoneId.of("UTC"))
        .buckets(Step.DAY, new TimeRange(from, from.plusSeconds(86_400L * count)));
  }

  private static Series series(Map<String, String> labels, double... values) {
    return new Series(labels, Numbers.rounded(values, new BitSet()));
  }

  private static Map<String, String> labels(String... keysAndValues) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      labels.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return labels;
  }
}
