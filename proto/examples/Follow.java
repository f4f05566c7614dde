import com.google.protobuf.Timestamp;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc.AccountingServiceBlockingStub;
import org.enstore.accounting.proto.v1.Point;
import org.enstore.accounting.proto.v1.SeriesIdentity;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.proto.v1.WatchSeriesRequest;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;

/**
 * Prints bytes by mover and minute as transfers finish, until it is stopped, from the Enstore
 * accounting service. Needs what Week.java needs, and is called like it:
 *
 * <pre>java -cp 'lib/*' Follow.java HOST:PORT DATA_SOURCE [CA.crt]</pre>
 *
 * <p>When the service ends the watch, as it does when it restarts, it calls again.
 */
public final class Follow {
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ChannelCredentials credentials =
        arguments.length < 3
            ? InsecureChannelCredentials.create()
            : TlsChannelCredentials.newBuilder().trustManager(new File(arguments[2])).build();
    ManagedChannel channel = Grpc.newChannelBuilder(arguments[0], credentials).build();
    AccountingServiceBlockingStub stub =
        AccountingServiceGrpc.newBlockingStub(channel).withWaitForReady();
    if (System.getenv("ENSTORE_TOKEN") != null) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          "Bearer " + System.getenv("ENSTORE_TOKEN"));
      stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
    Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS);
    WatchSeriesRequest request =
        WatchSeriesRequest.newBuilder()
            .setDataSource(arguments[1])
            .setQuery(
                SeriesQuery.newBuilder()
                    .setStartTime(Timestamp.newBuilder().setSeconds(start.getEpochSecond()))
                    .setStep("1m")
                    .setUnit(SeriesQuery.Unit.UNIT_BYTES)
                    .setDirection(SeriesQuery.Direction.DIRECTION_SUM))
            .build();
    while (true) {
      try {
        watch(stub.watchSeries(request));
      } catch (StatusRuntimeException e) {
        System.out.println(e.getStatus().getCode() + ": " + e.getStatus().getDescription());
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
          System.exit(1);
        }
        Thread.sleep(1000);
      }
    }
  }

  private static void watch(Iterator<WatchSeriesResponse> parts) {
    List<SeriesIdentity> movers = new ArrayList<>();
    boolean began = false;
    while (parts.hasNext()) {
      WatchSeriesResponse part = parts.next();
      movers.addAll(part.getHeader().getSeriesList());
      movers.addAll(part.getUpdate().getAddedSeriesList());
      if (began) {
        for (Point point : part.getUpdate().getPointsList()) {
          System.out.printf(
              "%s %s %d%n",
              Instant.ofEpochSecond(point.getStartEpochSeconds()),
              movers.get(point.getSeries()).getLabels(0).getValue(),
              point.getInteger());
        }
      } else if (part.getUpdate().getComplete()) {
        began = true;
        System.out.println("watching " + movers.size() + " movers");
      }
    }
  }
}
