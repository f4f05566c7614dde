package org.enstore.accounting.postgres;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when a host has fallen silent: it takes questions and answers none, as a stopped process
 * does, or a network that drops packets. Thread-safe.
 */
final class Pulse implements AutoCloseable {
  /*
   * A socket does not tell that the other end is gone, and a statement may rightly take long. So
   * while a question waits, the host is asked for a sign of life beside it: a statement that takes
   * no time, on the connection of the looks. Whoever has an older answer need not wait for more than
   * DOUBT; after `patience` the host counts as silent, and is then asked on until it gives a sign.
   * An error is a sign too.
   */

  /** How long a question waits before the host is asked for a sign. */
  private static final Duration FIRST = Duration.ofMillis(20);

  /** A sign that takes longer than this is not likely to come. */
  private static final Duration DOUBT = Duration.ofMillis(50);

  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final Logger logger = LoggerFactory.getLogger(Pulse.class);

  /** What is told when the host falls silent, and when it answers again. */
  interface Listener {
    void silent();

    void recovered();
  }

  private final Lookout lookout;
  private final Duration patience;
  private final InstantSource clock;
  private final ScheduledExecutorService threads;
  private final Listener listener;
  private int waiting;
  private boolean asking;
  private boolean closed;
  private @Nullable Quiet quiet;

  /**
   * Does nothing before a question waits.
   *
   * @param patience how long a sign is waited for before the host counts as silent
   * @param threads for the signs, and one more
   */
  Pulse(
      Lookout lookout,
      Duration patience,
      InstantSource clock,
      ScheduledExecutorService threads,
      Listener listener) {
    this.lookout = lookout;
    this.patience = patience;
    this.clock = clock;
    this.threads = threads;
    this.listener = listener;
  }

  /** Since when no sign has come. */
  private static final class Quiet {
    private final Instant since;
    private boolean doubtful;
    private boolean silent;

    Quiet(Instant since) {
      this.since = since;
    }
  }

  /** Takes note of a question that waits for the host from now on. */
  synchronized void begin() {
    waiting++;
    askAfter(FIRST);
  }

  /** Takes note of the end of a question. */
  synchronized void end() {
    waiting--;
  }

  /** Since when the host has been silent, if it is. */
  synchronized Optional<Instant> silentSince() {
    return quiet != null && quiet.silent ? Optional.of(quiet.since) : Optional.empty();
  }

  /** Since when no sign has come, if one is overdue. */
  synchronized Optional<Instant> quietSince() {
    return quiet != null && quiet.doubtful ? Optional.of(quiet.since) : Optional.empty();
  }

  /** Takes note of a sign of life. */
  void heard() {
    Quiet ended;
    synchronized (this) {
      ended = quiet;
      quiet = null;
    }
    if (ended != null && ended.silent) {
      logger.info("host answers again host={} silentSince={}", lookout.host(), ended.since);
      listener.recovered();
    }
  }

  /** Asks for no more signs. The lookout stays open. */
  @Override
  public synchronized void close() {
    closed = true;
  }

  private synchronized void askAfter(Duration pause) {
    if (!asking && !closed) {
      asking = true;
      after(pause, this::ask);
    }
  }

  private void ask() {
    synchronized (this) {
      boolean needed = waiting > 0 || (quiet != null && quiet.silent);
      if (!needed || closed) {
        asking = false;
        return;
      }
      if (quiet == null) {
        Quiet begun = new Quiet(clock.instant());
        quiet = begun;
        after(DOUBT, () -> doubt(begun));
        after(patience, () -> silence(begun));
      }
    }
    boolean heard = answers();
    synchronized (this) {
      asking = false;
    }
    if (heard) {
      heard();
    }
    askAfter(BETWEEN);
  }

  private synchronized void doubt(Quiet begun) {
    begun.doubtful = true;
  }

  private void silence(Quiet begun) {
    synchronized (this) {
      if (quiet != begun || closed) {
        return;
      }
      begun.silent = true;
    }
    logger.warn("host is silent host={} since={}", lookout.host(), begun.since);
    listener.silent();
    askAfter(BETWEEN);
  }

  private boolean answers() {
    try {
      return lookout.look(
          connection -> {
            try (Statement statement = connection.createStatement()) {
              return statement.execute("select 1");
            }
          });
    } catch (SQLException | RuntimeException e) {
      return !SqlFailures.isSilence(e);
    }
  }

  private void after(Duration pause, Runnable task) {
    try {
      var unused = threads.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ignored) {
      // The source is being closed.
    }
  }
}
