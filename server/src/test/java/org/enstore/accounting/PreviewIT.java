package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.grafana.PluginServer;
import org.enstore.accounting.preview.PreviewServer;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The preview page's requests, answered from a standby by the parts that the demo starts. */
@Timeout(120)
class PreviewIT {
  private static final long FROM = Instant.parse("2025-03-05T06:00:00Z").toEpochMilli();
  private static final long TO = Instant.parse("2025-03-14T05:00:00Z").toEpochMilli();
  private static final String QUERY =
      "{\"step\":\"1d\",\"unit\":\"bytes\",\"groupBy\":[\"mover\"]}";

  @TempDir private static Path page;
  private static ReplicatedPair pair;
  private static Backend backend;
  private static Application application;
  private static PreviewServer preview;

  private final HttpClient browser = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    pair = TestPairs.holding(QuirkFixture.chicago());
    Files.writeString(page.resolve("index.html"), "<p>the page</p>");
    backend = new Backend(ProcessSettings.DEFAULT);
    application = Application.asDaemon(backend, PluginServer.loopback(0));
    application.start();
    preview = application.preview(page, 0, source());
    preview.start();
  }

  @AfterAll
  static void end() {
    try (ReplicatedPair last = pair;
        Backend third = backend;
        Application second = application;
        PreviewServer first = preview) {
      assertThat(List.of(last, third, second, first)).doesNotContainNull();
    }
  }

  @Test
  void query_isWhatAPanelGets() throws Exception {
    String body =
        "{\"from\":\"%s\",\"to\":\"%s\",\"queries\":[{\"refId\":\"A\",%s]}"
            .formatted(FROM, TO, QUERY.substring(1));
    JsonObject answer = post("query", body);
    JsonObject result = answer.getAsJsonObject("results").getAsJsonObject("A");
    assertThat(result.get("status").getAsInt()).isEqualTo(200);
    JsonObject frame = result.getAsJsonArray("frames").get(0).getAsJsonObject();
    List<String> names = new ArrayList<>();
    for (JsonElement field : frame.getAsJsonObject("schema").getAsJsonArray("fields")) {
      names.add(
          field.getAsJsonObject().get("name").getAsString()
              + field.getAsJsonObject().getAsJsonObject("labels"));
    }
    JsonArray columns = frame.getAsJsonObject("data").getAsJsonArray("values");

    ArrowReadBack panel = panel();
    assertThat(names).hasSizeGreaterThan(3).hasSameSizeAs(panel.fields());
    for (int column = 0; column < columns.size(); column++) {
      ArrowReadBack.Field field = panel.fields().get(column);
      assertThat(names.get(column)).startsWith(field.name());
      List<String> values = new ArrayList<>();
      columns.get(column).getAsJsonArray().forEach(value -> values.add(value.toString()));
      // Times are nanoseconds there and milliseconds here.
      String beyond = column == 0 ? "000000" : "";
      assertThat(values.stream().map(value -> value + beyond).toList())
          .isEqualTo(field.values().stream().map(String::valueOf).toList());
    }
  }

  @Test
  void lists_andHealth() throws Exception {
    HttpResponse<String> movers = get("resources/movers?lookBack=7300d");
    assertThat(movers.statusCode()).isEqualTo(200);
    assertThat(JsonParser.parseString(movers.body()).getAsJsonArray()).isNotEmpty();
    assertThat(get("resources/nothing").statusCode()).isEqualTo(404);
    HttpResponse<String> health = get("health");
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body()).contains("\"status\":\"OK\"", "standby");
  }

  @Test
  void page_isThere() throws Exception {
    HttpResponse<String> answer =
        browser.send(
            HttpRequest.newBuilder(address("")).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.body()).isEqualTo("<p>the page</p>");
  }

  private static ArrowReadBack panel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", application.port()).usePlaintext().build();
    try {
      return ArrowReadBack.of(
          DataGrpc.newBlockingStub(channel)
              .queryData(
                  QueryDataRequest.newBuilder()
                      .setPluginContext(source())
                      .addQueries(
                          DataQuery.newBuilder()
                              .setRefId("A")
                              .setJson(ByteString.copyFromUtf8(QUERY))
                              .setMaxDataPoints(100)
                              .setTimeRange(
                                  TimeRange.newBuilder().setFromEpochMS(FROM).setToEpochMS(TO)))
                      .build())
              .getResponsesOrThrow("A")
              .getFrames(0)
              .toByteArray());
    } finally {
      channel.shutdownNow();
    }
  }

  private static PluginContext source() {
    return PluginContext.newBuilder()
        .setOrgId(1)
        .setDataSourceInstanceSettings(
            DataSourceInstanceSettings.newBuilder()
                .setUid("preview")
                .setUrl("127.0.0.1:" + pair.standbyPort())
                .setUser(Role.READER.user())
                .setDatabase(ReplicatedPair.DATABASE)
                .setJsonData(ByteString.copyFromUtf8("{\"siteTimeZone\":\"America/Chicago\"}"))
                .putDecryptedSecureJsonData("password", pair.password(Role.READER)))
        .build();
  }

  private static URI address(String path) {
    return URI.create("http://127.0.0.1:" + preview.port() + "/" + path);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return browser.send(
        HttpRequest.newBuilder(address("preview/" + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject post(String path, String body) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        browser.send(
            HttpRequest.newBuilder(address("preview/" + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }
}
