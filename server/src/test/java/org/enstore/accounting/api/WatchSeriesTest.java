package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.enstore.accounting.api.ApiCalls.detail;
import static org.enstore.accounting.api.ApiCalls.fields;
import static org.enstore.accounting.api.ApiCalls.query;
import static org.enstore.accounting.api.ApiCalls.stub;

import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.LocalDate;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.SeriesUpdate;
import org.enstore.accounting.proto.v1.WatchSeriesRequest;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import org.junit.jupiter.api.Test;

/** Watches through a real port, as callers get them. */
class WatchSeriesTest {
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
}
