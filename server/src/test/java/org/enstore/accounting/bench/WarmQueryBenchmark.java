package org.enstore.accounting.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.DiagnosticsService;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.PluginServer;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.SeriesEngine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long a panel's query takes at the gRPC edge when its blocks are in memory, beside a call that
 * asks for next to nothing: a real server and client over loopback, frames not decoded.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx512m", "-XX:TieredStopAtLevel=1"})
public class WarmQueryBenchmark {
  private static final ZoneId ZONE = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");
  private static final int MOVERS = 60;

  /** Days shown: 30 by the day are the usual panel, a year by 12 hours the largest. */
  @Param({"30", "365"})
  public int days;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
  private InstanceRegistry registry;
  private PluginServer server;
  private ManagedChannel channel;
  private DataGrpc.DataBlockingStub data;
  private DiagnosticsGrpc.DiagnosticsBlockingStub diagnostics;
  private QueryDataRequest query;
  private CheckHealthRequest health;

  /** Fills the source with a year, starts the server, and asks once. */
  @Setup(Level.Trial)
  public void start() throws Exception {
    InMemoryTransferSource source = new InMemoryTransferSource(ZONE, InstantSource.fixed(NOW));
    Random random = new Random(1);
    LocalDate today = NOW.atZone(ZONE).toLocalDate();
    for (int mover = 0; mover < MOVERS; mover++) {
      for (int day = 0; day <= days; day++) {
        for (int hour : new int[] {3, 15}) {
          for (Direction direction : Direction.values()) {
            source.add(
                new InMemoryTransferSource.Transfer(
                    today.minusDays(day).atTime(hour, mover),
                    String.format(Locale.ROOT, "L8G1_%03d.mover", mover),
                    "FTTDriver",
                    direction,
                    random.nextLong(1L << 40),
                    "cms",
                    "CD-LTO8G1",
                    "ULT3580-TD8",
                    "TS4500G1.media_changer"));
          }
        }
      }
    }
    registry =
        new InstanceRegistry(
            (id, settings) ->
                new SeriesEngine(
                    source, settings, InstantSource.fixed(NOW), Executors.newFixedThreadPool(2)),
            System::nanoTime);
    Workers workers = new Workers((owner, work, unused) -> threads.execute(work), threads, timer);
    server =
        new PluginServer(
            PluginServer.loopback(0),
            List.of(
                new DataService(registry, workers, AnswerMemory.ofHeap(1 << 30)),
                new DiagnosticsService(registry, workers, () -> new byte[0], Optional::empty)),
            List.of(),
            Executors.defaultThreadFactory());
    server.start();
    channel =
        ManagedChannelBuilder.forAddress(
                "127.0.0.1", ((InetSocketAddress) server.address()).getPort())
            .usePlaintext()
            .directExecutor()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    data = DataGrpc.newBlockingStub(channel);
    diagnostics = DiagnosticsGrpc.newBlockingStub(channel);
    PluginContext context =
        PluginContext.newBuilder()
            .setOrgId(1)
            .setDataSourceInstanceSettings(
                DataSourceInstanceSettings.newBuilder()
                    .setUid("bench")
                    .setUrl("memory:8800")
                    .setJsonData(ByteString.copyFromUtf8("{\"siteTimeZone\":\"America/Chicago\"}")))
            .build();
    query =
        QueryDataRequest.newBuilder()
            .setPluginContext(context)
            .addQueries(
                DataQuery.newBuilder()
                    .setRefId("A")
                    .setMaxDataPoints(1000)
                    .setIntervalMS(1000)
                    .setTimeRange(
                        TimeRange.newBuilder()
                            .setFromEpochMS(NOW.minus(Duration.ofDays(days)).toEpochMilli())
                            .setToEpochMS(NOW.toEpochMilli()))
                    .setJson(
                        ByteString.copyFromUtf8(
                            days > 100
                                ? "{\"source\":\"raw\",\"step\":\"12h\"}"
                                : "{\"source\":\"raw\",\"step\":\"1d\"}")))
            .build();
    health = CheckHealthRequest.newBuilder().setPluginContext(context).build();
    if (data.queryData(query).getResponsesOrThrow("A").getStatus() != 200) {
      throw new IllegalStateException("the query is refused");
    }
  }

  /** Stops what was started. */
  @TearDown(Level.Trial)
  public void stop() {
    channel.shutdownNow();
    server.close();
    registry.close();
    threads.shutdownNow();
    timer.shutdownNow();
  }

  /** The panel's query, answered from memory. */
  @Benchmark
  public QueryDataResponse panelQuery() {
    return data.queryData(query);
  }

  /** A call of the least size, for comparison. */
  @Benchmark
  public CheckHealthResponse smallCall() {
    return diagnostics.checkHealth(health);
  }
}
