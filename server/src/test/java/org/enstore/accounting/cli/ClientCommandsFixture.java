package org.enstore.accounting.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands as people call them, towards a service that answers as told. */
abstract class ClientCommandsFixture {
  static final Instant NOW = Instant.parse("2025-06-20T05:30:00Z");

  @TempDir Path folder;
  FakeService service;
  String out = "";
  String err = "";

  @Command(name = "enstore-accounting")
  private static final class Program {}

  @BeforeEach
  void start() throws IOException {
    service = new FakeService();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  /** Calls a command that is to read straight; returns its exit code. */
  int call(String... arguments) {
    return call(OptionalInt.empty(), Map.of(), straight(arguments));
  }

  static String[] straight(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", "daemon.yaml"));
    return all.toArray(String[]::new);
  }

  int call(OptionalInt columns, Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int code = call(bytes, columns, environment, arguments);
    out = bytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  int call(
      OutputStream to, OptionalInt columns, Map<String, String> environment, String... arguments) {
    StringWriter errors = new StringWriter();
    CommandLine line =
        program(new Surroundings(to, columns, true, environment, () -> NOW), service);
    line.setErr(new PrintWriter(errors));
    int code = line.execute(arguments);
    err = errors.toString();
    return code;
  }

  static CommandLine program(Surroundings surroundings, Straight straight) {
    CommandLine line = new CommandLine(new Program());
    ClientCommands.all(surroundings, straight).forEach(line::addSubcommand);
    return line;
  }

  void answer(List<QuerySeriesResponse> parts) {
    service.query =
        (request, reply) -> {
          parts.forEach(reply::onNext);
          reply.onCompleted();
        };
  }

  static StatusRuntimeException failure(Status.Code code, String message, Any... details) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addAllDetails(List.of(details))
            .build());
  }

  static Any reason(String reason) {
    return Any.pack(
        ErrorInfo.newBuilder().setDomain("enstore.accounting").setReason(reason).build());
  }

  static Timestamp seconds(String instant) {
    return Timestamp.newBuilder().setSeconds(Instant.parse(instant).getEpochSecond()).build();
  }
}
