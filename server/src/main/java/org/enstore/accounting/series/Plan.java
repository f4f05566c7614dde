package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Naming;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;

/**
 * How one question is going to be answered: its buckets, and which days come from which table.
 *
 * @param buckets those of the range, after those of the period it is compared with
 * @param firstBucket the first bucket of the range: 0 unless it is compared
 * @param dataset whose facts are asked about
 * @param rollup the rollup that days are taken from, as far as it has them; empty for none
 * @param rolledUpThrough the last day taken from it; empty when it has none
 * @param shape what blocks of the facts tell apart
 * @param from the first day wanted
 * @param to the first day no longer wanted
 * @param firstOfFacts the first day that the facts can have rows of
 * @param factsAllowed whether days that the rollup does not give may be taken from the facts
 * @param notices what the plan's reader should know about it
 */
record Plan(
    Step step,
    Buckets buckets,
    int firstBucket,
    Grain grain,
    Dataset dataset,
    Shape shape,
    LocalDate from,
    LocalDate to,
    LocalDate firstOfFacts,
    Optional<Rollup> rollup,
    Optional<LocalDate> rolledUpThrough,
    boolean factsAllowed,
    List<Notice> notices) {

  /**
   * Plans the answer to {@code query}.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} when the query contradicts itself,
   *     or the failure that says why no table can be read
   */
  static Plan of(
      SeriesQuery query,
      SourceState state,
      SiteCalendar calendar,
      SourceSettings settings,
      Instant now) {
    QueryRules.refuse(query.contradictions());
    List<Notice> notices = new ArrayList<>();
    Set<Dimension> dimensions = query.dimensions();
    LocalDate today = calendar.dayOf(now);
    Optional<Rollup> usable =
        switch (query.source()) {
          case RAW -> Optional.empty();
          case SUMMARY -> query.rollup();
          case AUTO ->
              query
                  .rollup()
                  .filter(each -> each.tellsApart(dimensions))
                  .filter(each -> state.of(each.table()).isReadable());
        };
    TableState facts = state.of(query.dataset().facts());
    boolean wantsFacts = query.source() != SourceChoice.SUMMARY;
    if (!wantsFacts) {
      require(query.dataset(), usable.orElseThrow(), dimensions);
      state.of(usable.get().table()).require();
    }
    SourceTable table = query.dataset().facts();
    KnownDays known = KnownDays.of(state, table, Optional.empty(), calendar, today);
    Step step = step(query, known, calendar, settings.limits(), notices);
    Optional<Rollup> rollup = step.isCalendar() ? usable : Optional.empty();
    Optional<LocalDate> rolledUpThrough =
        rollup.flatMap(each -> state.rolledUpThrough(each, today));
    if (rolledUpThrough.isPresent()) {
      // The rollup may reach back further than the facts.
      notices.clear();
      known = KnownDays.of(state, table, rollup, calendar, today);
      step = step(query, known, calendar, settings.limits(), notices);
    }
    Buckets asked = calendar.buckets(step, shown(query, known, calendar));
    Buckets buckets = isCompared(query) ? calendar.withPrevious(asked) : asked;
    known.notice(query.range(), calendar).ifPresent(notices::add);
    LocalDate from = later(calendar.dayOf(buckets.from()), known.first());
    LocalDate end = earlier(calendar.dayOf(buckets.to() - 1), known.last()).plusDays(1);
    LocalDate to = later(from, end);
    boolean factsNeeded =
        wantsFacts && rolledUpThrough.map(last -> last.plusDays(1).isBefore(to)).orElse(true);
    if (factsNeeded && !facts.isReadable()) {
      if (rolledUpThrough.isEmpty()) {
        facts.require();
      }
      notices.add(
          Notice.warning(
              "Days after "
                  + rolledUpThrough.get()
                  + " are missing: "
                  + facts.problem().orElseThrow().sentence()));
    }
    return new Plan(
        step,
        buckets,
        buckets.count() - asked.count(),
        Grain.of(step),
        query.dataset(),
        Shape.of(
            query.dataset().blockDimensions(query.measure(), dimensions),
            query.dataset().blockQuantities(query.measure())),
        from,
        to,
        known.firstOfFacts(),
        rollup,
        rolledUpThrough,
        wantsFacts && facts.isReadable(),
        notices);
  }

  /** How keys become what is shown: the same for both tables, so that their seam does not step. */
  Naming naming() {
    return rollup.map(Rollup::table).orElse(dataset.facts()).naming();
  }

  private static boolean isCompared(SeriesQuery query) {
    return query.arrangement().compare() == Arrangement.Comparison.PREVIOUS_PERIOD;
  }

  /** How many buckets the answer to {@code query} has at the most, before they are made. */
  static long bucketsAtMost(SeriesQuery query, SourceSettings.Limits limits) {
    long wanted = Math.max(1, wanted(query).toSeconds());
    long periods = isCompared(query) ? 2 : 1;
    return Math.min(
        limits.maxPoints(), periods * (query.range().length().toSeconds() / wanted + 2));
  }

  private static Duration wanted(SeriesQuery query) {
    return query
        .stepWanted()
        .orElseGet(
            () -> {
              Duration even = query.range().length().dividedBy(query.maxPoints());
              return even.compareTo(query.minStep()) > 0 ? even : query.minStep();
            });
  }

  /** The range that buckets are made for: the period before has numbers in the same ones. */
  private static TimeRange shown(SeriesQuery query, KnownDays known, SiteCalendar calendar) {
    return isCompared(query) ? query.range() : known.within(query.range(), calendar);
  }

  private static Step step(
      SeriesQuery query,
      KnownDays known,
      SiteCalendar calendar,
      SourceSettings.Limits limits,
      List<Notice> notices) {
    TimeRange shown = shown(query, known, calendar);
    Duration wanted = wanted(query);
    Step step = Step.atLeast(wanted);
    if (query.stepWanted().isPresent() && !step.nominal().equals(wanted)) {
      notices.add(
          Notice.info(
              "The step was widened to " + step.text() + ", the next of: " + Step.ladder() + "."));
    }
    if (query.source() == SourceChoice.SUMMARY && !step.isCalendar()) {
      step = Step.DAY;
      if (query.stepWanted().isPresent()) {
        notices.add(Notice.info("The step was widened to 1d: the summary holds whole days."));
      }
    }
    Step fitting = step;
    int periods = isCompared(query) ? 2 : 1;
    while (periods * SiteCalendar.bucketEstimate(fitting, shown) > limits.maxPoints()
        && fitting != Step.YEAR) {
      fitting = fitting.wider();
    }
    if (fitting != step) {
      notices.add(
          Notice.warning(
              "The step was widened from "
                  + step.text()
                  + " to "
                  + fitting.text()
                  + ": one answer holds at most "
                  + limits.maxPoints()
                  + " values (setting maxPoints)."));
    }
    if (periods * SiteCalendar.bucketEstimate(fitting, shown) > limits.maxPoints()) {
      throw new QueryFailure(
          FailureKind.TOO_LARGE,
          "The time range "
              + query.range().from()
              + " to "
              + query.range().to()
              + " is too long even for steps of a year. Choose a shorter one.");
    }
    return fitting;
  }

  private static void require(Dataset dataset, Rollup rollup, Set<Dimension> dimensions) {
    for (Dimension dimension : dataset.dimensions()) {
      if (dimensions.contains(dimension) && !rollup.tellsApart(Set.of(dimension))) {
        throw new QueryFailure(
            FailureKind.BAD_QUERY,
            "source: the "
                + rollup.noun()
                + " does not know "
                + dimension.id()
                + ". Choose the source raw or auto, or leave "
                + dimension.id()
                + " out of groupBy and filters.");
      }
    }
  }

  /**
   * The blocks wanted from the rollup, up to the last day that it is used for. None reaches beyond
   * that day: a block must not be kept as settled that the rollup had not filled yet.
   */
  List<BlockKey> rollupKeys(LocalDate settled) {
    if (rollup.isEmpty() || rolledUpThrough.isEmpty()) {
      return List.of();
    }
    LocalDate end = rolledUpThrough.get().plusDays(1);
    return keys(
        rollup.get().table(),
        Grain.DAY,
        Shape.of(rollup.get().keys(), rollup.get().quantities()),
        from,
        earlier(end, to),
        earlier(settled, end));
  }

  /**
   * The blocks wanted from the facts.
   *
   * @param rolledUp the last day that the rollup really gave; empty if it gave none
   */
  List<BlockKey> factKeys(Optional<LocalDate> rolledUp, LocalDate settled) {
    if (!factsAllowed) {
      return List.of();
    }
    return keys(dataset.facts(), grain, shape, firstDayOfFacts(rolledUp), to, settled);
  }

  /**
   * The first day that is taken from the facts.
   *
   * @param rolledUp the last day that the rollup really gave; empty if it gave none
   */
  LocalDate firstDayOfFacts(Optional<LocalDate> rolledUp) {
    return later(firstOfFacts, rolledUp.map(last -> later(last.plusDays(1), from)).orElse(from));
  }

  private static List<BlockKey> keys(
      SourceTable table,
      Grain grain,
      Shape shape,
      LocalDate from,
      LocalDate to,
      LocalDate settled) {
    // A month whose rows have keys of their own may not fit: it is read by the day.
    LocalDate monthsBefore = shape.hasKeysLikeRows() ? LocalDate.MIN : settled;
    return Span.cover(grain, from, to, monthsBefore).stream()
        .map(span -> new BlockKey(table, grain, shape, span))
        .toList();
  }

  /** The range that the buckets cover; equal for questions that only differ within a bucket. */
  TimeRange coveredRange() {
    return new TimeRange(
        Instant.ofEpochSecond(buckets.from()), Instant.ofEpochSecond(buckets.to()));
  }

  private static LocalDate earlier(LocalDate a, LocalDate b) {
    return a.isBefore(b) ? a : b;
  }

  private static LocalDate later(LocalDate a, LocalDate b) {
    return a.isAfter(b) ? a : b;
  }
}
