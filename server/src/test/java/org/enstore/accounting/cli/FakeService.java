package org.enstore.accounting.cli;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.DataSource;
import org.enstore.accounting.proto.v1.GetFreshnessRequest;
import org.enstore.accounting.proto.v1.GetFreshnessResponse;
import org.enstore.accounting.proto.v1.GetReplicationRequest;
import org.enstore.accounting.proto.v1.GetReplicationResponse;
import org.enstore.accounting.proto.v1.ListDataSourcesRequest;
import org.enstore.accounting.proto.v1.ListDataSourcesResponse;
import org.enstore.accounting.proto.v1.ListMeasuresRequest;
import org.enstore.accounting.proto.v1.ListMeasuresResponse;
import org.enstore.accounting.proto.v1.ListMoversRequest;
import org.enstore.accounting.proto.v1.ListMoversResponse;
import org.enstore.accounting.proto.v1.Measure;
import org.enstore.accounting.proto.v1.Mover;
import org.enstore.accounting.proto.v1.MoverClass;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.ReplicationHost;
import org.enstore.accounting.proto.v1.WatchSeriesRequest;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;

/**
 * A service that answers what a test says, and remembers what it was asked. Every way to read
 * straight leads to it.
 */
final class FakeService extends AccountingServiceGrpc.AccountingServiceImplBase
    implements Straight, AutoCloseable {
  final List<QuerySeriesRequest> queries = Collections.synchronizedList(new ArrayList<>());
  final List<WatchSeriesRequest> watches = Collections.synchronizedList(new ArrayList<>());
  final List<ListMoversRequest> lists = Collections.synchronizedList(new ArrayList<>());
  final List<Standby> standbys = Collections.synchronizedList(new ArrayList<>());
  final List<String> sources = new ArrayList<>(List.of("fnal"));
  final HealthStatusManager health = new HealthStatusManager();
  Optional<Path> configuration = Optional.empty();
  GetFreshnessResponse freshness = GetFreshnessResponse.getDefaultInstance();
  BiConsumer<QuerySeriesRequest, StreamObserver<QuerySeriesResponse>> query =
      (request, reply) -> reply.onCompleted();
  BiConsumer<WatchSeriesRequest, StreamObserver<WatchSeriesResponse>> watch =
      (request, reply) -> reply.onCompleted();
  private final Server server;
  private final ManagedChannel channel;

  FakeService() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(this)
            .addService(health.getHealthService())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    health.setStatus("fnal", ServingStatus.SERVING);
  }

  @Override
  public Service open(Path file) {
    configuration = Optional.of(file);
    return new Opened(channel);
  }

  @Override
  public Service open(Standby standby) {
    standbys.add(standby);
    return new Opened(channel);
  }

  private record Opened(Channel channel) implements Service {
    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Override
  public void listDataSources(
      ListDataSourcesRequest request, StreamObserver<ListDataSourcesResponse> reply) {
    ListDataSourcesResponse.Builder answer = ListDataSourcesResponse.newBuilder();
    sources.forEach(
        name ->
            answer.addDataSources(
                DataSource.newBuilder().setName(name).setTimeZone("America/Chicago")));
    reply.onNext(answer.build());
    reply.onCompleted();
  }

  /** Bytes, and errors that the database does not have. */
  @Override
  public void listMeasures(
      ListMeasuresRequest request, StreamObserver<ListMeasuresResponse> reply) {
    reply.onNext(
        ListMeasuresResponse.newBuilder()
            .addMeasures(
                Measure.newBuilder()
                    .setName("bytes")
                    .setTitle("Bytes")
                    .setDescription("Bytes transferred in each step")
                    .setKind("bytes")
                    .setUnit("bytes")
                    .setAdditive(true)
                    .setDataset("transfers")
                    .setDatabase("accounting")
                    .addAllDimensions(List.of("mover", "library"))
                    .addDefaultGroupBy("mover")
                    .setAvailable(true))
            .addMeasures(
                Measure.newBuilder()
                    .setName("errors")
                    .setTitle("Errors")
                    .setDescription("Failed requests")
                    .setKind("count")
                    .setUnit("none")
                    .setAdditive(true)
                    .setDataset("errors")
                    .setDatabase("accounting")
                    .addDimensions("errorClass")
                    .setProblem("The table encp_error is missing."))
            .build());
    reply.onCompleted();
  }

  /** Three movers, in pages of two. */
  @Override
  public void listMovers(ListMoversRequest request, StreamObserver<ListMoversResponse> reply) {
    lists.add(request);
    ListMoversResponse.Builder answer = ListMoversResponse.newBuilder();
    if (request.getPageToken().isEmpty()) {
      answer
          .addMovers(
              Mover.newBuilder()
                  .setName("LTO8_1")
                  .setMoverClass(MoverClass.MOVER_CLASS_TAPE)
                  .setDriveType("ULT3580-TD8")
                  .addLibraries("CD-1")
                  .addLibraries("CD-2")
                  .setFirstSeenDay("2025-06-01")
                  .setLastSeenDay("2025-06-19"))
          .addMovers(Mover.newBuilder().setName("LTO8_s"))
          .setNextPageToken("more");
    } else {
      answer.addMovers(
          Mover.newBuilder()
              .setName("disk_1")
              .setMoverClass(MoverClass.MOVER_CLASS_DISK)
              .setFirstSeenDay("2025-06-02")
              .setLastSeenDay("2025-06-18"));
    }
    reply.onNext(answer.build());
    reply.onCompleted();
  }

  @Override
  public void getFreshness(
      GetFreshnessRequest request, StreamObserver<GetFreshnessResponse> reply) {
    reply.onNext(freshness);
    reply.onCompleted();
  }

  @Override
  public void getReplication(
      GetReplicationRequest request, StreamObserver<GetReplicationResponse> reply) {
    reply.onNext(
        GetReplicationResponse.newBuilder()
            .addHosts(
                ReplicationHost.newBuilder()
                    .setHost("standby1:8800")
                    .setRole(ReplicationHost.Role.ROLE_STANDBY)
                    .setState(ReplicationHost.State.STATE_CATCHING_UP)
                    .setLagBytes(12_345_678)
                    .setChosen(true)
                    .setVersion("12.22"))
            .build());
    reply.onCompleted();
  }

  @Override
  public void querySeries(QuerySeriesRequest request, StreamObserver<QuerySeriesResponse> reply) {
    queries.add(request);
    query.accept(request, reply);
  }

  @Override
  public void watchSeries(WatchSeriesRequest request, StreamObserver<WatchSeriesResponse> reply) {
    watches.add(request);
    watch.accept(request, reply);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
