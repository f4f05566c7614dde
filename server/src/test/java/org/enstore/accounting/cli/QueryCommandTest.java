package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.junit.jupiter.api.Test;

/** The forms in which a query is answered. */
class QueryCommandTest extends ClientCommandsFixture {
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
                        .setMeasure("driveRate")
                        .setUnit("MiB/s"))
                .build()));
    assertThat(call("query", "-F", "csv", "-g", "library,driveType", "--compare", "previousPeriod"))
        .isZero();
    assertThat(out).isEqualTo("time,library,driveType,direction,period,driveRate_MiB_per_s\r\n");
    assertThat(err).contains("nothing in this time range");
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
    answer(Answers.thatDoNotAddUp(4));
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
  void arrow_isWrittenAsItIs_butNotToATerminal() throws IOException {
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
  void strict_turnsAWarningIntoAnExitCode() {
    answer(Answers.bytes());
    assertThat(call("query", "-F", "csv", "--strict")).isEqualTo(ExitCode.WARNED);
    assertThat(out).contains("9007199254740993");
    answer(Answers.mebibytes(1));
    assertThat(call("query", "--strict")).isZero();
  }
}
