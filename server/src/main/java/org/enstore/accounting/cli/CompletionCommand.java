package org.enstore.accounting.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a shell needs to offer commands, options and words. */
@Command(
    name = "completion",
    header = "Writes what a shell needs to complete this program's words.",
    description = {
      "bash, in ~/.bashrc: source <(enstore-accounting completion bash)",
      "zsh, in ~/.zshrc after compinit: source <(enstore-accounting completion zsh)"
    },
    sortOptions = false)
final class CompletionCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "<shell>", description = "${COMPLETION-CANDIDATES}.")
  @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // One script serves both shells.
  private Shell shell;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and end.")
  @SuppressWarnings("UnusedVariable") // Read by the command line library.
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private CommandSpec spec;

  /** The shells whose completion the script understands. */
  enum Shell {
    bash,
    zsh
  }

  CompletionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    CommandLine program = spec.root().commandLine();
    try (Output out = new Output(Optional.empty(), surroundings.out())) {
      out.line(AutoComplete.bash(program.getCommandName(), program));
      out.finish();
      return ExitCode.DONE;
    } catch (Failure failure) {
      return failure.exitCode();
    }
  }
}
