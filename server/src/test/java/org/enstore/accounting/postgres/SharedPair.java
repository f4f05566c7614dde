package org.enstore.accounting.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Properties;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.SqlFiles;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.series.SummaryRow;
import org.enstore.accounting.series.TransferRow;
import org.jspecify.annotations.Nullable;

/**
 * The primary and standby that the integration tests of this package share, started by the first
 * that needs them. A test class works in a database of its own name.
 */
final class SharedPair {
  static final String READER = Role.READER.user();
  static final TlsSettings NO_TLS =
      new TlsSettings(TlsSettings.Mode.DISABLE, "", new Secret(""), new Secret(""), new Secret(""));

  private static final Duration REPLAY = Duration.ofSeconds(60);
  private static @Nullable SharedPair shared;

  private final ReplicatedPair pair;

  SharedPair(ReplicatedPair pair) {
    this.pair = pair;
  }

  /** The pair; it ends with the process. */
  static synchronized SharedPair get() throws IOException, InterruptedException {
    SharedPair running = shared;
    if (running == null) {
      running =
          new SharedPair(
              TestPairs.builder()
                  .zone(ZoneId.of("America/Chicago"))
                  .standbySetting("max_standby_streaming_delay", "300ms")
                  .start());
      shared = running;
    }
    return running;
  }

  /** Makes {@code database}, in which mover A once read seven bytes, by both tables. */
  void createOfOneTransfer(String database) throws IOException, InterruptedException, SQLException {
    createDatabase(database);
    store(
        database,
        List.of(TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover")),
        List.of(SummaryRow.of("2024-05-01", "A", 7L, 0L)));
  }

  ReplicatedPair pair() {
    return pair;
  }

  /** Makes a database with Enstore's tables, rights and nothing in them. */
  void createDatabase(String database) throws SQLException {
    createDatabase(database, "");
  }

  /** The same with further {@code options} of its creation. */
  void createDatabase(String database, String options) throws SQLException {
    execute("postgres", "DROP DATABASE IF EXISTS " + database);
    execute("postgres", "CREATE DATABASE " + database + " OWNER enstore " + options);
    try (Connection connection = primary(database)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET ROLE enstore");
        SqlFiles.run(connection, "01-schema.sql");
        SqlFiles.run(connection, "02-summary-functions.sql");
        statement.execute("RESET ROLE");
      }
      SqlFiles.run(connection, "03-roles.sql");
    }
    awaitReplay();
  }

  /** A connection to the primary as its superuser. */
  Connection primary(String database) throws SQLException {
    return connect(pair.primaryUrl(), database);
  }

  /** A connection to the standby as its superuser. */
  Connection standby(String database) throws SQLException {
    return connect(pair.standbyUrl(), database);
  }

  /** Runs a statement on the primary, and waits until the standby shows its effect. */
  void execute(String database, String sql) throws SQLException {
    try (Connection connection = primary(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    awaitReplay();
  }

  void awaitReplay() throws SQLException {
    try {
      pair.awaitReplay(REPLAY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What a query on the standby gives, as one text: rows on lines, columns between blanks. */
  String onStandby(String database, String sql) throws SQLException {
    try (Connection connection = standby(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      StringBuilder text = new StringBuilder();
      int width = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        text.append(text.isEmpty() ? "" : "\n");
        for (int i = 1; i <= width; i++) {
          text.append(i == 1 ? "" : " ").append(rows.getString(i));
        }
      }
      return text.toString();
    }
  }

  /** Makes these the only rows of the tables, on both servers. */
  void store(String database, List<TransferRow> transfers, List<SummaryRow> summary)
      throws SQLException {
    try (Connection connection = primary(database)) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("DELETE FROM encp_xfer");
        statement.execute("DELETE FROM xfer_by_day_by_mover");
      }
      insert(connection, transfers);
      try (PreparedStatement statement =
          connection.prepareStatement("INSERT INTO xfer_by_day_by_mover VALUES (?, ?, ?, ?)")) {
        for (SummaryRow row : summary) {
          statement.setDate(1, Date.valueOf(row.date()));
          statement.setString(2, row.mover());
          statement.setObject(3, row.read(), java.sql.Types.BIGINT);
          statement.setObject(4, row.write(), java.sql.Types.BIGINT);
          statement.addBatch();
        }
        statement.executeBatch();
      }
      connection.commit();
    }
    awaitReplay();
  }

  private static void insert(Connection connection, List<TransferRow> transfers)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO encp_xfer (\"date\", node, pid, username, src, dst, \"size\", rw,"
                + " overall_rate, network_rate, drive_rate, volume, mover, drive_id, drive_sn,"
                + " elapsed, media_changer, mover_interface, driver, storage_group, encp_ip,"
                + " encp_id, library, disk_rate, transfer_rate) VALUES (?, 'n', 1, 'u', 's', 'd',"
                + " ?, ?, ?, ?, ?, 'VOL001L8', ?, ?, 'sn', 1, ?, 'i', ?, ?, '127.0.0.1', 'id', ?,"
                + " ?, ?)")) {
      for (TransferRow row : transfers) {
        statement.setObject(1, row.date());
        statement.setLong(2, row.size());
        statement.setString(3, row.rw());
        statement.setLong(4, row.rates().overall());
        statement.setLong(5, row.rates().network());
        statement.setLong(6, row.rates().drive());
        statement.setString(7, row.mover());
        statement.setString(8, row.driveId());
        statement.setString(9, row.mediaChanger());
        statement.setString(10, row.driver());
        statement.setString(11, row.storageGroup());
        statement.setString(12, row.library());
        statement.setObject(13, row.rates().disk(), java.sql.Types.BIGINT);
        statement.setObject(14, row.rates().transfer(), java.sql.Types.BIGINT);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  HostPort primaryAddress() {
    return new HostPort("127.0.0.1", pair.primaryPort());
  }

  HostPort standbyAddress() {
    return new HostPort("127.0.0.1", pair.standbyPort());
  }

  /** Settings that read {@code database} from the standby as Enstore's reader. */
  SourceSettings settings(String database, ZoneId zone) {
    return new SourceSettings(
        List.of(standbyAddress()),
        database,
        READER,
        new Secret(pair.password(Role.READER)),
        NO_TLS,
        zone,
        true,
        false,
        SourceSettings.Connections.DEFAULT,
        SourceSettings.Freshness.DEFAULT,
        SourceSettings.Limits.DEFAULT);
  }

  private Connection connect(String url, String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", Role.SUPERUSER.user());
    properties.setProperty("password", pair.password(Role.SUPERUSER));
    properties.setProperty("ApplicationName", "test");
    return DriverManager.getConnection(
        url.replaceFirst("/" + ReplicatedPair.DATABASE + "$", "/" + database), properties);
  }
}
