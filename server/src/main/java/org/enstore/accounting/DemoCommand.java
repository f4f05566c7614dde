package org.enstore.accounting;

import com.google.protobuf.ByteString;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.demo.DemoGrafana;
import org.enstore.accounting.demo.LiveTraffic;
import org.enstore.accounting.demo.PairBuilder;
import org.enstore.accounting.demo.PostgresBinaries;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.Site;
import org.enstore.accounting.demo.Traffic;
import org.enstore.accounting.grafana.HostLog;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.preview.PreviewServer;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The whole product on one machine: a primary, its standby, traffic, the service, a live table. */
@Command(
    name = "demo",
    header = "Shows everything at work on made-up transfers.",
    description =
        "Starts a PostgreSQL primary and a streaming standby with years of made-up Enstore traffic,"
            + " keeps writing transfers, serves the standby's numbers, and shows them as they move."
            + " Everything runs on loopback addresses and is gone when it is stopped with Ctrl-C.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Duration TERMINAL_PERIOD = Duration.ofSeconds(1);
  private static final Duration PIPE_PERIOD = Duration.ofSeconds(5);
  private static final Duration REPLAY_LIMIT = Duration.ofMinutes(2);
  private static final double TRANSFERS_PER_SECOND = 3;
  private static final String HOME_AND_CLEAR = "\u001b[H\u001b[J";

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private Commands parent;

  @Spec
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private CommandSpec spec;

  @Option(
      names = "--years",
      defaultValue = "" + Site.DEFAULT_YEARS,
      paramLabel = "<n>",
      description = "How many years of traffic to make up, 1 to 20 (default: ${DEFAULT-VALUE}).")
  private int years;

  @Option(
      names = "--transfers-per-day",
      defaultValue = "" + Site.DEFAULT_TRANSFERS_PER_DAY,
      paramLabel = "<n>",
      description = "How many on an ordinary day (default: ${DEFAULT-VALUE}).")
  private int transfersPerDay;

  @Option(
      names = "--zone",
      defaultValue = "America/Chicago",
      paramLabel = "<zone>",
      description = "The imagined site's time zone (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private String zone;

  @Option(
      names = "--port",
      defaultValue = "0",
      paramLabel = "<port>",
      description = "The service's loopback port; 0 for any that is free.")
  private int port;

  @Option(
      names = "--postgres-bin",
      paramLabel = "<dir>",
      description = "The folder of initdb, pg_ctl and postgres to use instead of the bundled ones.")
  private @Nullable Path postgresBin;

  @Option(
      names = "--grafana",
      paramLabel = "<home>",
      description = "The home of an installed Grafana to start as well, with plugin and dashboard.")
  private @Nullable Path grafana;

  @Option(
      names = "--plugin",
      paramLabel = "<dir>",
      description = "With --grafana: the plugin's folder as it is installed.")
  private @Nullable Path plugin;

  @Option(
      names = "--page",
      paramLabel = "<dir>",
      description = "The folder of the built preview page, to show the plugin without a Grafana.")
  private @Nullable Path page;

  @Option(
      names = "--page-port",
      defaultValue = "0",
      paramLabel = "<port>",
      description = "The preview page's loopback port; 0 for any that is free.")
  private int pagePort;

  @Option(
      names = "--seconds",
      defaultValue = "0",
      paramLabel = "<n>",
      description = "Stop by itself after so many seconds of showing; 0 to go on until Ctrl-C.")
  private int seconds;

  @Option(
      names = "--plain",
      description = "Write line after line instead of drawing the screen anew, as for a pipe.")
  private boolean plain;

  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, charset());

  @Override
  public Integer call() throws InterruptedException {
    Clock clock = Clock.systemUTC();
    Instant began = clock.instant();
    Site site = site(clock);
    try {
      run(site, clock, began);
      return ExitCode.DONE;
    } catch (IOException | SQLException | QueryFailure e) {
      spec.commandLine().getErr().println("The demo failed: " + e.getMessage());
      return ExitCode.FAILED;
    }
  }

  private Site site(Clock clock) {
    if (years < 1 || years > 20) {
      throw new ParameterException(
          spec.commandLine(), "--years is " + years + "; it must be from 1 to 20.");
    }
    if (pagePort < 0 || pagePort > 65535) {
      throw new ParameterException(
          spec.commandLine(), "--page-port is " + pagePort + "; it must be from 0 to 65535.");
    }
    try {
      return Site.usual(ZoneId.of(zone), clock.instant())
          .withYears(years)
          .withTransfersPerDay(transfersPerDay);
    } catch (DateTimeException e) {
      throw new ParameterException(
          spec.commandLine(), "--zone " + zone + " is not a time zone such as Europe/Madrid.", e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void run(Site site, Clock clock, Instant began)
      throws IOException, SQLException, InterruptedException {
    PairBuilder builder =
        ReplicatedPair.builder()
            .zone(site.zone())
            .clock(clock)
            .progress(sentence -> say(began, clock, sentence));
    if (postgresBin != null) {
      builder.binaries(PostgresBinaries.at(postgresBin));
    }
    // Only what must be known may break into the picture.
    HostLog.install(new FileOutputStream(FileDescriptor.err), "error");
    Traffic traffic = new Traffic(site);
    try (ReplicatedPair pair =
        builder
            .preparation(
                primary -> {
                  primary.createDatabase();
                  primary.letReaderMonitor();
                  primary.letReaderReadMore();
                  record(traffic, primary, began, clock);
                })
            .start()) {
      pair.awaitReplay(REPLAY_LIMIT);
      say(began, clock, "The standby has everything");
      SourceSettings settings = settings(pair, site.zone());
      try (LiveTraffic live =
              LiveTraffic.start(traffic, pair.databases(), clock, TRANSFERS_PER_SECOND);
          Backend backend = new Backend(parent.settings(spec));
          Application application =
              Application.asDaemon(
                  backend, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          Grafana started = startGrafana(pair, site.zone())) {
        SeriesEngine engine = backend.engines().open(new SourceId("demo", "terminal"), settings);
        application.start();
        try (Preview preview = startPreview(application, pair, site.zone())) {
          show(addresses(pair, site.zone(), application.port(), preview, started));
          watch(new TerminalView(engine, site.zone(), isUnicode()), clock, live);
        }
      }
    }
  }

  private void record(Traffic traffic, ReplicatedPair primary, Instant began, Clock clock)
      throws SQLException {
    try {
      Traffic.Report report =
          traffic.record(primary.databases(), sentence -> say(began, clock, sentence));
      say(began, clock, String.format(Locale.ROOT, "%,d transfers recorded", report.transfers()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while recording the past", e);
    }
  }

  private static SourceSettings settings(ReplicatedPair pair, ZoneId zone) {
    return SourceSettingsLoader.load(
        new SourceSettingsLoader.RawSettings(
            "127.0.0.1:" + pair.standbyPort(),
            Role.READER.user(),
            ReplicatedPair.DATABASE,
            json(pair, zone),
            Map.of("password", pair.password(Role.READER))));
  }

  /** What is not secret of the settings of a data source of all three databases. */
  private static Map<String, String> json(ReplicatedPair pair, ZoneId zone) {
    String standby = "127.0.0.1:" + pair.standbyPort();
    return Map.of(
        "siteTimeZone",
        zone.getId(),
        "openRefresh",
        "1s",
        "drivestatHosts",
        standby,
        "drivestatDatabase",
        ReplicatedPair.DRIVESTAT,
        "enstoredbHosts",
        standby,
        "enstoredbDatabase",
        ReplicatedPair.ENSTOREDB);
  }

  /** A Grafana that may not be there. */
  private record Grafana(Optional<DemoGrafana> running) implements AutoCloseable {
    @Override
    public void close() {
      running.ifPresent(DemoGrafana::close);
    }
  }

  private Grafana startGrafana(ReplicatedPair pair, ZoneId zone) throws IOException {
    if (grafana == null) {
      return new Grafana(Optional.empty());
    }
    return new Grafana(
        Optional.of(
            DemoGrafana.start(
                grafana.toAbsolutePath().normalize(),
                (plugin != null ? plugin : Path.of("")).toAbsolutePath().normalize(),
                new DemoGrafana.Target(
                    "127.0.0.1",
                    pair.standbyPort(),
                    ReplicatedPair.DATABASE,
                    Role.READER.user(),
                    pair.password(Role.READER),
                    zone.getId()))));
  }

  /** A preview page that may not have been built. */
  private record Preview(Optional<PreviewServer> running) implements AutoCloseable {
    @Override
    public void close() {
      running.ifPresent(PreviewServer::close);
    }

    String address() {
      return running
          .map(server -> "http://127.0.0.1:" + server.port() + "/  (the plugin without a Grafana)")
          .orElse("is not built; server/demo --preview builds it, with Node.js 20 or later");
    }
  }

  private Preview startPreview(Application application, ReplicatedPair pair, ZoneId zone)
      throws IOException {
    if (page == null || !Files.isRegularFile(page.resolve("index.html"))) {
      return new Preview(Optional.empty());
    }
    PreviewServer server = application.preview(page, pagePort, source(pair, zone));
    server.start();
    return new Preview(Optional.of(server));
  }

  /** The standby as Grafana would describe it. */
  private static PluginContext source(ReplicatedPair pair, ZoneId zone) {
    String settings =
        json(pair, zone).entrySet().stream()
            .map(entry -> "\"%s\":\"%s\"".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
    return PluginContext.newBuilder()
        .setOrgId(1)
        .setDataSourceInstanceSettings(
            DataSourceInstanceSettings.newBuilder()
                .setUid("preview")
                .setName("Enstore demo")
                .setUrl("127.0.0.1:" + pair.standbyPort())
                .setUser(Role.READER.user())
                .setDatabase(ReplicatedPair.DATABASE)
                .setJsonData(ByteString.copyFromUtf8(settings))
                .putDecryptedSecureJsonData("password", pair.password(Role.READER)))
        .build();
  }

  private static List<String> addresses(
      ReplicatedPair pair, ZoneId zone, int servicePort, Preview preview, Grafana grafana) {
    List<String> lines = new ArrayList<>();
    lines.add("primary  127.0.0.1:" + pair.primaryPort());
    lines.add("standby  127.0.0.1:" + pair.standbyPort() + "  (read by the service)");
    lines.add("service  127.0.0.1:" + servicePort + "  (gRPC, Grafana's plugin protocol)");
    lines.add("preview  " + preview.address());
    grafana.running.ifPresent(
        running ->
            lines.add(
                "grafana  " + running.url() + "  (takes some seconds; log " + running.log() + ")"));
    lines.add("");
    lines.add(
        "To point a Grafana on this machine at it, install the plugin and add a data source:");
    lines.add(
        "  host 127.0.0.1:"
            + pair.standbyPort()
            + "  database "
            + ReplicatedPair.DATABASE
            + "  user "
            + Role.READER.user()
            + "  (drivestat and enstoredb are on the same host)");
    lines.add(
        "  password "
            + pair.password(Role.READER)
            + "  TLS disable  site time zone "
            + zone.getId());
    lines.add("To ask it yourself, with that password in ENSTORE_ACCOUNTING_PASSWORD:");
    lines.add("  enstore-accounting query --standby 127.0.0.1:" + pair.standbyPort() + " \\");
    lines.add("    --site-time-zone " + zone.getId() + " \\");
    lines.add(
        "    --drivestat-standby 127.0.0.1:"
            + pair.standbyPort()
            + " --enstoredb-standby 127.0.0.1:"
            + pair.standbyPort());
    return lines;
  }

  private List<String> shown = List.of();
  private volatile boolean ending;

  private void show(List<String> lines) {
    shown = lines;
    out.println();
    lines.forEach(out::println);
    out.println();
  }

  /** Draws until the time is up; Ctrl-C ends the process, and with it everything here. */
  private void watch(TerminalView view, Clock clock, LiveTraffic live) throws InterruptedException {
    boolean terminal = isTerminal();
    // What is being stopped is not drawn any more: it would look like a failure.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true, "enstore-demo-ending"));
    Duration period = terminal ? TERMINAL_PERIOD : PIPE_PERIOD;
    Instant until = seconds > 0 ? clock.instant().plusSeconds(seconds) : Instant.MAX;
    Semaphore changes = new Semaphore(0);
    if (terminal) {
      view.tellOfChanges(clock.instant(), changes::release);
    }
    boolean first = true;
    // Nor is anything once nobody can see it: the terminal was closed, or the pipe's reader is
    // gone.
    while (clock.instant().isBefore(until) && !out.checkError()) {
      draw(view, clock.instant(), live, terminal, first);
      first = false;
      Duration left =
          Duration.between(
              clock.instant(), until.equals(Instant.MAX) ? clock.instant().plus(period) : until);
      long pause = Math.max(1, Math.min(period.toMillis(), left.toMillis()));
      if (changes.tryAcquire(pause, TimeUnit.MILLISECONDS)) {
        changes.drainPermits();
      }
    }
  }

  private void draw(
      TerminalView view, Instant now, LiveTraffic live, boolean terminal, boolean first) {
    List<String> screen = new ArrayList<>();
    try {
      if (terminal || first) {
        screen.addAll(view.lines(now));
        screen.add("");
        screen.add(
            live.recorded()
                + " transfers recorded since the start"
                + (terminal ? "; Ctrl-C stops everything" : ""));
      } else {
        screen.add(view.summary(now));
      }
    } catch (QueryFailure failure) {
      screen.add("  ! " + failure.sentence());
    }
    if (ending) {
      return;
    }
    if (terminal) {
      out.print(HOME_AND_CLEAR + String.join("\n", fitted(shown, screen)) + "\n");
    } else {
      screen.forEach(out::println);
    }
    out.flush();
  }

  /**
   * The picture as the terminal can hold it: the addresses above it give way first, then its end.
   * {@code LINES} and {@code COLUMNS} tell the size; without them it is taken to be large.
   */
  private static List<String> fitted(List<String> addresses, List<String> picture) {
    int rows = size("LINES") - 1;
    int columns = size("COLUMNS");
    List<String> lines = new ArrayList<>();
    if (addresses.size() + 1 + picture.size() <= rows) {
      lines.addAll(addresses);
      lines.add("");
    }
    lines.addAll(picture);
    return lines.stream()
        .limit(rows)
        .map(line -> line.length() > columns ? line.substring(0, columns) : line)
        .toList();
  }

  private static int size(String variable) {
    String text = System.getenv(variable);
    return text != null && text.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(text) : 1000;
  }

  private void say(Instant began, Clock clock, String sentence) {
    out.printf(
        Locale.ROOT,
        "%6.1f s  %s%n",
        Duration.between(began, clock.instant()).toMillis() / 1000.0,
        sentence);
  }

  private boolean isTerminal() {
    String kind = System.getenv("TERM");
    return !plain && kind != null && !kind.equals("dumb");
  }

  /** Whether the locale's characters have the blocks that charts are drawn with. */
  static boolean isUnicode() {
    return charset().newEncoder().canEncode('█');
  }

  private static Charset charset() {
    for (String variable : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
      String value = System.getenv(variable);
      if (value != null && !value.isEmpty()) {
        return value.toUpperCase(Locale.ROOT).contains("UTF-8")
                || value.toUpperCase(Locale.ROOT).contains("UTF8")
            ? StandardCharsets.UTF_8
            : StandardCharsets.US_ASCII;
      }
    }
    return StandardCharsets.US_ASCII;
  }
}
