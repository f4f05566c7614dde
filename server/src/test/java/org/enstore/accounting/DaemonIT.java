package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.ServeSettings;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestAuthority;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.demo.TestTransfers;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.GetFreshnessRequest;
import org.enstore.accounting.proto.v1.ListDataSourcesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.proto.v1.WatchSeriesRequest;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon over TLS on every address of this machine, on a real primary and its standby. */
class DaemonIT {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final String TOKEN = "b7c1f6d2";

  @TempDir private Path folder;

  @Test
  void daemon_servesOverTlsToTokens_live_andAcrossARestart() throws Exception {
    TestAuthority authority = new TestAuthority(folder, "authority");
    TestAuthority.Identity identity =
        authority.issue("server", "RSA", List.of("dns:localhost", "ip:127.0.0.1"));
    try (ReplicatedPair pair =
        TestPairs.builder()
            .zone(CHICAGO)
            .preparation(
                primary -> {
                  primary.createDatabase();
                  primary.letReaderMonitor();
                })
            .start()) {
      Instant start = Instant.now().minusSeconds(3600);
      TestTransfers.record(pair, CHICAGO, start, "A1.mover", 1_000);
      TestTransfers.record(pair, CHICAGO, start.plusSeconds(60), "A1.mover", 500);
      pair.awaitReplay(Duration.ofSeconds(60));
      Path file = configure(pair, identity);
      ServeSettings settings =
          ServeFile.read(
              file, Map.of("ENSTORE_ACCOUNTING_FNAL_PASSWORD", pair.password(Role.READER)));
      int port;
      ManagedChannel channel;
      try (Daemon daemon = new Daemon(settings, ProcessSettings.DEFAULT, folder)) {
        daemon.start();
        port = daemon.port();
        channel = channel(port, authority);
        refusesStrangers(channel);
        sumIs(channel, start, 1_500);
        describesItself(channel);
        watches(channel, pair, start);
        tokensAreReadAgain(channel);
        tellsMonitors(daemon.monitorPort());
      }
      // Its port is known now, so the same client finds its successor.
      Files.writeString(
          file, Files.readString(file).replace("listen: 0.0.0.0:0", "listen: 0.0.0.0:" + port));
      ServeSettings again =
          ServeFile.read(
              file, Map.of("ENSTORE_ACCOUNTING_FNAL_PASSWORD", pair.password(Role.READER)));
      try (Daemon daemon = new Daemon(again, ProcessSettings.DEFAULT, folder)) {
        daemon.start();
        sumIs(channel, start, 1_500 + 250);
      } finally {
        channel.shutdownNow();
      }
      assertThat(Files.readString(folder.resolve("access.log")))
          .contains("\"caller\":\"alice\"", "\"source\":\"fnal\"", "UNAUTHENTICATED")
          .doesNotContain(TOKEN);
    }
  }

  private Path configure(ReplicatedPair pair, TestAuthority.Identity identity) throws Exception {
    Files.writeString(folder.resolve("access"), "token alice " + digest(TOKEN) + " fnal\n");
    return Files.writeString(
        folder.resolve("daemon.yaml"),
        """
        listen: 0.0.0.0:0
        monitor: 127.0.0.1:0
        tlsCertificate: %s
        tlsKey: %s
        accessList: access
        accessLog: access.log
        drain: 1s
        callsPerSecond: 10000
        dataSources:
          - name: fnal
            hosts: 127.0.0.1:%s
            database: %s
            drivestatHosts: 127.0.0.1:%s
            enstoredbHosts: 127.0.0.1:1
            siteTimeZone: America/Chicago
        """
            .formatted(
                identity.certificateFile(),
                identity.keyFile(),
                pair.standbyPort(),
                ReplicatedPair.DATABASE,
                pair.standbyPort()));
  }

  private static void refusesStrangers(ManagedChannel channel) {
    for (String token : new String[] {"", "wrong"}) {
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  stub(channel, token)
                      .listDataSources(ListDataSourcesRequest.getDefaultInstance()));
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
    assertThat(
            stub(channel, TOKEN)
                .getFreshness(GetFreshnessRequest.newBuilder().setDataSource("fnal").build())
                .getStandby())
        .isTrue();
  }

  /** What grpcurl does: list, describe, call. */
  private static void describesItself(ManagedChannel channel) throws Exception {
    Channel alice = ClientInterceptors.intercept(channel, bearer(TOKEN));
    ReflectionClient client = new ReflectionClient(alice);
    assertThat(client.services())
        .contains(AccountingServiceGrpc.SERVICE_NAME, "grpc.health.v1.Health");

    ServiceDescriptor service = client.describe(AccountingServiceGrpc.SERVICE_NAME);
    assertThat(service.getMethods())
        .extracting(method -> method.getName())
        .containsExactlyElementsOf(
            AccountingServiceGrpc.getServiceDescriptor().getMethods().stream()
                .map(method -> method.getBareMethodName())
                .toList());
    assertThat(client.call(service, "ListMovers", "data_source: \"fnal\"").toString())
        .contains("name: \"A1\"");
    assertThat(
            client
                .call(
                    service,
                    "QuerySeries",
                    """
                    data_source: "fnal"
                    query {
                      start_time { seconds: %s } end_time { seconds: %s }
                      step: "1d" unit: UNIT_BYTES direction: DIRECTION_SUM group_by {}
                    }
                    """
                        .formatted(
                            Instant.now().minusSeconds(86_400).getEpochSecond(),
                            Instant.now().getEpochSecond()))
                .toString())
        .contains("header {", "integers: ");
    assertThat(
            catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> new ReflectionClient(channel).call(service, "ListDataSources", ""))
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  private static void sumIs(ManagedChannel channel, Instant start, long expected) {
    QuerySeriesRequest request =
        QuerySeriesRequest.newBuilder()
            .setDataSource("fnal")
            .setFresh(true)
            .setQuery(query(start).setEndTime(timestamp(Instant.now().plusSeconds(60))))
            .build();
    long sum = 0;
    Iterator<QuerySeriesResponse> parts = stub(channel, TOKEN).querySeries(request);
    while (parts.hasNext()) {
      sum += parts.next().getValues().getIntegersList().stream().mapToLong(Long::longValue).sum();
    }
    assertThat(sum).isEqualTo(expected);
  }

  private static void watches(ManagedChannel channel, ReplicatedPair pair, Instant start)
      throws SQLException {
    Iterator<WatchSeriesResponse> parts =
        stub(channel, TOKEN)
            .watchSeries(
                WatchSeriesRequest.newBuilder()
                    .setDataSource("fnal")
                    .setQuery(query(start))
                    .build());
    assertThat(parts.next().hasHeader()).isTrue();
    Map<Long, Long> known = new HashMap<>();
    WatchSeriesResponse first = parts.next();
    take(known, first);
    assertThat(known.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1_500);

    TestTransfers.record(pair, CHICAGO, Instant.now(), "A1.mover", 250);
    while (known.values().stream().mapToLong(Long::longValue).sum() < 1_750) {
      take(known, parts.next());
    }
    assertThat(known.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1_750);
  }

  private static void take(Map<Long, Long> known, WatchSeriesResponse part) {
    part.getUpdate()
        .getPointsList()
        .forEach(point -> known.put(point.getStartEpochSeconds(), point.getInteger()));
  }

  private void tokensAreReadAgain(ManagedChannel channel) throws Exception {
    // Asks without a pause until the list is read again, which is what callsPerSecond is raised
    // for.
    Files.writeString(folder.resolve("access"), "token alice " + digest("another") + " fnal\n");
    Optional<Status.Code> code = Optional.empty();
    while (code.isEmpty()) {
      try {
        stub(channel, TOKEN).listDataSources(ListDataSourcesRequest.getDefaultInstance());
      } catch (StatusRuntimeException e) {
        code = Optional.of(e.getStatus().getCode());
      }
    }
    assertThat(code).contains(Status.Code.UNAUTHENTICATED);
    // A list that is wrong changes nothing.
    Files.writeString(folder.resolve("access"), "nonsense\n");
    stub(channel, "another").listDataSources(ListDataSourcesRequest.getDefaultInstance());
    Files.writeString(folder.resolve("access"), "token alice " + digest(TOKEN) + " fnal\n");
  }

  private static void tellsMonitors(int port) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    Instant end = Instant.now().plusSeconds(60);
    String health = get(client, port, "/healthz");
    while (!health.contains("fnal enstoredb") && Instant.now().isBefore(end)) {
      Thread.sleep(50);
      health = get(client, port, "/healthz");
    }
    assertThat(health)
        .isEqualTo(
            """
            serving
            fnal readable
            fnal drivestat readable
            fnal enstoredb not readable
            """);
    assertThat(get(client, port, "/metrics"))
        .contains(
            "enstore_api_calls_total{",
            "enstore_pool_connections{database=\"accounting\"",
            "code=\"UNAUTHENTICATED\"",
            "source=\"service/fnal\"");
  }

  private static String get(HttpClient client, int port, String path)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  private static SeriesQuery.Builder query(Instant start) {
    return SeriesQuery.newBuilder()
        .setStartTime(timestamp(start.minusSeconds(60)))
        .setStep("1m")
        .setUnit(SeriesQuery.Unit.UNIT_BYTES)
        .setDirection(SeriesQuery.Direction.DIRECTION_READ)
        .setGroupBy(SeriesQuery.GroupBy.getDefaultInstance());
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
  }

  private static AccountingServiceGrpc.AccountingServiceBlockingStub stub(
      ManagedChannel channel, String token) {
    return AccountingServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(90, TimeUnit.SECONDS)
        .withInterceptors(bearer(token));
  }

  private static ClientInterceptor bearer(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static ManagedChannel channel(int port, TestAuthority authority)
      throws IOException, GeneralSecurityException {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .sslContext(
            GrpcSslContexts.configure(
                    SslContextBuilder.forClient()
                        .trustManager(authority.certificateFile().toFile()),
                    SslProvider.JDK)
                .build())
        .build();
  }

  private static String digest(String token) throws Exception {
    return "sha256:"
        + HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8)));
  }
}
