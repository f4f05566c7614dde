package org.enstore.accounting.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: a whole number and one unit, such as {@code 90s}. */
public final class Durations {
  /** The form of a written duration, as a regular expression. */
  public static final String FORM = "^[0-9]{1,18}(ms|s|m|h|d)$";

  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,18})(ms|s|m|h|d)");
  private static final Unit[] UNITS = Unit.values();

  private Durations() {}

  /** The duration written as {@code text}; empty when that is no duration or overflows. */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    for (Unit unit : UNITS) {
      if (unit.symbol.equals(matcher.group(2))) {
        try {
          return Optional.of(Duration.ofMillis(Math.multiplyExact(count, unit.millis)));
        } catch (ArithmeticException ignored) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** {@code duration}, cut to whole milliseconds, in the widest unit that shows it exactly. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    for (int i = UNITS.length - 1; i > 0; i--) {
      if (millis != 0 && millis % UNITS[i].millis == 0) {
        return millis / UNITS[i].millis + UNITS[i].symbol;
      }
    }
    return millis == 0 ? "0s" : millis + "ms";
  }

  private enum Unit {
    MILLISECOND("ms", 1),
    SECOND("s", 1000),
    MINUTE("m", 60_000),
    HOUR("h", 3_600_000),
    DAY("d", 86_400_000);

    private final String symbol;
    private final long millis;

    Unit(String symbol, long millis) {
      this.symbol = symbol;
      this.millis = millis;
    }
  }
}
