package org.enstore.accounting.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.enstore.accounting.measure.SiteCalendar;

/** Moments as people write them, and as they are shown. */
final class Moment {
  /** What can be written, for help and errors. */
  static final String FORMS =
      "now, today, yesterday, a time before now such as 30d or now-12h (s, m, h, d, w; a day is 24"
          + " hours), a date such as 2025-11-01 (its beginning), a local time such as"
          + " 2025-11-01T06:30, or one with its offset such as 2025-11-01T12:30:00Z";

  private static final Pattern BEFORE_NOW = Pattern.compile("(?:now-)?([0-9]{1,9})([smhdw])");
  private static final Map<String, ChronoUnit> UNITS =
      Map.of(
          "s", ChronoUnit.SECONDS,
          "m", ChronoUnit.MINUTES,
          "h", ChronoUnit.HOURS,
          "d", ChronoUnit.DAYS,
          "w", ChronoUnit.WEEKS);
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  private Moment() {}

  /**
   * The moment written as {@code text}. A local time that occurs twice is the later one, one that
   * was skipped is shifted forward by the gap, as the database has it.
   *
   * @param option what it was given to
   * @param zone the site's
   * @throws Failure with what can be written
   */
  static Instant parse(String option, String text, ZoneId zone, Instant now) {
    String word = text.strip();
    SiteCalendar calendar = new SiteCalendar(zone);
    Optional<Instant> named =
        switch (word) {
          case "now" -> Optional.of(now);
          case "today" -> Optional.of(startOf(calendar, calendar.dayOf(now)));
          case "yesterday" -> Optional.of(startOf(calendar, calendar.dayOf(now).minusDays(1)));
          default -> Optional.empty();
        };
    if (named.isPresent()) {
      return named.get();
    }
    try {
      Matcher before = BEFORE_NOW.matcher(word);
      if (before.matches()) {
        ChronoUnit unit = Optional.ofNullable(UNITS.get(before.group(2))).orElseThrow();
        return now.minus(unit.getDuration().multipliedBy(Long.parseLong(before.group(1))));
      }
      if (DATE.matcher(word).matches()) {
        return startOf(calendar, LocalDate.parse(word));
      }
      return time(word, zone);
    } catch (DateTimeException | ArithmeticException e) {
      throw Failure.usage("%s is \"%s\"; it must be %s.".formatted(option, text, FORMS));
    }
  }

  private static Instant time(String text, ZoneId zone) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException ignored) {
      return DateTimeFormatter.ISO_LOCAL_DATE_TIME
          .withZone(zone)
          .parse(text, ZonedDateTime::from)
          .withLaterOffsetAtOverlap()
          .toInstant();
    }
  }

  private static Instant startOf(SiteCalendar calendar, LocalDate day) {
    return Instant.ofEpochSecond(calendar.startOfDay(day));
  }

  /** {@code instant}, to the second, with the site's offset: {@code 2025-11-01T06:30:00-05:00}. */
  static String show(Instant instant, ZoneId zone) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
        instant.truncatedTo(ChronoUnit.SECONDS).atZone(zone).toOffsetDateTime());
  }

  /** How long {@code duration} is, in two units at the most: {@code 3 d 4 h}. */
  static String show(Duration duration) {
    if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
      long tenths = duration.toMillis() / 100;
      return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
    }
    if (duration.compareTo(Duration.ofHours(1)) < 0) {
      return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }
    if (duration.compareTo(Duration.ofDays(1)) < 0) {
      return duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }
    return duration.toDays() + " d " + duration.toHoursPart() + " h";
  }
}
