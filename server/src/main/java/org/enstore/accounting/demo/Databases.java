package org.enstore.accounting.demo;

import java.util.Optional;

/**
 * Enstore's databases, as their owner reaches them on the primary.
 *
 * @param drivestat what drives counted; empty when the site has none
 * @param enstoredb the catalogue of tapes and files; empty when the site has none
 */
public record Databases(
    Connections accounting, Optional<Connections> drivestat, Optional<Connections> enstoredb) {

  /** Accounting alone. */
  public static Databases of(Connections accounting) {
    return new Databases(accounting, Optional.empty(), Optional.empty());
  }
}
