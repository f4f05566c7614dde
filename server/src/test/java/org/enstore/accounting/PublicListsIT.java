package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.GetReplicationRequest;
import org.enstore.accounting.proto.v1.ListReconciliationRequest;
import org.enstore.accounting.proto.v1.ListReconciliationResponse;
import org.enstore.accounting.proto.v1.ReconciliationRow;
import org.enstore.accounting.proto.v1.ReplicationHost;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reconciliation and replication as the public API tells of them, against SQL on the standby. */
class PublicListsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private static Path folder;

  private static ReplicatedPair pair;
  private static Daemon daemon;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    pair = TestPairs.holding(QuirkFixture.chicago());
    Path file =
        Files.writeString(
            folder.resolve("daemon.yaml"),
            """
            listen: 127.0.0.1:0
            monitor: ""
            accessLog: none
            dataSources:
              - name: fnal
                hosts: 127.0.0.1:%s
                siteTimeZone: America/Chicago
            """
                .formatted(pair.standbyPort()));
    daemon =
        new Daemon(
            ServeFile.read(
                file, Map.of("ENSTORE_ACCOUNTING_FNAL_PASSWORD", pair.password(Role.READER))),
            ProcessSettings.DEFAULT,
            folder);
    daemon.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", daemon.port()).usePlaintext().build();
  }

  @AfterAll
  static void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (daemon != null) {
      daemon.close();
    }
    if (pair != null) {
      pair.close();
    }
  }

  private static AccountingServiceGrpc.AccountingServiceBlockingStub stub() {
    return AccountingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  // ---- reconciliation -------------------------------------------------------------------------

  @Test
  void everyDayAndMover_isWhatSqlSays() throws Exception {
    List<ReconciliationRow> all =
        rows(request("2025-03-07", "2025-03-11").setIncludeEqual(true).setPageSize(7).build());

    assertThat(facts(all)).isEqualTo(sql("2025-03-07", "2025-03-11", "TRUE"));
    assertThat(all.size()).isGreaterThan(7);
    assertThat(all)
        .filteredOn(ReconciliationRow::hasSummaryReadBytes)
        .filteredOn(row -> row.getSummaryReadBytes() == row.getRawReadBytes())
        .filteredOn(row -> row.getSummaryWrittenBytes() == row.getRawWrittenBytes())
        .allSatisfy(row -> assertThat(row.getRemark()).isEmpty());
  }

  @Test
  void differencesAlone_areWhatSqlSays() throws Exception {
    List<ReconciliationRow> differing = rows(request("2025-03-01", "2025-11-04").build());

    assertThat(facts(differing))
        .isNotEmpty()
        .isEqualTo(
            sql(
                "2025-03-01",
                "2025-11-04",
                "(coalesce(s.read, 0), coalesce(s.write, 0))"
                    + " <> (coalesce(x.read, 0), coalesce(x.write, 0))"));
    assertThat(differing).allSatisfy(row -> assertThat(row.getRemark()).isNotEmpty());
    assertThat(differing)
        .extracting(ReconciliationRow::getDay)
        .contains(QuirkFixture.LATE_DAY.toString(), QuirkFixture.FROZEN_DAY.toString());
  }

  @Test
  void filterOnTheMover_narrows() throws Exception {
    List<ReconciliationRow> one =
        rows(
            request("2025-03-01", "2025-11-04")
                .setIncludeEqual(true)
                .setMover(SeriesQuery.Filter.newBuilder().addInclude("TFF2L9_001.mover"))
                .build());

    assertThat(facts(one))
        .isNotEmpty()
        .isEqualTo(sql("2025-03-01", "2025-11-04", "mover = 'TFF2L9_001'"));
  }

  @Test
  void daysBeyondTheMost_areLeftOut_andItIsSaid() {
    ListReconciliationResponse answer =
        stub().listReconciliation(request("2024-03-01", "2025-11-04").build());

    assertThat(answer.getNoticesList())
        .anySatisfy(notice -> assertThat(notice.getText()).contains("400"));
  }

  private static ListReconciliationRequest.Builder request(String first, String last) {
    return ListReconciliationRequest.newBuilder()
        .setDataSource("fnal")
        .setStartTime(midnight(LocalDate.parse(first)))
        .setEndTime(midnight(LocalDate.parse(last).plusDays(1)));
  }

  private static Timestamp midnight(LocalDate day) {
    return Timestamp.newBuilder()
        .setSeconds(day.atStartOfDay(QuirkFixture.CHICAGO).toEpochSecond())
        .build();
  }

  /** The rows of all pages. */
  private static List<ReconciliationRow> rows(ListReconciliationRequest request) {
    List<ReconciliationRow> rows = new ArrayList<>();
    String token = "";
    do {
      ListReconciliationResponse page =
          stub().listReconciliation(request.toBuilder().setPageToken(token).build());
      rows.addAll(page.getRowsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return rows;
  }

  private static List<String> facts(List<ReconciliationRow> rows) {
    return rows.stream()
        .map(
            row ->
                "%s %s %s %s %s %s"
                    .formatted(
                        row.getDay(),
                        row.getMover(),
                        row.hasSummaryReadBytes() ? row.getSummaryReadBytes() : null,
                        row.hasSummaryWrittenBytes() ? row.getSummaryWrittenBytes() : null,
                        row.hasRawReadBytes() ? row.getRawReadBytes() : null,
                        row.hasRawWrittenBytes() ? row.getRawWrittenBytes() : null))
        .sorted()
        .toList();
  }

  private static List<String> sql(String first, String last, String condition) throws SQLException {
    List<String> facts = new ArrayList<>();
    try (Connection standby = pair.connectToStandby(Role.READER);
        PreparedStatement statement =
            standby.prepareStatement(
                """
                SELECT day, mover, s.read, s.write, x.read, x.write
                FROM (SELECT date AS day, mover, read, write FROM xfer_by_day_by_mover) AS s
                FULL JOIN (
                  SELECT "date"::date AS day, rtrim(mover, '.mover') AS mover,
                         coalesce(sum(size) FILTER (WHERE rw = 'r'), 0)::bigint AS read,
                         coalesce(sum(size) FILTER (WHERE rw = 'w'), 0)::bigint AS write
                  FROM encp_xfer GROUP BY 1, 2) AS x
                USING (day, mover)
                WHERE day BETWEEN ?::date AND ?::date AND %s
                """
                    .formatted(condition))) {
      statement.setString(1, first);
      statement.setString(2, last);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          facts.add(
              "%s %s %s %s %s %s"
                  .formatted(
                      row.getString(1),
                      row.getString(2),
                      row.getObject(3),
                      row.getObject(4),
                      row.getObject(5),
                      row.getObject(6)));
        }
      }
    }
    facts.sort(null);
    return facts;
  }

  // ---- replication ----------------------------------------------------------------------------

  @Test
  void replication_isWhatTheStandbySays_streamingAndPaused() throws Exception {
    ReplicationHost streaming = await(ReplicationHost.State.STATE_STREAMING);
    assertThat(streaming.getHost()).isEqualTo("127.0.0.1:" + pair.standbyPort());
    assertThat(streaming.getRole()).isEqualTo(ReplicationHost.Role.ROLE_STANDBY);
    assertThat(streaming.getChosen()).isTrue();
    assertThat(streaming.getVersion()).isEqualTo(one("SHOW server_version").split(" ", -1)[0]);
    assertThat(streaming.getLag().getSeconds()).isZero();
    assertThat(streaming.getLagBytes()).isZero();

    pair.pauseReplay();
    try {
      QuirkFixture.chicago().addLate(pair.owner(), new Random(1), 50, QuirkFixture.CHICAGO_NOW);
      long limit = System.nanoTime() + PATIENCE.toNanos();
      ReplicationHost paused;
      String behind;
      do {
        // Both sides of the look must see the same, or the log has moved in between.
        behind = behind();
        paused = await(ReplicationHost.State.STATE_PAUSED);
      } while ((!behind.equals(String.valueOf(paused.getLagBytes())) || !behind.equals(behind()))
          && System.nanoTime() < limit);
      assertThat(String.valueOf(paused.getLagBytes())).isEqualTo(behind);
      assertThat(paused.getLagBytes()).isPositive();
      assertThat(paused.hasLag()).isTrue();
    } finally {
      pair.resumeReplay();
    }
  }

  private static String behind() throws SQLException {
    return one("SELECT pg_last_wal_receive_lsn() - pg_last_wal_replay_lsn()");
  }

  private static ReplicationHost await(ReplicationHost.State state) throws InterruptedException {
    long limit = System.nanoTime() + PATIENCE.toNanos();
    ReplicationHost host;
    do {
      Thread.sleep(100);
      List<ReplicationHost> hosts =
          stub()
              .getReplication(GetReplicationRequest.newBuilder().setDataSource("fnal").build())
              .getHostsList();
      assertThat(hosts).hasSize(1);
      host = hosts.get(0);
    } while (host.getState() != state && System.nanoTime() < limit);
    assertThat(host.getState()).isEqualTo(state);
    return host;
  }

  private static String one(String sql) throws SQLException {
    try (Connection standby = pair.connectToStandby(Role.READER);
        Statement statement = standby.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
