package org.enstore.accounting.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One PostgreSQL cluster in a directory of its own, with its server started and stopped from here.
 * It listens on 127.0.0.1 and nowhere else. Not thread-safe: its owner takes turns.
 */
final class EmbeddedPostgres {
  private static final String ADDRESS = "127.0.0.1";
  private static final String SETTINGS_FILE = "enstore.conf";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final int PORT_ATTEMPTS = 5;
  private static final int LOG_LINES_IN_FAILURE = 15;

  private final Programs programs;
  private final Path home;
  private final Path data;
  private final Path log;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final boolean anyPort;
  private int port;
  private boolean running;

  /**
   * A cluster that will live in {@code home}, an existing empty directory.
   *
   * @param port the port to listen on; 0 for any that is free
   */
  EmbeddedPostgres(Programs programs, Path home, int port) throws IOException {
    this.programs = programs;
    this.home = home;
    this.data = home.resolve("data");
    this.log = home.resolve("server.log");
    this.anyPort = port == 0;
    this.port = port;
    programs.give(home);
  }

  /** Makes the cluster, its superuser {@code postgres} having the given password. */
  void initialise(String superuserPassword) throws IOException, InterruptedException {
    Path passwordFile = home.resolve("password");
    Files.writeString(passwordFile, superuserPassword);
    programs.give(passwordFile);
    programs.run(
        "initdb",
        List.of(
            "-D",
            data.toString(),
            "-U",
            "postgres",
            "--pwfile=" + passwordFile,
            "-A",
            "scram-sha-256",
            "--no-locale",
            "-E",
            "UTF8",
            "-N"),
        START_LIMIT);
    Files.delete(passwordFile);
    Path main = data.resolve("postgresql.conf");
    Files.writeString(
        main,
        Files.readString(main) + "\ninclude '" + SETTINGS_FILE + "'\n",
        StandardCharsets.UTF_8);
  }

  /** Copies the cluster of a stopped server. Copied before its first start, it can follow it. */
  void copyOf(EmbeddedPostgres stopped) throws IOException, InterruptedException {
    if (stopped.running) {
      throw new IllegalStateException("a running cluster cannot be copied");
    }
    programs.copy(stopped.data, data, START_LIMIT);
    settings.putAll(stopped.settings);
  }

  /** Adds settings, which take effect at the next start. */
  void configure(Map<String, String> added) {
    settings.putAll(added);
  }

  /** Replaces who may connect from where; takes effect at the next start. */
  void authenticate(List<String> rules) throws IOException {
    Files.write(data.resolve("pg_hba.conf"), rules);
  }

  /** Puts a file of this process, such as a key, where only the server can read it. */
  void install(Path source, String name) throws IOException {
    Path target = data.resolve(name);
    Files.copy(source, target);
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
    programs.give(target);
  }

  /** Makes the next start that of a standby. */
  void becomeStandby() throws IOException {
    Path signal = data.resolve("standby.signal");
    Files.createFile(signal);
    programs.give(signal);
  }

  /** Starts the server and returns once it accepts connections. */
  void start() throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      if (anyPort && (port == 0 || attempt > 1)) {
        port = freePort();
      }
      writeSettings();
      long logBefore = Files.exists(log) ? Files.size(log) : 0;
      try {
        programs.run(
            "pg_ctl",
            List.of(
                "-D",
                data.toString(),
                "-l",
                log.toString(),
                "-w",
                "-t",
                Long.toString(START_LIMIT.toSeconds()),
                "start"),
            START_LIMIT.plusSeconds(5));
        running = true;
        return;
      } catch (IOException e) {
        running = true; // as far as anyone knows
        stop();
        List<String> lines = logSince(logBefore);
        boolean portTaken = lines.stream().anyMatch(line -> line.contains("already in use"));
        if (!anyPort || !portTaken || attempt == PORT_ATTEMPTS) {
          throw new IOException(
              "PostgreSQL did not start. The end of its log, "
                  + log
                  + ":\n"
                  + String.join("\n", tail(lines)),
              e);
        }
      }
    }
  }

  /** Stops the server at once, as a crash would: the next start recovers from the log. */
  void stop() throws IOException, InterruptedException {
    stop("immediate");
  }

  /** Stops the server in good order: what it holds is written out and its standby has it all. */
  void stopInGoodOrder() throws IOException, InterruptedException {
    stop("fast");
  }

  private void stop(String mode) throws IOException, InterruptedException {
    if (!running) {
      return;
    }
    try {
      programs.run(
          "pg_ctl",
          List.of(
              "-D",
              data.toString(),
              "-m",
              mode,
              "-w",
              "-t",
              Long.toString(STOP_LIMIT.toSeconds()),
              "stop"),
          STOP_LIMIT.plusSeconds(5));
    } catch (IOException e) {
      // It is gone already, or it does not listen: either way nothing of it is to be left.
      programs.kill(data, STOP_LIMIT);
    }
    running = false;
  }

  boolean isRunning() throws InterruptedException {
    return running && programs.isRunning(data);
  }

  /** The port, known after the first start. */
  int port() {
    return port;
  }

  /** The address of one of its databases for JDBC. */
  String url(String database) {
    return "jdbc:postgresql://" + ADDRESS + ":" + port + "/" + database;
  }

  Path log() {
    return log;
  }

  private void writeSettings() throws IOException {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("port", Integer.toString(port));
    all.put("listen_addresses", ADDRESS);
    // Nobody needs a socket file, and the path of one has a short limit.
    all.put("unix_socket_directories", "");
    // Shared memory in files below the data directory goes with it, even after a kill.
    all.put("dynamic_shared_memory_type", "mmap");
    String text =
        all.entrySet().stream()
            .map(entry -> entry.getKey() + " = '" + entry.getValue().replace("'", "''") + "'\n")
            .collect(Collectors.joining());
    Path file = data.resolve(SETTINGS_FILE);
    Files.writeString(file, text);
    programs.give(file);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private List<String> logSince(long offset) throws IOException {
    if (!Files.exists(log)) {
      return List.of();
    }
    byte[] bytes = Files.readAllBytes(log);
    int from = (int) Math.min(offset, bytes.length);
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8).lines().toList();
  }

  private static List<String> tail(List<String> lines) {
    return lines.subList(Math.max(0, lines.size() - LOG_LINES_IN_FAILURE), lines.size());
  }
}
