package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.enstore.accounting.proto.v1.Dimension;
import org.enstore.accounting.proto.v1.GetFreshnessResponse;
import org.enstore.accounting.proto.v1.MoverClass;
import org.enstore.accounting.proto.v1.Point;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.proto.v1.SeriesUpdate;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands as people call them, towards a service that answers as told. */
class ClientCommandsTest {
  private static final Instant NOW = Instant.parse("2025-06-20T05:30:00Z");

  @TempDir private Path folder;
  private FakeService service;
  private String out = "";
  private String err = "";

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
  private int call(String... arguments) {
    return call(OptionalInt.empty(), Map.of(), straight(arguments));
  }

  private static String[] straight(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", "daemon.yaml"));
    return all.toArray(String[]::new);
  }

  private int call(OptionalInt columns, Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int code = call(bytes, columns, environment, arguments);
    out = bytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  private int call(
      OutputStream to, OptionalInt columns, Map<String, String> environment, String... arguments) {
    StringWriter errors = new StringWriter();
    CommandLine line =
        program(new Surroundings(to, columns, true, environment, () -> NOW), service);
    line.setErr(new PrintWriter(errors));
    int code = line.execute(arguments);
    err = errors.toString();
    return code;
  }

  private static CommandLine program(Surroundings surroundings, Straight straight) {
    CommandLine line = new CommandLine(new Program());
    ClientCommands.all(surroundings, straight).forEach(line::addSubcommand);
    return line;
  }

  private void answer(List<QuerySeriesResponse> parts) {
    service.query =
        (request, reply) -> {
          parts.forEach(reply::onNext);
          reply.onCompleted();
        };
  }

  private static StatusRuntimeException failure(Status.Code code, String message, Any... details) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addAllDetails(List.of(details))
            .build());
  }

  private static Any reason(String reason) {
    return Any.pack(
        ErrorInfo.newBuilder().setDomain("enstore.accounting").setReason(reason).build());
  }

  // ---- what is asked --------------------------------------------------------------------------

  @Test
  void query_passesEveryOptionOn() {
    call(
        "query",
        "-m",
        "drive-rate",
        "-d",
        "sum",
        "-g",
        "storageGroup,mover",
        "--top",
        "3",
        "-s",
        "1d",
        "--max-points",
        "7",
        "--min-step",
        "1h",
        "-u",
        "MB",
        "--gaps",
        "null",
        "--origin",
        "raw",
        "--running-total",
        "--include-null-movers",
        "--compare",
        "previousPeriod",
        "--fresh",
        "--mover",
        "A",
        "--mover",
        "B",
        "--not-mover",
        "C",
        "--mover-match",
        "^A",
        "--filter",
        "storage-group!=",
        "--filter",
        "library!~old",
        "-f",
        "2025-06-01",
        "-t",
        "now");

    assertThat(service.queries)
        .containsExactly(
            QuerySeriesRequest.newBuilder()
                .setDataSource("fnal")
                .setFresh(true)
                .setWhole(true)
                .setQuery(
                    SeriesQuery.newBuilder()
                        .setStartTime(seconds("2025-06-01T05:00:00Z"))
                        .setEndTime(seconds("2025-06-20T05:30:00Z"))
                        .setMeasure(SeriesQuery.Measure.MEASURE_DRIVE_RATE)
                        .setDirection(SeriesQuery.Direction.DIRECTION_SUM)
                        .setGroupBy(
                            SeriesQuery.GroupBy.newBuilder()
                                .addDimensions(Dimension.DIMENSION_STORAGE_GROUP)
                                .addDimensions(Dimension.DIMENSION_MOVER))
                        .setTop(3)
                        .setStep("1d")
                        .setMaxPoints(7)
                        .setMinStep(Duration.newBuilder().setSeconds(3600))
                        .setUnit(SeriesQuery.Unit.UNIT_MB)
                        .setGaps(SeriesQuery.Gaps.GAPS_NULL)
                        .setSource(SeriesQuery.Source.SOURCE_RAW)
                        .setCompare(SeriesQuery.Compare.COMPARE_PREVIOUS_PERIOD)
                        .setRunningTotal(true)
                        .setIncludeNullMovers(true)
                        .setFilters(
                            SeriesQuery.Filters.newBuilder()
                                .setMover(
                                    SeriesQuery.Filter.newBuilder()
                                        .addInclude("A")
                                        .addInclude("B")
                                        .addExclude("C")
                                        .setMatch("^A"))
                                .setStorageGroup(SeriesQuery.Filter.newBuilder().addExclude(""))
                                .setLibrary(SeriesQuery.Filter.newBuilder().setNoMatch("old"))))
                .build());
  }

  @Test
  void query_withoutOptions_leavesTheRestToTheService() {
    answer(Answers.bytes());
    assertThat(call("query", "-F", "csv")).isZero();

    SeriesQuery asked = service.queries.get(0).getQuery();
    assertThat(asked)
        .isEqualTo(
            SeriesQuery.newBuilder()
                .setStartTime(seconds("2025-06-13T05:30:00Z"))
                .setEndTime(seconds("2025-06-20T05:30:00Z"))
                .setUnit(SeriesQuery.Unit.UNIT_BYTES)
                .build());
    answer(Answers.mebibytes(1));
    call("query", "-g", "none");
    assertThat(service.queries.get(1).getQuery().getUnit()).isEqualTo(SeriesQuery.Unit.UNIT_MIB);
    assertThat(service.queries.get(1).getQuery().getGroupBy().getDimensionsCount()).isZero();
    assertThat(service.queries.get(1).getQuery().hasGroupBy()).isTrue();
  }

  /** A field that the service learns must be an option, and its errors must name it. */
  @Test
  void everyFieldOfTheQuery_hasAnOption() {
    CommandLine query =
        Optional.ofNullable(
                program(
                        new Surroundings(
                            OutputStream.nullOutputStream(),
                            OptionalInt.empty(),
                            true,
                            Map.of(),
                            () -> NOW),
                        service)
                    .getSubcommands()
                    .get("query"))
            .orElseThrow();
    for (FieldDescriptor field : SeriesQuery.getDescriptor().getFields()) {
      assertThat(Refusal.option("query." + field.getName()))
          .as(field.getName())
          .hasValueSatisfying(
              option ->
                  assertThat(query.getCommandSpec().optionsMap()).as(option).containsKey(option));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-m|megabytes|--measure is \"megabytes\"; it must be one of bytes,",
        "-d|reed|Did you mean \"read\"?",
        "-g|movers|Did you mean \"mover\"?",
        "-u|KiB|--unit is \"KiB\"; it must be one of bytes, MiB, MB.",
        "--filter|mover|--filter is \"mover\"; it must be <dimension>=<value>",
        "--filter|grop=a|--filter names the dimension \"grop\"; it must be one of mover, moverClass,",
        "--min-step|5|--min-step is \"5\"; it must be a whole number and one of ms, s, m, h, d",
        "--from|soon|--from is \"soon\"; it must be now, today,",
        "--timeout|0s|--timeout is \"0s\"; it must be longer than nothing.",
        "--daemon|x:1|--daemon and --config exclude each other; give one of them.",
        "--user|me|--user belongs to --standby; give that, or leave it out.",
        "--token-file|t|--token-file does not go with --config; leave it out.",
        "--client-cert|c|--client-cert and --client-key belong together; give both or none.",
        "--source|fnall|--source is \"fnall\"; it must be one of fnal. Did you mean \"fnal\"?",
      })
  void wrongOptions_areRefusedByName(String option, String value, String sentence) {
    assertThat(call("query", option, value)).isEqualTo(ExitCode.USAGE);
    assertThat(err).startsWith("enstore-accounting query: ").contains(sentence).hasLineCount(1);
    assertThat(out).isEmpty();
    assertThat(service.queries).isEmpty();
  }

  @Test
  void twoPatternsOfADimension_areRefused() {
    assertThat(call("query", "--mover-match", "a", "--filter", "mover=~b"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("two regular expressions for mover");
  }

  @Test
  void source_isNeededWhenThereAreSeveral() {
    service.sources.add("test");
    assertThat(call("query")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--source is missing; it must be one of fnal, test.");
    answer(Answers.mebibytes(1));
    assertThat(call("query", "--source", "test")).isZero();
    assertThat(service.queries.get(0).getDataSource()).isEqualTo("test");
    service.sources.clear();
    assertThat(call("query")).isEqualTo(ExitCode.REFUSED);
    assertThat(err).contains("no data source");
  }

  @Test
  void standby_isDescribedByOptionsFilesAndTheEnvironment() throws IOException {
    Path secret = Files.writeString(folder.resolve("password"), "swordfish\n");
    Path authority = Files.writeString(folder.resolve("ca.crt"), "pem");
    answer(Answers.mebibytes(1));
    int code =
        call(
            OptionalInt.empty(),
            Map.of(Target.PASSWORD, "other"),
            "query",
            "--standby",
            "one,two:8801",
            "--site-time-zone",
            "America/Chicago",
            "--user",
            "reader",
            "--database",
            "enstore",
            "--password-file",
            secret.toString(),
            "--tls-ca",
            authority.toString());
    assertThat(code).isZero();
    assertThat(service.standbys)
        .containsExactly(
            new Straight.Standby(
                Map.of(
                    "hosts",
                    "one,two:8801",
                    "siteTimeZone",
                    "America/Chicago",
                    "database",
                    "enstore",
                    "tlsMode",
                    "verify-full"),
                "reader",
                Map.of("password", "swordfish", "tlsCaCert", "pem")));
    assertThat(service.standbys.get(0).toString()).doesNotContain("swordfish");

    call(
        OptionalInt.empty(),
        Map.of(Target.PASSWORD, "other"),
        "query",
        "--standby",
        "one",
        "--site-time-zone",
        "UTC");
    assertThat(service.standbys.get(1).secrets()).isEqualTo(Map.of("password", "other"));

    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--standby", "one"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--standby needs --site-time-zone");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nowhere|it must be host:port",
        "127.0.0.1:70000|it must be host:port",
        "user@host:1|it must be host:port",
        "192.0.2.1:8810|--daemon is on another machine, where it speaks TLS alone",
      })
  void daemon_mustBeAnAddress_andEncryptedElsewhere(String address, String sentence) {
    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--daemon", address))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains(sentence).hasLineCount(1);
  }

  @Test
  void secrets_mustBeThere() throws IOException {
    Path empty = Files.writeString(folder.resolve("token"), "\n");
    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--token-file", empty.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--token-file is empty");
    assertThat(
            call(
                OptionalInt.empty(),
                Map.of(),
                "query",
                "--token-file",
                folder.resolve("none").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("cannot be read: there is no such file or folder.");
    assertThat(call(OptionalInt.empty(), Map.of(Target.TOKEN, "two words"), "query"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains(Target.TOKEN).doesNotContain("two words");
  }

  // ---- how it is answered ---------------------------------------------------------------------

  @Test
  void csv_isOfRfc4180_andHasEveryDigit() {
    answer(Answers.bytes());
    assertThat(call("query", "-F", "csv")).isZero();
    assertThat(out)
        .isEqualTo(
            """
            time,mover,direction,bytes
            2025-06-17T00:00:00-05:00,LTO8_1,read,9007199254740993
            2025-06-18T00:00:00-05:00,LTO8_1,read,0
            2025-06-19T00:00:00-05:00,LTO8_1,read,5
            2025-06-17T00:00:00-05:00,"a,""b""\",read,0
            2025-06-18T00:00:00-05:00,"a,""b""\",read,7
            2025-06-19T00:00:00-05:00,"a,""b""\",read,
            """
                .replace("\n", "\r\n"));
    assertThat(err).isEqualTo("enstore-accounting query: warning: The standby lags.\n");
  }

  @Test
  void csv_withoutSeries_stillHasItsHeading() {
    answer(
        List.of(
            QuerySeriesResponse.newBuilder()
                .setHeader(
                    SeriesHeader.newBuilder()
                        .setStep("1d")
                        .setMeasure(SeriesQuery.Measure.MEASURE_DRIVE_RATE)
                        .setUnit(SeriesQuery.Unit.UNIT_MIB))
                .build()));
    assertThat(call("query", "-F", "csv", "-g", "library,driveType", "--compare", "previousPeriod"))
        .isZero();
    assertThat(out).isEqualTo("time,library,driveType,direction,period,driveRate_MiB_per_s\r\n");
    assertThat(err).contains("no transfers");
  }

  @Test
  void json_isOneObject() {
    answer(Answers.bytes());
    assertThat(call("query", "-F", "json")).isZero();
    JsonObject answer = JsonParser.parseString(out).getAsJsonObject();
    assertThat(answer.keySet())
        .containsExactly(
            "dataSource",
            "timeZone",
            "measure",
            "unit",
            "step",
            "asOf",
            "executed",
            "cached",
            "notices",
            "times",
            "end",
            "series");
    assertThat(answer.get("asOf").getAsString()).isEqualTo("2025-06-19T00:00:00-05:00");
    JsonArray series = answer.getAsJsonArray("series");
    assertThat(series.get(0).toString())
        .isEqualTo(
            "{\"labels\":{\"mover\":\"LTO8_1\",\"direction\":\"read\"},"
                + "\"values\":[9007199254740993,0,5]}");
    assertThat(series.get(1).getAsJsonObject().get("values").toString()).isEqualTo("[0,7,null]");
    assertThat(answer.get("notices").toString())
        .isEqualTo("[{\"severity\":\"warning\",\"text\":\"The standby\\nlags.\"}]");
  }

  @Test
  void table_hasSums_andIsBrokenToTheTerminal() {
    answer(Answers.mebibytes(4));
    assertThat(call("query")).isZero();
    assertThat(out)
        .isEqualTo(
            """
            MiB         LTO8_0  LTO8_1  LTO8_2  LTO8_3
            2025-06-17   1.500   1.500   1.500   1.500
            2025-06-18   2.250   2.250   2.250   2.250
            2025-06-19
            total        3.750   3.750   3.750   3.750
            """);
    assertThat(call(OptionalInt.of(30), Map.of(), straight("query"))).isZero();
    assertThat(out.lines())
        .startsWith("MiB         LTO8_0  LTO8_1", "2025-06-17   1.500   1.500")
        .contains("", "MiB         LTO8_2  LTO8_3")
        .allMatch(line -> line.length() <= 30);
    assertThat(call("query", "--running-total")).isZero();
    assertThat(out).doesNotContain("total");
  }

  @Test
  void chart_isTallForFewAndALineForMany() {
    answer(Answers.mebibytes(1));
    assertThat(call(OptionalInt.of(40), Map.of(), straight("query", "-F", "chart"))).isZero();
    assertThat(out)
        .isEqualTo(
            """
            bytes in MiB by 1d, 2025-06-17T00:00:00-05:00 to 2025-06-20T00:00:00-05:00
            LTO8_0
            2.3  █
                 █
                ██
                ██
                ██
              0 ██
            """);
    answer(Answers.mebibytes(5));
    assertThat(call("query", "-F", "chart", "--ascii")).isZero();
    assertThat(out).contains("LTO8_4  +@   2.3").contains("each line to its own maximum");
    assertThat(service.queries.get(0).getQuery().getMaxPoints()).isEqualTo(Chart.bars(40));
  }

  @Test
  void arrow_isWrittenAsItComes_butNotToATerminal() throws IOException {
    answer(
        List.of(
            QuerySeriesResponse.newBuilder().setArrow(ByteString.copyFromUtf8("ARR")).build(),
            QuerySeriesResponse.newBuilder().setArrow(ByteString.copyFromUtf8("OW1")).build()));
    assertThat(call(OptionalInt.of(80), Map.of(), straight("query", "-F", "arrow")))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--format arrow is not for a terminal; give --output <file>");
    Path file = folder.resolve("answer.arrow");
    assertThat(
            call(
                OptionalInt.of(80),
                Map.of(),
                straight("query", "-F", "arrow", "-o", file.toString())))
        .isZero();
    assertThat(file).hasContent("ARROW1");
    assertThat(service.queries.get(0).getFormat())
        .isEqualTo(QuerySeriesRequest.Format.FORMAT_ARROW);
    assertThat(call("query", "-F", "arrow")).isZero();
    assertThat(out).isEqualTo("ARROW1");
  }

  @Test
  void output_thatCannotBeWritten_isNamed() {
    answer(Answers.bytes());
    assertThat(call("query", "-o", folder.resolve("no/such").toString()))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("--output ", "cannot be written: there is no such file or folder.");
  }

  @Test
  void reader_thatHasGone_needsNoWords() {
    answer(Answers.bytes());
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertThat(call(broken, OptionalInt.empty(), Map.of(), straight("query", "-F", "csv")))
        .isEqualTo(ExitCode.BROKEN_PIPE);
    assertThat(err).isEmpty();
  }

  @Test
  void strict_turnsAWarningIntoAnExitCode() {
    answer(Answers.bytes());
    assertThat(call("query", "-F", "csv", "--strict")).isEqualTo(ExitCode.WARNED);
    assertThat(out).contains("9007199254740993");
    answer(Answers.mebibytes(1));
    assertThat(call("query", "--strict")).isZero();
  }

  // ---- when it is not answered ----------------------------------------------------------------

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

  // ---- the other commands ---------------------------------------------------------------------

  @Test
  void movers_comeInAllPages() {
    assertThat(call("movers", "--look-back", "30d", "--class", "tape,null", "--match", "L"))
        .isZero();
    assertThat(out)
        .isEqualTo(
            """
            mover   class  drive        first seen  last seen   libraries
            LTO8_1  tape   ULT3580-TD8  2025-06-01  2025-06-19  CD-1 CD-2
            LTO8_s
            disk_1  disk                2025-06-02  2025-06-18
            """);
    assertThat(service.lists).hasSize(2);
    assertThat(service.lists.get(1).getPageToken()).isEqualTo("more");
    assertThat(service.lists.get(0).getLookBack().getSeconds()).isEqualTo(30 * 86_400);
    assertThat(service.lists.get(0).getClassesList())
        .containsExactly(MoverClass.MOVER_CLASS_TAPE, MoverClass.MOVER_CLASS_NULL);

    call("movers", "-F", "csv", "--filter", "library=CD-1");
    assertThat(out.lines())
        .contains("LTO8_1,tape,ULT3580-TD8,2025-06-01,2025-06-19,CD-1 CD-2", "LTO8_s,,,,,");
    assertThat(service.lists.get(2).getFilters().getLibrary().getIncludeList())
        .containsExactly("CD-1");
    call("movers", "-F", "json");
    assertThat(
            JsonParser.parseString(out)
                .getAsJsonObject()
                .getAsJsonArray("movers")
                .get(1)
                .toString())
        .isEqualTo(
            "{\"name\":\"LTO8_s\",\"class\":null,\"driveType\":null,\"firstSeen\":null,"
                + "\"lastSeen\":null,\"libraries\":[]}");
  }

  @Test
  void status_isACheck() {
    GetFreshnessResponse.Builder well =
        GetFreshnessResponse.newBuilder()
            .setHost("standby1:8800")
            .setStandby(true)
            .setReplayLag(Duration.newBuilder().setSeconds(2))
            .setNewestTransferTime(seconds("2025-06-20T05:00:00Z"));
    service.freshness = well.build();
    assertThat(call("status")).isZero();
    assertThat(out).contains("fnal    ok", "catching up", "12,345,678");
    assertThat(call("status", "--max-lag", "1s")).isEqualTo(ExitCode.STALE);
    assertThat(out).contains("fnal: The standby is 2 s behind, more than --max-lag 1s.");
    assertThat(call("status", "--max-age", "1h")).isZero();
    assertThat(call("status", "--max-age", "10m")).isEqualTo(ExitCode.STALE);
    assertThat(out).contains("The newest transfer was 30 min 0 s ago, more than --max-age 10m.");

    service.freshness = well.clone().clearReplayLag().setReplayLagProblem("Not seen.").build();
    assertThat(call("status")).isEqualTo(ExitCode.STALE);
    service.freshness = well.clone().setTransfersProblem("No right.").build();
    assertThat(call("status", "-F", "json")).isEqualTo(ExitCode.STALE);
    JsonObject told = JsonParser.parseString(out).getAsJsonObject();
    assertThat(told.get("state").getAsString()).isEqualTo("stale");
    assertThat(
            told.getAsJsonArray("dataSources").get(0).getAsJsonObject().get("problems").toString())
        .isEqualTo("[\"No right.\"]");

    service.freshness = well.build();
    service.health.setStatus("fnal", ServingStatus.NOT_SERVING);
    assertThat(call("status")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(out).contains("unreachable");
  }

  @Test
  void watch_goesOnAfterALoss_andShowsNothingTwice() {
    service.watch =
        (request, reply) -> {
          reply.onNext(
              WatchSeriesResponse.newBuilder()
                  .setHeader(
                      SeriesHeader.newBuilder()
                          .setStep("1m")
                          .setMeasure(SeriesQuery.Measure.MEASURE_BYTES)
                          .setUnit(SeriesQuery.Unit.UNIT_BYTES)
                          .addSeries(Answers.identity("mover", "A")))
                  .build());
          if (service.watches.size() == 1) {
            reply.onNext(update(point(0, 0, 10)));
            reply.onNext(
                WatchSeriesResponse.newBuilder()
                    .setUpdate(
                        SeriesUpdate.newBuilder()
                            .addAddedSeries(Answers.identity("mover", "B"))
                            .addPoints(point(0, 60, 1))
                            .addPoints(point(1, 60, 2)))
                    .build());
            reply.onError(failure(Status.Code.UNAVAILABLE, "Ending.", reason("ENDING")));
          } else {
            reply.onNext(update(point(0, 0, 10), point(0, 60, 3)));
            reply.onError(failure(Status.Code.UNAUTHENTICATED, "Who?"));
          }
        };
    assertThat(call("watch", "-F", "csv", "-f", "1h")).isEqualTo(ExitCode.REFUSED);
    assertThat(out)
        .isEqualTo(
            """
            time,mover,bytes
            2025-06-17T00:00:00-05:00,A,10
            2025-06-17T00:01:00-05:00,A,1
            2025-06-17T00:01:00-05:00,B,2
            2025-06-17T00:01:00-05:00,A,3
            """
                .replace("\n", "\r\n"));
    assertThat(err).contains("is gone; the watch goes on when it is back.");
    assertThat(service.watches).hasSize(2);
    assertThat(service.watches.get(0).getQuery().getStep()).isEmpty();
    assertThat(service.watches.get(1).getQuery().getStep()).isEqualTo("1m");
    assertThat(service.watches.get(0).getQuery().hasEndTime()).isFalse();
  }

  @Test
  void watch_thatCannotBegin_ends() {
    service.watch =
        (request, reply) -> reply.onError(failure(Status.Code.UNAVAILABLE, "Away.", reason("X")));
    assertThat(call("watch")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err).isEqualTo("enstore-accounting watch: Away.\n");
  }

  private static WatchSeriesResponse update(Point... points) {
    return WatchSeriesResponse.newBuilder()
        .setUpdate(SeriesUpdate.newBuilder().addAllPoints(List.of(points)).setComplete(true))
        .build();
  }

  private static Point point(int series, int second, long bytes) {
    return Point.newBuilder()
        .setSeries(series)
        .setStartEpochSeconds(Answers.FIRST.getEpochSecond() + second)
        .setInteger(bytes)
        .build();
  }

  private static Timestamp seconds(String instant) {
    return Timestamp.newBuilder().setSeconds(Instant.parse(instant).getEpochSecond()).build();
  }
}
