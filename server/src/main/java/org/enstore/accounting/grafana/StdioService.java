package org.enstore.accounting.grafana;

import com.google.protobuf.Empty;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.enstore.accounting.proto.goplugin.GRPCStdioGrpc;
import org.enstore.accounting.proto.goplugin.StdioData;

/** Holds the host's output stream open and sends nothing: the log goes to the real stderr. */
public final class StdioService extends GRPCStdioGrpc.GRPCStdioImplBase {
  @Override
  public void streamStdio(Empty request, StreamObserver<StdioData> reply) {
    ((ServerCallStreamObserver<StdioData>) reply)
        .setOnCancelHandler(
            () -> {
              // The host closed it; there is nothing to stop.
            });
  }
}
