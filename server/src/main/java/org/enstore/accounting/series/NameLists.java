package org.enstore.accounting.series;

import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
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
    LocalDate first = firstDay(query);
    LocalDate end = calendar.dayOf(clock.instant()).plusDays(1);
    Set<String> names = new HashSet<>();
    if (query.isOfMovers() && query.filters().isEmpty()) {
      SourceState state = watch.look(Optional.empty(), cancellation).state();
      names.addAll(movers(query, state, first, end, cancellation));
    } else if (query.isOfMovers()) {
      details(query, first, end, cancellation).forEach(mover -> names.add(mover.mover()));
    } else {
      names.addAll(values(query, first, end, cancellation));
    }
    Predicate<String> matches = matches(query);
    return names.stream().filter(matches).sorted(MoverNames.naturalOrder()).toList();
  }

  /**
   * What individual transfers tell of each mover, in natural order. Reads {@code encp_xfer} of the
   * whole look-back the first time.
   *
   * @throws QueryFailure when they cannot be read
   */
  List<MoverDetail> movers(NamesQuery query, Cancellation cancellation) {
    Predicate<String> matches = matches(query);
    return details(
            query, firstDay(query), calendar.dayOf(clock.instant()).plusDays(1), cancellation)
        .stream()
        .filter(mover -> matches.test(mover.mover()))
        .toList();
  }

  private LocalDate firstDay(NamesQuery query) {
    Duration lookBack =
        query.lookBack().orElse(Duration.ofDays(settings.limits().moverLookBackDays()));
    LocalDate first = calendar.dayOf(clock.instant().minus(lookBack));
    return first.isBefore(Extent.EARLIEST) ? Extent.EARLIEST : first;
  }

  private static Predicate<String> matches(NamesQuery query) {
    return query
        .match()
        .map(pattern -> Filter.compile("match", pattern))
        .<Predicate<String>>map(pattern -> name -> pattern.matcher(name).find())
        .orElse(name -> true);
  }

  /** The values of any other dimension, from the facts that the filters admit. */
  private Set<String> values(
      NamesQuery query, LocalDate first, LocalDate end, Cancellation cancellation) {
    Set<String> values = new HashSet<>();
    Set<Dimension> dimensions = new TreeSet<>(Set.of(query.dimension()));
    dimensions.addAll(query.filters().keySet());
    Dataset dataset = query.dataset();
    Sieve sieve = new Sieve(dataset, query.filters(), true, dataset.facts().naming());
    days.read(
        dataset.facts(),
        Grain.DAY,
        List.copyOf(dimensions),
        first,
        end,
        cancellation,
        (key, shape) ->
            sieve.admits(key, shape)
                ? Optional.of(
                    (start, weight) -> values.add(sieve.shown(query.dimension(), key, shape)))
                : Optional.empty());
    values.remove("");
    return values;
  }

  private List<MoverDetail> details(
      NamesQuery query, LocalDate first, LocalDate end, Cancellation cancellation) {
    Map<String, Found> found = new TreeMap<>(MoverNames.naturalOrder());
    Sieve sieve = new Sieve(Transfers.DATASET, query.filters(), true, Transfers.CANONICAL);
    days.read(
        Transfers.FACTS,
        Grain.DAY,
        sieve.dimensions(Dimensions.LIBRARY, Dimensions.DRIVE_TYPE),
        first,
        end,
        cancellation,
        (key, shape) -> {
          String moverClass = sieve.shown(Dimensions.MOVER_CLASS, key, shape);
          if (!isWanted(moverClass, query) || !sieve.admits(key, shape)) {
            return Optional.empty();
          }
          String mover = sieve.shown(Dimensions.MOVER, key, shape);
          String library = shape.value(Dimensions.LIBRARY, key);
          String driveType = shape.value(Dimensions.DRIVE_TYPE, key);
          return Optional.of(
              (start, bytes) ->
                  found
                      .computeIfAbsent(mover, name -> new Found())
                      .add(start, moverClass, library, driveType));
        });
    List<MoverDetail> details = new ArrayList<>();
    found.forEach((mover, one) -> details.add(one.detail(mover)));
    return details;
  }

  /** What is found of one mover. */
  private final class Found {
    private final Set<String> libraries = new TreeSet<>(MoverNames.naturalOrder());
    private String moverClass = "";
    private String driveType = "";
    private long firstSeen = Long.MAX_VALUE;
    private long lastSeen = Long.MIN_VALUE;

    void add(long start, String classThen, String library, String driveThen) {
      firstSeen = Math.min(firstSeen, start);
      if (start >= lastSeen) {
        lastSeen = start;
        moverClass = classThen;
        driveType = driveThen;
      }
      if (!library.isEmpty()) {
        libraries.add(library);
      }
    }

    MoverDetail detail(String mover) {
      return new MoverDetail(
          mover,
          moverClass,
          driveType,
          List.copyOf(libraries),
          calendar.dayOf(firstSeen),
          calendar.dayOf(lastSeen));
    }
  }

  /** Movers, cheaply: from the summary as far as it goes, and from the transfers since. */
  private Set<String> movers(
      NamesQuery query,
      SourceState state,
      LocalDate first,
      LocalDate end,
      Cancellation cancellation) {
    Optional<LocalDate> summarised =
        state.rolledUpThrough(Transfers.BY_DAY, calendar.dayOf(clock.instant()));
    TableState facts = state.of(Transfers.FACTS);
    if (summarised.isEmpty()) {
      facts.require();
    }
    Set<String> names = new HashSet<>();
    Set<String> knownInFull = new HashSet<>();
    if (facts.isReadable()) {
      // The summary's last day is read from both: a lagging standby may not have it yet.
      LocalDate from = summarised.filter(day -> day.isAfter(first)).orElse(first);
      days.read(
          Transfers.FACTS,
          Grain.DAY,
          List.of(Dimensions.MOVER, Dimensions.MOVER_CLASS),
          from,
          end,
          cancellation,
          (key, shape) -> {
            String spelling = shape.value(Dimensions.MOVER, key);
            String moverClass = shape.value(Dimensions.MOVER_CLASS, key);
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
          Transfers.SUMMARY,
          Grain.DAY,
          List.of(Dimensions.MOVER),
          first,
          summarised.get().plusDays(1),
          cancellation,
          (key, shape) -> {
            String name = shape.value(Dimensions.MOVER, key);
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
