package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Dimension;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.Quantity;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Shape;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.SourceTable;
import org.enstore.accounting.series.SummaryRow;
import org.enstore.accounting.series.TransferRow;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What goes wrong between this program and a standby, and what is said about it. */
final class FaultsIT {
  private static final String DATABASE = "faults";

  /** A database whose transfers take two seconds to read. */
  private static final String SLOW = "slow";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createDatabase(DATABASE);
    pair.store(
        DATABASE,
        List.of(TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover")),
        List.of(SummaryRow.of("2024-05-01", "A", 7L, 0L)));
    pair.createDatabase(SLOW);
    pair.store(SLOW, List.of(TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover")), List.of());
    pair.execute(SLOW, "ALTER TABLE encp_xfer RENAME TO transfers");
    pair.execute(
        SLOW,
        "CREATE VIEW encp_xfer AS SELECT transfers.* FROM transfers,"
            + " LATERAL (SELECT pg_sleep(2 + 0 * size)) AS pause");
    pair.execute(SLOW, "GRANT SELECT ON encp_xfer TO enstore_reader");
  }

  // ---- who may be read ------------------------------------------------------------------------

  @Test
  void primary_isRefused() throws Exception {
    QueryFailure failure = failure(withHosts(DATABASE, pair.primaryAddress()));

    assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
    assertThat(failure.sentence())
        .startsWith(pair.primaryAddress() + " is a primary")
        .contains("allowPrimary");
  }

  @Test
  void primary_isReadWhereAllowed() throws Exception {
    SourceSettings settings = withHosts(DATABASE, pair.primaryAddress());
    SourceSettings allowing =
        new SourceSettings(
            settings.hosts(),
            settings.database(),
            settings.user(),
            settings.password(),
            settings.tls(),
            settings.siteTimeZone(),
            true,
            true,
            settings.connections(),
            settings.freshness(),
            settings.limits());

    try (StandbyTransferSource source = source(allowing)) {
      assertThat(read(source)).isEqualTo(7);
      assertThat(source.state(new Cancellation()).standby()).isFalse();
    }
  }

  @Test
  void standby_isFoundBehindPrimaryAndDeadHost() throws Exception {
    try (StandbyTransferSource source =
        source(withHosts(DATABASE, closedPort(), pair.primaryAddress(), pair.standbyAddress()))) {
      assertThat(read(source)).isEqualTo(7);
      assertThat(source.state(new Cancellation()).host())
          .isEqualTo(pair.standbyAddress().toString());
    }
  }

  // ---- getting in -----------------------------------------------------------------------------

  @Test
  void password_wrong() throws Exception {
    SourceSettings settings = pair.settings(DATABASE, ZoneId.of("UTC"));
    QueryFailure failure = failure(withPassword(settings, "not-the-password"));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
    assertThat(failure.sentence()).contains("password of user enstore_reader");
    assertThat(failure.sentence()).doesNotContain("not-the-password");
  }

  @Test
  void password_missing() throws Exception {
    QueryFailure failure = failure(withPassword(pair.settings(DATABASE, ZoneId.of("UTC")), ""));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
    assertThat(failure.sentence()).contains("none is set");
  }

  @Test
  void database_missing() throws Exception {
    QueryFailure failure = failure(pair.settings("no_such_database", ZoneId.of("UTC")));

    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    assertThat(failure.sentence()).contains("no database no_such_database");
  }

  @Test
  void host_refusesConnections() throws Exception {
    Instant start = Instant.now();
    QueryFailure failure = failure(withHosts(DATABASE, closedPort()));

    assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
    assertThat(failure.sentence()).contains("nothing listens there");
    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void host_unknown() throws Exception {
    QueryFailure failure = failure(withHosts(DATABASE, new HostPort("no-such-host.invalid", 8800)));

    assertThat(failure.sentence()).contains("no address is known");
  }

  @Test
  void host_neverAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      QueryFailure failure =
          failure(
              withTimeouts(
                  withHosts(DATABASE, new HostPort("127.0.0.1", silent.getLocalPort())),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(30)));

      assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
      assertThat(failure.sentence()).contains("did not answer within 1 s");
    }
  }

  @Test
  void port_belongsToSomethingElse() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread server =
          new Thread(
              () -> {
                try {
                  while (true) {
                    try (var socket = other.accept()) {
                      socket
                          .getOutputStream()
                          .write(
                              "SSH-2.0-OpenSSH_9.2\r\n"
                                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                      socket.getOutputStream().flush();
                      socket.shutdownOutput();
                    }
                  }
                } catch (IOException ignored) {
                  // The test is over.
                }
              });
      server.setDaemon(true);
      server.start();

      QueryFailure failure =
          failure(withHosts(DATABASE, new HostPort("127.0.0.1", other.getLocalPort())));

      assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
      assertThat(failure.sentence()).contains("Check the port");
    }
  }

  // ---- tables and rights ----------------------------------------------------------------------

  @Test
  void right_missing_namesTheGrant() throws Exception {
    pair.execute(DATABASE, "REVOKE SELECT ON encp_xfer FROM enstore_reader");
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      QueryFailure failure = failure(source);
      assertThat(failure.kind()).isEqualTo(FailureKind.ACCESS_DENIED);
      assertThat(failure.sentence()).contains("GRANT SELECT ON TABLE encp_xfer TO enstore_reader;");

      SourceState state = source.state(new Cancellation());
      assertThat(state.rawReadable()).isFalse();
      assertThat(state.summaryReadable()).isTrue();
      assertThat(state.lastSummaryDay()).contains(LocalDate.parse("2024-05-01"));

      pair.execute(DATABASE, "GRANT SELECT ON encp_xfer TO enstore_reader");
      assertThat(read(source)).isEqualTo(7);
      assertThat(source.state(new Cancellation()).rawReadable()).isTrue();
    } finally {
      pair.execute(DATABASE, "GRANT SELECT ON encp_xfer TO enstore_reader");
    }
  }

  @Test
  void right_takenAwayWhileInUse() throws Exception {
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      assertThat(read(source)).isEqualTo(7);
      pair.execute(DATABASE, "REVOKE SELECT ON encp_xfer FROM enstore_reader");

      assertThat(failure(source).sentence()).contains("GRANT SELECT ON TABLE encp_xfer");
      assertThat(source.state(new Cancellation()).rawReadable()).isFalse();
    } finally {
      pair.execute(DATABASE, "GRANT SELECT ON encp_xfer TO enstore_reader");
    }
  }

  @Test
  void column_missing_failsOnlyQueriesThatNeedIt() throws Exception {
    pair.createDatabase("old_site");
    pair.execute("old_site", "ALTER TABLE encp_xfer DROP COLUMN library");
    try (StandbyTransferSource source = source(pair.settings("old_site", ZoneId.of("UTC")))) {
      assertThat(read(source)).isZero();
      QueryFailure failure =
          catchThrowableOfType(
              QueryFailure.class,
              () ->
                  source.read(
                      new ReadRequest(
                          SourceTable.RAW,
                          Grain.DAY,
                          Shape.of(List.of(Dimension.LIBRARY), List.of(Quantity.BYTES)),
                          LocalDate.parse("2024-05-01"),
                          LocalDate.parse("2024-05-02")),
                      (epochSecond, key, sums) -> {},
                      new Cancellation()));
      assertThat(failure.kind()).isEqualTo(FailureKind.SCHEMA_MISMATCH);
      assertThat(failure.sentence())
          .contains("encp_xfer has no column library")
          .contains(pair.standbyAddress().toString());
    }
  }

  @Test
  void tables_missing() throws Exception {
    pair.createDatabase("other_database");
    pair.execute("other_database", "DROP TABLE encp_xfer; DROP TABLE xfer_by_day_by_mover");
    try (StandbyTransferSource source = source(pair.settings("other_database", ZoneId.of("UTC")))) {
      QueryFailure failure = failure(source);
      assertThat(failure.kind()).isEqualTo(FailureKind.SCHEMA_MISMATCH);
      assertThat(failure.sentence()).contains("there is no table encp_xfer");

      SourceState state = source.state(new Cancellation());
      assertThat(state.rawReadable()).isFalse();
      assertThat(state.summaryReadable()).isFalse();
    }
  }

  // ---- while it runs --------------------------------------------------------------------------

  @Test
  void statement_thatTakesTooLong_isEndedByTheServer() throws Exception {
    QueryFailure failure =
        failure(
            withTimeouts(
                pair.settings(SLOW, ZoneId.of("UTC")),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1)));

    assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
    assertThat(failure.sentence()).contains("statement timeout of 1 s");
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

      assertThat(failure.kind()).isEqualTo(FailureKind.RECOVERY_CONFLICT);
      assertThat(failure.sentence()).contains("max_standby_streaming_delay");
    } finally {
      over.set(true);
      writer.join();
    }
  }

  @Test
  void poolThatIsBusy_isSaid() throws Exception {
    SourceSettings settings = pair.settings(SLOW, ZoneId.of("UTC"));
    SourceSettings small =
        with(
            settings,
            new SourceSettings.Connections(
                1, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(1)));
    try (StandbyTransferSource source = source(small)) {
      CompletableFuture<Long> first = CompletableFuture.supplyAsync(() -> read(source));
      await(() -> statementsOf(SLOW) == 1);
      QueryFailure failure = failure(source);

      assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED);
      assertThat(failure.sentence()).contains("poolSize");
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
                      + " AND state = 'active'"))
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
        assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
        assertThat(failure.sentence()).contains(pair.standbyAddress().toString());
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

  private static StandbyTransferSource source(SourceSettings settings) {
    return new StandbyTransferSource(settings, InstantSource.system(), "faults", "test/1");
  }

  private static QueryFailure failure(SourceSettings settings) {
    try (StandbyTransferSource source = source(settings)) {
      return failure(source);
    }
  }

  private static QueryFailure failure(StandbyTransferSource source) {
    return catchThrowableOfType(QueryFailure.class, () -> read(source));
  }

  private static long read(StandbyTransferSource source) {
    return read(source, new Cancellation());
  }

  private static long read(StandbyTransferSource source, Cancellation cancellation) {
    AtomicLong bytes = new AtomicLong();
    source.read(
        new ReadRequest(
            SourceTable.RAW,
            Grain.DAY,
            Shape.of(List.of(), List.of(Quantity.BYTES)),
            LocalDate.parse("2024-05-01"),
            LocalDate.parse("2024-05-02")),
        (epochSecond, key, sums) -> bytes.addAndGet(sums[0]),
        cancellation);
    return bytes.get();
  }

  private static SourceSettings withHosts(String database, HostPort... hosts) {
    SourceSettings settings = pair.settings(database, ZoneId.of("UTC"));
    return new SourceSettings(
        List.of(hosts),
        settings.database(),
        settings.user(),
        settings.password(),
        settings.tls(),
        settings.siteTimeZone(),
        true,
        false,
        settings.connections(),
        settings.freshness(),
        settings.limits());
  }

  private static SourceSettings withPassword(SourceSettings settings, String password) {
    return new SourceSettings(
        settings.hosts(),
        settings.database(),
        settings.user(),
        new Secret(password),
        settings.tls(),
        settings.siteTimeZone(),
        true,
        false,
        settings.connections(),
        settings.freshness(),
        settings.limits());
  }

  private static SourceSettings withTimeouts(
      SourceSettings settings, Duration connect, Duration statement) {
    return with(
        settings, new SourceSettings.Connections(4, connect, statement, Duration.ofMinutes(1)));
  }

  private static SourceSettings with(
      SourceSettings settings, SourceSettings.Connections connections) {
    return new SourceSettings(
        settings.hosts(),
        settings.database(),
        settings.user(),
        settings.password(),
        settings.tls(),
        settings.siteTimeZone(),
        true,
        false,
        connections,
        settings.freshness(),
        settings.limits());
  }

  private static HostPort closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new HostPort("127.0.0.1", socket.getLocalPort());
    }
  }

  private static long statementsOf(String database) {
    return Long.parseLong(
        query(
            database,
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'enstore_reader' AND state ="
                + " 'active' AND query LIKE '%encp_xfer%' AND datname = '"
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
