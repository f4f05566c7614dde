package org.enstore.accounting.bench;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.HostedPlugin;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.demo.TestTransfers;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.RunStreamRequest;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.StreamPacket;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how long it takes from the commit of a transfer on the primary until live panels have
 * it, and what the standby and the plugin do for that, with one panel and with many. The primary,
 * its standby, the packaged plugin and the panels share the machine.
 */
@Command(
    name = "LivePanels",
    mixinStandardHelpOptions = true,
    description = "Measures the way of a transfer from its commit to live panels.")
public final class LivePanels implements Callable<Integer> {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  /** Commits are apart by some tenths of a second, at random, so that no poll falls into step. */
  private static final int SHORTEST_PAUSE_MILLIS = 300;

  private static final int LONGEST_PAUSE_MILLIS = 1_300;

  @Option(names = "--panels", description = "Many panels (${DEFAULT-VALUE}).")
  private int many = 500;

  @Option(names = "--transfers", description = "Transfers in each round (${DEFAULT-VALUE}).")
  private int transfers = 60;

  private final Clock clock = Clock.systemUTC();
  private final SplittableRandom random = new SplittableRandom(12);

  private LivePanels() {}

  /** Runs the program. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new LivePanels()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    System.out.println(
        "| panels | commit to panel: p50 | p95 | most | standby: statements/s | buffers/s | plugin: CPU |");
    System.out.println("|---|---|---|---|---|---|---|");
    try (ReplicatedPair pair = TestPairs.holding(QuirkFixture.chicago());
        HostedPlugin plugin = HostedPlugin.start()) {
      measure("none", 0, true, pair, plugin);
      measure("1", 1, true, pair, plugin);
      measure(many + " of one query", many, true, pair, plugin);
      measure(many + " different ones", many, false, pair, plugin);
    }
    return 0;
  }

  /** A commit under way, and when each panel had it; 0 where one has not yet. */
  private record Arrivals(AtomicLongArray nanos, CountDownLatch missing) {
    static Arrivals of(int panels) {
      return new Arrivals(new AtomicLongArray(panels), new CountDownLatch(panels));
    }

    void arrived(int panel) {
      if (nanos.compareAndSet(panel, 0, System.nanoTime())) {
        missing.countDown();
      }
    }

    void await() throws InterruptedException {
      if (!missing.await(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(missing.getCount() + " panels were told nothing");
      }
    }
  }

  private void measure(
      String name, int panels, boolean alike, ReplicatedPair pair, HostedPlugin plugin)
      throws SQLException, InterruptedException {
    AtomicReference<Arrivals> current = new AtomicReference<>(Arrivals.of(panels));
    Context.CancellableContext watching = Context.current().withCancellation();
    StreamGrpc.StreamStub stub = StreamGrpc.newStub(plugin.channel());
    for (int i = 0; i < panels; i++) {
      int panel = i;
      watching.run(
          () ->
              stub.runStream(
                  request(pair, alike ? 0 : panel),
                  new StreamObserver<StreamPacket>() {
                    @Override
                    public void onNext(StreamPacket packet) {
                      current.get().arrived(panel);
                    }

                    @Override
                    public void onError(Throwable failure) {
                      if (!watching.isCancelled()) {
                        System.err.println("panel " + panel + ": " + failure.getMessage());
                      }
                    }

                    @Override
                    public void onCompleted() {}
                  }));
    }
    current.get().await();

    Samples delays = new Samples();
    Work before = Work.now(pair, plugin);
    for (int i = 0; i < transfers; i++) {
      Thread.sleep(random.nextInt(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
      Arrivals arrivals = Arrivals.of(panels);
      current.set(arrivals);
      long start = System.nanoTime();
      TestTransfers.record(
          pair, QuirkFixture.CHICAGO, clock.instant(), "LTO8_001.mover", 1_000_000);
      arrivals.await();
      for (int panel = 0; panel < panels; panel++) {
        delays.add((arrivals.nanos().get(panel) - start) / 1e9);
      }
    }
    Work after = Work.now(pair, plugin);
    watching.cancel(null);
    double seconds = (after.nanos() - before.nanos()) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.1f | %.0f | %.1f %% |%n",
        name,
        panels == 0
            ? " | | "
            : Samples.text(delays.median())
                + " | "
                + Samples.text(delays.quantile(0.95))
                + " | "
                + Samples.text(delays.quantile(1)),
        (after.statements() - before.statements()) / seconds,
        (after.buffers() - before.buffers()) / seconds,
        100 * (after.cpuSeconds() - before.cpuSeconds()) / seconds);
  }

  /** What the standby and the plugin had done up to a moment. */
  private record Work(long nanos, long statements, long buffers, double cpuSeconds) {
    static Work now(ReplicatedPair pair, HostedPlugin plugin)
        throws SQLException, InterruptedException {
      // Sessions report what they did up to half a second later.
      Thread.sleep(1_000);
      try (Connection connection = pair.connectToStandby(Role.READER);
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT xact_commit + xact_rollback, blks_hit + blks_read"
                      + " FROM pg_stat_database WHERE datname = current_database()")) {
        row.next();
        return new Work(
            System.nanoTime(),
            row.getLong(1),
            row.getLong(2),
            plugin.process().toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e9);
      }
    }
  }

  /** A day in total, and {@code longer} minutes more of another panel. */
  private static RunStreamRequest request(ReplicatedPair pair, int longer) {
    long width = Duration.ofDays(1).plusMinutes(longer).toMillis();
    return RunStreamRequest.newBuilder()
        .setPluginContext(
            PluginContext.newBuilder()
                .setOrgId(1)
                .setPluginId("enstore-accounting-datasource")
                .setDataSourceInstanceSettings(
                    DataSourceInstanceSettings.newBuilder()
                        .setId(1)
                        .setUid("live")
                        .setUrl("127.0.0.1:" + pair.standbyPort())
                        .setUser(Role.READER.user())
                        .setDatabase(ReplicatedPair.DATABASE)
                        .setLastUpdatedMS(1)
                        .setJsonData(
                            ByteString.copyFromUtf8(
                                "{\"siteTimeZone\":\"%s\"}".formatted(QuirkFixture.CHICAGO)))
                        .putDecryptedSecureJsonData("password", pair.password(Role.READER))))
        .setPath("series/" + longer)
        .setData(
            ByteString.copyFromUtf8(
                "{\"query\":{\"step\":\"1d\",\"groupBy\":[],\"unit\":\"bytes\"},\"width\":%s}"
                    .formatted(width)))
        .build();
  }
}
