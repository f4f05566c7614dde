package org.enstore.accounting.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Grain;

/**
 * Reads the zoneless times of the accounting tables in the site's zone. A wall-clock time that
 * occurred twice is the later instant, one that never occurred is shifted forward by what was
 * skipped: PostgreSQL's own reading of {@code time AT TIME ZONE zone}. But no time leaves its date:
 * what would be read as an instant of the next day is the last second of its own.
 */
final class WallClock {
  /*
   * Two facts about zones that the code below rests on.
   *
   * Windows. Wall-clock order is not the order of instants, but as no time leaves its date, a window
   * of days has the rows of their dates, and those of dates just before that were skipped as a whole
   * (Apia, 2011-12-30): such a date begins where the next one does.
   *
   * Hours. Where every change of offset happens on a whole local hour and by whole hours, all
   * times of one wall-clock hour lie in one elapsed hour of the day, and the database may group by
   * the hour. Elsewhere (Lord Howe changes by 30 minutes, Newfoundland changed at 00:01) such a
   * day is grouped by the minute and floored here.
   */
  private static final long HOUR_SECONDS = 3600;
  private static final long MINUTE_SECONDS = 60;

  private final SiteCalendar calendar;
  private final ZoneRules rules;

  WallClock(SiteCalendar calendar) {
    this.calendar = calendar;
    this.rules = calendar.zone().getRules();
  }

  /** The instant that the site's clock showed as {@code wall}. */
  Instant instant(LocalDateTime wall) {
    Instant read = wall.atZone(calendar.zone()).withLaterOffsetAtOverlap().toInstant();
    if (rules.getTransition(wall) == null) {
      return read;
    }
    LocalDate day = wall.toLocalDate();
    long end = startOfDay(day.plusDays(1));
    boolean leaves = read.getEpochSecond() >= end && startOfDay(day) < end;
    return leaves ? Instant.ofEpochSecond(end - 1) : read;
  }

  /** What the site's clock shows at {@code instant}. */
  LocalDateTime wall(Instant instant) {
    return LocalDateTime.ofInstant(instant, calendar.zone());
  }

  /** The site's day at {@code instant}. */
  LocalDate dayOf(Instant instant) {
    return calendar.dayOf(instant);
  }

  /** The first instant of {@code day}, in seconds since the epoch. */
  long startOfDay(LocalDate day) {
    return calendar.startOfDay(day);
  }

  /**
   * The start of the cell that a wall-clock time falls in.
   *
   * @param wallSecond the wall-clock time, in seconds since 1970-01-01T00:00 on that same clock
   * @return seconds since the epoch
   */
  long cellStart(Grain grain, long wallSecond) {
    LocalDateTime wall = LocalDateTime.ofEpochSecond(wallSecond, 0, ZoneOffset.UTC);
    return switch (grain) {
      case DAY -> startOfDay(wall.toLocalDate());
      case HOUR -> floor(instant(wall).getEpochSecond(), HOUR_SECONDS);
      case MINUTE -> floor(instant(wall).getEpochSecond(), MINUTE_SECONDS);
    };
  }

  /** The start of the cell that {@code instant} falls in, in seconds since the epoch. */
  long cellStart(Grain grain, Instant instant) {
    long second = instant.getEpochSecond();
    return switch (grain) {
      case DAY -> startOfDay(calendar.dayOf(second));
      case HOUR -> floor(second, HOUR_SECONDS);
      case MINUTE -> floor(second, MINUTE_SECONDS);
    };
  }

  /**
   * The wall-clock time from which rows must be read so that none of the days from {@code from} on
   * is missed.
   */
  LocalDateTime readFrom(LocalDate from) {
    LocalDate day = from;
    while (startOfDay(day.minusDays(1)) == startOfDay(from)) {
      day = day.minusDays(1);
    }
    return day.atStartOfDay();
  }

  /**
   * The wall-clock time from which rows must be read so that none is missed that is read as {@code
   * since} or later. Earlier ones may be among them.
   */
  LocalDateTime readFrom(Instant since) {
    LocalDateTime shown = wall(since);
    ZoneOffsetTransition last = rules.previousTransition(since.plusNanos(1));
    if (last != null
        && last.isGap()
        && since.isBefore(last.getInstant().plus(last.getDuration()))) {
      // What was skipped is read as the time after it.
      return last.getDateTimeBefore().plus(Duration.between(last.getInstant(), since));
    }
    ZoneOffsetTransition next = rules.nextTransition(since);
    if (next != null
        && next.isOverlap()
        && !since.isBefore(next.getInstant().plus(next.getDuration()))
        && next.getDateTimeAfter().isBefore(shown)) {
      // The first pass of a repeated hour is read as the second.
      return next.getDateTimeAfter();
    }
    return shown;
  }

  /**
   * The days of {@code [from, to)}, and of what {@link #readFrom} adds before them, whose
   * wall-clock hours do not each lie within one elapsed hour.
   */
  List<LocalDate> daysWithBrokenHours(LocalDate from, LocalDate to) {
    TreeSet<LocalDate> broken = new TreeSet<>();
    LocalDate first = readFrom(from).toLocalDate();
    Instant end = Instant.ofEpochSecond(startOfDay(to.plusDays(1)));
    ZoneOffsetTransition change =
        rules.nextTransition(Instant.ofEpochSecond(startOfDay(first.minusDays(1))));
    while (change != null && change.getInstant().isBefore(end)) {
      if (isOfWholeHours(change)) {
        change = rules.nextTransition(change.getInstant());
        continue;
      }
      LocalDate day = change.getDateTimeBefore().toLocalDate().minusDays(1);
      LocalDate last = change.getDateTimeAfter().toLocalDate().plusDays(1);
      for (; !day.isAfter(last); day = day.plusDays(1)) {
        if (!day.isBefore(first) && day.isBefore(to) && hasBrokenHours(day)) {
          broken.add(day);
        }
      }
      change = rules.nextTransition(change.getInstant());
    }
    return new ArrayList<>(broken);
  }

  /**
   * Cells of equal width, one after the other in wall-clock time.
   *
   * @param first where the first begins
   * @param last where the last begins; before the first one if there is none
   */
  record Cells(LocalDateTime first, LocalDateTime last, Duration width) {}

  /**
   * The wall-clock time {@code [from, to)} in cells, none of which reaches into two cells of {@code
   * grain}: by the minute on days on which grouping by the hour would be wrong.
   *
   * @param to a midnight
   */
  List<Cells> cells(Grain grain, LocalDateTime from, LocalDateTime to) {
    Duration width =
        switch (grain) {
          case DAY -> Duration.ofDays(1);
          case HOUR -> Duration.ofHours(1);
          case MINUTE -> Duration.ofMinutes(1);
        };
    List<Cells> cells = new ArrayList<>();
    LocalDateTime begun = from;
    if (grain == Grain.HOUR) {
      for (LocalDate day : daysWithBrokenHours(from.toLocalDate(), to.toLocalDate())) {
        LocalDateTime midnight = later(day.atStartOfDay(), begun);
        LocalDateTime next = later(day.plusDays(1).atStartOfDay(), begun);
        add(cells, begun, midnight, width);
        add(cells, midnight, next, Duration.ofMinutes(1));
        begun = next;
      }
    }
    add(cells, begun, to, width);
    return cells.isEmpty() ? List.of(new Cells(to, to.minus(width), width)) : cells;
  }

  /** Adds the cells between two times, the first of them shorter where it begins late. */
  private static void add(List<Cells> cells, LocalDateTime from, LocalDateTime to, Duration width) {
    if (!from.isBefore(to)) {
      return;
    }
    long offset = from.toLocalTime().toNanoOfDay() % width.toNanos();
    LocalDateTime whole = offset == 0 ? from : from.minusNanos(offset).plus(width);
    if (from.isBefore(whole)) {
      cells.add(new Cells(from, from, Duration.between(from, whole)));
    }
    if (whole.isBefore(to)) {
      cells.add(new Cells(whole, to.minus(width), width));
    }
  }

  private static LocalDateTime later(LocalDateTime a, LocalDateTime b) {
    return a.isAfter(b) ? a : b;
  }

  private static boolean isOfWholeHours(ZoneOffsetTransition change) {
    LocalDateTime before = change.getDateTimeBefore();
    return before.getMinute() == 0
        && before.getSecond() == 0
        && change.getDuration().toSeconds() % HOUR_SECONDS == 0;
  }

  private boolean hasBrokenHours(LocalDate day) {
    long midnight = day.toEpochDay() * 24 * HOUR_SECONDS;
    for (int hour = 0; hour < 24; hour++) {
      long start = midnight + hour * HOUR_SECONDS;
      long cell = cellStart(Grain.HOUR, start);
      for (int minute = 1; minute < 60; minute++) {
        if (cellStart(Grain.HOUR, start + minute * MINUTE_SECONDS) != cell) {
          return true;
        }
      }
    }
    return false;
  }

  private long floor(long epochSecond, long width) {
    long dayStart = startOfDay(calendar.dayOf(epochSecond));
    return dayStart + Math.floorDiv(epochSecond - dayStart, width) * width;
  }
}
