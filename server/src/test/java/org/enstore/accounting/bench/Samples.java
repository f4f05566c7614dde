package org.enstore.accounting.bench;

import java.util.Arrays;
import java.util.Locale;

/** Measurements of one thing, in seconds or in whatever it is counted. Not thread-safe. */
final class Samples {
  private double[] values = new double[64];
  private int count;

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  int count() {
    return count;
  }

  double median() {
    return quantile(0.5);
  }

  /** The value that the share {@code q} of all does not exceed. */
  double quantile(double q) {
    if (count == 0) {
      throw new IllegalStateException("nothing was measured");
    }
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.min(count - 1, Math.max(0, Math.ceil(q * count) - 1))];
  }

  /** A duration in the unit that suits it. */
  static String text(double seconds) {
    if (seconds < 1e-3) {
      return String.format(Locale.ROOT, "%.0f µs", seconds * 1e6);
    }
    if (seconds < 1) {
      return String.format(Locale.ROOT, "%.2f ms", seconds * 1e3);
    }
    return seconds < 600
        ? String.format(Locale.ROOT, "%.2f s", seconds)
        : String.format(Locale.ROOT, "%.1f min", seconds / 60);
  }
}
