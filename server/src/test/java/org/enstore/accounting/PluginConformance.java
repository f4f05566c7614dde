package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * Grafana towards the packaged plugin: the process, the source, the requests and what every answer
 * is held against. Each scenario names the trap it covers; they are in
 *
 * <ul>
 *   <li>{@link LifeCycleConformanceIT}: from the handshake to the end of the process
 *   <li>{@link LauncherConformanceIT}: the launcher, its options, and the folder as installed
 *   <li>{@link QueryConformanceIT}: queries and their frames
 *   <li>{@link ServiceConformanceIT}: the other services, and the limits of the transport
 * </ul>
 *
 * <p>What is not covered there, and where it is: values against SQL ({@link RandomQueriesIT}); the
 * bytes of every kind of column and of metadata that a host refuses ({@code ArrowFileTest}, {@code
 * GoldenFramesTest}); a database that is slow rather than dead ({@code DataServiceTest}). Not
 * covered anywhere: a libc other than this machine's (the product has no native code, so the Java
 * runtime alone depends on it), Windows, and hosts that encrypt their connections, which no Grafana
 * does.
 */
@Timeout(180)
abstract class PluginConformance {
  /** How long Grafana waits before it kills. */
  static final Duration KILLED_AFTER = Duration.ofSeconds(2);

  private static final ZoneId ZONE = QuirkFixture.CHICAGO;

  /** What all scenarios read; it ends with the process. */
  private static ReplicatedPair pair;

  /** The plugin that the scenarios of one class share. */
  static HostedPlugin plugin;

  @BeforeAll
  static void start() throws Exception {
    if (pair == null) {
      pair = TestPairs.holding(QuirkFixture.chicago());
    }
    plugin = HostedPlugin.start();
  }

  @AfterAll
  static void end() throws Exception {
    try (HostedPlugin last = plugin) {
      Duration took = last.shutDown();
      assertThat(took).as("after all of the above").isLessThan(KILLED_AFTER);
      assertThat(last.furtherOutput()).isEmpty();
      assertLogLines(last.log());
      assertThat(String.join("\n", last.log())).doesNotContain(pair.password(Role.READER));
    }
  }

  // ---- Grafana's part ----

  static PluginContext context() {
    return PluginContext.newBuilder()
        .setOrgId(1)
        .setPluginId("enstore-accounting-datasource")
        .putGrafanaConfig("GF_APP_URL", "http://localhost:3000/")
        .setUserAgent("Grafana/12.4.0")
        .setDataSourceInstanceSettings(
            DataSourceInstanceSettings.newBuilder()
                .setId(1)
                .setUid("conformance")
                .setName("Enstore")
                .setUrl("127.0.0.1:" + pair.standbyPort())
                .setUser(Role.READER.user())
                .setDatabase(ReplicatedPair.DATABASE)
                .setJsonData(ByteString.copyFromUtf8("{\"siteTimeZone\":\"" + ZONE.getId() + "\"}"))
                .putDecryptedSecureJsonData("password", pair.password(Role.READER))
                .setLastUpdatedMS(1))
        .build();
  }

  static PluginContext silentContext(ServerSocket silent) {
    PluginContext.Builder context = context().toBuilder();
    context
        .getDataSourceInstanceSettingsBuilder()
        .setUid("silent")
        .setUrl("127.0.0.1:" + silent.getLocalPort())
        .setJsonData(ByteString.copyFromUtf8("{\"connectTimeout\":\"3s\"}"));
    return context.build();
  }

  static DataQuery query(String refId, String json) {
    return DataQuery.newBuilder()
        .setRefId(refId)
        .setIntervalMS(60_000)
        .setMaxDataPoints(500)
        .setTimeRange(range(LocalDate.of(2025, 3, 5), LocalDate.of(2025, 3, 14)))
        .setJson(ByteString.copyFromUtf8(json))
        .build();
  }

  static QueryDataResponse query(HostedPlugin asked, PluginContext context, DataQuery... queries) {
    return DataGrpc.newBlockingStub(asked.channel())
        .withMaxInboundMessageSize(Integer.MAX_VALUE)
        .queryData(
            QueryDataRequest.newBuilder()
                .setPluginContext(context)
                .putHeaders("http_X-Dashboard-Uid", "d")
                .putHeaders("FromAlert", "true")
                .addAllQueries(List.of(queries))
                .build());
  }

  static TimeRange range(LocalDate from, LocalDate to) {
    return TimeRange.newBuilder()
        .setFromEpochMS(from.atStartOfDay(ZONE).toInstant().toEpochMilli())
        .setToEpochMS(to.atStartOfDay(ZONE).toInstant().toEpochMilli())
        .build();
  }

  static ServingStatus health(HostedPlugin asked) {
    return HealthGrpc.newBlockingStub(asked.channel())
        .withWaitForReady()
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService("plugin").build())
        .getStatus();
  }

  // ---- what is looked at ----

  static void assertAnswered(DataResponse response) {
    assertThat(response.getError()).isEmpty();
    assertThat(response.getStatus()).isEqualTo(200);
    assertThat(response.getErrorSource()).isEmpty();
    assertThat(response.getFramesCount()).isEqualTo(1);
    assertThat(json(frame(response).metadata().getOrDefault("meta", "")).has("type")).isTrue();
  }

  static ArrowReadBack frame(DataResponse response) {
    return ArrowReadBack.of(response.getFrames(0).toByteArray());
  }

  static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  /** Every line is one that go-plugin takes at its level (trap 11, JDK trap 8). */
  static void assertLogLines(List<String> lines) {
    for (String line : lines) {
      assertThat(line.length()).isLessThan(64 << 10);
      JsonObject entry = json(line);
      for (String key : List.of("@level", "@message", "@timestamp")) {
        assertThat(entry.get(key) instanceof JsonPrimitive text && text.isString())
            .as("%s is a text in %s", key, line)
            .isTrue();
      }
      assertThat(entry.get("@level").getAsString()).isIn("trace", "debug", "info", "warn", "error");
      String timestamp = entry.get("@timestamp").getAsString();
      assertThat(timestamp).matches(".*\\.[0-9]{6}(Z|[+-][0-9]{2}:[0-9]{2})");
      Instant.parse(timestamp);
    }
  }
}
