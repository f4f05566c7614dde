package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.proto.goplugin.GRPCControllerGrpc;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How the process begins and ends, and what its host may do to it in between. */
class LifeCycleConformanceIT extends PluginConformance {
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

  private static void signal(String name, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }
}
