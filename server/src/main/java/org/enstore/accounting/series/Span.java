package org.enstore.accounting.series;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.measure.SiteCalendar;

/** The site-local days {@code [from, to)} that one block covers: a day, or a calendar month. */
record Span(LocalDate from, LocalDate to) {

  static Span ofDay(LocalDate day) {
    return new Span(day, day.plusDays(1));
  }

  /**
   * The spans that cover the days {@code [from, to)}. Whole days, but for {@link Grain#DAY} whole
   * months where the month ended before {@code settled}, so that a long history takes few blocks
   * and a late row never costs more than a day to read again.
   *
   * @param settled the first day that may still change
   */
  static List<Span> cover(Grain grain, LocalDate from, LocalDate to, LocalDate settled) {
    List<Span> spans = new ArrayList<>();
    LocalDate day = from;
    while (day.isBefore(to)) {
      Span span = ofDay(day);
      if (grain == Grain.DAY) {
        LocalDate month = day.withDayOfMonth(1);
        LocalDate next = month.plusMonths(1);
        if (!next.isAfter(settled)) {
          span = new Span(month, next);
        }
      }
      spans.add(span);
      day = span.to();
    }
    return spans;
  }

  /** Whether this is one day. */
  boolean isDay() {
    return from.plusDays(1).equals(to);
  }

  /** How many cells of {@code grain} fit into the span in time. */
  int slots(Grain grain, SiteCalendar calendar) {
    if (grain == Grain.DAY) {
      return (int) (to.toEpochDay() - from.toEpochDay());
    }
    long seconds = calendar.startOfDay(to) - calendar.startOfDay(from);
    int width = secondsOf(grain);
    return Math.max(1, (int) ((seconds + width - 1) / width));
  }

  /** The instants at which the slots begin, in seconds since the epoch. */
  long[] slotStarts(Grain grain, SiteCalendar calendar) {
    long[] starts = new long[slots(grain, calendar)];
    long first = calendar.startOfDay(from);
    for (int slot = 0; slot < starts.length; slot++) {
      starts[slot] =
          grain == Grain.DAY
              ? calendar.startOfDay(from.plusDays(slot))
              : first + (long) slot * secondsOf(grain);
    }
    return starts;
  }

  /** The instant at which {@code slot} begins, in seconds since the epoch. */
  long slotStart(Grain grain, SiteCalendar calendar, int slot) {
    return grain == Grain.DAY
        ? calendar.startOfDay(from.plusDays(slot))
        : calendar.startOfDay(from) + (long) slot * secondsOf(grain);
  }

  private static int secondsOf(Grain grain) {
    return switch (grain) {
      case MINUTE -> 60;
      case HOUR -> 3600;
      case DAY -> throw new IllegalArgumentException("days differ in length");
    };
  }
}
