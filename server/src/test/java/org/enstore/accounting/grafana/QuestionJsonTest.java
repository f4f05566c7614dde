package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.AnnotationEvent;
import org.enstore.accounting.series.AnnotationQuery;
import org.enstore.accounting.series.AnomalyQuery;
import org.enstore.accounting.series.Arrangement;
import org.enstore.accounting.series.CapacityQuery;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.ForecastQuery;
import org.enstore.accounting.series.GapPolicy;
import org.enstore.accounting.series.NamesQuery;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReconciliationQuery;
import org.enstore.accounting.series.RiskQuery;
import org.enstore.accounting.series.SeriesQuery;
import org.enstore.accounting.series.SourceChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionJsonTest {
  private static final TimeRange RANGE =
      new TimeRange(
          Instant.parse("2025-06-01T00:00:00Z"), Instant.parse("2025-06-20T17:00:00.123Z"));

  private static DataQuery.Builder query(String json) {
    return DataQuery.newBuilder()
        .setRefId("A")
        .setTimeRange(
            org.enstore.accounting.proto.pluginv2.TimeRange.newBuilder()
                .setFromEpochMS(RANGE.from().toEpochMilli())
                .setToEpochMS(RANGE.to().toEpochMilli()))
        .setJson(ByteString.copyFromUtf8(json));
  }

  private static SeriesQuery series(String json) {
    return ((Question.OfSeries) QuestionJson.read(query(json).build())).query();
  }

  private static NamesRequest names(String json) {
    return ((Question.OfNames) QuestionJson.read(query(json).setQueryType("variable").build()))
        .names();
  }

  private static ThrowableAssertAlternative<QueryFailure> refused(DataQuery.Builder query) {
    return assertThatExceptionOfType(QueryFailure.class)
        .isThrownBy(() -> QuestionJson.read(query.build()))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(FailureKind.BAD_QUERY));
  }

  @Test
  void read_groupsThatGrafanaMadeNullAreTheTotal() {
    assertThat(series("{\"groupBy\":null}").groupBy()).isEmpty();
    assertThat(series("{\"groupBy\":[]}").groupBy()).isEmpty();
    assertThat(series("{}").groupBy()).containsExactly(Dimensions.MOVER);
  }

  @Test
  void read_defaults() {
    SeriesQuery defaults =
        new SeriesQuery(
            Transfers.DATASET,
            Transfers.BYTES,
            RANGE,
            Optional.empty(),
            Duration.ofSeconds(1),
            100,
            List.of(Dimensions.MOVER),
            List.of(Dimensions.DIRECTION),
            Map.of(),
            false,
            ByteUnit.MEBIBYTES,
            GapPolicy.NOT_YET,
            SourceChoice.AUTO,
            Arrangement.PLAIN);

    assertThat(series("")).isEqualTo(defaults);
    assertThat(series("{}")).isEqualTo(defaults);
    assertThat(series("{\"measure\":null,\"filters\":null}")).isEqualTo(defaults);
    assertThat(series("{\"filters\":{\"mover\":{},\"library\":{\"include\":[]}}}"))
        .isEqualTo(defaults);
  }

  @Test
  void read_contradictions_areRefusedTogether() {
    refused(
            query(
                """
                {"measure":"driveRate","groupBy":[],"top":3,"runningTotal":true,
                 "source":"summary","compare":"lastYear"}
                """))
        .withMessageContaining("\"compare\" is \"lastYear\"; it must be one of \"none\" or")
        .withMessageContaining("\"groupBy\" is empty")
        .withMessageContaining("\"bytes\" or \"transfers\", not \"driveRate\"")
        .withMessageContaining("\"summary\", which has no driveRate");
    refused(query("{\"top\":501}"))
        .withMessageContaining("\"top\" is 501; it must be a whole number from 0 to 500");
    refused(query("{\"groupBy\":[\"driveRateBin\"]}")).withMessageContaining("mediaChanger");
  }

  @Test
  void read_everything() {
    Question question =
        QuestionJson.read(
            query(
                    """
                    {"version":1,"queryType":"series","measure":"transfers",
                     "groupBy":["storageGroup","mediaChanger"],"top":10,
                     "compare":"previousPeriod","runningTotal":true,"direction":"sum","includeNullMovers":true,"step":"1M","unit":"MB",
                     "gaps":"zero","source":"raw","legend":"{{mover}} in",
                     "filters":{
                       "mover":{"include":["LTO8_01","LTO8_02.mover"],"exclude":["x"],
                                "match":"^LTO","noMatch":"test$"},
                       "moverClass":{"include":["tape"]},
                       "storageGroup":{"exclude":["cms"]},"library":{"match":"G1"},
                       "driveType":{"noMatch":"T10K"},"mediaChanger":{"include":["TS"]}}}
                    """)
                .setIntervalMS(60_000)
                .setMaxDataPoints(1234)
                .build());

    assertThat(question)
        .isEqualTo(
            new Question.OfSeries(
                new SeriesQuery(
                    Transfers.DATASET,
                    Transfers.TRANSFERS,
                    RANGE,
                    Optional.of(org.enstore.accounting.measure.Step.MONTH.nominal()),
                    Duration.ofMinutes(1),
                    1234,
                    List.of(Dimensions.STORAGE_GROUP, Dimensions.MEDIA_CHANGER),
                    List.of(),
                    Map.of(
                        Dimensions.MOVER,
                        new Filter(
                            List.of("LTO8_01", "LTO8_02.mover"),
                            List.of("x"),
                            Optional.of("^LTO"),
                            Optional.of("test$")),
                        Dimensions.MOVER_CLASS,
                        Filter.including(List.of("tape")),
                        Dimensions.STORAGE_GROUP,
                        new Filter(List.of(), List.of("cms"), Optional.empty(), Optional.empty()),
                        Dimensions.LIBRARY,
                        new Filter(List.of(), List.of(), Optional.of("G1"), Optional.empty()),
                        Dimensions.DRIVE_TYPE,
                        new Filter(List.of(), List.of(), Optional.empty(), Optional.of("T10K")),
                        Dimensions.MEDIA_CHANGER,
                        Filter.including(List.of("TS"))),
                    true,
                    ByteUnit.MEGABYTES,
                    GapPolicy.ZERO,
                    SourceChoice.RAW,
                    new Arrangement(10, Arrangement.Comparison.PREVIOUS_PERIOD, true)),
                Legend.of("{{mover}} in")));
  }

  @Test
  void read_whatGrafanaAdds() {
    assertThat(
            series(
                """
                {"refId":"A","hide":false,"key":"Q-1","datasource":{"type":"x","uid":"y"},
                 "datasourceId":3,"intervalMs":1000,"maxDataPoints":10,
                 "timeRange":{"from":"1","to":"2"},"queryCachingTTL":60,"adhocFilters":[],
                 "scopes":[],"queryGroupId":"g","queryType":""}
                """))
        .isEqualTo(series("{}"));
  }

  @ParameterizedTest
  @CsvSource({
    "auto, ''",
    "'', ''",
    "1h, PT1H",
    "45m, PT45M",
    "90s, PT1M30S",
    "36h, PT36H",
    "1w, PT168H"
  })
  void read_step(String step, String wanted) {
    assertThat(
            series("{\"step\":\"" + step + "\"}").stepWanted().map(Duration::toString).orElse(""))
        .isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"measure\":\"volume\"}        | \"measure\" is \"volume\"; it must be one of \"bytes\"",
        "{\"measure\":1}                 | \"measure\" is 1; it must be one of \"bytes\"",
        "{\"direction\":\"reed\"}        | Did you mean \"read\"?",
        "{\"groupBy\":[\"owner\"]}       | it must be one of \"mover\", \"moverClass\"",
        "{\"groupBy\":[\"mover\",\"mover\"]} | \"groupBy\" is a list; it must be a list of"
            + " different",
        "{\"groupBy\":\"mover\"}         | it must be a list of different words",
        "{\"unit\":\"MIB\"}              | Did you mean \"MiB\"?",
        "{\"gaps\":true}                 | \"gaps\" is true; it must be one of",
        "{\"source\":\"summery\"}        | Did you mean \"summary\"?",
        "{\"step\":\"0s\"}               | \"step\" is \"0s\"; it must be \"auto\", one of 1m, 2m",
        "{\"step\":60}                   | \"step\" is 60; it must be",
        "{\"step\":\"1mo\"}              | or a duration such as \"45m\"",
        "{\"includeNullMovers\":\"no\"}  | it must be true or false",
        "{\"legend\":1}                  | it must be a text",
        "{\"filters\":[]}                | \"filters\" is a list; it must be an object",
        "{\"filters\":{\"movers\":{}}}   | \"filters.movers\" is not known",
        "{\"filters\":{\"mover\":[]}}    | \"filters.mover\" must be an object",
        "{\"filters\":{\"mover\":{\"include\":\"x\"}}} | \"filters.mover.include\" is \"x\"; it"
            + " must be a list of texts",
        "{\"filters\":{\"mover\":{\"include\":[1]}}} | \"filters.mover.include\" is a list; it"
            + " must",
        "{\"filters\":{\"mover\":{\"includes\":[]}}} | Did you mean \"include\"?",
        "{\"filters\":{\"mover\":{\"match\":\"(\"}}} | \"filters.mover.match\" is not a regular"
            + " expression",
        "{\"filters\":{\"moverClass\":{\"include\":[\"robot\"]}}} | \"filters.moverClass\" names"
            + " the mover class \"robot\"",
        "{\"version\":2,\"future\":1}    | made by a newer version of the plugin",
        "{\"version\":0}                 | it must be a whole number from 1 to 1",
        "{\"queryType\":\"annotation\"} | \"queryType\" is \"annotation\"",
        "{                               | not valid JSON",
        "[]                              | not a JSON object",
        "{} {}                           | not valid JSON (line 1, column 5)",
        "{'measure':'bytes'}             | not valid JSON",
        "{\"unit\":\"MB\",\"unit\":\"MB\"} | has the key \"unit\" twice",
        "nonsense                        | The query is not"
      })
  void read_refused(String json, String reason) {
    refused(query(json)).withMessageContaining(reason).withMessageMatching("(?s).*[.?]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"nextYears\":[1]}    | INFO    | not know and left out: \"nextYears\".",
        "{\"mesure\":\"bytes\"} | WARNING | \"mesure\" (did you mean \"measure\"?).",
        "{\"a1\":1,\"b2\":1,\"c3\":1,\"d4\":1,\"e5\":1,\"f6\":1} | INFO | \"e5\" and 1 more.",
        "{\"größe\":{}}         | INFO    | \"größe\"",
        "{\"kind\":\"movers\"}    | INFO    | \"kind\""
      })
  void read_unknownKey_isTold(String json, String severity, String text) {
    assertThat(QuestionJson.read(query(json).build()))
        .isInstanceOfSatisfying(
            Question.Annotated.class,
            told -> {
              assertThat(told.question()).isEqualTo(QuestionJson.read(query("{}").build()));
              assertThat(told.notices()).hasSize(1);
              assertThat(told.notices().get(0).toString()).containsIgnoringCase(severity);
              assertThat(told.notices().get(0).text()).contains(text);
            });
  }

  @Test
  void read_keyThatGrafanaAdds_isNotEvenTold() {
    assertThat(
            QuestionJson.read(query("{\"instant\":false,\"range\":true,\"later\":null}").build()))
        .isEqualTo(QuestionJson.read(query("{}").build()));
  }

  @Test
  void read_allProblemsTogether() {
    refused(query("{\"measure\":\"x\",\"unit\":\"y\",\"top\":-1}").clearTimeRange())
        .withMessageContaining("\"measure\"")
        .withMessageContaining("\"unit\"")
        .withMessageContaining("\"top\"")
        .withMessageContaining("time range");
  }

  @Test
  void read_range() {
    DataQuery.Builder query = query("{}");
    query.getTimeRangeBuilder().setToEpochMS(RANGE.from().toEpochMilli());
    refused(query).withMessageContaining("empty");
    query.getTimeRangeBuilder().setToEpochMS(RANGE.from().toEpochMilli() - 1);
    refused(query).withMessageContaining("reversed");
    query.clearTimeRange();
    refused(query).withMessageContaining("without a time range");
  }

  @Test
  void read_notUtf8() {
    refused(query("").setJson(ByteString.copyFrom(new byte[] {'{', (byte) 0xff, '}'})))
        .withMessageContaining("not UTF-8");
  }

  @Test
  void read_deepNesting() {
    refused(query("[".repeat(10_000))).withMessageContaining("not a JSON object");
    refused(query("{\"a\":" + "[".repeat(10_000))).withMessageContaining("more than 32");
  }

  @Test
  void read_queryTypeOutside() {
    refused(query("{}").setQueryType("replicas")).withMessageContaining("\"replicas\"");
    assertThat(QuestionJson.read(query("{\"queryType\":\"variable\"}").build()))
        .isInstanceOf(Question.OfNames.class);
    assertThat(QuestionJson.read(query("{}").setQueryType("variable").build()))
        .isInstanceOf(Question.OfNames.class);
    assertThat(QuestionJson.read(query("{}").setQueryType("replication").build()))
        .isInstanceOf(Question.OfReplication.class);
  }

  @Test
  void readReplication() {
    assertThat(QuestionJson.read(query("{\"queryType\":\"replication\"}").build()))
        .isInstanceOfSatisfying(
            Question.OfReplication.class,
            question ->
                assertThat(question.request().view()).isEqualTo(ReplicationRequest.View.STATUS));
    assertThat(
            QuestionJson.read(
                query("{\"queryType\":\"replication\",\"view\":\"history\"}").build()))
        .isInstanceOfSatisfying(
            Question.OfReplication.class,
            question -> assertThat(question.request().range()).isPresent());
    refused(query("{\"queryType\":\"replication\",\"view\":\"lag\"}"))
        .withMessageContaining("\"view\"")
        .withMessageContaining("\"status\", \"history\", \"lagSeconds\" or \"lagBytes\"");
  }

  @Test
  void readVariable_defaults() {
    assertThat(names("{}"))
        .isEqualTo(
            new NamesRequest(
                new NamesQuery(
                    Transfers.DATASET,
                    Dimensions.MOVER,
                    Optional.empty(),
                    Optional.empty(),
                    Set.of(MoverClass.TAPE, MoverClass.DISK),
                    Map.of()),
                ""));
  }

  @Test
  void readVariable_everything() {
    assertThat(
            names(
                """
                {"version":1,"queryType":"variable","refId":"V","kind":"storage-groups",
                 "match":"^c","classes":["null"],"lookBack":"30d","includeRetired":true,
                 "search":" MS ","filters":{"library":{"include":["LTO8"]},"driveType":{}}}
                """))
        .isEqualTo(
            new NamesRequest(
                new NamesQuery(
                    Transfers.DATASET,
                    Dimensions.STORAGE_GROUP,
                    Optional.of(Duration.ofDays(30)),
                    Optional.of("^c"),
                    Set.of(MoverClass.NULL),
                    Map.of(Dimensions.LIBRARY, Filter.including(List.of("LTO8")))),
                "MS"));
    assertThat(names("{\"includeRetired\":true}").query().lookBack())
        .contains(Duration.ofDays(7300));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"kind\":\"mover\"}      | Did you mean \"movers\"?",
        "{\"lookBack\":\"1h\"}     | a duration from 1d to 7300d",
        "{\"lookBack\":90}         | a duration from 1d to 7300d",
        "{\"classes\":[\"disc\"]}  | Did you mean \"disk\"?",
        "{\"match\":\"[\"}         | \"match\" is not a regular expression",
        "{\"version\":9}           | newer version of the plugin",
        "{\"dataset\":\"x\"}        | \"dataset\" is \"x\"; it must be one of",
        "{\"filters\":{\"movers\":{}}} | \"filters.movers\" is not known"
      })
  void readVariable_refused(String json, String reason) {
    refused(query(json).setQueryType("variable")).withMessageContaining(reason);
  }

  @Test
  void shown_searchIgnoresCase() {
    NamesRequest request = names("{\"search\":\"lto8\"}");
    assertThat(request.shown(List.of("LTO8_1", "T10K", "xlto8")))
        .containsExactly("LTO8_1", "xlto8");
  }

  @Test
  void readReconciliation_defaults() {
    ReconciliationQuery query =
        ((Question.OfReconciliation)
                QuestionJson.read(query("{}").setQueryType("reconciliation").build()))
            .query();

    assertThat(query.onlyDifferences()).isTrue();
    assertThat(query.includeNullMovers()).isTrue();
    assertThat(query.filters()).isEmpty();
  }

  @Test
  void readAnomalies_defaults() {
    AnomalyQuery query =
        ((Question.OfAnomalies) QuestionJson.read(query("{}").setQueryType("anomalies").build()))
            .query();

    assertThat(query.view()).isEqualTo(AnomalyQuery.View.BANDS);
    assertThat(query.step()).isEqualTo(Step.DAY);
    assertThat(query.falseAlarms()).isEqualTo(1.0);
    assertThat(query.history()).isEmpty();
    assertThat(query.series().groupBy()).isEmpty();
  }

  @Test
  void readForecast_defaults() {
    ForecastQuery query =
        ((Question.OfForecast) QuestionJson.read(query("{}").setQueryType("forecast").build()))
            .query();

    assertThat(query.step()).isEqualTo(Step.DAY);
    assertThat(query.history()).isEqualTo(Duration.ofDays(1826));
    assertThat(query.total()).isEqualTo(ForecastQuery.Total.NONE);
    assertThat(query.series().groupBy()).isEmpty();
  }

  @Test
  void readCapacity_defaults() {
    CapacityQuery query =
        ((Question.OfCapacity) QuestionJson.read(query("{}").setQueryType("capacity").build()))
            .query();

    assertThat(query.stock()).isEqualTo(CapacityQuery.Stock.BLANKS);
    assertThat(query.leadTime()).isEqualTo(Duration.ofDays(60));
    assertThat(query.reserve()).isZero();
  }

  @Test
  void readRisk_defaults() {
    RiskQuery query =
        ((Question.OfRisk) QuestionJson.read(query("{}").setQueryType("risk").build())).query();

    assertThat(query.view()).isEqualTo(RiskQuery.View.RANKING);
    assertThat(query.halfLife()).isEqualTo(Duration.ofDays(7));
    assertThat(query.filters()).isEmpty();
  }

  @Test
  void readAnnotations_ofAnomalies_haveTheirKeys() {
    AnomalyQuery query =
        ((Question.OfEpisodes)
                QuestionJson.read(
                    query(
                            "{\"event\":\"anomaly\",\"measure\":\"transfers\",\"falseAlarms\":0.1,"
                                + "\"silence\":\"2d\",\"groupBy\":[\"library\"]}")
                        .setQueryType("annotations")
                        .build()))
            .query();

    assertThat(query.series().measure()).isEqualTo(Transfers.TRANSFERS);
    assertThat(query.series().groupBy()).containsExactly(Dimensions.LIBRARY);
    assertThat(query.falseAlarms()).isEqualTo(0.1);
  }

  @Test
  void readAnnotations_defaults() {
    AnnotationQuery query =
        ((Question.OfAnnotations)
                QuestionJson.read(query("{}").setQueryType("annotations").build()))
            .query();

    assertThat(query.event()).isEqualTo(AnnotationEvent.MOVER_SILENT);
    assertThat(query.silence()).isEqualTo(Duration.ofDays(1));
    assertThat(query.lag()).isEmpty();
    assertThat(query.filters()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reconciliation | {\"filters\":{\"library\":{}}} | known are mover.",
        "annotations    | {\"event\":\"silent\"}        | \"driveChange\"",
        "annotations    | {\"lag\":\"8d\"}             | a duration from 1s to 7d",
        "annotations    | {\"silence\":\"59m\"}         | a duration from 1h to 90d",
        "annotations    | {\"filters\":{\"driveSerial\":{}}} | \"filters.driveSerial\" is not known"
      })
  void readOthers_refused(String type, String json, String reason) {
    refused(query(json).setQueryType(type)).withMessageContaining(reason);
  }
}
