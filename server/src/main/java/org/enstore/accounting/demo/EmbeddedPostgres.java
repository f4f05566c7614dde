package org.enstore.accounting.demo;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  private final PostgresBinaries binaries;
  private final ServerUser user;
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
  EmbeddedPostgres(PostgresBinaries binaries, ServerUser user, Path home, int port)
      throws IOException {
    this.binaries = binaries;
    this.user = user;
    this.home = home;
    this.data = home.resolve("data");
    this.log = home.resolve("server.log");
    this.anyPort = port == 0;
    this.port = port;
    user.give(home);
  }

  /** Makes the cluster, its superuser {@code postgres} having the given password. */
  void initialise(String superuserPassword) throws IOException, InterruptedException {
    Path passwordFile = home.resolve("password");
    Files.writeString(passwordFile, superuserPassword);
    user.give(passwordFile);
    run(
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
    execute(
        "cp",
        user.command(Path.of("cp"), List.of("-a", stopped.data.toString(), data.toString())),
        START_LIMIT);
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
    user.give(target);
  }

  /** Makes the next start that of a standby. */
  void becomeStandby() throws IOException {
    Path signal = data.resolve("standby.signal");
    Files.createFile(signal);
    user.give(signal);
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
        run(
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
    List<ProcessHandle> processes = processes();
    try {
      run(
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
      for (ProcessHandle process : processes) {
        process.destroyForcibly();
        process.onExit().completeOnTimeout(process, STOP_LIMIT.toSeconds(), SECONDS).join();
      }
    }
    running = false;
  }

  boolean isRunning() {
    return running && !processes().isEmpty();
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

  /** The server and its helpers; empty when it does not run. */
  private List<ProcessHandle> processes() {
    Path pidFile = data.resolve("postmaster.pid");
    try (Stream<String> lines = Files.lines(pidFile)) {
      long pid = Long.parseLong(lines.findFirst().orElse("0").trim());
      List<ProcessHandle> found = new ArrayList<>();
      ProcessHandle.of(pid)
          .ifPresent(
              server -> {
                found.add(server);
                server.descendants().forEach(found::add);
              });
      return found;
    } catch (IOException | NumberFormatException ignored) {
      return List.of(); // no such file: no server
    }
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
    user.give(file);
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

  private void run(String program, List<String> arguments, Duration limit)
      throws IOException, InterruptedException {
    execute(program, user.command(binaries.program(program), arguments), limit);
  }

  /** Runs a command to its end; one that fails or lasts too long is a failure with its output. */
  private void execute(String name, List<String> command, Duration limit)
      throws IOException, InterruptedException {
    Path output = home.resolve(name + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            // The current directory may be closed to the server's user.
            .directory(new File("/"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    // Variables of a PostgreSQL client on this machine are not meant for this server.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException(name + " took longer than " + limit.toSeconds() + " s");
    }
    if (process.exitValue() != 0) {
      List<String> lines =
          Files.exists(output) ? Files.readAllLines(output) : Collections.emptyList();
      throw new IOException(
          name
              + " ended with exit code "
              + process.exitValue()
              + ":\n"
              + String.join("\n", tail(lines)));
    }
  }
}
