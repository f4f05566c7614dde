package org.enstore.accounting;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.enstore.accounting.api.AccessLog;
import org.enstore.accounting.api.ApiServer;
import org.enstore.accounting.api.DataSources;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.ServeSettings;
import org.enstore.accounting.config.SettingsProblems;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.SeriesEngine;

/**
 * The service as a daemon: the public API over the data sources of a configuration file, with
 * metrics and health beside it and, if wanted, Grafana's plugin protocol.
 */
final class Daemon implements AutoCloseable {
  /** How long after its last answer a data source's health is tried again. */
  private static final Duration HEALTH_EVERY = Duration.ofSeconds(10);

  private static final Duration ACCESS_EVERY = Duration.ofSeconds(1);

  private final Backend backend;
  private final List<DataSources.DataSource> sources = new ArrayList<>();
  private final Map<String, Boolean> health = new ConcurrentHashMap<>();
  private final OutputStream accessLines;
  private final Optional<AccessFile> access;
  private final ApiServer server;
  private final Optional<MonitorServer> monitor;
  private final Optional<Application> grafana;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A daemon that does not listen yet, except for its monitor's port.
   *
   * @param folder where relative paths of the settings begin
   * @throws SettingsProblems when something that the settings name is wrong
   * @throws IOException when a port or a file cannot be used
   */
  Daemon(ServeSettings settings, ProcessSettings process, Path folder) throws IOException {
    access =
        settings
            .accessList()
            .map(
                file ->
                    new AccessFile(
                        ServeFile.resolve(folder, file),
                        settings.dataSources().stream()
                            .map(ServeSettings.Named::name)
                            .collect(Collectors.toSet())));
    List<InetSocketAddress> addresses = allOf(settings.listen());
    accessLines = accessLines(settings.accessLog(), folder);
    backend = new Backend(process);
    for (ServeSettings.Named named : settings.dataSources()) {
      SeriesEngine engine = backend.engines().open(id(named.name()), named.settings());
      sources.add(
          new DataSources.DataSource(named.name(), named.settings().siteTimeZone(), engine));
      health.put(named.name(), false);
    }
    DataSources all = new DataSources(sources);
    AccessLog log = new AccessLog(lines(accessLines), InstantSource.system(), System::nanoTime);
    server =
        new ApiServer(
            new ApiServer.Options(
                addresses,
                settings
                    .tls()
                    .map(
                        tls ->
                            new ApiServer.Tls(
                                ServeFile.resolve(folder, tls.certificate()),
                                ServeFile.resolve(folder, tls.key()),
                                tls.clientAuthority()
                                    .map(file -> ServeFile.resolve(folder, file)))),
                settings.limits().messageBytes(),
                settings.limits().concurrentCalls(),
                settings.limits().callsPerSecond(),
                settings.drain()),
            backend.service(all),
            all,
            () -> access.map(AccessFile::list),
            log,
            System::nanoTime,
            Backend.threads("enstore-transport"));
    grafana =
        settings.grafana().isEmpty()
            ? Optional.empty()
            : Optional.of(Application.asDaemon(backend, address(settings.grafana().get())));
    Figures figures =
        new Figures(
            this::engines,
            backend.questions(),
            backend.answers(),
            backend.times(),
            InstantSource.system(),
            Optional.of(log));
    monitor =
        settings.monitor().isEmpty()
            ? Optional.empty()
            : Optional.of(
                new MonitorServer(
                    resolved(settings.monitor().get()),
                    figures::scrape,
                    () -> Map.copyOf(health),
                    backend::trouble,
                    Backend.threads("enstore-monitor")));
  }

  /** Listens, and begins to look after the data sources. */
  void start() throws IOException {
    backend.breakdown().install();
    server.start();
    if (grafana.isPresent()) {
      grafana.get().start();
    }
    monitor.ifPresent(MonitorServer::start);
    sources.forEach(source -> server.healthOf(source.name(), false));
    checkHealth();
    backend.every(HEALTH_EVERY, this::checkHealth);
    backend.lookAfter(this::ownEngines);
    access.ifPresent(file -> backend.every(ACCESS_EVERY, file::refresh));
  }

  /** Where is listened, in words. */
  List<String> addresses() {
    List<String> lines = new ArrayList<>();
    lines.add("API on port " + server.port());
    grafana.ifPresent(part -> lines.add("Grafana's plugin protocol on " + where(part.address())));
    monitor.ifPresent(part -> lines.add("metrics and health on port " + part.port()));
    return lines;
  }

  private static String where(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? "port " + inet.getPort()
        : ServeSettings.UNIX + address;
  }

  int port() {
    return server.port();
  }

  int monitorPort() {
    return monitor.orElseThrow().port();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    monitor.ifPresent(MonitorServer::announceEnd);
    List<AutoCloseable> parts = new ArrayList<>();
    // Watches never end by themselves, and would use up the time that calls have to end.
    sources.forEach(source -> parts.add(source.engine()::endWatches));
    parts.add(server);
    grafana.ifPresent(parts::add);
    parts.add(backend);
    monitor.ifPresent(parts::add);
    parts.add(accessLines);
    Backend.closeAll(parts);
  }

  private static SourceId id(String name) {
    return new SourceId("service", name);
  }

  private Map<SourceId, SeriesEngine> ownEngines() {
    Map<SourceId, SeriesEngine> engines = new HashMap<>();
    sources.forEach(source -> engines.put(id(source.name()), source.engine()));
    return engines;
  }

  /** The engines of the configured data sources, and of those that Grafanas sent. */
  private Map<SourceId, SeriesEngine> engines() {
    Map<SourceId, SeriesEngine> engines = ownEngines();
    grafana.ifPresent(part -> engines.putAll(part.engines()));
    return engines;
  }

  private void checkHealth() {
    for (DataSources.DataSource source : sources) {
      try {
        backend
            .questions()
            .execute(
                id(source.name()),
                () -> {
                  Health found = source.engine().health();
                  health.put(source.name(), found.ok());
                  found
                      .others()
                      .forEach(
                          (database, ok) -> health.put(source.name() + " " + database.id(), ok));
                  server.healthOf(source.name(), found.ok());
                },
                new Cancellation());
      } catch (RejectedExecutionException ignored) {
        // Too busy to look; the next look is due soon.
      }
    }
  }

  private static SocketAddress address(ServeSettings.Place place) throws IOException {
    if (place instanceof ServeSettings.Socket socket) {
      return UnixDomainSocketAddress.of(socket.path());
    }
    return resolved((ServeSettings.Listen) place);
  }

  /** Every address of this machine that the name stands for, as localhost stands for two. */
  private static List<InetSocketAddress> allOf(ServeSettings.Listen listen) throws IOException {
    List<InetSocketAddress> here = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(listen.host())) {
      if (address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null) {
        here.add(new InetSocketAddress(address, listen.port()));
      }
    }
    // Of none, listening says why it cannot be.
    return here.isEmpty() ? List.of(resolved(listen)) : here;
  }

  private static InetSocketAddress resolved(ServeSettings.Listen listen) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(listen.host()), listen.port());
  }

  private static OutputStream accessLines(ServeSettings.AccessLog log, Path folder)
      throws IOException {
    if (log.off()) {
      return OutputStream.nullOutputStream();
    }
    if (log.file().isEmpty()) {
      return new FileOutputStream(FileDescriptor.err);
    }
    Path file = ServeFile.resolve(folder, log.file().get());
    try {
      return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      String why =
          e instanceof AccessDeniedException
              ? "permission denied"
              : e instanceof NoSuchFileException ? "there is no such folder" : e.getMessage();
      throw new IOException(
          "accessLog " + file + " cannot be written: " + why + ". Let the daemon's user write it.",
          e);
    }
  }

  /** Each line is written at once and as a whole. */
  private static Consumer<String> lines(OutputStream out) {
    PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
    return line -> printer.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
