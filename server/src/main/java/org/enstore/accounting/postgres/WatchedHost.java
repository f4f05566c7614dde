package org.enstore.accounting.postgres;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.HostStatus.Role;
import org.enstore.accounting.series.HostStatus.State;
import org.jspecify.annotations.Nullable;

/**
 * One host that may be read: looks at it, and tells its status from what a look brought and what
 * earlier ones had. Looks and {@link #close} may come from any thread, the rest from one.
 */
final class WatchedHost implements AutoCloseable {
  private final Lookout lookout;
  private final SourceSettings settings;
  private final SqlFailures failures;
  private final InstantSource clock;
  private final Trouble trouble = new Trouble();
  private Role role = Role.UNKNOWN;
  private Optional<String> version = Optional.empty();
  private OptionalInt standbyTimeline = OptionalInt.empty();
  private @Nullable Instant currentAt;

  /** Opens nothing yet. */
  WatchedHost(Lookout lookout, SourceSettings settings, InstantSource clock) {
    this.lookout = lookout;
    this.settings = settings;
    this.failures = new SqlFailures(settings);
    this.clock = clock;
  }

  HostPort host() {
    return lookout.host();
  }

  /** Looks at the host now. */
  Sighting look() {
    try {
      return lookout.look(
          connection ->
              new Sighting.Seen(StandbyLook.take(connection, clock.instant()), Optional.empty()));
    } catch (SQLException | RuntimeException e) {
      return new Sighting.Failed(failures.of(e, host(), "looking at replication"));
    }
  }

  /** What a look means for the choice of a host. */
  HostPreference.View view(Sighting sighting, Upstream upstream) {
    return sighting instanceof Sighting.Seen seen && seen.look().replay().inRecovery()
        ? new HostPreference.View(
            host(), true, new StandbyStatus(seen.look(), upstream, currentAt).knownThrough())
        : new HostPreference.View(host(), false, Instant.EPOCH);
  }

  /**
   * The status that a look tells, and keeps of the look what the next ones need.
   *
   * @param at when all hosts were looked at
   */
  HostStatus status(Sighting sighting, Upstream upstream, Instant at, boolean chosen) {
    if (sighting instanceof Sighting.Seen seen) {
      StandbyLook look = seen.look();
      HostStatus status =
          look.replay().inRecovery()
              ? ofStandby(look, upstream, at, chosen)
              : ofPrimary(look, at, chosen);
      version = status.version();
      role = status.role();
      if (look.replay().isCurrent()) {
        currentAt = look.at();
      }
      return status;
    }
    String sentence = ((Sighting.Failed) sighting).failure().sentence();
    return new HostStatus(
        host().toString(),
        at,
        role,
        State.DOWN,
        chosen,
        version,
        OptionalInt.empty(),
        HostStatus.Positions.NONE,
        HostStatus.Lag.unknown("the host cannot be looked at"),
        Optional.empty(),
        HostStatus.Slot.NONE,
        Optional.empty(),
        trouble.note(Optional.of(sentence), at));
  }

  private HostStatus ofStandby(StandbyLook look, Upstream upstream, Instant at, boolean chosen) {
    StandbyStatus standby = new StandbyStatus(look, upstream, currentAt);
    HostStatus.Lag lag = standby.lag(settings.user());
    standbyTimeline = look.timeline();
    return new HostStatus(
        host().toString(),
        look.at(),
        Role.STANDBY,
        standby.state(),
        chosen,
        Optional.of(look.version()),
        look.timeline(),
        standby.positions(),
        lag,
        standby.receiver(),
        upstream.slotOf(look),
        Optional.empty(),
        trouble.note(problem(look, standby.state(), lag), at));
  }

  private Optional<String> problem(StandbyLook look, State state, HostStatus.Lag lag) {
    return switch (state) {
      case PAUSED -> Optional.of(host() + ": replay is paused; run pg_wal_replay_resume() there.");
      case CUT_OFF ->
          Optional.of(
              host()
                  + " is cut off: "
                  + lag.reason().orElse("its receiver does not stream")
                  + ". Its log says why"
                  + (look.slot().isPresent() ? "" : "; the primary's too")
                  + ".");
      case STREAMING, CATCHING_UP, PRIMARY, REFUSED, DOWN, UNKNOWN -> Optional.empty();
    };
  }

  private HostStatus ofPrimary(StandbyLook look, Instant at, boolean chosen) {
    boolean refused = !settings.allowPrimary();
    return WatchedPrimary.status(
        host(),
        look,
        refused ? State.REFUSED : State.PRIMARY,
        chosen,
        HostStatus.Slot.NONE,
        Optional.empty(),
        trouble.note(refused ? Optional.of(refusal(look)) : Optional.empty(), at));
  }

  private String refusal(StandbyLook look) {
    boolean promoted = standbyTimeline.isPresent();
    return HostChoice.refusal(host(), promoted, settings.key(HostChoice.ALLOWING)).sentence()
        + (promoted && look.timeline().isPresent()
            ? " It left timeline "
                + standbyTimeline.getAsInt()
                + " for timeline "
                + look.timeline().getAsInt()
                + "."
            : "");
  }

  /** Breaks off a look that is under way. */
  @Override
  public void close() {
    lookout.close();
  }
}
