package org.enstore.accounting.grafana;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import org.enstore.accounting.proto.pluginv2.PublishStreamRequest;
import org.enstore.accounting.proto.pluginv2.PublishStreamResponse;
import org.enstore.accounting.proto.pluginv2.RunStreamRequest;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.StreamPacket;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamRequest;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamResponse;
import org.enstore.accounting.series.Cancellation;

/**
 * Feeds the channels of live panels. What a channel shows is in its data, see {@link LiveQuestion};
 * its path only tells it from others. Nobody may write to one.
 */
public final class StreamService extends StreamGrpc.StreamImplBase {
  private final InstanceRegistry registry;
  private final Workers workers;
  private final InstantSource clock;

  /**
   * The service.
   *
   * @param clock when panels' time ranges end
   */
  public StreamService(InstanceRegistry registry, Workers workers, InstantSource clock) {
    this.registry = registry;
    this.workers = workers;
    this.clock = clock;
  }

  @Override
  public void subscribeStream(
      SubscribeStreamRequest request, StreamObserver<SubscribeStreamResponse> reply) {
    SubscribeStreamResponse.Status status = SubscribeStreamResponse.Status.OK;
    try {
      LiveQuestion.read(request.getData(), clock.instant());
    } catch (RuntimeException e) {
      // The host has no place for a sentence here; the panel's own query is told what is wrong.
      Failures.of(e, "subscription to " + request.getPath());
      status = SubscribeStreamResponse.Status.NOT_FOUND;
    }
    reply.onNext(SubscribeStreamResponse.newBuilder().setStatus(status).build());
    reply.onCompleted();
  }

  @Override
  public void runStream(RunStreamRequest request, StreamObserver<StreamPacket> reply) {
    String work = "live channel " + request.getPath();
    LiveChannel channel;
    try {
      LiveQuestion question = LiveQuestion.read(request.getData(), clock.instant());
      channel = new LiveChannel(question, (ServerCallStreamObserver<StreamPacket>) reply, clock);
    } catch (RuntimeException e) {
      reply.onError(Failures.status(Failures.of(e, work)));
      return;
    }
    try {
      // Opening a data source takes a while.
      workers.ask(
          InstanceRegistry.SourceId.of(request.getPluginContext()),
          () -> begin(channel, request, work),
          new Cancellation());
    } catch (RuntimeException e) {
      channel.end(Failures.of(e, work));
    }
  }

  private void begin(LiveChannel channel, RunStreamRequest request, String work) {
    try {
      channel.begin(registry.acquire(request.getPluginContext()));
    } catch (RuntimeException e) {
      channel.end(Failures.of(e, work));
    }
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
