package org.enstore.accounting.api;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.enstore.accounting.series.Breakage;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where failures become statuses with details, as {@code google.rpc} has them. */
final class Failures {
  private static final Logger logger = LoggerFactory.getLogger(Failures.class);

  /** Whose reasons the details give. */
  static final String DOMAIN = "enstore.accounting";

  // A status travels in the trailers, of which clients take 8 KiB; a larger one is lost as a whole.
  private static final int LONGEST_MESSAGE = 700;
  private static final int MOST_VIOLATIONS = 8;
  private static final int LONGEST_VIOLATION = 250;

  private Failures() {}

  /**
   * How a kind of failure is told.
   *
   * @param retryAfter when trying again may help; empty when it will not
   */
  record Verdict(Status.Code code, Optional<Duration> retryAfter) {}

  /** How failures of {@code kind} are told. */
  static Verdict verdict(FailureKind kind) {
    return switch (kind) {
      case BAD_QUERY, TOO_LARGE -> never(Status.Code.INVALID_ARGUMENT);
      case NOT_CONFIGURED, SCHEMA_MISMATCH, DATABASE_ERROR ->
          never(Status.Code.FAILED_PRECONDITION);
      // The service's own credentials at the database are meant, not the caller's.
      case UNAUTHENTICATED, ACCESS_DENIED -> never(Status.Code.FAILED_PRECONDITION);
      case STANDBY_UNAVAILABLE -> after(Status.Code.UNAVAILABLE, 5);
      case RECOVERY_CONFLICT -> after(Status.Code.UNAVAILABLE, 1);
      case TIMEOUT -> after(Status.Code.DEADLINE_EXCEEDED, 10);
      case OVERLOADED -> after(Status.Code.RESOURCE_EXHAUSTED, 1);
      case CANCELLED -> never(Status.Code.CANCELLED);
      case BUG -> never(Status.Code.INTERNAL);
    };
  }

  /**
   * {@code thrown} as the status of the call. What nobody foresaw is a defect: it is logged here
   * with a number, and the caller is given that number alone.
   *
   * @param work what was being done, for the log
   * @param prefix the field of the request that complaints are about; empty for the request itself
   */
  static StatusRuntimeException status(Throwable thrown, String work, String prefix) {
    if (thrown instanceof StatusRuntimeException already) {
      return already;
    }
    if (thrown instanceof DataSources.NotFound notFound) {
      return StatusProto.toStatusRuntimeException(
          com.google.rpc.Status.newBuilder()
              .setCode(Status.Code.NOT_FOUND.value())
              .setMessage(notFound.sentence())
              .addDetails(Any.pack(info("NOT_FOUND")))
              .addDetails(
                  Any.pack(
                      BadRequest.newBuilder()
                          .addFieldViolations(
                              BadRequest.FieldViolation.newBuilder()
                                  .setField("data_source")
                                  .setDescription(notFound.sentence()))
                          .build()))
              .build());
    }
    if (thrown instanceof QueryFailure failure && failure.kind() != FailureKind.BUG) {
      logger.debug("{} failed: kind={} sentence={}", work, failure.kind(), failure.sentence());
      return status(failure, prefix, verdict(failure.kind()).retryAfter());
    }
    String incident = String.format(Locale.ROOT, "%08x", ThreadLocalRandom.current().nextInt());
    logger.error("{} met a defect: incident={}", work, incident, thrown);
    Breakage.report(thrown);
    return status(
        new QueryFailure(
            FailureKind.BUG,
            "Something went wrong inside the service (incident "
                + incident
                + "); its log has the details under that number."),
        prefix,
        Optional.empty());
  }

  /** {@code failure} as a status that advises to try again after {@code retryAfter}. */
  static StatusRuntimeException status(QueryFailure failure, Duration retryAfter) {
    return status(failure, "", Optional.of(retryAfter));
  }

  /** The end of a call because the service ends: another process will answer the next. */
  static StatusRuntimeException ending(QueryFailure failure) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.UNAVAILABLE.value())
            .setMessage(failure.sentence())
            .addDetails(Any.pack(info("ENDING")))
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1))
                        .build()))
            .build());
  }

  private static StatusRuntimeException status(
      QueryFailure failure, String prefix, Optional<Duration> retryAfter) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(verdict(failure.kind()).code().value())
            .setMessage(cut(failure.sentence(), LONGEST_MESSAGE))
            .addDetails(Any.pack(info(failure.kind().name())));
    if (failure.kind() == FailureKind.BAD_QUERY || failure.kind() == FailureKind.TOO_LARGE) {
      status.addDetails(Any.pack(violations(failure, prefix)));
    }
    retryAfter.ifPresent(
        delay ->
            status.addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(
                            com.google.protobuf.Duration.newBuilder().setSeconds(delay.toSeconds()))
                        .build())));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest) + "…";
  }

  private static ErrorInfo info(String reason) {
    return ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(reason).build();
  }

  private static BadRequest violations(QueryFailure failure, String prefix) {
    BadRequest.Builder all = BadRequest.newBuilder();
    failure.complaints().stream()
        .limit(MOST_VIOLATIONS)
        .forEach(
            complaint ->
                all.addFieldViolations(
                    BadRequest.FieldViolation.newBuilder()
                        .setField(cut(path(prefix, complaint.field()), LONGEST_VIOLATION))
                        .setDescription(cut(complaint.sentence(), LONGEST_VIOLATION))));
    if (all.getFieldViolationsCount() == 0) {
      all.addFieldViolations(
          BadRequest.FieldViolation.newBuilder()
              .setField(path(prefix, ""))
              .setDescription(cut(failure.sentence(), LONGEST_VIOLATION)));
    }
    return all.build();
  }

  /**
   * {@code groupBy} below {@code query} as {@code query.group_by}, as the proto file has it. The
   * member of {@code filters} is a name, and stays as it is.
   */
  static String path(String prefix, String field) {
    StringBuilder path = new StringBuilder(prefix);
    String before = "";
    for (String part : field.isEmpty() ? List.<String>of() : List.of(field.split("\\.", -1))) {
      if (!path.isEmpty()) {
        path.append('.');
      }
      if (before.equals("filters")) {
        path.append(part);
      } else {
        part.chars().forEach(c -> append(path, (char) c));
      }
      before = part;
    }
    return path.toString();
  }

  private static void append(StringBuilder path, char c) {
    if (Character.isUpperCase(c)) {
      path.append('_').append(Character.toLowerCase(c));
    } else {
      path.append(c);
    }
  }

  private static Verdict never(Status.Code code) {
    return new Verdict(code, Optional.empty());
  }

  private static Verdict after(Status.Code code, int seconds) {
    return new Verdict(code, Optional.of(Duration.ofSeconds(seconds)));
  }
}
