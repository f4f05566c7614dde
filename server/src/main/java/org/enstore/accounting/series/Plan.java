package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * @param summaryThrough the last day taken from the summary; empty when it is not used
 * @param rule how movers are named, the same for both tables
 * @param rawShape what blocks of the transfers tell apart
 * @param from the first day wanted
 * @param to the first day no longer wanted
 * @param firstRaw the first day that the transfers can have rows of
 * @param rawAllowed whether days that the summary does not give may be taken from the transfers
 * @param notices what the plan's reader should know about it
 */
record Plan(
    Step step,
    Buckets buckets,
    int firstBucket,
    Grain grain,
    MoverRule rule,
    Shape rawShape,
    LocalDate from,
    LocalDate to,
    LocalDate firstRaw,
    Optional<LocalDate> summaryThrough,
    boolean rawAllowed,
    List<Notice> notices) {

  private static final Shape SUMMARY_SHAPE =
      Shape.of(List.of(Dimension.MOVER), List.of(Quantity.BYTES));

  private static final Set<Dimension> SUMMARY_DIMENSIONS =
      EnumSet.of(Dimension.MOVER, Dimension.MOVER_CLASS);

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
    Set<Dimension> dimensions = dimensionsOf(query);
    LocalDate today = calendar.dayOf(now);
    boolean mayUseSummary =
        switch (query.source()) {
          case RAW -> false;
          case SUMMARY -> true;
          case AUTO ->
              SUMMARY_DIMENSIONS.containsAll(dimensions)
                  && query.measure().isInSummary()
                  && state.summaryReadable();
        };
    boolean wantsRaw = query.source() != SourceChoice.SUMMARY;
    if (query.source() == SourceChoice.SUMMARY) {
      requireSummary(dimensions, state);
    }
    // A summary row of today or later can only be a partial day that somebody froze.
    Optional<LocalDate> summaryThrough =
        mayUseSummary
            ? state.lastSummaryDay().map(last -> earlier(last, today.minusDays(1)))
            : Optional.empty();
    KnownDays known = KnownDays.of(state, false, calendar, today);
    Step step = step(query, known, calendar, settings.limits(), notices);
    boolean wantsSummary = mayUseSummary && step.isCalendar();
    if (!wantsSummary) {
      summaryThrough = Optional.empty();
    } else if (summaryThrough.isPresent()) {
      // The summary may reach back further than the transfers.
      notices.clear();
      known = KnownDays.of(state, true, calendar, today);
      step = step(query, known, calendar, settings.limits(), notices);
    }
    Buckets asked = calendar.buckets(step, shown(query, known, calendar));
    Buckets buckets = isCompared(query) ? calendar.withPrevious(asked) : asked;
    known.notice(query.range(), calendar).ifPresent(notices::add);
    LocalDate from = later(calendar.dayOf(buckets.from()), known.first());
    LocalDate end = earlier(calendar.dayOf(buckets.to() - 1), known.last()).plusDays(1);
    LocalDate to = later(from, end);
    boolean rawNeeded =
        wantsRaw && summaryThrough.map(last -> last.plusDays(1).isBefore(to)).orElse(true);
    if (rawNeeded && state.rawProblem().isPresent()) {
      if (summaryThrough.isEmpty()) {
        throw state.rawProblem().get();
      }
      notices.add(
          Notice.warning(
              "Days after "
                  + summaryThrough.get()
                  + " are missing: "
                  + state.rawProblem().get().sentence()));
    }
    return new Plan(
        step,
        buckets,
        buckets.count() - asked.count(),
        Grain.of(step),
        wantsSummary ? MoverRule.TRIMMED : MoverRule.CANONICAL,
        rawShape(query.measure(), dimensions),
        from,
        to,
        known.firstRaw(),
        summaryThrough,
        wantsRaw && state.rawReadable(),
        notices);
  }

  /**
   * What blocks of the transfers tell apart for {@code measure}. Bytes and transfers are always in,
   * so that the measures made of them share their blocks, and any can be ranked. So are movers, for
   * any grouping of them; but not beside the bins of a histogram, which multiply.
   */
  private static Shape rawShape(Measure measure, Set<Dimension> asked) {
    Set<Dimension> dimensions = EnumSet.of(Dimension.MOVER_CLASS);
    dimensions.addAll(asked);
    dimensions.add(measure.isQuantile() ? Dimension.DRIVE_RATE_BIN : Dimension.MOVER);
    Set<Quantity> quantities = EnumSet.of(Quantity.BYTES, Quantity.TRANSFERS);
    quantities.addAll(measure.quantities());
    return Shape.of(dimensions, quantities);
  }

  private static boolean isCompared(SeriesQuery query) {
    return query.arrangement().compare() == Arrangement.Comparison.PREVIOUS_PERIOD;
  }

  private static Set<Dimension> dimensionsOf(SeriesQuery query) {
    Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);
    dimensions.addAll(query.groupBy());
    query
        .filters()
        .forEach(
            (dimension, filter) -> {
              if (!filter.isOpen()) {
                dimensions.add(dimension);
              }
            });
    return dimensions;
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

  private static void requireSummary(Set<Dimension> dimensions, SourceState state) {
    for (Dimension dimension : dimensions) {
      if (!SUMMARY_DIMENSIONS.contains(dimension)) {
        throw new QueryFailure(
            FailureKind.BAD_QUERY,
            "source: the summary does not know "
                + dimension.label()
                + ". Choose the source raw or auto, or leave "
                + dimension.label()
                + " out of groupBy and filters.");
      }
    }
    state
        .summaryProblem()
        .ifPresent(
            problem -> {
              throw problem;
            });
  }

  /**
   * The blocks wanted from the summary, up to the last day that it is used for. None reaches beyond
   * that day: a block must not be kept as settled that the summary had not filled yet.
   */
  List<BlockKey> summaryKeys(LocalDate settled) {
    if (summaryThrough.isEmpty()) {
      return List.of();
    }
    LocalDate end = summaryThrough.get().plusDays(1);
    return keys(
        SourceTable.SUMMARY,
        Grain.DAY,
        SUMMARY_SHAPE,
        from,
        earlier(end, to),
        earlier(settled, end));
  }

  /**
   * The blocks wanted from the transfers.
   *
   * @param summarised the last day that the summary really gave; empty if it gave none
   */
  List<BlockKey> rawKeys(Optional<LocalDate> summarised, LocalDate settled) {
    if (!rawAllowed) {
      return List.of();
    }
    return keys(SourceTable.RAW, grain, rawShape, firstRawDay(summarised), to, settled);
  }

  /**
   * The first day that is taken from the transfers.
   *
   * @param summarised the last day that the summary really gave; empty if it gave none
   */
  LocalDate firstRawDay(Optional<LocalDate> summarised) {
    return later(firstRaw, summarised.map(last -> later(last.plusDays(1), from)).orElse(from));
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
