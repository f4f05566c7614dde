package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells work in progress that nobody waits for it any more. Thread-safe. Cancelling runs the
 * actions registered so far, once, on the cancelling thread; an action registered later runs at
 * once on its own.
 */
public final class Cancellation {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  /** Cancels; a second call does nothing. */
  public void cancel() {
    List<Runnable> due;
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      due = List.copyOf(actions);
      actions.clear();
    }
    due.forEach(Runnable::run);
  }

  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /**
   * Runs {@code action} on cancellation until the returned registration is closed.
   *
   * @return a registration to close when the action has become pointless
   */
  public Registration onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.add(action);
        return () -> remove(action);
      }
    }
    action.run();
    return () -> {};
  }

  /**
   * Throws the failure of a cancelled question.
   *
   * @throws QueryFailure of kind {@link FailureKind#CANCELLED} if cancelled
   */
  public void check() {
    if (isCancelled()) {
      throw new QueryFailure(FailureKind.CANCELLED, "The caller went away.");
    }
  }

  private synchronized void remove(Runnable action) {
    actions.remove(action);
  }

  /** Ends an {@link #onCancel} registration. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
