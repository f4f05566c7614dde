package org.enstore.accounting.series;

import java.util.Locale;
import org.enstore.accounting.catalog.Kind;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.measure.ByteUnit;

/** Writes the values of a measure in sentences: three digits, in the unit that fits. */
final class Amounts {
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  private static final double THREE_DIGITS = 999.5;
  private static final double SECONDS_PER_HOUR = 3600;

  private final Kind.Unit kind;
  private final ByteUnit unit;

  /** For values of {@code measure} that are given in {@code unit}. */
  Amounts(Measure measure, ByteUnit unit) {
    this.kind = measure.kind().unit();
    this.unit = unit;
  }

  /** {@code value} with its unit. */
  String of(double value) {
    return switch (kind) {
      case NONE -> Math.abs(value) > THREE_DIGITS ? whole(value) : digits(value);
      case BYTES -> bytes(value);
      case BYTES_PER_SECOND -> bytes(value) + "/s";
      case SECONDS ->
          Math.abs(value) >= SECONDS_PER_HOUR
              ? digits(value / SECONDS_PER_HOUR) + " h"
              : digits(value) + " s";
      case SHARE -> digits(100 * value) + " %";
    };
  }

  private String bytes(double value) {
    String[] names = unit == ByteUnit.MEGABYTES ? DECIMAL : BINARY;
    double base = unit == ByteUnit.MEGABYTES ? 1000 : 1024;
    double amount = unit == ByteUnit.BYTES ? value : value * base * base;
    int name = 0;
    while (Math.abs(amount) > THREE_DIGITS && name < names.length - 1) {
      amount /= base;
      name++;
    }
    return digits(amount) + " " + names[name];
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String digits(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) || size >= 99.95) {
      return whole(value);
    }
    return String.format(Locale.ROOT, size >= 9.995 ? "%.1f" : "%.2f", value);
  }
}
