package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Drives;
import org.enstore.accounting.catalog.RowColumn;
import org.enstore.accounting.catalog.RowTable;
import org.enstore.accounting.catalog.Tapes;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.Site;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.postgres.StandbyTransferSource;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Filter;
import org.enstore.accounting.series.Notice;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.RowsAnswer;
import org.enstore.accounting.series.RowsQuery;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whether rows of tables equal what SQL says, on the demo's databases. */
class TablesIT {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2026-03-20T18:00:00Z");

  private static final String TAPES =
      """
      select label, library, media_type, storage_group, file_family,
          100.0 * (capacity_bytes - remaining_bytes) / nullif(capacity_bytes, 0),
          capacity_bytes, remaining_bytes, active_bytes, deleted_bytes, sum_mounts,
          case when last_access > '1970-01-02' then last_access end,
          system_inhibit_0, system_inhibit_1, write_protected
        from volume where label not like '%.deleted' and media_type <> 'null'
      """;

  private static final String DRIVES =
      """
      select distinct on (logical_drive_name) logical_drive_name,
          regexp_replace(mover_name, '[.]mover$', ''), drive_sn, product_type, drive_vendor,
          firmware_version, host, "time"
        from status
        where "time" between timestamp '2026-03-20 13:00' - interval '92 days'
          and '2026-03-20 13:02'
        order by logical_drive_name, "time" desc
      """;

  private static ReplicatedPair pair;
  private static SeriesEngine engine;

  @BeforeAll
  static void fill() throws Exception {
    pair =
        TestPairs.telling(
            Site.usual(CHICAGO, NOW).withYears(1).withMovers(24).withTransfersPerDay(120));
    execute(
        Database.ENSTOREDB,
        """
        insert into volume (label, media_type, library) values ('VR0001.deleted', 'LTO8', 'x'),
          ('NULL01', 'null', 'x'), ('VR0002', 'LTO8', null)
        """);
    execute(
        Database.DRIVESTAT,
        """
        insert into status (logical_drive_name, "time", drive_sn) values
          ('AHEAD', '2027-01-01', 'later'), ('AHEAD', '2026-03-01', 'now'),
          ('AHEAD', '2026-02-01', 'before'), ('GONE', '2025-12-01', 'gone'),
          ('NEVER', 'infinity', 'never')
        """);
    engine = engine(Database.values());
  }

  @AfterAll
  static void stop() {
    engine.close();
    pair.close();
  }

  private static void execute(Database database, String sql) throws Exception {
    try (Connection owner = pair.connectToPrimary(database.id(), Role.SUPERUSER);
        Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
    pair.awaitReplay(Duration.ofMinutes(1));
  }

  private static SeriesEngine engine(Database... databases) {
    String host = "127.0.0.1:" + pair.standbyPort();
    Map<String, Object> json = new HashMap<>(Map.of("siteTimeZone", CHICAGO.getId()));
    for (Database database : databases) {
      if (database != Database.ACCOUNTING) {
        json.put(database.id() + "Hosts", host);
      }
    }
    SourceSettings settings =
        SourceSettingsLoader.load(
            new RawSettings(
                host,
                Role.READER.user(),
                Database.ACCOUNTING.id(),
                json,
                Map.of("password", pair.password(Role.READER))));
    Map<Database, SeriesEngine.Part> parts = new EnumMap<>(Database.class);
    for (Database database : databases) {
      parts.put(
          database,
          new SeriesEngine.Part(
              new StandbyTransferSource(
                  settings.of(database).orElseThrow(), () -> NOW, database.id(), "test"),
              Executors.newFixedThreadPool(2)));
    }
    return new SeriesEngine(parts, settings, () -> NOW, Optional.empty());
  }

  private static RowsAnswer ask(RowsQuery query) {
    return engine.rows(query, Demand.USUAL, new Cancellation());
  }

  private static RowsQuery all(RowTable table) {
    return new RowsQuery(table, Map.of(), table.key(), false, RowsQuery.MOST_ROWS);
  }

  @Test
  void tapes_equalSql() throws Exception {
    assertSame(ask(all(Tapes.TABLE)), sql(Database.ENSTOREDB, Tapes.TABLE, TAPES));
  }

  @Test
  void drives_equalSql() throws Exception {
    RowsAnswer answer = ask(all(Drives.TABLE));

    assertSame(answer, sql(Database.DRIVESTAT, Drives.TABLE, DRIVES));
    assertThat(answer.rows()).anySatisfy(row -> assertThat(row).startsWith("AHEAD", null, "now"));
  }

  @Test
  void filters_sortAndLimit_equalSql() throws Exception {
    List<List<@Nullable Object>> expected =
        sql(
            Database.ENSTOREDB,
            Tapes.TABLE,
            TAPES
                + " and storage_group <> 'none' and library ~ 'L' and write_protected <> 'y'"
                + " order by remaining_bytes desc nulls last, label limit 7");
    RowsAnswer answer =
        ask(
            new RowsQuery(
                Tapes.TABLE,
                Map.of(
                    Tapes.STORAGE_GROUP,
                    new Filter(List.of(), List.of("none", ""), Optional.empty(), Optional.empty()),
                    Tapes.LIBRARY,
                    new Filter(List.of(), List.of(), Optional.of("L"), Optional.empty()),
                    Tapes.WRITE_PROTECTED,
                    Filter.including(List.of("n", "u"))),
                Tapes.REMAINING,
                true,
                7));

    assertThat(expected).hasSize(7);
    assertThat(keys(answer.rows())).isEqualTo(keys(expected));
    assertSame(answer, expected);
    assertThat(answer.matching()).isGreaterThan(7);
    assertThat(answer.notices())
        .extracting(Notice::text)
        .singleElement()
        .asString()
        .startsWith("The first 7 of ")
        .endsWith(" tapes, sorted by remaining. Filter, or raise rows.");
  }

  @Test
  void missingValues_comeLast_eitherWay() {
    for (boolean descending : List.of(false, true)) {
      List<List<@Nullable Object>> rows =
          ask(new RowsQuery(Tapes.TABLE, Map.of(), Tapes.LIBRARY, descending, 1_000)).rows();
      assertThat(rows.get(rows.size() - 1)).startsWith("VR0002", null, "LTO8");
    }
  }

  @Test
  void missingRight_isToldWithTheGrant() throws Exception {
    execute(Database.ENSTOREDB, "revoke select on volume from enstore_reader");
    try (SeriesEngine refused = engine(Database.values())) {
      assertThatThrownBy(() -> refused.rows(all(Tapes.TABLE), Demand.USUAL, new Cancellation()))
          .isInstanceOfSatisfying(
              QueryFailure.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.ACCESS_DENIED))
          .hasMessageContaining("GRANT SELECT ON TABLE volume TO ");
    } finally {
      execute(Database.ENSTOREDB, "grant select on volume to enstore_reader");
    }
  }

  @Test
  void missingDatabase_isToldWithTheSetting() {
    try (SeriesEngine alone = engine(Database.ACCOUNTING)) {
      assertThatThrownBy(() -> alone.rows(all(Drives.TABLE), Demand.USUAL, new Cancellation()))
          .hasMessageContaining(
              "Drives need the database drivestat: set drivestatHosts in the settings");
    }
  }

  private static List<@Nullable Object> keys(List<List<@Nullable Object>> rows) {
    List<@Nullable Object> keys = new ArrayList<>();
    rows.forEach(row -> keys.add(row.get(0)));
    return keys;
  }

  private static void assertSame(RowsAnswer answer, List<List<@Nullable Object>> expected) {
    Map<@Nullable Object, List<@Nullable Object>> byKey = new HashMap<>();
    expected.forEach(row -> byKey.put(row.get(0), row));
    assertThat(byKey).hasSameSizeAs(expected).isNotEmpty();
    assertThat(keys(answer.rows())).containsExactlyInAnyOrderElementsOf(byKey.keySet());
    for (List<@Nullable Object> row : answer.rows()) {
      List<@Nullable Object> truth = Objects.requireNonNull(byKey.get(row.get(0)));
      assertThat(truth).hasSameSizeAs(row);
      for (int i = 0; i < row.size(); i++) {
        String what = row.get(0) + ", " + answer.query().table().columns().get(i);
        if (row.get(i) instanceof Double number && truth.get(i) instanceof Double other) {
          assertThat(number).as(what).isCloseTo(other, within(1e-9));
        } else {
          assertThat(row.get(i)).as(what).isEqualTo(truth.get(i));
        }
      }
    }
  }

  private static List<List<@Nullable Object>> sql(Database database, RowTable table, String select)
      throws Exception {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (Connection standby = pair.connectToStandby(database.id(), Role.READER);
        Statement statement = standby.createStatement();
        ResultSet row = statement.executeQuery(select)) {
      while (row.next()) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
          Object value = row.getObject(i + 1);
          RowColumn.Kind kind = table.columns().get(i).kind();
          values.add(
              value == null
                  ? null
                  : switch (kind) {
                    case TEXT -> row.getString(i + 1);
                    case TIME ->
                        row.getObject(i + 1, LocalDateTime.class).atZone(CHICAGO).toInstant();
                    case BYTES, COUNT -> row.getLong(i + 1);
                    case PERCENT -> row.getDouble(i + 1);
                  });
        }
        rows.add(values);
      }
    }
    return rows;
  }
}
