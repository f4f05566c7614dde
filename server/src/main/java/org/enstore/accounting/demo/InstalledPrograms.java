package org.enstore.accounting.demo;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The programs of an installation on this machine, run as processes of this one. */
final class InstalledPrograms implements Programs {
  private static final int OUTPUT_LINES_IN_FAILURE = 15;

  private final PostgresBinaries binaries;
  private final ServerUser user;
  private final Path home;

  /** The programs for clusters in {@code home}, which becomes the user's. */
  InstalledPrograms(PostgresBinaries binaries, ServerUser user, Path home) throws IOException {
    this.binaries = binaries;
    this.user = user;
    this.home = home;
    user.give(home);
  }

  /** The programs run as whatever user can run them. */
  static Source of(PostgresBinaries binaries) {
    return home -> new InstalledPrograms(binaries, ServerUser.find(home), home);
  }

  @Override
  public void run(String program, List<String> arguments, Duration limit)
      throws IOException, InterruptedException {
    execute(program, user.command(binaries.program(program), arguments), limit);
  }

  @Override
  public void copy(Path from, Path to, Duration limit) throws IOException, InterruptedException {
    List<String> arguments = List.of("-a", from.toString(), to.toString());
    execute("cp", user.command(Path.of("cp"), arguments), limit);
  }

  @Override
  public void give(Path file) throws IOException {
    user.give(file);
  }

  @Override
  public boolean isRunning(Path data) {
    return !processes(data).isEmpty();
  }

  @Override
  public void kill(Path data, Duration limit) {
    for (ProcessHandle process : processes(data)) {
      process.destroyForcibly();
      process.onExit().completeOnTimeout(process, limit.toMillis(), MILLISECONDS).join();
    }
  }

  /** Every program but the servers has ended already, and those their owner stops. */
  @Override
  public void close() {}

  /** The server and its helpers; empty when it does not run. */
  private static List<ProcessHandle> processes(Path data) {
    try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
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
    if (!process.waitFor(limit.toMillis(), MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException(name + " took longer than " + limit.toSeconds() + " s");
    }
    if (process.exitValue() != 0) {
      List<String> lines = Files.exists(output) ? Files.readAllLines(output) : List.of();
      throw new IOException(
          "%s ended with exit code %s:\n%s"
              .formatted(
                  name,
                  process.exitValue(),
                  String.join(
                      "\n",
                      lines.subList(
                          Math.max(0, lines.size() - OUTPUT_LINES_IN_FAILURE), lines.size()))));
    }
  }
}
