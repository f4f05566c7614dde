package org.enstore.accounting.series;

/** What a bucket without a row shows. */
public enum GapPolicy {
  /** Zero, everywhere. */
  ZERO("zero"),
  /** Nothing. */
  NULL("null"),
  /** Zero where the data is complete, nothing where it has not arrived yet. */
  NOT_YET("notYet");

  private final String label;

  GapPolicy(String label) {
    this.label = label;
  }

  /** The word used in queries. */
  public String label() {
    return label;
  }
}
