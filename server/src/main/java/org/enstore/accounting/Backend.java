package org.enstore.accounting;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.enstore.accounting.api.AccountingService;
import org.enstore.accounting.api.DataSources;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.grafana.FairThreads;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.postgres.StandbyTransferSource;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.QueryTimes;
import org.enstore.accounting.series.SeriesEngine;

/**
 * What the edges of one process share: its threads, its folder on disk and its engines. Every wait
 * while closing has a bound. Thread-safe.
 */
final class Backend implements AutoCloseable {
  private static final Duration CHECK_EVERY = Duration.ofMinutes(1);
  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);
  private static final int LOADER_QUEUE = 10_000;
  private static final int DISK_QUEUE = 1000;
  private static final int CANCELLING_THREADS = 2;

  /** How long the log and the answers have to get out. */
  private static final Duration END_GRACE = Duration.ofSeconds(1);

  private final Breakdown breakdown = Breakdown.ofProcess();
  private final Preparation preparation = new Preparation();
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor threads;
  private final FairThreads questions;
  private final ExecutorService cancellations;
  private final ExecutorService diskWriter;
  private final AnswerMemory answers;
  private final QueryTimes times = new QueryTimes(System::nanoTime);
  private final Optional<SeriesEngine.Disk> disk;
  private final SharedEngines engines;
  private final HeapWatch heap;

  Backend(ProcessSettings settings) {
    timer = new ScheduledThreadPoolExecutor(1, threads("enstore-timer"));
    timer.setRemoveOnCancelPolicy(true);
    threads = pool("enstore-query", settings.queryThreads(), Integer.MAX_VALUE);
    questions = new FairThreads(settings.queryThreads(), settings.queryQueue(), this::run);
    cancellations = pool("enstore-cancel", CANCELLING_THREADS, Integer.MAX_VALUE);
    diskWriter = pool("enstore-disk", 1, DISK_QUEUE);
    long heap = Runtime.getRuntime().maxMemory();
    answers = AnswerMemory.ofHeap(heap);
    engines = new SharedEngines(this::engine, heap / 5 * 2);
    this.heap =
        new HeapWatch(
            HeapWatch.ofProcess(),
            engines::squeeze,
            () -> Application.haltAfter(END_GRACE, ExitCode.NO_MEMORY),
            System::nanoTime);
    questions.refuseWhile(this.heap::sentence);
    every(HeapWatch.EVERY, this.heap::look);
    disk = settings.cacheDirectory().map(folder -> new SeriesEngine.Disk(folder, diskWriter));
  }

  /** Runs {@code work} on a thread for questions, once those can be answered. */
  private void run(Runnable work) {
    threads.execute(
        () -> {
          preparation.await();
          work.run();
        });
  }

  /** Begins with what the first question would otherwise wait for; returns at once. */
  void prepare() {
    run(() -> {});
  }

  /** What to do, and to say, when a part of the program cannot be loaded. */
  Breakdown breakdown() {
    return breakdown;
  }

  /** What is wrong with the process itself, for those who ask after its health. */
  Optional<String> trouble() {
    return breakdown.sentence().or(heap::sentence);
  }

  /** Runs what is due later; short work only. */
  ScheduledExecutorService timer() {
    return timer;
  }

  /** Takes what may block; bounded, and refuses when it is full. */
  FairThreads questions() {
    return questions;
  }

  /** Carries cancellations out, which may block too and must not queue behind questions. */
  Executor cancellations() {
    return cancellations;
  }

  /** The memory for answers under way. */
  AnswerMemory answers() {
    return answers;
  }

  /** How long queries of Grafanas took. */
  QueryTimes times() {
    return times;
  }

  /** The public API over {@code sources}. */
  AccountingService service(DataSources sources) {
    return new AccountingService(
        sources, questions, cancellations, answers, InstantSource.system());
  }

  /** The engines, one for all data sources of equal settings. */
  SharedEngines engines() {
    return engines;
  }

  /** Runs {@code work} now and then, until the process ends. */
  void every(Duration period, Runnable work) {
    Future<?> unused =
        timer.scheduleWithFixedDelay(
            work, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Has {@code open} data sources compare their tables whenever that is due. */
  void lookAfter(Supplier<Map<SourceId, SeriesEngine>> open) {
    every(CHECK_EVERY, () -> open.get().forEach(this::check));
  }

  private void check(SourceId id, SeriesEngine engine) {
    if (engine.isReconciliationDue() && questions.waiting() == 0) {
      try {
        questions.execute(id, engine::checkReconciliation, new Cancellation());
      } catch (RejectedExecutionException ignored) {
        // Questions come first: it stays due.
      }
    }
  }

  @Override
  public void close() {
    closeAll(
        List.of(
            threads::shutdownNow,
            engines,
            diskWriter::shutdownNow,
            cancellations::shutdownNow,
            timer::shutdownNow));
  }

  private SeriesEngine engine(SourceId id, SourceSettings settings) {
    return engine(id, settings, disk);
  }

  /** The engine of one data source: its reads, its cache, its pools. Opens nothing yet. */
  static SeriesEngine engine(
      SourceId id, SourceSettings settings, Optional<SeriesEngine.Disk> disk) {
    InstantSource clock = InstantSource.system();
    Map<Database, SeriesEngine.Part> parts = new EnumMap<>(Database.class);
    for (Database database : Database.values()) {
      settings.of(database).ifPresent(own -> parts.put(database, part(id, own, clock)));
    }
    return new SeriesEngine(parts, settings, clock, disk);
  }

  private static SeriesEngine.Part part(SourceId id, SourceSettings settings, InstantSource clock) {
    String name =
        "enstore-"
            + id
            + (settings.part() == Database.ACCOUNTING ? "" : "-" + settings.part().id());
    return new SeriesEngine.Part(
        new StandbyTransferSource(
            settings, clock, name, "enstore-accounting/" + Application.version()),
        pool(name + "-load", settings.connections().poolSize(), LOADER_QUEUE));
  }

  /** Closes all, whatever one of them throws; the first failure carries the others. */
  static void closeAll(List<AutoCloseable> parts) {
    List<Exception> failures = new ArrayList<>();
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      IllegalStateException failed =
          new IllegalStateException("could not close everything", failures.get(0));
      failures.stream().skip(1).forEach(failed::addSuppressed);
      throw failed;
    }
  }

  /** Up to {@code size} threads called {@code name}, and room for {@code queue} tasks to wait. */
  private static ThreadPoolExecutor pool(String name, int size, int queue) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_THREAD.toMillis(),
            TimeUnit.MILLISECONDS,
            queue == Integer.MAX_VALUE
                ? new LinkedBlockingQueue<>()
                : new ArrayBlockingQueue<>(queue),
            threads(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Daemon threads called {@code name} and a number. */
  static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
