package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.enstore.accounting.RawRequests;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.enstore.accounting.proto.pluginv2.RunStreamRequest;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.StreamPacket;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.series.AnswerMemory;
import org.junit.jupiter.api.Test;

/**
 * Thousands of calls of the plugin protocol with nasty contents: each query is answered or refused
 * for a reason that lies in it, bytes that are no message do no harm, and no answer has anything of
 * another data source.
 */
class HostileCallsTest {
  private static final long SEED = 20_261_124;

  /** The calls of each test, of two queries each. */
  private static final int CASES = Integer.getInteger("hostile.calls", 1_500);

  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** Ranges of centuries take many reads, which may be too many at a time. */
  private static final int BUSY = 429;

  private static final List<Long> NUMBERS =
      List.of(
          0L,
          1L,
          -1L,
          631_152_000_000L,
          1_750_000_000_000L,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          253_402_300_800_000L);

  private final Random random = new Random(SEED);
  private final HostileJson hostile = new HostileJson(random);

  private static ServedServices served() throws IOException {
    ServedServices served =
        new ServedServices(
            services ->
                List.of(
                    new DataService(
                        services.registry, services.workers(), AnswerMemory.ofHeap(1 << 30)),
                    new ResourceService(services.registry, services.workers()),
                    new StreamService(
                        services.registry,
                        services.workers(),
                        InstantSource.fixed(MemoryEngines.NOW)),
                    new DiagnosticsService(
                        services.registry,
                        services.workers(),
                        () -> new byte[0],
                        Optional::empty)));
    // Its numbers are in the process from now on, and belong to nobody else.
    QueryDataResponse foreign =
        DataGrpc.newBlockingStub(served.channel)
            .queryData(
                QueryDataRequest.newBuilder()
                    .setPluginContext(
                        ServedServices.context(
                            MemoryEngines.FOREIGN, 1, "{\"siteTimeZone\":\"UTC\"}"))
                    .addQueries(ServedServices.query("A", "{\"step\":\"1d\"}"))
                    .build());
    assertThat(text(foreign.getResponsesOrThrow("A"))).contains("foreign_LTO8_9");
    return served;
  }

  @Test
  void queries_areAnsweredOrRefusedForWhatIsWrongWithThem() throws Exception {
    Map<Integer, Integer> statuses = new TreeMap<>();
    try (ServedServices served = served()) {
      for (int i = 0; i < CASES; i++) {
        QueryDataRequest request =
            QueryDataRequest.newBuilder()
                .setPluginContext(ServedServices.context())
                .putHeaders(hostile.value(), hostile.value())
                .addQueries(query("A"))
                .addQueries(query("B"))
                .build();
        String which = "seed " + SEED + " case " + i + ": " + shortened(request);
        QueryDataResponse response =
            answered(
                which,
                () ->
                    DataGrpc.newBlockingStub(served.channel)
                        .withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS)
                        .queryData(request));
        assertThat(response.getResponsesMap()).as(which).containsOnlyKeys("A", "B");
        for (DataResponse each : response.getResponsesMap().values()) {
          assertThat(each.getStatus()).as("%s: %s", which, each.getError()).isIn(200, 400, BUSY);
          assertThat(each.getError().isEmpty()).as(which).isEqualTo(each.getStatus() == 200);
          if (each.getStatus() == 200) {
            assertThat(text(each)).as(which).doesNotContain("foreign_LTO8_10", "foreign_disk");
          }
          statuses.merge(each.getStatus(), 1, Integer::sum);
        }
      }
    }
    assertThat(statuses.get(200)).as("%s", statuses).isGreaterThan(50);
    assertThat(statuses.get(400)).as("%s", statuses).isGreaterThan(CASES / 2);
    assertThat(statuses.getOrDefault(BUSY, 0)).as("%s", statuses).isLessThan(CASES / 10);
  }

  private DataQuery query(String refId) {
    long from = pick(NUMBERS);
    return DataQuery.newBuilder()
        .setRefId(refId)
        .setIntervalMS(random.nextBoolean() ? 60_000 : pick(NUMBERS))
        .setMaxDataPoints(random.nextBoolean() ? 100 : pick(NUMBERS))
        .setQueryType(random.nextInt(4) > 0 ? "" : random.nextBoolean() ? "replication" : "\u0000")
        .setTimeRange(
            random.nextBoolean()
                ? ServedServices.query("A", "{}").getTimeRange()
                : TimeRange.newBuilder().setFromEpochMS(from).setToEpochMS(pick(NUMBERS)).build())
        .setJson(ByteString.copyFrom(hostile.text()))
        .build();
  }

  @Test
  void resourcesAndHealth_neverFailAsACall_andTellNothingForeign() throws Exception {
    Map<Integer, Integer> statuses = new TreeMap<>();
    List<String> paths =
        List.of(
            "movers", "storage-groups", "movers-detail", "query-model", "../movers", "", "?", "%");
    try (ServedServices served = served()) {
      for (int i = 0; i < CASES; i++) {
        String url =
            pick(paths)
                + "?"
                + pick(HostileJson.KEYS)
                + "="
                + hostile.value()
                + "&match="
                + hostile.value()
                + "&lookBack="
                + pick(NUMBERS);
        CallResourceRequest request =
            CallResourceRequest.newBuilder()
                .setPluginContext(i % 3 == 0 ? settings() : ServedServices.context())
                .setMethod(i % 5 == 0 ? hostile.value() : "GET")
                .setPath(url.substring(0, url.indexOf('?')))
                .setUrl(url)
                .setBody(ByteString.copyFrom(hostile.text()))
                .build();
        CallResourceResponse response =
            answered(
                shortened(url),
                () ->
                    ResourceGrpc.newBlockingStub(served.channel)
                        .withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS)
                        .callResource(request)
                        .next());
        statuses.merge(response.getCode(), 1, Integer::sum);
        assertThat(response.getCode()).as(url).isBetween(200, 499);
        assertThat(response.getBody().toStringUtf8())
            .as(url)
            .doesNotContain("foreign_LTO8_10", "foreign_disk");

        CheckHealthResponse health =
            DiagnosticsGrpc.newBlockingStub(served.channel)
                .withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS)
                .checkHealth(CheckHealthRequest.newBuilder().setPluginContext(settings()).build());
        assertThat(health.getMessage()).isNotEmpty();
      }
    }
    assertThat(statuses.keySet()).contains(400, 404);
  }

  /** Settings of which some keys are nasty. */
  private PluginContext settings() {
    return ServedServices.context(
        "one", random.nextInt(3), new String(hostile.text(), StandardCharsets.UTF_8));
  }

  @Test
  void liveChannels_areFedOrRefused() throws Exception {
    Map<Status.Code, Integer> codes = new TreeMap<>();
    try (ServedServices served = served()) {
      for (int i = 0; i < CASES / 5; i++) {
        String data =
            random.nextInt(5) == 0
                ? new String(hostile.text(), StandardCharsets.UTF_8)
                : "{\"query\":%s,\"from\":%s,\"maxDataPoints\":%s,\"intervalMs\":%s}"
                    .formatted(
                        new String(hostile.text(), StandardCharsets.UTF_8),
                        random.nextBoolean()
                            ? MemoryEngines.NOW.minusSeconds(86_400).toEpochMilli()
                            : pick(NUMBERS),
                        random.nextBoolean() ? 100 : pick(NUMBERS),
                        random.nextBoolean() ? 60_000 : pick(NUMBERS));
        Context.CancellableContext call = Context.current().withCancellation();
        Context before = call.attach();
        try {
          Iterator<StreamPacket> packets =
              StreamGrpc.newBlockingStub(served.channel)
                  .withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS)
                  .runStream(
                      RunStreamRequest.newBuilder()
                          .setPluginContext(ServedServices.context())
                          .setPath("series/" + i)
                          .setData(ByteString.copyFromUtf8(data))
                          .build());
          assertThat(packets.next().getData().toStringUtf8())
              .as(data)
              .doesNotContain("foreign_LTO8_10", "foreign_disk");
          codes.merge(Status.Code.OK, 1, Integer::sum);
        } catch (StatusRuntimeException e) {
          codes.merge(e.getStatus().getCode(), 1, Integer::sum);
          assertThat(e.getStatus().getDescription()).as(data).isNotEmpty();
        } finally {
          call.detach(before);
          call.cancel(null);
        }
      }
    }
    assertThat(codes.keySet())
        .as("%s", codes)
        .contains(Status.Code.OK, Status.Code.INVALID_ARGUMENT)
        .isSubsetOf(Status.Code.OK, Status.Code.INVALID_ARGUMENT, Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void bytesThatAreNoMessage_endTheirCallAlone() throws Exception {
    try (ServedServices served = served()) {
      for (MethodDescriptor<?, ?> method :
          List.of(
              DataGrpc.getQueryDataMethod(),
              ResourceGrpc.getCallResourceMethod(),
              DiagnosticsGrpc.getCheckHealthMethod())) {
        for (int i = 0; i < CASES / 50; i++) {
          byte[] noise = new byte[1 + random.nextInt(100)];
          random.nextBytes(noise);
          if (i % 2 == 0) {
            byte[] sound =
                QueryDataRequest.newBuilder()
                    .setPluginContext(ServedServices.context())
                    .build()
                    .toByteArray();
            noise = Arrays.copyOf(sound, 1 + random.nextInt(sound.length));
          }
          send(served, method, noise);
        }
      }
      assertThat(
              DataGrpc.newBlockingStub(served.channel)
                  .queryData(
                      QueryDataRequest.newBuilder()
                          .setPluginContext(ServedServices.context())
                          .addQueries(ServedServices.query("A", "{}"))
                          .build())
                  .getResponsesOrThrow("A")
                  .getStatus())
          .isEqualTo(200);
    }
  }

  private static <A> void send(ServedServices served, MethodDescriptor<?, A> method, byte[] bytes) {
    MethodDescriptor<byte[], A> raw = RawRequests.of(method);
    try {
      ClientCalls.blockingServerStreamingCall(
              served.channel,
              raw,
              CallOptions.DEFAULT.withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS),
              bytes)
          .forEachRemaining(
              part -> assertThat(part.toString()).doesNotContain("foreign_LTO8", "foreign_disk"));
      assertThat(isMessage(method, bytes)).isTrue();
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode())
          .as("%s", e.getStatus())
          .isIn(
              isMessage(method, bytes)
                  ? List.of(Status.Code.INVALID_ARGUMENT, Status.Code.FAILED_PRECONDITION)
                  : List.of(Status.Code.UNKNOWN, Status.Code.INTERNAL));
    }
  }

  private static boolean isMessage(MethodDescriptor<?, ?> method, byte[] bytes) {
    Message prototype =
        (Message)
            ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
                .getMessagePrototype();
    try {
      return prototype.getParserForType().parseFrom(bytes) != null;
    } catch (InvalidProtocolBufferException ignored) {
      return false;
    }
  }

  /** What {@code call} gives, which must not be late. */
  private static <T> T answered(String which, Supplier<T> call) {
    long begin = System.nanoTime();
    T answer;
    try {
      answer = call.get();
    } catch (StatusRuntimeException e) {
      throw new AssertionError(which, e);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).as(which).isLessThan(LONGEST);
    return answer;
  }

  private static String shortened(Object request) {
    String text = request.toString();
    return text.length() > 2_000 ? text.substring(0, 2_000) + "…" : text;
  }

  /** The frames of an answer, their labels included. */
  private static String text(DataResponse response) {
    StringBuilder text = new StringBuilder();
    response.getFramesList().forEach(frame -> text.append(ArrowReadBack.of(frame.toByteArray())));
    return text.toString();
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
