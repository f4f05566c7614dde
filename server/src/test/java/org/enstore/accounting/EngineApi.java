package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.enstore.accounting.api.AccessLog;
import org.enstore.accounting.api.AccountingService;
import org.enstore.accounting.api.ApiServer;
import org.enstore.accounting.api.DataSources;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.Label;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.proto.v1.SeriesValues;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.Questions;
import org.enstore.accounting.series.SeriesEngine;

/** The public API over one engine, on a real port, and what a client makes of its answers. */
final class EngineApi implements AutoCloseable {
  private static final String NAME = "site";

  private final ApiServer server;
  private final ManagedChannel channel;

  EngineApi(
      SeriesEngine engine,
      ZoneId zone,
      Questions questions,
      Executor cancellations,
      InstantSource clock)
      throws IOException {
    DataSources sources = new DataSources(List.of(new DataSources.DataSource(NAME, zone, engine)));
    server =
        new ApiServer(
            new ApiServer.Options(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                Optional.empty(),
                1 << 20,
                100,
                10_000,
                Duration.ofSeconds(1)),
            new AccountingService(
                sources, questions, cancellations, AnswerMemory.ofHeap(1 << 30), clock),
            sources,
            Optional::empty,
            new AccessLog(line -> {}, clock, System::nanoTime),
            System::nanoTime,
            Thread::new);
    server.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  /**
   * An answer in typed columns, put together.
   *
   * @param asOf up to when it says that it is complete
   * @param values by label set and bucket start; missing ones left out
   * @param whole whether every value came as an exact integer; true without values
   */
  record Columns(Instant asOf, Map<String, Map<Long, BigDecimal>> values, boolean whole) {}

  /** The answer in typed columns. */
  Columns columns(SeriesQuery query, boolean fresh) {
    Iterator<QuerySeriesResponse> parts =
        ask(query, QuerySeriesRequest.Format.FORMAT_COLUMNS, fresh);
    SeriesHeader header = parts.next().getHeader();
    List<String> labels =
        header.getSeriesList().stream().map(each -> labels(each.getLabelsList())).toList();
    List<Long> starts = new ArrayList<>();
    Map<String, Map<Long, BigDecimal>> table = new TreeMap<>();
    labels.forEach(each -> assertThat(table.put(each, new TreeMap<>())).isNull());
    boolean whole = true;
    while (parts.hasNext()) {
      QuerySeriesResponse part = parts.next();
      starts.addAll(part.getBuckets().getStartEpochSecondsList());
      SeriesValues values = part.getValues();
      whole &=
          values.getNumbersCount() == values.getMissingCount() || values.getIntegersCount() > 0;
      Map<Long, BigDecimal> series =
          part.hasValues()
              ? table.getOrDefault(labels.get(values.getSeries()), Map.of())
              : Map.of();
      for (int i = 0; i < values.getIntegersCount() + values.getNumbersCount(); i++) {
        if (!values.getMissingList().contains(i)) {
          series.put(
              starts.get(values.getFirstBucket() + i),
              values.getIntegersCount() > 0
                  ? BigDecimal.valueOf(values.getIntegers(i))
                  : new BigDecimal(Double.toString(values.getNumbers(i))));
        }
      }
    }
    assertThat(starts).hasSize(header.getBucketCount());
    return new Columns(
        Instant.ofEpochSecond(header.getAsOf().getSeconds(), header.getAsOf().getNanos()),
        table,
        whole);
  }

  /** The answer as an Arrow file. */
  byte[] arrow(SeriesQuery query) {
    ByteString file = ByteString.EMPTY;
    Iterator<QuerySeriesResponse> parts = ask(query, QuerySeriesRequest.Format.FORMAT_ARROW, false);
    while (parts.hasNext()) {
      file = file.concat(parts.next().getArrow());
    }
    return file.toByteArray();
  }

  private Iterator<QuerySeriesResponse> ask(
      SeriesQuery query, QuerySeriesRequest.Format format, boolean fresh) {
    return AccountingServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .querySeries(
            QuerySeriesRequest.newBuilder()
                .setDataSource(NAME)
                .setQuery(query)
                .setFormat(format)
                .setFresh(fresh)
                .build());
  }

  private static String labels(List<Label> labels) {
    return new TreeMap<>(labels.stream().collect(Collectors.toMap(Label::getName, Label::getValue)))
        .toString();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
