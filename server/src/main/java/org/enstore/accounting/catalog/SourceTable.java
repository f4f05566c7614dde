package org.enstore.accounting.catalog;

/**
 * A table that facts are read from, or one of the ways to take facts from its rows. There is one
 * object for each.
 */
public final class SourceTable {
  private final String id;
  private final String name;
  private final Naming naming;
  private final boolean rollup;

  private SourceTable(String id, String name, Naming naming, boolean rollup) {
    this.id = id;
    this.name = name;
    this.naming = naming;
    this.rollup = rollup;
  }

  /** A table with a row for each fact. */
  static SourceTable ofFacts(String name, Naming naming) {
    return new SourceTable(name, name, naming, false);
  }

  /** Another way to take facts from the rows of the table {@code name}. */
  static SourceTable ofFacts(String id, String name, Naming naming) {
    return new SourceTable(id, name, naming, false);
  }

  /** A table with rows for whole local days of many facts. */
  static SourceTable ofDays(String name, Naming naming) {
    return new SourceTable(name, name, naming, true);
  }

  /**
   * Names it in blocks on disk; the name of the table unless there are several ways to read that.
   */
  public String id() {
    return id;
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
    return id;
  }
}
