package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.DriveStatus;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Arrangement;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.GapPolicy;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.Room;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.SeriesQuery;
import org.enstore.accounting.series.SourceChoice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A data source of all three databases on a standby, and what one of them costs that is away. */
final class SeveralDatabasesIT {
  private static ReplicatedPair pair;

  @BeforeAll
  static void start() throws Exception {
    pair = TestPairs.builder().zone(ZoneId.of("America/Chicago")).start();
    pair.createDatabase();
    pair.awaitReplay(Duration.ofMinutes(1));
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  @Test
  void health_tellsOfEachDatabase() {
    String standby = "127.0.0.1:" + pair.standbyPort();
    try (SeriesEngine engine = engine(standby, standby)) {
      Health health = engine.health();

      assertThat(health.ok()).isTrue();
      assertThat(health.sentence())
          .startsWith("Connected to standby " + standby)
          .contains("drivestat: Connected to standby " + standby + ", PostgreSQL ")
          .contains("enstoredb: Connected to standby " + standby + ", PostgreSQL ");
      assertThat(health.details())
          .containsEntry("Database", "accounting as enstore_reader")
          .containsEntry("drivestat Database", "drivestat as enstore_reader")
          .containsEntry("enstoredb Database", "enstoredb as enstore_reader")
          .containsEntry("drivestat Tables", "status")
          .containsKeys("drivestat Replay lag", "enstoredb Tables");
      assertThat(health.advice())
          .as("no look at another database's tables")
          .noneMatch(line -> line.contains("there is no table"));
      assertThat(health.others())
          .isEqualTo(Map.of(Database.DRIVESTAT, true, Database.ENSTOREDB, true));
    }
  }

  @Test
  void oneThatIsAway_isNamed_andCostsNoOtherItsAnswers() throws Exception {
    String standby = "127.0.0.1:" + pair.standbyPort();
    try (SeriesEngine engine = engine("127.0.0.1:1", standby)) {
      Health health = engine.health();

      assertThat(health.ok()).isTrue();
      assertThat(health.sentence())
          .startsWith("Connected to standby")
          .contains("drivestat: 127.0.0.1:1 (drivestat) refuses the connection");
      assertThat(health.others())
          .isEqualTo(Map.of(Database.DRIVESTAT, false, Database.ENSTOREDB, true));
      assertThatThrownBy(() -> answer(engine, drives()))
          .isInstanceOf(QueryFailure.class)
          .hasMessageContaining("127.0.0.1:1 (drivestat) refuses the connection")
          .hasMessageContaining("Enstore's drivestat database usually has 8802");
      assertThat(answer(engine, transfers()).notices()).isEmpty();
      assertThat(engine.lastState(Database.ACCOUNTING)).isPresent();
      assertThat(engine.lastState(Database.DRIVESTAT)).isEmpty();
    }
  }

  @Test
  void aPrimary_isRefused_withTheSettingOfItsDatabase() {
    try (SeriesEngine engine =
        engine("127.0.0.1:" + pair.primaryPort(), "127.0.0.1:" + pair.standbyPort())) {
      assertThat(engine.health().sentence())
          .contains("drivestat: 127.0.0.1:" + pair.primaryPort() + " is a primary")
          .contains("switch on drivestatAllowPrimary.");
      assertThatThrownBy(() -> answer(engine, drives()))
          .hasMessageContaining("switch on drivestatAllowPrimary.");
    }
  }

  @Test
  void aMissingRight_isToldWithItsGrant_andTakesOnlyItsOwnPanels() throws Exception {
    String standby = "127.0.0.1:" + pair.standbyPort();
    try (Connection primary = pair.connectToPrimary(ReplicatedPair.DRIVESTAT, Role.SUPERUSER);
        Statement statement = primary.createStatement();
        SeriesEngine engine = engine(standby, standby)) {
      assertThat(answer(engine, drives()).notices()).isEmpty();
      statement.execute("REVOKE SELECT ON TABLE status FROM enstore_reader");
      try {
        pair.awaitReplay(Duration.ofMinutes(1));
        Health health = engine.health();

        assertThat(health.ok()).isTrue();
        assertThat(health.others()).containsEntry(Database.DRIVESTAT, false);
        assertThat(health.advice())
            .anyMatch(
                line ->
                    line.startsWith("drivestat: ")
                        && line.endsWith("GRANT SELECT ON TABLE status TO enstore_reader;"));
        assertThatThrownBy(() -> answer(engine, drives()))
            .hasMessageContaining("GRANT SELECT ON TABLE status");
        assertThat(answer(engine, transfers()).notices()).isEmpty();
      } finally {
        statement.execute("GRANT SELECT ON TABLE status TO enstore_reader");
        pair.awaitReplay(Duration.ofMinutes(1));
      }
    }
  }

  private static SeriesAnswer answer(SeriesEngine engine, SeriesQuery query) {
    return engine.answer(query, Demand.FRESH, new Cancellation(), Room.UNBOUNDED);
  }

  private static SeriesEngine engine(String drivestat, String enstoredb) {
    Map<String, Object> json = new HashMap<>();
    json.put("hosts", "127.0.0.1:" + pair.standbyPort());
    json.put("siteTimeZone", "America/Chicago");
    json.put("drivestatHosts", drivestat);
    json.put("enstoredbHosts", enstoredb);
    SourceSettings settings =
        SourceSettingsLoader.load(
            new RawSettings(
                "", Role.READER.user(), "", json, Map.of("password", pair.password(Role.READER))));
    return Backend.engine(new SourceId("test", "several"), settings, Optional.empty());
  }

  private static SeriesQuery transfers() {
    return query(Transfers.DATASET);
  }

  private static SeriesQuery drives() {
    return query(DriveStatus.DATASET);
  }

  private static SeriesQuery query(Dataset dataset) {
    Instant now = Instant.now();
    return new SeriesQuery(
        dataset,
        dataset.measures().get(0),
        new TimeRange(now.minus(Duration.ofDays(2)), now),
        Optional.of(Duration.ofHours(1)),
        Duration.ZERO,
        100,
        List.of(),
        List.of(),
        Map.of(),
        false,
        ByteUnit.BYTES,
        GapPolicy.ZERO,
        SourceChoice.RAW,
        Arrangement.PLAIN);
  }
}
