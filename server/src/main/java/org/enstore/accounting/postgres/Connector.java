package org.enstore.accounting.postgres;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections to one host: bounded in time, read-only, with every session setting made. */
final class Connector {
  private static final Logger logger = LoggerFactory.getLogger(Connector.class);

  /*
   * Set once per connection, outside a transaction, so that a rollback leaves it alone. Startup
   * parameters would save the round trip, but poolers in between refuse them.
   *
   * A role or a database may come with settings of its own. Those that decide whether a statement
   * can run at all, what it means and how its answer reads are set here, whatever they were before;
   * what only makes it faster or slower is the administrator's. All of it is done by SET, since with
   * default_transaction_isolation = serializable a hot standby runs nothing that needs a snapshot.
   */
  private static final String SESSION =
      """
      set default_transaction_isolation = 'read committed';
      set default_transaction_read_only = on;
      set default_transaction_deferrable = off;
      set lock_timeout = 0;
      set idle_in_transaction_session_timeout = 60000;
      set search_path = pg_catalog, pg_temp;
      set extra_float_digits = 3;
      set datestyle = 'ISO, MDY';
      set intervalstyle = 'postgres';
      set bytea_output = 'hex';
      set standard_conforming_strings = on;
      set quote_all_identifiers = off;
      set client_min_messages = 'warning'""";

  /** By the version they came with, what else is set. */
  private static final Map<Integer, String> SINCE_VERSION =
      Map.of(
          11, "set jit = off",
          14, "set idle_session_timeout = 0",
          17, "set transaction_timeout = 0");

  /*
   * Nothing but the schemas in which the tables are found is searched, and built-in functions come
   * first: a schema that the role's own search_path names may hold others of the same names. Of
   * several tables of one name it is the one that the role's own search_path finds, or else the one
   * in public.
   */
  private static final String ZONE_AND_SCHEMAS =
      """
      with path as (
        select array_position(
            regexp_split_to_array(
              replace(setting.reset_val, '"$user"', quote_ident(current_user)), '\\s*,\\s*'),
            quote_ident(n.nspname)) as own,
          n.oid, n.nspname
        from pg_namespace as n cross join pg_settings as setting
        where setting.name = 'search_path'),
      found as (
        select distinct on (c.relname) path.own, path.nspname
        from pg_class as c join path on path.oid = c.relnamespace
        where c.relname = any (?) and c.relkind in ('r', 'v', 'm', 'p', 'f')
          and has_schema_privilege(path.oid, 'usage') and path.nspname !~ '^pg_(toast|temp)'
        order by c.relname, path.own nulls last, path.nspname <> 'public', path.nspname)
      select set_config('timezone', ?, false),
        set_config('search_path', concat_ws(', ', 'pg_catalog',
          (select string_agg(quote_ident(nspname), ', '
            order by own nulls last, nspname <> 'public', nspname)
            from (select distinct own, nspname from found) as schemas),
          'pg_temp'), false)
      """;

  /*
   * Which of the server's processes answers. It runs whatever isolation and time limit the role has,
   * and changes no setting: behind a pooler the session may be a stranger's in the next moment.
   */
  private static final String BACKEND =
      """
      begin isolation level read committed read only; set local statement_timeout = 0;
      select pg_backend_pid(); commit""";

  /** How often two sessions behind a pooler are compared. */
  private static final int COMPARISONS = 3;

  /** How often a statement is tried when the role's own statement timeout ends it. */
  private static final int ATTEMPTS = 5;

  private static final String QUERY_CANCELED = "57014";
  private static final String INVALID_PARAMETER_VALUE = "22023";

  private final HostPort host;
  private final SourceSettings settings;
  private final String applicationName;

  /** Whether a pooler in between is known to lend whole sessions. */
  private volatile boolean ownSessions;

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
    SourceSettings.Connections limits = settings.connections();
    // Beyond its own time limit a statement is waited for as long as a connection: the line is
    // dead.
    return open(
        limits.connectTimeout(),
        limits.statementTimeout(),
        limits.statementTimeout().plus(limits.connectTimeout()));
  }

  /**
   * Opens a connection for statements that take no time.
   *
   * @param patience how long it may take to open, though no longer than the settings allow, and
   *     each statement to answer
   */
  Connection openToLook(Duration patience) throws SQLException {
    Duration most = settings.connections().connectTimeout();
    return open(patience.compareTo(most) < 0 ? patience : most, patience, patience.plusSeconds(1));
  }

  private Connection open(
      Duration connectTimeout, Duration statementTimeout, Duration socketTimeout)
      throws SQLException {
    Connection connection = connect(connectTimeout, socketTimeout);
    try {
      requireOwnSession(connection, connectTimeout);
      connection.setReadOnly(true);
      makeSettings(connection, statementTimeout);
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

  private Connection connect(Duration connectTimeout, Duration socketTimeout) throws SQLException {
    String url =
        "jdbc:postgresql://"
            + host
            + "/"
            + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8);
    Connection connection = new Driver().connect(url, properties(connectTimeout, socketTimeout));
    if (connection == null) {
      throw new SQLException("the driver does not take " + url);
    }
    return connection;
  }

  /**
   * Checks that the connection is a session of the server's own as long as it is open. A pooler
   * that lends sessions for a transaction or a statement would give what is set here to strangers.
   *
   * @throws QueryFailure when it is not
   */
  private void requireOwnSession(Connection connection, Duration connectTimeout)
      throws SQLException {
    int process = backend(connection);
    if (ownSessions || process == connection.unwrap(PGConnection.class).getBackendPID()) {
      return;
    }
    try (Connection other = connect(connectTimeout, connectTimeout)) {
      for (int i = 0; i < COMPARISONS; i++) {
        if (backend(connection) != process || backend(other) == process) {
          throw new QueryFailure(
              FailureKind.NOT_CONFIGURED,
              host
                  + " is a connection pooler that lends sessions for one transaction or statement,"
                  + " where no setting of a session holds. Name the address of PostgreSQL itself as"
                  + " host, or set pool_mode = session in the pooler for database "
                  + settings.database()
                  + ".");
        }
      }
    } catch (SQLException e) {
      // A pooler that has no second session to give lends whole sessions.
      if (!SqlFailures.isSilence(e)) {
        throw e;
      }
    }
    ownSessions = true;
  }

  private static int backend(Connection connection) throws SQLException {
    return despiteTimeout(
        connection,
        statement -> {
          statement.execute(BACKEND);
          int process = 0;
          do {
            ResultSet rows = statement.getResultSet();
            if (rows != null && rows.next()) {
              process = rows.getInt(1);
            }
          } while (statement.getMoreResults() || statement.getUpdateCount() >= 0);
          return process;
        });
  }

  /** What is done with a statement. */
  @FunctionalInterface
  private interface Use<T> {
    T of(Statement statement) throws SQLException;
  }

  /** Runs what takes no time, again if the role's own statement timeout should end it. */
  private static <T> T despiteTimeout(Connection connection, Use<T> use) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Statement statement = connection.createStatement()) {
        try {
          return use.of(statement);
        } catch (SQLException e) {
          if (!QUERY_CANCELED.equals(e.getSQLState()) || attempt == ATTEMPTS) {
            throw e;
          }
          statement.execute("rollback");
        }
      }
    }
  }

  private void makeSettings(Connection connection, Duration statementTimeout) throws SQLException {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    StringBuilder session =
        new StringBuilder("set statement_timeout = ")
            .append(statementTimeout.toMillis())
            .append(";\n")
            .append(SESSION);
    SINCE_VERSION.forEach(
        (since, setting) -> session.append(version >= since ? ";\n" + setting : ""));
    despiteTimeout(connection, statement -> statement.execute(session.toString()));
    try {
      setZoneAndSchemas(connection, settings.siteTimeZone().getId());
    } catch (SQLException e) {
      if (!INVALID_PARAMETER_VALUE.equals(e.getSQLState())) {
        throw e;
      }
      // An old server may not know a new name of a zone. Nothing that is read depends on it.
      setZoneAndSchemas(connection, "UTC");
    }
  }

  private void setZoneAndSchemas(Connection connection, String zone) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ZONE_AND_SCHEMAS)) {
      Object[] tables =
          TableReaders.of(settings.part()).stream().map(reader -> reader.table().name()).toArray();
      statement.setArray(1, connection.createArrayOf("text", tables));
      statement.setString(2, zone);
      statement.execute();
    }
  }

  private Properties properties(Duration connectTimeout, Duration socketTimeout) {
    String seconds = Long.toString(seconds(connectTimeout));
    Properties properties = new Properties();
    PGProperty.USER.set(properties, settings.user());
    // An empty password keeps the driver from looking for one in somebody's .pgpass.
    PGProperty.PASSWORD.set(properties, settings.password().reveal());
    PGProperty.APPLICATION_NAME.set(properties, applicationName);
    PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
    PGProperty.LOGIN_TIMEOUT.set(properties, Double.toString(connectTimeout.toMillis() / 1000.0));
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, seconds);
    PGProperty.SOCKET_TIMEOUT.set(properties, Long.toString(seconds(socketTimeout)));
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    PGProperty.GSS_ENC_MODE.set(properties, "disable");
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
    if (settings.tls().mode() == TlsSettings.Mode.DISABLE) {
      PGProperty.SSL_MODE.set(properties, "disable");
    } else {
      // Encryption is all the driver has to see to: the factory checks whom it talks to.
      PGProperty.SSL_MODE.set(properties, "require");
      PGProperty.SSL_RESPONSE_TIMEOUT.set(properties, Long.toString(connectTimeout.toMillis()));
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
