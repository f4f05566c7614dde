package org.enstore.accounting.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of the daemon: where it listens, who may call, and what it serves.
 *
 * @param listen where the public API is served
 * @param grafana where Grafana's plugin protocol is served, on loopback or on a socket of this
 *     machine; empty not to serve it
 * @param monitor where metrics and health are served over HTTP, on loopback; empty not to
 * @param tls the certificates of the public API; empty for plain text, on loopback alone
 * @param accessList the file that says who may call; empty to let everybody on this machine
 * @param accessLog where a line for each call goes
 * @param limits how much may be asked
 * @param drain how long calls may go on when the daemon ends, 0 s to 5 min
 */
public record ServeSettings(
    Listen listen,
    Optional<Place> grafana,
    Optional<Listen> monitor,
    Optional<Tls> tls,
    Optional<String> accessList,
    AccessLog accessLog,
    Limits limits,
    Duration drain,
    List<Named> dataSources) {
  /** What a socket's place begins with. */
  public static final String UNIX = "unix:";

  public ServeSettings {
    dataSources = List.copyOf(dataSources);
  }

  /** What can be listened on. */
  public sealed interface Place {}

  /** A Unix domain socket; its path is absolute. */
  public record Socket(String path) implements Place {
    @Override
    public String toString() {
      return UNIX + path;
    }
  }

  /** An address to listen on; port 0 for any that is free. */
  public record Listen(String host, int port) implements Place {
    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * PEM files.
   *
   * @param clientAuthority the authority of client certificates; empty to ask for none
   */
  public record Tls(String certificate, String key, Optional<String> clientAuthority) {}

  /**
   * Where a line for each call goes.
   *
   * @param file the file to append to; empty for standard error
   * @param off whether it goes nowhere
   */
  public record AccessLog(Optional<String> file, boolean off) {}

  /**
   * How much may be asked.
   *
   * @param messageBytes the largest request, 16 KiB to 16 MiB
   * @param concurrentCalls calls at a time, all callers together, 1 to 10,000
   * @param callsPerSecond calls that each caller may begin in a second, 1 to 10,000
   */
  public record Limits(int messageBytes, int concurrentCalls, int callsPerSecond) {}

  /** A data source and the name that callers know it by. */
  public record Named(String name, SourceSettings settings) {}
}
