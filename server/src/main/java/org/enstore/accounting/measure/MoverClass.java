package org.enstore.accounting.measure;

import java.util.Locale;

/** What a mover writes to: a tape drive, a disk pool, or nothing at all (Enstore's test sink). */
public enum MoverClass {
  TAPE("tape"),
  DISK("disk"),
  NULL("null");

  private final String label;

  MoverClass(String label) {
    this.label = label;
  }

  /** The word used in queries, labels and variables. */
  public String label() {
    return label;
  }

  /** The class a raw row tells by its {@code driver} column. */
  public static MoverClass ofDriver(String driver) {
    return switch (driver) {
      case "NullDriver" -> NULL;
      case "DiskDriver" -> DISK;
      default -> TAPE;
    };
  }

  /**
   * The class a name tells by Enstore's naming convention: null movers have {@code null} in their
   * name, disk movers begin with {@code disk}. The summary tables keep nothing else to go by.
   */
  public static MoverClass ofName(String mover) {
    String name = mover.toLowerCase(Locale.ROOT);
    if (name.contains("null")) {
      return NULL;
    }
    return name.startsWith("disk") ? DISK : TAPE;
  }
}
