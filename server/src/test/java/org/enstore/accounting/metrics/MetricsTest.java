package org.enstore.accounting.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.enstore.accounting.metrics.Metrics.Sample;
import org.enstore.accounting.metrics.Metrics.Unit;
import org.junit.jupiter.api.Test;

final class MetricsTest {
  private static final Pattern LINE =
      Pattern.compile("(enstore_[a-z_]+(?:\\{(?:\\w+=\"(?:[^\"\\\\]|\\\\.)*\",?)+})?) (\\S+)");

  @Test
  void gauge_unit_standsInTheName() {
    Metrics metrics =
        new Metrics()
            .gauge("cache_used", "Room taken.", Unit.BYTES, () -> 1024)
            .gauge("replay_lag", "How far behind.", Unit.SECONDS, () -> 2.5)
            .gauge("cache_share", "Share taken.", Unit.RATIO, () -> 0.25)
            .gauge("blocks", "Blocks held.", Unit.NONE, () -> 7);
    assertThat(values(metrics))
        .containsEntry("enstore_cache_used_bytes", 1024.0)
        .containsEntry("enstore_replay_lag_seconds", 2.5)
        .containsEntry("enstore_cache_share_ratio", 0.25)
        .containsEntry("enstore_blocks", 7.0);
  }

  @Test
  void counter_name_endsInTotal() {
    Metrics metrics =
        new Metrics()
            .counter("queries", "Questions.", Unit.NONE, () -> 3)
            .counter("read_time", "Time spent reading.", Unit.SECONDS, () -> 0.5);
    assertThat(values(metrics))
        .containsEntry("enstore_queries_total", 3.0)
        .containsEntry("enstore_read_time_seconds_total", 0.5);
    assertThat(text(metrics))
        .contains("# HELP enstore_queries_total Questions.\n")
        .contains("# TYPE enstore_queries_total counter\n");
  }

  @Test
  void scrape_later_asksAgain() {
    AtomicLong count = new AtomicLong();
    Metrics metrics = new Metrics().counter("queries", "Questions.", Unit.NONE, count::doubleValue);
    assertThat(values(metrics)).containsEntry("enstore_queries_total", 0.0);
    count.set(5);
    assertThat(values(metrics)).containsEntry("enstore_queries_total", 5.0);
  }

  @Test
  void gauge_labels_tellSamplesApart() {
    Metrics metrics =
        new Metrics()
            .gauge(
                "pool_connections",
                "Connections.",
                Unit.NONE,
                List.of("host", "state"),
                () -> List.of(Sample.of(1, "a:8800", "idle"), Sample.of(2, "ü \"b\"\n", "active")));
    assertThat(values(metrics))
        .containsEntry("enstore_pool_connections{host=\"a:8800\",state=\"idle\"}", 1.0)
        .containsEntry("enstore_pool_connections{host=\"ü \\\"b\\\"\\n\",state=\"active\"}", 2.0);
  }

  @Test
  void scrape_failingSupplier_leavesTheOthers() {
    Metrics metrics =
        new Metrics()
            .gauge(
                "broken",
                "Fails.",
                Unit.NONE,
                () -> {
                  throw new IllegalStateException("expected by the test");
                })
            .gauge("sound", "Works.", Unit.NONE, () -> 1);
    assertThat(values(metrics))
        .containsEntry("enstore_sound", 1.0)
        .doesNotContainKey("enstore_broken");
    assertThat(values(metrics).get("enstore_metrics_failures_total")).isPositive();
  }

  @Test
  void counter_impossibleValue_isLeftOut() {
    Metrics metrics =
        new Metrics()
            .counter("negative", "Shrinks.", Unit.NONE, () -> -1)
            .counter("unknown", "Is none.", Unit.NONE, () -> Double.NaN)
            .gauge("fine", "Works.", Unit.NONE, () -> -1);
    assertThat(values(metrics))
        .containsEntry("enstore_fine", -1.0)
        .doesNotContainKeys("enstore_negative_total", "enstore_unknown_total");
  }

  @Test
  void gauge_wrongNumberOfLabels_isLeftOut() {
    Metrics metrics =
        new Metrics().gauge("odd", "Odd.", Unit.NONE, List.of("host"), () -> List.of(Sample.of(1)));
    assertThat(text(metrics)).doesNotContain("enstore_odd");
  }

  @Test
  void gauge_sameLabelsTwice_keepsTheFirst() {
    Metrics metrics =
        new Metrics()
            .gauge(
                "twice",
                "Told twice.",
                Unit.NONE,
                List.of("host"),
                () -> List.of(Sample.of(1, "a"), Sample.of(2, "a")));
    assertThat(values(metrics)).containsEntry("enstore_twice{host=\"a\"}", 1.0);
  }

  @Test
  void gauge_tooManyLabelSets_areCut() {
    Metrics metrics =
        new Metrics()
            .gauge(
                "many",
                "Too many.",
                Unit.NONE,
                List.of("n"),
                () ->
                    IntStream.range(0, Metrics.MOST_SAMPLES + 20)
                        .mapToObj(i -> Sample.of(i, "n" + i))
                        .toList());
    assertThat(values(metrics).keySet().stream().filter(name -> name.startsWith("enstore_many")))
        .hasSize(Metrics.MOST_SAMPLES);
    assertThat(values(metrics).get("enstore_metrics_samples_omitted_total"))
        .isGreaterThanOrEqualTo(20);
  }

  @Test
  void gauge_registeredTwice_isRefused() {
    Metrics metrics = new Metrics().gauge("once", "Once.", Unit.NONE, () -> 1);
    assertThatThrownBy(() -> metrics.gauge("once", "Again.", Unit.NONE, () -> 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void runtime_figures_arePlausible() {
    Map<String, Double> values = values(new Metrics().runtime());
    assertThat(values.get("enstore_jvm_memory_used_bytes{area=\"heap\"}")).isPositive();
    assertThat(values.get("enstore_jvm_memory_committed_bytes{area=\"heap\"}")).isPositive();
    assertThat(values.get("enstore_jvm_threads")).isPositive();
    assertThat(values.get("enstore_jvm_threads_peak")).isPositive();
    assertThat(values.get("enstore_process_uptime_seconds")).isPositive();
    assertThat(values.get("enstore_process_cpu_seconds_total")).isPositive();
    assertThat(values.get("enstore_process_start_time_seconds")).isGreaterThan(1.7e9);
    assertThat(values.keySet())
        .anyMatch(name -> name.startsWith("enstore_jvm_gc_collections_total{collector="))
        .anyMatch(name -> name.startsWith("enstore_jvm_gc_seconds_total{collector="))
        .contains("enstore_jvm_buffers_used_bytes{pool=\"direct\"}");
  }

  @Test
  void scrape_everyLine_isPrometheusText() {
    assertThat(values(new Metrics().runtime())).hasSizeGreaterThan(10);
    assertThat(Metrics.CONTENT_TYPE).startsWith("text/plain");
  }

  /** The samples by name and labels; every other line must be a comment. */
  private static Map<String, Double> values(Metrics metrics) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (String line : text(metrics).lines().toList()) {
      if (line.startsWith("# HELP enstore_") || line.startsWith("# TYPE enstore_")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      values.put(matcher.group(1), Double.valueOf(matcher.group(2)));
    }
    return values;
  }

  private static String text(Metrics metrics) {
    return new String(metrics.scrape(), StandardCharsets.UTF_8);
  }
}
