package org.enstore.accounting.api;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Questions;

/**
 * The public service for a caller of the same process: no port, no credentials, no limits. What is
 * asked, answered and refused is the same as through {@link ApiServer}.
 */
public final class LocalServer implements AutoCloseable {
  private final Server server;
  private final ManagedChannel channel;

  /**
   * A server that answers already.
   *
   * @param questions takes what may block
   */
  public LocalServer(BindableService service, DataSources sources, Questions questions)
      throws IOException {
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    Access everybody = new Access(Optional::empty, sources);
    for (BindableService each : List.of(service, new Health(sources, questions))) {
      builder.addService(ServerInterceptors.intercept(each, everybody));
    }
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  /** Where the service is called. */
  public Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  /** Tries a data source when its health is asked for. */
  private static final class Health extends HealthGrpc.HealthImplBase {
    private final DataSources sources;
    private final Questions questions;

    Health(DataSources sources, Questions questions) {
      this.sources = sources;
      this.questions = questions;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
      try {
        DataSources.DataSource source = sources.get(request.getService(), Caller.current());
        questions.execute(
            source.name(),
            () -> {
              boolean well = source.engine().health().ok();
              reply.onNext(
                  HealthCheckResponse.newBuilder()
                      .setStatus(well ? ServingStatus.SERVING : ServingStatus.NOT_SERVING)
                      .build());
              reply.onCompleted();
            },
            new Cancellation());
      } catch (DataSources.NotFound e) {
        reply.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
      } catch (RejectedExecutionException e) {
        reply.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
      }
    }
  }
}
