package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the options of a query ask the service for. */
class QueryOptionsTest extends ClientCommandsFixture {
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
                        .setMeasure("driveRate")
                        .setDirection(SeriesQuery.Direction.DIRECTION_SUM)
                        .setGroupBy(
                            SeriesQuery.GroupBy.newBuilder()
                                .addDimensions("storageGroup")
                                .addDimensions("mover"))
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
                        .putFilters(
                            "mover",
                            SeriesQuery.Filter.newBuilder()
                                .addInclude("A")
                                .addInclude("B")
                                .addExclude("C")
                                .setMatch("^A")
                                .build())
                        .putFilters(
                            "storageGroup", SeriesQuery.Filter.newBuilder().addExclude("").build())
                        .putFilters(
                            "library", SeriesQuery.Filter.newBuilder().setNoMatch("old").build()))
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
}
