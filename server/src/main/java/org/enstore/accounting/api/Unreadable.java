package org.enstore.accounting.api;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.List;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.series.QueryFailure;

/**
 * Refuses bytes that are no request, as any other request that is wrong. Left to itself, gRPC takes
 * them for a defect of the service.
 */
final class Unreadable implements ServerInterceptor {
  /** Hands bytes on as they are, so that they are first read below this interceptor. */
  private static final MethodDescriptor.Marshaller<InputStream> AS_THEY_ARE =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream bytes) {
          return bytes;
        }

        @Override
        public InputStream parse(InputStream bytes) {
          return bytes;
        }
      };

  private Unreadable() {}

  /**
   * {@code service} behind this refusal.
   *
   * @param outer sees calls before, and the refusal as their end
   */
  static ServerServiceDefinition before(ServerServiceDefinition service, ServerInterceptor outer) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(service, AS_THEY_ARE), new Unreadable(), outer);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Ended ended = new Ended();
    ServerCall<Q, A> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            ended.already = true;
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        try {
          super.onMessage(message);
        } catch (StatusRuntimeException e) {
          refused = true;
          if (!ended.already) {
            refuse(call);
          }
        }
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }

  private static void refuse(ServerCall<?, ?> call) {
    StatusRuntimeException refusal =
        Failures.status(
            QueryFailure.of(
                List.of(
                    new Complaint(
                        "",
                        "What was sent is no message of the type that "
                            + call.getMethodDescriptor().getFullMethodName()
                            + " takes; its stubs must be made from the proto file of this"
                            + " service."))),
            "reading a request",
            "");
    Metadata trailers = refusal.getTrailers();
    call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  /** Whether the call has been answered. */
  private static final class Ended {
    private volatile boolean already;
  }
}
