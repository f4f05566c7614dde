package org.enstore.accounting;

import io.grpc.BindableService;
import io.grpc.ServerTransportFilter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.grafana.AttachService;
import org.enstore.accounting.grafana.BrokerService;
import org.enstore.accounting.grafana.ControllerService;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.DiagnosticsService;
import org.enstore.accounting.grafana.HostLog;
import org.enstore.accounting.grafana.HostWatch;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.grafana.PluginServer;
import org.enstore.accounting.grafana.ResourceService;
import org.enstore.accounting.grafana.StdioService;
import org.enstore.accounting.grafana.StreamService;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.preview.PreviewAnswers;
import org.enstore.accounting.preview.PreviewServer;
import org.enstore.accounting.proto.pluginv2.DataFrameFormat;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;

/**
 * Grafana's plugin protocol over a backend: builds the registry of data sources and the server,
 * starts them, and closes them in reverse. Every wait while closing has a bound.
 */
final class Application implements AutoCloseable {
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);

  private final Backend backend;
  private final InstanceRegistry registry;
  private final HostWatch watch;
  private final Workers workers;
  private final ResourceService resources;
  private final DiagnosticsService diagnostics;
  private final List<BindableService> shared;
  private final Optional<AttachService> attaching;
  private final PluginServer server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Application(Backend backend, SocketAddress address, boolean underHost, Runnable end) {
    this.backend = backend;
    registry = new InstanceRegistry(backend.engines(), System::nanoTime);
    watch = new HostWatch(backend.timer(), end);
    Figures figures =
        new Figures(
            registry::engines,
            backend.questions(),
            backend.answers(),
            backend.times(),
            InstantSource.system(),
            Optional.empty());
    workers = new Workers(backend.questions(), backend.cancellations(), backend.timer());
    resources = new ResourceService(registry, workers);
    diagnostics = new DiagnosticsService(registry, workers, figures::scrape, backend::trouble);
    shared =
        List.of(
            new DataService(
                registry, workers, backend.answers(), backend.times(), DataFrameFormat.ARROW),
            resources,
            diagnostics,
            new StreamService(registry, workers, InstantSource.system()),
            new BrokerService(),
            new StdioService());
    if (underHost) {
      attaching = Optional.empty();
      server = server(address, List.of(new ControllerService(end)), List.of(watch));
    } else {
      AttachService attach =
          new AttachService(
              address,
              this::door,
              Executors.newCachedThreadPool(Backend.threads("enstore-attach")));
      attaching = Optional.of(attach);
      server = server(address, List.of(new ControllerService(() -> {}), attach), List.of());
    }
  }

  /** Where one host of several is served, whose order to end concerns its own plugin alone. */
  private PluginServer door(SocketAddress address, Runnable end) {
    return server(address, List.of(new ControllerService(end)), List.of());
  }

  private PluginServer server(
      SocketAddress address, List<BindableService> own, List<ServerTransportFilter> filters) {
    List<BindableService> services = new ArrayList<>(shared);
    services.addAll(own);
    return new PluginServer(address, services, filters, Backend.threads("enstore-transport"));
  }

  /**
   * An application that belongs to one host.
   *
   * @param backend not closed with the application
   * @param end is run when the host asks for the end or is gone; returns at once
   */
  static Application underHost(Backend backend, Runnable end) {
    return new Application(backend, PluginServer.loopback(0), true, end);
  }

  /**
   * An application that several hosts may share, and that plugin processes may attach to; only its
   * own process ends it.
   *
   * @param backend not closed with the application
   */
  static Application asDaemon(Backend backend, SocketAddress address) {
    return new Application(backend, address, false, () -> {});
  }

  /** Listens, and begins to look after the data sources. */
  void start() throws IOException {
    server.start();
    backend.every(SWEEP_EVERY, registry::sweep);
    backend.lookAfter(registry::engines);
  }

  /** Begins to watch over the host's life. */
  void watchHost() {
    watch.start();
  }

  /** The engines of the data sources that are open. */
  Map<SourceId, SeriesEngine> engines() {
    return registry.engines();
  }

  /** Where is listened, to be dialled. */
  SocketAddress address() {
    return server.address();
  }

  /** The port that is listened on, of an application that listens on one. */
  int port() {
    return ((InetSocketAddress) address()).getPort();
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
    DataService data =
        new DataService(
            registry, workers, backend.answers(), backend.times(), DataFrameFormat.JSON);
    return new PreviewServer(
        page,
        port,
        new PreviewAnswers(data, resources, diagnostics, source),
        Backend.threads("enstore-preview"));
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      List<AutoCloseable> parts = new ArrayList<>();
      attaching.ifPresent(parts::add);
      parts.add(server);
      parts.add(registry);
      Backend.closeAll(parts);
    }
  }

  /**
   * Ends the process by force, with {@code exitCode}, if it is still there after {@code patience}.
   */
  static void haltAfter(Duration patience, int exitCode) {
    Thread thread =
        new Thread(
            () -> {
              try {
                Thread.sleep(patience.toMillis());
              } catch (InterruptedException ignored) {
                // Nobody interrupts it; if somebody does, the end is due all the more.
              }
              Runtime.getRuntime().halt(exitCode);
            },
            "enstore-halt");
    thread.setDaemon(true);
    thread.start();
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
}
