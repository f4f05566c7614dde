package org.enstore.accounting.grafana;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.Questions;

/**
 * The threads that work is handed to: calls arrive on the transport's own threads, which must never
 * wait.
 *
 * @param questions takes what may block; bounded, and refuses when it is full
 * @param cancellations carries cancellations out, which may block too and must not queue behind
 *     questions
 * @param timer runs what is due later; short work only
 */
public record Workers(Questions questions, Executor cancellations, ScheduledExecutorService timer) {
  /**
   * Runs {@code work} among the questions, in the caller's context. Cancelled work may never run:
   * nobody waits for it.
   *
   * @param owner on whose account, such as a data source
   * @throws QueryFailure of kind {@link FailureKind#OVERLOADED} when there is no room
   */
  void ask(Object owner, Runnable work, Cancellation cancellation) {
    try {
      questions.execute(owner, Context.current().wrap(work), cancellation);
    } catch (Questions.Refused e) {
      throw new QueryFailure(FailureKind.OVERLOADED, String.valueOf(e.getMessage()), e);
    } catch (RejectedExecutionException e) {
      throw new QueryFailure(
          FailureKind.OVERLOADED,
          "This data source has too many questions waiting for the plugin; try again in a moment.",
          e);
    }
  }

  /**
   * The cancellation of the call that {@code reply} answers; one that never comes for a caller in
   * this process, who has no call to cancel. To be asked for before the service method returns.
   */
  Cancellation cancellationOf(StreamObserver<?> reply) {
    Cancellation cancellation = new Cancellation();
    if (reply instanceof ServerCallStreamObserver<?> call) {
      call.setOnCancelHandler(() -> cancellations.execute(cancellation::cancel));
    }
    return cancellation;
  }
}
