package org.enstore.accounting;

import io.grpc.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.LogManager;
import org.enstore.accounting.api.DataSources;
import org.enstore.accounting.api.LocalServer;
import org.enstore.accounting.cli.Straight;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.ServeSettings;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.grafana.HostLog;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;

/** The public service within this process, over the same engines that a daemon has. */
final class StraightSources implements Straight {
  private static final String STANDBY = "standby";

  private final Map<String, String> environment;
  private final Set<String> variables;

  /**
   * Nothing is open yet.
   *
   * @param variables those of the environment that are the command's own, and no data source's
   */
  StraightSources(Map<String, String> environment, Set<String> variables) {
    this.environment = environment;
    this.variables = variables;
  }

  @Override
  public Service open(Path configuration) {
    log();
    Map<String, String> others = new HashMap<>(environment);
    others.keySet().removeAll(variables);
    return new Opened(
        ServeFile.read(configuration, others).dataSources(), ProcessSettings.load(environment));
  }

  @Override
  public Service open(Standby standby) {
    log();
    SourceSettings settings =
        SourceSettingsLoader.load(
            new SourceSettingsLoader.RawSettings(
                "", standby.user(), "", standby.settings(), standby.secrets()));
    return new Opened(
        List.of(new ServeSettings.Named(STANDBY, settings)), ProcessSettings.load(environment));
  }

  /** Log lines would stand between those of the answer, so they are written when asked for. */
  private void log() {
    if (environment.containsKey(HostLog.LEVEL_VARIABLE)) {
      Application.log(ProcessSettings.load(environment));
    } else {
      LogManager.getLogManager().reset();
    }
  }

  /** Engines, and the service over them. */
  private static final class Opened implements Service {
    private final Backend backend;
    private final LocalServer server;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread atTheEnd = new Thread(this::end, "enstore-shutdown");

    Opened(List<ServeSettings.Named> named, ProcessSettings process) {
      backend = new Backend(process);
      List<DataSources.DataSource> sources = new ArrayList<>();
      for (ServeSettings.Named each : named) {
        sources.add(
            new DataSources.DataSource(
                each.name(),
                each.settings().siteTimeZone(),
                backend.engines().open(new SourceId("straight", each.name()), each.settings())));
      }
      DataSources all = new DataSources(sources);
      try {
        server = new LocalServer(backend.service(all), all, backend.questions());
      } catch (IOException e) {
        backend.close();
        throw new UncheckedIOException("a server within the process needs no resources", e);
      }
      // Ctrl-C must not leave a statement behind on the standby.
      Runtime.getRuntime().addShutdownHook(atTheEnd);
    }

    @Override
    public Channel channel() {
      return server.channel();
    }

    @Override
    public boolean isOpen() {
      return !closed.get();
    }

    @Override
    public void close() {
      try {
        Runtime.getRuntime().removeShutdownHook(atTheEnd);
      } catch (IllegalStateException ignored) {
        // The process is ending already, and sees to it.
      }
      end();
    }

    private void end() {
      if (closed.compareAndSet(false, true)) {
        Backend.closeAll(List.of(server, backend));
      }
    }
  }
}
