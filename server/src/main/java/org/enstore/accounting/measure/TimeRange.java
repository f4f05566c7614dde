package org.enstore.accounting.measure;

import java.time.Duration;
import java.time.Instant;

/** A span of time, {@code from} inclusive, {@code to} exclusive, never empty. */
public record TimeRange(Instant from, Instant to) {
  public TimeRange {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("from " + from + " is not before to " + to);
    }
  }

  /** How long the range is. */
  public Duration length() {
    return Duration.between(from, to);
  }
}
