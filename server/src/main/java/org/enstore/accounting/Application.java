package org.enstore.accounting;

import io.grpc.BindableService;
import io.grpc.ServerTransportFilter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.grafana.BrokerService;
import org.enstore.accounting.grafana.ControllerService;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.DiagnosticsService;
import org.enstore.accounting.grafana.FairThreads;
import org.enstore.accounting.grafana.HostLog;
import org.enstore.accounting.grafana.HostWatch;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.grafana.PluginServer;
import org.enstore.accounting.grafana.ResourceService;
import org.enstore.accounting.grafana.StdioService;
import org.enstore.accounting.grafana.StreamService;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.postgres.StandbyTransferSource;
import org.enstore.accounting.preview.PreviewAnswers;
import org.enstore.accounting.preview.PreviewServer;
import org.enstore.accounting.proto.pluginv2.DataFrameFormat;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;

/**
 * The composition root: builds the executors, the registry of data sources and the server, starts
 * them, and closes them in reverse. Every wait while closing has a bound.
 */
final class Application implements AutoCloseable {
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);
  private static final Duration CHECK_EVERY = Duration.ofMinutes(1);
  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);
  private static final int LOADER_QUEUE = 1000;
  private static final int DISK_QUEUE = 1000;
  private static final int CANCELLING_THREADS = 2;

  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor threads;
  private final FairThreads questions;
  private final ExecutorService cancellations;
  private final ExecutorService diskWriter;
  private final InstanceRegistry registry;
  private final HostWatch watch;
  private final Workers workers;
  private final ResourceService resources;
  private final DiagnosticsService diagnostics;
  private final PluginServer server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Application(
      ProcessSettings settings, InetSocketAddress address, boolean underHost, Runnable end) {
    timer = new ScheduledThreadPoolExecutor(1, threads("enstore-timer"));
    timer.setRemoveOnCancelPolicy(true);
    threads = pool("enstore-query", settings.queryThreads(), Integer.MAX_VALUE);
    questions = new FairThreads(settings.queryThreads(), settings.queryQueue(), threads);
    cancellations = pool("enstore-cancel", CANCELLING_THREADS, Integer.MAX_VALUE);
    diskWriter = pool("enstore-disk", 1, DISK_QUEUE);
    Optional<SeriesEngine.Disk> disk =
        settings.cacheDirectory().map(directory -> new SeriesEngine.Disk(directory, diskWriter));
    registry = new InstanceRegistry((id, source) -> engine(id, source, disk), System::nanoTime);
    watch = new HostWatch(timer, end);
    Figures figures = new Figures(registry, questions, InstantSource.system());
    workers = new Workers(questions, cancellations, timer);
    resources = new ResourceService(registry, workers);
    diagnostics = new DiagnosticsService(registry, workers, figures::scrape);
    List<BindableService> services =
        List.of(
            new DataService(registry, workers),
            resources,
            diagnostics,
            new StreamService(),
            new BrokerService(),
            new ControllerService(underHost ? end : () -> {}),
            new StdioService());
    List<ServerTransportFilter> filters = underHost ? List.of(watch) : List.of();
    server = new PluginServer(address, services, filters, threads("enstore-transport"));
  }

  /**
   * An application that belongs to one host.
   *
   * @param end is run when the host asks for the end or is gone; returns at once
   */
  static Application underHost(ProcessSettings settings, Runnable end) {
    return new Application(settings, PluginServer.loopback(0), true, end);
  }

  /** An application that several hosts may share; only its own process ends it. */
  static Application asDaemon(ProcessSettings settings, InetSocketAddress address) {
    return new Application(settings, address, false, () -> {});
  }

  /** Listens, and begins to look after the data sources. */
  void start() throws IOException {
    server.start();
    Future<?> unused =
        timer.scheduleWithFixedDelay(
            registry::sweep, SWEEP_EVERY.toMillis(), SWEEP_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    Future<?> unusedToo =
        timer.scheduleWithFixedDelay(
            this::checkDataSources,
            CHECK_EVERY.toMillis(),
            CHECK_EVERY.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Has open data sources compare their tables where that is due, if there is a thread to spare.
   */
  private void checkDataSources() {
    registry
        .engines()
        .forEach(
            (id, engine) -> {
              if (engine.isReconciliationDue() && questions.waiting() == 0) {
                try {
                  questions.execute(id, engine::checkReconciliation, new Cancellation());
                } catch (RejectedExecutionException ignored) {
                  // Questions come first: it stays due.
                }
              }
            });
  }

  /** Begins to watch over the host's life. */
  void watchHost() {
    watch.start();
  }

  /** The port that is listened on. */
  int port() {
    return server.port();
  }

  /**
   * A preview page that asks this application's services; it does not answer yet. To be closed
   * first.
   *
   * @param page the folder of the built page
   * @param port 0 for any that is free
   * @param source the data source that the page asks
   * @throws IOException when there is no page or the port is taken
   */
  PreviewServer preview(Path page, int port, PluginContext source) throws IOException {
    DataService data = new DataService(registry, workers, DataFrameFormat.JSON);
    return new PreviewServer(
        page,
        port,
        new PreviewAnswers(data, resources, diagnostics, source),
        threads("enstore-preview"));
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List<AutoCloseable> parts = new ArrayList<>();
    parts.add(server);
    parts.add(threads::shutdownNow);
    parts.add(registry);
    parts.add(diskWriter::shutdownNow);
    parts.add(cancellations::shutdownNow);
    parts.add(timer::shutdownNow);
    closeAll(parts);
  }

  /** Ends the process by force if it is still there after {@code patience}. */
  static void haltAfter(Duration patience) {
    Thread thread =
        new Thread(
            () -> {
              try {
                Thread.sleep(patience.toMillis());
              } catch (InterruptedException ignored) {
                // Nobody interrupts it; if somebody does, the end is due all the more.
              }
              Runtime.getRuntime().halt(ExitCode.FAILED);
            },
            "enstore-halt");
    thread.setDaemon(true);
    thread.start();
  }

  /** The engine of one data source: its reads, its cache, its pools. Opens nothing yet. */
  static SeriesEngine engine(
      SourceId id, SourceSettings settings, Optional<SeriesEngine.Disk> disk) {
    InstantSource clock = InstantSource.system();
    String name = "enstore-" + id;
    return new SeriesEngine(
        new StandbyTransferSource(settings, clock, name, "enstore-accounting/" + version()),
        settings,
        clock,
        pool(name + "-load", settings.connections().poolSize(), LOADER_QUEUE),
        disk);
  }

  /** Has everything that is logged written to standard error, as Grafana reads it. */
  static void log(ProcessSettings settings) {
    HostLog.install(
        new FileOutputStream(FileDescriptor.err),
        settings.logLevel().name().toLowerCase(Locale.ROOT));
  }

  /** The version as it is written into the program's archive. */
  static String version() {
    @Nullable String version = Application.class.getPackage().getImplementationVersion();
    return version == null ? "unpacked" : version;
  }

  /** Closes all, whatever one of them throws; the first failure carries the others. */
  private static void closeAll(List<AutoCloseable> parts) {
    IllegalStateException failed = null;
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        if (failed == null) {
          failed = new IllegalStateException("could not close everything", e);
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

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

  private static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
