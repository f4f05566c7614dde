package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How replication stands on one host, as the last look at it told. What could not be seen is empty,
 * never a zero.
 *
 * @param host the host and port
 * @param observedAt when it was looked at, by this program's clock
 * @param role what it is
 * @param state what it does
 * @param chosen whether reads go there now
 * @param version of its PostgreSQL, such as {@code 12.22}
 * @param timeline the timeline it writes or replays
 * @param positions how far its log goes
 * @param lag how far it is behind
 * @param receiver the WAL receiver's own word for what it does; {@code none} when none runs
 * @param slot the replication slot it uses, on a primary all of them
 * @param archive how the primary's archive does; empty for a standby and when it cannot be seen
 * @param lastError the last thing that was wrong there, a sentence that begins with its time; kept
 *     when the host has recovered
 */
public record HostStatus(
    String host,
    Instant observedAt,
    Role role,
    State state,
    boolean chosen,
    Optional<String> version,
    OptionalInt timeline,
    Positions positions,
    Lag lag,
    Optional<String> receiver,
    Slot slot,
    Optional<Archive> archive,
    Optional<String> lastError) {

  /** What a host is. */
  public enum Role {
    STANDBY("standby"),
    PRIMARY("primary"),
    UNKNOWN("unknown");

    private final String text;

    Role(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /** What a host does. */
  public enum State {
    /** The receiver streams and everything received is replayed. */
    STREAMING("streaming"),
    /** The receiver streams and replay is behind it. */
    CATCHING_UP("catching up"),
    /** Somebody has paused replay. */
    PAUSED("paused"),
    /** No receiver streams: the standby learns nothing new, or from an archive alone. */
    CUT_OFF("cut off"),
    /** It is a primary that may be read or is only watched. */
    PRIMARY("primary"),
    /** It answers and is not read: a primary where that is not allowed, or one just promoted. */
    REFUSED("refused"),
    /** It does not answer. */
    DOWN("down"),
    /** It answers, and what it does may not be seen. */
    UNKNOWN("unknown");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * How far the log goes.
   *
   * @param sent the newest position that the primary sent or told of
   * @param written received and handed to the disk; on a primary written by itself
   * @param flushed safe on the disk
   * @param replayed visible to readers
   */
  public record Positions(
      Optional<WalPosition> sent,
      Optional<WalPosition> written,
      Optional<WalPosition> flushed,
      Optional<WalPosition> replayed) {
    public static final Positions NONE =
        new Positions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * How far behind. Zero only while the receiver streams and everything received is replayed.
   *
   * @param time by age of what is visible
   * @param bytes of log still to be replayed
   * @param reason why one of them is empty, as a clause
   */
  public record Lag(Optional<Duration> time, OptionalLong bytes, Optional<String> reason) {
    /** Nothing can be told, for {@code reason}. */
    public static Lag unknown(String reason) {
      return new Lag(Optional.empty(), OptionalLong.empty(), Optional.of(reason));
    }
  }

  /**
   * A replication slot.
   *
   * @param name empty when none is used or it cannot be seen
   * @param state its own words, such as {@code active, reserved}
   * @param retainedBytes of log that the primary keeps for it
   */
  public record Slot(Optional<String> name, Optional<String> state, OptionalLong retainedBytes) {
    public static final Slot NONE =
        new Slot(Optional.empty(), Optional.empty(), OptionalLong.empty());
  }

  /**
   * The primary's archive.
   *
   * @param state {@code off}, {@code working}, {@code failing}, or {@code unknown} as long as
   *     nothing was archived
   * @param lastSegment the segment that was archived last
   * @param lastAge how long ago that was
   * @param failures how often archiving failed since the server's statistics began
   */
  public record Archive(
      String state, Optional<String> lastSegment, Optional<Duration> lastAge, long failures) {}
}
