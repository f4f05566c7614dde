package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to one database, in the site's time zone. */
@FunctionalInterface
public interface Connections {

  /** A new connection, which the caller closes. */
  Connection open() throws SQLException;
}
