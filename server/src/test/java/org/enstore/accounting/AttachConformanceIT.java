package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.cli.ExitCode;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several hosts whose plugin processes attach to one daemon. */
class AttachConformanceIT extends PluginConformance {
  @TempDir private Path folder;

  @Test
  @DisplayName("each host ends its own process alone; the daemon's end is the end of all (trap 7)")
  void attached_toAPort() throws Exception {
    try (HostedPlugin daemon = launcher("serve", "--port", "0")) {
      hostsComeAndGo(daemon, said(daemon, "Serving on 127\\.0\\.0\\.1:([0-9]+)"));
    }
  }

  @Test
  @DisplayName("the same over a Unix socket, without a word of warning")
  void attached_toASocket() throws Exception {
    Path socket = folder.resolve("grafana.sock");
    Path file =
        Files.writeString(
            folder.resolve("daemon.yaml"),
            """
            listen: 127.0.0.1:0
            monitor: ""
            grafana: unix:%s
            dataSources:
              - name: fnal
                hosts: %s
            """
                .formatted(socket, context().getDataSourceInstanceSettings().getUrl()));
    try (HostedPlugin daemon = launcher("serve", "--config", file.toString())) {
      said(daemon, "Serving Grafana's plugin protocol on (.*)");
      hostsComeAndGo(daemon, "unix:" + socket);
      assertThat(daemon.log()).noneMatch(line -> line.contains("\"warn\""));
    }
    assertThat(folder.toFile().list()).containsExactly("daemon.yaml");
  }

  private static void hostsComeAndGo(HostedPlugin daemon, String address) throws Exception {
    Map<String, String> attach = Map.of("GF_PLUGIN_ATTACH", address);
    try (HostedPlugin first = HostedPlugin.exec(HostedPlugin.folder(), attach);
        HostedPlugin second = HostedPlugin.exec(HostedPlugin.folder(), attach)) {
      first.dial(first.handshake());
      second.dial(second.handshake());
      for (HostedPlugin each : new HostedPlugin[] {first, second}) {
        assertAnswered(query(each, context(), query("A", "{}")).getResponsesOrThrow("A"));
      }

      assertThat(first.shutDown()).isLessThan(KILLED_AFTER);

      assertThat(first.process().exitValue()).isZero();
      assertThat(first.furtherOutput()).isEmpty();
      assertLogLines(first.log());
      assertThat(first.log()).noneMatch(line -> line.contains("\"warn\""));
      assertAnswered(query(second, context(), query("A", "{}")).getResponsesOrThrow("A"));
      assertThat(second.process().isAlive()).isTrue();
      try (HostedPlugin third = HostedPlugin.exec(HostedPlugin.folder(), attach)) {
        third.dial(third.handshake());
        assertThat(health(third)).isEqualTo(ServingStatus.SERVING);
        daemon.process().destroy();
        for (HostedPlugin each : new HostedPlugin[] {daemon, second, third}) {
          assertThat(each.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(second.process().exitValue()).isEqualTo(ExitCode.FAILED);
      }
    }
  }

  private static HostedPlugin launcher(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = HostedPlugin.launcher(HostedPlugin.folder()).toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    // As the service's unit has it: caches of two data sources want more than the usual heap.
    return HostedPlugin.run(Map.of("GF_PLUGIN_JAVA_OPTIONS", "-Xmx512m"), command);
  }

  /** Waits until {@code plugin} says a line like {@code pattern}; returns its group. */
  private static String said(HostedPlugin plugin, String pattern) throws InterruptedException {
    String all = ".*" + pattern + ".*";
    for (int i = 0; i < 600; i++) {
      for (String line : plugin.log()) {
        if (line.matches(all)) {
          return line.replaceAll(all, "$1");
        }
      }
      Thread.sleep(100);
    }
    throw new AssertionError("it never said " + pattern + ": " + plugin.log());
  }
}
