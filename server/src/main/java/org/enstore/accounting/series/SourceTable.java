package org.enstore.accounting.series;

/** Where numbers are read from. */
public enum SourceTable {
  /** One row per completed local day and mover: {@code xfer_by_day_by_mover}. */
  SUMMARY("xfer_by_day_by_mover"),
  /** One row per transfer: {@code encp_xfer}. */
  RAW("encp_xfer");

  private final String table;

  SourceTable(String table) {
    this.table = table;
  }

  /** The table's name in the accounting database. */
  public String table() {
    return table;
  }
}
