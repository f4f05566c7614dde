package org.enstore.accounting.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.enstore.accounting.demo.ReplicatedPair.Role;

/** The files of the folder {@code sql}, which make Enstore's databases and the rights in them. */
public final class SqlFiles {
  private SqlFiles() {}

  /** Makes the tables, functions and the reader's rights of all three databases on the primary. */
  static void create(ReplicatedPair pair) throws SQLException {
    create(
        pair, ReplicatedPair.DATABASE, "03-roles.sql", "01-schema.sql", "02-summary-functions.sql");
    create(pair, ReplicatedPair.DRIVESTAT, "12-drivestat-roles.sql", "11-drivestat-schema.sql");
    create(pair, ReplicatedPair.ENSTOREDB, "22-enstoredb-roles.sql", "21-enstoredb-schema.sql");
  }

  private static void create(ReplicatedPair pair, String database, String roles, String... schema)
      throws SQLException {
    run(pair, database, Role.OWNER, schema);
    run(pair, database, Role.SUPERUSER, roles);
  }

  /** Runs {@code files} in turn in a database of the primary. */
  static void run(ReplicatedPair pair, String database, Role role, String... files)
      throws SQLException {
    try (Connection connection = pair.connectToPrimary(database, role)) {
      for (String file : files) {
        run(connection, file);
      }
    }
  }

  /**
   * Runs a file of SQL, one statement or many, none of which may need to be outside a transaction.
   *
   * @param file its name in the folder
   */
  public static void run(Connection connection, String file) throws SQLException {
    try (InputStream stream = SqlFiles.class.getResourceAsStream("sql/" + file)) {
      if (stream == null) {
        throw new IllegalArgumentException("There is no file " + file + " in the folder sql.");
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      try (Statement statement = connection.createStatement()) {
        statement.execute(text);
      }
    } catch (IOException e) {
      throw new IllegalStateException("The file " + file + " cannot be read.", e);
    }
  }
}
