package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.enstore.accounting.api.AccessLog;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.cli.Surroundings;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.FairThreads;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.proto.pluginv2.DataFrameFormat;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Extent;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.LagHistory;
import org.enstore.accounting.series.PoolStats;
import org.enstore.accounting.series.QueryTimes;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.Replication;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.Snapshot;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.TableState;
import org.enstore.accounting.series.TransferSource;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Holds {@code server/README.md} against what the program really has. */
class ReferenceTest {
  private static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");

  @Test
  void everyPropertyOfTheQueryModel_isInTheReference() throws IOException {
    assertNamed(properties("query-model-v1.schema.json"));
  }

  @Test
  void everySetting_isInTheReference() throws IOException {
    assertNamed(properties("settings-model-v1.schema.json"));
  }

  @Test
  void everyMetric_isInTheReference() throws IOException {
    Set<String> metrics = new TreeSet<>();
    scrape()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> metrics.add(line.split("[{ ]", 2)[0].replaceFirst("_(bucket|count|sum)$", "")));

    assertThat(metrics)
        .contains(
            "enstore_query_duration_seconds",
            "enstore_queries_total",
            "enstore_pool_connections",
            "enstore_replay_lag_seconds",
            "enstore_reconciliation_difference_bytes",
            "enstore_last_summarised_day_timestamp_seconds",
            "enstore_host_up",
            "enstore_host_chosen",
            "enstore_host_lag_seconds",
            "enstore_host_lag_bytes",
            "enstore_host_receiver",
            "enstore_jvm_threads");
    assertNamed(metrics);
  }

  /** What promtool check metrics complains of. */
  @Test
  void everyMetric_isNamedAsPrometheusWishes() throws IOException {
    Map<String, String> types = new TreeMap<>();
    Set<String> helped = new TreeSet<>();
    for (String line : scrape().split("\n", -1)) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# TYPE ")) {
        types.put(words[2], words[3]);
      } else if (line.startsWith("# HELP ") && words.length == 4) {
        helped.add(words[2]);
      }
    }
    assertThat(types).isNotEmpty();
    assertThat(helped).isEqualTo(types.keySet());
    types.forEach(
        (name, type) -> {
          assertThat(name.matches("enstore(_[a-z0-9]+)+")).as(name).isTrue();
          assertThat(name.endsWith("_total")).as(name).isEqualTo(type.equals("counter"));
          assertThat(name)
              .doesNotContainPattern("_(counter|gauge|histogram|summary|untyped)(_|$)")
              .doesNotContainPattern("_(count|sum|bucket|info)$")
              .doesNotContainPattern(
                  "_(ms|us|ns|sec|s|min|m|h|d|b|kb|mb|gb|milliseconds|minutes|hours|days|weeks"
                      + "|kilobytes|megabytes|gigabytes|bits)(_|$)");
        });
  }

  /** Both ways: what there is is told, and what is told is there. */
  @Test
  void everyOptionOfTheCommandLine_isInTheReference() throws IOException {
    CommandLine program =
        Commands.line(
            Map.of(),
            new Surroundings(
                OutputStream.nullOutputStream(), OptionalInt.empty(), true, Map.of(), () -> NOW));
    Set<String> options = new TreeSet<>();
    for (String command : List.of("query", "measures", "movers", "watch", "status", "completion")) {
      Optional.ofNullable(program.getSubcommands().get(command))
          .orElseThrow()
          .getCommandSpec()
          .optionsMap()
          .keySet()
          .stream()
          .filter(option -> !option.equals("-h") && !option.equals("--help"))
          .forEach(options::add);
    }
    String reference = Files.readString(Path.of("README.md"));
    String section = reference.substring(reference.indexOf("\n## 11. The command line"));
    Set<String> told = new TreeSet<>();
    section
        .lines()
        .filter(line -> line.startsWith("| `-"))
        .forEach(
            line ->
                Pattern.compile("`(--?[A-Za-z-]+)[` ]")
                    .matcher(line.substring(0, line.indexOf('|', 1)))
                    .results()
                    .forEach(option -> told.add(option.group(1))));
    assertThat(told).isEqualTo(options);
  }

  @Test
  void everyExitCode_isInTheReference() throws IOException, IllegalAccessException {
    Set<Integer> codes = new TreeSet<>();
    for (Field field : ExitCode.class.getFields()) {
      codes.add(field.getInt(null));
    }
    Set<Integer> told = new TreeSet<>();
    Matcher row =
        Pattern.compile("^\\| ([0-9]+) \\| ", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("README.md")));
    row.results().forEach(code -> told.add(Integer.valueOf(code.group(1))));
    assertThat(told).isEqualTo(codes);
  }

  @Test
  void everyKindOfFailure_isInTheReference() throws IOException {
    Set<String> kinds = new TreeSet<>();
    for (FailureKind kind : FailureKind.values()) {
      kinds.add(kind.name());
    }
    assertNamed(kinds);
  }

  /** Each name must stand in the reference as code: within backquotes, and alone. */
  private static void assertNamed(Set<String> names) throws IOException {
    String reference = Files.readString(Path.of("README.md"));
    assertThat(names).isNotEmpty();
    assertThat(names.stream().filter(name -> !reference.contains("`" + name + "`")))
        .as("missing in server/README.md")
        .isEmpty();
  }

  private static Set<String> properties(String schema) throws IOException {
    try (InputStream in = DataService.class.getResourceAsStream(schema)) {
      assertThat(in).as(schema).isNotNull();
      Set<String> names = new TreeSet<>();
      addProperties(
          JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8)), names);
      return names;
    }
  }

  private static void addProperties(JsonElement form, Set<String> names) {
    if (form instanceof JsonArray list) {
      list.forEach(item -> addProperties(item, names));
    }
    if (form instanceof JsonObject object) {
      object
          .entrySet()
          .forEach(
              member -> {
                if (member.getKey().equals("properties")) {
                  names.addAll(member.getValue().getAsJsonObject().keySet());
                }
                addProperties(member.getValue(), names);
              });
    }
  }

  /** The figures after one question to one data source, so that none lacks a value. */
  private static String scrape() throws IOException {
    InstantSource clock = InstantSource.fixed(NOW);
    QueryTimes times = new QueryTimes(System::nanoTime);
    ThreadPoolExecutor loaders =
        new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    InstanceRegistry registry =
        new InstanceRegistry(
            (id, settings) -> new SeriesEngine(new Idle(), settings, clock, loaders),
            System::nanoTime);
    String name = InProcessServerBuilder.generateName();
    Server server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                new DataService(
                    registry,
                    new Workers((owner, work, unused) -> work.run(), Runnable::run, timer),
                    AnswerMemory.ofHeap(1 << 30),
                    times,
                    DataFrameFormat.ARROW))
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    try {
      DataGrpc.newBlockingStub(channel).queryData(question());
      registry.engines().values().forEach(SeriesEngine::checkReconciliation);
      AccessLog calls = new AccessLog(line -> {}, clock, System::nanoTime);
      return new String(
          new Figures(
                  registry::engines,
                  new FairThreads(1, 1, loaders),
                  AnswerMemory.ofHeap(1 << 30),
                  times,
                  clock,
                  Optional.of(calls))
              .scrape(),
          StandardCharsets.UTF_8);
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
      registry.close();
      timer.shutdownNow();
    }
  }

  private static QueryDataRequest question() {
    return QueryDataRequest.newBuilder()
        .setPluginContext(
            PluginContext.newBuilder()
                .setOrgId(1)
                .setDataSourceInstanceSettings(
                    DataSourceInstanceSettings.newBuilder()
                        .setUid("one")
                        .setUrl("standby")
                        .setJsonData(ByteString.copyFromUtf8("{}"))))
        .addQueries(
            DataQuery.newBuilder()
                .setRefId("A")
                .setTimeRange(
                    TimeRange.newBuilder()
                        .setFromEpochMS(NOW.minus(Duration.ofDays(2)).toEpochMilli())
                        .setToEpochMS(NOW.toEpochMilli()))
                .setJson(ByteString.copyFromUtf8("{}")))
        .build();
  }

  /** A standby without any transfers, current and with one connection. */
  private static final class Idle implements TransferSource {
    @Override
    public Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation) {
      return new Snapshot(NOW, "idle");
    }

    @Override
    public SourceState state(Cancellation cancellation) {
      return new SourceState(
          "standby:8800",
          true,
          new ReplayLag.Known(Duration.ZERO),
          NOW,
          NOW,
          "idle",
          Map.of(
              Transfers.SUMMARY,
              TableState.ofDays(
                  Extent.of(Extent.EARLIEST, LocalDate.parse("2025-06-19")), Optional.empty()),
              Transfers.FACTS,
              TableState.ofFacts(
                  Optional.of(NOW),
                  Extent.of(Extent.EARLIEST, LocalDate.parse("2025-06-20")),
                  Optional.empty())));
    }

    @Override
    public Health health() {
      return new Health(true, "It is idle.", Map.of(), List.of());
    }

    @Override
    public Replication replication() {
      HostStatus host =
          new HostStatus(
              "standby:8800",
              NOW,
              HostStatus.Role.STANDBY,
              HostStatus.State.STREAMING,
              true,
              Optional.of("12.22"),
              OptionalInt.of(1),
              HostStatus.Positions.NONE,
              new HostStatus.Lag(Optional.of(Duration.ZERO), OptionalLong.of(0), Optional.empty()),
              Optional.of("streaming"),
              HostStatus.Slot.NONE,
              Optional.empty(),
              Optional.empty());
      return new Replication() {
        @Override
        public List<HostStatus> look(Cancellation cancellation) {
          return List.of(host);
        }

        @Override
        public List<HostStatus> last() {
          return List.of(host);
        }

        @Override
        public LagHistory history() {
          return NONE.history();
        }

        @Override
        public boolean watchesPrimary() {
          return false;
        }
      };
    }

    @Override
    public PoolStats poolStats() {
      return new PoolStats(List.of(new PoolStats.Pool("standby:8800", 0, 1, 0)));
    }

    @Override
    public void close() {}
  }
}
