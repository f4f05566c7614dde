package org.enstore.accounting.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.enstore.accounting.HostedPlugin;
import org.enstore.accounting.demo.KeptPair;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Measures the packaged plugin against hand-written SQL on the same standby, over a long history,
 * and prints what came of it beside the goals.
 *
 * <p>The machine may be noisy, so whatever is divided by something else is measured in turn with
 * it, and medians are divided. The plugin is a process of its own, started as Grafana starts it;
 * its answers are received whole but not decoded.
 */
@Command(
    name = "Goals",
    mixinStandardHelpOptions = true,
    description = "Measures the plugin against hand-written SQL and prints a table of goals.")
public final class Goals implements Callable<Integer> {
  /** The largest site to plan for: 20 years of 100,000 transfers a day. */
  private static final long LARGEST_SITE_ROWS = 730_000_000L;

  private static final long SEED = 20_031_027L;
  private static final Duration AFTER_REFRESH = Duration.ofMillis(1_100);

  @Parameters(paramLabel = "DIRECTORY", description = "Where the history is, or is to be made.")
  private Path directory = Path.of("");

  @Option(names = "--rows", description = "Transfers in the long history (${DEFAULT-VALUE}).")
  private long rows = 20_000_000;

  @Option(names = "--short-rows", description = "Transfers in the short one (${DEFAULT-VALUE}).")
  private long shortRows = 1_000_000;

  @Option(names = "--years", description = "Years of the long history (${DEFAULT-VALUE}).")
  private int years = 2;

  @Option(names = "--movers", description = "Movers over all that time (${DEFAULT-VALUE}).")
  private int movers = 83;

  @Option(names = "--shown", description = "Movers that the panels show (${DEFAULT-VALUE}).")
  private int shown = 60;

  @Option(names = "--zone", description = "The site's time zone (${DEFAULT-VALUE}).")
  private ZoneId zone = ZoneId.of("Europe/Moscow");

  @Option(names = "--rounds", description = "Rounds of each comparison (${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(names = "--load-seconds", description = "How long dashboards load (${DEFAULT-VALUE}).")
  private int loadSeconds = 60;

  @Option(
      names = "--only",
      split = ",",
      description = "Parts to measure: ${COMPLETION-CANDIDATES}; all unless given.")
  private List<Part> only = List.of(Part.values());

  @Option(
      names = "--hold",
      description =
          "Measure nothing: write settings.json and request.json for a driver of another kind into"
              + " DIRECTORY, and keep the servers until the standard input ends.")
  private boolean hold;

  /** The parts of a run. The last one looks back at all that went before it. */
  enum Part {
    COLD,
    WARM,
    REFRESH,
    LOAD,
    MEMORY
  }

  private final Clock clock = Clock.systemUTC();
  private final GoalTable table = new GoalTable();

  private Goals() {}

  /** Runs the program. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Goals()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, SQLException {
    KeptPair.Wish wish = new KeptPair.Wish(zone, years, movers, rows, shortRows, SEED);
    try (KeptPair pair = KeptPair.open(directory, wish, this::say, clock)) {
      HandWritten sql = new HandWritten(pair, zone, shown, clock.instant());
      if (hold) {
        hold(pair, sql);
        return 0;
      }
      say("Reading everything once, so that both sides find it in the machine's memory");
      long counted = sql.warmUp();
      say(counted + " transfers, " + sql.movers().size() + " movers shown");
      if (only.contains(Part.COLD)) {
        cold(pair, sql, counted);
      }
      try (Panels panels = Panels.start(pair, zone, sql.movers())) {
        if (only.contains(Part.WARM)) {
          warm(sql, panels);
        }
        if (only.contains(Part.REFRESH)) {
          refresh(pair, panels);
        }
        if (only.contains(Part.LOAD)) {
          load(panels);
        }
        if (only.contains(Part.MEMORY)) {
          memory(panels);
        }
      }
    }
    table.print(System.out, clock.instant(), machine());
    return 0;
  }

  // ---- cold -----------------------------------------------------------------------------------

  private void cold(KeptPair pair, HandWritten sql, long counted)
      throws IOException, InterruptedException, SQLException {
    Samples firstPanel = new Samples();
    Samples firstPanelSql = new Samples();
    Samples everything = new Samples();
    Samples everythingSql = new Samples();
    Instant now = clock.instant();
    LocalDate first = sql.firstDay();
    for (int round = 0; round < rounds; round++) {
      say("Cold, round " + (round + 1) + " of " + rounds);
      try (Panels panels = Panels.start(pair, zone, sql.movers())) {
        QueryDataRequest month = panels.request(now, 30, Panels.HOURLY);
        firstPanel.add(panels.time(month));
      }
      firstPanelSql.add(sql.time(sql.hourlyOfAMonth()));
      try (Panels panels = Panels.start(pair, zone, sql.movers())) {
        long days = ChronoUnit.DAYS.between(first, now.atZone(zone).toLocalDate());
        QueryDataRequest all = panels.request(now, days, Panels.DAILY_OF_ALL);
        everything.add(panels.timeUntilWhole(all));
      }
      everythingSql.add(sql.time(sql.dailyOfEverything()));
    }
    table.atMost(
        "cold: all " + counted + " rows to day × mover × direction",
        everything,
        everythingSql,
        1.2,
        String.format(
            Locale.ROOT,
            "%s for %,d rows",
            Samples.text(everything.median() * LARGEST_SITE_ROWS / Math.max(1, counted)),
            LARGEST_SITE_ROWS));
    table.atMost(
        "cold: the first panel after a start, 30 days by the hour",
        firstPanel,
        firstPanelSql,
        1.5,
        "");
  }

  // ---- warm -----------------------------------------------------------------------------------

  private void warm(HandWritten sql, Panels panels) throws SQLException {
    Instant now = clock.instant();
    QueryDataRequest perMover = panels.request(now, 365, Panels.TWELVE_HOURLY);
    QueryDataRequest total = panels.request(now, 365, Panels.TWELVE_HOURLY_TOTAL);
    QueryDataRequest oneMover = panels.request(now, 365, Panels.DAILY_OF_ONE);
    say("Warm: filling");
    panels.time(perMover);
    panels.time(total);
    panels.time(oneMover);
    for (int i = 0; i < 300; i++) {
      panels.time(perMover);
      panels.time(total);
      panels.time(oneMover);
      panels.timeEmptyCall();
    }
    Samples perMoverTime = new Samples();
    Samples perMoverSql = new Samples();
    Samples totalTime = new Samples();
    Samples totalSql = new Samples();
    Samples oneMoverTime = new Samples();
    Samples emptyCall = new Samples();
    for (int round = 0; round < rounds; round++) {
      say("Warm, round " + (round + 1) + " of " + rounds);
      perMoverSql.add(sql.time(sql.twelveHourlyOfAYear()));
      for (int i = 0; i < 100; i++) {
        perMoverTime.add(panels.time(perMover));
      }
      totalSql.add(sql.time(sql.twelveHourlyTotalOfAYear()));
      for (int i = 0; i < 100; i++) {
        totalTime.add(panels.time(total));
      }
      for (int i = 0; i < 400; i++) {
        oneMoverTime.add(panels.time(oneMover));
        emptyCall.add(panels.timeEmptyCall());
      }
    }
    table.atLeast(
        String.format(
            Locale.ROOT,
            "warm: 1 year at 12 h, %d movers, read and write (%,d bytes)",
            sql.movers().size(),
            panels.answerBytes(perMover)),
        perMoverSql,
        perMoverTime,
        200);
    table.atLeast("warm: the same in total", totalSql, totalTime, 1_000);
    table.atMost(
        "warm: daily panel of one mover, 1 year, beside an empty call",
        oneMoverTime,
        emptyCall,
        1.5,
        "");
  }

  // ---- refresh --------------------------------------------------------------------------------

  private void refresh(KeptPair pair, Panels panels)
      throws IOException, InterruptedException, SQLException {
    Samples longTime = new Samples();
    Samples shortTime = new Samples();
    for (int i = -3; i < 4 * rounds; i++) {
      for (String database : List.of(KeptPair.LONG, KeptPair.SHORT)) {
        Thread.sleep(AFTER_REFRESH.toMillis() / 2);
        double seconds = panels.time(refreshed(panels, database));
        if (i >= 0) {
          (database.equals(KeptPair.LONG) ? longTime : shortTime).add(seconds);
        }
      }
    }
    table.atMost(
        "refresh of the open span, long against short history: time", longTime, shortTime, 1.1, "");
    say("Refresh: what the standby reads for it");
    Samples longBuffers = new Samples();
    Samples shortBuffers = new Samples();
    try (Explained explained = Explained.of(pair)) {
      for (int i = 0; i < 3; i++) {
        for (String database : List.of(KeptPair.LONG, KeptPair.SHORT)) {
          Thread.sleep(AFTER_REFRESH.toMillis());
          explained.skip();
          panels.time(refreshed(panels, database));
          (database.equals(KeptPair.LONG) ? longBuffers : shortBuffers).add(explained.buffers());
        }
      }
      explained.statements().forEach(this::say);
    }
    table.atMostCounted(
        "refresh of the open span, long against short history: buffers",
        longBuffers,
        shortBuffers,
        1.1);
  }

  private QueryDataRequest refreshed(Panels panels, String database) {
    return panels.quicklyRefreshed(database, clock.instant(), 1, Panels.HOURLY);
  }

  // ---- load and memory ------------------------------------------------------------------------

  private void load(Panels panels) throws InterruptedException {
    say("Load: 200 dashboards of 8 panels, each every 10 s");
    Load load = new Load(panels, clock);
    load.warmUp();
    Load.Result result = load.run(Duration.ofSeconds(loadSeconds));
    table.add(
        "200 dashboards × 8 panels (30 days daily), every 10 s, %s s: errors"
            .formatted(loadSeconds),
        Long.toString(result.errors()),
        "0",
        result.errors() == 0,
        String.format(Locale.ROOT, "%,d answers", result.latencies().count()));
    double p99 = result.latencies().quantile(0.99);
    table.add(
        "the same: p99",
        Samples.text(p99),
        "≤ 250 ms",
        p99 <= 0.25,
        "p50 %s, worst %s"
            .formatted(
                Samples.text(result.latencies().median()),
                Samples.text(result.latencies().quantile(1))));
  }

  private void memory(Panels panels) throws IOException {
    say("Memory: asking for more than the cache holds");
    Instant now = clock.instant();
    for (int back = 0; back < 360; back += 30) {
      Instant until = now.minus(Duration.ofDays(back));
      panels.time(panels.request(until, 30, Panels.TEN_MINUTES_TOTAL));
      panels.time(panels.request(until, 30, Panels.HOURLY));
    }
    double evicted = panels.metric("enstore_cache_evictions_total");
    Map<String, Long> memory = panels.memoryBytes();
    double mib = memory.getOrDefault("VmRSS", 0L) / 1048576.0;
    table.add(
        "resident memory after all of it",
        String.format(Locale.ROOT, "%.0f MiB", mib),
        "≤ 300 MB",
        mib * 1048576 <= 300e6,
        String.format(
            Locale.ROOT,
            "most %.0f MiB; %.0f blocks evicted",
            memory.getOrDefault("VmHWM", 0L) / 1048576.0,
            evicted));
  }

  // ---- around it ------------------------------------------------------------------------------

  private void hold(KeptPair pair, HandWritten sql) throws IOException {
    Panels.writeForOthers(pair, zone, sql.movers(), directory);
    say("Holding; plugin folder " + HostedPlugin.folder() + "; end the input to stop");
    while (System.in.read() >= 0) {
      // Whoever holds the other end decides.
    }
  }

  private void say(String sentence) {
    System.err.println(clock.instant().truncatedTo(ChronoUnit.SECONDS) + " " + sentence);
  }

  private static String machine() throws IOException {
    Path file = Path.of("/proc/loadavg");
    List<String> words = new ArrayList<>();
    if (Files.exists(file)) {
      words.addAll(List.of(Files.readString(file).split(" ", -1)).subList(0, 3));
    }
    return "%s processors, Java %s, load %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.version", "").toLowerCase(Locale.ROOT),
            String.join(" ", words));
  }
}
