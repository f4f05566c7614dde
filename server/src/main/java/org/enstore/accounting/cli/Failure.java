package org.enstore.accounting.cli;

import java.util.List;

/** Why a command cannot go on: what to tell the person who called it, and the exit code. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  @SuppressWarnings("serial") // An immutable list of texts, and never serialised.
  private final List<String> sentences;

  /** A failure of {@code exitCode}; one line for each sentence, or none to end without a word. */
  Failure(int exitCode, List<String> sentences) {
    super(String.join(" ", sentences));
    this.exitCode = exitCode;
    this.sentences = List.copyOf(sentences);
  }

  /** The arguments or the environment are wrong. */
  static Failure usage(String sentence) {
    return new Failure(ExitCode.USAGE, List.of(sentence));
  }

  int exitCode() {
    return exitCode;
  }

  /** What went wrong, what is permitted, what to do next. Hold no secret. */
  List<String> sentences() {
    return sentences;
  }
}
