package org.enstore.accounting.bench;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.demo.KeptPair;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Asks the packaged plugin ordinary questions beside very long ranges, several at once, for as long
 * as is wished, and prints whether it lived, how late it was and how much memory it took.
 */
@Command(
    name = "Soak",
    mixinStandardHelpOptions = true,
    description = "Asks the plugin for long, and prints exits, the slowest answer and the memory.")
public final class Soak implements Callable<Integer> {
  private static final long SEED = 20_261_201L;

  /** No panel waits longer. */
  private static final Duration LATEST = Duration.ofSeconds(30);

  private static final double MOST_BYTES = 300e6;

  private static final List<String> FOUR = List.of("mover", "storageGroup", "library", "driveType");
  private static final List<String> STEPS = List.of("1m", "5m", "10m", "30m", "1h");
  private static final List<String> MEASURES =
      List.of("bytes", "throughput", "transfers", "meanFileSize", "driveRate", "driveRateP95");

  @Parameters(paramLabel = "DIRECTORY", description = "Where the history is, or is to be made.")
  private Path directory = Path.of("");

  @Option(names = "--rows", description = "Transfers in the history (${DEFAULT-VALUE}).")
  private long rows = 8_000_000;

  @Option(names = "--years", description = "Years of the history (${DEFAULT-VALUE}).")
  private int years = 3;

  @Option(names = "--movers", description = "Movers over all that time (${DEFAULT-VALUE}).")
  private int movers = 100;

  @Option(names = "--zone", description = "The site's time zone (${DEFAULT-VALUE}).")
  private ZoneId zone = ZoneId.of("America/Chicago");

  @Option(names = "--minutes", description = "How long to ask (${DEFAULT-VALUE}).")
  private int minutes = 60;

  @Option(names = "--askers", description = "Who ask at a time (${DEFAULT-VALUE}).")
  private int askers = 6;

  private final Clock clock = Clock.systemUTC();
  private final Object lock = new Object();
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private double slowest;
  private String slowestQuestion = "";
  private int exits;
  private long mostBytes;

  private Soak() {}

  /** Runs the program; its exit code says whether everything held. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Soak()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, SQLException {
    KeptPair.Wish wish = new KeptPair.Wish(zone, years, movers, rows, 1_000, SEED);
    try (KeptPair pair = KeptPair.open(directory, wish, this::say, clock)) {
      say("Asking for " + minutes + " minutes, " + askers + " at a time");
      Instant end = clock.instant().plus(Duration.ofMinutes(minutes));
      Panels panels = Panels.start(pair, zone, List.of(""));
      try {
        while (clock.instant().isBefore(end)) {
          askUntil(end, panels);
          if (!panels.isAlive()) {
            exits++;
            say("the plugin ended:\n" + panels.lastWords());
            panels.close();
            panels = Panels.start(pair, zone, List.of(""));
          }
        }
      } finally {
        panels.close();
      }
    }
    boolean holds = exits == 0 && slowest <= LATEST.toSeconds() && mostBytes <= MOST_BYTES;
    System.out.printf(
        Locale.ROOT,
        "exits %d; slowest answer %.1f s (%s); resident at most %.0f MB; answers by status %s: %s%n",
        exits,
        slowest,
        slowestQuestion,
        mostBytes / 1e6,
        outcomes,
        holds ? "holds" : "does not hold");
    return holds ? 0 : 1;
  }

  /** Asks until {@code end}, or until the plugin is gone. */
  private void askUntil(Instant end, Panels panels) throws IOException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < askers; i++) {
      Random random = new Random(SEED + i + clock.instant().getEpochSecond());
      boolean isLong = i % 2 == 0;
      Thread thread =
          new Thread(
              () -> {
                while (clock.instant().isBefore(end) && panels.isAlive()) {
                  ask(panels, isLong ? longRange(panels, random) : ordinary(panels, random));
                }
              },
              "asker-" + i);
      thread.start();
      threads.add(thread);
    }
    while (threads.stream().anyMatch(Thread::isAlive)) {
      if (panels.isAlive()) {
        mostBytes = Math.max(mostBytes, panels.memoryBytes().getOrDefault("VmHWM", 0L));
      }
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private void ask(Panels panels, QueryDataRequest request) {
    long begin = System.nanoTime();
    String outcome;
    try {
      QueryDataResponse response =
          DataGrpc.newBlockingStub(panels.channel())
              .withDeadlineAfter(3, TimeUnit.MINUTES)
              .queryData(request);
      DataResponse answer = response.getResponsesOrThrow("A");
      outcome = Integer.toString(answer.getStatus());
      if (answer.getStatus() >= 500 && answer.getStatus() != 504) {
        say(answer.getStatus() + ": " + answer.getError());
      }
    } catch (StatusRuntimeException e) {
      outcome = e.getStatus().getCode().toString();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    synchronized (lock) {
      outcomes.merge(outcome, 1, Integer::sum);
      if (seconds > slowest) {
        slowest = seconds;
        slowestQuestion = request.getQueries(0).getJson().toStringUtf8();
      }
    }
  }

  /** What dashboards and alert rules ask: the last days, by mover or in total. */
  private QueryDataRequest ordinary(Panels panels, Random random) {
    String json =
        "{\"measure\":\"%s\",\"groupBy\":%s}"
            .formatted(pick(random, MEASURES), random.nextBoolean() ? "[]" : "[\"mover\"]");
    QueryDataRequest request =
        panels.request(
            clock.instant().minus(Duration.ofDays(random.nextInt(30))),
            1 + random.nextInt(30),
            json);
    return random.nextInt(4) > 0
        ? request
        : request.toBuilder().putHeaders("FromAlert", "true").build();
  }

  /** Decades at narrow steps, and percentiles by four dimensions. */
  private QueryDataRequest longRange(Panels panels, Random random) {
    boolean byFour = random.nextInt(3) == 0;
    long days = byFour ? 7 + random.nextInt(60) : 365L * (15 + random.nextInt(42));
    String json =
        byFour
            ? "{\"measure\":\"driveRateP95\",\"groupBy\":[%s],\"step\":\"1h\"}"
                .formatted("\"" + String.join("\",\"", FOUR) + "\"")
            : "{\"measure\":\"%s\",\"groupBy\":%s,\"step\":\"%s\",\"source\":\"raw\",\"top\":%s}"
                .formatted(
                    pick(random, MEASURES),
                    pick(random, List.of("[]", "[\"mover\"]", "[\"mover\",\"library\"]")),
                    pick(random, STEPS),
                    random.nextInt(3) == 0 ? 5 : 0);
    return panels.request(clock.instant(), days, json);
  }

  private static String pick(Random random, List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private void say(String sentence) {
    System.err.println(clock.instant().truncatedTo(ChronoUnit.SECONDS) + " " + sentence);
  }
}
