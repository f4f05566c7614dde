package org.enstore.accounting.grafana;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.proto.pluginv2.PublishStreamRequest;
import org.enstore.accounting.proto.pluginv2.PublishStreamResponse;
import org.enstore.accounting.proto.pluginv2.RunStreamRequest;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.StreamPacket;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamRequest;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamResponse;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.SeriesQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Live channels as a host opens them. */
@Timeout(60)
class StreamServiceTest {
  private static final String GOOD =
      """
      {"query": {"refId": "A", "step": "1d", "unit": "bytes", "direction": "read", "groupBy": []},
       "width": 864000000, "maxDataPoints": 500, "intervalMs": 60000}
      """;

  private ServedServices services;

  @BeforeEach
  void serve() throws IOException {
    services =
        new ServedServices(
            served ->
                List.of(
                    new StreamService(served.registry, served.workers(), () -> MemoryEngines.NOW)));
  }

  @AfterEach
  void close() {
    services.close();
  }

  private StreamGrpc.StreamBlockingStub stub() {
    return StreamGrpc.newBlockingStub(services.channel);
  }

  private SubscribeStreamResponse.Status subscribe(String data) {
    return stub()
        .subscribeStream(
            SubscribeStreamRequest.newBuilder()
                .setPluginContext(ServedServices.context())
                .setPath("series/1")
                .setData(ByteString.copyFromUtf8(data))
                .build())
        .getStatus();
  }

  private Iterator<StreamPacket> run(String data) {
    return stub()
        .runStream(
            RunStreamRequest.newBuilder()
                .setPluginContext(ServedServices.context())
                .setPath("series/1")
                .setData(ByteString.copyFromUtf8(data))
                .build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                       | \"query\"",
        "{                                                        | JSON",
        "{\"query\": 3}                                           | \"query\"",
        "{\"query\": {}, \"width\": 0}                            | \"width\"",
        "{\"query\": {}, \"to\": 5}                               | \"to\"",
        "{\"query\": {}, \"from\": 5, \"width\": 5}               | \"from\"",
        "{\"query\": {\"measure\": \"heat\"}}                     | \"measure\"",
        "{\"query\": {\"queryType\": \"annotations\"}}            | \"query.queryType\""
      })
  void unreadableChannel_isNotFound_andSaysWhyWhenRun(String data, String field) {
    assertThat(subscribe(data)).isEqualTo(SubscribeStreamResponse.Status.NOT_FOUND);
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> run(data).next());
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription()).contains(field);
  }

  @Test
  void liveQuery_mayBeSubscribedTo_andNotWrittenTo() {
    assertThat(subscribe(GOOD)).isEqualTo(SubscribeStreamResponse.Status.OK);
    assertThat(stub().publishStream(PublishStreamRequest.getDefaultInstance()).getStatus())
        .isEqualTo(PublishStreamResponse.Status.PERMISSION_DENIED);
  }

  @Test
  @SuppressWarnings("unchecked")
  void channel_hasWhatMayStillChange_thenWhatDoes_andGivesItsLeaseBack() throws Exception {
    Context.CancellableContext call = Context.current().withCancellation();
    Iterator<StreamPacket> packets = call.call(() -> run(GOOD));

    Map<String, Object> first = Json.object(packets.next().getData());
    List<Object> times = (List<Object>) values(first).get(0);
    List<Object> bytes = (List<Object>) values(first).get(1);
    assertThat(times).hasSameSizeAs(bytes).hasSizeBetween(2, 10);
    assertThat(bytes).contains(BigDecimal.valueOf(3L << 30));
    Map<?, ?> meta =
        (Map<?, ?>) requireNonNull(((Map<?, ?>) requireNonNull(first.get("schema"))).get("meta"));
    assertThat((Map<String, Object>) requireNonNull(meta.get("custom")))
        .containsOnlyKeys("step", "asOf");

    services
        .engines
        .last()
        .source()
        .add(
            new InMemoryTransferSource.Transfer(
                LocalDateTime.ofInstant(MemoryEngines.NOW, MemoryEngines.CHICAGO),
                "LTO8_10.mover",
                "FTTDriver",
                Direction.READ,
                77,
                "cms",
                "LTO8",
                "LTO8",
                "TS4500"));
    Map<String, Object> second = Json.object(packets.next().getData());

    assertThat(fields(second)).isEqualTo(fields(first));
    assertThat(values(second))
        .isEqualTo(List.of(List.of(times.get(times.size() - 1)), List.of(BigDecimal.valueOf(77))));

    call.cancel(null);
    while (services.registry.engines().values().iterator().next().live(Transfers.DATASET).watchers()
        > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void automaticStep_isThatOfAPanelOfTheSameWidth() {
    String hour =
        "{\"query\": {}, \"width\": 3600000, \"maxDataPoints\": 60, \"intervalMs\": 1000}";
    LiveQuestion question = LiveQuestion.read(ByteString.copyFromUtf8(hour), MemoryEngines.NOW);
    SeriesQuery asked = question.at(MemoryEngines.NOW.plusSeconds(59)).query();
    assertThat(asked.range().length()).isGreaterThan(Duration.ofHours(1));
    assertThat(asked.minStep()).isEqualTo(Duration.ofMinutes(1));
    assertThat(asked.range().length().dividedBy(asked.maxPoints())).isLessThan(asked.minStep());
  }

  @Test
  void channelThatCannotBeAnswered_ends() {
    String wrong = "{\"query\": {\"source\": \"summary\", \"groupBy\": [\"storageGroup\"]}}";
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> run(wrong).next());
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription()).contains("storageGroup");
  }

  @Test
  void endedDataSource_isTriedAgainByTheHost() {
    Iterator<StreamPacket> packets = run(GOOD);
    packets.next();

    services.registry.close();

    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> drain(packets));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  private static void drain(Iterator<StreamPacket> packets) {
    while (packets.hasNext()) {
      packets.next();
    }
  }

  private static Object fields(Map<String, Object> frame) {
    return requireNonNull(((Map<?, ?>) requireNonNull(frame.get("schema"))).get("fields"));
  }

  @SuppressWarnings("unchecked")
  private static List<Object> values(Map<String, Object> frame) {
    return (List<Object>)
        requireNonNull(((Map<?, ?>) requireNonNull(frame.get("data"))).get("values"));
  }
}
