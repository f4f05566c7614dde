package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.postgres.Asking.read;
import static org.enstore.accounting.postgres.Asking.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Shape;
import org.enstore.accounting.series.SourceState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Settings that a role or a database brings along, and that must neither stop nor change a read.
 */
final class RoleSettingsIT {
  private static final String DATABASE = "role_settings";
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createOfOneTransfer(DATABASE);
    // Where the role's own search_path points: things of the same names that mislead.
    pair.execute(
        DATABASE,
        "CREATE SCHEMA hostile;"
            + " CREATE FUNCTION hostile.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS"
            + " 'select false';"
            + " CREATE FUNCTION hostile.date_trunc(text, timestamp) RETURNS timestamp LANGUAGE sql"
            + " AS 'select timestamp ''2000-01-01''';"
            + " CREATE VIEW hostile.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE false;"
            + " GRANT USAGE ON SCHEMA hostile TO enstore_reader;"
            + " GRANT SELECT ON hostile.pg_class TO enstore_reader");
  }

  @AfterEach
  void reset() throws Exception {
    pair.execute("postgres", "ALTER ROLE enstore_reader RESET ALL");
    pair.execute("postgres", "ALTER DATABASE " + DATABASE + " RESET ALL");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "default_transaction_isolation | serializable",
        "default_transaction_isolation | 'repeatable read'",
        "default_transaction_read_only | off",
        "default_transaction_deferrable | on",
        "statement_timeout | '2ms'",
        "lock_timeout | '1ms'",
        "idle_in_transaction_session_timeout | '1ms'",
        "search_path | hostile, pg_catalog",
        "search_path | nowhere",
        "search_path | ''",
        "client_encoding | LATIN1",
        "client_encoding | SQL_ASCII",
        "datestyle | 'German, DMY'",
        "intervalstyle | sql_standard",
        "timezone | 'Asia/Kathmandu'",
        "extra_float_digits | -15",
        "bytea_output | escape",
        "standard_conforming_strings | off",
        "quote_all_identifiers | on",
        "client_min_messages | debug1",
        "jit_above_cost | 0",
        "enable_indexscan | off",
        "work_mem | '64kB'",
        "transform_null_equals | on",
        "array_nulls | off",
        "row_security | off",
      })
  void setting_ofTheRole_doesNotMatter(String name, String value) throws Exception {
    pair.execute(DATABASE, "ALTER ROLE enstore_reader SET " + name + " = " + value);

    assertAnswers();
  }

  @Test
  void setting_ofTheDatabase_doesNotMatter() throws Exception {
    pair.execute(
        DATABASE, "ALTER DATABASE role_settings SET default_transaction_isolation = serializable");

    assertAnswers();
  }

  @Test
  void table_isTheOneThatTheRolesOwnPathFinds() throws Exception {
    String database = "two_schemas";
    pair.createOfOneTransfer(database);
    pair.execute(
        database,
        "CREATE SCHEMA site; CREATE TABLE site.encp_xfer (LIKE encp_xfer);"
            + " INSERT INTO site.encp_xfer SELECT * FROM encp_xfer;"
            + " INSERT INTO site.encp_xfer SELECT * FROM encp_xfer;"
            + " GRANT USAGE ON SCHEMA site TO enstore_reader;"
            + " GRANT SELECT ON site.encp_xfer TO enstore_reader");
    SourceSettings settings = pair.settings(database, ZoneId.of("UTC"));
    try (StandbyTransferSource source = source(settings)) {
      assertThat(read(source)).isEqualTo(7);
    }
    pair.execute(database, "ALTER ROLE enstore_reader SET search_path = site, public");
    try (StandbyTransferSource source = source(settings)) {
      assertThat(read(source)).isEqualTo(14);
      assertThat(source.state(new Cancellation()).of(Transfers.SUMMARY).lastDay())
          .contains(LocalDate.parse("2024-05-01"));
    }
  }

  @Test
  void session_hasEverySettingMade_whateverTheRoleHas() throws Exception {
    pair.execute(
        DATABASE,
        "ALTER ROLE enstore_reader SET default_transaction_isolation = serializable;"
            + " ALTER ROLE enstore_reader SET lock_timeout = '1ms';"
            + " ALTER ROLE enstore_reader SET jit = on;"
            + " ALTER ROLE enstore_reader SET search_path = hostile, public");
    SourceSettings settings = pair.settings(DATABASE, ZoneId.of("UTC"));
    try (Connection connection = new Connector(pair.standbyAddress(), settings, "test/1").open();
        Statement statement = connection.createStatement()) {
      assertThat(show(statement, "transaction_isolation")).isEqualTo("read committed");
      assertThat(show(statement, "default_transaction_read_only")).isEqualTo("on");
      assertThat(show(statement, "statement_timeout")).isEqualTo("30s");
      assertThat(show(statement, "lock_timeout")).isEqualTo("0");
      assertThat(show(statement, "jit")).isEqualTo("off");
      assertThat(show(statement, "search_path")).isEqualTo("pg_catalog, public, pg_temp");
    }
  }

  private static void assertAnswers() throws SQLException {
    SourceSettings settings = pair.settings(DATABASE, ZoneId.of("UTC"));
    try (StandbyTransferSource source = source(settings)) {
      assertThat(read(source)).isEqualTo(7);
      long[] hours = new long[1];
      source.read(
          new ReadRequest(
              Transfers.FACTS,
              Grain.HOUR,
              Shape.of(
                  List.of(Dimensions.MOVER, Dimensions.MOVER_CLASS),
                  List.of(TransferQuantities.BYTES, TransferQuantities.OVERALL_RATE_SECONDS)),
              LocalDate.parse("2024-05-01"),
              LocalDate.parse("2024-05-02")),
          (at, key, sums) -> {
            assertThat(Instant.ofEpochSecond(at)).isEqualTo("2024-05-01T10:00:00Z");
            assertThat(key.values().get(0)).isEqualTo("A.mover");
            hours[0] += sums[0];
          },
          new Cancellation());
      assertThat(hours[0]).isEqualTo(7);
      long[] summary = new long[1];
      source.read(
          new ReadRequest(
              Transfers.SUMMARY,
              Grain.DAY,
              Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES)),
              LocalDate.parse("2024-05-01"),
              LocalDate.parse("2024-05-02")),
          (at, key, sums) -> summary[0] += sums[0],
          new Cancellation());
      assertThat(summary[0]).isEqualTo(7);
      SourceState state = source.state(new Cancellation());
      assertThat(state.standby()).isTrue();
      assertThat(state.of(Transfers.FACTS).newest())
          .contains(Instant.parse("2024-05-01T10:00:00Z"));
      assertThat(state.of(Transfers.SUMMARY).lastDay()).contains(LocalDate.parse("2024-05-01"));
      Health health = source.health();
      assertThat(health.ok()).as(health.sentence()).isTrue();
    }
  }

  private static String show(Statement statement, String setting) throws SQLException {
    try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
      row.next();
      return row.getString(1);
    }
  }
}
