package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.proto.pluginv2.AdmissionControlGrpc;
import org.enstore.accounting.proto.pluginv2.AdmissionRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse.HealthStatus;
import org.enstore.accounting.proto.pluginv2.CollectMetricsRequest;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.PublishStreamRequest;
import org.enstore.accounting.proto.pluginv2.PublishStreamResponse;
import org.enstore.accounting.proto.pluginv2.QueryChunkedDataRequest;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.enstore.accounting.proto.pluginv2.RunStreamRequest;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.StreamPacket;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamRequest;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Health, resources, metrics and streams, and the limits of the transport they share. */
class ServiceConformanceIT extends PluginConformance {
  @Test
  @DisplayName("health: well, badly set, nobody there; never a failed call (trap 6)")
  void checkHealth() {
    CheckHealthResponse well = check(context());
    assertThat(well.getMessage()).isNotBlank();
    assertThat(well.getStatus()).as(well.getMessage()).isEqualTo(HealthStatus.OK);
    json(well.getJsonDetails().toStringUtf8());

    PluginContext.Builder bad = context().toBuilder();
    bad.getDataSourceInstanceSettingsBuilder()
        .setUid("bad")
        .setUrl("postgres://x")
        .setJsonData(ByteString.copyFromUtf8("{\"poolSize\":99}"));
    CheckHealthResponse badly = check(bad.build());
    assertThat(badly.getStatus()).isEqualTo(HealthStatus.ERROR);
    assertThat(badly.getMessage()).contains("\"poolSize\"", "postgres://");

    bad.getDataSourceInstanceSettingsBuilder()
        .setUrl("127.0.0.1:1")
        .setJsonData(ByteString.copyFromUtf8("{\"connectTimeout\":\"1s\"}"));
    assertThat(check(bad.build()).getStatus()).isEqualTo(HealthStatus.ERROR);
    assertThat(check(PluginContext.getDefaultInstance()).getStatus()).isEqualTo(HealthStatus.ERROR);
  }

  @Test
  @DisplayName("resources: lists, schemas, and errors in JSON")
  void callResource() {
    CallResourceResponse movers = get("movers?lookBack=7300d");
    assertThat(movers.getCode()).as(movers.getBody().toStringUtf8()).isEqualTo(200);
    assertThat(movers.getBody().toStringUtf8()).startsWith("[{\"text\":\"").contains("\"value\":");
    assertThat(get("storage-groups?lookBack=7300d").getCode()).isEqualTo(200);
    assertThat(get("libraries?lookBack=7300d").getCode()).isEqualTo(200);
    assertThat(get("query-model").getBody().toStringUtf8()).contains("$schema");
    assertThat(get("settings-model").getBody().toStringUtf8()).contains("$schema");
    CallResourceResponse unknown = get("nothing/here");
    assertThat(unknown.getCode()).isEqualTo(404);
    assertThat(json(unknown.getBody().toStringUtf8()).has("error")).isTrue();
    assertThat(get("movers?nothing=1").getCode()).isEqualTo(400);
  }

  @Test
  @DisplayName("metrics: Prometheus text of the process")
  void collectMetrics() {
    query(plugin, context(), query("A", "{}"));
    String text =
        DiagnosticsGrpc.newBlockingStub(plugin.channel())
            .collectMetrics(CollectMetricsRequest.getDefaultInstance())
            .getMetrics()
            .getPrometheus()
            .toStringUtf8();
    assertThat(text)
        .contains(
            "enstore_queries_total{source=\"org-1/conformance\"}",
            "enstore_pool_connections{",
            "enstore_cache_size_bytes{",
            "enstore_jvm_memory_max_bytes");
  }

  @Test
  @DisplayName("live channels: of series alone, none may be written to; what is not served says so")
  void notServed() throws Exception {
    StreamGrpc.StreamBlockingStub streams = StreamGrpc.newBlockingStub(plugin.channel());
    assertThat(streams.subscribeStream(SubscribeStreamRequest.getDefaultInstance()).getStatus())
        .isEqualTo(SubscribeStreamResponse.Status.NOT_FOUND);
    assertThat(streams.publishStream(PublishStreamRequest.getDefaultInstance()).getStatus())
        .isEqualTo(PublishStreamResponse.Status.PERMISSION_DENIED);
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () -> streams.runStream(RunStreamRequest.getDefaultInstance()).next());
    SubscribeStreamRequest subscription =
        SubscribeStreamRequest.newBuilder()
            .setPluginContext(context())
            .setPath("series/1")
            .setData(ByteString.copyFromUtf8("{\"query\": {\"step\": \"1d\"}}"))
            .build();
    assertThat(streams.subscribeStream(subscription).getStatus())
        .isEqualTo(SubscribeStreamResponse.Status.OK);
    Context.CancellableContext call = Context.current().withCancellation();
    StreamPacket packet =
        call.call(
            () ->
                streams
                    .runStream(
                        RunStreamRequest.newBuilder()
                            .setPluginContext(context())
                            .setPath(subscription.getPath())
                            .setData(subscription.getData())
                            .build())
                    .next());
    assertThat(packet.getData().toStringUtf8()).contains("\"schema\"", "\"data\"", "\"asOf\"");
    call.cancel(null);
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        () ->
            DataGrpc.newBlockingStub(plugin.channel())
                .queryChunkedData(QueryChunkedDataRequest.getDefaultInstance())
                .next());
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        () ->
            AdmissionControlGrpc.newBlockingStub(plugin.channel())
                .validateAdmission(AdmissionRequest.getDefaultInstance()));
  }

  @Test
  @DisplayName("requests of 40 MiB and 32 KiB of headers are taken, 65 MiB refused (trap 10)")
  void largeRequests() {
    CallResourceRequest.Builder request =
        CallResourceRequest.newBuilder()
            .setPluginContext(context())
            .setMethod("GET")
            .setPath("query-model")
            .setUrl("query-model");
    assertThat(resource(request.setBody(HostedPlugin.filler(15 << 20)).build()).getCode())
        .isEqualTo(200);
    assertThatThrownBy(() -> resource(request.setBody(HostedPlugin.filler(17 << 20)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("baggage", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(32 << 10));
    assertThat(
            HealthGrpc.newBlockingStub(plugin.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  @DisplayName("a call that waits for a silent host holds nothing up (JDK trap 9)")
  void silentHost_holdsNothingUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      Future<CheckHealthResponse> waiting =
          DiagnosticsGrpc.newFutureStub(plugin.channel())
              .checkHealth(
                  CheckHealthRequest.newBuilder().setPluginContext(silentContext(silent)).build());
      long start = System.nanoTime();
      assertThat(health(plugin)).isEqualTo(ServingStatus.SERVING);
      assertThat(get("query-model").getCode()).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
      CheckHealthResponse response = waiting.get(40, TimeUnit.SECONDS);
      assertThat(response.getStatus()).isEqualTo(HealthStatus.ERROR);
      assertThat(response.getMessage()).isNotBlank();
    }
  }

  private static CheckHealthResponse check(PluginContext context) {
    return DiagnosticsGrpc.newBlockingStub(plugin.channel())
        .checkHealth(CheckHealthRequest.newBuilder().setPluginContext(context).build());
  }

  private static CallResourceResponse get(String url) {
    return resource(
        CallResourceRequest.newBuilder()
            .setPluginContext(context())
            .setMethod("GET")
            .setPath(url.replaceFirst("\\?.*", ""))
            .setUrl(url)
            .build());
  }

  private static CallResourceResponse resource(CallResourceRequest request) {
    Iterator<CallResourceResponse> answer =
        ResourceGrpc.newBlockingStub(plugin.channel()).callResource(request);
    CallResourceResponse first = answer.next();
    assertThat(answer.hasNext()).isFalse();
    return first;
  }

  private static void assertStatus(Status.Code code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }
}
