package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.grafana.ServedServices.context;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceResponse;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ResourceServiceTest {
  private final ServedServices served;
  private final ResourceGrpc.ResourceBlockingStub resources;

  ResourceServiceTest() throws IOException {
    served =
        new ServedServices(
            services -> List.of(new ResourceService(services.registry, services.workers())));
    resources = ResourceGrpc.newBlockingStub(served.channel);
  }

  @AfterEach
  void close() {
    served.close();
  }

  private CallResourceResponse call(String method, String url, ByteString body) {
    int mark = url.indexOf('?');
    Iterator<CallResourceResponse> answer =
        resources.callResource(
            CallResourceRequest.newBuilder()
                .setPluginContext(context())
                .setMethod(method)
                .setPath(mark < 0 ? url : url.substring(0, mark))
                .setUrl(url)
                .setBody(body)
                .build());
    CallResourceResponse response = answer.next();
    assertThat(answer.hasNext()).isFalse();
    assertThat(response.getHeadersOrThrow("Content-Type").getValues(0))
        .isEqualTo("application/json");
    return response;
  }

  private CallResourceResponse get(String url) {
    return call("GET", url, ByteString.EMPTY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "movers                     | disk_1 LTO8_9 LTO8_10",
        "movers/                    | disk_1 LTO8_9 LTO8_10",
        "/movers                    | disk_1 LTO8_9 LTO8_10",
        "movers?class=tape          | LTO8_9 LTO8_10",
        "movers?class=tape,disk     | disk_1 LTO8_9 LTO8_10",
        "movers?match=_1            | disk_1 LTO8_10",
        "movers?match=%5EL&search=9 | LTO8_9",
        "movers?search=DISK         | disk_1",
        "movers?lookBack=1d         | disk_1 LTO8_9 LTO8_10",
        "movers?includeRetired=true | disk_1 LTO8_9 LTO8_10",
        "storage-groups             | cms",
        "libraries?lookBack=30d     | LTO8",
        "drive-types                | LTO8",
        "media-changers             | TS4500",
        "movers?library=LTO8        | disk_1 LTO8_9 LTO8_10",
        "movers?library=LTO9        | ''",
        "movers?library=LTO9&library=LTO8&class=tape | LTO8_9 LTO8_10",
        "movers?storageGroup=cms&driveType=LTO8&mediaChanger=TS4500&match=9 | LTO8_9",
        "movers?library=            | disk_1 LTO8_9 LTO8_10",
        "libraries?storageGroup=cms | LTO8",
        "libraries?storageGroup=lhcb | ''",
        "libraries?mover=disk_1      | LTO8",
        "movers?mover=disk_1&class=disk | disk_1",
        "movers?dataset=transfers    | disk_1 LTO8_9 LTO8_10",
        "mover-classes               | disk tape",
        "variable?query=%7B%22match%22%3A%22disk%22%7D | disk_1"
      })
  void names(String url, String names) {
    CallResourceResponse response = get(url);
    assertThat(response.getCode()).as(response.getBody().toStringUtf8()).isEqualTo(200);
    StringBuilder expected = new StringBuilder("[");
    for (String name : names.isEmpty() ? new String[0] : names.split(" ")) {
      expected.append(expected.length() > 1 ? "," : "");
      expected.append("{\"text\":\"%s\",\"value\":\"%s\"}".formatted(name, name));
    }
    assertThat(response.getBody().toStringUtf8()).isEqualTo(expected + "]");
  }

  @Test
  void catalog() {
    CallResourceResponse response = get("catalog");

    assertThat(response.getCode()).isEqualTo(200);
    assertThat(response.getBody().toStringUtf8())
        .startsWith("{\"datasets\":[{\"id\":\"transfers\",\"name\":\"Transfers\",");
  }

  @Test
  void moversDetail() {
    CallResourceResponse response = get("movers-detail?match=9");

    assertThat(response.getCode()).isEqualTo(200);
    assertThat(response.getBody().toStringUtf8())
        .isEqualTo(
            "[{\"mover\":\"LTO8_9\",\"moverClass\":\"tape\",\"driveType\":\"LTO8\","
                + "\"libraries\":[\"LTO8\"],\"firstSeen\":\"2025-06-10\","
                + "\"lastSeen\":\"2025-06-19\"}]");
  }

  @Test
  void variable_post() {
    CallResourceResponse response =
        call("POST", "variable", ByteString.copyFromUtf8("{\"kind\":\"libraries\"}"));
    assertThat(response.getCode()).isEqualTo(200);
    assertThat(response.getBody().toStringUtf8())
        .isEqualTo("[{\"text\":\"LTO8\",\"value\":\"LTO8\"}]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | nothing                   | 404 | known are movers, mover-classes, storage-groups",
        "GET    | ''                        | 404 | known are movers",
        "GET    | movers/LTO8               | 404 | There is no resource",
        "GET    | movers?clas=tape          | 400 | parameter \\\"clas\\\" is not known",
        "GET    | movers?class=robot        | 400 | \\\"class\\\" is",
        "GET    | movers?class=tape&class=x | 400 | twice",
        "GET    | movers?dataset=x          | 400 | \\\"dataset\\\" is",
        "GET    | movers-detail?dataset=x   | 400 | parameter \\\"dataset\\\" is not known",
        "GET    | movers?lookBack=90        | 400 | \\\"lookBack\\\" is",
        "GET    | movers?includeRetired=yes | 400 | must be true or false",
        "GET    | movers?match=(            | 400 | not a regular expression",
        "GET    | movers?match=%zz          | 400 | percent-encoded",
        "POST   | movers                    | 405 | use GET",
        "DELETE | variable                  | 405 | use GET or POST",
        "GET    | variable?query=x          | 400 | not valid JSON",
        "GET    | query-model?x=1           | 400 | parameter \\\"x\\\" is not known; none",
        "GET    | settings-model?x=1        | 400 | parameter \\\"x\\\" is not known; none",
        "POST   | catalog                   | 405 | use GET",
        "GET    | catalog?x=1               | 400 | parameter \\\"x\\\" is not known; none",
        "POST   | variable?query=x          | 400 | parameter \\\"query\\\" is not known; none",
        "GET    | movers-detail?clas=tape   | 400 | parameter \\\"clas\\\" is not known"
      })
  void problems(String method, String url, int status, String reason) {
    CallResourceResponse response = call(method, url, ByteString.EMPTY);
    assertThat(response.getBody().toStringUtf8()).contains(reason);
    assertThat(response.getCode()).isEqualTo(status);
    if (status != 200) {
      assertThat(Json.object(response.getBody())).containsOnlyKeys("error");
    }
  }

  @ParameterizedTest
  @CsvSource({"query-model", "settings-model"})
  void schemas(String path) {
    CallResourceResponse response = get(path);
    assertThat(response.getCode()).isEqualTo(200);
    assertThat(Json.object(response.getBody())).containsKey("$schema");
    assertThat(served.engines.built).isEmpty();
  }

  @Test
  void largeBody() {
    ByteString body = ByteString.copyFrom(new byte[5 << 20]);
    assertThat(call("POST", "variable", body).getCode()).isEqualTo(400);
    assertThat(call("GET", "movers", body).getCode()).isEqualTo(200);
  }
}
