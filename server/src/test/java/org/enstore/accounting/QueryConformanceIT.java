package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.proto.pluginv2.DataFrameFormat;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Queries as panels send them, and the frames that come back. */
class QueryConformanceIT extends PluginConformance {
  @Test
  @DisplayName("no front end needed: an empty query has every default (trap 17)")
  void query_defaults() {
    DataResponse response = query(plugin, context(), query("A", "")).getResponsesOrThrow("A");
    assertAnswered(response);
    ArrowReadBack frame = frame(response);
    assertThat(frame.fields().get(1).name()).isEqualTo("bytes");
    assertThat(config(frame.fields().get(1)).get("unit").getAsString()).isEqualTo("mbytes");
  }

  @Test
  @DisplayName(
      "frames: Arrow files, nanoseconds, typed, wide, truly nullable (traps 12, 13, 14, 15)")
  void query_frames() {
    DataResponse response =
        query(
                plugin,
                context(),
                query("Q", "{\"step\":\"1h\",\"gaps\":\"null\",\"measure\":\"throughput\"}"))
            .getResponsesOrThrow("Q");
    assertAnswered(response);
    ArrowReadBack frame = frame(response);

    assertThat(response.getFormat()).isEqualTo(DataFrameFormat.ARROW);
    assertThat(frame.metadata()).containsEntry("refId", "Q").containsKey("name");
    JsonObject meta = json(frame.metadata().getOrDefault("meta", ""));
    assertThat(meta.get("type").getAsString()).isEqualTo("timeseries-wide");
    assertThat(meta.get("typeVersion").toString()).isEqualTo("[0,1]");
    assertThat(meta.get("executedQueryString").getAsString()).isNotBlank();
    if (meta.has("notices")) {
      meta.getAsJsonArray("notices")
          .forEach(
              notice ->
                  assertThat(notice.getAsJsonObject().get("severity").getAsString())
                      .isIn("info", "warning", "error"));
    }
    ArrowReadBack.Field time = frame.fields().get(0);
    assertThat(time.type()).isEqualTo("Timestamp(NANOSECOND, null)");
    assertThat(time.nullable()).isFalse();
    assertThat(time.metadata()).containsEntry("tstype", "time");
    for (int row = 1; row < time.values().size(); row++) {
      assertThat((Long) Objects.requireNonNull(time.values().get(row)))
          .isGreaterThan((Long) time.values().get(row - 1));
    }
    assertThat(frame.fields().size()).isGreaterThan(2);
    for (ArrowReadBack.Field field : frame.fields().subList(1, frame.fields().size())) {
      assertThat(field.metadata()).containsEntry("tstype", "number");
      assertThat(json(field.metadata().getOrDefault("labels", "")).asMap().values())
          .allMatch(label -> label instanceof JsonPrimitive text && text.isString());
      assertThat(config(field).get("unit").getAsString()).isEqualTo("MiBs");
      assertThat(config(field).get("displayNameFromDS").getAsString()).isNotBlank();
      if (field.values().contains(null)) {
        assertThat(field.nullable()).isTrue();
      }
    }
  }

  @Test
  @DisplayName("bytes beyond 2^53 stay exact integers (trap 20)")
  void query_exactIntegers() {
    DataQuery.Builder large =
        query("A", "{\"unit\":\"bytes\",\"step\":\"1d\",\"direction\":\"sum\",\"groupBy\":[]}")
            .toBuilder();
    large.setTimeRange(range(QuirkFixture.LARGE_DAY, QuirkFixture.LARGE_DAY.plusDays(1)));
    DataResponse response = query(plugin, context(), large.build()).getResponsesOrThrow("A");
    assertAnswered(response);
    ArrowReadBack.Field total = frame(response).fields().get(1);
    assertThat(total.type()).isEqualTo("Int(64, true)");
    assertThat((Long) Objects.requireNonNull(total.values().get(0)))
        .isGreaterThanOrEqualTo(QuirkFixture.BEYOND_DOUBLE);
  }

  @Test
  @DisplayName("every refId is answered, good beside bad, status 200 on success (16, JDK 2, 3)")
  void query_failApart() {
    QueryDataResponse response =
        query(
            plugin,
            context(),
            query("good", "{}"),
            query("malformed", "{\"measure\":"),
            query("wrong", "{\"größe\":1,\"measure\":\"größe\"}"),
            query("none", "{\"filters\":{\"mover\":{\"include\":[\"nobody\"]}}}"));
    assertThat(response.getResponsesMap().keySet())
        .containsExactlyInAnyOrder("good", "malformed", "wrong", "none");
    assertAnswered(response.getResponsesOrThrow("good"));
    for (String refId : List.of("malformed", "wrong")) {
      DataResponse failed = response.getResponsesOrThrow(refId);
      assertThat(failed.getStatus()).isEqualTo(400);
      assertThat(failed.getErrorSource()).isEqualTo("downstream");
    }
    // Encodings are right in an empty environment too (JDK trap 7).
    assertThat(response.getResponsesOrThrow("wrong").getError()).contains("\"größe\"");
    // "No data" is a frame without fields (JDK trap 5).
    assertAnswered(response.getResponsesOrThrow("none"));
    assertThat(frame(response.getResponsesOrThrow("none")).fields()).isEmpty();
  }

  @Test
  @DisplayName("a wish for JSON is answered in Arrow, and said to be (trap 24)")
  void query_formatWished() {
    QueryDataResponse response =
        DataGrpc.newBlockingStub(plugin.channel())
            .queryData(
                QueryDataRequest.newBuilder()
                    .setPluginContext(context())
                    .setFormat(DataFrameFormat.JSON)
                    .addQueries(query("A", "{}"))
                    .build());
    assertThat(response.getResponsesOrThrow("A").getFormat()).isEqualTo(DataFrameFormat.ARROW);
    assertAnswered(response.getResponsesOrThrow("A"));
  }

  @Test
  @DisplayName("64 queries at once all succeed")
  void query_parallel() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(64);
    try {
      List<Future<DataResponse>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        String json = "{\"step\":\"1d\",\"direction\":\"" + (i % 2 == 0 ? "read" : "sum") + "\"}";
        answers.add(
            threads.submit(
                () -> query(plugin, context(), query("A", json)).getResponsesOrThrow("A")));
      }
      for (Future<DataResponse> answer : answers) {
        assertAnswered(answer.get(60, TimeUnit.SECONDS));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  @DisplayName("one process, several organisations and sources, saved again (traps 18, 25)")
  void query_severalSources() throws Exception {
    PluginContext other = context().toBuilder().setOrgId(2).build();
    PluginContext.Builder saved = context().toBuilder();
    saved.getDataSourceInstanceSettingsBuilder().setLastUpdatedMS(99);
    PluginContext.Builder broken = context().toBuilder();
    broken
        .getDataSourceInstanceSettingsBuilder()
        .setUid("broken")
        .setJsonData(ByteString.copyFromUtf8("{\"poolSize\":99}"));
    PluginContext.Builder wrongPassword = context().toBuilder();
    wrongPassword
        .getDataSourceInstanceSettingsBuilder()
        .setUid("wrong")
        .putDecryptedSecureJsonData("password", "wrong");

    for (PluginContext each : List.of(context(), other, saved.build(), context())) {
      assertAnswered(query(plugin, each, query("A", "{}")).getResponsesOrThrow("A"));
    }
    DataResponse badSettings =
        query(plugin, broken.build(), query("A", "{}")).getResponsesOrThrow("A");
    assertThat(badSettings.getStatus()).isEqualTo(400);
    assertThat(badSettings.getError()).contains("\"poolSize\" is 99");
    DataResponse refused =
        query(plugin, wrongPassword.build(), query("A", "{}")).getResponsesOrThrow("A");
    assertThat(refused.getStatus()).isEqualTo(401);
    assertAnswered(query(plugin, context(), query("A", "{}")).getResponsesOrThrow("A"));
  }

  @Test
  @DisplayName("cancelled queries let go of their threads (trap 19)")
  void cancel() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(32);
    try {
      List<Future<?>> calls = new ArrayList<>();
      Context.CancellableContext context = Context.current().withCancellation();
      CountDownLatch started = new CountDownLatch(32);
      for (int i = 0; i < 32; i++) {
        String json = "{\"step\":\"1m\",\"filters\":{\"mover\":{\"match\":\"" + i + "\"}}}";
        calls.add(
            threads.submit(
                context.wrap(
                    () -> {
                      started.countDown();
                      try {
                        query(plugin, context(), query("A", json));
                      } catch (StatusRuntimeException e) {
                        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
                      }
                    })));
      }
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      context.cancel(null);
      for (Future<?> call : calls) {
        call.get(10, TimeUnit.SECONDS);
      }
      assertAnswered(query(plugin, context(), query("A", "{}")).getResponsesOrThrow("A"));
    } finally {
      threads.shutdownNow();
    }
  }

  private static JsonObject config(ArrowReadBack.Field field) {
    return json(field.metadata().getOrDefault("config", ""));
  }
}
