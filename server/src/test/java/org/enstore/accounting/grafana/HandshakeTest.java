package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnixDomainSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandshakeTest {
  @Test
  void line_hasFiveFields() {
    assertThat(Handshake.line(PluginServer.loopback(4711)))
        .isEqualTo("1|2|tcp|127.0.0.1:4711|grpc\n");
    assertThat(Handshake.line(UnixDomainSocketAddress.of("/run/enstore/plugin.sock")))
        .isEqualTo("1|2|unix|/run/enstore/plugin.sock|grpc\n");
  }

  @Test
  void isWanted() {
    assertThat(Handshake.isWanted(Map.of("grafana_plugin_type", "datasource"))).isTrue();
    assertThat(Handshake.isWanted(Map.of("grafana_plugin_type", "panel"))).isFalse();
    assertThat(Handshake.isWanted(Map.of())).isFalse();
  }
}
