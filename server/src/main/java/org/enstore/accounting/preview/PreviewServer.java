package org.enstore.accounting.preview;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the built preview page and answers its requests, to browsers on this machine alone.
 *
 * <p>A page of another site can make a browser send requests here, and can even have its own name
 * resolve to this machine. So a request is refused unless it names this server's own address, and
 * one that comes from a page unless that page is this one. Nothing is allowed to load from
 * elsewhere.
 */
public final class PreviewServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(PreviewServer.class);
  private static final int THREADS = 8;
  private static final int LARGEST_BODY_BYTES = 1 << 20;
  private static final String JSON = Answer.JSON;
  private static final String POLICY =
      "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
          + " img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'; object-src 'none'";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "json", JSON,
          "svg", "image/svg+xml",
          "png", "image/png",
          "woff2", "font/woff2");

  private final Path page;
  private final PreviewAnswers answers;
  private final HttpServer server;
  private final ExecutorService threads;
  private final List<String> ownNames;

  /**
   * A server that does not answer yet.
   *
   * @param page the folder of the built page, which has an index.html
   * @param port of the loopback address; 0 for any that is free
   * @param threads makes the threads that requests are worked on
   * @throws IOException when there is no page or the port is taken
   */
  public PreviewServer(Path page, int port, PreviewAnswers answers, ThreadFactory threads)
      throws IOException {
    if (!Files.isRegularFile(page.resolve("index.html"))) {
      throw new IOException(page + " has no index.html: it is not the built preview page.");
    }
    this.page = page.toRealPath();
    this.answers = answers;
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 0);
    this.threads = Executors.newFixedThreadPool(THREADS, threads);
    this.ownNames = List.of("127.0.0.1:" + port(), "localhost:" + port());
    server.setExecutor(this.threads);
    server.createContext("/", this::handle);
  }

  /** Answers from now on. */
  public void start() {
    server.start();
  }

  /** The port that is listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer;
      try {
        answer = answer(exchange);
      } catch (RuntimeException e) {
        logger.error("preview request failed: path={}", exchange.getRequestURI().getPath(), e);
        answer = Answer.problem(500, "The preview failed; its log says why.");
      }
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Type", answer.type());
      headers.set("Content-Security-Policy", POLICY);
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Referrer-Policy", "no-referrer");
      headers.set("Cache-Control", "no-store");
      boolean bodiless = exchange.getRequestMethod().equals("HEAD") || answer.body().length == 0;
      exchange.sendResponseHeaders(answer.status(), bodiless ? -1 : answer.body().length);
      if (!bodiless) {
        exchange.getResponseBody().write(answer.body());
      }
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String host = first(exchange, "Host").toLowerCase(Locale.ROOT);
    if (!ownNames.contains(host)) {
      return Answer.problem(
          421, "This is the preview at http://" + ownNames.get(0) + "/ and nobody else.");
    }
    String origin = first(exchange, "Origin").toLowerCase(Locale.ROOT);
    if (!origin.isEmpty() && !origin.equals("http://" + host)) {
      return Answer.problem(403, "Pages of other sites may not ask the preview.");
    }
    URI uri = exchange.getRequestURI();
    String path = uri.getPath();
    String method = exchange.getRequestMethod();
    if (path.startsWith("/preview/")) {
      return asked(exchange, method, path.substring("/preview/".length()), uri);
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Answer.problem(405, "The method " + method + " is not allowed here; use GET.");
    }
    return file(path.equals("/") ? "index.html" : path.substring(1));
  }

  private Answer asked(HttpExchange exchange, String method, String path, URI uri)
      throws IOException {
    ByteString body = ByteString.EMPTY;
    if (method.equals("POST")) {
      // A page of another site cannot send this type without asking first, which it may not.
      if (!first(exchange, "Content-Type").startsWith(JSON)) {
        return Answer.problem(415, "Send " + JSON + ".");
      }
      byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST_BODY_BYTES + 1);
      if (bytes.length > LARGEST_BODY_BYTES) {
        return Answer.problem(413, "The request is larger than 1 MiB.");
      }
      body = ByteString.copyFrom(bytes);
    }
    if (path.equals("query")) {
      return method.equals("POST") ? answers.query(body) : wrongMethod(method, "POST");
    }
    if (path.equals("health")) {
      return method.equals("GET") ? answers.health() : wrongMethod(method, "GET");
    }
    if (path.startsWith("resources/")) {
      return answers.resource(
          method, path.substring("resources/".length()), uri.getRawQuery(), body);
    }
    return Answer.problem(
        404, "The preview has no " + path + "; it has query, health and resources/<path>.");
  }

  private static Answer wrongMethod(String method, String right) {
    return Answer.problem(405, "The method " + method + " is not allowed here; use " + right + ".");
  }

  private Answer file(String name) throws IOException {
    Optional<Path> file = fileOf(name);
    if (file.isEmpty()) {
      return Answer.problem(404, "The preview page has no such file.");
    }
    String suffix = name.substring(name.lastIndexOf('.') + 1);
    return new Answer(
        200,
        TYPES.getOrDefault(suffix, "application/octet-stream"),
        Files.readAllBytes(file.get()));
  }

  /** The file of that name in the page's folder, by whatever way the name leads there. */
  private Optional<Path> fileOf(String name) throws IOException {
    try {
      Path file = page.resolve(name);
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      Path real = file.toRealPath();
      return real.startsWith(page) ? Optional.of(real) : Optional.empty();
    } catch (InvalidPathException ignored) {
      return Optional.empty();
    }
  }

  private static String first(HttpExchange exchange, String header) {
    String value = exchange.getRequestHeaders().getFirst(header);
    return value == null ? "" : value;
  }
}
