package org.enstore.accounting.grafana;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The start of the protocol: one line on standard output that says where to dial. Nothing else may
 * ever appear there, so whatever prints to {@link System#out} is sent to standard error from the
 * moment this class is asked for.
 */
public final class Handshake {
  private static final String COOKIE_NAME = "grafana_plugin_type";
  private static final String COOKIE_VALUE = "datasource";
  private static final int CORE_PROTOCOL = 1;
  private static final int PLUGIN_PROTOCOL = 2;

  private final OutputStream standardOutput;

  private Handshake(OutputStream standardOutput) {
    this.standardOutput = standardOutput;
  }

  /** Whether {@code environment} is one that Grafana starts a data source plugin with. */
  public static boolean isWanted(Map<String, String> environment) {
    return COOKIE_VALUE.equals(environment.get(COOKIE_NAME));
  }

  /** Takes standard output for the handshake alone. To be called before anything can print. */
  public static Handshake takeStandardOutput() {
    System.setOut(System.err);
    return new Handshake(new FileOutputStream(FileDescriptor.out));
  }

  /** Tells the host to dial {@code address}: an internet or a Unix domain socket's. */
  public void announce(SocketAddress address) {
    announce(network(address), dialled(address));
  }

  /** Tells the host to dial what a daemon has named: {@code tcp} or {@code unix}, and where. */
  public void announce(String network, String dialled) {
    try {
      standardOutput.write(line(network, dialled).getBytes(StandardCharsets.UTF_8));
      standardOutput.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the host does not listen", e);
    }
  }

  /** The handshake's word for the kind of {@code address}. */
  static String network(SocketAddress address) {
    return address instanceof InetSocketAddress ? "tcp" : "unix";
  }

  /** The handshake's spelling of {@code address}. */
  static String dialled(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
        : address.toString();
  }

  /** Five fields, the fifth included: a host that misses it assumes another protocol. */
  static String line(String network, String dialled) {
    return "%s|%s|%s|%s|grpc\n".formatted(CORE_PROTOCOL, PLUGIN_PROTOCOL, network, dialled);
  }
}
