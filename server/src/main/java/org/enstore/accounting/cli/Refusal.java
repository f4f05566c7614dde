package org.enstore.accounting.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The one place where a call's status becomes sentences and an exit code. */
final class Refusal {
  /** Fields of requests, those below others after them, with the options that fill them. */
  static final Map<String, String> OPTIONS = options();

  /** Reasons for which the same question may have an answer a moment later. */
  private static final Set<String> PASSING = Set.of("TIMEOUT", "OVERLOADED", "RECOVERY_CONFLICT");

  private static final Set<String> OF_CREDENTIALS = Set.of("UNAUTHENTICATED", "ACCESS_DENIED");
  private static final Pattern QUOTED_KEY = Pattern.compile("\"[A-Za-z][A-Za-z.]*\"");
  private static final int DEEPEST_CAUSE = 20;

  private final StatusRuntimeException thrown;
  private final String reason;

  private Refusal(StatusRuntimeException thrown) {
    this.thrown = thrown;
    this.reason = detail(thrown, ErrorInfo.class).map(ErrorInfo::getReason).orElse("");
  }

  static Refusal of(StatusRuntimeException thrown) {
    return new Refusal(thrown);
  }

  /** Whether the service or its database is away, rather than the question refused. */
  boolean mayPass() {
    return thrown.getStatus().getCode() == Status.Code.UNAVAILABLE || PASSING.contains(reason);
  }

  /** After how long asking again may help; empty when it will not. */
  Optional<Duration> pause() {
    return PASSING.contains(reason)
        ? detail(thrown, RetryInfo.class)
            .map(retry -> Duration.ofSeconds(retry.getRetryDelay().getSeconds()))
        : Optional.empty();
  }

  /** What to tell the person who asked over {@code connection}. */
  Failure failure(Connection connection) {
    if (!connection.isOpen()) {
      return new Failure(ExitCode.INTERRUPTED, List.of());
    }
    String where = connection.way().where();
    boolean daemon = connection.way().daemon();
    String told = Optional.ofNullable(thrown.getStatus().getDescription()).orElse("");
    return switch (thrown.getStatus().getCode()) {
      case INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE ->
          new Failure(ExitCode.USAGE, violations(told));
      case UNAVAILABLE ->
          failure(ExitCode.UNREACHABLE, reason.isEmpty() && daemon ? nobody(where) : told);
      case DEADLINE_EXCEEDED ->
          failure(
              ExitCode.UNREACHABLE,
              "There was no answer from %s within %s%s; raise --timeout or ask for less."
                  .formatted(
                      where,
                      Moment.show(connection.patience()),
                      reason.isEmpty() ? "" : " (" + told.replaceFirst(";.*", "") + ")"));
      case RESOURCE_EXHAUSTED -> failure(ExitCode.UNREACHABLE, told);
      case UNAUTHENTICATED ->
          failure(
              ExitCode.REFUSED,
              "The daemon at "
                  + where
                  + " does not know who is asking: give --token-file <file> or the variable "
                  + Target.TOKEN
                  + " with a token of its access list, or --client-cert and --client-key with a"
                  + " certificate that is on it and comes from its tlsClientAuthority.");
      case PERMISSION_DENIED -> failure(ExitCode.REFUSED, told);
      case FAILED_PRECONDITION ->
          failure(OF_CREDENTIALS.contains(reason) ? ExitCode.REFUSED : ExitCode.FAILED, told);
      case UNIMPLEMENTED ->
          failure(
              ExitCode.FAILED,
              "What answers at "
                  + where
                  + " is no Enstore accounting service that knows this call.");
      case CANCELLED -> new Failure(ExitCode.INTERRUPTED, List.of());
      case INTERNAL ->
          failure(
              ExitCode.FAILED,
              daemon ? told : told + " To see that log, set GF_PLUGIN_LOG_LEVEL=error.");
      case OK, UNKNOWN, ALREADY_EXISTS, ABORTED, DATA_LOSS ->
          failure(
              ExitCode.FAILED,
              told.isEmpty()
                  ? "The service at " + where + " failed: " + thrown.getStatus().getCode() + "."
                  : told);
    };
  }

  private static Failure failure(int exitCode, String sentence) {
    return new Failure(exitCode, List.of(sentence));
  }

  /** Why there is no connection, as far as the innermost cause tells. */
  private String nobody(String where) {
    @Nullable Throwable cause = thrown.getStatus().getCause();
    String innermost = "";
    boolean encryption = false;
    for (int i = 0; cause != null && i < DEEPEST_CAUSE; i++) {
      encryption |= cause instanceof SSLException;
      innermost = Optional.ofNullable(cause.getMessage()).orElse(innermost);
      cause = cause.getCause();
    }
    String why = innermost.isEmpty() ? "" : " (" + innermost.replaceFirst("\\.$", "") + ")";
    return encryption
        ? "The TLS connection to %s failed%s; check --tls-ca, the daemon's certificate and the name it is made out to, and that --client-cert has not expired and --client-key is its key, where they are given."
            .formatted(where, why)
        : "No daemon answers at %s%s; check --daemon and that it runs. One that speaks TLS takes --tls-ca."
            .formatted(where, why);
  }

  private List<String> violations(String told) {
    List<String> sentences =
        detail(thrown, BadRequest.class).stream()
            .flatMap(bad -> bad.getFieldViolationsList().stream())
            .map(violation -> sentence(violation.getField(), violation.getDescription()))
            .distinct()
            .toList();
    return sentences.isEmpty() ? List.of(told) : sentences;
  }

  /** {@code "step" is "3x"; …} of the field {@code query.step} as {@code --step is "3x"; …}. */
  private static String sentence(String field, String description) {
    Optional<String> option = option(field);
    if (option.isEmpty()) {
      return description;
    }
    Matcher key = QUOTED_KEY.matcher(description);
    return key.lookingAt()
        ? option.get() + description.substring(key.end())
        : option.get() + ": " + description;
  }

  /** The option that fills {@code field} of a request, or the field that it is a part of. */
  static Optional<String> option(String field) {
    return OPTIONS.entrySet().stream()
        .filter(entry -> field.equals(entry.getKey()) || field.startsWith(entry.getKey() + "."))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("data_source", "--source");
    options.put("query.start_time", "--from");
    options.put("query.end_time", "--to");
    options.put("query.measure", "--measure");
    options.put("query.group_by", "--group-by");
    options.put("query.direction", "--direction");
    options.put("query.filters", "--filter");
    options.put("query.include_null_movers", "--include-null-movers");
    options.put("query.step", "--step");
    options.put("query.unit", "--unit");
    options.put("query.gaps", "--gaps");
    options.put("query.source", "--origin");
    options.put("query.max_points", "--max-points");
    options.put("query.min_step", "--min-step");
    options.put("query.top", "--top");
    options.put("query.compare", "--compare");
    options.put("query.running_total", "--running-total");
    options.put("look_back", "--look-back");
    options.put("match", "--match");
    options.put("classes", "--class");
    options.put("filters", "--filter");
    return options;
  }

  private static <T extends Message> Optional<T> detail(StatusRuntimeException e, Class<T> type) {
    com.google.rpc.@Nullable Status status = StatusProto.fromThrowable(e);
    if (status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException ignored) {
          // A detail that cannot be read tells as much as none.
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
