package org.enstore.accounting.postgres;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.HostStatus.State;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.WalPosition;
import org.jspecify.annotations.Nullable;

/**
 * What a look at a standby and its primary's side mean together. The standby's own word comes
 * first; the primary's serves where the standby's receiver may not be seen.
 *
 * @param upstream the primary's side, looked at about the same time
 * @param currentAt when the standby was last seen current by an earlier look, null for never
 */
record StandbyStatus(StandbyLook look, Upstream upstream, @Nullable Instant currentAt) {

  State state() {
    Replay replay = look.replay();
    if (look.paused()) {
      return State.PAUSED;
    }
    if (!replay.receiverRuns()) {
      return State.CUT_OFF;
    }
    if (receiverHidden()) {
      if (!upstream.streamsTo(look)) {
        return State.UNKNOWN;
      }
      return upstream.provesCurrent(look) ? State.STREAMING : State.CATCHING_UP;
    }
    if (!replay.streams()) {
      return State.CUT_OFF;
    }
    return replay.caughtUp() ? State.STREAMING : State.CATCHING_UP;
  }

  /** Everything committed on the primary before the returned instant is visible. */
  Instant knownThrough() {
    return receiverHidden() && upstream.provesCurrent(look)
        ? look.at()
        : look.replay().knownThrough(look.at(), currentAt);
  }

  /**
   * How far behind.
   *
   * @param user whom the look was made as
   */
  HostStatus.Lag lag(String user) {
    State state = state();
    boolean streams = state == State.STREAMING || state == State.CATCHING_UP;
    ReplayLag own = look.replay().lag(look.at(), currentAt, user);
    Optional<Duration> time =
        own instanceof ReplayLag.Known known ? Optional.of(known.lag()) : Optional.empty();
    if (time.isEmpty() && streams && receiverHidden()) {
      time =
          upstream.provesCurrent(look)
              ? Optional.of(Duration.ZERO)
              : upstream.senderOf(look).flatMap(PrimaryLook.Sender::behind);
    }
    OptionalLong bytes = bytes();
    if (!streams && state != State.PAUSED && bytes.equals(OptionalLong.of(0))) {
      // What the primary will have written by the time anybody reads this is not coming here.
      bytes = OptionalLong.empty();
    }
    Optional<String> reason = Optional.empty();
    if (time.isEmpty() || bytes.isEmpty()) {
      reason =
          own instanceof ReplayLag.Unknown unknown
              ? Optional.of(unknown.reason())
              : Optional.of("the end of the primary's log is not known here");
    }
    return new HostStatus.Lag(time, bytes, reason);
  }

  /** Bytes to the end of the primary's log, else to the newest position the standby heard of. */
  private OptionalLong bytes() {
    OptionalLong bytes = upstream.bytesAheadOf(look);
    if (bytes.isPresent() || !look.replay().streams() || look.replayed().isEmpty()) {
      return bytes;
    }
    WalPosition replayed = look.replayed().get();
    long told = look.told().map(position -> position.since(replayed)).orElse(0L);
    long flushed = look.flushed().map(position -> position.since(replayed)).orElse(0L);
    return OptionalLong.of(Math.max(told, flushed));
  }

  /** How far its log goes, with what the primary says it has sent. */
  HostStatus.Positions positions() {
    return new HostStatus.Positions(
        upstream.senderOf(look).flatMap(sender -> sender.positions().sent()).or(look::told),
        look.written(),
        look.flushed(),
        look.replayed());
  }

  /** The receiver's own word for what it does. */
  Optional<String> receiver() {
    return look.replay().receiverRuns() ? look.replay().receiverStatus() : Optional.of("none");
  }

  /** Whether the role may not see what the receiver does. */
  private boolean receiverHidden() {
    return look.replay().receiverStatus().isEmpty();
  }
}
