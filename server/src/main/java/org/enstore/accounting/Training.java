package org.enstore.accounting;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.grafana.PluginServer;
import org.enstore.accounting.proto.goplugin.GRPCBrokerGrpc;
import org.enstore.accounting.proto.goplugin.GRPCControllerGrpc;
import org.enstore.accounting.proto.goplugin.GRPCStdioGrpc;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CollectMetricsRequest;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamRequest;

/**
 * Plays a host that asks everything once, of a data source whose database is not there. What gets
 * loaded on the way is what the archive of loaded classes should hold.
 */
final class Training {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** The archive is written at the very end, and takes its time. */
  private static final Duration ARCHIVING = Duration.ofMinutes(5);

  private Training() {}

  /** Runs the plugin, asks it everything, and has it end; returns the exit code. */
  static int run() {
    return PluginProcess.run(
        Map.of(),
        ARCHIVING,
        port -> {
          Thread host = new Thread(() -> playHost(port), "enstore-training");
          host.setDaemon(true);
          host.start();
        });
  }

  private static void playHost(int port) {
    MultiThreadIoEventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(PluginServer.loopback(port))
            .channelType(NioSocketChannel.class, InetSocketAddress.class)
            .eventLoopGroup(threads)
            .directExecutor()
            .usePlaintext()
            .build();
    try {
      askEverything(channel);
    } finally {
      channel.shutdownNow();
      Future<?> unused = threads.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
    }
  }

  private static void askEverything(ManagedChannel channel) {
    PluginContext context = context();
    long seconds = PATIENCE.toSeconds();
    attempt(
        () -> HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()));
    GRPCStdioGrpc.newStub(channel)
        .withDeadlineAfter(1, TimeUnit.SECONDS)
        .streamStdio(Empty.getDefaultInstance(), new Ignoring<>());
    GRPCBrokerGrpc.newStub(channel).startStream(new Ignoring<>()).onCompleted();
    attempt(
        () ->
            DataGrpc.newBlockingStub(channel)
                .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                .queryData(
                    QueryDataRequest.newBuilder()
                        .setPluginContext(context)
                        .putHeaders("http_X-Dashboard-Uid", "training")
                        .addQueries(query("A", "{\"direction\":\"sum\",\"step\":\"1d\"}"))
                        .addQueries(
                            query(
                                "B",
                                "{\"filters\":{\"mover\":{\"include\":[\"a\"],\"match\":\"b\"}}}"))
                        .addQueries(query("C", "{\"queryType\":\"variable\",\"kind\":\"movers\"}"))
                        .addQueries(query("D", "{\"measures\":1}"))
                        .addQueries(query("E", "{\"queryType\":\"replication\"}"))
                        .addQueries(
                            query("F", "{\"queryType\":\"replication\",\"view\":\"history\"}"))
                        .build()));
    attempt(
        () ->
            DiagnosticsGrpc.newBlockingStub(channel)
                .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                .checkHealth(CheckHealthRequest.newBuilder().setPluginContext(context).build()));
    attempt(
        () ->
            DiagnosticsGrpc.newBlockingStub(channel)
                .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                .collectMetrics(
                    CollectMetricsRequest.newBuilder().setPluginContext(context).build()));
    for (String path : new String[] {"movers", "query-model", "none"}) {
      attempt(
          () -> {
            Iterator<?> answer =
                ResourceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                    .callResource(
                        CallResourceRequest.newBuilder()
                            .setPluginContext(context)
                            .setMethod("GET")
                            .setPath(path)
                            .setUrl(path + "?search=a")
                            .build());
            answer.forEachRemaining(ignored -> {});
          });
    }
    attempt(
        () ->
            StreamGrpc.newBlockingStub(channel)
                .subscribeStream(SubscribeStreamRequest.getDefaultInstance()));
    attempt(
        () ->
            GRPCControllerGrpc.newBlockingStub(channel)
                .shutdown(org.enstore.accounting.proto.goplugin.Empty.getDefaultInstance()));
  }

  private static PluginContext context() {
    return PluginContext.newBuilder()
        .setOrgId(1)
        .setPluginId("enstore-accounting-datasource")
        .setDataSourceInstanceSettings(
            DataSourceInstanceSettings.newBuilder()
                .setUid("training")
                // Port 1 refuses at once wherever nobody runs a service of 1988.
                .setUrl("127.0.0.1:1")
                .setUser("nobody")
                .setJsonData(
                    ByteString.copyFromUtf8(
                        "{\"siteTimeZone\":\"America/Chicago\",\"connectTimeout\":\"1s\","
                            + "\"drivestatHosts\":\"127.0.0.1:1\"}"))
                .putDecryptedSecureJsonData("password", "none")
                .setLastUpdatedMS(1))
        .build();
  }

  private static DataQuery query(String refId, String json) {
    return DataQuery.newBuilder()
        .setRefId(refId)
        .setIntervalMS(60_000)
        .setMaxDataPoints(500)
        .setTimeRange(
            org.enstore.accounting.proto.pluginv2.TimeRange.newBuilder()
                .setFromEpochMS(1_700_000_000_000L)
                .setToEpochMS(1_702_000_000_000L))
        .setJson(ByteString.copyFromUtf8(json))
        .build();
  }

  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException ignored) {
      // A failure trains as well as an answer.
    }
  }

  private static final class Ignoring<T> implements io.grpc.stub.StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable thrown) {}

    @Override
    public void onCompleted() {}
  }
}
