package org.enstore.accounting.grafana;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.enstore.accounting.config.SettingsProblems;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.series.Breakage;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where failures become what Grafana understands. */
final class Failures {
  private static final Logger logger = LoggerFactory.getLogger(Failures.class);

  /** Whose fault it is, in Grafana's words. */
  private static final String DOWNSTREAM = "downstream";

  private static final String PLUGIN = "plugin";

  private Failures() {}

  /**
   * How a kind of failure is told.
   *
   * @param httpStatus the status of one query's answer, or of a resource
   * @param errorSource whose fault it is
   * @param code the status of a call that fails as a whole
   */
  record Verdict(int httpStatus, String errorSource, Status.Code code) {}

  /** How failures of {@code kind} are told. */
  static Verdict verdict(FailureKind kind) {
    return switch (kind) {
      case BAD_QUERY, TOO_LARGE -> new Verdict(400, DOWNSTREAM, Status.Code.INVALID_ARGUMENT);
      case NOT_CONFIGURED -> new Verdict(400, DOWNSTREAM, Status.Code.FAILED_PRECONDITION);
      case UNAUTHENTICATED -> new Verdict(401, DOWNSTREAM, Status.Code.UNAUTHENTICATED);
      case ACCESS_DENIED -> new Verdict(403, DOWNSTREAM, Status.Code.PERMISSION_DENIED);
      case SCHEMA_MISMATCH, DATABASE_ERROR ->
          new Verdict(502, DOWNSTREAM, Status.Code.FAILED_PRECONDITION);
      case STANDBY_UNAVAILABLE, RECOVERY_CONFLICT ->
          new Verdict(502, DOWNSTREAM, Status.Code.UNAVAILABLE);
      case TIMEOUT -> new Verdict(504, DOWNSTREAM, Status.Code.DEADLINE_EXCEEDED);
      case OVERLOADED -> new Verdict(429, PLUGIN, Status.Code.RESOURCE_EXHAUSTED);
      case CANCELLED -> new Verdict(499, DOWNSTREAM, Status.Code.CANCELLED);
      case BUG -> new Verdict(500, PLUGIN, Status.Code.INTERNAL);
    };
  }

  /** The answer to one query that failed. */
  static DataResponse response(QueryFailure failure) {
    Verdict verdict = verdict(failure.kind());
    return DataResponse.newBuilder()
        .setError(failure.sentence())
        .setStatus(verdict.httpStatus())
        .setErrorSource(verdict.errorSource())
        .build();
  }

  /** The status of a call that failed as a whole. The cause never crosses the wire. */
  static StatusRuntimeException status(QueryFailure failure) {
    return verdict(failure.kind())
        .code()
        .toStatus()
        .withDescription(failure.sentence())
        .asRuntimeException();
  }

  /**
   * {@code thrown} as a failure with a sentence for its reader. What nobody foresaw is a defect: it
   * is logged here with a number, and the reader is given that number alone.
   *
   * @param work what was being done, for the log
   */
  static QueryFailure of(Throwable thrown, String work) {
    if (thrown instanceof QueryFailure failure) {
      if (failure.kind() == FailureKind.BUG) {
        return defect(failure, work);
      }
      logger.debug("{} failed: kind={} sentence={}", work, failure.kind(), failure.sentence());
      return failure;
    }
    if (thrown instanceof SettingsProblems problems) {
      logger.debug("{} failed: {}", work, problems.getMessage());
      return new QueryFailure(
          FailureKind.NOT_CONFIGURED,
          "The data source's settings need mending: " + String.join(" ", problems.problems()),
          problems);
    }
    return defect(thrown, work);
  }

  private static QueryFailure defect(Throwable thrown, String work) {
    String incident = String.format(Locale.ROOT, "%08x", ThreadLocalRandom.current().nextInt());
    logger.error("{} met a defect: incident={}", work, incident, thrown);
    Breakage.report(thrown);
    return new QueryFailure(
        FailureKind.BUG,
        "Something went wrong inside the data source plugin (incident "
            + incident
            + "); Grafana's server log has the details under that number.",
        thrown);
  }
}
