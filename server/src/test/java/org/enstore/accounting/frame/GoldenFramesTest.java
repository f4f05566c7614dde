package org.enstore.accounting.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frames in their JSON form, one feature each, as files to review. {@code -Dframes.regenerate=true}
 * writes them anew.
 */
final class GoldenFramesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "frames");
  private static final Gson PRETTY =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  @ParameterizedTest
  @MethodSource("names")
  void frame_isAsReviewed(String name) throws IOException {
    Frame frame = Objects.requireNonNull(cases().get(name));
    String json = new String(FrameJson.encode(frame), StandardCharsets.UTF_8);
    String readable = PRETTY.toJson(JsonParser.parseString(json)) + "\n";
    Path file = FOLDER.resolve(name + ".json");
    if (Boolean.getBoolean("frames.regenerate")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, readable);
    }
    assertThat(readable).isEqualTo(Files.readString(file));
  }

  @Test
  void folder_holdsNoOtherFiles() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      Set<String> found = files.map(f -> f.getFileName().toString()).collect(Collectors.toSet());
      assertThat(found).isEqualTo(names().map(name -> name + ".json").collect(Collectors.toSet()));
    }
  }

  static Stream<String> names() {
    return cases().keySet().stream();
  }

  /** The frames by name. */
  static Map<String, Frame> cases() {
    Map<String, Frame> cases = new LinkedHashMap<>();
    cases.put("wide", wide());
    cases.put("wide-gaps", wideGaps());
    cases.put("wide-total", wideTotal());
    cases.put("no-data", noData());
    cases.put("no-rows", noRows());
    cases.put("names", names("B", "L8G1_001", "L8G1_010", "Lesegerät-Ω"));
    cases.put("exact-integers", exactIntegers());
    cases.put("special-numbers", specialNumbers());
    cases.put("nanoseconds", nanoseconds());
    cases.put("nulls", nulls());
    cases.put("texts", texts());
    cases.put("meta", meta());
    cases.put("config", config());
    return cases;
  }

  private static Frame wide() {
    Buckets buckets = buckets(Step.DAY, "2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z", "UTC");
    SeriesTable table =
        new SeriesTable(
            buckets,
            List.of(
                new Series(
                    labels("mover", "L8G1_007", "direction", "read"),
                    Numbers.rounded(new double[] {1.5, 1048576}, new BitSet())),
                new Series(
                    labels("mover", "L8G1_007", "direction", "write"),
                    Numbers.rounded(new double[] {0, 0.001}, new BitSet()))));
    return SeriesFrames.wide(table, presentation("mbytes"));
  }

  private static Frame wideGaps() {
    BitSet second = new BitSet();
    second.set(1);
    SeriesTable table =
        new SeriesTable(
            buckets(Step.DAY, "2026-10-24T00:00:00Z", "2026-10-26T12:00:00Z", "Europe/Brussels"),
            List.of(
                new Series(
                    labels("direction", "read"), Numbers.exact(new long[] {7, 0, 9}, second))));
    return SeriesFrames.wide(table, presentation("bytes"));
  }

  private static Frame wideTotal() {
    SeriesTable table =
        new SeriesTable(
            buckets(Step.MONTH, "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "UTC"),
            List.of(new Series(Map.of(), Numbers.exact(new long[] {1, 2}, new BitSet()))));
    return SeriesFrames.wide(table, presentation("bytes"));
  }

  private static Frame noData() {
    SeriesTable table =
        new SeriesTable(
            buckets(Step.HOUR_1, "2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z", "UTC"), List.of());
    return SeriesFrames.wide(table, presentation("bytes"));
  }

  private static Frame noRows() {
    return Frame.answering("A")
        .meta(FrameMeta.of(FrameType.TABLE).build())
        .column(Column.times("time"))
        .column(Column.texts("text", List.of()))
        .build();
  }

  private static Frame names(String refId, String... names) {
    return NamesFrame.of(
        refId, Arrays.stream(names).map(NamesFrame.Choice::of).toList(), List.of());
  }

  private static Frame exactIntegers() {
    long[] values = {(1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE, 0};
    return Frame.answering("A")
        .column(Column.numbers("bytes", Numbers.exact(values, new BitSet())))
        .build();
  }

  private static Frame specialNumbers() {
    double[] values = {Double.NaN, 1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.25};
    return Frame.answering("A")
        .column(Column.texts("text", List.of("a", "b", "c", "d", "e")))
        .column(Column.numbers("rate", Numbers.rounded(values, new BitSet())))
        .build();
  }

  private static Frame nanoseconds() {
    return Frame.answering("A")
        .column(Column.times("time", 1_700_000_000_123_456_789L, -1, 5_000_000))
        .column(Column.truths("known", List.of(true, false, true)))
        .build();
  }

  private static Frame nulls() {
    BitSet first = new BitSet();
    first.set(0);
    return Frame.answering("A")
        .column(Column.numbers("exact", Numbers.exact(new long[] {0, 1}, first)))
        .column(Column.numbers("real", Numbers.rounded(new double[] {0, 1.25}, first)))
        .column(Column.texts("text", Arrays.asList(null, "")))
        .column(Column.truths("truth", Arrays.asList(null, false)))
        .column(Column.texts("mayBeNull", List.of("a", "b")).nullable())
        .build();
  }

  private static Frame texts() {
    return Frame.answering("A")
        .name("Überblick 📼")
        .column(
            Column.texts("text", List.of("\"quoted\" \\ back", "line\nnext\ttab\u0001", "磁带 📼"))
                .labelled(labels("site \"x\"", "CERN/é")))
        .build();
  }

  private static Frame meta() {
    return Frame.answering("A")
        .meta(
            FrameMeta.of(FrameType.NUMERIC_LONG)
                .notice(FrameNotice.info("Recent numbers may still grow."))
                .notice(FrameNotice.warning("The standby lags by 12 min."))
                .notice(
                    new FrameNotice(
                        FrameNotice.Severity.ERROR, "Part is missing.", "https://example.org/why"))
                .stat("Rows read", "", 1234)
                .stat("Time in the database", "s", 0.125)
                .executedQuery("select 1 where name = 'x'")
                .channel("ds/uid/bytes")
                .visualisation(FrameMeta.Visualisation.NODE_GRAPH)
                .topic(FrameMeta.Topic.ANNOTATIONS)
                .custom(
                    labels(
                        "step",
                        "1h",
                        "cached",
                        true,
                        "rows",
                        9_007_199_254_740_993L,
                        "hosts",
                        List.of("a:8800", "b:8800"),
                        "empty",
                        Map.of()))
                .build())
        .build();
  }

  private static Frame config() {
    return Frame.answering("A")
        .column(
            Column.times("time", 0)
                .configured(FieldConfig.builder().interval(Duration.ofMinutes(5)).build()))
        .column(
            Column.numbers("lag", Numbers.rounded(new double[] {2.5}, new BitSet()))
                .configured(
                    FieldConfig.builder()
                        .displayName("Replay lag")
                        .description("How far the standby is behind.")
                        .unit("s")
                        .decimals(1)
                        .min(0)
                        .max(3600.5)
                        .noValue("unknown")
                        .filterable(false)
                        .link("Mover page", "https://example.org/m?x=${__value.raw}", true)
                        .link("Here", "/d/movers", false)
                        .custom(labels("width", 90L))
                        .build()))
        .build();
  }

  private static SeriesFrames.Presentation presentation(String unit) {
    return new SeriesFrames.Presentation(
        "A",
        "bytes",
        unit,
        Legend.of(""),
        Map.of(),
        List.of(FrameNotice.info("As of noon.")),
        "the summary of accounting at a:8800",
        labels("step", "1d"));
  }

  private static Buckets buckets(Step step, String from, String to, String zone) {
    return new SiteCalendar(ZoneId.of(zone))
        .buckets(step, new TimeRange(Instant.parse(from), Instant.parse(to)));
  }

  @SuppressWarnings("unchecked") // the caller's literals tell the value type
  private static <V> Map<String, V> labels(Object... keysAndValues) {
    Map<String, V> labels = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      labels.put((String) keysAndValues[i], (V) keysAndValues[i + 1]);
    }
    return labels;
  }
}
