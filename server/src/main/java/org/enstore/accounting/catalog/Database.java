package org.enstore.accounting.catalog;

/**
 * A database that datasets live in. At a site each is a cluster of its own, with its own standbys.
 */
public enum Database {
  /** What encp, movers and media changers record: transfers, errors, mounts, blanks. */
  ACCOUNTING("accounting", 8800),
  /** The counters of the drives themselves. */
  DRIVESTAT("drivestat", 8802),
  /** The volumes and files that there are now. */
  ENSTOREDB("enstoredb", 8888);

  private final String id;
  private final int usualPort;

  Database(String id, int usualPort) {
    this.id = id;
    this.usualPort = usualPort;
  }

  /** Its name at Enstore's sites. */
  public String id() {
    return id;
  }

  /** The port that its server has at Enstore's sites. */
  public int usualPort() {
    return usualPort;
  }
}
