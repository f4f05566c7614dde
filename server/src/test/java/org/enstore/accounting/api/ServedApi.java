package org.enstore.accounting.api;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.SeriesEngine;

/** The public service on a real port of this machine, over transfers in memory. */
final class ServedApi implements AutoCloseable {
  static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");

  final List<String> log = new CopyOnWriteArrayList<>();
  final AccessLog accessLog;
  final AnswerMemory memory = new AnswerMemory(32 << 20);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<SeriesEngine> engines = new ArrayList<>();
  final Map<String, InMemoryTransferSource> transfers = new ConcurrentHashMap<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ApiServer server;
  private final String partialAfter;

  /** A service that lets in whom {@code access} says, with two data sources. */
  ServedApi(
      Supplier<Optional<AccessList>> access,
      Optional<ApiServer.Tls> tls,
      int concurrentCalls,
      int callsPerSecond)
      throws IOException {
    this(access, tls, concurrentCalls, callsPerSecond, "20s");
  }

  private ServedApi(
      Supplier<Optional<AccessList>> access,
      Optional<ApiServer.Tls> tls,
      int concurrentCalls,
      int callsPerSecond,
      String partialAfter)
      throws IOException {
    this.partialAfter = partialAfter;
    InstantSource clock = InstantSource.fixed(NOW);
    accessLog = new AccessLog(log::add, clock, System::nanoTime);
    DataSources sources = new DataSources(List.of(source("fnal"), source("test")));
    server =
        new ApiServer(
            new ApiServer.Options(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                tls,
                1 << 20,
                concurrentCalls,
                callsPerSecond,
                Duration.ofSeconds(1)),
            new AccountingService(
                sources, (owner, work, unused) -> threads.execute(work), threads, memory, clock),
            sources,
            access,
            accessLog,
            System::nanoTime,
            Thread::new);
    server.start();
    sources.all().forEach(source -> server.healthOf(source.name(), true));
  }

  /** A service for everybody on this machine. */
  static ServedApi open() throws IOException {
    return new ServedApi(Optional::empty, Optional.empty(), 100, 10_000);
  }

  /** The same, which answers in part what takes longer than a second. */
  static ServedApi impatient() throws IOException {
    return new ServedApi(Optional::empty, Optional.empty(), 100, 10_000, "1s");
  }

  private DataSources.DataSource source(String name) {
    InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, () -> NOW);
    transfers.put(name, source);
    for (int day = 10; day < 20; day++) {
      for (String mover : List.of("LTO8_10", "LTO8_9", "disk_1")) {
        source.add(
            new InMemoryTransferSource.Transfer(
                LocalDateTime.of(2025, 6, day, 12, 0),
                name + "_" + mover + ".mover",
                mover.startsWith("disk") ? "DiskDriver" : "FTTDriver",
                Direction.READ,
                (1L << 30) + day,
                name + "-group",
                "LTO8",
                "LTO8",
                "TS4500"));
      }
    }
    SourceSettings settings =
        SourceSettingsLoader.load(
            new RawSettings(
                "memory",
                "",
                "",
                Map.of("siteTimeZone", CHICAGO.getId(), "partialAfter", partialAfter),
                Map.of()));
    SeriesEngine engine =
        new SeriesEngine(source, settings, () -> NOW, Executors.newFixedThreadPool(2));
    engines.add(engine);
    return new DataSources.DataSource(name, CHICAGO, engine);
  }

  /** Records a read of the running day. */
  void add(String source, String mover, long sizeBytes) {
    add(source, mover, LocalDateTime.ofInstant(NOW, CHICAGO).minusMinutes(3), sizeBytes);
  }

  /** Records a read at {@code date} of the site's clock. */
  void add(String source, String mover, LocalDateTime date, long sizeBytes) {
    InMemoryTransferSource to = transfers.get(source);
    if (to == null) {
      throw new IllegalArgumentException("there is no data source " + source);
    }
    to.add(
        new InMemoryTransferSource.Transfer(
            date,
            source + "_" + mover + ".mover",
            "FTTDriver",
            Direction.READ,
            sizeBytes,
            source + "-group",
            "LTO8",
            "LTO8",
            "TS4500"));
  }

  /** Ends the feeds alone, as the service's end begins. */
  void endFeeds() {
    engines.forEach(SeriesEngine::endWatches);
  }

  /** How many watches there are. */
  int watchers() {
    return engines.stream().mapToInt(engine -> engine.live(Transfers.DATASET).watchers()).sum();
  }

  int port() {
    return server.port();
  }

  /** A channel to it without encryption. */
  ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port()).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    endFeeds();
    server.close();
    engines.forEach(SeriesEngine::close);
    threads.shutdownNow();
  }
}
