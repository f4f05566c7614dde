package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The zip that brings its own Java, installed where no other can be found: needs a build with the
 * profile {@code runtime}.
 */
@Timeout(180)
class BundledRuntimeIT {
  /** Nothing of the machine's: no folder to look for programs in. */
  private static final Map<String, String> BARE = Map.of("PATH", "");

  @TempDir private static Path anywhere;
  private static Path folder;

  @BeforeAll
  static void install() throws IOException {
    folder = HostedPlugin.unzip(zip(), anywhere);
  }

  @Test
  void answersAQuery() throws Exception {
    try (ReplicatedPair pair = TestPairs.holding(QuirkFixture.chicago());
        HostedPlugin plugin = HostedPlugin.exec(folder, BARE)) {
      plugin.dial(plugin.handshake());
      assertThat(plugin.process().toHandle().info().command())
          .hasValue(folder.toRealPath().resolve("jre/bin/java").toString());
      DataResponse response =
          DataGrpc.newBlockingStub(plugin.channel())
              .queryData(request(pair))
              .getResponsesOrThrow("A");
      assertThat(response.getError()).isEmpty();
      ArrowReadBack frame = ArrowReadBack.of(response.getFrames(0).toByteArray());
      assertThat(frame.fields()).hasSizeGreaterThan(1);
      plugin.shutDown();
      assertThat(plugin.furtherOutput()).isEmpty();
      assertThat(plugin.log()).noneMatch(line -> line.contains("[cds]"));
    }
  }

  @Test
  void startsFromTheArchiveOfItsOwnRuntime() throws Exception {
    Path loaded = anywhere.resolve("loaded.txt");
    try (HostedPlugin plugin =
        HostedPlugin.exec(
            folder,
            Map.of("PATH", "", "GF_PLUGIN_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded))) {
      plugin.dial(plugin.handshake());
      assertServing(plugin);
      plugin.shutDown();
    }
    try (Stream<String> lines = Files.lines(loaded)) {
      List<String> ours =
          lines
              .filter(line -> line.contains(" org.enstore.accounting.grafana."))
              .filter(line -> !line.contains("Lambda"))
              .toList();
      assertThat(ours).isNotEmpty().allMatch(line -> line.contains("shared objects file (top)"));
    }
  }

  @Test
  void javaHome_isNotNeededAndNoReasonToWarn() throws Exception {
    try (HostedPlugin plugin =
        HostedPlugin.exec(folder, Map.of("GF_PLUGIN_JAVA_HOME", System.getProperty("java.home")))) {
      plugin.dial(plugin.handshake());
      plugin.shutDown();
      assertThat(plugin.log()).noneMatch(line -> line.contains("\"warn\""));
      assertThat(plugin.log().get(0)).contains("is not used: the plugin brought its own Java");
    }
  }

  @Test
  void newTimes_costTheArchiveAndNothingElse(@TempDir Path elsewhere) throws Exception {
    try (HostedPlugin plugin = HostedPlugin.exec(HostedPlugin.unpack(zip(), elsewhere), BARE)) {
      plugin.dial(plugin.handshake());
      assertServing(plugin);
      plugin.shutDown();
      assertThat(plugin.furtherOutput()).isEmpty();
    }
  }

  @Test
  void withoutItsCLibrary_saysSoAndLooksElsewhere(@TempDir Path elsewhere) throws Exception {
    Path installed = HostedPlugin.unzip(zip(), elsewhere);
    Files.writeString(installed.resolve("jre/LIBC"), "/lib/no-such-loader.so\n");
    try (HostedPlugin plugin =
        HostedPlugin.exec(
            installed, Map.of("GF_PLUGIN_JAVA_HOME", System.getProperty("java.home")))) {
      plugin.dial(plugin.handshake());
      assertServing(plugin);
      plugin.shutDown();
      assertThat(plugin.log().get(0))
          .contains("\"warn\"", "needs /lib/no-such-loader.so", "looking elsewhere");
    }
  }

  private static void assertServing(HostedPlugin plugin) {
    assertThat(
            HealthGrpc.newBlockingStub(plugin.channel())
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService("plugin").build())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  private static QueryDataRequest request(ReplicatedPair pair) {
    return QueryDataRequest.newBuilder()
        .setPluginContext(
            PluginContext.newBuilder()
                .setOrgId(1)
                .setDataSourceInstanceSettings(
                    DataSourceInstanceSettings.newBuilder()
                        .setUid("bundled")
                        .setUrl("127.0.0.1:" + pair.standbyPort())
                        .setUser(Role.READER.user())
                        .setDatabase(ReplicatedPair.DATABASE)
                        .setJsonData(
                            ByteString.copyFromUtf8("{\"siteTimeZone\":\"America/Chicago\"}"))
                        .putDecryptedSecureJsonData("password", pair.password(Role.READER))))
        .addQueries(
            DataQuery.newBuilder()
                .setRefId("A")
                .setMaxDataPoints(500)
                .setTimeRange(
                    TimeRange.newBuilder()
                        .setFromEpochMS(Instant.parse("2025-03-05T06:00:00Z").toEpochMilli())
                        .setToEpochMS(Instant.parse("2025-03-14T05:00:00Z").toEpochMilli()))
                .setJson(ByteString.copyFromUtf8("{}")))
        .build();
  }

  private static Path zip() throws IOException {
    Path built = HostedPlugin.zip().getParent();
    try (Stream<Path> files = Files.list(built)) {
      return files
          .filter(file -> file.getFileName().toString().matches("enstore-.*-linux_[a-z0-9]+\\.zip"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no zip with a runtime in " + built));
    }
  }
}
