package org.enstore.accounting.catalog;

/** A database that datasets live in. */
public enum Database {
  /** What encp, movers and media changers record: transfers, errors, mounts, blanks. */
  ACCOUNTING("accounting"),
  /** The counters of the drives themselves. */
  DRIVESTAT("drivestat"),
  /** The volumes and files that there are now. */
  ENSTOREDB("enstoredb");

  private final String id;

  Database(String id) {
    this.id = id;
  }

  /** Its name at Enstore's sites. */
  public String id() {
    return id;
  }
}
