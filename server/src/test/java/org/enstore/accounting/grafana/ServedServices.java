package org.enstore.accounting.grafana;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.TimeRange;

/** Services behind an in-process server, over engines in memory, and a channel to them. */
final class ServedServices implements AutoCloseable {
  static final int THREADS = 4;
  static final int QUEUE = 16;

  final MemoryEngines engines = new MemoryEngines();
  final InstanceRegistry registry = new InstanceRegistry(engines::build, System::nanoTime);
  final ManagedChannel channel;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final FairThreads questions = new FairThreads(THREADS, QUEUE, threads);
  private final ExecutorService cancellations = Executors.newSingleThreadExecutor();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Server server;

  ServedServices(Function<ServedServices, List<BindableService>> services) throws IOException {
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    services.apply(this).forEach(builder::addService);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  Workers workers() {
    return new Workers(questions, cancellations, timer);
  }

  static PluginContext context() {
    return context("one", 1, "{\"siteTimeZone\":\"America/Chicago\"}");
  }

  static PluginContext context(String uid, long savedAt, String json) {
    return PluginContext.newBuilder()
        .setOrgId(1)
        .setDataSourceInstanceSettings(
            DataSourceInstanceSettings.newBuilder()
                .setUid(uid)
                .setUrl("memory")
                .setJsonData(ByteString.copyFromUtf8(json))
                .putDecryptedSecureJsonData("password", "pw")
                .setLastUpdatedMS(savedAt))
        .build();
  }

  static DataQuery query(String refId, String json) {
    return DataQuery.newBuilder()
        .setRefId(refId)
        .setIntervalMS(1000)
        .setMaxDataPoints(100)
        .setTimeRange(
            TimeRange.newBuilder()
                .setFromEpochMS(MemoryEngines.NOW.minusSeconds(14 * 86_400).toEpochMilli())
                .setToEpochMS(MemoryEngines.NOW.toEpochMilli()))
        .setJson(ByteString.copyFromUtf8(json))
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    threads.shutdownNow();
    cancellations.shutdownNow();
    timer.shutdownNow();
    registry.close();
  }
}
