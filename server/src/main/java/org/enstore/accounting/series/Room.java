package org.enstore.accounting.series;

/** Is told how much memory an answer will take before it is made, and may refuse. */
@FunctionalInterface
public interface Room {
  /** As much as is asked for. */
  Room UNBOUNDED = bytes -> {};

  /**
   * Takes {@code bytes} more; may wait.
   *
   * @throws QueryFailure when they cannot be had
   */
  void take(long bytes);
}
