package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.enstore.accounting.postgres.Asking.assertSaid;
import static org.enstore.accounting.postgres.Asking.failure;
import static org.enstore.accounting.postgres.Asking.read;
import static org.enstore.accounting.postgres.Asking.source;
import static org.enstore.accounting.postgres.OtherSettings.withConnections;
import static org.enstore.accounting.postgres.OtherSettings.withTimeouts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.TransferRow;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What goes wrong while a standby is being read, and what is said about it. */
final class RunningFaultsIT {
  private static final String DATABASE = "running";

  /** A database whose transfers take two seconds to read. */
  private static final String SLOW = "slow";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createOfOneTransfer(DATABASE);
    pair.createDatabase(SLOW);
    pair.store(SLOW, List.of(TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover")), List.of());
    pair.execute(SLOW, "ALTER TABLE encp_xfer RENAME TO transfers");
    pair.execute(
        SLOW,
        "CREATE VIEW encp_xfer AS SELECT transfers.* FROM transfers,"
            + " LATERAL (SELECT pg_sleep(2 + 0 * size)) AS pause");
    pair.execute(SLOW, "GRANT SELECT ON encp_xfer TO enstore_reader");
  }

  @Test
  void statement_thatTakesTooLong_isEndedByTheServer() throws Exception {
    QueryFailure failure =
        failure(
            withTimeouts(
                pair.settings(SLOW, ZoneId.of("UTC")),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1)));

    assertSaid(failure, FailureKind.TIMEOUT, "statement timeout of 1 s");
  }

  @Test
  void cancellation_reachesTheServer() throws Exception {
    try (StandbyTransferSource source = source(pair.settings(SLOW, ZoneId.of("UTC")))) {
      Cancellation cancellation = new Cancellation();
      CompletableFuture<QueryFailure> asked =
          CompletableFuture.supplyAsync(
              () -> catchThrowableOfType(QueryFailure.class, () -> read(source, cancellation)));
      await(() -> statementsOf(SLOW) == 1);
      Instant start = Instant.now();
      cancellation.cancel();
      // Cancelling does not wait for the network.
      assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofMillis(500));

      assertThat(asked.get(30, TimeUnit.SECONDS).kind()).isEqualTo(FailureKind.CANCELLED);
      assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofMillis(1900));
      assertThat(statementsOf(SLOW)).isZero();
    }
  }

  @Test
  void recoveryConflict_isRetriedOnce() throws Exception {
    long before = conflicts();
    try (StandbyTransferSource source = source(pair.settings(SLOW, ZoneId.of("UTC")))) {
      CompletableFuture<Long> asked = CompletableFuture.supplyAsync(() -> read(source));
      await(() -> statementsOf(SLOW) == 1);
      // Its replay needs the table for itself, and waits no longer than the standby's patience.
      pair.execute(SLOW, "ALTER TABLE transfers SET (autovacuum_enabled = off)");
      pair.execute(SLOW, "BEGIN; LOCK TABLE transfers IN ACCESS EXCLUSIVE MODE; COMMIT");

      assertThat(asked.get(30, TimeUnit.SECONDS)).isEqualTo(7);
      await(() -> conflicts() > before);
    }
  }

  @Test
  void recoveryConflict_twice_isSaid() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Thread writer =
        new Thread(
            () -> {
              try {
                while (!over.get()) {
                  pair.execute(
                      SLOW, "BEGIN; LOCK TABLE transfers IN ACCESS EXCLUSIVE MODE; COMMIT");
                  Thread.sleep(100);
                }
              } catch (SQLException | InterruptedException e) {
                over.set(true);
              }
            });
    try (StandbyTransferSource source = source(pair.settings(SLOW, ZoneId.of("UTC")))) {
      writer.start();
      QueryFailure failure = failure(source);

      assertSaid(failure, FailureKind.RECOVERY_CONFLICT, "max_standby_streaming_delay");
    } finally {
      over.set(true);
      writer.join();
    }
  }

  @Test
  void poolThatIsBusy_isSaid() throws Exception {
    SourceSettings settings = pair.settings(SLOW, ZoneId.of("UTC"));
    SourceSettings small =
        withConnections(
            settings,
            new SourceSettings.Connections(
                1, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(1)));
    try (StandbyTransferSource source = source(small)) {
      CompletableFuture<Long> first = CompletableFuture.supplyAsync(() -> read(source));
      await(() -> statementsOf(SLOW) == 1);
      QueryFailure failure = failure(source);

      assertSaid(failure, FailureKind.OVERLOADED, "poolSize");
      assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(7);
    }
  }

  @Test
  void sessions_areNamed_andPooled() throws Exception {
    try (StandbyTransferSource source = source(pair.settings(SLOW, ZoneId.of("Europe/Moscow")))) {
      CompletableFuture<Long> asked = CompletableFuture.supplyAsync(() -> read(source));
      await(() -> statementsOf(SLOW) == 1);
      assertThat(
              pair.onStandby(
                  SLOW,
                  "SELECT application_name FROM pg_stat_activity WHERE usename = 'enstore_reader'"
                      + " AND state = 'active' AND query LIKE '%encp_xfer%'"))
          .isEqualTo("test/1");
      assertThat(asked.get(30, TimeUnit.SECONDS)).isEqualTo(7);
      assertThat(source.poolStats().pools())
          .singleElement()
          .satisfies(
              pool -> {
                assertThat(pool.host()).isEqualTo(pair.standbyAddress().toString());
                assertThat(pool.active()).isZero();
                assertThat(pool.idle()).isEqualTo(1);
              });
    }
  }

  @Test
  void session_hasEverySettingMade_andCannotWrite() throws Exception {
    SourceSettings settings = pair.settings(DATABASE, ZoneId.of("Europe/Moscow"));
    try (Connection connection = new Connector(pair.primaryAddress(), settings, "test/1").open();
        Statement statement = connection.createStatement()) {
      assertThat(show(statement, "default_transaction_read_only")).isEqualTo("on");
      assertThat(show(statement, "statement_timeout")).isEqualTo("30s");
      assertThat(show(statement, "timezone")).isEqualTo("Europe/Moscow");
      assertThat(show(statement, "datestyle")).isEqualTo("ISO, MDY");
      assertThat(show(statement, "application_name")).isEqualTo("test/1");
      SQLException refused =
          catchThrowableOfType(
              SQLException.class, () -> statement.execute("CREATE TABLE made (a int)"));
      assertThat(refused.getSQLState()).isEqualTo("25006");
    }
  }

  private static String show(Statement statement, String setting) throws SQLException {
    try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void close_isQuick_andLeavesNoSession() throws Exception {
    StandbyTransferSource source = source(pair.settings(SLOW, ZoneId.of("UTC")));
    CompletableFuture<QueryFailure> asked = CompletableFuture.supplyAsync(() -> failure(source));
    await(() -> statementsOf(SLOW) == 1);
    Instant start = Instant.now();
    source.close();

    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofMillis(1500));
    assertThat(asked.get(30, TimeUnit.SECONDS)).isNotNull();
    await(
        () ->
            query(
                    SLOW,
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'enstore_reader' AND"
                        + " datname = 'slow'")
                .equals("0"));
  }

  @Test
  void standby_thatRestarts_isUsedAgain() throws Exception {
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      assertThat(read(source)).isEqualTo(7);
      pair.pair().crashStandby();
      try {
        QueryFailure failure = failure(source);
        assertSaid(failure, FailureKind.STANDBY_UNAVAILABLE, pair.standbyAddress().toString());
      } finally {
        pair.pair().startStandby();
      }
      await(
          () -> {
            try {
              return read(source) == 7;
            } catch (QueryFailure e) {
              assertThat(e.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
              return false;
            }
          });
      pair.pair().awaitStreaming(PATIENCE);
    }
  }

  @Test
  void standby_restartedBetweenTwoReads_costsNoFailure() throws Exception {
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      assertThat(read(source)).isEqualTo(7);
      pair.pair().stopStandby();
      pair.pair().startStandby();

      assertThat(read(source)).isEqualTo(7);
      pair.pair().awaitStreaming(PATIENCE);
    }
  }

  // ---- helpers --------------------------------------------------------------------------------

  private static long statementsOf(String database) {
    return Long.parseLong(
        query(
            database,
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'enstore_reader' AND state ="
                + " 'active' AND query ILIKE 'copy%encp_xfer%' AND datname = '"
                + database
                + "'"));
  }

  private static long conflicts() {
    try (Stream<String> lines = Files.lines(pair.pair().standbyLog())) {
      return lines.filter(line -> line.contains("due to conflict with recovery")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String query(String database, String sql) {
    try {
      return pair.onStandby(database, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(BooleanSupplier condition)
      throws InterruptedException, ExecutionException {
    Instant end = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("still waiting").isBefore(end);
      Thread.sleep(20);
    }
  }
}
