package org.enstore.accounting.series;

import java.time.InstantSource;
import java.util.Optional;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;

/** Finds events in the days of transfers, by the class for each kind of them. Thread-safe. */
final class Annotator {
  private final DayBlocks days;
  private final StateWatch watch;
  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  Annotator(
      DayBlocks days,
      StateWatch watch,
      SourceSettings settings,
      SiteCalendar calendar,
      InstantSource clock) {
    this.days = days;
    this.watch = watch;
    this.settings = settings;
    this.calendar = calendar;
    this.clock = clock;
  }

  /**
   * The events that {@code query} asks for.
   *
   * @throws QueryFailure when they cannot be told
   */
  Annotations answer(AnnotationQuery query, Cancellation cancellation) {
    StateWatch.Look look = watch.look(Optional.empty(), cancellation);
    EventSearch search =
        new EventSearch(
            query, look.state(), days, settings.limits(), calendar, clock.instant(), cancellation);
    look.outage().ifPresent(search::tellOutage);
    switch (query.event()) {
      case MOVER_SILENT -> new MoverSilences(search).find();
      case RECORD_DAY -> new RecordDays(search).find();
      case DRIVE_CHANGE -> new DriveChanges(search).find();
      case REPLICATION_LAG, ANOMALY ->
          throw new IllegalArgumentException(
              "days of transfers do not tell of " + query.event().label());
    }
    return search.result();
  }
}
