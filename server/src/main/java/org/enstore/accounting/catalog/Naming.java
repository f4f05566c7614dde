package org.enstore.accounting.catalog;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * How the texts of a table's rows become those that answers show: each as it is spelled,
 * normalised, or derived from another.
 *
 * @param normalisers by dimension, what is shown for a spelling; the same for what it has made
 *     itself
 * @param derived by dimension, what it is told from in place of the table's own text
 */
public record Naming(
    Map<Dimension, UnaryOperator<String>> normalisers, Map<Dimension, Derivation> derived) {
  public Naming {
    normalisers = Map.copyOf(normalisers);
    derived = Map.copyOf(derived);
  }

  /**
   * A dimension told from another.
   *
   * @param rule makes its text of what is shown for {@code from}
   */
  public record Derivation(Dimension from, UnaryOperator<String> rule) {}

  /** The texts of a row as its table spells them; empty where it has none. */
  @FunctionalInterface
  public interface Spelling {
    String of(Dimension dimension);
  }

  /** What is shown for {@code dimension} of a row. */
  public String shown(Dimension dimension, Spelling spelling) {
    Derivation derivation = derived.get(dimension);
    return derivation != null
        ? derivation.rule().apply(shown(derivation.from(), spelling))
        : normalised(dimension, spelling.of(dimension));
  }

  /** What is shown for a value of {@code dimension} that somebody may have spelled in full. */
  public String normalised(Dimension dimension, String value) {
    return normalisers.getOrDefault(dimension, UnaryOperator.identity()).apply(value);
  }
}
