package org.enstore.accounting.series;

import java.util.Optional;

/**
 * What a process cannot recover from while it runs: a class that the Java runtime could not load or
 * initialise stays so, and every later use of it fails too.
 */
public final class Breakage {
  /** Causes may lead back to themselves. */
  private static final int DEEPEST = 50;

  private Breakage() {}

  /** The failure to load or initialise a class behind {@code thrown}, if there is one. */
  public static Optional<LinkageError> in(Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      if (cause instanceof LinkageError breakage) {
        return Optional.of(breakage);
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  /**
   * Hands the breakage behind {@code thrown}, if there is one, to the handler of what nobody
   * catches, which decides about the process. For whoever turns a failure into an answer.
   */
  public static void report(Throwable thrown) {
    in(thrown)
        .ifPresent(
            breakage -> {
              Thread thread = Thread.currentThread();
              thread.getUncaughtExceptionHandler().uncaughtException(thread, breakage);
            });
  }
}
