package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class SqlFailuresTest {
  private static final HostPort HOST = new HostPort("db.example.org", 8800);
  private static final String SECRET = "s3cret-w0rd";
  private final SqlFailures failures = new SqlFailures(settings(SECRET));

  @Test
  void state_hasItsKind() {
    Map<String, FailureKind> kinds =
        Map.ofEntries(
            Map.entry("28P01", FailureKind.UNAUTHENTICATED),
            Map.entry("28000", FailureKind.UNAUTHENTICATED),
            Map.entry("3D000", FailureKind.NOT_CONFIGURED),
            Map.entry("42501", FailureKind.ACCESS_DENIED),
            Map.entry("42P01", FailureKind.SCHEMA_MISMATCH),
            Map.entry("42703", FailureKind.SCHEMA_MISMATCH),
            Map.entry("42883", FailureKind.SCHEMA_MISMATCH),
            Map.entry("40001", FailureKind.RECOVERY_CONFLICT),
            Map.entry("40P01", FailureKind.RECOVERY_CONFLICT),
            Map.entry("57014", FailureKind.TIMEOUT),
            Map.entry("57P01", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("57P03", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("53300", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("53200", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("58030", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("XX001", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("08006", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("08P01", FailureKind.STANDBY_UNAVAILABLE),
            Map.entry("22003", FailureKind.TOO_LARGE),
            Map.entry("42601", FailureKind.BUG));

    kinds.forEach(
        (state, kind) -> {
          QueryFailure failure =
              failures.of(new SQLException("text of the server", state), HOST, "testing");
          assertThat(failure.kind()).as(state).isEqualTo(kind);
          assertThat(failure.sentence())
              .as(state)
              .startsWith("db.example.org:8800 ")
              .endsWith(".")
              .doesNotContain("text of the server")
              .doesNotContain(SECRET);
        });
  }

  @Test
  void cause_saysWhyThereIsNoConnection() {
    assertThat(connecting(new UnknownHostException("db"))).contains("no address is known");
    assertThat(connecting(new ConnectException("refused"))).contains("nothing listens");
    assertThat(connecting(new NoRouteToHostException("no"))).contains("cannot be reached");
    assertThat(connecting(new SocketTimeoutException("late"))).contains("within 5 s");
  }

  @Test
  void certificate_saysWhatIsWrongWithIt() {
    assertThat(handshake(new CertificateExpiredException("x"))).contains("not valid today");
    assertThat(handshake(new CertPathBuilderException("x"))).contains("not trusted");
    assertThat(handshake(new CertificateException("No name matching db found")))
        .contains("not made out to");
    assertThat(
            failures
                .of(
                    new SQLException(
                        "ssl",
                        "08006",
                        new SSLHandshakeException("Received fatal alert: certificate_required")),
                    HOST,
                    "testing")
                .sentence())
        .contains("client certificate");
    assertThat(
            failures
                .of(
                    new SQLException(
                        "ssl",
                        "08006",
                        new SSLHandshakeException("Received fatal alert: protocol_version")),
                    HOST,
                    "testing")
                .sentence())
        .contains("TLS 1.2");
  }

  @Test
  void rejectedByTheDriver_dependsOnWhatIsSet() {
    SQLException noTls = new SQLException("The server does not support SSL.", "08004");
    SQLException noPassword =
        new SQLException("The server requested a password, but none was given.", "08004");

    assertThat(failures.of(noTls, HOST, "testing").sentence()).contains("does not offer TLS");
    assertThat(new SqlFailures(settings("")).of(noPassword, HOST, "testing").sentence())
        .contains("none is set");
    assertThat(failures.of(noPassword, HOST, "testing").kind())
        .isEqualTo(FailureKind.NOT_CONFIGURED);
  }

  @Test
  void ownFailure_isKept_howeverDeep() {
    QueryFailure own = new QueryFailure(FailureKind.NOT_CONFIGURED, "tlsCaCert is empty.");
    SQLException wrapped =
        new SQLException("could not be instantiated", "08006", new RuntimeException(own));

    assertThat(failures.of(wrapped, HOST, "testing")).isSameAs(own);
  }

  @Test
  void stateThatIsNotExpected_isToldInTheServersWords_withoutValues() {
    assertThat(serverSays("0A000", "x", "cannot use serializable mode in a hot standby").sentence())
        .isEqualTo(
            "db.example.org:8800 answered with an error while testing: cannot use serializable mode"
                + " in a hot standby (SQLSTATE 0A000). Its log has the statement.");
    assertThat(
            serverSays("22P02", "x", "invalid input syntax for integer: \"a \"secret\"\"").kind())
        .isEqualTo(FailureKind.DATABASE_ERROR);
    for (String message :
        List.of(
            "invalid input syntax for integer: \"a \"secret\"\"",
            "value \"secret\" is out of range",
            "Wert »secret« ist falsch: „secret“",
            "valeur « secret »",
            "bad value 4711secret",
            "byte sequence: 0x5e 0xc2\nsecret")) {
      assertThat(serverSays("22P02", "x", message).sentence())
          .as(message)
          .doesNotContain("secret", "4711", "0xc2", "\n");
    }
  }

  @Test
  void connectionsThatRanOut_areTheServersOrTheRolesOrTheDatabases_inEveryLanguage() {
    assertThat(serverSays("53300", "InitProcess", "tut mir leid").sentence())
        .contains("max_connections");
    assertThat(serverSays("53300", "InitializeSessionUserId", "zu viele").sentence())
        .contains("ALTER ROLE enstore_reader CONNECTION LIMIT", "poolSize")
        .doesNotContain("max_connections");
    assertThat(serverSays("53300", "CheckMyDatabase", "zu viele").sentence())
        .contains("ALTER DATABASE accounting CONNECTION LIMIT", "poolSize")
        .doesNotContain("max_connections");
  }

  @Test
  void protocolErrorThatAServerTells_isAPoolers() {
    assertThat(serverSays("08P01", "", "query_wait_timeout").sentence())
        .contains("pooler", "query_wait_timeout");
  }

  private QueryFailure serverSays(String state, String routine, String message) {
    ServerErrorMessage said =
        new ServerErrorMessage("SERROR\0C" + state + "\0M" + message + "\0R" + routine + "\0");
    return failures.of(new PSQLException(said, false), HOST, "testing");
  }

  @Test
  void unexpected_isABug_thatNamesItsOrigin() {
    QueryFailure failure = failures.of(new IllegalStateException(SECRET), HOST, "testing");

    assertThat(failure.kind()).isEqualTo(FailureKind.BUG);
    assertThat(failure.sentence()).contains("IllegalStateException").doesNotContain(SECRET);
  }

  private String connecting(Exception cause) {
    return failures.of(new SQLException("failed", "08001", cause), HOST, "testing").sentence();
  }

  private String handshake(Exception cause) {
    SSLHandshakeException handshake = new SSLHandshakeException("PKIX");
    handshake.initCause(cause);
    QueryFailure failure =
        failures.of(new SQLException("ssl", "08006", handshake), HOST, "testing");
    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
    return failure.sentence();
  }

  private static SourceSettings settings(String password) {
    Secret none = new Secret("");
    return new SourceSettings(
        List.of(HOST),
        "accounting",
        "enstore_reader",
        new Secret(password),
        new TlsSettings(TlsSettings.Mode.VERIFY_FULL, "", none, none, none),
        ZoneId.of("UTC"),
        true,
        false,
        SourceSettings.Connections.DEFAULT,
        SourceSettings.Freshness.DEFAULT,
        SourceSettings.Limits.DEFAULT);
  }
}
