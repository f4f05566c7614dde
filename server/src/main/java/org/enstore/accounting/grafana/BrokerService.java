package org.enstore.accounting.grafana;

import io.grpc.stub.StreamObserver;
import org.enstore.accounting.proto.goplugin.ConnInfo;
import org.enstore.accounting.proto.goplugin.GRPCBrokerGrpc;

/** Holds the host's broker stream open; no further connections are ever offered on it. */
public final class BrokerService extends GRPCBrokerGrpc.GRPCBrokerImplBase {
  @Override
  public StreamObserver<ConnInfo> startStream(StreamObserver<ConnInfo> reply) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ConnInfo offer) {
        // Nothing here connects back to the host.
      }

      @Override
      public void onError(Throwable ignored) {
        // The host went away; the server notices that by itself.
      }

      @Override
      public void onCompleted() {
        reply.onCompleted();
      }
    };
  }
}
