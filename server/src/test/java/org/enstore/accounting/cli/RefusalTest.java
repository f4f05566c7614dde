package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said, and returned, when a question is not answered. */
class RefusalTest extends ClientCommandsFixture {
  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, STANDBY_UNAVAILABLE, 3",
    "UNAVAILABLE, '', 3",
    "RESOURCE_EXHAUSTED, '', 3",
    "DEADLINE_EXCEEDED, '', 3",
    "UNAUTHENTICATED, '', 4",
    "PERMISSION_DENIED, '', 4",
    "FAILED_PRECONDITION, ACCESS_DENIED, 4",
    "FAILED_PRECONDITION, UNAUTHENTICATED, 4",
    "FAILED_PRECONDITION, SCHEMA_MISMATCH, 1",
    "UNIMPLEMENTED, '', 1",
    "INTERNAL, BUG, 1",
    "UNKNOWN, '', 1",
    "INVALID_ARGUMENT, BAD_QUERY, 2",
    "NOT_FOUND, NOT_FOUND, 2",
  })
  void failures_haveTheirExitCodes(Status.Code code, String reason, int exitCode) {
    service.query =
        (request, reply) -> reply.onError(failure(code, "It is so; do this.", reason(reason)));
    assertThat(call("query")).isEqualTo(exitCode);
    assertThat(err).startsWith("enstore-accounting query: ").hasLineCount(1);
    assertThat(out).isEmpty();
  }

  @Test
  void violations_nameTheOptions() {
    service.query =
        (request, reply) ->
            reply.onError(
                failure(
                    Status.Code.INVALID_ARGUMENT,
                    "all of it",
                    Any.pack(
                        BadRequest.newBuilder()
                            .addFieldViolations(
                                violation("query.step", "\"step\" is \"3x\"; it must be \"auto\"."))
                            .addFieldViolations(
                                violation("query.end_time", "The time range is reversed."))
                            .addFieldViolations(
                                violation(
                                    "query.filters.mover.match", "\"filters.mover.match\" is bad."))
                            .addFieldViolations(violation("something_new", "\"somethingNew\" is."))
                            .build())));
    assertThat(call("query")).isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .isEqualTo(
            """
            enstore-accounting query: --step is "3x"; it must be "auto".
            enstore-accounting query: --to: The time range is reversed.
            enstore-accounting query: --filter is bad.
            enstore-accounting query: "somethingNew" is.
            """);
  }

  private static BadRequest.FieldViolation violation(String field, String description) {
    return BadRequest.FieldViolation.newBuilder()
        .setField(field)
        .setDescription(description)
        .build();
  }

  @Test
  void aPart_isAskedForAgainUntilItIsWhole() {
    service.query =
        (request, reply) -> {
          if (service.queries.size() < 3) {
            reply.onError(
                failure(
                    Status.Code.DEADLINE_EXCEEDED,
                    "1 of 3 days loaded so far; refresh to see the rest",
                    reason("TIMEOUT"),
                    Any.pack(
                        RetryInfo.newBuilder()
                            .setRetryDelay(Duration.getDefaultInstance())
                            .build())));
          } else {
            Answers.bytes().forEach(reply::onNext);
            reply.onCompleted();
          }
        };
    assertThat(call("query", "-F", "csv")).isZero();
    assertThat(service.queries).hasSize(3).allMatch(QuerySeriesRequest::getWhole);
    assertThat(out.lines()).hasSize(7);
  }

  @Test
  void aPieceOfAFile_isNotWrittenWhenItIsAskedForAgain() {
    service.query =
        (request, reply) -> {
          reply.onNext(
              QuerySeriesResponse.newBuilder()
                  .setArrow(ByteString.copyFromUtf8("piece " + service.queries.size()))
                  .build());
          if (service.queries.size() < 2) {
            reply.onError(
                failure(
                    Status.Code.UNAVAILABLE,
                    "The standby had to end the read.",
                    reason("RECOVERY_CONFLICT"),
                    Any.pack(RetryInfo.getDefaultInstance())));
          } else {
            reply.onCompleted();
          }
        };
    assertThat(call("query", "-F", "arrow")).isZero();
    assertThat(out).isEqualTo("piece 2");
  }

  @Test
  void aPart_isNoAnswerWhenTheTimeIsOver() {
    service.query =
        (request, reply) ->
            reply.onError(
                failure(
                    Status.Code.DEADLINE_EXCEEDED,
                    "1 of 3 days loaded so far; refresh to see the rest",
                    reason("TIMEOUT"),
                    Any.pack(
                        RetryInfo.newBuilder()
                            .setRetryDelay(Duration.newBuilder().setSeconds(300))
                            .build())));
    assertThat(call("query")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err).contains("(1 of 3 days loaded so far)", "raise --timeout");
    assertThat(service.queries).hasSize(1);
  }
}
