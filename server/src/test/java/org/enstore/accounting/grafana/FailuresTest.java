package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.List;
import org.enstore.accounting.config.SettingsProblems;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FailuresTest {
  @ParameterizedTest
  @CsvSource({
    "BAD_QUERY, 400, downstream, INVALID_ARGUMENT",
    "TOO_LARGE, 400, downstream, INVALID_ARGUMENT",
    "NOT_CONFIGURED, 400, downstream, FAILED_PRECONDITION",
    "UNAUTHENTICATED, 401, downstream, UNAUTHENTICATED",
    "ACCESS_DENIED, 403, downstream, PERMISSION_DENIED",
    "SCHEMA_MISMATCH, 502, downstream, FAILED_PRECONDITION",
    "DATABASE_ERROR, 502, downstream, FAILED_PRECONDITION",
    "STANDBY_UNAVAILABLE, 502, downstream, UNAVAILABLE",
    "RECOVERY_CONFLICT, 502, downstream, UNAVAILABLE",
    "TIMEOUT, 504, downstream, DEADLINE_EXCEEDED",
    "OVERLOADED, 429, plugin, RESOURCE_EXHAUSTED",
    "CANCELLED, 499, downstream, CANCELLED",
    "BUG, 500, plugin, INTERNAL"
  })
  void verdict(FailureKind kind, int status, String source, Status.Code code) {
    assertThat(Failures.verdict(kind)).isEqualTo(new Failures.Verdict(status, source, code));
    DataResponse response = Failures.response(new QueryFailure(kind, "Why."));
    assertThat(response.getStatus()).isEqualTo(status);
    assertThat(response.getErrorSource()).isEqualTo(source);
    assertThat(response.getError()).isEqualTo("Why.");
    assertThat(Failures.status(new QueryFailure(kind, "Why.")).getStatus().getCode())
        .isEqualTo(code);
  }

  @ParameterizedTest
  @EnumSource(FailureKind.class)
  void verdict_isGivenForEveryKind(FailureKind kind) {
    assertThat(Failures.verdict(kind).httpStatus()).isBetween(400, 599);
  }

  @Test
  void of_settingsProblems() {
    QueryFailure failure = Failures.of(new SettingsProblems(List.of("One.", "Two.")), "a test");
    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    assertThat(failure.sentence()).contains("One. Two.");
  }

  @Test
  void of_theUnforeseenStaysHome() {
    QueryFailure failure = Failures.of(new IllegalStateException("password=hush"), "a test");
    assertThat(failure.kind()).isEqualTo(FailureKind.BUG);
    assertThat(failure.sentence()).doesNotContain("hush").containsPattern("incident [0-9a-f]{8}");
  }

  @Test
  void status_carriesNoCause() {
    QueryFailure failure =
        new QueryFailure(FailureKind.TIMEOUT, "Late.", new IllegalStateException("hush"));
    assertThat(Failures.status(failure).getStatus().getCause()).isNull();
  }
}
