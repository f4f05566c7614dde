package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginServerTest {
  @TempDir private Path folder;

  @Test
  void socket_isListenedOn_andGoneAfterwards() throws Exception {
    Path file = folder.resolve("plugin.sock");
    try (PluginServer server = server(file)) {
      server.start();

      assertThat(server.address()).hasToString(file.toString());
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
        assertThat(channel.isConnected()).isTrue();
      }
      try (PluginServer second = server(file)) {
        assertThatThrownBy(second::start)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("another process listens on " + file);
      }
      assertThat(file).exists();
    }
  }

  @Test
  void socket_thatNobodyListensOn_isReplaced() throws Exception {
    Path file = folder.resolve("plugin.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(file));
    }
    assertThat(file).exists();
    try (PluginServer server = server(file)) {
      server.start();

      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
        assertThat(channel.isConnected()).isTrue();
      }
    }
    assertThat(file).doesNotExist();
  }

  private static PluginServer server(Path file) {
    return new PluginServer(
        UnixDomainSocketAddress.of(file), List.of(), List.of(), Executors.defaultThreadFactory());
  }
}
