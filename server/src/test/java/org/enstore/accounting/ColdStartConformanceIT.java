package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse.HealthStatus;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that has answered nothing yet, and all kinds of questions at once. */
class ColdStartConformanceIT extends PluginConformance {
  /** {@code -Dcold.starts=1000} for a thorough look. */
  private static final int STARTS = Integer.getInteger("cold.starts", 5);

  private static final int CALLS = 3;

  private static final List<String> KINDS =
      List.of(
          "{\"source\":\"summary\",\"step\":\"1d\"}",
          "{\"source\":\"raw\",\"step\":\"1h\"}",
          "{\"source\":\"auto\",\"step\":\"1d\",\"groupBy\":[]}",
          "{\"measure\":\"driveRateP95\",\"groupBy\":[\"storageGroup\"]}",
          "{\"measure\":\"driveRate\",\"groupBy\":[\"driveType\"],\"top\":2}",
          "{\"queryType\":\"annotations\",\"event\":\"moverSilent\"}",
          "{\"queryType\":\"annotations\",\"event\":\"driveChange\"}",
          "{\"queryType\":\"reconciliation\"}",
          "{\"queryType\":\"replication\"}",
          "{\"queryType\":\"variable\",\"kind\":\"movers\",\"lookBack\":\"7300d\"}",
          "{\"queryType\":\"variable\",\"kind\":\"libraries\",\"lookBack\":\"7300d\"}");

  @Test
  @Timeout(3600)
  @DisplayName("the first call asks everything at once: all is answered, and health is well")
  void firstCall_everyKind() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLS);
    try {
      for (int start = 1; start <= STARTS; start++) {
        try (HostedPlugin cold = HostedPlugin.start()) {
          List<Future<QueryDataResponse>> calls = new ArrayList<>();
          for (int call = 0; call < CALLS; call++) {
            calls.add(callers.submit(() -> query(cold, context(), everything())));
          }
          for (Future<QueryDataResponse> call : calls) {
            for (DataResponse answer : call.get(60, TimeUnit.SECONDS).getResponsesMap().values()) {
              assertThat(answer.getError()).as("start %s, %s", start, cold.log()).isEmpty();
            }
          }
          assertThat(
                  DiagnosticsGrpc.newBlockingStub(cold.channel())
                      .checkHealth(
                          CheckHealthRequest.newBuilder().setPluginContext(context()).build())
                      .getStatus())
              .isEqualTo(HealthStatus.OK);
          assertThat(cold.log()).noneMatch(line -> line.contains("\"@level\":\"error\""));
          cold.shutDown();
        }
      }
    } finally {
      callers.shutdownNow();
    }
  }

  private static DataQuery[] everything() {
    return KINDS.stream().map(json -> query(json, json)).toArray(DataQuery[]::new);
  }
}
