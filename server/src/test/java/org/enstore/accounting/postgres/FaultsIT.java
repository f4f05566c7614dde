package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.enstore.accounting.postgres.Asking.assertSaid;
import static org.enstore.accounting.postgres.Asking.failure;
import static org.enstore.accounting.postgres.Asking.read;
import static org.enstore.accounting.postgres.Asking.source;
import static org.enstore.accounting.postgres.OtherSettings.allowingPrimary;
import static org.enstore.accounting.postgres.OtherSettings.withHosts;
import static org.enstore.accounting.postgres.OtherSettings.withPassword;
import static org.enstore.accounting.postgres.OtherSettings.withTimeouts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Shape;
import org.enstore.accounting.series.SourceState;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What keeps this program from reading a standby, and what is said about it. */
final class FaultsIT {
  private static final String DATABASE = "faults";
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createOfOneTransfer(DATABASE);
  }

  // ---- who may be read ------------------------------------------------------------------------

  @Test
  void primary_isRefused() throws Exception {
    QueryFailure failure = failure(at(pair.primaryAddress()));

    assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
    assertThat(failure.sentence())
        .startsWith(pair.primaryAddress() + " is a primary")
        .contains("allowPrimary");
  }

  @Test
  void primary_isReadWhereAllowed() throws Exception {
    SourceSettings allowing = allowingPrimary(at(pair.primaryAddress()));

    try (StandbyTransferSource source = source(allowing)) {
      assertThat(read(source)).isEqualTo(7);
      assertThat(source.state(new Cancellation()).standby()).isFalse();
    }
  }

  @Test
  void standby_isFoundBehindPrimaryAndDeadHost() throws Exception {
    try (StandbyTransferSource source =
        source(at(closedPort(), pair.primaryAddress(), pair.standbyAddress()))) {
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

    assertSaid(failure, FailureKind.UNAUTHENTICATED, "password of user enstore_reader");
    assertThat(failure.sentence()).doesNotContain("not-the-password");
  }

  @Test
  void password_missing() throws Exception {
    QueryFailure failure = failure(withPassword(pair.settings(DATABASE, ZoneId.of("UTC")), ""));

    assertSaid(failure, FailureKind.UNAUTHENTICATED, "none is set");
  }

  @Test
  void database_missing() throws Exception {
    QueryFailure failure = failure(pair.settings("no_such_database", ZoneId.of("UTC")));

    assertSaid(failure, FailureKind.NOT_CONFIGURED, "no database no_such_database");
  }

  @Test
  void host_refusesConnections() throws Exception {
    Instant start = Instant.now();
    QueryFailure failure = failure(at(closedPort()));

    assertSaid(failure, FailureKind.STANDBY_UNAVAILABLE, "nothing listens there");
    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void host_unknown() throws Exception {
    QueryFailure failure = failure(at(new HostPort("no-such-host.invalid", 8800)));

    assertThat(failure.sentence()).contains("no address is known");
  }

  @Test
  void host_neverAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      QueryFailure failure =
          failure(
              withTimeouts(
                  at(new HostPort("127.0.0.1", silent.getLocalPort())),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(30)));

      assertSaid(failure, FailureKind.STANDBY_UNAVAILABLE, "did not answer within 1 s");
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

      QueryFailure failure = failure(at(new HostPort("127.0.0.1", other.getLocalPort())));

      assertSaid(failure, FailureKind.STANDBY_UNAVAILABLE, "Check the port");
    }
  }

  // ---- tables and rights ----------------------------------------------------------------------

  @Test
  void right_missing_namesTheGrant() throws Exception {
    pair.execute(DATABASE, "REVOKE SELECT ON encp_xfer FROM enstore_reader");
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      QueryFailure failure = failure(source);
      assertSaid(
          failure, FailureKind.ACCESS_DENIED, "GRANT SELECT ON TABLE encp_xfer TO enstore_reader;");

      SourceState state = source.state(new Cancellation());
      assertThat(state.of(Transfers.FACTS).isReadable()).isFalse();
      assertThat(state.of(Transfers.SUMMARY).isReadable()).isTrue();
      assertThat(state.of(Transfers.SUMMARY).lastDay()).contains(LocalDate.parse("2024-05-01"));

      pair.execute(DATABASE, "GRANT SELECT ON encp_xfer TO enstore_reader");
      assertThat(read(source)).isEqualTo(7);
      assertThat(source.state(new Cancellation()).of(Transfers.FACTS).isReadable()).isTrue();
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
      assertThat(source.state(new Cancellation()).of(Transfers.FACTS).isReadable()).isFalse();
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
                          Transfers.FACTS,
                          Grain.DAY,
                          Shape.of(List.of(Dimensions.LIBRARY), List.of(TransferQuantities.BYTES)),
                          LocalDate.parse("2024-05-01"),
                          LocalDate.parse("2024-05-02")),
                      (epochSecond, key, sums) -> {},
                      new Cancellation()));
      assertSaid(
          failure,
          FailureKind.SCHEMA_MISMATCH,
          "encp_xfer has no column library",
          pair.standbyAddress().toString());
    }
  }

  @Test
  void tables_missing() throws Exception {
    pair.createDatabase("other_database");
    pair.execute("other_database", "DROP TABLE encp_xfer; DROP TABLE xfer_by_day_by_mover");
    try (StandbyTransferSource source = source(pair.settings("other_database", ZoneId.of("UTC")))) {
      QueryFailure failure = failure(source);
      assertSaid(failure, FailureKind.SCHEMA_MISMATCH, "there is no table encp_xfer");

      SourceState state = source.state(new Cancellation());
      assertThat(state.of(Transfers.FACTS).isReadable()).isFalse();
      assertThat(state.of(Transfers.SUMMARY).isReadable()).isFalse();
    }
  }

  // ---- helpers --------------------------------------------------------------------------------

  private static SourceSettings at(HostPort... hosts) {
    return withHosts(pair.settings(DATABASE, ZoneId.of("UTC")), hosts);
  }

  private static HostPort closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new HostPort("127.0.0.1", socket.getLocalPort());
    }
  }
}
