package org.enstore.accounting.catalog;

/**
 * A table that facts are read from. There is one object for each.
 *
 * <p>Its name in the database also names it in blocks on disk.
 */
public final class SourceTable {
  private final String name;
  private final Naming naming;
  private final boolean rollup;

  private SourceTable(String name, Naming naming, boolean rollup) {
    this.name = name;
    this.naming = naming;
    this.rollup = rollup;
  }

  /** A table with a row for each fact. */
  static SourceTable ofFacts(String name, Naming naming) {
    return new SourceTable(name, naming, false);
  }

  /** A table with rows for whole local days of many facts. */
  static SourceTable ofDays(String name, Naming naming) {
    return new SourceTable(name, naming, true);
  }

  /** Its name in the database. */
  public String name() {
    return name;
  }

  /** How its texts become those that answers show. */
  public Naming naming() {
    return naming;
  }

  /** Whether its rows are of whole local days, which may be filled in long after they are over. */
  public boolean isRollup() {
    return rollup;
  }

  @Override
  public String toString() {
    return name;
  }
}
