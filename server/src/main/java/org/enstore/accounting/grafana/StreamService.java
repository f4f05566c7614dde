package org.enstore.accounting.grafana;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.enstore.accounting.proto.pluginv2.PublishStreamRequest;
import org.enstore.accounting.proto.pluginv2.PublishStreamResponse;
import org.enstore.accounting.proto.pluginv2.RunStreamRequest;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.StreamPacket;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamRequest;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamResponse;

/** Says that there are no live channels, and that nobody may write to one. */
public final class StreamService extends StreamGrpc.StreamImplBase {
  @Override
  public void subscribeStream(
      SubscribeStreamRequest request, StreamObserver<SubscribeStreamResponse> reply) {
    reply.onNext(
        SubscribeStreamResponse.newBuilder()
            .setStatus(SubscribeStreamResponse.Status.NOT_FOUND)
            .build());
    reply.onCompleted();
  }

  @Override
  public void runStream(RunStreamRequest request, StreamObserver<StreamPacket> reply) {
    reply.onError(
        Status.NOT_FOUND.withDescription("There are no live channels.").asRuntimeException());
  }

  @Override
  public void publishStream(
      PublishStreamRequest request, StreamObserver<PublishStreamResponse> reply) {
    reply.onNext(
        PublishStreamResponse.newBuilder()
            .setStatus(PublishStreamResponse.Status.PERMISSION_DENIED)
            .build());
    reply.onCompleted();
  }
}
