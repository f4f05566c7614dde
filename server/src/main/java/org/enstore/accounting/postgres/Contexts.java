package org.enstore.accounting.postgres;

import java.sql.Connection;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultConfiguration;

/** Makes jOOQ contexts, all alike. */
final class Contexts {
  static {
    // jOOQ greets on its first use unless told not to, and knows no other way to be told.
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  private Contexts() {}

  /** A context that runs its statements on {@code connection}, which stays the caller's. */
  static DSLContext on(Connection connection) {
    DefaultConfiguration configuration = new DefaultConfiguration();
    configuration.setSQLDialect(SQLDialect.POSTGRES);
    configuration.setConnection(connection);
    return configuration.dsl();
  }
}
