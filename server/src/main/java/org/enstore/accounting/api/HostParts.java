package org.enstore.accounting.api;

import com.google.protobuf.Duration;
import java.util.List;
import org.enstore.accounting.proto.v1.GetReplicationResponse;
import org.enstore.accounting.proto.v1.ReplicationHost;
import org.enstore.accounting.series.HostStatus;

/** Turns what is known of hosts into messages. */
final class HostParts {
  private HostParts() {}

  /** All {@code hosts}, in their order. */
  static GetReplicationResponse response(List<HostStatus> hosts) {
    return GetReplicationResponse.newBuilder()
        .addAllHosts(hosts.stream().map(HostParts::host).toList())
        .build();
  }

  private static ReplicationHost host(HostStatus status) {
    ReplicationHost.Builder host =
        ReplicationHost.newBuilder()
            .setHost(status.host())
            .setObserveTime(AnswerParts.timestamp(status.observedAt()))
            .setRole(
                switch (status.role()) {
                  case STANDBY -> ReplicationHost.Role.ROLE_STANDBY;
                  case PRIMARY -> ReplicationHost.Role.ROLE_PRIMARY;
                  case UNKNOWN -> ReplicationHost.Role.ROLE_UNSPECIFIED;
                })
            .setState(
                switch (status.state()) {
                  case STREAMING -> ReplicationHost.State.STATE_STREAMING;
                  case CATCHING_UP -> ReplicationHost.State.STATE_CATCHING_UP;
                  case PAUSED -> ReplicationHost.State.STATE_PAUSED;
                  case CUT_OFF -> ReplicationHost.State.STATE_CUT_OFF;
                  case PRIMARY -> ReplicationHost.State.STATE_PRIMARY;
                  case REFUSED -> ReplicationHost.State.STATE_REFUSED;
                  case DOWN -> ReplicationHost.State.STATE_DOWN;
                  case UNKNOWN -> ReplicationHost.State.STATE_UNSPECIFIED;
                })
            .setChosen(status.chosen())
            .setVersion(status.version().orElse(""))
            .setLagProblem(status.lag().reason().orElse(""))
            .setLastError(status.lastError().orElse(""));
    status.lag().time().ifPresent(lag -> host.setLag(duration(lag)));
    status.lag().bytes().ifPresent(host::setLagBytes);
    return host.build();
  }

  /** {@code duration} on the wire. */
  static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.toSeconds())
        .setNanos(duration.toNanosPart())
        .build();
  }
}
