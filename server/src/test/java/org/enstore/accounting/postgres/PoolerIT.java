package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.postgres.Asking.assertSaid;
import static org.enstore.accounting.postgres.Asking.failure;
import static org.enstore.accounting.postgres.Asking.read;
import static org.enstore.accounting.postgres.Asking.source;
import static org.enstore.accounting.postgres.OtherSettings.withHosts;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.Properties;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Health;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What stands between this program and a server: poolers, and limits on connections. */
final class PoolerIT {
  private static final String DATABASE = "pooled";
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createOfOneTransfer(DATABASE);
  }

  @Test
  void poolerThatLendsTransactions_isRecognised_andItsSessionsLeftAlone() throws Exception {
    SourceSettings direct = pair.settings(DATABASE, ZoneId.of("UTC"));
    try (LendingPooler pooler = new LendingPooler(pair.standbyAddress())) {
      SourceSettings settings = withHosts(direct, pooler.address());
      assertSaid(
          failure(settings),
          FailureKind.NOT_CONFIGURED,
          pooler.address() + " is a connection pooler",
          "pool_mode = session");
      try (StandbyTransferSource source = source(settings)) {
        Health health = source.health();
        assertThat(health.ok()).isFalse();
        assertThat(health.sentence()).contains("pool_mode = session");
      }
      Properties reader = new Properties();
      reader.setProperty("user", settings.user());
      reader.setProperty("password", settings.password().reveal());
      try (Connection stranger =
              DriverManager.getConnection(
                  "jdbc:postgresql://" + pooler.address() + "/" + DATABASE, reader);
          Statement statement = stranger.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT current_setting('default_transaction_read_only'),"
                      + " current_setting('search_path')")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("off");
        assertThat(row.getString(2)).contains("$user");
      }
    }
  }

  @Test
  void connectionLimit_ofTheRole_isSaid() throws Exception {
    pair.execute("postgres", "ALTER ROLE enstore_reader CONNECTION LIMIT 0");
    try {
      assertSaid(
          failure(pair.settings(DATABASE, ZoneId.of("UTC"))),
          FailureKind.STANDBY_UNAVAILABLE,
          "ALTER ROLE enstore_reader CONNECTION LIMIT");
    } finally {
      pair.execute("postgres", "ALTER ROLE enstore_reader CONNECTION LIMIT -1");
    }
  }

  @Test
  void connectionLimit_ofTheDatabase_isSaid() throws Exception {
    pair.execute("postgres", "ALTER DATABASE " + DATABASE + " CONNECTION LIMIT 0");
    try {
      assertSaid(
          failure(pair.settings(DATABASE, ZoneId.of("UTC"))),
          FailureKind.STANDBY_UNAVAILABLE,
          "ALTER DATABASE pooled CONNECTION LIMIT");
    } finally {
      pair.execute("postgres", "ALTER DATABASE " + DATABASE + " CONNECTION LIMIT -1");
    }
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      assertThat(read(source)).isEqualTo(7);
    }
  }
}
