package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.postgres.Asking.source;
import static org.enstore.accounting.postgres.OtherSettings.withHosts;
import static org.enstore.accounting.postgres.OtherSettings.withPassword;
import static org.enstore.accounting.postgres.OtherSettings.withoutZone;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.SummaryRow;
import org.enstore.accounting.series.TransferRow;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a test of the connection says, and how far behind a standby is said to be. */
final class HealthIT {
  private static final String DATABASE = "health";
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2024-06-15T12:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createDatabase(DATABASE);
  }

  // ---- health ---------------------------------------------------------------------------------

  @Test
  void allIsWell() throws Exception {
    storeCurrent();
    Health health = health(pair.settings(DATABASE, CHICAGO));

    assertThat(health.ok()).isTrue();
    assertThat(health.sentence())
        .startsWith("Connected to standby " + pair.standbyAddress() + ", PostgreSQL ")
        .contains("Last summary day: 2024-06-14")
        .contains("Newest transfer: 2024-06-15 06:50:");
    assertThat(health.details())
        .containsEntry("Time zone", "America/Chicago")
        .containsEntry("Encryption", "none")
        .containsKeys("Host", "Server", "Database", "Replay lag");
  }

  @Test
  void lagThatMayNotBeSeen_isUnknown_withTheGrant() throws Exception {
    storeCurrent();
    Health health = health(pair.settings(DATABASE, CHICAGO));

    assertThat(health.details()).containsEntry("Replay lag", "unknown");
    assertThat(health.advice())
        .anySatisfy(advice -> assertThat(advice).contains("GRANT pg_monitor TO enstore_reader;"));
  }

  @Test
  void rightsMissing_areNamed() throws Exception {
    storeCurrent();
    pair.execute(DATABASE, "REVOKE SELECT ON xfer_by_day_by_mover FROM enstore_reader");
    try {
      Health health = health(pair.settings(DATABASE, CHICAGO));

      assertThat(health.ok()).isTrue();
      assertThat(health.sentence()).contains("Last summary day: not readable");
      assertThat(health.advice())
          .anySatisfy(
              advice ->
                  assertThat(advice)
                      .contains("GRANT SELECT ON TABLE xfer_by_day_by_mover TO enstore_reader;"));
    } finally {
      pair.execute(DATABASE, "GRANT SELECT ON xfer_by_day_by_mover TO enstore_reader");
    }
  }

  @Test
  void noTableAtAll_isNotOk() throws Exception {
    pair.execute("postgres", "DROP DATABASE IF EXISTS empty");
    pair.execute("postgres", "CREATE DATABASE empty");
    Health health = health(pair.settings("empty", CHICAGO));

    assertThat(health.ok()).isFalse();
    assertThat(health.sentence()).contains("no table encp_xfer").contains("accounting database");
  }

  @Test
  void schemaThatIsNotSeen_isSaid() throws Exception {
    pair.createDatabase("hidden");
    pair.execute("hidden", "CREATE SCHEMA site; ALTER TABLE encp_xfer SET SCHEMA site");
    Health health = health(pair.settings("hidden", CHICAGO));

    assertThat(health.advice())
        .anySatisfy(
            advice -> assertThat(advice).contains("GRANT USAGE ON SCHEMA site TO enstore_reader;"));
  }

  @Test
  void summaryThatStopped_isSaid_withTheLikelyCause() throws Exception {
    pair.store(
        DATABASE,
        List.of(TransferRow.of("2024-06-15T06:50:00", "r", 7, "A.mover")),
        List.of(SummaryRow.of("2024-06-01", "A", 1L, 1L)));
    Health health = health(pair.settings(DATABASE, CHICAGO));

    assertThat(health.advice())
        .anySatisfy(
            advice ->
                assertThat(advice)
                    .contains("stopped at 2024-06-01")
                    .contains("14 days behind")
                    .contains("6.3.4-9"));
  }

  @Test
  void oddDates_areSaid_andDoNotCount() throws Exception {
    pair.store(
        DATABASE,
        List.of(TransferRow.of("2024-06-15T06:50:00", "r", 7, "A.mover")),
        List.of(
            SummaryRow.of("2024-06-13", "A", 1L, 1L), SummaryRow.of("2025-05-01", "A", 1L, 1L)));
    pair.execute(
        DATABASE,
        "INSERT INTO xfer_by_day_by_mover VALUES ('infinity', 'A', 1, 1), ('-infinity', 'A', 1, 1)");
    for (String date : List.of("infinity", "-infinity")) {
      pair.execute(DATABASE, copyOfAnyRow(date));
    }
    Health health = health(pair.settings(DATABASE, CHICAGO));

    assertThat(health.sentence()).contains("Last summary day: 2024-06-13").contains("06:50");
    assertThat(health.advice())
        .contains(
            "The summary xfer_by_day_by_mover has rows dated up to 2025-05-01, days that are not"
                + " over: they do not count. Correct their date on the primary, or remove them.",
            "xfer_by_day_by_mover has 2 rows with an infinite date, left out. Correct the date on"
                + " the primary, or remove them.",
            "encp_xfer has 2 rows with an infinite date, left out. Correct the date on the primary,"
                + " or remove them.");
  }

  /** Adds a transfer that is like another one but for its date. */
  private static String copyOfAnyRow(String date) {
    return """
    CREATE TEMPORARY TABLE copied AS SELECT * FROM encp_xfer LIMIT 1;
    UPDATE copied SET date = '%s';
    INSERT INTO encp_xfer SELECT * FROM copied;
    DROP TABLE copied;
    """
        .formatted(date);
  }

  @Test
  void futureDatedTransfers_areSaid() throws Exception {
    pair.store(
        DATABASE,
        List.of(
            TransferRow.of("2024-06-15T06:50:00", "r", 7, "A.mover"),
            TransferRow.of("2024-06-15T12:00:00", "r", 7, "A.mover")),
        List.of());
    Health health = health(pair.settings(DATABASE, CHICAGO));

    assertThat(health.sentence()).contains("06:50");
    assertThat(health.advice())
        .anySatisfy(
            advice -> assertThat(advice).contains("5 h ahead of now").contains("siteTimeZone"));
  }

  @Test
  void zoneNotSet_isSaid_withTheServersGuess() throws Exception {
    storeCurrent();
    Health health = health(withoutZone(pair.settings(DATABASE, ZoneId.of("UTC"))));

    assertThat(health.advice())
        .anySatisfy(
            advice ->
                assertThat(advice).startsWith("Set siteTimeZone").contains("America/Chicago"));
  }

  @Test
  void zoneUnlikeTheServers_isQuestioned() throws Exception {
    storeCurrent();

    assertThat(health(pair.settings(DATABASE, ZoneId.of("Europe/Moscow"))).advice())
        .anySatisfy(
            advice -> assertThat(advice).contains("America/Chicago").contains("Europe/Moscow"));
    assertThat(health(pair.settings(DATABASE, CHICAGO)).advice())
        .noneSatisfy(advice -> assertThat(advice).contains("keeps its log"));
  }

  @Test
  void hostsAreTriedInTurn_andTheDeadOneNamed() throws Exception {
    storeCurrent();
    Health health =
        health(
            withHosts(
                pair.settings(DATABASE, CHICAGO),
                new HostPort("no-such-host.invalid", 8800),
                pair.primaryAddress(),
                pair.standbyAddress()));

    assertThat(health.ok()).isTrue();
    assertThat(health.sentence()).contains("standby " + pair.standbyAddress());
    assertThat(health.details().get("Host " + pair.primaryAddress())).contains("is a primary");
    assertThat(health.advice())
        .anySatisfy(advice -> assertThat(advice).contains("no-such-host.invalid"));
  }

  @Test
  void nothingToConnectTo_isNotOk_andNeverThrown() throws Exception {
    SourceSettings settings = pair.settings(DATABASE, CHICAGO);

    assertThat(health(withHosts(settings, pair.primaryAddress())).sentence())
        .contains("allowPrimary");
    assertThat(health(withHosts(settings, new HostPort("no-such-host.invalid", 8800))).ok())
        .isFalse();
    Health refused = health(withPassword(settings, "not-the-password"));
    assertThat(refused.ok()).isFalse();
    assertThat(refused.sentence()).contains("password").doesNotContain("not-the-password");
  }

  @Test
  void everySentenceEndsLikeOne() throws Exception {
    storeCurrent();
    Health health = health(pair.settings(DATABASE, ZoneId.of("Europe/Moscow")));

    assertThat(health.sentence()).endsWith(".");
    assertThat(health.advice()).allSatisfy(advice -> assertThat(advice).matches("(?s).*[.;]"));
  }

  // ---- lag ------------------------------------------------------------------------------------

  @Test
  void lag_isZeroOnlyWhileStreamingAndReplayed() throws Exception {
    pair.execute(DATABASE, "GRANT pg_monitor TO enstore_reader");
    try (StandbyTransferSource source = source(pair.settings(DATABASE, CHICAGO))) {
      awaitCurrent(source);

      pair.pair().pauseReplay();
      try {
        Instant paused = Instant.now();
        writeOnPrimary();
        SourceState behind = awaitLag(source, ReplayLag.Known.class, lag -> !lag.lag().isZero());
        ReplayLag.Known known = (ReplayLag.Known) behind.lag();
        assertThat(known.lag()).isPositive().isLessThan(Duration.ofMinutes(1));
        assertThat(behind.knownThrough()).isBefore(behind.observedAt());
        assertThat(behind.knownThrough()).isBefore(paused.plusSeconds(1));
      } finally {
        pair.pair().resumeReplay();
      }
      awaitCurrent(source);
    } finally {
      pair.execute(DATABASE, "REVOKE pg_monitor FROM enstore_reader");
    }
  }

  @Test
  void lag_ofAStandbyThatIsCutOff_isUnknown() throws Exception {
    pair.execute(DATABASE, "GRANT pg_monitor TO enstore_reader");
    try (StandbyTransferSource source = source(pair.settings(DATABASE, CHICAGO))) {
      awaitCurrent(source);
      Instant cut = Instant.now();
      pair.pair().stopPrimary();
      try {
        SourceState state = awaitLag(source, ReplayLag.Unknown.class, lag -> true);
        assertThat(((ReplayLag.Unknown) state.lag()).reason()).contains("cut off");
        assertThat(state.knownThrough()).isBeforeOrEqualTo(cut.plusSeconds(5));
      } finally {
        pair.pair().startPrimary();
        pair.pair().awaitStreaming(PATIENCE);
      }
      awaitCurrent(source);
    } finally {
      pair.execute(DATABASE, "REVOKE pg_monitor FROM enstore_reader");
    }
  }

  @Test
  void lag_withoutTheRight_isUnknown_neverZero() throws Exception {
    try (StandbyTransferSource source = source(pair.settings(DATABASE, CHICAGO))) {
      ReplayLag lag = source.state(new Cancellation()).lag();

      assertThat(lag).isInstanceOf(ReplayLag.Unknown.class);
      assertThat(((ReplayLag.Unknown) lag).reason()).contains("GRANT pg_monitor");
    }
  }

  // ---- helpers --------------------------------------------------------------------------------

  private static void storeCurrent() throws SQLException {
    pair.store(
        DATABASE,
        List.of(TransferRow.of("2024-06-15T06:50:00", "r", 7, "A.mover")),
        List.of(SummaryRow.of("2024-06-14", "A", 1L, 1L)));
  }

  private static void writeOnPrimary() throws SQLException {
    try (var connection = pair.primary(DATABASE);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS written (at timestamptz)");
      statement.execute("INSERT INTO written VALUES (now())");
    }
  }

  private static Health health(SourceSettings settings) {
    try (StandbyTransferSource source =
        new StandbyTransferSource(settings, InstantSource.fixed(NOW), "health", "test/1")) {
      return source.health();
    }
  }

  private static void awaitCurrent(StandbyTransferSource source) throws InterruptedException {
    SourceState state = awaitLag(source, ReplayLag.Known.class, lag -> lag.lag().isZero());
    assertThat(state.knownThrough()).isEqualTo(state.observedAt());
  }

  private static <L extends ReplayLag> SourceState awaitLag(
      StandbyTransferSource source, Class<L> type, java.util.function.Predicate<L> condition)
      throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      SourceState state = source.state(new Cancellation());
      if (type.isInstance(state.lag()) && condition.test(type.cast(state.lag()))) {
        return state;
      }
      assertThat(Instant.now()).as("last seen: %s", state).isBefore(end);
      Thread.sleep(20);
    }
  }
}
