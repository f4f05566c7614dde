package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Replication of which a test says what is seen. The primary is not watched. */
public final class SeenReplication implements Replication {
  private final LagHistory history;
  private List<HostStatus> hosts = List.of();

  /** Nothing is seen yet; the history has room for {@code room} looks, {@code interval} apart. */
  public SeenReplication(int room, Duration interval) {
    this.history = new LagHistory(room, interval);
  }

  /** A look at {@code at} sees exactly these hosts. */
  public void see(Instant at, HostStatus... seen) {
    hosts = List.of(seen);
    history.add(at, hosts);
  }

  /** A standby that streams. */
  public static HostStatus standby(String host, Instant at, HostStatus.Lag lag) {
    return new HostStatus(
        host,
        at,
        HostStatus.Role.STANDBY,
        HostStatus.State.STREAMING,
        true,
        Optional.empty(),
        OptionalInt.empty(),
        HostStatus.Positions.NONE,
        lag,
        Optional.empty(),
        HostStatus.Slot.NONE,
        Optional.empty(),
        Optional.empty());
  }

  /** A lag that is known in both units. */
  public static HostStatus.Lag lag(Duration time, long bytes) {
    return new HostStatus.Lag(Optional.of(time), OptionalLong.of(bytes), Optional.empty());
  }

  @Override
  public List<HostStatus> look(Cancellation cancellation) {
    return hosts;
  }

  @Override
  public List<HostStatus> last() {
    return hosts;
  }

  @Override
  public LagHistory history() {
    return history;
  }

  @Override
  public boolean watchesPrimary() {
    return false;
  }
}
