package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import org.enstore.accounting.series.Cancellation;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the statements of one connection while somebody waits for them, and has the server
 * cancel them when nobody does any more.
 */
final class Attendance implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Attendance.class);

  /*
   * A cancel request travels on a connection of its own and hits whatever the session is doing when
   * it arrives. Sent a moment before the statement begins, it hits nothing: so it is sent again
   * until the work has ended. Sent a moment after the end, it would hit a stranger's statement on
   * the pooled connection: so sending and ending exclude each other, and a session that was sent
   * one is not used again.
   */
  private static final long AGAIN_MILLIS = 250;
  private static final int ATTEMPTS = 40;

  private final PGConnection session;
  private final Cancellation.Registration registration;
  private boolean ended;
  private boolean sent;

  /** Begins to watch; the request to cancel is sent by {@code messenger}. */
  Attendance(Connection connection, Cancellation cancellation, Executor messenger)
      throws SQLException {
    this.session = connection.unwrap(PGConnection.class);
    this.registration = cancellation.onCancel(() -> messenger.execute(this::cancel));
  }

  /** Whether the session was sent a request to cancel and must not be used again. */
  synchronized boolean isDisturbed() {
    return sent;
  }

  /** Ends the watch; when it returns, no request is on its way any more. */
  @Override
  public void close() {
    registration.close();
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private synchronized void cancel() {
    try {
      for (int attempt = 0; attempt < ATTEMPTS && !ended; attempt++) {
        sent = true;
        session.cancelQuery();
        wait(AGAIN_MILLIS);
      }
    } catch (SQLException e) {
      logger.debug("cancel failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
