package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneId;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.config.TlsSettings.Mode;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.TestAuthority;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted connections to servers whose certificate a private authority issued. */
final class TlsIT {
  private static final Secret NONE = new Secret("");
  private static final String SERVER = "db.example.org";

  @TempDir private static Path folder;
  private static TestAuthority authority;
  private static TestAuthority stranger;
  private static TestAuthority.Identity client;
  private static SharedPair offering;
  private static SharedPair demanding;

  @BeforeAll
  static void start() throws Exception {
    authority = new TestAuthority(Files.createDirectory(folder.resolve("own")), "Site CA");
    stranger = new TestAuthority(Files.createDirectory(folder.resolve("other")), "Other CA");
    TestAuthority.Identity server = authority.issue(SERVER, "RSA");
    client = authority.issue("reader.example.org", "EC");
    offering =
        start(new ReplicatedPair.Tls(server.certificateFile(), server.keyFile(), null, true));
    demanding =
        start(
            new ReplicatedPair.Tls(
                server.certificateFile(), server.keyFile(), authority.certificateFile(), true));
  }

  @AfterAll
  static void stop() {
    offering.pair().close();
    demanding.pair().close();
  }

  @Test
  void require_encryptsWithoutChecking() throws Exception {
    assertThat(failure(offering, tls(Mode.REQUIRE, "", NONE))).isNull();
  }

  @Test
  void verifyCa_trustsTheGivenAuthority() throws Exception {
    assertThat(failure(offering, tls(Mode.VERIFY_CA, "", authority.certificate()))).isNull();
  }

  @Test
  void verifyCa_strangersCertificateIsRefused() throws Exception {
    QueryFailure failure = failure(offering, tls(Mode.VERIFY_CA, "", stranger.certificate()));

    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    assertThat(failure.sentence()).contains("not trusted").contains("tlsCaCert");
  }

  @Test
  void verifyCa_withoutAuthorityTrustsTheRuntimesOwn() throws Exception {
    QueryFailure failure = failure(offering, tls(Mode.VERIFY_CA, "", NONE));

    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    assertThat(failure.sentence()).contains("Set tlsCaCert");
  }

  @Test
  void verifyFull_nameOfTheSettingsWins() throws Exception {
    assertThat(failure(offering, tls(Mode.VERIFY_FULL, SERVER, authority.certificate()))).isNull();
  }

  @Test
  void verifyFull_otherNameIsRefused() throws Exception {
    QueryFailure failure = failure(offering, tls(Mode.VERIFY_FULL, "", authority.certificate()));

    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    assertThat(failure.sentence()).contains("not made out to").contains("tlsServerName");
  }

  @Test
  void disable_serverThatDemandsTls() throws Exception {
    QueryFailure failure = failure(offering, tls(Mode.DISABLE, "", NONE));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
    assertThat(failure.sentence()).contains("pg_hba.conf").contains("set tlsMode");
  }

  @Test
  void require_serverWithoutTls() throws Exception {
    QueryFailure failure = failure(SharedPair.get(), tls(Mode.REQUIRE, "", NONE));

    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    assertThat(failure.sentence()).contains("does not offer TLS");
  }

  @Test
  void clientCertificate_isShown() throws Exception {
    TlsSettings with =
        new TlsSettings(
            Mode.VERIFY_CA, "", authority.certificate(), client.certificate(), client.key());

    assertThat(failure(demanding, with)).isNull();
  }

  @Test
  void clientCertificate_missing() throws Exception {
    QueryFailure failure = failure(demanding, tls(Mode.VERIFY_CA, "", authority.certificate()));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
    assertThat(failure.sentence()).contains("tlsClientCert");
  }

  @Test
  void clientCertificate_ofAStranger() throws Exception {
    TestAuthority.Identity other = stranger.issue("reader.example.org", "RSA");
    QueryFailure failure =
        failure(
            demanding,
            new TlsSettings(
                Mode.VERIFY_CA, "", authority.certificate(), other.certificate(), other.key()));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
    assertThat(failure.sentence()).contains("authority that the server trusts");
  }

  @Test
  void clientKey_unusable_isSaidBeforeAnythingElse() throws Exception {
    QueryFailure failure =
        failure(
            offering,
            new TlsSettings(
                Mode.REQUIRE, "", NONE, client.certificate(), new Secret("not a key at all")));

    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    assertThat(failure.sentence())
        .startsWith("tlsClientKey holds no private key")
        .contains("openssl pkcs8")
        .doesNotContain("not a key at all");
  }

  @Test
  void certificate_expired() throws Exception {
    TestAuthority.Identity old =
        authority.issue("old.example.org", "RSA", "-startdate", "-20d", "-validity", "10");
    SharedPair pair =
        start(new ReplicatedPair.Tls(old.certificateFile(), old.keyFile(), null, false));
    try {
      QueryFailure failure = failure(pair, tls(Mode.VERIFY_CA, "", authority.certificate()));

      assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
      assertThat(failure.sentence()).contains("not valid today");
    } finally {
      pair.pair().close();
    }
  }

  private static SharedPair start(ReplicatedPair.Tls tls) throws Exception {
    SharedPair pair = new SharedPair(TestPairs.builder().tls(tls).start());
    pair.createDatabase("encrypted");
    return pair;
  }

  private static TlsSettings tls(Mode mode, String serverName, Secret ca) {
    return new TlsSettings(mode, serverName, ca, NONE, NONE);
  }

  /** The failure of asking with these settings, null for none. */
  private static QueryFailure failure(SharedPair pair, TlsSettings tls) throws SQLException {
    SourceSettings plain = pair.settings("encrypted", ZoneId.of("UTC"));
    SourceSettings settings =
        new SourceSettings(
            plain.hosts(),
            plain.database(),
            plain.user(),
            plain.password(),
            tls,
            plain.siteTimeZone(),
            true,
            false,
            plain.connections(),
            plain.freshness(),
            plain.limits());
    try (StandbyTransferSource source =
        new StandbyTransferSource(settings, InstantSource.system(), "tls", "test/1")) {
      return catchThrowableOfType(QueryFailure.class, () -> source.state(new Cancellation()));
    }
  }
}
