package org.enstore.accounting.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.concurrent.Executor;
import org.enstore.accounting.series.Cancellation;
import org.jspecify.annotations.Nullable;

/**
 * Sends the parts of one answer as fast as the caller takes them, and no faster: what is not sent
 * is not made. To be created before the service method returns. Thread-safe.
 */
final class Flow<T> {
  private final ServerCallStreamObserver<T> reply;
  private final Cancellation cancellation = new Cancellation();
  private @Nullable Iterator<T> parts;
  private Runnable end = () -> {};
  private boolean over;

  /**
   * The flow of the call that {@code reply} answers.
   *
   * @param cancellations carries the call's end to the database, which may block
   */
  Flow(StreamObserver<T> reply, Executor cancellations) {
    this.reply = (ServerCallStreamObserver<T>) reply;
    this.reply.setOnCancelHandler(() -> cancellations.execute(this::cancel));
    this.reply.setOnReadyHandler(this::drain);
  }

  /** The cancellation of the call. */
  Cancellation cancellation() {
    return cancellation;
  }

  /** Has {@code end} run once everything is sent, or the call has failed. */
  synchronized void atTheEnd(Runnable end) {
    this.end = end;
  }

  /** Sends {@code parts}, now and whenever the caller has taken what was sent, then the end. */
  void send(Iterator<T> parts) {
    synchronized (this) {
      this.parts = parts;
    }
    drain();
  }

  /** Ends the call with a failure. */
  synchronized void fail(Throwable failure) {
    if (!over) {
      over = true;
      reply.onError(failure);
      end.run();
    }
  }

  private synchronized void drain() {
    Iterator<T> left = parts;
    if (left == null || over) {
      return;
    }
    while (reply.isReady() && left.hasNext()) {
      reply.onNext(left.next());
    }
    if (!left.hasNext()) {
      over = true;
      reply.onCompleted();
      end.run();
    }
  }

  private void cancel() {
    synchronized (this) {
      over = true;
      parts = null;
    }
    cancellation.cancel();
  }
}
