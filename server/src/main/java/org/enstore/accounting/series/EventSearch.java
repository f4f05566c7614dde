package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Naming;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeText;
import org.enstore.accounting.series.Annotations.Event;

/**
 * One search for events, whatever their kind: how far it reaches, what it may read, and what it has
 * found. Not thread-safe.
 */
final class EventSearch {
  /*
   * Resolution
   *
   * Blocks hold sums of minutes, hours or days, and the finer they are, the more there is to read.
   * So events are looked for in coarse cells first, and only the days on which one begins or ends
   * are read again in fine ones: by the minute when they are few, by the hour when they are more.
   */

  /** So many days are read by the minute, or by the hour, to date events more closely. */
  private static final int DAYS_BY_MINUTE = 7;

  private static final int DAYS_BY_HOUR = 31;

  private final AnnotationQuery query;
  private final SourceState state;
  private final DayBlocks days;
  private final SourceSettings.Limits limits;
  private final SiteCalendar calendar;
  private final Instant now;
  private final Instant until;
  private final Cancellation cancellation;
  private final List<Event> events = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();
  private boolean outageTold;

  EventSearch(
      AnnotationQuery query,
      SourceState state,
      DayBlocks days,
      SourceSettings.Limits limits,
      SiteCalendar calendar,
      Instant now,
      Cancellation cancellation) {
    this.query = query;
    this.state = state;
    this.days = days;
    this.limits = limits;
    this.calendar = calendar;
    this.now = now;
    this.cancellation = cancellation;
    Instant complete = state.completeThrough(Transfers.FACTS);
    this.until = earlier(earlier(query.range().to(), complete), now);
  }

  /** What is asked for. */
  AnnotationQuery query() {
    return query;
  }

  /** The look at the database that the search rests on. */
  SourceState state() {
    return state;
  }

  /** The site's calendar. */
  SiteCalendar calendar() {
    return calendar;
  }

  /** When the search began. */
  Instant now() {
    return now;
  }

  /** Nothing from here on is known, or of interest. */
  Instant until() {
    return until;
  }

  /** The day before the range since which movers must have been seen to be known. */
  LocalDate lookBackDay() {
    LocalDate day = calendar.dayOf(query.range().from()).minusDays(limits.moverLookBackDays());
    LocalDate first = state.of(Transfers.FACTS).extent().first().orElse(calendar.dayOf(now));
    return day.isBefore(first) ? first : day;
  }

  /** In which cells {@code edges} are worth reading again; empty if there are none, or too many. */
  Optional<Grain> fineGrain(Set<LocalDate> edges) {
    if (edges.isEmpty() || edges.size() > DAYS_BY_HOUR) {
      return Optional.empty();
    }
    return Optional.of(edges.size() > DAYS_BY_MINUTE ? Grain.HOUR : Grain.MINUTE);
  }

  /** The query's filters, for tables whose keys are named by {@code naming}. */
  Sieve sieve(Naming naming) {
    return new Sieve(Transfers.DATASET, query.filters(), false, naming);
  }

  /**
   * Refuses to go on without the transfers.
   *
   * @throws QueryFailure that says why they cannot be read, if so
   */
  void requireRaw() {
    state.of(Transfers.FACTS).require();
  }

  /** Reads as {@link DayBlocks#read} does, and tells of an outage. */
  void read(
      SourceTable table,
      Grain grain,
      List<Dimension> dimensions,
      LocalDate from,
      LocalDate to,
      DayBlocks.KeySink sink) {
    days.read(table, grain, dimensions, from, to, cancellation, sink)
        .outage()
        .ifPresent(this::tellOutage);
  }

  /** Reads as {@link DayBlocks#readEach} does, and tells of an outage. */
  void readEach(
      Grain grain,
      List<Dimension> dimensions,
      SortedSet<LocalDate> single,
      DayBlocks.KeySink sink) {
    days.readEach(grain, dimensions, single, cancellation, sink)
        .outage()
        .ifPresent(this::tellOutage);
  }

  /** Adds an event, which need not touch the range. */
  void tell(Event event) {
    events.add(event);
  }

  /** Adds what the reader of the events should know. */
  void tell(Notice notice) {
    notices.add(notice);
  }

  /** Says, once, that events are as old as the look at the database. */
  void tellOutage(QueryFailure failure) {
    if (!outageTold) {
      outageTold = true;
      notices.add(
          Notice.warning(
              "Events as they were known at "
                  + TimeText.of(state.observedAt(), calendar.zone(), now)
                  + ": "
                  + failure.sentence()));
    }
  }

  /** The events that touch the range, by time. */
  Annotations result() {
    List<Event> sorted =
        events.stream()
            .filter(
                event ->
                    event.time().isBefore(query.range().to())
                        && !event.end().orElse(event.time()).isBefore(query.range().from()))
            .sorted(Comparator.comparing(Event::time))
            .toList();
    return Annotations.last(sorted, notices);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
