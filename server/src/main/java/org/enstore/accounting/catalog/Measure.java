package org.enstore.accounting.catalog;

/**
 * What a series shows.
 *
 * @param id the word used in queries and as the name of value columns
 * @param name what people call it
 * @param help one sentence on what it means
 */
public record Measure(String id, String name, String help, Kind kind, Formula formula) {
  /** Whether it is told from a histogram. */
  public boolean isQuantile() {
    return formula.bins().isPresent();
  }

  /** Whether some rows do not count for it. */
  public boolean isOfSomeRows() {
    return formula.witness().isPresent() || isQuantile();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Measure measure && id.equals(measure.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id;
  }
}
