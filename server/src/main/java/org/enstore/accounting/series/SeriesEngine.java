package org.enstore.accounting.series;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.measure.TimeText;

/**
 * Answers questions about one data source from cached blocks, reading what is missing. Thread-safe.
 * Answers are exact: each bucket holds what SQL would say of the rows that the block's snapshot
 * saw.
 */
public final class SeriesEngine implements AutoCloseable {
  /** The part of the cache that the keys of blocks may take. */
  private static final int KEY_SHARE = 4;

  private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final Memory memory;
  private final Map<Database, DatabaseEngine> engines = new EnumMap<>(Database.class);
  private final DatabaseEngine accounting;
  private final Reconciliation reconciliation;
  private final Annotator annotator;
  private final Risk risk;
  private final Capacity capacity;

  /**
   * One database to answer from.
   *
   * @param loaders runs its reads; a bounded queue that refuses is an answer of its own
   */
  public record Part(TransferSource source, ExecutorService loaders) {}

  /**
   * A directory for what is worth keeping beyond the process.
   *
   * @param writer runs what is written there; work that it refuses is not written
   */
  public record Disk(Path directory, Executor writer) {}

  /**
   * An engine over the accounting database alone, without a disk. Does no I/O.
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

  /** The same with a disk. */
  public SeriesEngine(
      TransferSource source,
      SourceSettings settings,
      InstantSource clock,
      ExecutorService loaders,
      Optional<Disk> disk) {
    this(Map.of(Database.ACCOUNTING, new Part(source, loaders)), settings, clock, disk);
  }

  /**
   * An engine over the databases of one data source, which share its memory and nothing else: one
   * that is away fails its own questions alone. Does no I/O.
   *
   * @param parts the databases, accounting among them; the settings must name each
   * @param disk where settled blocks outlive the engine; empty for nowhere
   * @apiNote {@link #close} also closes the sources and shuts the loaders down
   */
  public SeriesEngine(
      Map<Database, Part> parts,
      SourceSettings settings,
      InstantSource clock,
      Optional<Disk> disk) {
    this.settings = settings;
    this.calendar = new SiteCalendar(settings.siteTimeZone());
    this.clock = clock;
    memory = new Memory(settings.limits().cacheBytes());
    Numbering numbering = new Numbering(memory, () -> memory.limit() / KEY_SHARE);
    parts.forEach(
        (database, part) ->
            engines.put(
                database,
                new DatabaseEngine(
                    part.source(),
                    part.loaders(),
                    settings.of(database).orElseThrow(),
                    calendar,
                    clock,
                    memory,
                    numbering,
                    disk)));
    accounting = engine(Database.ACCOUNTING);
    reconciliation =
        new Reconciliation(accounting.days(), accounting.watch(), settings, calendar, clock);
    annotator = new Annotator(accounting.days(), accounting.watch(), settings, calendar, clock);
    Risk.Asking asking =
        (query, demand, now, cancellation, room) ->
            engine(query.dataset()).answerer().whole(query, demand, now, cancellation, room);
    risk = new Risk(asking, calendar, clock);
    capacity = new Capacity(asking, calendar, clock);
  }

  /** The databases that can be asked. */
  public Set<Database> databases() {
    return Collections.unmodifiableSet(engines.keySet());
  }

  private DatabaseEngine engine(Database database) {
    DatabaseEngine engine = engines.get(database);
    if (engine == null) {
      throw new IllegalArgumentException("the settings name no " + database.id());
    }
    return engine;
  }

  /**
   * The engine that {@code dataset} is asked of.
   *
   * @throws QueryFailure that names the setting when its database is not configured
   */
  private DatabaseEngine engine(Dataset dataset) {
    return engine(dataset.name(), dataset.database());
  }

  private DatabaseEngine engine(String name, Database database) {
    missing(name, database)
        .ifPresent(
            sentence -> {
              throw new QueryFailure(FailureKind.NOT_CONFIGURED, sentence);
            });
    return engine(database);
  }

  /** What to set when the database of {@code dataset} is not configured; empty when it is. */
  private Optional<String> missing(Dataset dataset) {
    return missing(dataset.name(), dataset.database());
  }

  private Optional<String> missing(String name, Database database) {
    return engines.containsKey(database)
        ? Optional.empty()
        : Optional.of(
            name
                + " need the database "
                + database.id()
                + ": set "
                + SourceSettingsLoader.hostsKey(database)
                + " in the settings of the data source to the addresses of its standbys.");
  }

  /**
   * Answers {@code query}, reading from the database what the cache does not hold.
   *
   * @param room for the answer, from before it is made
   * @throws QueryFailure when it cannot be answered, or not in the way demanded
   */
  public SeriesAnswer answer(
      SeriesQuery query, Demand demand, Cancellation cancellation, Room room) {
    return engine(query.dataset())
        .answerer()
        .answer(
            query,
            demand,
            demand == Demand.FRESH ? Optional.of(clock.instant()) : Optional.empty(),
            cancellation,
            room);
  }

  /** The answer to {@code query} if the cache has it ready, without waiting for anything. */
  public Optional<SeriesAnswer> cached(SeriesQuery query) {
    return Optional.ofNullable(engines.get(query.dataset().database()))
        .flatMap(engine -> engine.answerer().cached(query));
  }

  /**
   * What {@link #write} made for the same {@code form} earlier, if it would make the same now for
   * {@code range}; never waits.
   */
  public Optional<byte[]> written(Object form, TimeRange range) {
    return engines.values().stream()
        .flatMap(engine -> engine.answerer().written(form, range).stream())
        .findFirst();
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
    return Optional.ofNullable(engines.get(query.dataset().database()))
        .flatMap(engine -> engine.answerer().write(form, query, maxValues, writer));
  }

  /**
   * The values of one dimension that were seen within the look-back, in natural order. Movers are
   * named canonically where the transfers tell the name, as the summary spells them otherwise.
   *
   * @throws QueryFailure when they cannot be read
   */
  public List<String> names(NamesQuery query, Cancellation cancellation) {
    return engine(query.dataset()).names().names(query, cancellation);
  }

  /**
   * What single transfers of the look-back tell of each mover, in natural order.
   *
   * @param query about {@link Dimension#MOVER}
   * @throws QueryFailure when they cannot be read
   */
  public List<MoverDetail> movers(NamesQuery query, Cancellation cancellation) {
    return engine(query.dataset()).names().movers(query, cancellation);
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
            replication(Database.ACCOUNTING),
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
    return engine(query.series().dataset()).forecasts().answer(query, demand, cancellation, room);
  }

  /**
   * What is unusual, beside what was usual before.
   *
   * @param room for the answer, from before it is made
   * @throws QueryFailure when the past cannot be told, or only a part of it
   */
  public AnomalyAnswer anomalies(
      AnomalyQuery query, Demand demand, Cancellation cancellation, Room room) {
    return engine(query.series().dataset()).anomalies().answer(query, demand, cancellation, room);
  }

  /**
   * What a change between two periods is made of.
   *
   * @param room for the answer, from before it is made
   * @throws QueryFailure when one of the periods cannot be told, or only a part of it
   */
  public ChangesAnswer changes(
      ChangesQuery query, Demand demand, Cancellation cancellation, Room room) {
    return engine(query.series().dataset()).changes().answer(query, demand, cancellation, room);
  }

  /**
   * Which movers, drives and tapes are likely to fail soon, and why.
   *
   * @param room for what it is told from, from before that is made
   * @throws QueryFailure when the transfers cannot be told, or only a part of them
   */
  public RiskAnswer risk(RiskQuery query, Demand demand, Cancellation cancellation, Room room) {
    return risk.answer(query, demand, cancellation, room);
  }

  /**
   * When stocks run out.
   *
   * @param room for what it is told from, from before that is made
   * @throws QueryFailure when the stocks cannot be told, or only a part of their past
   */
  public CapacityAnswer capacity(
      CapacityQuery query, Demand demand, Cancellation cancellation, Room room) {
    return capacity.answer(query, demand, cancellation, room);
  }

  /**
   * Rows of a table, as they are now or were a minute ago.
   *
   * @throws QueryFailure when they cannot be read
   */
  public RowsAnswer rows(RowsQuery query, Demand demand, Cancellation cancellation) {
    return engine(query.table().name(), query.table().database())
        .rows()
        .answer(query, demand, cancellation);
  }

  /**
   * How fresh the accounting database is, as the last look told, which is at most as old as the
   * running day's numbers may be.
   *
   * @throws QueryFailure when it has never been seen and cannot be reached
   */
  public SourceState state(Cancellation cancellation) {
    return state(Database.ACCOUNTING, cancellation);
  }

  /**
   * How fresh {@code database} is, as {@link #state(Cancellation)} tells it of accounting.
   *
   * @throws QueryFailure when it has never been seen and cannot be reached
   */
  public SourceState state(Database database, Cancellation cancellation) {
    return engine(database).watch().look(Optional.empty(), cancellation).state();
  }

  /**
   * The last look at {@code database}, however old, if there ever was one; never waits.
   *
   * @param database one of {@link #databases}
   */
  public Optional<SourceState> lastState(Database database) {
    return engine(database).watch().last().map(StateWatch.Look::state);
  }

  /** Whether {@code dataset} can be asked about, as far as the last look told; never waits. */
  public Availability availability(Dataset dataset) {
    return missing(dataset)
        .map(sentence -> new Availability(false, Optional.of(sentence)))
        .orElseGet(() -> Availability.of(dataset, lastState(dataset.database())));
  }

  /** Whether {@code measure} of {@code dataset} can be asked for, in the same way. */
  public Availability availability(Dataset dataset, Measure measure) {
    return missing(dataset)
        .map(sentence -> new Availability(false, Optional.of(sentence)))
        .orElseGet(() -> Availability.of(dataset, measure, lastState(dataset.database())));
  }

  /** {@code moment} as people of the site are told of it. */
  public String told(Instant moment) {
    return TimeText.of(moment, settings.siteTimeZone(), clock.instant());
  }

  /** When the site's local {@code day} begins. */
  public Instant startOfDay(LocalDate day) {
    return Instant.ofEpochSecond(calendar.startOfDay(day));
  }

  /** Tries the connections and the privileges; never throws for an outage. */
  public Health health() {
    Map<Database, CompletableFuture<Health>> others = new EnumMap<>(Database.class);
    engines.forEach(
        (database, engine) -> {
          if (engine != accounting) {
            others.put(
                database,
                CompletableFuture.supplyAsync(() -> engine.source().health(), this::beside));
          }
        });
    Health own = accounting.source().health();
    Map<Database, Health> found = new EnumMap<>(Database.class);
    others.forEach((database, health) -> found.put(database, health.join()));
    return own.with(found);
  }

  private void beside(Runnable work) {
    Thread thread = new Thread(work, "enstore-health");
    thread.setDaemon(true);
    thread.start();
  }

  /** From when on numbers are looked at again for late rows at {@code now}: a local midnight. */
  public Instant settledBefore(Instant now) {
    return Instant.ofEpochSecond(calendar.startOfDay(accounting.store().settledBefore(now)));
  }

  /**
   * Tells of new numbers as they become visible.
   *
   * @throws QueryFailure that names the setting when the dataset's database is not configured
   */
  public LiveFeed live(Dataset dataset) {
    return engine(dataset).live();
  }

  /** Ends every watch of new numbers; nobody can watch any more. */
  public void endWatches() {
    engines.values().forEach(engine -> engine.live().close());
  }

  /**
   * How replication stands on the hosts of {@code database}, and how it stood.
   *
   * @param database one of {@link #databases}
   */
  public Replication replication(Database database) {
    return engine(database).source().replication();
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
    return engines.values().stream()
        .map(engine -> engine.answerer().stats())
        .reduce(EngineStats::plus)
        .orElseThrow();
  }

  /**
   * The figures of the connection pools at this moment.
   *
   * @param database one of {@link #databases}
   */
  public PoolStats poolStats(Database database) {
    return engine(database).source().poolStats();
  }

  /** Stops the reads, waiting for them briefly, and closes the sources. */
  @Override
  public void close() {
    engines.values().forEach(DatabaseEngine::close);
    try {
      for (DatabaseEngine engine : engines.values()) {
        engine.await(CLOSE_WAIT.toMillis() / engines.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
