package org.enstore.accounting.measure;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;

/**
 * Days and buckets of one site's time zone. A day begins when the clock shows its date for good: of
 * two midnights that is the first, unless the clock goes back to the day before in between; where
 * there is none, it is the first instant after the gap.
 */
public record SiteCalendar(ZoneId zone) {
  private static final long SECONDS_PER_DAY = 86_400;

  /** The instant at which the site's local {@code day} begins, in seconds since the epoch. */
  public long startOfDay(LocalDate day) {
    ZonedDateTime first = day.atStartOfDay(zone);
    ZoneOffsetTransition change = zone.getRules().getTransition(day.atStartOfDay());
    boolean goesBackADay =
        change != null
            && change.isOverlap()
            && LocalDate.ofInstant(change.getInstant(), change.getOffsetAfter()).isBefore(day);
    return (goesBackADay ? first.withLaterOffsetAtOverlap() : first).toEpochSecond();
  }

  /** The site-local day that {@code instant} falls in. */
  public LocalDate dayOf(Instant instant) {
    return dayOf(instant.getEpochSecond());
  }

  /** The site-local day that {@code epochSecond} falls in. */
  public LocalDate dayOf(long epochSecond) {
    LocalDate day = LocalDate.ofInstant(Instant.ofEpochSecond(epochSecond), zone);
    return startOfDay(day) > epochSecond ? day.minusDays(1) : day;
  }

  /**
   * The whole buckets of width {@code step} that intersect {@code range}: the first may begin
   * before the range and the last end after it, so that a bucket's value does not depend on where a
   * dashboard's window happens to be.
   */
  public Buckets buckets(Step step, TimeRange range) {
    long from = range.from().getEpochSecond();
    long to = -Math.floorDiv(-range.to().toEpochMilli(), 1000L);
    Buckets.Builder buckets = new Buckets.Builder(step);
    if (step.isCalendar()) {
      LocalDate period = step.periodStart(dayOf(from));
      while (startOfDay(period) < to) {
        buckets.add(startOfDay(period));
        period = step.nextPeriod(period);
      }
      return buckets.endingAt(startOfDay(period));
    }
    long width = step.nominal().toSeconds();
    LocalDate day = dayOf(from);
    long dayStart = startOfDay(day);
    long start = dayStart + Math.floorDiv(from - dayStart, width) * width;
    long dayEnd = startOfDay(day.plusDays(1));
    long last = lastStart(dayStart, dayEnd, width);
    start = Math.min(start, last);
    while (start < to) {
      buckets.add(start);
      if (start < last) {
        start += width;
      } else {
        start = dayEnd;
        day = day.plusDays(1);
        dayEnd = startOfDay(day.plusDays(1));
        last = lastStart(start, dayEnd, width);
      }
    }
    return buckets.endingAt(start);
  }

  /** {@code buckets}, and as many of the same step immediately before them. */
  public Buckets withPrevious(Buckets buckets) {
    long nominal = buckets.step().nominal().toSeconds() * buckets.count();
    Instant end = Instant.ofEpochSecond(buckets.to());
    // Longer than the nominal length by what clock changes, short days and leap years can add.
    for (long length = nominal + nominal / 8 + 10 * SECONDS_PER_DAY; ; length *= 2) {
      Instant start = Instant.ofEpochSecond(buckets.from() - length);
      Buckets longer = buckets(buckets.step(), new TimeRange(start, end));
      int surplus = longer.count() - 2 * buckets.count();
      if (surplus >= 0) {
        return longer.from(surplus);
      }
    }
  }

  /**
   * Where the last bucket of a day begins. What a long day has over a whole number of steps belongs
   * to its last bucket: as a bucket of its own, a short one, it would make panels draw every bar of
   * the graph as narrow. A short day's last bucket is short.
   */
  private static long lastStart(long dayStart, long dayEnd, long width) {
    long length = dayEnd - dayStart;
    long buckets = length > SECONDS_PER_DAY ? length / width : (length + width - 1) / width;
    return dayStart + Math.max(0, buckets - 1) * width;
  }

  /**
   * About how many buckets {@link #buckets} would give, without making them; exact to within a few.
   */
  public static long bucketEstimate(Step step, TimeRange range) {
    return range.length().toSeconds() / step.nominal().toSeconds() + 2;
  }
}
