package org.enstore.accounting.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse.HealthStatus;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PreviewServerTest {
  @TempDir private Path folder;
  private PreviewServer server;

  @BeforeEach
  void start() throws IOException {
    Path page = Files.createDirectory(folder.resolve("page"));
    Files.writeString(page.resolve("index.html"), "the page");
    Files.createDirectory(page.resolve("plugin"));
    Files.writeString(page.resolve("plugin/module.js"), "the plugin");
    Files.writeString(folder.resolve("secret"), "not for you");
    Files.createSymbolicLink(page.resolve("link"), folder.resolve("secret"));
    server = server(page);
    server.start();
  }

  private static PreviewServer server(Path page) throws IOException {
    PluginContext source = PluginContext.newBuilder().setOrgId(7).build();
    return new PreviewServer(
        page,
        0,
        new PreviewAnswers(new Echo(), new Resources(), new Doctor(), source),
        work -> {
          Thread thread = new Thread(work);
          thread.setDaemon(true);
          return thread;
        });
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void page_andItsFiles() throws IOException {
    assertThat(get("/")).startsWith("HTTP/1.1 200").contains("text/html").endsWith("the page");
    assertThat(get("/?tab=Graph")).endsWith("the page");
    assertThat(get("/plugin/module.js")).contains("text/javascript").endsWith("the plugin");
    assertThat(get("/none.js")).startsWith("HTTP/1.1 404");
    assertThat(send("HEAD / HTTP/1.1", own(), "")).startsWith("HTTP/1.1 200").doesNotContain("the");
  }

  @Test
  void page_loadsNothingFromElsewhere() throws IOException {
    assertThat(get("/").toLowerCase(java.util.Locale.ROOT))
        .contains("content-security-policy: default-src 'self';")
        .contains("frame-ancestors 'none'")
        .contains("x-content-type-options: nosniff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret",
        "/plugin/../../secret",
        "/%2e%2e/secret",
        "/link",
        "//secret",
        "/%00"
      })
  void files_outsideThePage(String path) throws IOException {
    assertThat(get(path)).startsWith("HTTP/1.1 404").doesNotContain("not for you");
  }

  @Test
  void host_ofAnotherName() throws IOException {
    assertThat(send("GET / HTTP/1.1", "Host: rebound.example:" + server.port(), ""))
        .startsWith("HTTP/1.1 421")
        .contains("http://127.0.0.1:" + server.port() + "/");
    assertThat(send("GET / HTTP/1.1", "Host: 127.0.0.1", "")).startsWith("HTTP/1.1 421");
    assertThat(send("GET / HTTP/1.0", "X: y", "")).startsWith("HTTP/1.1 421");
    assertThat(send("GET / HTTP/1.1", "Host: localhost:" + server.port(), ""))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void origin_ofAnotherPage() throws IOException {
    assertThat(send("GET /preview/health HTTP/1.1", own() + "\r\nOrigin: http://other.example", ""))
        .startsWith("HTTP/1.1 403");
    assertThat(send("GET /preview/health HTTP/1.1", own() + "\r\nOrigin: null", ""))
        .startsWith("HTTP/1.1 403");
    assertThat(
            send(
                "GET /preview/health HTTP/1.1",
                own() + "\r\nOrigin: http://127.0.0.1:" + server.port(),
                ""))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void query_asGrafanaAsks() throws IOException {
    JsonObject results =
        post(
            "query",
            """
            {"from":"1000","to":"2000","queries":[
              {"refId":"A","queryType":"series","maxDataPoints":30,"intervalMs":60000,"step":"1d"},
              {"refId":"B\\"","datasource":{"uid":"x"}}]}
            """,
            200);
    JsonObject first = results.getAsJsonObject("results").getAsJsonObject("A");
    assertThat(first.get("status").getAsInt()).isEqualTo(200);
    assertThat(first.has("error")).isFalse();
    assertThat(first.getAsJsonArray("frames").get(0).getAsJsonObject().get("said").getAsString())
        .isEqualTo("org 7 A series 30 60000 1000-2000");
    assertThat(first.getAsJsonArray("frames").get(1).getAsJsonObject().get("step").getAsString())
        .isEqualTo("1d");
    assertThat(results.getAsJsonObject("results").keySet()).containsExactly("A", "B\"");
  }

  @Test
  void query_refused() throws IOException {
    JsonObject results =
        post("query", "{\"from\":\"1\",\"to\":\"2\",\"queries\":[{\"refId\":\"bad\"}]}", 400);
    JsonObject result = results.getAsJsonObject("results").getAsJsonObject("bad");
    assertThat(result.get("status").getAsInt()).isEqualTo(400);
    assertThat(result.get("error").getAsString()).isEqualTo("No such \"mover\".");
    assertThat(result.getAsJsonArray("frames")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"from\":\"x\",\"to\":\"2\",\"queries\":[]}",
        "{\"from\":\"1\",\"to\":\"2\"}",
        "{\"from\":\"1\",\"to\":\"2\",\"queries\":[1]}"
      })
  void query_malformed(String body) throws IOException {
    assertThat(post("query", body, 400).get("error").getAsString()).contains("{from, to, queries}");
  }

  @Test
  void query_notAsAPageOfAnotherSiteCould() throws IOException {
    assertThat(send("POST /preview/query HTTP/1.1", own() + "\r\nContent-Type: text/plain", "{}"))
        .startsWith("HTTP/1.1 415");
    assertThat(get("/preview/query")).startsWith("HTTP/1.1 405");
  }

  @Test
  void resource_goesOnAsItIs() throws IOException {
    assertThat(get("/preview/resources/movers?library=a%26b&x=%C3%BC"))
        .startsWith("HTTP/1.1 206")
        .endsWith("GET movers movers?library=a%26b&x=%C3%BC ");
    assertThat(
            send(
                "POST /preview/resources/variable HTTP/1.1",
                own() + "\r\nContent-Type: application/json",
                "{\"kind\":\"movers\"}"))
        .endsWith("POST variable variable {\"kind\":\"movers\"}");
  }

  @Test
  void health_isTold() throws IOException {
    JsonObject health = JsonParser.parseString(body(get("/preview/health"))).getAsJsonObject();
    assertThat(health.get("status").getAsString()).isEqualTo("OK");
    assertThat(health.get("message").getAsString()).isEqualTo("All is well.");
    assertThat(health.getAsJsonObject("details").get("lag").getAsInt()).isEqualTo(3);
  }

  @Test
  void page_missing(@TempDir Path empty) {
    assertThatThrownBy(() -> server(empty))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no index.html");
  }

  // ---- the browser's part ----

  private String own() {
    return "Host: 127.0.0.1:" + server.port();
  }

  private String get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1", own(), "");
  }

  private JsonObject post(String path, String body, int status) throws IOException {
    String answer =
        send(
            "POST /preview/" + path + " HTTP/1.1",
            own() + "\r\nContent-Type: application/json",
            body);
    assertThat(answer).startsWith("HTTP/1.1 " + status);
    return JsonParser.parseString(body(answer)).getAsJsonObject();
  }

  private static String body(String answer) {
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  /** Sends a request letter by letter, for no client lets its caller name another host. */
  private String send(String line, String headers, String body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String head =
          "%s\r\n%s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n"
              .formatted(line, headers, bytes.length);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(bytes);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  // ---- the services' part ----

  /** Says what it was asked. */
  private static final class Echo extends DataGrpc.DataImplBase {
    @Override
    public void queryData(QueryDataRequest request, StreamObserver<QueryDataResponse> reply) {
      QueryDataResponse.Builder response = QueryDataResponse.newBuilder();
      for (DataQuery query : request.getQueriesList()) {
        DataResponse.Builder answer = DataResponse.newBuilder();
        if (query.getRefId().equals("bad")) {
          answer.setStatus(400).setError("No such \"mover\".").setErrorSource("downstream");
        } else {
          String said =
              "org %s %s %s %s %s %s-%s"
                  .formatted(
                      request.getPluginContext().getOrgId(),
                      query.getRefId().replace('"', ' '),
                      query.getQueryType(),
                      query.getMaxDataPoints(),
                      query.getIntervalMS(),
                      query.getTimeRange().getFromEpochMS(),
                      query.getTimeRange().getToEpochMS());
          answer
              .setStatus(200)
              .addFrames(ByteString.copyFromUtf8("{\"said\":\"" + said + "\"}"))
              .addFrames(query.getJson());
        }
        response.putResponses(query.getRefId(), answer.build());
      }
      reply.onNext(response.build());
      reply.onCompleted();
    }
  }

  private static final class Resources extends ResourceGrpc.ResourceImplBase {
    @Override
    public void callResource(
        CallResourceRequest request, StreamObserver<CallResourceResponse> reply) {
      String said =
          "%s %s %s %s"
              .formatted(
                  request.getMethod(),
                  request.getPath(),
                  request.getUrl(),
                  request.getBody().toStringUtf8());
      reply.onNext(
          CallResourceResponse.newBuilder()
              .setCode(206)
              .setBody(ByteString.copyFromUtf8(said))
              .build());
      reply.onCompleted();
    }
  }

  private static final class Doctor extends DiagnosticsGrpc.DiagnosticsImplBase {
    @Override
    public void checkHealth(CheckHealthRequest request, StreamObserver<CheckHealthResponse> reply) {
      reply.onNext(
          CheckHealthResponse.newBuilder()
              .setStatus(HealthStatus.OK)
              .setMessage("All is well.")
              .setJsonDetails(ByteString.copyFromUtf8("{\"lag\":3}"))
              .build());
      reply.onCompleted();
    }
  }
}
