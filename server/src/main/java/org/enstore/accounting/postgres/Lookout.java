package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.enstore.accounting.config.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one host for looks at it, beside its pool, so that a busy pool is not mistaken
 * for a dead host. One look at a time; {@link #close} may come from any thread.
 */
final class Lookout implements AutoCloseable {
  /** How long a connection that has answered before may take to answer. */
  private static final Duration AGAIN = Duration.ofSeconds(2);

  private final Connector connector;
  private final Duration patience;
  private final Object looking = new Object();
  private volatile @Nullable Connection open;
  private volatile boolean closed;

  /**
   * Opens nothing yet.
   *
   * @param patience how long a connection may take to open, and each statement to answer
   */
  Lookout(Connector connector, Duration patience) {
    this.connector = connector;
    this.patience = patience;
  }

  /** What is done on the connection. */
  @FunctionalInterface
  interface Look<T> {
    T at(Connection connection) throws SQLException;
  }

  HostPort host() {
    return connector.host();
  }

  /** Takes a look; one that fails on a connection from before is repeated once on a new one. */
  <T> T look(Look<T> look) throws SQLException {
    synchronized (looking) {
      Connection before = open;
      if (before != null) {
        try {
          return look.at(before);
        } catch (SQLException ignored) {
          // A server that was restarted meanwhile is not down now: the new connection tells.
          abandon();
        }
      }
      if (closed) {
        throw new SQLException("closed");
      }
      Connection fresh = connector.openToLook(patience);
      open = fresh;
      if (closed) {
        abandon();
      }
      try {
        T seen = look.at(fresh);
        fresh.setNetworkTimeout(Runnable::run, Math.toIntExact(AGAIN.toMillis()));
        return seen;
      } catch (SQLException e) {
        abandon();
        throw e;
      }
    }
  }

  /** Breaks off a look that is under way, and closes the connection without waiting. */
  @Override
  public void close() {
    closed = true;
    abandon();
  }

  private void abandon() {
    Connection last = open;
    open = null;
    if (last != null) {
      try {
        last.abort(Runnable::run);
      } catch (SQLException ignored) {
        // It is gone either way.
      }
    }
  }
}
