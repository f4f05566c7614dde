package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandshakeTest {
  @Test
  void line_hasFiveFields() {
    assertThat(line(PluginServer.loopback(4711))).isEqualTo("1|2|tcp|127.0.0.1:4711|grpc\n");
    assertThat(line(UnixDomainSocketAddress.of("/run/enstore/plugin.sock")))
        .isEqualTo("1|2|unix|/run/enstore/plugin.sock|grpc\n");
  }

  private static String line(SocketAddress address) {
    return Handshake.line(Handshake.network(address), Handshake.dialled(address));
  }

  @Test
  void isWanted() {
    assertThat(Handshake.isWanted(Map.of("grafana_plugin_type", "datasource"))).isTrue();
    assertThat(Handshake.isWanted(Map.of("grafana_plugin_type", "panel"))).isFalse();
    assertThat(Handshake.isWanted(Map.of())).isFalse();
  }
}
