package org.enstore.accounting.grafana;

import io.grpc.stub.StreamObserver;
import org.enstore.accounting.proto.goplugin.Empty;
import org.enstore.accounting.proto.goplugin.GRPCControllerGrpc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the host's order to end. It is answered first: the host waits for that without a limit. */
public final class ControllerService extends GRPCControllerGrpc.GRPCControllerImplBase {
  private static final Logger logger = LoggerFactory.getLogger(ControllerService.class);

  private final Runnable end;

  /**
   * The service.
   *
   * @param end starts the end of the process and returns at once; does nothing in a daemon that
   *     several hosts share
   */
  public ControllerService(Runnable end) {
    this.end = end;
  }

  @Override
  public void shutdown(Empty request, StreamObserver<Empty> reply) {
    logger.info("shutdown was asked for by the host");
    reply.onNext(Empty.getDefaultInstance());
    reply.onCompleted();
    end.run();
  }
}
