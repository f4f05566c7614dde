package org.enstore.accounting.measure;

/** Which way a file moved, as seen from tape: {@code encp_xfer.rw}. */
public enum Direction {
  READ("read"),
  WRITE("write");

  private final String label;

  Direction(String label) {
    this.label = label;
  }

  /** The word used in queries, labels and legends. */
  public String label() {
    return label;
  }
}
