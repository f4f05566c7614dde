package org.enstore.accounting.api;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;

/**
 * Refuses calls above a number at a time for all callers together, and above a rate for each. A
 * caller may save up one second's calls.
 */
final class Limits implements ServerInterceptor {
  /** How many callers' rates are remembered; those that called least recently are forgotten. */
  private static final int REMEMBERED = 10_000;

  private static final double NANOS = 1e9;

  private final int concurrentCalls;
  private final int callsPerSecond;
  private final LongSupplier nanoClock;
  private final AtomicInteger running = new AtomicInteger();
  private final Map<String, Allowance> allowances =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Allowance> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Limits.
   *
   * @param concurrentCalls calls at a time, all callers together
   * @param callsPerSecond calls that each caller may begin in a second
   * @param nanoClock a clock that never goes back, in nanoseconds
   */
  Limits(int concurrentCalls, int callsPerSecond, LongSupplier nanoClock) {
    this.concurrentCalls = concurrentCalls;
    this.callsPerSecond = callsPerSecond;
    this.nanoClock = nanoClock;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!takesOne(callerOf(call))) {
      return refuse(
          call,
          "More than "
              + callsPerSecond
              + " calls in a second; slow down, or ask for more in one call.");
    }
    if (running.incrementAndGet() > concurrentCalls) {
      running.decrementAndGet();
      return refuse(
          call,
          "The service is working on "
              + concurrentCalls
              + " calls already; try again in a moment.");
    }
    AtomicBoolean over = new AtomicBoolean();
    Runnable end =
        () -> {
          if (over.compareAndSet(false, true)) {
            running.decrementAndGet();
          }
        };
    ServerCall.Listener<Q> listener;
    try {
      listener = next.startCall(call, headers);
    } catch (RuntimeException | Error e) {
      end.run();
      throw e;
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onComplete() {
        end.run();
        super.onComplete();
      }

      @Override
      public void onCancel() {
        end.run();
        super.onCancel();
      }
    };
  }

  private static String callerOf(ServerCall<?, ?> call) {
    Caller caller = Caller.current();
    return caller.equals(Caller.LOCAL)
        ? AccessLog.address(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
        : caller.name();
  }

  private boolean takesOne(String caller) {
    long now = nanoClock.getAsLong();
    synchronized (allowances) {
      Allowance before = allowances.getOrDefault(caller, new Allowance(callsPerSecond, now));
      double left =
          Math.min(callsPerSecond, before.calls + (now - before.at) / NANOS * callsPerSecond);
      boolean taken = left >= 1;
      allowances.put(caller, new Allowance(taken ? left - 1 : left, now));
      return taken;
    }
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String sentence) {
    StatusRuntimeException refusal =
        Failures.status(new QueryFailure(FailureKind.OVERLOADED, sentence), Duration.ofSeconds(1));
    Metadata trailers = refusal.getTrailers();
    call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
    return new ServerCall.Listener<>() {};
  }

  /** How many calls a caller had left at an instant. */
  private record Allowance(double calls, long at) {}
}
