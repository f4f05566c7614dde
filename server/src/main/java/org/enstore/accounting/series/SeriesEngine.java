package org.enstore.accounting.series;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.measure.TimeText;
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
  private final Answerer answerer;
  private final NameLists names;
  private final Reconciliation reconciliation;
  private final Annotator annotator;
  private final Forecasts forecasts;
  private final AnomalySearch anomalies;
  private final Changes changes;
  private final LiveFeed live;

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
    memory = new Memory(settings.limits().cacheBytes());
    Numbering numbering = new Numbering(memory, () -> memory.limit() / KEY_SHARE);
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
    this.answerer = new Answerer(store, watch, memory, settings, calendar, clock);
    DayBlocks days = new DayBlocks(store, calendar, clock);
    this.names = new NameLists(days, watch, settings, calendar, clock);
    this.reconciliation = new Reconciliation(days, watch, settings, calendar, clock);
    this.annotator = new Annotator(days, watch, settings, calendar, clock);
    this.forecasts = new Forecasts(answerer, memory, calendar, clock);
    this.anomalies = new AnomalySearch(answerer, memory, calendar, clock);
    this.changes = new Changes(answerer, watch, settings.limits(), calendar, clock);
    this.live = new LiveFeed(answerer, watch, calendar, clock);
  }

  /**
   * Answers {@code query}, reading from the database what the cache does not hold.
   *
   * @param room for the answer, from before it is made
   * @throws QueryFailure when it cannot be answered, or not in the way demanded
   */
  public SeriesAnswer answer(
      SeriesQuery query, Demand demand, Cancellation cancellation, Room room) {
    return answerer.answer(
        query,
        demand,
        demand == Demand.FRESH ? Optional.of(clock.instant()) : Optional.empty(),
        cancellation,
        room);
  }

  /** The answer to {@code query} if the cache has it ready, without waiting for anything. */
  public Optional<SeriesAnswer> cached(SeriesQuery query) {
    return answerer.cached(query);
  }

  /**
   * What {@link #write} made for the same {@code form} earlier, if it would make the same now for
   * {@code range}; never waits.
   */
  public Optional<byte[]> written(Object form, TimeRange range) {
    return answerer.written(form, range);
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
    return answerer.write(form, query, maxValues, writer);
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
        ? LagAnnotations.of(
            query,
            replication(),
            settings.freshness().lagWarning(),
            settings.siteTimeZone(),
            clock.instant(),
            cancellation)
        : annotator.answer(query, cancellation);
  }

  /**
   * What is to be expected, learnt from what was.
   *
   * @param room for the answer, from before it is made
   * @throws QueryFailure when the past cannot be told, or only a part of it
   */
  public ForecastAnswer forecast(
      ForecastQuery query, Demand demand, Cancellation cancellation, Room room) {
    return forecasts.answer(query, demand, cancellation, room);
  }

  /**
   * What is unusual, beside what was usual before.
   *
   * @param room for the answer, from before it is made
   * @throws QueryFailure when the past cannot be told, or only a part of it
   */
  public AnomalyAnswer anomalies(
      AnomalyQuery query, Demand demand, Cancellation cancellation, Room room) {
    return anomalies.answer(query, demand, cancellation, room);
  }

  /**
   * What a change between two periods is made of.
   *
   * @param room for the answer, from before it is made
   * @throws QueryFailure when one of the periods cannot be told, or only a part of it
   */
  public ChangesAnswer changes(
      ChangesQuery query, Demand demand, Cancellation cancellation, Room room) {
    return changes.answer(query, demand, cancellation, room);
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

  /** The last look at the database, however old, if there ever was one; never waits. */
  public Optional<SourceState> lastState() {
    return watch.last().map(StateWatch.Look::state);
  }

  /** {@code moment} as people of the site are told of it. */
  public String told(Instant moment) {
    return TimeText.of(moment, settings.siteTimeZone(), clock.instant());
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

  /**
   * Bounds what the engine keeps and reads.
   *
   * @param bytes at most the setting {@code cacheBytes}
   */
  public void limitCache(long bytes) {
    memory.limit(bytes);
  }

  /** The engine's figures at this moment. */
  public EngineStats stats() {
    return answerer.stats();
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
}
