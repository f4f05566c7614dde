package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.ErrorClass;
import org.enstore.accounting.catalog.Errors;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.outlook.RuleOfTwo;

/**
 * Ranks movers by what speaks for a failure soon: errors for their transfers and their drives'
 * speed, beside their peers'. Thread-safe.
 */
final class Risk {
  /** Errors so many half-lives ago count one sixteenth. */
  private static final int HALF_LIVES = 4;

  private static final int FEWEST_DAYS = 14;

  private final Asking asking;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  /** Answers questions for series of any database as a whole or not at all. */
  @FunctionalInterface
  interface Asking {
    SeriesAnswer whole(
        SeriesQuery query, Demand demand, Instant now, Cancellation cancellation, Room room);
  }

  Risk(Asking asking, SiteCalendar calendar, InstantSource clock) {
    this.asking = asking;
    this.calendar = calendar;
    this.clock = clock;
  }

  /**
   * Answers {@code query}.
   *
   * @throws QueryFailure when the transfers cannot be read, or only a part of them
   */
  RiskAnswer answer(RiskQuery query, Demand demand, Cancellation cancellation, Room room) {
    Instant now = clock.instant();
    return new Work(query, demand, now, cancellation, room).answer();
  }

  /** One answer under way. */
  private final class Work {
    private final RiskQuery query;
    private final Demand demand;
    private final Instant now;
    private final Cancellation cancellation;
    private final Room room;
    private final int days;
    private final LocalDate first;
    private final TimeRange range;

    /**
     * The part of the range of which the rule of two is asked: over long, chance meets its terms.
     */
    private final TimeRange lately;

    private final List<Notice> notices = new ArrayList<>();

    Work(RiskQuery query, Demand demand, Instant now, Cancellation cancellation, Room room) {
      this.query = query;
      this.demand = demand;
      this.now = now;
      this.cancellation = cancellation;
      this.room = room;
      days = (int) Math.max(FEWEST_DAYS, HALF_LIVES * query.halfLife().toDays());
      Instant end = query.range().to().isBefore(now) ? query.range().to().minusMillis(1) : now;
      LocalDate last = calendar.dayOf(end);
      first = last.minusDays(days - 1L);
      Instant until = start(last.plusDays(1));
      range = new TimeRange(start(first), until);
      lately = new TimeRange(start(last.minusDays(query.halfLife().toDays() - 1)), until);
    }

    private Instant start(LocalDate day) {
      return Instant.ofEpochSecond(calendar.startOfDay(day));
    }

    RiskAnswer answer() {
      RiskFacts facts = new RiskFacts(days, (double) query.halfLife().toHours() / 24);
      List<Dimension> byMover = List.of(Dimensions.MOVER, Dimensions.DRIVE_TYPE);
      Filter tapes = Filter.including(List.of(MoverClass.TAPE.label()));
      Map<Dimension, Filter> ofTapes = new HashMap<>(query.filters());
      ofTapes.putIfAbsent(Dimensions.MOVER_CLASS, tapes);
      SeriesAnswer transfers = ask(Transfers.DATASET, Transfers.TRANSFERS, byMover, ofTapes, range);
      facts.takeTransfers(transfers.table());
      facts.takeSpeeds(
          ask(Transfers.DATASET, Transfers.DRIVE_RATE, byMover, ofTapes, range).table());
      List<RiskAnswer.Suspect> suspects = new ArrayList<>();
      try {
        suspects.addAll(suspects());
        // What a bad tape did in many drives is no reason against any of them.
        List<String> badTapes =
            suspects.stream()
                .filter(suspect -> suspect.culprit().equals(word(RuleOfTwo.Culprit.TAPE)))
                .map(RiskAnswer.Suspect::name)
                .toList();
        facts.takeErrors(
            ask(
                    Errors.DATASET,
                    Errors.ERRORS,
                    List.of(Dimensions.MOVER, Errors.ERROR_CLASS),
                    ofErrors(
                        Map.of(
                            Dimensions.VOLUME,
                            new Filter(List.of(), badTapes, Optional.empty(), Optional.empty()))),
                    range)
                .table());
      } catch (QueryFailure failure) {
        if (failure.kind() != FailureKind.ACCESS_DENIED
            && failure.kind() != FailureKind.SCHEMA_MISMATCH) {
          throw failure;
        }
        notices.add(Notice.warning("Errors play no part, speeds alone do: " + failure.sentence()));
      }
      List<RiskAnswer.Unit> ranked = facts.ranked();
      notices.addAll(0, transfers.notices());
      tell(ranked);
      return new RiskAnswer(ranked, suspects, notices, transfers.executed());
    }

    private SeriesAnswer ask(
        Dataset dataset,
        Measure measure,
        List<Dimension> groupBy,
        Map<Dimension, Filter> filters,
        TimeRange asked) {
      return asking.whole(
          new SeriesQuery(
              dataset,
              measure,
              asked,
              Optional.of(Duration.ofDays(1)),
              Duration.ZERO,
              1,
              groupBy,
              List.of(),
              filters,
              false,
              ByteUnit.BYTES,
              GapPolicy.ZERO,
              SourceChoice.AUTO,
              Arrangement.PLAIN),
          demand,
          now,
          cancellation,
          room);
    }

    /** The filters as far as errors have their dimensions. */
    private Map<Dimension, Filter> ofErrors(Map<Dimension, Filter> more) {
      Map<Dimension, Filter> filters = new HashMap<>(more);
      query
          .filters()
          .forEach(
              (dimension, filter) -> {
                if (Errors.DATASET.dimensions().contains(dimension)) {
                  filters.putIfAbsent(dimension, filter);
                }
              });
      return filters;
    }

    private List<RiskAnswer.Suspect> suspects() {
      Filter ofDrives = Filter.including(List.of(ErrorClass.DRIVE_OR_MEDIA.label()));
      List<RuleOfTwo.Meeting> meetings = new ArrayList<>();
      for (Series series :
          ask(
                  Errors.DATASET,
                  Errors.ERRORS,
                  List.of(Dimensions.DRIVE_SERIAL, Dimensions.VOLUME),
                  ofErrors(Map.of(Errors.ERROR_CLASS, ofDrives)),
                  lately)
              .table()
              .series()) {
        String drive = series.labels().getOrDefault(Dimensions.DRIVE_SERIAL.id(), "");
        String tape = series.labels().getOrDefault(Dimensions.VOLUME.id(), "");
        // Where the request never met a drive, or a tape, there is nothing to tell apart.
        if (!drive.isBlank() && !tape.isBlank()) {
          meetings.add(new RuleOfTwo.Meeting(drive, tape));
        }
      }
      return RuleOfTwo.suspects(meetings).stream()
          .map(
              suspect ->
                  new RiskAnswer.Suspect(
                      word(suspect.culprit()),
                      suspect.name(),
                      String.join(", ", suspect.partners()),
                      suspect.words()))
          .toList();
    }

    private static String word(RuleOfTwo.Culprit culprit) {
      return culprit.name().toLowerCase(Locale.ROOT);
    }

    private void tell(List<RiskAnswer.Unit> ranked) {
      long told = ranked.stream().filter(unit -> !unit.advice().equals("Nothing.")).count();
      notices.add(
          Notice.info(
              (told == 0
                      ? "None of " + ranked.size() + " movers stands out among its peers"
                      : told + " of " + ranked.size() + " movers stand out among their peers")
                  + ", by errors for their transfers since "
                  + first
                  + " and by the speed of the last days."));
    }
  }
}
