package org.enstore.accounting.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.enstore.accounting.proto.v1.Notice;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What all commands of a client have: whom to ask, where the answer goes, how failures are told.
 */
abstract class ClientCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Straight straight;

  @ArgGroup(validate = false, order = 10, heading = "%nWhom to ask:%n")
  private Target target = new Target();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and end.")
  @SuppressWarnings("UnusedVariable") // Read by the command line library.
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private CommandSpec spec;

  ClientCommand(Surroundings surroundings, Straight straight) {
    this.surroundings = surroundings;
    this.straight = straight;
  }

  /** Asks and answers; returns the exit code. */
  abstract int run(Connection connection, Target target);

  /** Refuses, before anything is asked, what is wrong in itself. */
  void check() {}

  @Override
  public final Integer call() {
    try {
      check();
      try (Connection connection = target.connect(surroundings, straight)) {
        return run(connection, target);
      }
    } catch (Failure failure) {
      failure.sentences().forEach(this::say);
      return failure.exitCode();
    }
  }

  Surroundings surroundings() {
    return surroundings;
  }

  /** Tells the person something beside the answer, in one line. */
  void say(String sentence) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + sentence.replaceAll("\\s*\\R\\s*", " "));
    err.flush();
  }

  /** Tells what the reader of an answer should know; returns whether it was a warning. */
  boolean say(Notice notice) {
    boolean warning = notice.getSeverity() == Notice.Severity.SEVERITY_WARNING;
    say((warning ? "warning: " : "note: ") + notice.getText());
    return warning;
  }
}
