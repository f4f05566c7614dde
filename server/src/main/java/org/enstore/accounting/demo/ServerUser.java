package org.enstore.accounting.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How PostgreSQL's programs are run by this user. They refuse to run as root; root therefore runs
 * them in a user namespace of their own, where it counts as nobody but its files stay its own, or,
 * where namespaces are forbidden, really as nobody, to whom the files are then given.
 */
final class ServerUser {
  /** nobody, by number since its group has different names. */
  private static final int NOBODY = 65534;

  private static final int ROOT = 0;

  private final List<String> prefix;
  private final boolean ownsItsFiles;

  private ServerUser(List<String> prefix, boolean ownsItsFiles) {
    this.prefix = prefix;
    this.ownsItsFiles = ownsItsFiles;
  }

  /** Finds out by trying. {@code directory} is any directory this process made. */
  static ServerUser find(Path directory) throws IOException, InterruptedException {
    if (!Integer.valueOf(ROOT).equals(Files.getAttribute(directory, "unix:uid"))) {
      return new ServerUser(List.of(), false);
    }
    List<String> ownNamespace = List.of("unshare", "-U");
    if (runs(ownNamespace)) {
      return new ServerUser(ownNamespace, false);
    }
    return asNobody();
  }

  static ServerUser asNobody() throws IOException, InterruptedException {
    List<String> asNobody =
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    if (runs(asNobody)) {
      return new ServerUser(asNobody, true);
    }
    throw new IOException(
        "PostgreSQL does not run as root, and neither unshare -U nor setpriv works here:"
            + " start this as an ordinary user.");
  }

  /** The command line that runs {@code program} as the server's user. */
  List<String> command(Path program, List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(program.toString());
    command.addAll(arguments);
    return command;
  }

  /** Gives a file this process made to the server's user. */
  void give(Path file) throws IOException {
    if (ownsItsFiles) {
      Files.setAttribute(file, "unix:uid", NOBODY);
      Files.setAttribute(file, "unix:gid", NOBODY);
    }
  }

  private static boolean runs(List<String> prefix) throws InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add("true");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException ignored) {
      return false; // the program is not installed
    }
  }
}
