package org.enstore.accounting.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry of figures. Rooms keep their own counts; here they are named, asked for their
 * current value at each scrape, and written down. Safe for use by many threads.
 *
 * <p>Every name is prefixed by {@code enstore_} and ends in its base unit, a counter's in {@code
 * _total} as well. A figure whose supplier fails, or tells a value that it cannot have, is left out
 * of that scrape and counted under {@code enstore_metrics_failures_total}; the others still come.
 */
public final class Metrics {
  /** The media type of {@link #scrape}. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  /** More label sets than this of one figure are left out, and counted. */
  static final int MOST_SAMPLES = 500;

  private static final Logger logger = LoggerFactory.getLogger(Metrics.class);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final LongAdder failures = new LongAdder();
  private final LongAdder omitted = new LongAdder();
  private final Set<String> complained = ConcurrentHashMap.newKeySet();

  /** A registry with the figures about itself alone. */
  public Metrics() {
    counter("metrics_failures", "Figures left out of a scrape.", Unit.NONE, failures::doubleValue);
    counter(
        "metrics_samples_omitted",
        "Label sets left out of scrapes because a figure had too many or told one twice.",
        Unit.NONE,
        omitted::doubleValue);
  }

  /** What a figure is counted in. */
  public enum Unit {
    /** Plain numbers. */
    NONE(""),
    SECONDS("_seconds"),
    BYTES("_bytes"),
    /** A share, from 0 to 1. */
    RATIO("_ratio");

    private final String suffix;

    Unit(String suffix) {
      this.suffix = suffix;
    }
  }

  /**
   * One value of a figure with labels.
   *
   * @param labels the values of the labels, in the order of their names
   */
  public record Sample(List<String> labels, double value) {
    public Sample {
      labels = List.copyOf(labels);
    }

    public static Sample of(double value, String... labels) {
      return new Sample(List.of(labels), value);
    }

    public static Sample of(long value, String... labels) {
      return of((double) value, labels);
    }
  }

  /** Adds a figure that goes up and down. */
  public Metrics gauge(String name, String help, Unit unit, DoubleSupplier value) {
    return gauge(name, help, unit, List.of(), () -> List.of(Sample.of(value.getAsDouble())));
  }

  /** Adds a figure that goes up and down, with one value for each set of labels. */
  public Metrics gauge(
      String name,
      String help,
      Unit unit,
      List<String> labels,
      Supplier<? extends Iterable<Sample>> samples) {
    String fullName = fullName(name, unit);
    GaugeWithCallback.builder()
        .name(fullName)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(
            callback ->
                collect(fullName, labels.size(), samples, false)
                    .forEach(
                        sample ->
                            callback.call(sample.value, sample.labels.toArray(String[]::new))))
        .register(registry);
    return this;
  }

  /** Adds a figure that only grows, from zero when the program starts. */
  public Metrics counter(String name, String help, Unit unit, DoubleSupplier value) {
    return counter(name, help, unit, List.of(), () -> List.of(Sample.of(value.getAsDouble())));
  }

  /** Adds a figure that only grows, with one value for each set of labels. */
  public Metrics counter(
      String name,
      String help,
      Unit unit,
      List<String> labels,
      Supplier<? extends Iterable<Sample>> samples) {
    String fullName = fullName(name, unit);
    CounterWithCallback.builder()
        .name(fullName)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(
            callback ->
                collect(fullName, labels.size(), samples, true)
                    .forEach(
                        sample ->
                            callback.call(sample.value, sample.labels.toArray(String[]::new))))
        .register(registry);
    return this;
  }

  /**
   * How often a figure was in which range.
   *
   * @param labels the values of the labels, in the order of their names
   * @param counts how often it was up to each bound but above the one before, and above all
   * @param sum of all that was seen
   */
  public record Distribution(List<String> labels, List<Long> counts, double sum) {
    public Distribution {
      labels = List.copyOf(labels);
      counts = List.copyOf(counts);
    }
  }

  /**
   * Adds a figure that is seen often, as counts by range, with one distribution for each set of
   * labels.
   *
   * @param bounds the upper bounds of the ranges, ascending; one more range takes the rest
   */
  public Metrics histogram(
      String name,
      String help,
      Unit unit,
      List<String> labels,
      List<Double> bounds,
      Supplier<? extends Iterable<Distribution>> distributions) {
    List<Double> all = new ArrayList<>(bounds);
    all.add(Double.POSITIVE_INFINITY);
    registry.register(
        () -> {
          HistogramSnapshot.Builder snapshot =
              HistogramSnapshot.builder().name(fullName(name, unit)).help(help);
          for (Distribution each : distributions.get()) {
            HistogramSnapshot.HistogramDataPointSnapshot.Builder point =
                HistogramSnapshot.HistogramDataPointSnapshot.builder();
            point.labels(Labels.of(labels, each.labels));
            point.sum(each.sum);
            snapshot.dataPoint(
                point
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(all, each.counts))
                    .build());
          }
          return snapshot.build();
        });
    return this;
  }

  /** Adds the figures of the Java virtual machine and its process. */
  public Metrics runtime() {
    RuntimeFigures.addTo(this);
    return this;
  }

  /** All figures as they are now, in Prometheus' text format. */
  public byte[] scrape() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(8192);
    try {
      writer.write(out, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String fullName(String name, Unit unit) {
    return "enstore_" + name + unit.suffix;
  }

  /** What the supplier tells, as far as it may be shown: one bad figure must not spoil a scrape. */
  private List<Sample> collect(
      String name, int labelCount, Supplier<? extends Iterable<Sample>> samples, boolean grows) {
    List<Sample> kept = new ArrayList<>();
    Set<List<String>> seen = new HashSet<>();
    try {
      for (Sample sample : samples.get()) {
        if (sample.labels.size() != labelCount || (grows && !(sample.value >= 0))) {
          throw new IllegalStateException("not a value of this figure: " + sample);
        }
        if (kept.size() < MOST_SAMPLES && seen.add(sample.labels)) {
          kept.add(sample);
        } else {
          omitted.increment();
        }
      }
    } catch (RuntimeException e) {
      failures.increment();
      if (complained.add(name)) {
        logger.warn("metrics: figure left out name={}", name, e);
      }
      return List.of();
    }
    return kept;
  }
}
