package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;

/**
 * Runs what jOOQ has written. jOOQ makes the SQL and the driver runs it: rows then stream as the
 * driver has them, and nothing but the driver's own exceptions comes out.
 */
final class Statements {
  static {
    // jOOQ greets on its first use unless told not to, and knows no other way to be told.
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  /** Writes statements for PostgreSQL; it has no connection and cannot run them. */
  static final DSLContext SQL = forPostgres();

  /** Rows per round trip, where rows stream. */
  private static final int FETCH_SIZE = 5_000;

  private Statements() {}

  /**
   * Prepares {@code query} on {@code connection}; its rows stream when that is in a transaction.
   */
  static PreparedStatement prepare(Connection connection, Query query) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(query.getSQL());
    try {
      statement.setFetchSize(FETCH_SIZE);
      List<Object> values = query.getBindValues();
      for (int i = 0; i < values.size(); i++) {
        statement.setObject(i + 1, values.get(i));
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  /**
   * The bytes of {@code text}, in a database that keeps bytes of no particular encoding: as text
   * the server refuses to send what is no UTF-8. Other fields stay as they are.
   */
  static Field<?> bytesOf(Field<?> text) {
    return text.getType() == String.class
        ? DSL.field("convert_to({0}, 'SQL_ASCII')", String.class, text)
        : text;
  }

  private static DSLContext forPostgres() {
    DefaultConfiguration configuration = new DefaultConfiguration();
    configuration.setSQLDialect(SQLDialect.POSTGRES);
    return configuration.dsl();
  }
}
