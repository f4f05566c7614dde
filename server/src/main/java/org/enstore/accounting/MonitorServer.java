package org.enstore.accounting;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.enstore.accounting.metrics.Metrics;

/** Metrics and health over plain HTTP, for the machines that watch over this one. */
final class MonitorServer implements AutoCloseable {
  private static final int BACKLOG = 16;
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;
  private final ExecutorService threads;
  private volatile boolean ending;

  /**
   * A server that listens, and answers once it is started.
   *
   * @param metrics the figures of the process, as Prometheus text
   * @param sources whether each data source could be read when it was last tried
   * @param broken what is wrong with the process itself, if anything is
   */
  MonitorServer(
      InetSocketAddress address,
      Supplier<byte[]> metrics,
      Supplier<Map<String, Boolean>> sources,
      Supplier<Optional<String>> broken,
      ThreadFactory threads)
      throws IOException {
    server = HttpServer.create(address, BACKLOG);
    this.threads = Executors.newFixedThreadPool(2, threads);
    server.setExecutor(this.threads);
    server.createContext(
        "/metrics", exchange -> answer(exchange, OK, Metrics.CONTENT_TYPE, metrics.get()));
    server.createContext(
        "/healthz",
        exchange -> {
          Optional<String> sentence = broken.get();
          answer(
              exchange,
              ending || sentence.isPresent() ? UNAVAILABLE : OK,
              "text/plain; charset=utf-8",
              sentence
                  .map(text -> "broken: " + text + "\n")
                  .orElseGet(() -> text(sources.get()))
                  .getBytes(StandardCharsets.UTF_8));
        });
  }

  void start() {
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** From now on says that the process is about to end. */
  void announceEnd() {
    ending = true;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private String text(Map<String, Boolean> sources) {
    return (ending ? "ending\n" : "serving\n")
        + sources.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + (entry.getValue() ? " readable\n" : " not readable\n"))
            .collect(Collectors.joining());
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
