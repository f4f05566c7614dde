package org.enstore.accounting.series;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.MoverNames;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * Lists the values of a dimension that were seen within a look-back, in natural order. Thread-safe.
 */
final class NameLists {
  private final DayBlocks days;
  private final StateWatch watch;
  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  NameLists(
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
   * The values of one dimension. Movers are named canonically where the transfers tell the name, as
   * the summary spells them otherwise.
   *
   * @throws QueryFailure when they cannot be read
   */
  List<String> names(NamesQuery query, Cancellation cancellation) {
    Instant now = clock.instant();
    Duration lookBack =
        query.lookBack().orElse(Duration.ofDays(settings.limits().moverLookBackDays()));
    LocalDate first = calendar.dayOf(now.minus(lookBack));
    if (first.isBefore(Plan.EARLIEST)) {
      first = Plan.EARLIEST;
    }
    LocalDate end = calendar.dayOf(now).plusDays(1);
    TreeSet<String> names = new TreeSet<>(MoverNames.naturalOrder());
    if (query.dimension() == Dimension.MOVER) {
      SourceState state = watch.look(Optional.empty(), cancellation).state();
      names.addAll(movers(query, state, first, end, cancellation));
    } else {
      days.read(
          SourceTable.RAW,
          Grain.DAY,
          List.of(query.dimension()),
          first,
          end,
          cancellation,
          (key, shape) ->
              Optional.of(
                  (start, bytes) -> names.add(key.values().get(shape.indexOf(query.dimension())))));
      names.remove("");
    }
    Optional<Pattern> match = query.match().map(pattern -> Filter.compile("match", pattern));
    return names.stream()
        .filter(name -> match.map(pattern -> pattern.matcher(name).find()).orElse(true))
        .toList();
  }

  /** Movers, cheaply: from the summary as far as it goes, and from the transfers since. */
  private Set<String> movers(
      NamesQuery query,
      SourceState state,
      LocalDate first,
      LocalDate end,
      Cancellation cancellation) {
    Optional<LocalDate> summarised =
        state.summaryReadable()
            ? state.lastSummaryDay().map(day -> day.isBefore(end) ? day : end.minusDays(1))
            : Optional.empty();
    if (summarised.isEmpty() && state.rawProblem().isPresent()) {
      throw state.rawProblem().get();
    }
    Set<String> names = new HashSet<>();
    Set<String> knownInFull = new HashSet<>();
    if (state.rawReadable()) {
      // The summary's last day is read from both: a lagging standby may not have it yet.
      LocalDate from = summarised.filter(day -> day.isAfter(first)).orElse(first);
      days.read(
          SourceTable.RAW,
          Grain.DAY,
          List.of(Dimension.MOVER, Dimension.MOVER_CLASS),
          from,
          end,
          cancellation,
          (key, shape) -> {
            String spelling = key.values().get(shape.indexOf(Dimension.MOVER));
            String moverClass = key.values().get(shape.indexOf(Dimension.MOVER_CLASS));
            return Optional.of(
                (start, bytes) -> {
                  knownInFull.add(MoverNames.summaryName(spelling));
                  if (isWanted(moverClass, query)) {
                    names.add(MoverNames.canonical(spelling));
                  }
                });
          });
    }
    if (summarised.isPresent()) {
      days.read(
          SourceTable.SUMMARY,
          Grain.DAY,
          List.of(Dimension.MOVER),
          first,
          summarised.get().plusDays(1),
          cancellation,
          (key, shape) -> {
            String name = key.values().get(shape.indexOf(Dimension.MOVER));
            boolean wanted =
                !knownInFull.contains(name) && isWanted(MoverClass.ofName(name).label(), query);
            return wanted ? Optional.of((start, bytes) -> names.add(name)) : Optional.empty();
          });
    }
    return names;
  }

  private static boolean isWanted(String moverClass, NamesQuery query) {
    return query.classes().stream().anyMatch(wanted -> wanted.label().equals(moverClass));
  }
}
