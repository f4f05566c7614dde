package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.series.AnswerMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Grafana's pages and services send, asked as Grafana's server passes it on. */
@Timeout(60)
class RecordedRequestsTest {
  private static final String SETTINGS = "settings-12.4.json";

  private final ServedServices served;

  RecordedRequestsTest() throws IOException {
    served =
        new ServedServices(
            services ->
                List.of(
                    new DataService(
                        services.registry, services.workers(), AnswerMemory.ofHeap(1 << 30))));
  }

  @AfterEach
  void close() {
    served.close();
  }

  static List<Path> requests() throws Exception {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .filter(file -> !file.endsWith(SETTINGS) && !file.endsWith("catalog.json"))
          .sorted()
          .toList();
    }
  }

  private static Path folder() throws Exception {
    return Path.of(RecordedRequestsTest.class.getResource("/grafana").toURI());
  }

  private static JsonObject read(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void request_isAnswered_withoutAWordAboutItsKeys(Path file) throws Exception {
    JsonArray queries = read(file).getAsJsonArray("queries");
    QueryDataRequest.Builder request =
        QueryDataRequest.newBuilder()
            .setPluginContext(
                ServedServices.context(
                    "recorded", 1, Files.readString(folder().resolve(SETTINGS))));
    queries.forEach(query -> request.addQueries(passedOn(query.getAsJsonObject())));
    List<DataResponse> answers =
        List.copyOf(
            DataGrpc.newBlockingStub(served.channel)
                .queryData(request.build())
                .getResponsesMap()
                .values());
    assertThat(answers).hasSize(queries.size());
    for (DataResponse answer : answers) {
      assertThat(answer.getError()).isEmpty();
      assertThat(answer.getStatus()).isEqualTo(200);
      assertThat(answer.getFrames(0).toString(StandardCharsets.UTF_8)).doesNotContain("left out:");
    }
  }

  @Test
  void settings_areTaken_withoutAWordAboutTheirKeys() throws Exception {
    assertThat(
            SourceSettingsJson.unknown(
                DataSourceInstanceSettings.newBuilder()
                    .setJsonData(
                        ByteString.copyFromUtf8(Files.readString(folder().resolve(SETTINGS))))
                    .build()))
        .isEmpty();
  }

  /** What Grafana's server makes of one query: it takes some of its keys out, and leaves all in. */
  private static DataQuery passedOn(JsonObject query) {
    DataQuery.Builder passed =
        ServedServices.query(query.get("refId").getAsString(), query.toString()).toBuilder()
            .setIntervalMS(query.get("intervalMs").getAsLong())
            .setMaxDataPoints(query.get("maxDataPoints").getAsLong());
    JsonElement type = query.get("queryType");
    return passed.setQueryType(type == null ? "" : type.getAsString()).build();
  }
}
