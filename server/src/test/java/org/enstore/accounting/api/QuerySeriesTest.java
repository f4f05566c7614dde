package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.enstore.accounting.api.ApiCalls.detail;
import static org.enstore.accounting.api.ApiCalls.fields;
import static org.enstore.accounting.api.ApiCalls.query;
import static org.enstore.accounting.api.ApiCalls.seconds;
import static org.enstore.accounting.api.ApiCalls.stub;

import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.RawRequests;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.series.Cancellation;
import org.junit.jupiter.api.Test;

/** Series through a real port, as callers get them, and refusals of questions that are wrong. */
class QuerySeriesTest {
  @Test
  void querySeries_sendsHeaderBucketsAndExactValues() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      List<QuerySeriesResponse> parts = new ArrayList<>();
      stub(api.channel()).querySeries(query().build()).forEachRemaining(parts::add);

      assertThat(parts.get(0).getHeader().getSeriesList())
          .extracting(series -> series.getLabels(0).getValue())
          .containsExactly("fnal_disk_1", "fnal_LTO8_9", "fnal_LTO8_10");
      assertThat(parts.get(0).getHeader().getUnit()).isEqualTo("bytes");
      assertThat(parts.get(1).getBuckets().getStartEpochSecondsCount())
          .isEqualTo(parts.get(0).getHeader().getBucketCount())
          .isEqualTo(11);
      assertThat(parts).hasSize(5);
      assertThat(parts.get(3).getValues().getIntegersList())
          .contains((1L << 30) + 10, (1L << 30) + 19);
      assertThat(parts.get(3).getValues().getMissingList()).hasSize(1);
    }
  }

  @Test
  void header_tellsMeasureAndUnit_andWhetherValuesAddUp() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      QuerySeriesRequest.Builder asked = query();
      SeriesHeader bytes = stub(api.channel()).querySeries(asked.build()).next().getHeader();
      asked.getQueryBuilder().setRunningTotal(true);
      SeriesHeader growing = stub(api.channel()).querySeries(asked.build()).next().getHeader();
      asked.getQueryBuilder().setRunningTotal(false).setMeasure("driveRate");
      SeriesHeader rate = stub(api.channel()).querySeries(asked.build()).next().getHeader();

      assertThat(bytes.getMeasure()).isEqualTo("bytes");
      assertThat(bytes.getAdditive()).isTrue();
      assertThat(growing.getAdditive()).isFalse();
      assertThat(rate.getMeasure()).isEqualTo("driveRate");
      assertThat(rate.getUnit()).isEqualTo("bytes/s");
      assertThat(rate.getAdditive()).isFalse();
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
      api.add("fnal", "LTO8_9", LocalDateTime.parse("2025-05-22T12:00:00"), 1L << 30);
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
  void querySeries_ofManyValues_waitsForRoom_andGivesItBack() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      Cancellation others = new Cancellation();
      api.memory.open(others).take(api.memory.limitBytes());
      QuerySeriesRequest.Builder asked = query();
      asked.getQueryBuilder().setStep("1m");

      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  stub(api.channel())
                      .withDeadlineAfter(500, TimeUnit.MILLISECONDS)
                      .querySeries(asked.build())
                      .hasNext());
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);

      others.cancel();
      stub(api.channel()).querySeries(asked.build()).forEachRemaining(part -> {});
      while (api.memory.takenBytes() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void badQuery_namesEveryFieldAsTheProtoFileDoes() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      QuerySeriesRequest.Builder asked = query();
      asked.getQueryBuilder().setMeasure("furlongs").setStep("soon").clearEndTime();
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
      byte[] bytes = {10, 100, 'f'};
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      api.channel(),
                      RawRequests.of(AccountingServiceGrpc.getGetFreshnessMethod()),
                      CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
                      bytes));

      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(detail(e, ErrorInfo.class).orElseThrow().getReason()).isEqualTo("BAD_QUERY");
      assertThat(api.log).singleElement().asString().contains("INVALID_ARGUMENT");
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
}
