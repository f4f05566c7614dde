package org.enstore.accounting.demo;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.SELContext;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** The programs of an image, run in one container for all clusters of a home. */
final class ContainerPrograms implements Programs {
  /*
   * The container sees the home at the path it has outside and shares the host's network: files,
   * ports and addresses are then the same on both sides, and a cluster need not know where its
   * server runs. Its own first process does nothing but collect ended ones; servers are started
   * beside it and outlive the pg_ctl that started them.
   *
   * Everything in it runs as this process's user, or as nobody if that is root, whose servers
   * PostgreSQL refuses. initdb insists on a name for its user, hence a list of users with just one.
   */

  private static final int ROOT = 0;
  private static final int NOBODY = 65534;
  private static final int OUTPUT_LINES_IN_FAILURE = 15;

  /** The exit code of a program that {@code timeout -s KILL} or anything else has killed. */
  private static final int KILLED = 137;

  /** All processes of a server have its data directory as their working directory. */
  private static final String PROCESSES =
      """
      processes() {
        for process in /proc/[0-9]*; do
          if [ "$(readlink "$process/cwd")" = "$1" ]; then
            echo "${process#/proc/}"
          fi
        done
      }
      """;

  private final GenericContainer<?> container;
  private final boolean ownsItsFiles;

  private ContainerPrograms(GenericContainer<?> container, boolean ownsItsFiles) {
    this.container = container;
    this.ownsItsFiles = ownsItsFiles;
  }

  /**
   * Programs of {@code image}, which needs {@code initdb} and {@code pg_ctl} on its path and the
   * usual small programs, as PostgreSQL's official images have them.
   */
  static Source of(String image) {
    return home -> open(image, home);
  }

  private static ContainerPrograms open(String image, Path home) throws IOException {
    requireEngine();
    boolean root = Integer.valueOf(ROOT).equals(Files.getAttribute(home, "unix:uid"));
    String user =
        root
            ? NOBODY + ":" + NOBODY
            : Files.getAttribute(home, "unix:uid") + ":" + Files.getAttribute(home, "unix:gid");
    Path users = home.resolve("passwd");
    Files.writeString(users, "server:x:" + user + "::/:/bin/sh\n");
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withNetworkMode("host")
            .withEnv("LC_ALL", "C")
            .withWorkingDirectory("/")
            .withCreateContainerCmdModifier(
                create -> {
                  create
                      .withUser(user)
                      .withEntrypoint("sh", "-c", "while sleep 3600; do :; done")
                      .withCmd(List.of());
                  Objects.requireNonNull(create.getHostConfig())
                      .withBinds(
                          bind(home, home.toString(), AccessMode.rw),
                          bind(users, "/etc/passwd", AccessMode.ro));
                });
    ContainerPrograms programs = new ContainerPrograms(container, root);
    try {
      programs.give(home);
      container.start();
      return programs;
    } catch (ContainerLaunchException e) {
      programs.close();
      throw new IOException(
          "No container of the image "
              + image
              + " starts; -Dpostgres.image=… names another one. "
              + e.getMessage(),
          e);
    } catch (IOException | RuntimeException e) {
      programs.close();
      throw e;
    }
  }

  private static void requireEngine() throws IOException {
    try {
      DockerClientFactory.instance().client();
    } catch (IllegalStateException | DockerException e) {
      throw new IOException(
          "-Dpostgres=testcontainers needs a Docker engine and none answers: start one or have"
              + " DOCKER_HOST point at it. With -Dpostgres=embedded the tests need none.",
          e);
    }
  }

  /** With a label of its own where SELinux keeps containers from the files of others. */
  private static Bind bind(Path file, String inside, AccessMode mode) {
    return new Bind(file.toString(), new Volume(inside), mode, SELContext.single);
  }

  @Override
  public void run(String program, List<String> arguments, Duration limit)
      throws IOException, InterruptedException {
    execute(program, arguments, limit);
  }

  @Override
  public void copy(Path from, Path to, Duration limit) throws IOException, InterruptedException {
    execute("cp", List.of("-a", from.toString(), to.toString()), limit);
  }

  @Override
  public void give(Path file) throws IOException {
    if (ownsItsFiles) {
      Files.setAttribute(file, "unix:uid", NOBODY);
      Files.setAttribute(file, "unix:gid", NOBODY);
    }
  }

  @Override
  public boolean isRunning(Path data) throws InterruptedException {
    try {
      return !script("processes \"$0\"", data, Duration.ofSeconds(10)).isBlank();
    } catch (IOException ignored) {
      return false; // no container, no server
    }
  }

  @Override
  public void kill(Path data, Duration limit) throws InterruptedException {
    try {
      script(
          "while pids=$(processes \"$0\"); [ -n \"$pids\" ]; do kill -KILL $pids; done",
          data,
          limit);
    } catch (IOException ignored) {
      // Its container is gone, or is going to be at the end: no server outlives it.
    }
  }

  @Override
  public void close() {
    container.stop();
  }

  private String script(String script, Path data, Duration limit)
      throws IOException, InterruptedException {
    return execute("sh", List.of("-c", PROCESSES + script, data.toString()), limit);
  }

  private String execute(String program, List<String> arguments, Duration limit)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("timeout", "-s", "KILL", Long.toString(limit.toSeconds()), program));
    command.addAll(arguments);
    ExecResult result;
    try {
      result = container.execInContainer(command.toArray(String[]::new));
    } catch (IllegalStateException | DockerException e) {
      throw new IOException(program + " does not run in the container: " + e.getMessage(), e);
    }
    if (result.getExitCode() == KILLED) {
      throw new IOException(program + " took longer than " + limit.toSeconds() + " s");
    }
    if (result.getExitCode() != 0) {
      List<String> lines =
          Stream.of(result.getStdout(), result.getStderr()).flatMap(String::lines).toList();
      throw new IOException(
          "%s ended with exit code %s:\n%s"
              .formatted(
                  program,
                  result.getExitCode(),
                  String.join(
                      "\n",
                      lines.subList(
                          Math.max(0, lines.size() - OUTPUT_LINES_IN_FAILURE), lines.size()))));
    }
    return result.getStdout();
  }
}
