package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A time during which a host was further behind than it should be, or during which nobody can say.
 *
 * @param from when it was first seen so
 * @param to when it was first seen otherwise; empty while it is still so
 * @param worst the longest lag in it; empty for {@link Kind#UNKNOWN}
 */
public record LagRegion(
    String host, Kind kind, Instant from, Optional<Instant> to, Optional<Duration> worst) {

  /** Why it is remarkable. */
  public enum Kind {
    /** The lag was above the threshold. */
    BEHIND,
    /** The lag could not be seen, or nobody looked. */
    UNKNOWN
  }
}
