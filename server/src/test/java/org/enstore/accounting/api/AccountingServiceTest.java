package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.Dimension;
import org.enstore.accounting.proto.v1.GetFreshnessRequest;
import org.enstore.accounting.proto.v1.ListDataSourcesRequest;
import org.enstore.accounting.proto.v1.ListDimensionValuesRequest;
import org.enstore.accounting.proto.v1.ListMoversRequest;
import org.enstore.accounting.proto.v1.ListMoversResponse;
import org.enstore.accounting.proto.v1.ListReconciliationRequest;
import org.enstore.accounting.proto.v1.Mover;
import org.enstore.accounting.proto.v1.MoverClass;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.proto.v1.SeriesUpdate;
import org.enstore.accounting.proto.v1.WatchSeriesRequest;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import org.junit.jupiter.api.Test;

/** The service through a real port, as its callers meet it. */
class AccountingServiceTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static AccountingServiceGrpc.AccountingServiceBlockingStub stub(ManagedChannel channel) {
    return AccountingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static AccountingServiceGrpc.AccountingServiceBlockingStub stub(
      ManagedChannel channel, String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return stub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static QuerySeriesRequest.Builder query() {
    return QuerySeriesRequest.newBuilder()
        .setDataSource("fnal")
        .setQuery(
            SeriesQuery.newBuilder()
                .setStartTime(seconds(ServedApi.NOW.getEpochSecond() - 12 * 86_400))
                .setEndTime(seconds(ServedApi.NOW.getEpochSecond()))
                .setStep("1d")
                .setUnit(SeriesQuery.Unit.UNIT_BYTES)
                .setDirection(SeriesQuery.Direction.DIRECTION_READ)
                .setGaps(SeriesQuery.Gaps.GAPS_NULL));
  }

  private static Timestamp seconds(long epochSecond) {
    return Timestamp.newBuilder().setSeconds(epochSecond).build();
  }

  private static <T extends Message> Optional<T> detail(StatusRuntimeException e, Class<T> type)
      throws InvalidProtocolBufferException {
    for (Any detail : StatusProto.fromThrowable(e).getDetailsList()) {
      if (detail.is(type)) {
        return Optional.of(detail.unpack(type));
      }
    }
    return Optional.empty();
  }

  private static List<String> fields(StatusRuntimeException e)
      throws InvalidProtocolBufferException {
    return detail(e, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }

  @Test
  void querySeries_sendsHeaderBucketsAndExactValues() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      List<QuerySeriesResponse> parts = new ArrayList<>();
      stub(api.channel()).querySeries(query().build()).forEachRemaining(parts::add);

      assertThat(parts.get(0).getHeader().getSeriesList())
          .extracting(series -> series.getLabels(0).getValue())
          .containsExactly("fnal_disk_1", "fnal_LTO8_9", "fnal_LTO8_10");
      assertThat(parts.get(0).getHeader().getUnit()).isEqualTo(SeriesQuery.Unit.UNIT_BYTES);
      assertThat(parts.get(1).getBuckets().getStartEpochSecondsCount())
          .isEqualTo(parts.get(0).getHeader().getBucketCount())
          .isEqualTo(13);
      assertThat(parts).hasSize(5);
      assertThat(parts.get(3).getValues().getIntegersList())
          .contains((1L << 30) + 10, (1L << 30) + 19);
      assertThat(parts.get(3).getValues().getMissingList()).hasSize(3);
    }
  }

  @Test
  void querySeries_thatMustBeWhole_isNotAnsweredInPart() throws Exception {
    try (ServedApi api = ServedApi.impatient()) {
      CountDownLatch go = new CountDownLatch(1);
      Optional.ofNullable(api.transfers.get("fnal")).orElseThrow().beforeRead(() -> await(go));

      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  stub(api.channel())
                      .querySeries(query().setWhole(true).build())
                      .forEachRemaining(part -> {}));

      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(detail(e, ErrorInfo.class).orElseThrow().getReason()).isEqualTo("TIMEOUT");
      assertThat(detail(e, RetryInfo.class)).isPresent();
      assertThat(
              stub(api.channel()).querySeries(query().build()).next().getHeader().getNoticesList())
          .anySatisfy(notice -> assertThat(notice.getText()).contains("loading goes on"));

      go.countDown();
      assertThat(
              stub(api.channel())
                  .querySeries(query().setWhole(true).build())
                  .next()
                  .getHeader()
                  .getNoticesList())
          .noneSatisfy(notice -> assertThat(notice.getText()).contains("loading goes on"));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void querySeries_inArrow_isTheSameNumbers() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ByteString file = ByteString.EMPTY;
      Iterator<QuerySeriesResponse> parts =
          stub(api.channel())
              .querySeries(query().setFormat(QuerySeriesRequest.Format.FORMAT_ARROW).build());
      while (parts.hasNext()) {
        file = file.concat(parts.next().getArrow());
      }

      ArrowReadBack frame = ArrowReadBack.of(file.toByteArray());
      assertThat(frame.fields()).hasSize(4);
      assertThat(frame.fields().get(2).values()).contains((1L << 30) + 10L);
    }
  }

  @Test
  void querySeries_ofManyValues_comesInPartsAndWhole() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      QuerySeriesRequest.Builder asked = query();
      asked
          .getQueryBuilder()
          .setStep("1m")
          .setStartTime(seconds(ServedApi.NOW.getEpochSecond() - 30 * 86_400));
      long starts = 0;
      long values = 0;
      int count = 0;
      int series = 0;
      Iterator<QuerySeriesResponse> parts = stub(api.channel()).querySeries(asked.build());
      while (parts.hasNext()) {
        QuerySeriesResponse part = parts.next();
        if (part.hasHeader()) {
          count = part.getHeader().getBucketCount();
          series = part.getHeader().getSeriesCount();
        }
        starts += part.getBuckets().getStartEpochSecondsCount();
        values += part.getValues().getIntegersCount();
        assertThat(part.getValues().getIntegersCount()).isLessThanOrEqualTo(AnswerParts.VALUES);
      }

      assertThat(count).isGreaterThan(AnswerParts.VALUES);
      assertThat(starts).isEqualTo(count);
      assertThat(values).isEqualTo((long) count * series);
    }
  }

  @Test
  void badQuery_namesEveryFieldAsTheProtoFileDoes() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      QuerySeriesRequest.Builder asked = query();
      asked.getQueryBuilder().setMeasureValue(77).setStep("soon").clearEndTime();
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> stub(api.channel()).querySeries(asked.build()).hasNext());

      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(fields(e))
          .containsExactlyInAnyOrder("query.measure", "query.step", "query.end_time");
      assertThat(detail(e, ErrorInfo.class).orElseThrow().getReason()).isEqualTo("BAD_QUERY");
    }
  }

  @Test
  void bytesThatAreNoMessage_areRefusedLikeAnyWrongRequest() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      // A field of the type of a text, with a length beyond the end.
      ByteString bytes = ByteString.copyFrom(new byte[] {10, 100, 'f'});
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      api.channel(),
                      AccountingServiceGrpc.getGetFreshnessMethod().toBuilder(
                              new Bytes(),
                              AccountingServiceGrpc.getGetFreshnessMethod().getResponseMarshaller())
                          .build(),
                      CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
                      bytes));

      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(detail(e, ErrorInfo.class).orElseThrow().getReason()).isEqualTo("BAD_QUERY");
      assertThat(api.log).singleElement().asString().contains("INVALID_ARGUMENT");
    }
  }

  /** Sends bytes as they are. */
  private static final class Bytes implements MethodDescriptor.Marshaller<ByteString> {
    @Override
    public InputStream stream(ByteString bytes) {
      return bytes.newInput();
    }

    @Override
    public ByteString parse(InputStream bytes) {
      throw new UnsupportedOperationException("only requests are bytes");
    }
  }

  @Test
  void rangeBeyondWhatNanosecondsTell_isRefused() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      QuerySeriesRequest.Builder asked = query();
      asked.getQueryBuilder().setEndTime(seconds(253_402_300_799L));
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> stub(api.channel()).querySeries(asked.build()).hasNext());

      assertThat(fields(e)).containsExactly("query.end_time");
      assertThat(e.getStatus().getDescription()).contains("1700-01-01", "2200-01-01");
    }
  }

  @Test
  void lists_comeInPages_inNaturalOrder() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListMoversRequest request =
          ListMoversRequest.newBuilder().setDataSource("fnal").setPageSize(2).build();
      ListMoversResponse first = stub(api.channel()).listMovers(request);
      ListMoversResponse second =
          stub(api.channel())
              .listMovers(request.toBuilder().setPageToken(first.getNextPageToken()).build());

      assertThat(first.getMoversList())
          .extracting(Mover::getName)
          .containsExactly("fnal_disk_1", "fnal_LTO8_9");
      assertThat(second.getMoversList()).extracting(Mover::getName).containsExactly("fnal_LTO8_10");
      assertThat(second.getNextPageToken()).isEmpty();
      assertThat(
              stub(api.channel())
                  .listMovers(request.toBuilder().addClasses(MoverClass.MOVER_CLASS_DISK).build())
                  .getMoversList())
          .extracting(Mover::getName)
          .containsExactly("fnal_disk_1");
      assertThat(
              stub(api.channel())
                  .listDimensionValues(
                      ListDimensionValuesRequest.newBuilder()
                          .setDataSource("test")
                          .setDimension(Dimension.DIMENSION_STORAGE_GROUP)
                          .build())
                  .getValuesList())
          .containsExactly("test-group");
    }
  }

  @Test
  void lists_refuseByField() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListMoversRequest.Builder request = ListMoversRequest.newBuilder().setDataSource("fnal");
      List<ListMoversRequest> wrong =
          List.of(
              request.clone().setPageSize(-1).build(),
              request.clone().setPageToken("x").build(),
              request.clone().setMatch("(").build(),
              request.clone().setLookBack(Duration.newBuilder().setSeconds(1)).build(),
              request.clone().addClassesValue(9).build(),
              request.clone().clearDataSource().build());
      List<String> named = new ArrayList<>();
      for (ListMoversRequest each : wrong) {
        StatusRuntimeException e =
            catchThrowableOfType(
                StatusRuntimeException.class, () -> stub(api.channel()).listMovers(each));
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        named.addAll(fields(e));
      }

      assertThat(named)
          .containsExactly(
              "page_size", "page_token", "match", "look_back", "classes", "data_source");
    }
  }

  @Test
  void freshness_tellsTheHostAndTheNewestTransfer() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      assertThat(
              stub(api.channel())
                  .getFreshness(GetFreshnessRequest.newBuilder().setDataSource("fnal").build())
                  .getNewestTransferTime())
          .isEqualTo(seconds(1_750_352_400));
    }
  }

  @Test
  void watchSeries_sendsEverything_thenWhatIsNew_andStopsWithItsCaller() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      BlockingQueue<WatchSeriesResponse> parts = new LinkedBlockingQueue<>();
      WatchSeriesRequest.Builder request =
          WatchSeriesRequest.newBuilder()
              .setDataSource("fnal")
              .setQuery(query().getQuery().toBuilder().clearEndTime());
      ClientCallStreamObserver<?> call = watch(api, request.build(), parts);

      WatchSeriesResponse header = next(parts);
      WatchSeriesResponse everything = next(parts);
      assertThat(header.getHeader().getSeriesCount()).isEqualTo(3);
      assertThat(everything.getUpdate().getComplete()).isTrue();
      assertThat(everything.getUpdate().getPointsCount()).isEqualTo(30);

      api.add("fnal", "LTO8_9", 5);
      SeriesUpdate update = next(parts).getUpdate();
      assertThat(update.getAddedSeriesCount()).isZero();
      assertThat(update.getPointsList())
          .singleElement()
          .satisfies(
              point -> {
                assertThat(header.getHeader().getSeries(point.getSeries()).getLabels(0).getValue())
                    .isEqualTo("fnal_LTO8_9");
                assertThat(point.getInteger()).isEqualTo(5);
                assertThat(point.getStartEpochSeconds())
                    .isEqualTo(
                        LocalDate.of(2025, 6, 20).atStartOfDay(ServedApi.CHICAGO).toEpochSecond());
              });

      api.add("fnal", "LTO8_77", 7);
      SeriesUpdate added = next(parts).getUpdate();
      assertThat(added.getAddedSeries(0).getLabels(0).getValue()).isEqualTo("fnal_LTO8_77");
      assertThat(added.getPoints(0).getSeries()).isEqualTo(3);
      assertThat(added.getPoints(0).getInteger()).isEqualTo(7);

      assertThat(api.watchers()).isEqualTo(1);
      call.cancel("enough", null);
      while (api.watchers() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void lists_tellWhatIsKnown_andAreNarrowedByFilters() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListMoversResponse movers =
          stub(api.channel())
              .listMovers(ListMoversRequest.newBuilder().setDataSource("fnal").build());
      Mover mover = movers.getMovers(0);
      assertThat(mover.getMoverClass()).isEqualTo(MoverClass.MOVER_CLASS_DISK);
      assertThat(mover.getFirstSeenDay()).isEqualTo("2025-06-10");
      assertThat(mover.getLastSeenDay()).isEqualTo("2025-06-19");
      assertThat(mover.getLibrariesList()).containsExactly("LTO8");

      SeriesQuery.Filters none =
          SeriesQuery.Filters.newBuilder()
              .setLibrary(SeriesQuery.Filter.newBuilder().addInclude("another"))
              .build();
      assertThat(
              stub(api.channel())
                  .listDimensionValues(
                      ListDimensionValuesRequest.newBuilder()
                          .setDataSource("fnal")
                          .setDimension(Dimension.DIMENSION_STORAGE_GROUP)
                          .setFilters(none)
                          .build())
                  .getValuesList())
          .isEmpty();
    }
  }

  @Test
  void listReconciliation_withoutAnEnd_isRefusedByField() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListReconciliationRequest request =
          ListReconciliationRequest.newBuilder()
              .setDataSource("fnal")
              .setStartTime(seconds(ServedApi.NOW.getEpochSecond() - 86_400))
              .build();
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> stub(api.channel()).listReconciliation(request));

      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(e.getStatus().getDescription()).contains("endTime");
    }
  }

  @Test
  void watchSeries_endsWithAdviceToTryAgain_whenTheServiceEnds() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      BlockingQueue<WatchSeriesResponse> parts = new LinkedBlockingQueue<>();
      CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
      WatchSeriesRequest request =
          WatchSeriesRequest.newBuilder()
              .setDataSource("fnal")
              .setQuery(query().getQuery().toBuilder().clearEndTime())
              .build();
      AccountingServiceGrpc.newStub(api.channel()).watchSeries(request, watcher(parts, end));
      assertThat(next(parts).hasHeader()).isTrue();
      api.endFeeds();

      StatusRuntimeException e = end.get(30, TimeUnit.SECONDS);
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(detail(e, RetryInfo.class)).isPresent();
    }
  }

  @Test
  void watchSeries_withAnEnd_isRefusedByField() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  stub(api.channel())
                      .watchSeries(
                          WatchSeriesRequest.newBuilder()
                              .setDataSource("fnal")
                              .setQuery(query().getQuery())
                              .build())
                      .hasNext());

      assertThat(fields(e)).containsExactly("query.end_time");
    }
  }

  private static WatchSeriesResponse next(BlockingQueue<WatchSeriesResponse> parts)
      throws InterruptedException {
    WatchSeriesResponse part = parts.poll(60, TimeUnit.SECONDS);
    if (part == null) {
      throw new AssertionError("nothing came");
    }
    return part;
  }

  private static ClientCallStreamObserver<?> watch(
      ServedApi api, WatchSeriesRequest request, BlockingQueue<WatchSeriesResponse> parts)
      throws Exception {
    CompletableFuture<ClientCallStreamObserver<WatchSeriesRequest>> call =
        new CompletableFuture<>();
    StreamObserver<WatchSeriesResponse> watcher = watcher(parts, new CompletableFuture<>());
    AccountingServiceGrpc.newStub(api.channel())
        .watchSeries(
            request,
            new ClientResponseObserver<WatchSeriesRequest, WatchSeriesResponse>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<WatchSeriesRequest> started) {
                call.complete(started);
              }

              @Override
              public void onNext(WatchSeriesResponse part) {
                watcher.onNext(part);
              }

              @Override
              public void onError(Throwable thrown) {
                watcher.onError(thrown);
              }

              @Override
              public void onCompleted() {
                watcher.onCompleted();
              }
            });
    return call.get(30, TimeUnit.SECONDS);
  }

  private static StreamObserver<WatchSeriesResponse> watcher(
      BlockingQueue<WatchSeriesResponse> parts, CompletableFuture<StatusRuntimeException> end) {
    return new StreamObserver<>() {
      @Override
      public void onNext(WatchSeriesResponse part) {
        parts.add(part);
      }

      @Override
      public void onError(Throwable thrown) {
        end.complete((StatusRuntimeException) thrown);
      }

      @Override
      public void onCompleted() {
        end.completeExceptionally(new AssertionError("a watch does not end by itself"));
      }
    };
  }

  @Test
  void withAnAccessList_aCallWithoutCredentials_isRefused() throws Exception {
    AccessList list = list("alice", "secret", "fnal");
    try (ServedApi api = new ServedApi(() -> Optional.of(list), Optional.empty(), 100, 10_000)) {
      for (AccountingServiceGrpc.AccountingServiceBlockingStub stub :
          List.of(stub(api.channel()), stub(api.channel(), "wrong"), stub(api.channel(), ""))) {
        StatusRuntimeException e =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.listDataSources(ListDataSourcesRequest.getDefaultInstance()));
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      }
      assertThat(api.log)
          .hasSize(3)
          .allSatisfy(line -> assertThat(line).contains("UNAUTHENTICATED"));
    }
  }

  @Test
  void sourceBeyondTheScope_isAsUnknownAsOneThatIsNotThere() throws Exception {
    AccessList list = list("alice", "secret", "fnal");
    try (ServedApi api = new ServedApi(() -> Optional.of(list), Optional.empty(), 100, 10_000)) {
      AccountingServiceGrpc.AccountingServiceBlockingStub alice = stub(api.channel(), "secret");

      assertThat(alice.listDataSources(ListDataSourcesRequest.getDefaultInstance()).toString())
          .contains("fnal")
          .doesNotContain("test");
      List<String> refusals = new ArrayList<>();
      for (String name : List.of("test", "none")) {
        StatusRuntimeException e =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () -> alice.querySeries(query().setDataSource(name).build()).hasNext());
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(fields(e)).containsExactly("data_source");
        refusals.add(String.valueOf(e.getStatus().getDescription()).replace(name, "?"));
      }
      assertThat(refusals.get(0)).isEqualTo(refusals.get(1));
      assertThat(alice.querySeries(query().build()).hasNext()).isTrue();
      assertThat(api.log.get(api.log.size() - 1)).contains("\"caller\":\"alice\"");
      assertThat(api.log).noneMatch(line -> line.contains("secret"));
    }
  }

  @Test
  void changedAccessList_countsAtOnce() throws Exception {
    AtomicReference<AccessList> list = new AtomicReference<>(list("alice", "old", "*"));
    try (ServedApi api =
        new ServedApi(() -> Optional.ofNullable(list.get()), Optional.empty(), 100, 10_000)) {
      stub(api.channel(), "old").listDataSources(ListDataSourcesRequest.getDefaultInstance());
      list.set(list("alice", "new", "*"));

      assertThat(
              catchThrowableOfType(
                      StatusRuntimeException.class,
                      () ->
                          stub(api.channel(), "old")
                              .listDataSources(ListDataSourcesRequest.getDefaultInstance()))
                  .getStatus()
                  .getCode())
          .isEqualTo(Status.Code.UNAUTHENTICATED);
      stub(api.channel(), "new").listDataSources(ListDataSourcesRequest.getDefaultInstance());
    }
  }

  @Test
  void health_isToldByDataSource_andNotOfForeignOnes() throws Exception {
    AccessList list = list("alice", "secret", "fnal");
    try (ServedApi api = new ServedApi(() -> Optional.of(list), Optional.empty(), 100, 10_000)) {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer secret");
      HealthGrpc.HealthBlockingStub health =
          HealthGrpc.newBlockingStub(api.channel())
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));

      assertThat(
              health.check(HealthCheckRequest.newBuilder().setService("fnal").build()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
      for (String name : List.of("test", "none", "x".repeat(60_000))) {
        HealthCheckRequest asked = HealthCheckRequest.newBuilder().setService(name).build();
        List<StatusRuntimeException> refusals =
            List.of(
                catchThrowableOfType(StatusRuntimeException.class, () -> health.check(asked)),
                catchThrowableOfType(
                    StatusRuntimeException.class, () -> health.watch(asked).hasNext()));
        assertThat(refusals)
            .extracting(refusal -> refusal.getStatus().toString())
            .containsOnly(Status.NOT_FOUND.withDescription("unknown service").toString());
      }
    }
  }

  @Test
  void reflection_tellsOfTheService() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> call =
          ServerReflectionGrpc.newStub(api.channel())
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable thrown) {
                      answer.completeExceptionally(thrown);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      call.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

      assertThat(answer.get(30, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
          .extracting(service -> service.getName())
          .contains(ApiServer.SERVICE, "grpc.health.v1.Health");
      call.onCompleted();
    }
  }

  @Test
  void callsAboveTheRate_areRefusedWithAdviceWhenToTryAgain() throws Exception {
    try (ServedApi api = new ServedApi(Optional::empty, Optional.empty(), 100, 2)) {
      ManagedChannel channel = api.channel();
      StatusRuntimeException refusal =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> {
                for (int i = 0; i < 50; i++) {
                  stub(channel).listDataSources(ListDataSourcesRequest.getDefaultInstance());
                }
              });

      assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(detail(refusal, RetryInfo.class).orElseThrow().getRetryDelay().getSeconds())
          .isEqualTo(1);
    }
  }

  private static AccessList list(String name, String token, String sources) {
    return AccessList.parse(
        "token " + name + " " + AccessList.digest(token) + " " + sources, Set.of("fnal", "test"));
  }
}
