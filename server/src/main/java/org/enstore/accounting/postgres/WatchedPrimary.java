package org.enstore.accounting.postgres;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.HostStatus.Role;
import org.enstore.accounting.series.HostStatus.State;

/**
 * The primary, as its monitoring role sees it: looks at its side of replication, and tells its
 * status from that. Looks and {@link #close} may come from any thread, the rest from one.
 */
final class WatchedPrimary implements AutoCloseable {
  private final Lookout lookout;
  private final SqlFailures failures;
  private final InstantSource clock;
  private final Trouble trouble = new Trouble();

  /**
   * Opens nothing yet.
   *
   * @param monitoring settings of which the primary is the only host
   */
  WatchedPrimary(SourceSettings monitoring, InstantSource clock, String applicationName) {
    this.lookout =
        new Lookout(
            new Connector(monitoring.hosts().get(0), monitoring, applicationName),
            monitoring.connections().connectTimeout());
    this.failures = new SqlFailures(monitoring);
    this.clock = clock;
  }

  HostPort host() {
    return lookout.host();
  }

  /** Looks at the primary now. */
  Sighting look() {
    try {
      return lookout.look(
          connection -> {
            StandbyLook look = StandbyLook.take(connection, clock.instant());
            return new Sighting.Seen(
                look,
                look.replay().inRecovery()
                    ? Optional.empty()
                    : Optional.of(PrimaryLook.take(connection)));
          });
    } catch (SQLException | RuntimeException e) {
      return new Sighting.Failed(failures.of(e, host(), "looking at replication"));
    }
  }

  /** The status that a look tells. */
  HostStatus status(Sighting sighting, Instant at) {
    if (sighting instanceof Sighting.Failed failed) {
      return unseen(
          at,
          Role.UNKNOWN,
          answers(failed.failure().kind()) ? State.UNKNOWN : State.DOWN,
          Optional.empty(),
          OptionalInt.empty(),
          failed.failure().sentence());
    }
    Sighting.Seen seen = (Sighting.Seen) sighting;
    StandbyLook look = seen.look();
    if (seen.side().isEmpty()) {
      return unseen(
          at,
          Role.STANDBY,
          State.UNKNOWN,
          Optional.of(look.version()),
          look.timeline(),
          host() + " is a standby: set primaryHost to the primary's address.");
    }
    PrimaryLook side = seen.side().get();
    return status(
        host(),
        look,
        State.PRIMARY,
        false,
        side.allSlots(),
        Optional.of(side.archive()),
        trouble.note(problem(side), at));
  }

  /** The status of a host that is a primary, whoever looked at it. */
  static HostStatus status(
      HostPort host,
      StandbyLook look,
      State state,
      boolean chosen,
      HostStatus.Slot slot,
      Optional<HostStatus.Archive> archive,
      Optional<String> lastError) {
    return new HostStatus(
        host.toString(),
        look.at(),
        Role.PRIMARY,
        state,
        chosen,
        Optional.of(look.version()),
        look.timeline(),
        new HostStatus.Positions(
            Optional.empty(), look.written(), look.flushed(), Optional.empty()),
        HostStatus.Lag.unknown("a primary replays nothing"),
        Optional.empty(),
        slot,
        archive,
        lastError);
  }

  private HostStatus unseen(
      Instant at,
      Role role,
      State state,
      Optional<String> version,
      OptionalInt timeline,
      String sentence) {
    return new HostStatus(
        host().toString(),
        at,
        role,
        state,
        false,
        version,
        timeline,
        HostStatus.Positions.NONE,
        HostStatus.Lag.unknown("the primary's side cannot be seen"),
        Optional.empty(),
        HostStatus.Slot.NONE,
        Optional.empty(),
        trouble.note(Optional.of(sentence), at));
  }

  /** Whether a failure came from the server itself, which therefore runs. */
  private static boolean answers(FailureKind kind) {
    return switch (kind) {
      case STANDBY_UNAVAILABLE, TIMEOUT, CANCELLED, OVERLOADED, BUG -> false;
      case NOT_CONFIGURED,
          UNAUTHENTICATED,
          ACCESS_DENIED,
          SCHEMA_MISMATCH,
          DATABASE_ERROR,
          RECOVERY_CONFLICT,
          BAD_QUERY,
          TOO_LARGE ->
          true;
    };
  }

  private Optional<String> problem(PrimaryLook side) {
    if (!side.maySeeSenders()) {
      return Optional.of(
          host()
              + ": the monitoring role may not see the standbys' connections. Run on the primary:"
              + " GRANT pg_read_all_stats TO the role, as sql/05-monitoring.sql does.");
    }
    if (side.archive().state().equals("failing")) {
      return Optional.of(
          host()
              + ": archiving fails, and the log piles up there until it succeeds. The server's log"
              + " says why.");
    }
    return side.slots().stream()
        .filter(slot -> slot.walStatus().equals(Optional.of("lost")))
        .findFirst()
        .map(
            slot ->
                host()
                    + ": the slot "
                    + slot.name()
                    + " has lost the log that its standby needs. Copy that standby anew.");
  }

  /** Breaks off a look that is under way. */
  @Override
  public void close() {
    lookout.close();
  }
}
