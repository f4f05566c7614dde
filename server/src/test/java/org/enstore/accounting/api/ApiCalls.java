package org.enstore.accounting.api;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.SeriesQuery;

/** What tests of the service call it with, and read from its refusals. */
final class ApiCalls {
  private ApiCalls() {}

  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  static AccountingServiceGrpc.AccountingServiceBlockingStub stub(ManagedChannel channel) {
    return AccountingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  static AccountingServiceGrpc.AccountingServiceBlockingStub stub(
      ManagedChannel channel, String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return stub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  static QuerySeriesRequest.Builder query() {
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

  static Timestamp seconds(long epochSecond) {
    return Timestamp.newBuilder().setSeconds(epochSecond).build();
  }

  static <T extends Message> Optional<T> detail(StatusRuntimeException e, Class<T> type)
      throws InvalidProtocolBufferException {
    for (Any detail : StatusProto.fromThrowable(e).getDetailsList()) {
      if (detail.is(type)) {
        return Optional.of(detail.unpack(type));
      }
    }
    return Optional.empty();
  }

  static List<String> fields(StatusRuntimeException e) throws InvalidProtocolBufferException {
    return detail(e, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }
}
