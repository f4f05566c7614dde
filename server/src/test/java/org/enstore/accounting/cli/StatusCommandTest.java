package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Duration;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.enstore.accounting.proto.v1.GetFreshnessResponse;
import org.junit.jupiter.api.Test;

class StatusCommandTest extends ClientCommandsFixture {
  @Test
  void status_isACheck() {
    GetFreshnessResponse.Builder well =
        GetFreshnessResponse.newBuilder()
            .setHost("standby1:8800")
            .setStandby(true)
            .setReplayLag(Duration.newBuilder().setSeconds(2))
            .setNewestTransferTime(seconds("2025-06-20T05:00:00Z"));
    service.freshness = well.build();
    assertThat(call("status")).isZero();
    assertThat(out).contains("fnal    ok", "catching up", "12,345,678");
    assertThat(call("status", "--max-lag", "1s")).isEqualTo(ExitCode.STALE);
    assertThat(out).contains("fnal: The standby is 2 s behind, more than --max-lag 1s.");
    assertThat(call("status", "--max-age", "1h")).isZero();
    assertThat(call("status", "--max-age", "10m")).isEqualTo(ExitCode.STALE);
    assertThat(out).contains("The newest transfer was 30 min 0 s ago, more than --max-age 10m.");

    service.freshness = well.clone().clearNewestTransferTime().build();
    assertThat(call("status", "--max-age", "1h")).isEqualTo(ExitCode.STALE);
    assertThat(out).contains("fnal: There is no transfer, so --max-age cannot hold.");

    service.freshness = well.clone().clearReplayLag().setReplayLagProblem("Not seen.").build();
    assertThat(call("status")).isEqualTo(ExitCode.STALE);
    service.freshness = well.clone().setTransfersProblem("No right.").build();
    assertThat(call("status", "-F", "json")).isEqualTo(ExitCode.STALE);
    JsonObject told = JsonParser.parseString(out).getAsJsonObject();
    assertThat(told.get("state").getAsString()).isEqualTo("stale");
    assertThat(
            told.getAsJsonArray("dataSources").get(0).getAsJsonObject().get("problems").toString())
        .isEqualTo("[\"No right.\"]");

    service.freshness = well.build();
    service.health.setStatus("fnal", ServingStatus.NOT_SERVING);
    assertThat(call("status")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(out).contains("unreachable");
  }
}
