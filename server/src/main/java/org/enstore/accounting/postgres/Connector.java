package org.enstore.accounting.postgres;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections to one host: bounded in time, read-only, with every session setting made. */
final class Connector {
  private static final Logger logger = LoggerFactory.getLogger(Connector.class);

  /*
   * Set once per connection, outside a transaction, so that a rollback leaves it alone. Startup
   * parameters would save the round trip, but poolers in between refuse them.
   */
  private static final String SESSION =
      """
      select set_config('default_transaction_read_only', 'on', false),
        set_config('statement_timeout', ?, false),
        set_config('datestyle', 'ISO, MDY', false),
        set_config('intervalstyle', 'postgres', false),
        set_config('timezone', ?, false),
        (select set_config(name, 'off', false) from pg_settings where name = 'jit')
      """;

  private static final String INVALID_PARAMETER_VALUE = "22023";

  private final HostPort host;
  private final SourceSettings settings;
  private final String applicationName;

  /** Opens nothing yet. */
  Connector(HostPort host, SourceSettings settings, String applicationName) {
    this.host = host;
    this.settings = settings;
    this.applicationName = applicationName;
  }

  HostPort host() {
    return host;
  }

  /** Opens a connection for questions. */
  Connection open() throws SQLException {
    return open(settings.connections().statementTimeout());
  }

  /** Opens a connection whose statements may run for {@code statementTimeout}. */
  Connection open(Duration statementTimeout) throws SQLException {
    String url =
        "jdbc:postgresql://"
            + host
            + "/"
            + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8);
    Connection connection = new Driver().connect(url, properties(statementTimeout));
    if (connection == null) {
      throw new SQLException("the driver does not take " + url);
    }
    try {
      connection.setReadOnly(true);
      try {
        prepare(connection, statementTimeout, settings.siteTimeZone().getId());
      } catch (SQLException e) {
        if (!INVALID_PARAMETER_VALUE.equals(e.getSQLState())) {
          throw e;
        }
        // An old server may not know a new name of a zone. Nothing that is read depends on it.
        prepare(connection, statementTimeout, "UTC");
      }
      return connection;
    } catch (SQLException | RuntimeException e) {
      try {
        connection.close();
      } catch (SQLException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static void prepare(Connection connection, Duration statementTimeout, String zone)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SESSION)) {
      statement.setString(1, statementTimeout.toMillis() + "ms");
      statement.setString(2, zone);
      statement.execute();
    }
  }

  private Properties properties(Duration statementTimeout) {
    String seconds = Long.toString(seconds(settings.connections().connectTimeout()));
    Properties properties = new Properties();
    PGProperty.USER.set(properties, settings.user());
    // An empty password keeps the driver from looking for one in somebody's .pgpass.
    PGProperty.PASSWORD.set(properties, settings.password().reveal());
    PGProperty.APPLICATION_NAME.set(properties, applicationName);
    PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
    PGProperty.LOGIN_TIMEOUT.set(properties, seconds);
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, seconds);
    // Beyond its own time limit a statement is waited for as long as a connection: the line is
    // dead.
    PGProperty.SOCKET_TIMEOUT.set(
        properties,
        Long.toString(seconds(statementTimeout.plus(settings.connections().connectTimeout()))));
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    PGProperty.GSS_ENC_MODE.set(properties, "disable");
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
    if (settings.tls().mode() == TlsSettings.Mode.DISABLE) {
      PGProperty.SSL_MODE.set(properties, "disable");
    } else {
      // Encryption is all the driver has to see to: the factory checks whom it talks to.
      PGProperty.SSL_MODE.set(properties, "require");
      PGProperty.SSL_RESPONSE_TIMEOUT.set(
          properties, Long.toString(settings.connections().connectTimeout().toMillis()));
      PGProperty.SSL_FACTORY.set(properties, TlsSocketFactory.class.getName());
      PGProperty.SSL_FACTORY_ARG.set(properties, TlsSocketFactory.argument(settings.tls(), host));
    }
    logger.debug("connect host={} database={}", host, settings.database());
    return properties;
  }

  private static long seconds(Duration duration) {
    return Math.max(1, duration.plusMillis(999).toSeconds());
  }
}
