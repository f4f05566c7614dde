package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
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
import java.util.concurrent.atomic.AtomicBoolean;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverNames;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.measure.TimeText;
import org.enstore.accounting.series.ReconciliationAnswer.Amounts;
import org.enstore.accounting.series.ReconciliationAnswer.Row;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the summary against the transfers, by the summary's own rules: days of the wall clock,
 * trimmed names. Days after its last one are not compared, as it does not claim to have them.
 * Thread-safe.
 */
final class Reconciliation {
  /** The most rows of one answer. */
  static final int MAX_ROWS = 10_000;

  /** The most days of one answer, so that it stays small in memory. */
  static final int MAX_DAYS = 400;

  /** How long the figures stand before they are taken again. */
  static final Duration CHECK_EVERY = Duration.ofHours(1);

  private static final Logger logger = LoggerFactory.getLogger(Reconciliation.class);

  private final DayBlocks days;
  private final StateWatch watch;
  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final AtomicBoolean checking = new AtomicBoolean();
  private volatile @Nullable ReconciliationFigures figures;
  private volatile Instant triedAt = Instant.MIN;

  Reconciliation(
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
   * Compares the days that {@code query} asks for.
   *
   * @throws QueryFailure when one of the tables cannot be read
   */
  ReconciliationAnswer answer(ReconciliationQuery query, Cancellation cancellation) {
    LocalDate from = later(calendar.dayOf(query.range().from()), Extent.EARLIEST);
    LocalDate wanted = calendar.dayOf(query.range().to().minusMillis(1)).plusDays(1);
    StateWatch.Look look = watch.look(Optional.empty(), cancellation);
    List<Notice> notices = new ArrayList<>();
    LocalDate last = earlier(wanted, completeDays(look.state()));
    if (from.isBefore(last.minusDays(MAX_DAYS))) {
      from = last.minusDays(MAX_DAYS);
      notices.add(
          Notice.warning(
              "Only the last "
                  + MAX_DAYS
                  + " days, from "
                  + from
                  + ", are compared. Shorten the time range to see earlier ones."));
    }
    Compared compared = compare(from, wanted, query, look.state(), cancellation);
    look.outage()
        .or(compared::outage)
        .ifPresent(
            failure ->
                notices.add(
                    Notice.warning(
                        "Numbers as they were at "
                            + TimeText.of(
                                look.state().observedAt(), calendar.zone(), clock.instant())
                            + ": "
                            + failure.sentence())));
    SourceState state = look.state();
    state
        .of(Transfers.SUMMARY)
        .extent()
        .oddities(Transfers.SUMMARY, Transfers.BY_DAY.noun())
        .forEach(text -> notices.add(Notice.info(text)));
    state
        .of(Transfers.FACTS)
        .extent()
        .oddities(Transfers.FACTS, Transfers.DATASET.noun())
        .forEach(text -> notices.add(Notice.info(text)));
    notices.addAll(compared.leftOut().notices());
    LocalDate completed = earlier(wanted, calendar.dayOf(clock.instant()));
    if (compared.to().isBefore(completed)) {
      notices.add(notCompared(compared.to(), completed, look.state()));
    }
    List<Row> rows =
        compared.rows().stream().filter(row -> !query.onlyDifferences() || row.differs()).toList();
    if (rows.size() > MAX_ROWS) {
      notices.add(
          Notice.warning(
              "Only the last "
                  + MAX_ROWS
                  + " of "
                  + rows.size()
                  + " rows are shown. Shorten the time range or choose movers."));
      rows = rows.subList(rows.size() - MAX_ROWS, rows.size());
    }
    return new ReconciliationAnswer(
        rows,
        notices,
        from.isBefore(compared.to())
            ? "xfer_by_day_by_mover against encp_xfer of "
                + from
                + " to "
                + compared.to().minusDays(1)
                + "; "
                + look.state().host()
            : "nothing to compare");
  }

  private Notice notCompared(LocalDate from, LocalDate completed, SourceState state) {
    Optional<LocalDate> last = state.of(Transfers.SUMMARY).lastDay();
    String which =
        from.plusDays(1).equals(completed)
            ? from + " is not compared: "
            : from + " to " + completed.minusDays(1) + " are not compared: ";
    return Notice.info(
        which
            + last.map(day -> day.isBefore(from) ? "the summary ends on " + day + "." : "")
                .filter(reason -> !reason.isEmpty())
                .orElse(
                    last.isEmpty()
                        ? "the summary is empty."
                        : "the standby has not replayed them to their end yet."));
  }

  /** Days up to {@code to}, exclusive, as they compare. */
  private record Compared(
      LocalDate to, List<Row> rows, Optional<QueryFailure> outage, LeftOut leftOut) {}

  private Compared compare(
      LocalDate from,
      LocalDate wanted,
      ReconciliationQuery query,
      SourceState state,
      Cancellation cancellation) {
    state.of(Transfers.SUMMARY).require();
    state.of(Transfers.FACTS).require();
    LocalDate to = earlier(wanted, completeDays(state));
    if (!from.isBefore(to)) {
      return new Compared(from, List.of(), Optional.empty(), new LeftOut(calendar));
    }
    Sieve sieve =
        new Sieve(Transfers.DATASET, query.filters(), query.includeNullMovers(), Transfers.TRIMMED);
    Side summary = new Side();
    Side raw = new Side();
    Map<String, Set<String>> spellings = new TreeMap<>();
    Set<Long> summarised = new HashSet<>();
    DayBlocks.Read summaryRead =
        days.read(
            Transfers.SUMMARY,
            Grain.DAY,
            List.of(Dimensions.MOVER),
            from,
            to,
            cancellation,
            (key, shape) ->
                Optional.of(
                    (start, bytes) -> {
                      summarised.add(start);
                      if (sieve.admits(key, shape)) {
                        summary.add(
                            start,
                            sieve.shown(Dimensions.MOVER, key, shape),
                            direction(key, shape),
                            bytes);
                      }
                    }));
    DayBlocks.Read rawRead =
        days.read(
            Transfers.FACTS,
            Grain.DAY,
            List.of(Dimensions.MOVER, Dimensions.MOVER_CLASS),
            from,
            to,
            cancellation,
            (key, shape) -> {
              if (!sieve.admits(key, shape)) {
                return Optional.empty();
              }
              String name = sieve.shown(Dimensions.MOVER, key, shape);
              spellings
                  .computeIfAbsent(name, trimmed -> new TreeSet<>(MoverNames.naturalOrder()))
                  .add(MoverNames.canonical(shape.value(Dimensions.MOVER, key)));
              return Optional.of(
                  (start, bytes) -> raw.add(start, name, direction(key, shape), bytes));
            });
    LeftOut leftOut = summaryRead.leftOut();
    leftOut.addAll(rawRead.leftOut());
    return new Compared(
        to,
        rows(summary, raw, summarised, spellings, leftOut),
        summaryRead.outage().or(rawRead::outage),
        leftOut);
  }

  private static String direction(GroupKey key, Shape shape) {
    return shape.value(Dimensions.DIRECTION, key);
  }

  /** The first day that is not completed on both sides. */
  private LocalDate completeDays(SourceState state) {
    Instant through = state.completeThrough(Transfers.FACTS);
    LocalDate today = earlier(calendar.dayOf(clock.instant()), calendar.dayOf(through));
    return state
        .rolledUpThrough(Transfers.BY_DAY, today)
        .map(last -> last.plusDays(1))
        .orElse(Extent.EARLIEST);
  }

  private List<Row> rows(
      Side summary,
      Side raw,
      Set<Long> summarised,
      Map<String, Set<String>> spellings,
      LeftOut leftOut) {
    List<Row> rows = new ArrayList<>();
    TreeSet<Long> starts = new TreeSet<>(summary.days.keySet());
    starts.addAll(raw.days.keySet());
    for (long start : starts) {
      Map<String, Amounts> left = summary.days.getOrDefault(start, Map.of());
      Map<String, Amounts> right = raw.days.getOrDefault(start, Map.of());
      TreeSet<String> movers = new TreeSet<>(MoverNames.naturalOrder());
      movers.addAll(left.keySet());
      movers.addAll(right.keySet());
      for (String mover : movers) {
        Row row =
            new Row(
                Instant.ofEpochSecond(start),
                mover,
                Optional.ofNullable(left.get(mover)),
                Optional.ofNullable(right.get(mover)),
                "");
        rows.add(
            row.differs()
                ? new Row(
                    row.day(),
                    mover,
                    row.summary(),
                    row.raw(),
                    remark(row, summarised.contains(start))
                        + shared(spellings.getOrDefault(mover, Set.of()))
                        + (leftOut.isOf(calendar.dayOf(start))
                            ? " Rows of this day are left out: see the notice."
                            : ""))
                : row);
      }
    }
    return rows;
  }

  private static String remark(Row row, boolean dayIsThere) {
    if (row.summary().isEmpty()) {
      return dayIsThere
          ? "The summary has no row of this mover: its transfers were recorded after the summary"
              + " was written, or the day was summarised before they ended."
          : "The summary has no row of this day at all.";
    }
    if (row.raw().isEmpty()) {
      return "encp_xfer has no transfer of this mover on this day: its rows were removed, or their"
          + " date or mover was changed, after the summary was written.";
    }
    Amounts difference = row.difference();
    if (difference.read() <= 0 && difference.written() <= 0) {
      return "encp_xfer has more: rows arrived after the summary was written, some are recorded"
          + " twice since, or the day was summarised before it ended.";
    }
    if (difference.read() >= 0 && difference.written() >= 0) {
      return "The summary has more: rows were removed from encp_xfer, or their date or mover was"
          + " changed, after the summary was written.";
    }
    return "Each side has more in one direction: rows of encp_xfer were added and removed or"
        + " changed after the summary was written.";
  }

  private static String shared(Set<String> spellings) {
    return spellings.size() > 1
        ? " The name stands for several movers: " + String.join(", ", spellings) + "."
        : "";
  }

  /** One table's bytes by day and mover. */
  private static final class Side {
    private final TreeMap<Long, Map<String, Amounts>> days = new TreeMap<>();

    void add(long start, String mover, String direction, long bytes) {
      Amounts added =
          direction.equals(Direction.READ.label()) ? new Amounts(bytes, 0) : new Amounts(0, bytes);
      days.computeIfAbsent(start, day -> new TreeMap<>())
          .merge(
              mover,
              added,
              (a, b) ->
                  new Amounts(Sums.add(a.read(), b.read()), Sums.add(a.written(), b.written())));
    }
  }

  /** What the last check of the look-back days found; empty before the first. */
  Optional<ReconciliationFigures> figures() {
    return Optional.ofNullable(figures);
  }

  /** Whether the last check was tried so long ago that another is due. */
  boolean isDue() {
    return !checking.get() && !triedAt.isAfter(clock.instant().minus(CHECK_EVERY));
  }

  /**
   * Takes the figures again if that is due. Reads the look-back days alone, which panels keep in
   * the cache as a rule; an outage leaves the figures as they are. Never throws for one.
   */
  void check() {
    if (!isDue() || !checking.compareAndSet(false, true)) {
      return;
    }
    try {
      Instant now = clock.instant();
      triedAt = now;
      LocalDate today = calendar.dayOf(now);
      LocalDate first = today.minusDays(Math.max(1, settings.freshness().lookBackDays()));
      Cancellation cancellation = new Cancellation();
      Compared compared =
          compare(
              first,
              today,
              new ReconciliationQuery(
                  new TimeRange(Instant.ofEpochSecond(calendar.startOfDay(first)), now),
                  Map.of(),
                  true,
                  true),
              watch.look(Optional.empty(), cancellation).state(),
              cancellation);
      int pairs = 0;
      double read = 0;
      double written = 0;
      for (Row row : compared.rows()) {
        if (row.differs()) {
          pairs++;
          read += Math.abs((double) row.difference().read());
          written += Math.abs((double) row.difference().written());
        }
      }
      figures = new ReconciliationFigures(now, pairs, read, written);
    } catch (QueryFailure failure) {
      logger.debug("reconciliation not checked: {}", failure.sentence());
    } finally {
      checking.set(false);
    }
  }

  private static LocalDate earlier(LocalDate a, LocalDate b) {
    return a.isBefore(b) ? a : b;
  }

  private static LocalDate later(LocalDate a, LocalDate b) {
    return a.isAfter(b) ? a : b;
  }
}
