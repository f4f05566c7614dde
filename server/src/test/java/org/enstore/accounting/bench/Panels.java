package org.enstore.accounting.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.enstore.accounting.HostedPlugin;
import org.enstore.accounting.demo.KeptPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.proto.pluginv2.CollectMetricsRequest;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.TimeRange;

/** Grafana's panels in front of one plugin process. */
final class Panels implements AutoCloseable {
  /*
   * Queries, as the query editor saves them; MOVERS stands for the names that a dashboard's
   * variable brings along.
   */
  private static final String MOVERS = "\"filters\":{\"mover\":{\"include\":[MOVERS]}}";

  static final String TWELVE_HOURLY = "{\"source\":\"raw\",\"step\":\"12h\"," + MOVERS + "}";
  static final String TWELVE_HOURLY_TOTAL =
      "{\"source\":\"raw\",\"step\":\"12h\",\"groupBy\":[]," + MOVERS + "}";
  static final String HOURLY = "{\"source\":\"raw\",\"step\":\"1h\"," + MOVERS + "}";
  static final String DAILY_OF_ALL =
      "{\"source\":\"raw\",\"step\":\"1d\",\"includeNullMovers\":true}";
  static final String DAILY_OF_ONE =
      "{\"source\":\"summary\",\"step\":\"1d\",\"filters\":{\"mover\":{\"include\":[ONE]}}}";

  /** The panels of a dashboard: bytes and rates, by mover and in total, of either direction. */
  static final List<String> DASHBOARD =
      List.of(
          "{\"step\":\"1d\"," + MOVERS + "}",
          "{\"step\":\"1d\",\"direction\":\"read\"," + MOVERS + "}",
          "{\"step\":\"1d\",\"direction\":\"write\"," + MOVERS + "}",
          "{\"step\":\"1d\",\"direction\":\"sum\"," + MOVERS + "}",
          "{\"step\":\"1d\",\"measure\":\"throughput\"," + MOVERS + "}",
          "{\"step\":\"1d\",\"groupBy\":[]," + MOVERS + "}",
          "{\"step\":\"1d\",\"groupBy\":[],\"measure\":\"throughput\"," + MOVERS + "}",
          "{\"step\":\"1d\",\"unit\":\"MB\",\"gaps\":\"null\"," + MOVERS + "}");

  /** A panel whose blocks are the largest there are: thirty days by ten minutes. */
  static final String TEN_MINUTES_TOTAL =
      "{\"source\":\"raw\",\"step\":\"10m\",\"groupBy\":[]," + MOVERS + "}";

  private static final String PARTIAL_ANSWERS = "enstore_queries_partial_total";

  private static final int LAST_LINES = 10;

  private final HostedPlugin plugin;
  private final KeptPair pair;
  private final ZoneId zone;
  private final List<String> movers;
  private final DataGrpc.DataBlockingStub data;

  private Panels(HostedPlugin plugin, KeptPair pair, ZoneId zone, List<String> movers) {
    this.plugin = plugin;
    this.pair = pair;
    this.zone = zone;
    this.movers = movers;
    this.data = DataGrpc.newBlockingStub(plugin.channel());
  }

  /** Starts the packaged plugin, without any block in memory or on disk. */
  static Panels start(KeptPair pair, ZoneId zone, List<String> movers)
      throws IOException, InterruptedException {
    HostedPlugin plugin = HostedPlugin.start();
    Panels panels = new Panels(plugin, pair, zone, movers);
    // Grafana's first call opens the connection; it is not what is measured.
    panels.timeEmptyCall();
    return panels;
  }

  ManagedChannel channel() {
    return plugin.channel();
  }

  /** One query of {@code model} over the {@code days} before {@code until}. */
  QueryDataRequest request(Instant until, long days, String model) {
    return request(context(KeptPair.LONG, ""), until, days, model);
  }

  /** The same of a data source that reads the running day again after a second. */
  QueryDataRequest quicklyRefreshed(String database, Instant until, long days, String model) {
    return request(context(database, ",\"openRefresh\":\"1s\""), until, days, model);
  }

  private QueryDataRequest request(PluginContext context, Instant until, long days, String model) {
    return QueryDataRequest.newBuilder()
        .setPluginContext(context)
        .addQueries(
            DataQuery.newBuilder()
                .setRefId("A")
                .setMaxDataPoints(1_000)
                .setIntervalMS(1_000)
                .setTimeRange(
                    TimeRange.newBuilder()
                        .setFromEpochMS(until.minus(Duration.ofDays(days)).toEpochMilli())
                        .setToEpochMS(until.toEpochMilli()))
                .setJson(ByteString.copyFromUtf8(filled(model, movers))))
        .build();
  }

  /** How long the answer takes, in seconds. */
  double time(QueryDataRequest request) {
    long start = System.nanoTime();
    QueryDataResponse response = data.queryData(request);
    double seconds = (System.nanoTime() - start) / 1e9;
    require(response);
    return seconds;
  }

  /**
   * How long it takes, in seconds, until the answer is whole: a long cold range is answered in part
   * at first, and whoever asks again finds more of it.
   */
  double timeUntilWhole(QueryDataRequest request) {
    long start = System.nanoTime();
    double before;
    double after = metric(PARTIAL_ANSWERS);
    do {
      before = after;
      time(request);
      after = metric(PARTIAL_ANSWERS);
    } while (after > before);
    return (System.nanoTime() - start) / 1e9;
  }

  /** How long a call of the size of a health check takes that asks for nothing, in seconds. */
  double timeEmptyCall() {
    QueryDataRequest nothing =
        QueryDataRequest.newBuilder().setPluginContext(context(KeptPair.LONG, "")).build();
    long start = System.nanoTime();
    QueryDataResponse response = data.queryData(nothing);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (response.getResponsesCount() != 0) {
      throw new IllegalStateException("an answer to no question");
    }
    return seconds;
  }

  int answerBytes(QueryDataRequest request) {
    return data.queryData(request).getSerializedSize();
  }

  /** The sum of a figure over its labels, 0 when there is none. */
  double metric(String name) {
    String text =
        DiagnosticsGrpc.newBlockingStub(plugin.channel())
            .collectMetrics(CollectMetricsRequest.getDefaultInstance())
            .getMetrics()
            .getPrometheus()
            .toStringUtf8();
    return text.lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** What the system says of the process's memory: VmRSS now and VmHWM at its most, in bytes. */
  Map<String, Long> memoryBytes() throws IOException {
    Map<String, Long> memory = new HashMap<>();
    Path status = Path.of("/proc/" + plugin.process().pid() + "/status");
    for (String line : Files.readAllLines(status)) {
      String[] words = line.split("[:\\s]+", -1);
      if (words[0].equals("VmRSS") || words[0].equals("VmHWM")) {
        memory.put(words[0], Long.parseLong(words[1]) * 1024);
      }
    }
    return memory;
  }

  /** Whether the plugin still runs. */
  boolean isAlive() {
    return plugin.process().isAlive();
  }

  /** How the plugin ended, and the end of its log. */
  String lastWords() throws InterruptedException {
    List<String> log = plugin.log();
    return "exit code "
        + plugin.process().waitFor()
        + "\n"
        + String.join("\n", log.subList(Math.max(0, log.size() - LAST_LINES), log.size()));
  }

  @Override
  public void close() {
    plugin.close();
  }

  /** The settings and the largest warm request, as files for a driver of another kind. */
  static void writeForOthers(KeptPair pair, ZoneId zone, List<String> movers, Path directory)
      throws IOException {
    Files.writeString(
        directory.resolve("settings.json"),
        ("{\"uid\":\"bench\",\"name\":\"bench\",\"url\":\"127.0.0.1:%s\",\"user\":\"%s\","
                + "\"database\":\"%s\",\"jsonData\":%s,\"secureJsonData\":{\"password\":\"%s\"}}%n")
            .formatted(
                pair.standbyPort(),
                Role.READER.user(),
                KeptPair.LONG,
                settings(zone, ""),
                pair.password(Role.READER)));
    Files.writeString(
        directory.resolve("request.json"),
        ("{\"op\":\"query\",\"from\":\"now-365d\",\"to\":\"now\",\"queries\":[{\"refId\":\"A\","
                + "\"maxDataPoints\":1000,\"intervalMs\":1000,\"model\":%s}]}%n")
            .formatted(filled(TWELVE_HOURLY, movers)));
  }

  private static String filled(String model, List<String> movers) {
    return model
        .replace(
            "[MOVERS]",
            movers.stream().map(Panels::quoted).collect(Collectors.joining(",", "[", "]")))
        .replace("[ONE]", "[" + quoted(movers.get(0)) + "]");
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }

  private PluginContext context(String database, String further) {
    return PluginContext.newBuilder()
        .setOrgId(1)
        .setPluginId("enstore-accounting-datasource")
        .setDataSourceInstanceSettings(
            DataSourceInstanceSettings.newBuilder()
                .setId(1)
                .setUid(database + further.length())
                .setName(database)
                .setUrl("127.0.0.1:" + pair.standbyPort())
                .setUser(Role.READER.user())
                .setDatabase(database)
                .setLastUpdatedMS(1)
                .setJsonData(ByteString.copyFrom(settings(zone, further), StandardCharsets.UTF_8))
                .putDecryptedSecureJsonData("password", pair.password(Role.READER)))
        .build();
  }

  private static String settings(ZoneId zone, String further) {
    return "{\"siteTimeZone\":\"%s\",\"statementTimeout\":\"10m\"%s}"
        .formatted(zone.getId(), further);
  }

  private void require(QueryDataResponse response) {
    DataResponse answer = response.getResponsesOrThrow("A");
    if (answer.getStatus() != 200 || answer.getFramesCount() != 1) {
      throw new IllegalStateException(
          "the plugin answers "
              + answer.getStatus()
              + ": "
              + answer.getError()
              + "\nIts log:\n"
              + String.join("\n", plugin.log()));
    }
  }
}
