package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.grafana.ServedServices.context;
import static org.enstore.accounting.grafana.ServedServices.query;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DataServiceTest {
  /** Needs blocks that no other query of these tests loads. */
  private static final String UNCACHED =
      "{\"step\":\"1h\",\"filters\":{\"storageGroup\":{\"include\":[\"cms\"]}}}";

  private static final long ROOM = 1 << 20;

  private final AnswerMemory memory = new AnswerMemory(ROOM);
  private final ServedServices served;
  private final DataGrpc.DataBlockingStub data;

  DataServiceTest() throws IOException {
    served =
        new ServedServices(
            services -> List.of(new DataService(services.registry, services.workers(), memory)));
    data = DataGrpc.newBlockingStub(served.channel);
  }

  @AfterEach
  void close() {
    served.close();
  }

  private static QueryDataRequest.Builder request() {
    return QueryDataRequest.newBuilder().setPluginContext(context());
  }

  private static void assertFrame(DataResponse response) {
    assertThat(response.getError()).isEmpty();
    assertThat(response.getStatus()).isEqualTo(200);
    assertThat(response.getFramesList()).hasSize(1);
    assertThat(response.getFrames(0).substring(0, 6).toStringUtf8()).isEqualTo("ARROW1");
  }

  @Test
  void queryData_series() {
    QueryDataResponse response =
        data.queryData(request().addQueries(query("A", "{\"step\":\"1d\"}")).build());

    assertThat(response.getResponsesMap().keySet()).containsExactly("A");
    assertFrame(response.getResponsesOrThrow("A"));
    assertThat(response.getResponsesOrThrow("A").getFrames(0).toString(StandardCharsets.ISO_8859_1))
        .contains("LTO8_9", "mbytes", "timeseries-wide");
  }

  /** Ten days are no history; what was is drawn all the same, and the bands are announced. */
  @Test
  void queryData_forecast() {
    QueryDataResponse response =
        data.queryData(
            request()
                .addQueries(query("A", "{\"queryType\":\"forecast\",\"direction\":\"sum\"}"))
                .build());

    assertFrame(response.getResponsesOrThrow("A"));
    assertThat(response.getResponsesOrThrow("A").getFrames(0).toString(StandardCharsets.UTF_8))
        .contains("The history is too short to say anything: 9 values are known and 18 are needed.")
        .contains("\"fillBelowTo\":\"Total 95 % lower\"")
        .contains("\"color\":{\"mode\":\"fixed\",\"fixedColor\":\"blue\"}");
  }

  @Test
  void queryData_anomalies() {
    QueryDataResponse response =
        data.queryData(
            request()
                .addQueries(query("A", "{\"queryType\":\"anomalies\",\"falseAlarms\":0.5}"))
                .addQueries(query("B", "{\"queryType\":\"anomalies\",\"view\":\"flags\"}"))
                .addQueries(
                    query(
                        "C",
                        "{\"queryType\":\"annotations\",\"event\":\"anomaly\",\"step\":\"1h\"}"))
                .build());

    assertFrame(response.getResponsesOrThrow("A"));
    assertThat(response.getResponsesOrThrow("A").getFrames(0).toString(StandardCharsets.UTF_8))
        .contains("at this sensitivity it takes 121 complete days")
        .contains("\"fillBelowTo\":\"read usual, lower\"");
    assertFrame(response.getResponsesOrThrow("B"));
    assertFrame(response.getResponsesOrThrow("C"));
    assertThat(response.getResponsesOrThrow("C").getFrames(0).toString(StandardCharsets.UTF_8))
        .contains("timeEnd");
  }

  @Test
  void queryData_changes() {
    QueryDataResponse response =
        data.queryData(
            request()
                .addQueries(
                    query(
                        "A",
                        "{\"queryType\":\"changes\",\"groupBy\":[\"storageGroup\",\"mover\"],"
                            + "\"direction\":\"read\",\"against\":\"weeksBefore\"}"))
                .build());

    assertFrame(response.getResponsesOrThrow("A"));
    assertThat(response.getResponsesOrThrow("A").getFrames(0).toString(StandardCharsets.UTF_8))
        .contains("Bytes rose by 30 GiB, from 0 B to 30 GiB. cms +30 GiB (mostly LTO8_10")
        .contains("shareOfChange");
  }

  @Test
  void queryData_variable() {
    QueryDataResponse response =
        data.queryData(
            request()
                .addQueries(
                    query("V", "{\"kind\":\"movers\"}").toBuilder().setQueryType("variable"))
                .build());

    assertFrame(response.getResponsesOrThrow("V"));
    assertThat(response.getResponsesOrThrow("V").getFrames(0).toString(StandardCharsets.ISO_8859_1))
        .contains("LTO8_9LTO8_10");
  }

  @Test
  void queryData_failApart() {
    QueryDataResponse response =
        data.queryData(
            request()
                .addQueries(query("good", "{\"step\":\"1d\"}"))
                .addQueries(query("malformed", "{"))
                .addQueries(query("unknown", "{\"mesure\":\"bytes\",\"step\":\"1d\"}"))
                .addQueries(query("large", "{\"step\":\"1m\",\"source\":\"raw\"}"))
                .build());

    assertThat(response.getResponsesMap().keySet())
        .containsExactlyInAnyOrder("good", "malformed", "unknown", "large");
    assertFrame(response.getResponsesOrThrow("good"));
    assertThat(response.getResponsesOrThrow("malformed").getStatus()).isEqualTo(400);
    assertThat(response.getResponsesOrThrow("malformed").getErrorSource()).isEqualTo("downstream");
    assertFrame(response.getResponsesOrThrow("unknown"));
    assertThat(
            response.getResponsesOrThrow("unknown").getFrames(0).toString(StandardCharsets.UTF_8))
        .contains("\\\"mesure\\\" (did you mean \\\"measure\\\"?)");
  }

  @Test
  void queryData_largeTogether_areRefusedBeyondTheRoomOfOneCall() throws Exception {
    // 2016 buckets of at least three series are more than 150 KiB.
    QueryDataRequest.Builder request = request();
    for (int i = 0; i < 12; i++) {
      // Different ones, as what was answered before is sent again from the cache.
      request.addQueries(query("Q" + i, "{\"step\":\"10m\",\"legend\":\"" + i + "\"}"));
    }

    Map<String, DataResponse> responses = data.queryData(request.build()).getResponsesMap();

    assertThat(responses.values()).extracting(DataResponse::getStatus).contains(200, 400);
    assertThat(responses.values())
        .filteredOn(response -> response.getStatus() == 400)
        .allSatisfy(
            response ->
                assertThat(response.getError()).contains("The answers of one call", "1 MiB"));
    awaitRoom();
    assertFrame(
        data.queryData(request().addQueries(query("A", "{\"step\":\"1h\"}")).build())
            .getResponsesOrThrow("A"));
    awaitRoom();
  }

  /** The room is given back when the last byte has left, about when the client has it. */
  private void awaitRoom() {
    while (memory.takenBytes() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void queryData_noQueries() {
    assertThat(data.queryData(request().build()).getResponsesMap()).isEmpty();
  }

  @Test
  void queryData_badSettings() {
    QueryDataResponse response =
        data.queryData(
            QueryDataRequest.newBuilder()
                .setPluginContext(context("one", 1, "{\"poolSize\":99}"))
                .addQueries(query("A", "{}"))
                .addQueries(query("B", "{}"))
                .build());

    for (String refId : List.of("A", "B")) {
      assertThat(response.getResponsesOrThrow(refId).getStatus()).isEqualTo(400);
      assertThat(response.getResponsesOrThrow(refId).getError()).contains("\"poolSize\" is 99");
    }
    assertThat(served.engines.built).isEmpty();
  }

  @Test
  void queryData_noDataSource() {
    QueryDataResponse response =
        data.queryData(
            QueryDataRequest.newBuilder()
                .setPluginContext(PluginContext.getDefaultInstance())
                .addQueries(query("A", "{}"))
                .build());

    assertThat(response.getResponsesOrThrow("A").getError()).contains("no data source");
  }

  @Test
  void queryData_outage() {
    data.queryData(request().addQueries(query("A", "{}")).build());
    served
        .engines
        .last()
        .source()
        .failWith(
            Optional.of(new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, "Nobody is there.")));

    DataResponse response =
        data.queryData(request().addQueries(query("A", UNCACHED)).build()).getResponsesOrThrow("A");

    assertThat(response.getStatus()).isEqualTo(502);
    assertThat(response.getError()).isEqualTo("Nobody is there.");
    assertThat(response.getErrorSource()).isEqualTo("downstream");
  }

  @Test
  void queryData_defect() {
    data.queryData(request().addQueries(query("A", "{}")).build());
    served
        .engines
        .last()
        .source()
        .beforeRead(
            () -> {
              throw new IllegalStateException("password=hush");
            });

    DataResponse response =
        data.queryData(request().addQueries(query("A", UNCACHED)).build()).getResponsesOrThrow("A");

    assertThat(response.getStatus()).isEqualTo(500);
    assertThat(response.getErrorSource()).isEqualTo("plugin");
    assertThat(response.getError()).contains("incident").doesNotContain("hush");
  }

  @Test
  void queryData_secondTimeFromTheCache() {
    QueryDataRequest request = request().addQueries(query("A", "{\"step\":\"1d\"}")).build();
    data.queryData(request);
    int reads = served.engines.last().source().reads().size();

    assertFrame(data.queryData(request).getResponsesOrThrow("A"));

    assertThat(served.engines.built).hasSize(1);
    assertThat(served.engines.last().source().reads()).hasSize(reads);
  }

  @Test
  void queryData_freshWhenTheUserAsksForIt() {
    QueryDataRequest request = request().addQueries(query("A", "{\"step\":\"1d\"}")).build();
    data.queryData(request);
    data.queryData(request);
    assertThat(cachedAnswers()).isEqualTo(1);

    assertFrame(
        data.queryData(request.toBuilder().putHeaders("http_x-cache-skip", "true").build())
            .getResponsesOrThrow("A"));

    assertThat(cachedAnswers()).isEqualTo(1);
  }

  private long cachedAnswers() {
    return served.registry.engines().values().iterator().next().stats().cachedAnswers();
  }

  @Test
  void queryData_tooMany_areRefusedOneByOne() throws Exception {
    data.queryData(request().addQueries(query("A", "{}")).build());
    InMemoryTransferSource.Gate gate = served.engines.last().source().holdReads();
    QueryDataRequest.Builder request = request();
    // One data source has at most half of the threads.
    int count = ServedServices.THREADS / 2 + ServedServices.QUEUE + 10;
    for (int i = 0; i < count; i++) {
      request.addQueries(query("Q" + i, UNCACHED));
    }
    CompletableFuture<QueryDataResponse> reply = new CompletableFuture<>();
    // The service works on this very thread until each query has been taken or refused.
    DataGrpc.newStub(served.channel).queryData(request.build(), new Reply(reply));
    gate.open();

    assertThat(reply.get().getResponsesMap().values())
        .filteredOn(response -> response.getStatus() == 429)
        .hasSize(10);
  }

  @Test
  void queryData_cancellationReachesTheSource() throws Exception {
    data.queryData(request().addQueries(query("A", "{}")).build());
    InMemoryTransferSource.Gate gate = served.engines.last().source().holdReads();
    Context.CancellableContext call = Context.current().withCancellation();
    CompletableFuture<QueryDataResponse> reply = new CompletableFuture<>();
    QueryDataRequest request = request().addQueries(query("A", UNCACHED)).build();
    call.run(() -> DataGrpc.newStub(served.channel).queryData(request, new Reply(reply)));
    gate.awaitRead();

    call.cancel(null);

    gate.awaitCancelled();
    // The answer and the call's end cross; whichever the client sees first says the same.
    assertThat(
            reply
                .handle(
                    (response, failure) ->
                        failure == null
                            ? response.getResponsesOrThrow("A").getStatus()
                            : Status.fromThrowable(failure).getCode())
                .get())
        .isIn(499, Status.Code.CANCELLED);
    gate.open();
    assertFrame(
        data.queryData(request().addQueries(query("B", "{}")).build()).getResponsesOrThrow("B"));
  }

  /** Completes a future with the one response of a call. */
  private record Reply(CompletableFuture<QueryDataResponse> future)
      implements StreamObserver<QueryDataResponse> {
    @Override
    public void onNext(QueryDataResponse response) {
      future.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
      future.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}
  }
}
