package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.postgres.Asking.read;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.SqlFiles;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.HostStatus.Role;
import org.enstore.accounting.series.HostStatus.State;
import org.enstore.accounting.series.LagRegion;
import org.enstore.accounting.series.TransferRow;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One primary with two standbys: what is seen of them, and which of them is read. */
final class ReplicationIT {
  private static final String DATABASE = "watched";
  private static final String MONITOR_PASSWORD = "m0nitor-s3cret";
  private static final Duration EVERY = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static ReplicatedPair servers;
  private static SharedPair pair;

  @BeforeAll
  static void start() throws Exception {
    servers = TestPairs.builder().standbys(2).start();
    pair = new SharedPair(servers);
    pair.createDatabase(DATABASE);
    pair.store(
        DATABASE, List.of(TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover")), List.of());
    try (Connection connection = pair.primary(DATABASE)) {
      SqlFiles.run(connection, "05-monitoring.sql");
    }
    pair.execute(DATABASE, "ALTER ROLE enstore_monitor PASSWORD '" + MONITOR_PASSWORD + "'");
    servers.awaitReplay(1, PATIENCE);
  }

  @AfterAll
  static void stop() {
    if (servers != null) {
      servers.close();
    }
  }

  // ---- what is seen ---------------------------------------------------------------------------

  @Test
  void standbysAlone_tellPositionsAndLag() throws Exception {
    try (StandbyTransferSource source = source(settings(Optional.empty()))) {
      List<HostStatus> hosts =
          await(source, all -> all.stream().allMatch(ReplicationIT::isCurrent));

      assertThat(hosts).extracting(HostStatus::host).containsExactly(host(0), host(1));
      assertThat(hosts).extracting(HostStatus::chosen).containsExactly(true, false);
      HostStatus first = hosts.get(0);
      assertThat(first.role()).isEqualTo(Role.STANDBY);
      assertThat(first.version()).isPresent();
      assertThat(first.timeline()).isEqualTo(OptionalInt.of(1));
      assertThat(first.receiver()).contains("streaming");
      assertThat(first.slot().name()).contains(ReplicatedPair.nameOf(0));
      assertThat(first.slot().state()).isEmpty();
      assertThat(first.positions().sent()).isPresent();
      assertThat(first.positions().replayed()).isEqualTo(first.positions().flushed());
      assertThat(first.positions().replayed().orElseThrow().bytes()).isPositive();
      assertThat(first.lag().reason()).isEmpty();
      assertThat(first.lastError()).isEmpty();
      assertThat(source.replication().watchesPrimary()).isFalse();
    }
  }

  @Test
  void idlePrimary_theLagStaysZero() throws Exception {
    try (StandbyTransferSource source = source(settings(Optional.empty()))) {
      await(source, all -> all.stream().allMatch(ReplicationIT::isCurrent));
      Instant from = Instant.now();
      await(source, all -> all.get(0).observedAt().isAfter(from.plusSeconds(3)));

      // The log's own entries take a moment too; a lag that grew with the silence would be longer.
      assertThat(
              source
                  .replication()
                  .history()
                  .samples(new TimeRange(from.plusSeconds(2), Instant.now()))
                  .get(host(0)))
          .isNotEmpty()
          .allSatisfy(sample -> assertThat(sample.seconds().orElseThrow()).isLessThan(1.5));
      await(source, all -> all.stream().allMatch(ReplicationIT::isCurrent));
    }
  }

  @Test
  void monitoringRole_tellsThePrimarysSideToo() throws Exception {
    try (StandbyTransferSource source =
        source(settings(Optional.of(new Secret(MONITOR_PASSWORD))))) {
      List<HostStatus> hosts =
          await(source, all -> all.size() == 3 && isCurrent(all.get(0)) && isCurrent(all.get(1)));

      HostStatus primary = hosts.get(2);
      assertThat(primary.host()).isEqualTo(pair.primaryAddress().toString());
      assertThat(primary.role()).isEqualTo(Role.PRIMARY);
      assertThat(primary.state()).isEqualTo(State.PRIMARY);
      assertThat(primary.chosen()).isFalse();
      assertThat(primary.timeline()).isEqualTo(OptionalInt.of(1));
      assertThat(primary.positions().written()).isPresent();
      assertThat(primary.slot().state().orElseThrow())
          .contains("standby active")
          .contains("standby2 active");
      assertThat(primary.archive().orElseThrow().state()).isEqualTo("off");
      assertThat(primary.lastError()).isEmpty();
      HostStatus second = hosts.get(1);
      assertThat(second.slot().name()).contains("standby2");
      assertThat(second.slot().state().orElseThrow()).startsWith("active");
      assertThat(second.slot().retainedBytes()).isPresent();
      assertThat(second.lag().bytes()).isEqualTo(OptionalLong.of(0));

      Health health = source.health();
      assertThat(health.ok()).isTrue();
      assertThat(health.details().get("Primary")).contains("standbys connected: 2");
    }
  }

  @Test
  void wrongMonitoringPassword_isSaid_andSpoilsNothingElse() throws Exception {
    try (StandbyTransferSource source = source(settings(Optional.of(new Secret("wr0ng"))))) {
      List<HostStatus> hosts = await(source, all -> all.size() == 3 && isCurrent(all.get(0)));

      HostStatus primary = hosts.get(2);
      assertThat(primary.state()).isEqualTo(State.UNKNOWN);
      assertThat(primary.role()).isEqualTo(Role.UNKNOWN);
      assertThat(primary.lastError().orElseThrow())
          .contains("refuses the password of user enstore_monitor")
          .doesNotContain("wr0ng");
      assertThat(read(source)).isEqualTo(7);

      Health health = source.health();
      assertThat(health.ok()).isTrue();
      assertThat(health.advice())
          .anySatisfy(advice -> assertThat(advice).contains("password of user enstore_monitor"));
    }
  }

  @Test
  void readerWithoutTheRight_thePrimaryTellsTheLag() throws Exception {
    pair.execute(DATABASE, "REVOKE pg_monitor FROM enstore_reader");
    servers.awaitReplay(1, PATIENCE);
    try (StandbyTransferSource alone = source(settings(Optional.empty()));
        StandbyTransferSource both = source(settings(Optional.of(new Secret(MONITOR_PASSWORD))))) {
      HostStatus unseen = await(alone, all -> true).get(0);
      assertThat(unseen.state()).isEqualTo(State.UNKNOWN);
      assertThat(unseen.lag().time()).isEmpty();
      assertThat(unseen.lag().reason().orElseThrow()).contains("GRANT pg_monitor");

      // Both come from 127.0.0.1, and no name may be seen: nothing tells them apart.
      HostStatus ambiguous = await(both, all -> all.size() == 3).get(0);
      assertThat(ambiguous.lag().time()).isEmpty();
    } finally {
      pair.execute(DATABASE, "GRANT pg_monitor TO enstore_reader");
    }
  }

  // ---- which is read --------------------------------------------------------------------------

  @Test
  void crashedStandby_isLeftWithoutAnError_andReturnedTo() throws Exception {
    try (StandbyTransferSource source = source(settings(Optional.empty()))) {
      await(source, all -> isCurrent(all.get(0)) && all.get(0).chosen());
      assertThat(read(source)).isEqualTo(7);

      servers.crashStandby(0);
      try {
        assertThat(read(source)).isEqualTo(7);
        assertThat(source.state(new Cancellation()).host()).isEqualTo(host(1));
        HostStatus down = await(source, all -> all.get(0).state() == State.DOWN).get(0);
        assertThat(down.lag().time()).isEmpty();
        assertThat(down.lag().bytes()).isEmpty();
        assertThat(down.lastError().orElseThrow()).contains(host(0)).contains("refuses");
      } finally {
        servers.startStandby(0);
      }
      HostStatus back = await(source, all -> all.get(0).chosen()).get(0);
      assertThat(back.lastError()).as("kept for who comes later").isPresent();
      assertThat(source.state(new Cancellation()).host()).isEqualTo(host(0));
    }
  }

  @Test
  void pausedStandby_isLeftOnceItIsFarBehind_andReturnedTo() throws Exception {
    try (StandbyTransferSource source = source(settings(Optional.empty()))) {
      await(source, all -> isCurrent(all.get(0)) && all.get(0).chosen());
      servers.pauseReplay(0);
      try {
        write();
        servers.awaitReplay(1, PATIENCE);
        HostStatus paused =
            await(
                    source,
                    all ->
                        all.get(0).state() == State.PAUSED
                            && all.get(0).lag().bytes().orElse(0) > 0)
                .get(0);
        assertThat(paused.lastError().orElseThrow()).contains("pg_wal_replay_resume()");
        List<HostStatus> left = await(source, all -> all.get(1).chosen());
        assertThat(left.get(0).lag().time().orElseThrow())
            .isGreaterThanOrEqualTo(HostPreference.FAR);
        assertThat(source.state(new Cancellation()).host()).isEqualTo(host(1));
        assertThat(
                source
                    .replication()
                    .regions(new TimeRange(Instant.EPOCH, Instant.now()), Duration.ofSeconds(5)))
            .anySatisfy(
                region -> {
                  assertThat(region.host()).isEqualTo(host(0));
                  assertThat(region.kind()).isEqualTo(LagRegion.Kind.BEHIND);
                });
      } finally {
        servers.resumeReplay(0);
      }
      await(source, all -> all.get(0).chosen() && isCurrent(all.get(0)));
    }
  }

  @Test
  void cutOffStandby_isUnknown_neverZero() throws Exception {
    try (StandbyTransferSource source =
        source(settings(Optional.of(new Secret(MONITOR_PASSWORD))))) {
      await(source, all -> isCurrent(all.get(0)) && isCurrent(all.get(1)));
      Instant cut = Instant.now();
      onPrimary("ALTER ROLE enstore_standby CONNECTION LIMIT 1");
      try {
        onPrimary(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_replication"
                + " WHERE application_name = 'standby2'");
        HostStatus alone = await(source, all -> all.get(1).state() == State.CUT_OFF).get(1);
        assertThat(alone.lag().time()).isEmpty();
        assertThat(alone.lag().bytes()).as("not a false 0").isNotEqualTo(OptionalLong.of(0));
        assertThat(alone.lag().reason().orElseThrow()).contains("cut off");
        assertThat(alone.receiver()).contains("none");

        write();
        HostStatus behind = await(source, all -> all.get(1).lag().bytes().orElse(0) > 0).get(1);
        assertThat(behind.lag().time()).as("no clock tells it").isEmpty();
        assertThat(
                source
                    .replication()
                    .regions(new TimeRange(cut, Instant.now()), Duration.ofMinutes(5)))
            .anySatisfy(
                region -> {
                  assertThat(region.host()).isEqualTo(host(1));
                  assertThat(region.kind()).isEqualTo(LagRegion.Kind.UNKNOWN);
                  assertThat(region.to()).isEmpty();
                });
      } finally {
        onPrimary("ALTER ROLE enstore_standby CONNECTION LIMIT -1");
        servers.awaitStreaming(1, PATIENCE);
      }
      await(source, all -> isCurrent(all.get(1)));
    }
  }

  @Test
  void promotedStandby_isRefused_andTheOtherRead() throws Exception {
    try (ReplicatedPair own = TestPairs.builder().standbys(2).start()) {
      SharedPair shared = new SharedPair(own);
      shared.createDatabase(DATABASE);
      shared.store(
          DATABASE, List.of(TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover")), List.of());
      own.awaitReplay(1, PATIENCE);
      SourceSettings settings = withHosts(shared, own, Optional.empty());
      try (StandbyTransferSource source = source(settings)) {
        await(source, all -> all.get(0).chosen());
        assertThat(read(source)).isEqualTo(7);

        own.promote(0);

        assertThat(read(source)).isEqualTo(7);
        HostStatus promoted =
            await(source, all -> all.get(0).state() == State.REFUSED && all.get(1).chosen()).get(0);
        assertThat(promoted.role()).isEqualTo(Role.PRIMARY);
        assertThat(promoted.lastError().orElseThrow())
            .contains("is a primary since it was promoted")
            .contains("left timeline 1 for timeline 2");
        assertThat(source.state(new Cancellation()).host())
            .isEqualTo("127.0.0.1:" + own.standbyPort(1));
      }
    }
  }

  // ---- small things ---------------------------------------------------------------------------

  private static boolean isCurrent(HostStatus host) {
    return host.state() == State.STREAMING
        && host.lag().time().equals(Optional.of(Duration.ZERO))
        && host.lag().bytes().equals(OptionalLong.of(0));
  }

  private static String host(int number) {
    return "127.0.0.1:" + servers.standbyPort(number);
  }

  private static SourceSettings settings(Optional<Secret> monitorPassword) {
    return withHosts(pair, servers, monitorPassword);
  }

  private static SourceSettings withHosts(
      SharedPair shared, ReplicatedPair own, Optional<Secret> monitorPassword) {
    SourceSettings base = shared.settings(DATABASE, ZoneId.of("UTC"));
    return new SourceSettings(
        List.of(
            new HostPort("127.0.0.1", own.standbyPort(0)),
            new HostPort("127.0.0.1", own.standbyPort(1))),
        base.database(),
        base.user(),
        base.password(),
        base.tls(),
        base.siteTimeZone(),
        true,
        false,
        base.connections(),
        base.freshness(),
        base.limits(),
        monitorPassword.map(
            password ->
                new SourceSettings.Monitoring(
                    shared.primaryAddress(), "enstore_monitor", password)),
        base.part(),
        base.others());
  }

  private static StandbyTransferSource source(SourceSettings settings) {
    return new StandbyTransferSource(
        settings, InstantSource.system(), "replication", "test/1", EVERY);
  }

  private static List<HostStatus> await(
      StandbyTransferSource source, Predicate<List<HostStatus>> condition)
      throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      List<HostStatus> hosts = source.replication().look(new Cancellation());
      if (condition.test(hosts)) {
        return hosts;
      }
      assertThat(Instant.now()).as("last seen: %s", hosts).isBefore(end);
      Thread.sleep(20);
    }
  }

  private static void onPrimary(String sql) throws SQLException {
    try (Connection connection = pair.primary(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void write() throws SQLException {
    onPrimary("CREATE TABLE IF NOT EXISTS written (at timestamptz)");
    onPrimary("INSERT INTO written VALUES (now())");
  }
}
