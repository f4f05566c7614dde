package org.enstore.accounting.series;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions about one data source from cached blocks, reading what is missing. Thread-safe.
 * Answers are exact: each bucket holds what SQL would say of the rows that the block's snapshot
 * saw.
 */
public final class SeriesEngine implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(SeriesEngine.class);

  /** The part of the cache that the keys of blocks may take. */
  private static final int KEY_SHARE = 4;

  private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

  private final TransferSource source;
  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final ExecutorService loaders;
  private final BlockStore store;
  private final StateWatch watch;
  private final Memory memory;
  private final NameLists names;
  private final Reconciliation reconciliation;
  private final Annotator annotator;
  private final WrittenAnswers written;
  private final LiveFeed live;

  private final LongAdder queries = new LongAdder();
  private final LongAdder cachedAnswers = new LongAdder();
  private final LongAdder partialAnswers = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /**
   * An engine over {@code source}. Does no I/O.
   *
   * @param loaders runs the reads; a bounded queue that refuses is an answer of its own
   * @apiNote {@link #close} also closes the source and shuts the loaders down
   */
  public SeriesEngine(
      TransferSource source,
      SourceSettings settings,
      InstantSource clock,
      ExecutorService loaders) {
    this(source, settings, clock, loaders, Optional.empty());
  }

  /**
   * A directory for what is worth keeping beyond the process.
   *
   * @param writer runs what is written there; work that it refuses is not written
   */
  public record Disk(Path directory, Executor writer) {}

  /**
   * An engine over {@code source}. Does no I/O.
   *
   * @param loaders runs the reads; a bounded queue that refuses is an answer of its own
   * @param disk where settled blocks outlive the engine; empty for nowhere
   * @apiNote {@link #close} also closes the source and shuts the loaders down
   */
  public SeriesEngine(
      TransferSource source,
      SourceSettings settings,
      InstantSource clock,
      ExecutorService loaders,
      Optional<Disk> disk) {
    this.source = source;
    this.settings = settings;
    this.calendar = new SiteCalendar(settings.siteTimeZone());
    this.clock = clock;
    this.loaders = loaders;
    this.memory = new Memory(settings.limits().cacheBytes());
    Numbering numbering = new Numbering(memory, settings.limits().cacheBytes() / KEY_SHARE);
    this.store =
        new BlockStore(
            source,
            settings,
            calendar,
            clock,
            loaders,
            numbering,
            memory,
            disk.map(
                place ->
                    new DiskStore(
                        place.directory(), settings, calendar, numbering, clock, place.writer())));
    this.watch =
        new StateWatch(
            source,
            clock,
            settings.freshness().openRefresh(),
            state -> store.saw(state.lineage(), state.observedAt()));
    DayBlocks days = new DayBlocks(store, calendar, clock);
    this.names = new NameLists(days, watch, settings, calendar, clock);
    this.reconciliation = new Reconciliation(days, watch, settings, calendar, clock);
    this.annotator = new Annotator(days, watch, settings, calendar, clock);
    this.written = new WrittenAnswers(memory);
    this.live = new LiveFeed(this, clock);
  }

  /** A question as far as its answer depends on it: ranges within the same buckets are equal. */
  private record AnswerKey(
      SeriesQuery query, Optional<LocalDate> summaryThrough, boolean rawAllowed) {
    static AnswerKey of(SeriesQuery query, Plan plan) {
      SeriesQuery normal =
          new SeriesQuery(
              query.measure(),
              query.direction(),
              plan.coveredRange(),
              Optional.of(plan.step().nominal()),
              Duration.ZERO,
              1,
              query.groupBy(),
              query.filters(),
              query.includeNullMovers(),
              query.unit(),
              query.gaps(),
              query.source(),
              query.arrangement());
      return new AnswerKey(normal, plan.summaryThrough(), plan.rawAllowed());
    }
  }

  /** An answer's table, and the blocks it was added up from, told by when they were made. */
  private record Answered(
      SeriesTable table,
      List<Notice> notices,
      Instant completeUntil,
      String read,
      List<BlockKey> keys,
      List<Long> versions)
      implements Kept {
    @Override
    public int sizeBytes() {
      long size = 1000 + 500L * table.series().size() + 9 * table.valueCount() + 60L * keys.size();
      return (int) Math.min(Integer.MAX_VALUE, size);
    }

    boolean isMadeOf(List<Block> blocks) {
      return versions.equals(versions(blocks));
    }

    static List<Long> versions(List<Block> blocks) {
      return blocks.stream().map(Block::version).toList();
    }
  }

  /**
   * Answers {@code query}, reading from the database what the cache does not hold.
   *
   * @throws QueryFailure when it cannot be answered, or not in the way demanded
   */
  public SeriesAnswer answer(SeriesQuery query, Demand demand, Cancellation cancellation) {
    return answer(
        query,
        demand,
        demand == Demand.FRESH ? Optional.of(clock.instant()) : Optional.empty(),
        cancellation);
  }

  /**
   * Answers {@code query} with numbers that, where they may still change, were read at {@code
   * notBefore} or later.
   */
  SeriesAnswer answer(
      SeriesQuery query, Demand demand, Optional<Instant> notBefore, Cancellation cancellation) {
    queries.increment();
    try {
      Instant now = clock.instant();
      BlockStore.Wish wish =
          new BlockStore.Wish(notBefore, Optional.of(now.plus(settings.limits().partialAfter())));
      StateWatch.Look look = watch.look(wish.notBefore(), cancellation);
      Plan plan = Plan.of(query, look.state(), calendar, settings, now);
      return read(query, plan, look, demand, wish, now, cancellation);
    } catch (QueryFailure failure) {
      if (failure.kind() != FailureKind.CANCELLED) {
        failures.increment();
      }
      throw failure;
    }
  }

  /** The answer to {@code query} if the cache has it ready, without waiting for anything. */
  public Optional<SeriesAnswer> cached(SeriesQuery query) {
    return ready(query).map(Ready::answer);
  }

  /**
   * What {@link #write} made for the same {@code form} earlier, if it would make the same now for
   * {@code range}; never waits.
   */
  public Optional<byte[]> written(Object form, TimeRange range) {
    Optional<byte[]> bytes =
        watch
            .peek()
            .flatMap(look -> written.get(form, range, look, store.changes(), clock.instant()));
    if (bytes.isPresent()) {
      queries.increment();
      cachedAnswers.increment();
    }
    return bytes;
  }

  /**
   * The answer to {@code query} as {@code writer} writes it, if the cache has it ready; never
   * waits. It is kept for the next time.
   *
   * @param form all that the question and the writing of its answer depend on, but for where its
   *     range lies; equal forms have ranges of equal length
   * @param maxValues larger answers are not written
   * @param writer its bytes belong to the engine afterwards
   */
  public Optional<byte[]> write(
      Object form, SeriesQuery query, long maxValues, Function<SeriesAnswer, byte[]> writer) {
    long changes = store.changes();
    Optional<Ready> ready =
        ready(query).filter(found -> found.answer().table().valueCount() <= maxValues);
    if (ready.isEmpty()) {
      return Optional.empty();
    }
    SeriesAnswer answer = ready.get().answer();
    byte[] bytes = writer.apply(answer);
    written.put(
        form,
        new WrittenAnswers.Written(
            bytes, answer.table().buckets(), ready.get().look(), changes, ready.get().until()));
    return Optional.of(bytes);
  }

  /**
   * An answer from the cache.
   *
   * @param until when it has to be looked at again
   */
  private record Ready(SeriesAnswer answer, StateWatch.Look look, Instant until) {}

  private Optional<Ready> ready(SeriesQuery query) {
    Optional<StateWatch.Look> look = watch.peek();
    if (look.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Plan plan = Plan.of(query, look.get().state(), calendar, settings, now);
    Optional<Answered> answered = memory.get(AnswerKey.of(query, plan), Answered.class);
    if (answered.isEmpty()) {
      return Optional.empty();
    }
    Instant until = Instant.ofEpochSecond(calendar.startOfDay(calendar.dayOf(now).plusDays(1)) - 1);
    for (int i = 0; i < answered.get().keys().size(); i++) {
      Optional<Block> held = store.peek(answered.get().keys().get(i), now);
      if (held.isEmpty() || held.get().version() != answered.get().versions().get(i)) {
        return Optional.empty();
      }
      Instant fresh = store.freshUntil(held.get());
      until = fresh.isBefore(until) ? fresh : until;
    }
    queries.increment();
    cachedAnswers.increment();
    SeriesAnswer answer =
        answer(query, plan, look.get(), answered.get(), true, Optional.empty(), now);
    return Optional.of(new Ready(answer, look.get(), until));
  }

  private SeriesAnswer read(
      SeriesQuery query,
      Plan plan,
      StateWatch.Look look,
      Demand demand,
      BlockStore.Wish wish,
      Instant now,
      Cancellation cancellation) {
    Gathered gathered = gather(plan, wish, now, cancellation);
    if (!gathered.missing().isEmpty() && demand != Demand.USUAL) {
      throw new QueryFailure(FailureKind.TIMEOUT, progress(plan, gathered.missing()));
    }
    AnswerKey key = AnswerKey.of(query, plan);
    Optional<Answered> answered =
        memory
            .get(key, Answered.class)
            .filter(known -> gathered.missing().isEmpty() && known.isMadeOf(gathered.all()));
    if (answered.isEmpty()) {
      cancellation.check();
      answered = Optional.of(compute(query, plan, look.state(), gathered));
      if (gathered.missing().isEmpty()) {
        memory.put(key, answered.get());
      } else {
        partialAnswers.increment();
      }
    }
    if (gathered.cached()) {
      cachedAnswers.increment();
    }
    return answer(query, plan, look, answered.get(), gathered.cached(), gathered.outage(), now);
  }

  /** How much of a long range is there. */
  private String progress(Plan plan, List<Span> missing) {
    long days = plan.to().toEpochDay() - plan.from().toEpochDay();
    long lacking =
        missing.stream()
            .mapToLong(
                span ->
                    Math.min(span.to().toEpochDay(), plan.to().toEpochDay())
                        - Math.max(span.from().toEpochDay(), plan.from().toEpochDay()))
            .sum();
    return "Only "
        + (days - lacking)
        + " of "
        + days
        + " days were loaded within partialAfter ("
        + Durations.format(settings.limits().partialAfter())
        + "); loading goes on. Refresh to see the rest.";
  }

  /**
   * The blocks of one plan.
   *
   * @param summarised the last day that the summary really gave
   * @param missing what has not been read in time
   */
  private record Gathered(
      List<Block> summary,
      List<Block> raw,
      Optional<LocalDate> summarised,
      List<Span> missing,
      boolean cached,
      Optional<QueryFailure> outage) {
    List<Block> all() {
      List<Block> all = new ArrayList<>(summary);
      all.addAll(raw);
      return all;
    }
  }

  private Gathered gather(Plan plan, BlockStore.Wish wish, Instant now, Cancellation cancellation) {
    LocalDate settled = store.settledBefore(now);
    Optional<LocalDate> summarised = plan.summaryThrough();
    BlockStore.Batch summary =
        store.get(
            plan.summaryKeys(settled), wish, block -> holdsItsLastDay(block, plan), cancellation);
    for (Block block : summary.blocks()) {
      if (!holdsItsLastDay(block, plan)) {
        // A standby that is behind the one looked at: what it lacks is taken from the transfers.
        summarised = Optional.of(block.key().span().from().plusDays(block.lastSlot()));
      }
    }
    BlockStore.Batch raw =
        store.get(plan.rawKeys(summarised, settled), wish, block -> true, cancellation);
    List<Span> missing = new ArrayList<>(summary.missing());
    missing.addAll(raw.missing());
    return new Gathered(
        summary.blocks(),
        raw.blocks(),
        summarised,
        missing,
        summary.cached() && raw.cached(),
        summary.outage().or(raw::outage));
  }

  /** False for the block of the summary's last day when it has no row of that day. */
  private boolean holdsItsLastDay(Block block, Plan plan) {
    LocalDate last = plan.summaryThrough().orElse(LocalDate.MIN);
    Span span = block.key().span();
    if (last.isBefore(span.from()) || !last.isBefore(span.to())) {
      return true;
    }
    return block.lastSlot() >= last.toEpochDay() - span.from().toEpochDay();
  }

  private Answered compute(SeriesQuery query, Plan plan, SourceState state, Gathered gathered) {
    long seam =
        gathered
            .summarised()
            .map(last -> calendar.startOfDay(last.plusDays(1)))
            .orElse(Long.MIN_VALUE);
    List<Tally.Part> parts = new ArrayList<>();
    gathered.summary().forEach(block -> parts.add(new Tally.Part(block, Long.MIN_VALUE, seam)));
    gathered.raw().forEach(block -> parts.add(new Tally.Part(block, seam, Long.MAX_VALUE)));
    Instant completeUntil = completeUntil(plan, state, gathered, seam);
    Composer.Composed composed =
        new Composer(query, plan, calendar, settings.limits())
            .compose(parts, completeUntil, unknown(plan, gathered.missing()));
    List<Notice> notices = new ArrayList<>(composed.notices());
    if (!gathered.missing().isEmpty()) {
      notices.add(Notice.warning(progress(plan, gathered.missing())));
    }
    return new Answered(
        composed.table(),
        notices,
        completeUntil,
        read(plan, gathered),
        gathered.all().stream().map(Block::key).toList(),
        Answered.versions(gathered.all()));
  }

  /** The buckets of which a part is missing: what is there of them is no answer. */
  private BitSet unknown(Plan plan, List<Span> missing) {
    BitSet unknown = new BitSet(plan.buckets().count());
    for (Span span : missing) {
      long from = calendar.startOfDay(span.from());
      long to = calendar.startOfDay(span.to());
      for (int i = 0; i < plan.buckets().count(); i++) {
        if (plan.buckets().start(i) < to && plan.buckets().end(i) > from) {
          unknown.set(i);
        }
      }
    }
    return unknown;
  }

  /** The instant before which no further transfer is expected, as far as the blocks can tell. */
  private Instant completeUntil(Plan plan, SourceState state, Gathered gathered, long seam) {
    if (!plan.rawAllowed()) {
      return gathered.summarised().isEmpty()
          ? Instant.EPOCH
          : Instant.ofEpochSecond(Math.min(seam, plan.buckets().to()));
    }
    Instant complete = Instant.ofEpochSecond(plan.buckets().to());
    for (Block block : gathered.raw()) {
      Instant spanEnd = Instant.ofEpochSecond(calendar.startOfDay(block.key().span().to()));
      // Without a view of the lag, a transfer that is there shows how far the data reaches.
      Instant known =
          later(block.origin().knownThrough(), state.newestTransfer().orElse(Instant.EPOCH));
      if (known.isBefore(spanEnd) && known.isBefore(complete)) {
        complete = known;
      }
    }
    return complete;
  }

  private SeriesAnswer answer(
      SeriesQuery query,
      Plan plan,
      StateWatch.Look look,
      Answered answered,
      boolean cached,
      Optional<QueryFailure> outage,
      Instant now) {
    List<Notice> notices = new ArrayList<>(plan.notices());
    notices.addAll(answered.notices());
    notices.addAll(freshnessNotices(plan, look, outage, now));
    return new SeriesAnswer(
        query,
        plan.step(),
        answered.table(),
        notices,
        answered.read() + executed(plan, look.state(), cached),
        answered.completeUntil(),
        cached);
  }

  private List<Notice> freshnessNotices(
      Plan plan, StateWatch.Look look, Optional<QueryFailure> outage, Instant now) {
    List<Notice> notices = new ArrayList<>();
    SourceState state = look.state();
    look.outage()
        .or(() -> outage)
        .ifPresent(
            failure ->
                notices.add(
                    Notice.warning(
                        "Numbers as they were at "
                            + state.observedAt()
                            + ": "
                            + failure.sentence())));
    LocalDate today = calendar.dayOf(now);
    if (plan.to().isBefore(today)) {
      return notices;
    }
    if (state.lag() instanceof ReplayLag.Known known
        && known.lag().compareTo(settings.freshness().lagWarning()) > 0) {
      notices.add(
          Notice.warning(
              "The standby "
                  + state.host()
                  + " is "
                  + inWords(known.lag())
                  + " behind its primary; newer transfers are not shown yet."));
    } else if (state.lag() instanceof ReplayLag.Unknown unknown
        && state.knownThrough().plus(settings.freshness().lagWarning()).isBefore(now)) {
      notices.add(
          Notice.warning(
              "The standby "
                  + state.host()
                  + " may be behind its primary: its replay lag is unknown ("
                  + unknown.reason()
                  + "), and the last change it replayed is of "
                  + state.knownThrough()
                  + "."));
    }
    if (plan.rule() == MoverRule.TRIMMED) {
      summaryNotice(state, today).ifPresent(notices::add);
    }
    return notices;
  }

  /** Says so when the summary has stopped while transfers go on. */
  private Optional<Notice> summaryNotice(SourceState state, LocalDate today) {
    Optional<LocalDate> newest = state.newestTransfer().map(calendar::dayOf);
    Optional<LocalDate> last = state.lastSummaryDay();
    boolean stopped =
        newest.isPresent()
            && last.map(
                    day ->
                        day.plusDays(settings.freshness().summaryWarningDays()).isBefore(today)
                            && day.isBefore(newest.get()))
                .orElse(true);
    if (!stopped) {
      return Optional.empty();
    }
    return Optional.of(
        Notice.warning(
            "The summary xfer_by_day_by_mover "
                + last.map(day -> "ends on " + day).orElse("is empty")
                + " although transfers go on until "
                + newest.get()
                + ". Enstore's accounting server fills it; since release 6.3.4-9 it may do so"
                + " without a commit. Later days come from encp_xfer where the source allows."));
  }

  /** Which days of which tables the numbers were added up from. */
  private static String read(Plan plan, Gathered gathered) {
    List<String> parts = new ArrayList<>();
    LocalDate lastDay = plan.to().minusDays(1);
    gathered
        .summarised()
        .filter(last -> !last.isBefore(plan.from()))
        .ifPresent(
            last ->
                parts.add(
                    "xfer_by_day_by_mover of "
                        + plan.from()
                        + " to "
                        + (last.isBefore(lastDay) ? last : lastDay)));
    if (!gathered.raw().isEmpty()) {
      LocalDate first =
          gathered
              .summarised()
              .map(last -> last.plusDays(1))
              .filter(day -> day.isAfter(plan.from()))
              .orElse(plan.from());
      parts.add(
          "encp_xfer of "
              + first
              + " to "
              + lastDay
              + " by "
              + plan.grain().name().toLowerCase(Locale.ROOT));
    }
    return parts.isEmpty() ? "nothing to read" : String.join(" + ", parts);
  }

  private static String executed(Plan plan, SourceState state, boolean cached) {
    return "; step "
        + plan.step().text()
        + "; "
        + (state.standby() ? "standby " : "primary ")
        + state.host()
        + (cached ? "; from the cache" : "");
  }

  /**
   * The values of one dimension that were seen within the look-back, in natural order. Movers are
   * named canonically where the transfers tell the name, as the summary spells them otherwise.
   *
   * @throws QueryFailure when they cannot be read
   */
  public List<String> names(NamesQuery query, Cancellation cancellation) {
    return names.names(query, cancellation);
  }

  /**
   * What single transfers of the look-back tell of each mover, in natural order.
   *
   * @param query about {@link Dimension#MOVER}
   * @throws QueryFailure when they cannot be read
   */
  public List<MoverDetail> movers(NamesQuery query, Cancellation cancellation) {
    return names.movers(query, cancellation);
  }

  /**
   * The summary against the transfers, by day and mover.
   *
   * @throws QueryFailure when one of the tables cannot be read
   */
  public ReconciliationAnswer reconcile(ReconciliationQuery query, Cancellation cancellation) {
    return reconciliation.answer(query, cancellation);
  }

  /** What the last check of the summary against the transfers found; empty before the first. */
  public Optional<ReconciliationFigures> reconciliation() {
    return reconciliation.figures();
  }

  /** Whether {@link #checkReconciliation} has something to do; never waits. */
  public boolean isReconciliationDue() {
    return reconciliation.isDue();
  }

  /** Checks the summary against the transfers of the look-back days, at most once an hour. */
  public void checkReconciliation() {
    reconciliation.check();
  }

  /**
   * The events that a graph is to be marked with.
   *
   * @throws QueryFailure when they cannot be told
   */
  public Annotations annotations(AnnotationQuery query, Cancellation cancellation) {
    return query.event() == AnnotationEvent.REPLICATION_LAG
        ? LagAnnotations.of(query, replication(), settings.freshness().lagWarning(), cancellation)
        : annotator.answer(query, cancellation);
  }

  /**
   * How fresh the database is, as the last look told, which is at most as old as the running day's
   * numbers may be.
   *
   * @throws QueryFailure when it has never been seen and cannot be reached
   */
  public SourceState state(Cancellation cancellation) {
    return watch.look(Optional.empty(), cancellation).state();
  }

  /**
   * How fresh the database is now, by a look of this moment.
   *
   * @throws QueryFailure when it has never been seen and cannot be reached
   */
  SourceState stateNow(Cancellation cancellation) {
    return watch.look(Optional.of(clock.instant()), cancellation).state();
  }

  /** The time zone by which days are counted. */
  SiteCalendar calendar() {
    return calendar;
  }

  /** The last look at the database, however old, if there ever was one; never waits. */
  public Optional<SourceState> lastState() {
    return watch.last().map(StateWatch.Look::state);
  }

  /** When the site's local {@code day} begins. */
  public Instant startOfDay(LocalDate day) {
    return Instant.ofEpochSecond(calendar.startOfDay(day));
  }

  /** Tries the connection and the privileges; never throws for an outage. */
  public Health health() {
    return source.health();
  }

  /** From when on numbers are looked at again for late rows at {@code now}: a local midnight. */
  public Instant settledBefore(Instant now) {
    return Instant.ofEpochSecond(calendar.startOfDay(store.settledBefore(now)));
  }

  /** Tells of new numbers as they become visible. */
  public LiveFeed live() {
    return live;
  }

  /** How replication stands on the hosts of the data source, and how it stood. */
  public Replication replication() {
    return source.replication();
  }

  /** The engine's figures at this moment. */
  public EngineStats stats() {
    return store.stats(queries.sum(), cachedAnswers.sum(), partialAnswers.sum(), failures.sum());
  }

  /** The figures of the connection pools at this moment. */
  public PoolStats poolStats() {
    return source.poolStats();
  }

  /** Stops the reads, waiting for them briefly, and closes the source. */
  @Override
  public void close() {
    live.close();
    store.close();
    loaders.shutdownNow();
    source.close();
    try {
      // Its connections are closed by now: a read that outlasts the wait ends with its statement.
      boolean ended = loaders.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      logger.debug("engine of {} closed, reads ended: {}", settings.hosts(), ended);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String inWords(Duration duration) {
    if (duration.toMinutes() < 2) {
      return duration.toSeconds() + " s";
    }
    return duration.toHours() < 2 ? duration.toMinutes() + " min" : duration.toHours() + " h";
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
