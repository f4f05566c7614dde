package org.enstore.accounting.frame;

import java.time.Instant;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.jspecify.annotations.Nullable;

/**
 * A named column of a frame. Immutable. It says that it may hold nulls exactly when it does, or
 * when it was asked to.
 */
public final class Column {
  private final String name;
  private final Values values;
  private final boolean nullable;
  private final Map<String, String> labels;
  private final FieldConfig config;

  private Column(
      String name,
      Values values,
      boolean nullable,
      Map<String, String> labels,
      FieldConfig config) {
    this.name = name;
    this.values = values;
    this.nullable = nullable;
    this.labels = labels;
    this.config = config;
  }

  private static Column of(String name, Values values) {
    return new Column(name, values, values.missingCount() > 0, Map.of(), FieldConfig.empty());
  }

  /** A column of instants in nanoseconds since the epoch; takes a copy. */
  public static Column times(String name, long... epochNanos) {
    return of(name, Values.times(epochNanos.clone()));
  }

  /** A column of instants, null where one is missing. */
  public static Column times(String name, List<? extends @Nullable Instant> instants) {
    long[] epochNanos = new long[instants.size()];
    BitSet missing = new BitSet();
    for (int i = 0; i < epochNanos.length; i++) {
      Instant instant = instants.get(i);
      missing.set(i, instant == null);
      if (instant != null) {
        epochNanos[i] =
            Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
      }
    }
    return of(name, Values.times(epochNanos, missing));
  }

  /** A column of the instants at which {@code buckets} begin. */
  public static Column times(String name, Buckets buckets) {
    return of(name, Values.starts(buckets));
  }

  /** A column of numbers: exact ones as 64-bit integers, others as 64-bit floating point. */
  public static Column numbers(String name, Numbers numbers) {
    return of(name, Values.numbers(numbers));
  }

  /** A column of texts, null where one is missing. */
  public static Column texts(String name, List<? extends @Nullable String> texts) {
    return of(name, Values.texts(texts));
  }

  /** A column of truth values, null where one is missing. */
  public static Column truths(String name, List<? extends @Nullable Boolean> truths) {
    return of(name, Values.truths(truths));
  }

  /** This column with other labels; none when {@code labels} is empty. */
  public Column labelled(Map<String, String> labels) {
    return new Column(
        name, values, nullable, Collections.unmodifiableMap(new LinkedHashMap<>(labels)), config);
  }

  /** This column with another configuration. */
  public Column configured(FieldConfig config) {
    return new Column(name, values, nullable, labels, config);
  }

  /**
   * This column saying that it may hold nulls even when it holds none now, so that the frames of a
   * stream have one schema.
   */
  public Column nullable() {
    return new Column(name, values, true, labels, config);
  }

  public String name() {
    return name;
  }

  /** How many rows there are. */
  public int size() {
    return values.size();
  }

  public boolean isNullable() {
    return nullable;
  }

  /** The labels in the order to show them. */
  public Map<String, String> labels() {
    return labels;
  }

  public FieldConfig config() {
    return config;
  }

  Values values() {
    return values;
  }

  @Override
  public String toString() {
    return name + labels + " of " + size() + " rows";
  }
}
