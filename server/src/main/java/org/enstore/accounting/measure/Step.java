package org.enstore.accounting.measure;

import java.time.Duration;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The ladder of bucket widths. Steps below a day divide the site's local day, counted in elapsed
 * time from local midnight: the last bucket of a short day is short, that of a long day takes in
 * what remains after whole steps, unless that is a whole step itself. Steps from a day up are
 * calendar periods of the site's zone: days, ISO weeks from Monday, months, quarters and years.
 */
public enum Step {
  MINUTE_1("1m", Duration.ofMinutes(1)),
  MINUTE_2("2m", Duration.ofMinutes(2)),
  MINUTE_5("5m", Duration.ofMinutes(5)),
  MINUTE_10("10m", Duration.ofMinutes(10)),
  MINUTE_15("15m", Duration.ofMinutes(15)),
  MINUTE_30("30m", Duration.ofMinutes(30)),
  HOUR_1("1h", Duration.ofHours(1)),
  HOUR_2("2h", Duration.ofHours(2)),
  HOUR_3("3h", Duration.ofHours(3)),
  HOUR_4("4h", Duration.ofHours(4)),
  HOUR_6("6h", Duration.ofHours(6)),
  HOUR_8("8h", Duration.ofHours(8)),
  HOUR_12("12h", Duration.ofHours(12)),
  DAY("1d", Duration.ofDays(1)),
  WEEK("1w", Duration.ofDays(7)),
  MONTH("1M", ChronoUnit.MONTHS.getDuration()),
  QUARTER("1Q", ChronoUnit.MONTHS.getDuration().multipliedBy(3)),
  YEAR("1y", ChronoUnit.YEARS.getDuration());

  private final String text;
  private final Duration nominal;

  Step(String text, Duration nominal) {
    this.text = text;
    this.nominal = nominal;
  }

  /** How the step is written in a query, such as {@code 12h} or {@code 1M}. */
  public String text() {
    return text;
  }

  /** The usual length; a day may really have 23 or 25 hours, a month 28 to 31 days. */
  public Duration nominal() {
    return nominal;
  }

  /** Whether the step is a calendar period of a day or more. */
  public boolean isCalendar() {
    return compareTo(DAY) >= 0;
  }

  /** The smallest step that is at least {@code width} long; {@link #YEAR} for anything longer. */
  public static Step atLeast(Duration width) {
    for (Step step : values()) {
      if (step.nominal.compareTo(width) >= 0) {
        return step;
      }
    }
    return YEAR;
  }

  /** The step written as {@code text}, if it is one of the ladder. */
  public static Optional<Step> of(String text) {
    return Arrays.stream(values()).filter(step -> step.text.equals(text)).findFirst();
  }

  /** The next wider step; {@link #YEAR} stays. */
  public Step wider() {
    return atLeast(nominal.plusSeconds(1));
  }

  /** The whole ladder as a sentence names it: {@code 1m, 2m, …, 1y}. */
  public static String ladder() {
    return Arrays.stream(values()).map(Step::text).collect(Collectors.joining(", "));
  }

  /** The first day of the calendar period that {@code day} is in; the day itself below a week. */
  LocalDate periodStart(LocalDate day) {
    return switch (this) {
      case WEEK -> day.minusDays(day.getDayOfWeek().getValue() - 1L);
      case MONTH -> day.withDayOfMonth(1);
      case QUARTER -> day.withDayOfMonth(1).withMonth((day.getMonthValue() - 1) / 3 * 3 + 1);
      case YEAR -> day.withDayOfYear(1);
      default -> day;
    };
  }

  /** The first day of the period after the one that starts on {@code start}. */
  LocalDate nextPeriod(LocalDate start) {
    return switch (this) {
      case WEEK -> start.plusWeeks(1);
      case MONTH -> start.plusMonths(1);
      case QUARTER -> start.plusMonths(3);
      case YEAR -> start.plusYears(1);
      default -> start.plusDays(1);
    };
  }
}
