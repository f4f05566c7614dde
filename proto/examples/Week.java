import com.google.protobuf.Timestamp;
import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesIdentity;
import org.enstore.accounting.proto.v1.SeriesQuery;

/**
 * Prints the bytes that each mover moved in the seven days before today (UTC), from the Enstore
 * accounting service. Needs the jar of the module "proto" and grpc-netty-shaded with what they need:
 *
 * <pre>java -cp 'lib/*' Week.java HOST:PORT DATA_SOURCE [CA.crt]</pre>
 *
 * <p>The token, if the service asks for one, is taken from the variable ENSTORE_TOKEN. A service
 * that is starting, or restarts, is waited for.
 */
public final class Week {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  public static void main(String[] arguments) throws IOException {
    ChannelCredentials credentials =
        arguments.length < 3
            ? InsecureChannelCredentials.create()
            : TlsChannelCredentials.newBuilder().trustManager(new File(arguments[2])).build();
    ManagedChannel channel =
        Grpc.newChannelBuilder(arguments[0], credentials)
            .defaultServiceConfig(retries())
            .build();
    try {
      print(channel, arguments[1]);
    } catch (StatusRuntimeException e) {
      System.err.println(e.getStatus().getCode() + ": " + e.getStatus().getDescription());
      System.exit(1);
    } finally {
      channel.shutdownNow();
    }
  }

  /** Has gRPC repeat calls that found no service, or one whose database is out of reach. */
  private static Map<String, ?> retries() {
    return Map.of(
        "methodConfig",
        List.of(
            Map.of(
                "name", List.of(Map.of("service", AccountingServiceGrpc.SERVICE_NAME)),
                "waitForReady", true,
                "retryPolicy",
                    Map.of(
                        "maxAttempts", 5.0,
                        "initialBackoff", "0.5s",
                        "maxBackoff", "10s",
                        "backoffMultiplier", 2.0,
                        "retryableStatusCodes", List.of("UNAVAILABLE")))));
  }

  private static void print(ManagedChannel channel, String dataSource) {
    Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
    QuerySeriesRequest request =
        QuerySeriesRequest.newBuilder()
            .setDataSource(dataSource)
            .setFresh(true)
            .setQuery(
                SeriesQuery.newBuilder()
                    .setStartTime(timestamp(today.minus(7, ChronoUnit.DAYS)))
                    .setEndTime(timestamp(today))
                    .setStep("1h")
                    .setUnit(SeriesQuery.Unit.UNIT_BYTES)
                    .setDirection(SeriesQuery.Direction.DIRECTION_SUM))
            .build();
    Iterator<QuerySeriesResponse> parts =
        AccountingServiceGrpc.newBlockingStub(channel)
            .withCallCredentials(new Bearer(System.getenv("ENSTORE_TOKEN")))
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .querySeries(request);
    List<SeriesIdentity> movers = new ArrayList<>();
    long[] bytes = {};
    while (parts.hasNext()) {
      QuerySeriesResponse part = parts.next();
      if (part.hasHeader()) {
        movers.addAll(part.getHeader().getSeriesList());
        bytes = new long[movers.size()];
      }
      for (long value : part.getValues().getIntegersList()) {
        bytes[part.getValues().getSeries()] += value;
      }
    }
    long total = 0;
    for (int i = 0; i < bytes.length; i++) {
      System.out.printf("%-20s %,22d%n", movers.get(i).getLabels(0).getValue(), bytes[i]);
      total = Math.addExact(total, bytes[i]);
    }
    System.out.printf("total %d%n", total);
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
  }

  /** Sends a token, if there is one, with each call. */
  private static final class Bearer extends CallCredentials {
    private final String token;

    Bearer(String token) {
      this.token = token;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      Metadata headers = new Metadata();
      if (token != null) {
        headers.put(AUTHORIZATION, "Bearer " + token);
      }
      applier.apply(headers);
    }
  }
}
