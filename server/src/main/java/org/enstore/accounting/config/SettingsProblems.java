package org.enstore.accounting.config;

import java.util.List;

/** Everything that is wrong with what somebody wrote, one sentence each. Holds no secret. */
public final class SettingsProblems extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // An immutable list of texts, and never serialised.
  private final List<String> problems;

  public SettingsProblems(List<String> problems) {
    super(String.join(" ", problems));
    this.problems = List.copyOf(problems);
  }

  /** The sentences, at least one. */
  public List<String> problems() {
    return problems;
  }
}
