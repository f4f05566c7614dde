package org.enstore.accounting;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.series.Breakage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process whose program is broken, so that whoever started it starts it anew, and says so
 * until then. What else nobody has caught is logged. Thread-safe.
 */
final class Breakdown implements Thread.UncaughtExceptionHandler {
  /** How long the answers that tell of it have to get out. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private static final Logger logger = LoggerFactory.getLogger(Breakdown.class);

  private final AtomicReference<@Nullable String> sentence = new AtomicReference<>();
  private final Runnable end;

  /**
   * Nothing is broken yet.
   *
   * @param end ends the process soon; returns at once
   */
  Breakdown(Runnable end) {
    this.end = end;
  }

  /** One that ends this process with {@link ExitCode#BROKEN}. */
  static Breakdown ofProcess() {
    return new Breakdown(() -> Application.haltAfter(GRACE, ExitCode.BROKEN));
  }

  /** Listens to every thread of the process that has no handler of its own. */
  void install() {
    Thread.setDefaultUncaughtExceptionHandler(this);
  }

  /** What is broken, and what happens now; empty while all is well. */
  Optional<String> sentence() {
    return Optional.ofNullable(sentence.get());
  }

  @Override
  public void uncaughtException(Thread thread, Throwable thrown) {
    Optional<LinkageError> breakage = Breakage.in(thrown);
    if (breakage.isEmpty()) {
      logger.error("thread {} ended by what nobody caught", thread.getName(), thrown);
      return;
    }
    String told =
        "A part of the program could not be loaded ("
            + breakage.get()
            + "), which this process cannot mend. It ends with exit code "
            + ExitCode.BROKEN
            + " to be started anew; try again in a moment. If that happens again, install the"
            + " program anew.";
    if (sentence.compareAndSet(null, told)) {
      logger.error("{}", told, thrown);
      end.run();
    }
  }
}
