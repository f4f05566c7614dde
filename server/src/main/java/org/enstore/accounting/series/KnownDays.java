package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;

/**
 * The days that an answer can have rows of: outside them nothing is read, and no bucket is shown.
 *
 * @param first the first of them
 * @param firstOfFacts the first that the facts can have rows of
 * @param last the last of them, today or later, as rows of today may come at any time
 */
record KnownDays(LocalDate first, LocalDate firstOfFacts, LocalDate last) {

  /** Facts dated further ahead than this are clock errors. */
  private static final int MOST_DAYS_AHEAD = 366;

  /**
   * The days that {@code state} tells of.
   *
   * @param rollup what days before the facts' are taken from; empty for nothing
   */
  static KnownDays of(
      SourceState state,
      SourceTable facts,
      Optional<Rollup> rollup,
      SiteCalendar calendar,
      LocalDate today) {
    Extent extent = state.of(facts).extent();
    LocalDate seen =
        state.knownThrough().equals(Instant.EPOCH)
            ? today
            : earlier(today, calendar.dayOf(state.knownThrough()));
    LocalDate firstOfFacts = earlier(extent.first().orElse(seen), seen);
    LocalDate first =
        rollup
            .map(Rollup::table)
            .map(table -> state.of(table).extent().first().orElse(Extent.EARLIEST))
            .orElse(firstOfFacts);
    LocalDate last = extent.last().filter(day -> day.isAfter(today)).orElse(today);
    return new KnownDays(first, firstOfFacts, earlier(last, today.plusDays(MOST_DAYS_AHEAD)));
  }

  /**
   * The part of {@code range} in these days; where there is none, the moment of it that is nearest
   * to them, as an answer has one bucket at least.
   */
  TimeRange within(TimeRange range, SiteCalendar calendar) {
    Instant from = later(range.from(), Instant.ofEpochSecond(calendar.startOfDay(first)));
    Instant to = earlier(range.to(), Instant.ofEpochSecond(calendar.startOfDay(last.plusDays(1))));
    if (from.isBefore(to)) {
      return new TimeRange(from, to);
    }
    return from.isAfter(range.from())
        ? new TimeRange(range.to().minusMillis(1), range.to())
        : new TimeRange(range.from(), range.from().plusMillis(1));
  }

  /** Says so when {@code range} ends before the first day. */
  Optional<Notice> notice(TimeRange range, SiteCalendar calendar) {
    return range.to().isAfter(Instant.ofEpochSecond(calendar.startOfDay(first)))
        ? Optional.empty()
        : Optional.of(
            Notice.info("The data begins on " + first + ", after the end of the time range."));
  }

  private static <T extends Comparable<? super T>> T earlier(T a, T b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static <T extends Comparable<? super T>> T later(T a, T b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
