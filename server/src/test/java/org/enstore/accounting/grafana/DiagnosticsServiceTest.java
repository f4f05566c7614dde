package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.enstore.accounting.grafana.ServedServices.context;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse.HealthStatus;
import org.enstore.accounting.proto.pluginv2.CollectMetricsRequest;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DiagnosticsServiceTest {
  private Supplier<byte[]> metrics = () -> "enstore_x 1\n".getBytes(StandardCharsets.UTF_8);
  private Optional<String> broken = Optional.empty();
  private final ServedServices served;
  private final DiagnosticsGrpc.DiagnosticsBlockingStub diagnostics;

  DiagnosticsServiceTest() throws IOException {
    served =
        new ServedServices(
            services ->
                List.of(
                    new DiagnosticsService(
                        services.registry, services.workers(), () -> metrics.get(), () -> broken)));
    diagnostics = DiagnosticsGrpc.newBlockingStub(served.channel);
  }

  @AfterEach
  void close() {
    served.close();
  }

  private CheckHealthResponse check(PluginContext context) {
    return diagnostics.checkHealth(
        CheckHealthRequest.newBuilder().setPluginContext(context).build());
  }

  @Test
  void checkHealth_well() {
    CheckHealthResponse response = check(context());
    assertThat(response.getStatus()).isEqualTo(HealthStatus.OK);
    assertThat(response.getMessage()).isNotBlank();
    Json.object(response.getJsonDetails());
  }

  @Test
  void checkHealth_brokenProgram() {
    broken = Optional.of("A part of the program could not be loaded.");
    CheckHealthResponse response = check(context());
    assertThat(response.getStatus()).isEqualTo(HealthStatus.ERROR);
    assertThat(response.getMessage()).isEqualTo("A part of the program could not be loaded.");
  }

  @Test
  void checkHealth_unknownSettings_areTold() {
    CheckHealthResponse response =
        check(ServedServices.context("one", 1, "{\"poolsize\":4,\"nextYears\":{\"a\":1}}"));
    assertThat(response.getStatus()).isEqualTo(HealthStatus.OK);
    assertThat(String.valueOf(Json.object(response.getJsonDetails()).get("verboseMessage")))
        .contains("\"poolsize\" (did you mean \"poolSize\"?), \"nextYears\".");
  }

  @Test
  void checkHealth_badSettings() {
    CheckHealthResponse response =
        check(ServedServices.context("one", 1, "{\"tlsMode\":\"requier\"}"));
    assertThat(response.getStatus()).isEqualTo(HealthStatus.ERROR);
    assertThat(response.getMessage()).contains("Did you mean \"require\"?");
  }

  @Test
  void checkHealth_noDataSource() {
    CheckHealthResponse response = check(PluginContext.getDefaultInstance());
    assertThat(response.getStatus()).isEqualTo(HealthStatus.ERROR);
    assertThat(response.getMessage()).contains("no data source");
  }

  @Test
  void collectMetrics() {
    assertThat(
            diagnostics
                .collectMetrics(CollectMetricsRequest.getDefaultInstance())
                .getMetrics()
                .getPrometheus()
                .toStringUtf8())
        .isEqualTo("enstore_x 1\n");
  }

  @Test
  void collectMetrics_defect() {
    metrics =
        () -> {
          throw new IllegalStateException("hush");
        };
    assertThatThrownBy(() -> diagnostics.collectMetrics(CollectMetricsRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL))
        .hasMessageNotContaining("hush");
  }
}
