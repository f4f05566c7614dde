package org.enstore.accounting.frame;

/** What the columns of a frame promise to be, in the words of Grafana's data plane contract. */
public enum FrameType {
  /** One time column and any number of value columns, told apart by their labels. */
  TIMESERIES_WIDE("timeseries-wide", true),
  /** One time column and one value column. */
  TIMESERIES_MULTI("timeseries-multi", true),
  /** A time column, value columns and text columns that tell the rows apart. */
  TIMESERIES_LONG("timeseries-long", true),
  /** One row of value columns, told apart by their labels. */
  NUMERIC_WIDE("numeric-wide", true),
  /** One value column of one row. */
  NUMERIC_MULTI("numeric-multi", true),
  /** Value columns and text columns that tell the rows apart. */
  NUMERIC_LONG("numeric-long", true),
  /** Anything. */
  TABLE("table", false);

  private final String text;
  private final boolean contracted;

  FrameType(String text, boolean contracted) {
    this.text = text;
    this.contracted = contracted;
  }

  /** The name on the wire. */
  String text() {
    return text;
  }

  /**
   * Whether the data plane contract defines the type. Only then may a frame state the contract's
   * version: it makes alerting read the frame by the contract instead of guessing.
   */
  boolean contracted() {
    return contracted;
  }
}
