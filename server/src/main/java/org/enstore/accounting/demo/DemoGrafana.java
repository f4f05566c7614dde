package org.enstore.accounting.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An installed Grafana, started with the plugin, a provisioned data source and the dashboards, on a
 * loopback port and with a data directory of its own that goes with it.
 */
public final class DemoGrafana implements AutoCloseable {
  private static final String PLUGIN_ID = "enstore-accounting-datasource";
  private static final long STOP_LIMIT_SECONDS = 5;

  private final Path directory;
  private final Process process;
  private final int port;
  private final Thread atExit;

  private DemoGrafana(Path directory, Process process, int port) {
    this.directory = directory;
    this.process = process;
    this.port = port;
    this.atExit = new Thread(this::stop, "enstore-accounting-grafana-close");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Where the provisioned data source finds its databases: drivestat and enstoredb by their usual
   * names on the same host.
   *
   * @param zone the site's time zone, an IANA name
   */
  public record Target(
      String host, int port, String database, String user, String password, String zone) {}

  /**
   * Starts Grafana and returns at once; it takes some seconds before it answers.
   *
   * @param home the home of an installed Grafana, which has the folders bin, conf and public
   * @param plugin the plugin's folder as it is installed
   * @throws IOException when {@code home} or {@code plugin} is not what it should be, or Grafana
   *     does not start
   */
  public static DemoGrafana start(Path home, Path plugin, Target target) throws IOException {
    List<String> command = command(home);
    if (!Files.exists(plugin.resolve("plugin.json"))) {
      throw new IOException(
          "The plugin's folder " + plugin + " has no plugin.json: build the front end as well.");
    }
    Path directory = Files.createTempDirectory("enstore-accounting-grafana-");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path installed = directory.resolve("plugins").resolve(PLUGIN_ID);
    copy(plugin, installed);
    provision(directory, installed, target);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(home.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(directory.resolve("grafana.log").toFile());
    Map<String, String> environment = builder.environment();
    environment.put("GF_PATHS_DATA", directory.resolve("data").toString());
    environment.put("GF_PATHS_LOGS", directory.resolve("log").toString());
    environment.put("GF_PATHS_PLUGINS", directory.resolve("plugins").toString());
    environment.put("GF_PATHS_PROVISIONING", directory.resolve("provisioning").toString());
    environment.put("GF_SERVER_HTTP_ADDR", "127.0.0.1");
    environment.put("GF_SERVER_HTTP_PORT", Integer.toString(port));
    environment.put("GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS", PLUGIN_ID);
    environment.put("GF_AUTH_ANONYMOUS_ENABLED", "true");
    environment.put("GF_AUTH_ANONYMOUS_ORG_ROLE", "Admin");
    environment.put("GF_ANALYTICS_REPORTING_ENABLED", "false");
    environment.put("GF_ANALYTICS_CHECK_FOR_UPDATES", "false");
    environment.put("GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES", "false");
    environment.put("GF_NEWS_NEWS_FEED_ENABLED", "false");
    // Hosts that keep their environment to themselves leave the launcher to look for a Java.
    environment.put("GF_PLUGIN_JAVA_HOME", System.getProperty("java.home"));
    return new DemoGrafana(directory, builder.start(), port);
  }

  /** Its address in a browser. */
  public String url() {
    return "http://127.0.0.1:" + port + "/";
  }

  /** Its log, for when it does not come up. */
  public Path log() {
    return directory.resolve("grafana.log");
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ignored) {
      // The process is ending: the hook runs anyway, and stopping twice does no harm.
    }
    stop();
  }

  private synchronized void stop() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      Directories.delete(directory);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException ignored) {
      // A leftover file in a temporary directory is no reason to fail at the end.
    }
  }

  private static List<String> command(Path home) throws IOException {
    Path grafana = home.resolve("bin").resolve("grafana");
    Path server = home.resolve("bin").resolve("grafana-server");
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(grafana)) {
      command.addAll(List.of(grafana.toString(), "server"));
    } else if (Files.isExecutable(server)) {
      command.add(server.toString());
    }
    if (command.isEmpty() || !Files.isDirectory(home.resolve("public"))) {
      throw new IOException(
          home
              + " is no home of an installed Grafana: it needs bin/grafana or bin/grafana-server,"
              + " and public. Packages install it as /usr/share/grafana.");
    }
    command.addAll(List.of("--homepath", home.toString()));
    return command;
  }

  private static void provision(Path directory, Path plugin, Target target) throws IOException {
    Path provisioning = directory.resolve("provisioning");
    for (String kind : List.of("datasources", "dashboards", "alerting", "notifiers", "plugins")) {
      Files.createDirectories(provisioning.resolve(kind));
    }
    Files.writeString(
        provisioning.resolve("datasources/enstore.yaml"),
        """
        apiVersion: 1
        datasources:
          - name: Enstore demo
            uid: enstore-demo
            type: %s
            access: proxy
            isDefault: true
            editable: true
            url: "%s:%s"
            user: "%s"
            jsonData:
              database: "%s"
              drivestatHosts: "%s:%s"
              enstoredbHosts: "%s:%s"
              siteTimeZone: "%s"
            secureJsonData:
              password: "%s"
        """
            .formatted(
                PLUGIN_ID,
                target.host(),
                target.port(),
                target.user(),
                target.database(),
                target.host(),
                target.port(),
                target.host(),
                target.port(),
                target.zone(),
                target.password()));
    Files.writeString(
        provisioning.resolve("dashboards/enstore.yaml"),
        """
        apiVersion: 1
        providers:
          - name: Enstore
            type: file
            options:
              path: "%s"
        """
            .formatted(plugin.resolve("dashboards")));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }
}
