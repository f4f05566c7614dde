package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.enstore.accounting.config.ProcessSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonTest {
  @Test
  void listen_onAName_isOnAllItsAddresses(@TempDir Path folder) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path file =
        Files.writeString(
            folder.resolve("daemon.yaml"),
            """
            listen: localhost:%s
            monitor: ""
            accessLog: none
            drain: 0s
            dataSources:
              - name: fnal
                hosts: 127.0.0.1:1
            """
                .formatted(port));
    try (Daemon daemon =
        new Daemon(ServeFile.read(file, Map.of()), ProcessSettings.DEFAULT, folder)) {
      daemon.start();
      assertThat(daemon.port()).isEqualTo(port);
      for (InetAddress address : InetAddress.getAllByName("localhost")) {
        if (NetworkInterface.getByInetAddress(address) != null) {
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 5000);
            assertThat(socket.isConnected()).isTrue();
          }
        }
      }
    }
  }
}
