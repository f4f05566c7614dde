package org.enstore.accounting.series;

/** Which directions a query asks for, and whether it keeps them apart. */
public enum DirectionMode {
  READ("read"),
  WRITE("write"),
  /** Reads and writes as separate series. */
  BOTH("both"),
  /** Reads and writes added up. */
  SUM("sum");

  private final String label;

  DirectionMode(String label) {
    this.label = label;
  }

  /** The word used in queries. */
  public String label() {
    return label;
  }
}
