package org.enstore.accounting.series;

/** Which table a query wants its numbers from. */
public enum SourceChoice {
  /** Completed days from the summary where it will do, everything else from the transfers. */
  AUTO("auto"),
  SUMMARY("summary"),
  RAW("raw");

  private final String label;

  SourceChoice(String label) {
    this.label = label;
  }

  /** The word used in queries. */
  public String label() {
    return label;
  }
}
