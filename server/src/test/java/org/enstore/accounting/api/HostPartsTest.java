package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.enstore.accounting.proto.v1.ReplicationHost;
import org.enstore.accounting.series.HostStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HostPartsTest {
  private static final Instant AT = Instant.parse("2025-06-20T17:00:00.25Z");

  private static HostStatus host(
      HostStatus.Role role, HostStatus.State state, HostStatus.Lag lag, Optional<String> error) {
    return new HostStatus(
        "standby:8800",
        AT,
        role,
        state,
        true,
        Optional.of("12.22"),
        OptionalInt.of(1),
        HostStatus.Positions.NONE,
        lag,
        Optional.empty(),
        HostStatus.Slot.NONE,
        Optional.empty(),
        error);
  }

  private static ReplicationHost message(HostStatus status) {
    return HostParts.response(List.of(status)).getHosts(0);
  }

  @Test
  void knownLag_isSaidInTimeAndBytes() {
    ReplicationHost host =
        message(
            host(
                HostStatus.Role.STANDBY,
                HostStatus.State.CATCHING_UP,
                new HostStatus.Lag(
                    Optional.of(Duration.ofMillis(2_500)), OptionalLong.of(16), Optional.empty()),
                Optional.of("12:00 refused")));

    assertThat(host)
        .isEqualTo(
            ReplicationHost.newBuilder()
                .setHost("standby:8800")
                .setObserveTime(AnswerParts.timestamp(AT))
                .setRole(ReplicationHost.Role.ROLE_STANDBY)
                .setState(ReplicationHost.State.STATE_CATCHING_UP)
                .setChosen(true)
                .setVersion("12.22")
                .setLag(
                    com.google.protobuf.Duration.newBuilder().setSeconds(2).setNanos(500_000_000))
                .setLagBytes(16)
                .setLastError("12:00 refused")
                .build());
  }

  @Test
  void unknownLag_isLeftOut_andNeverZero() {
    ReplicationHost host =
        message(
            host(
                HostStatus.Role.UNKNOWN,
                HostStatus.State.DOWN,
                HostStatus.Lag.unknown("it does not answer"),
                Optional.empty()));

    assertThat(host.hasLag()).isFalse();
    assertThat(host.hasLagBytes()).isFalse();
    assertThat(host.getLagProblem()).isEqualTo("it does not answer");
    assertThat(host.getRole()).isEqualTo(ReplicationHost.Role.ROLE_UNSPECIFIED);
    assertThat(host.getState()).isEqualTo(ReplicationHost.State.STATE_DOWN);
  }

  @ParameterizedTest
  @EnumSource(HostStatus.State.class)
  void state_hasTheSameName(HostStatus.State state) {
    String name =
        message(host(HostStatus.Role.PRIMARY, state, HostStatus.Lag.unknown(""), Optional.empty()))
            .getState()
            .name();

    assertThat(name)
        .isEqualTo("STATE_" + (state == HostStatus.State.UNKNOWN ? "UNSPECIFIED" : state.name()));
  }
}
