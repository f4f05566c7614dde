package org.enstore.accounting.series;

import java.time.Duration;

/**
 * How far a standby's replay is behind its primary. {@link Known} zero is said only while the
 * receiver streams and all that was received has been replayed.
 */
public sealed interface ReplayLag {
  /** The lag, never negative. */
  record Known(Duration lag) implements ReplayLag {}

  /** It cannot be seen, and why, as a clause such as {@code the receiver does not stream}. */
  record Unknown(String reason) implements ReplayLag {}

  /** The host is a primary: nothing is replayed. */
  record NotAStandby() implements ReplayLag {}
}
