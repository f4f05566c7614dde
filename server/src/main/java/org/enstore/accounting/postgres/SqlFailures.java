package org.enstore.accounting.postgres;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The one map from what the driver and the server report to what a reader is told. It goes by
 * SQLSTATE and exception type; server messages, which come in the server's own language, are not
 * interpreted. They are repeated, without the values in them, where nothing else is known.
 */
final class SqlFailures {
  private static final Pattern VALUE_AT_THE_END = Pattern.compile(": *[\"'«„“‘0-9].*");
  private static final Pattern QUOTED =
      Pattern.compile("\"[^\"]*\"|'[^']*'|«[^»]*»|»[^«]*«|[„“][^“”]*[“”]|‘[^’]*’");
  private static final Pattern NUMBER = Pattern.compile("\\b\\d[\\p{Alnum}.,:-]*");

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss (VV)", Locale.ROOT);

  /** The most characters of a server's own words. */
  private static final int LONGEST = 300;

  private final SourceSettings settings;

  SqlFailures(SourceSettings settings) {
    this.settings = settings;
  }

  /**
   * The failure that {@code thrown} means when it comes from {@code host}.
   *
   * @param purpose what was being done, to follow "while"
   */
  QueryFailure of(Throwable thrown, HostPort host, String purpose) {
    Optional<QueryFailure> own = find(thrown, QueryFailure.class);
    if (own.isPresent()) {
      return own.get();
    }
    Optional<SQLException> sql = find(thrown, SQLException.class);
    String state = sql.map(SqlFailures::state).orElse("");
    Optional<ServerErrorMessage> server =
        find(thrown, PSQLException.class)
            .flatMap(e -> Optional.ofNullable(e.getServerErrorMessage()));
    Verdict verdict = verdict(thrown, state, server);
    if (verdict == null && server.isPresent()) {
      verdict =
          new Verdict(
              FailureKind.DATABASE_ERROR,
              "answered with an error while %s: %s (SQLSTATE %s). Its log has the statement."
                  .formatted(purpose, withoutValues(server.get()), state));
    }
    if (verdict == null) {
      String origin = state.isEmpty() ? thrown.getClass().getSimpleName() : "SQLSTATE " + state;
      verdict =
          new Verdict(
              FailureKind.BUG,
              "answered with something that this program does not expect (" + origin + ").");
    }
    return new QueryFailure(verdict.kind(), named(host) + " " + verdict.clause(), thrown);
  }

  /** {@code host} in a sentence, with its database where that is not the usual one. */
  private String named(HostPort host) {
    return settings.part() == Database.ACCOUNTING
        ? host.toString()
        : host + " (" + settings.part().id() + ")";
  }

  private @Nullable Verdict verdict(
      Throwable thrown, String state, Optional<ServerErrorMessage> server) {
    if (state.equals("08P01") && server.isPresent()) {
      return unavailable(
          "answers as a connection pooler does: "
              + withoutValues(server.get())
              + ". Name the address of PostgreSQL itself as host, or look at the pooler: its"
              + " pool_mode must be session.");
    }
    if (state.equals("53300")) {
      return tooManyConnections(
          server.flatMap(said -> Optional.ofNullable(said.getRoutine())).orElse(""));
    }
    return state.startsWith("08") ? connection(thrown, state) : server(state);
  }

  /**
   * Who ran out of connections. Three limits have one SQLSTATE; the routine that refused tells them
   * apart in every language.
   */
  private Verdict tooManyConnections(String routine) {
    return switch (routine) {
      case "InitializeSessionUserId" ->
          unavailable(
              "lets user %s have no more connections: its CONNECTION LIMIT is reached. %s, or run on"
                      .formatted(settings.user(), room())
                  + " the primary: ALTER ROLE %s CONNECTION LIMIT -1;"
                      .formatted(Identifiers.quoted(settings.user())));
      case "CheckMyDatabase" ->
          unavailable(
              "lets database %s have no more connections: its CONNECTION LIMIT is reached. %s, or run"
                      .formatted(settings.database(), room())
                  + " on the primary: ALTER DATABASE %s CONNECTION LIMIT -1;"
                      .formatted(Identifiers.quoted(settings.database())));
      default ->
          unavailable(
              "has no free connection. Raise max_connections there, or lower "
                  + settings.key("poolSize")
                  + ".");
    };
  }

  /**
   * How many connections there must be room for: the pool's, the watch's, and one to look first.
   */
  private String room() {
    return "Lower %s (with %s this data source takes up to %s connections)"
        .formatted(
            settings.key("poolSize"),
            settings.connections().poolSize(),
            settings.connections().poolSize() + 2);
  }

  /**
   * What the server says, on one line, of bounded length, and without values: those stand between
   * quotation marks, after a colon, or are numbers.
   */
  private static String withoutValues(ServerErrorMessage message) {
    String text = String.valueOf(message.getMessage()).replaceAll("\\p{Cntrl}+", " ").strip();
    String masked =
        VALUE_AT_THE_END
            .matcher(text)
            .replaceAll(": …")
            .transform(rest -> QUOTED.matcher(rest).replaceAll("…"))
            .transform(rest -> NUMBER.matcher(rest).replaceAll("…"));
    return masked.length() > LONGEST ? masked.substring(0, LONGEST) + "…" : masked;
  }

  /**
   * Whether {@code thrown} means that nothing was heard from the host, for as long as was waited.
   */
  static boolean isSilence(Throwable thrown) {
    return find(thrown, SocketTimeoutException.class).isPresent()
        || find(thrown, SQLException.class)
            .filter(e -> state(e).equals("08001") && e.getCause() == null)
            .isPresent();
  }

  /** The failure of a host that has not answered anything since {@code since}. */
  QueryFailure silence(HostPort host, Instant since) {
    return new QueryFailure(
        FailureKind.STANDBY_UNAVAILABLE,
        "%s has not answered since %s: its server hangs, or the network drops what is sent. Check both; it is asked again every second."
            .formatted(named(host), SECONDS.format(since.atZone(settings.siteTimeZone()))));
  }

  /** Whether, and when, the same question may well succeed on a second try. */
  enum Retry {
    NEVER,
    /** Here or on another host. */
    AFTER_A_PAUSE,
    /** When what was known of the host's tables may have been old. */
    WITH_NEW_FACTS
  }

  /** Whether a question that failed so is worth asking again. */
  static Retry retry(FailureKind kind) {
    return switch (kind) {
      case RECOVERY_CONFLICT, STANDBY_UNAVAILABLE -> Retry.AFTER_A_PAUSE;
      case ACCESS_DENIED, SCHEMA_MISMATCH -> Retry.WITH_NEW_FACTS;
      case BAD_QUERY,
          TOO_LARGE,
          DATABASE_ERROR,
          NOT_CONFIGURED,
          UNAUTHENTICATED,
          TIMEOUT,
          OVERLOADED,
          CANCELLED,
          BUG ->
          Retry.NEVER;
    };
  }

  private @Nullable Verdict server(String state) {
    return switch (state) {
      case "28P01" ->
          new Verdict(
              FailureKind.UNAUTHENTICATED,
              "refuses the password of user "
                  + settings.user()
                  + ", or has no such user. Check the user and the password.");
      case "28000" ->
          new Verdict(
              FailureKind.UNAUTHENTICATED,
              "does not let user "
                  + settings.user()
                  + " in from here. Check that the role exists and may log in, and that"
                  + " pg_hba.conf on that host has a line for it, for database "
                  + settings.database()
                  + " and for this machine's address"
                  + encryptionHint());
      case "3D000" ->
          new Verdict(
              FailureKind.NOT_CONFIGURED,
              "has no database "
                  + settings.database()
                  + ". Enstore's is called "
                  + (settings.part() == Database.ACCOUNTING
                      ? "accounting, at very old sites enstore."
                      : settings.part().id() + "."));
      case "42501" ->
          new Verdict(
              FailureKind.ACCESS_DENIED,
              "does not let user "
                  + settings.user()
                  + " read a table that the query needs. Save & test of the data source names the"
                  + " GRANT to run.");
      case "42P01", "42703", "3F000", "42883", "42804" ->
          new Verdict(
              FailureKind.SCHEMA_MISMATCH,
              "lacks a table, column or function that the query needs (SQLSTATE "
                  + state
                  + "). Save & test of the data source says which; PostgreSQL 10 is the oldest"
                  + " that can be read.");
      case "40001", "40P01" ->
          new Verdict(
              FailureKind.RECOVERY_CONFLICT,
              "cancelled the query twice, because it held up replay from the primary. Ask for a"
                  + " shorter time range, or on the standby raise max_standby_streaming_delay or"
                  + " set hot_standby_feedback = on.");
      case "57014" ->
          new Verdict(
              FailureKind.TIMEOUT,
              "did not finish within the statement timeout of "
                  + text(settings.connections().statementTimeout())
                  + ". Ask for a shorter time range, or raise statementTimeout.");
      case "57P03" ->
          new Verdict(
              FailureKind.STANDBY_UNAVAILABLE,
              "is starting up, or is a standby that takes no queries. Try again shortly; if it"
                  + " stays so, set hot_standby = on there.");
      case "57P01", "57P02", "57P04", "57P05", "25P03" ->
          new Verdict(
              FailureKind.STANDBY_UNAVAILABLE,
              "ended the connection: it is being stopped or restarted. Try again shortly.");
      case "22023" ->
          new Verdict(
              FailureKind.NOT_CONFIGURED,
              "does not know a setting of this program's session, most likely the time zone of the"
                  + " machine it runs on. Set the environment variable TZ to UTC for it.");
      case "22003" ->
          new Verdict(
              FailureKind.TOO_LARGE,
              "added up more bytes than fit 64 bits; a size in its tables must be wrong. Ask for a"
                  + " narrower step.");
      default ->
          switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "53" ->
                new Verdict(
                    FailureKind.STANDBY_UNAVAILABLE,
                    "ran out of memory, disk space or another resource (SQLSTATE " + state + ").");
            case "57", "58", "XX" ->
                new Verdict(
                    FailureKind.STANDBY_UNAVAILABLE,
                    "is in trouble itself (SQLSTATE "
                        + state
                        + "). Its administrator finds the cause in its log.");
            default -> null;
          };
    };
  }

  /** What about encryption may keep a user out, as far as the settings leave it open. */
  private String encryptionHint() {
    if (settings.tls().mode() == TlsSettings.Mode.DISABLE) {
      return "; if the line says hostssl, set " + settings.key("tlsMode") + ".";
    }
    return settings.tls().clientCertificate().isEmpty()
        ? "; if the line asks for a client certificate, set tlsClientCert and tlsClientKey."
        : "; if the line asks for a client certificate, tlsClientCert must be from an authority"
            + " that the server trusts.";
  }

  /** Failures to connect, and connections that broke. */
  private Verdict connection(Throwable thrown, String state) {
    Duration timeout = settings.connections().connectTimeout();
    if (find(thrown, UnknownHostException.class).isPresent()) {
      return unavailable("cannot be found: no address is known for that name. Check the host.");
    }
    if (find(thrown, CertificateException.class).isPresent()
        || find(thrown, CertPathValidatorException.class).isPresent()
        || find(thrown, CertPathBuilderException.class).isPresent()
        || find(thrown, SSLException.class).isPresent()) {
      return tls(thrown);
    }
    if (find(thrown, ConnectException.class).isPresent()) {
      return unavailable(
          "refuses the connection: nothing listens there. Check the host and the port (Enstore's"
              + " %s database usually has %s), and listen_addresses on that host."
                  .formatted(settings.part().id(), settings.part().usualPort()));
    }
    if (find(thrown, NoRouteToHostException.class).isPresent()) {
      return unavailable("cannot be reached from here. Check the network and firewalls.");
    }
    if (isSilence(thrown)) {
      return unavailable(
          "did not answer within "
              + text(timeout)
              + ". Check the host and the port, firewalls in between, and whether the host is up;"
              + " a slow link may need a longer connectTimeout.");
    }
    return switch (state) {
      case "08004" -> rejected(thrown);
      case "08P01" -> unavailable("answers, but not as a PostgreSQL server does. Check the port.");
      case "08001" ->
          unavailable("cannot be connected to. Check the host, the port and the network.");
      default -> unavailable("dropped the connection. Try again shortly.");
    };
  }

  /** What the driver itself turns down: a server without TLS, or one that wants a password. */
  private Verdict rejected(Throwable thrown) {
    boolean aboutTls =
        find(thrown, SQLException.class)
            .map(Throwable::getMessage)
            .filter(message -> message.contains("SSL"))
            .isPresent();
    if (aboutTls || !settings.password().isEmpty()) {
      return new Verdict(
          FailureKind.NOT_CONFIGURED,
          aboutTls
              ? "does not offer TLS. Set ssl = on there, or "
                  + settings.key("tlsMode")
                  + " to disable."
              : "asks for a way to log in that is not supported; scram-sha-256 and md5 passwords"
                  + " and client certificates are.");
    }
    return new Verdict(
        FailureKind.UNAUTHENTICATED,
        "asks for the password of user " + settings.user() + ", and none is set.");
  }

  private Verdict tls(Throwable thrown) {
    if (find(thrown, CertificateExpiredException.class).isPresent()
        || find(thrown, CertificateNotYetValidException.class).isPresent()) {
      return untrusted("shows a certificate that is not valid today. Have it renewed.");
    }
    if (find(thrown, CertPathBuilderException.class).isPresent()
        || find(thrown, CertPathValidatorException.class).isPresent()
        || find(thrown, java.security.InvalidAlgorithmParameterException.class).isPresent()) {
      return untrusted(
          "shows a certificate from an authority that is not trusted. "
              + (settings.tls().caCertificate().isEmpty()
                  ? "Set tlsCaCert to the certificate of the authority that issued it."
                  : "Check that tlsCaCert is the authority that issued it."));
    }
    if (find(thrown, CertificateException.class).isPresent()) {
      String name = settings.tls().serverName();
      return untrusted(
          "shows a certificate that is not made out to "
              + (name.isEmpty() ? "that host name" : name)
              + ". Set "
              + settings.key("tlsServerName")
              + " to a name in the certificate, or "
              + settings.key("tlsMode")
              + " to verify-ca.");
    }
    String message =
        find(thrown, SSLException.class)
            .map(Throwable::getMessage)
            .orElse("")
            .toLowerCase(Locale.ROOT);
    if (message.contains("received fatal alert")
        && (message.contains("certificate") || message.contains("unknown_ca"))) {
      return untrusted(
          "does not accept the client certificate. Check tlsClientCert and tlsClientKey.");
    }
    return untrusted(
        "could not agree with this program on how to encrypt. Check that ssl is on there and that"
            + " it allows TLS 1.2 or later.");
  }

  private static Verdict untrusted(String clause) {
    return new Verdict(FailureKind.NOT_CONFIGURED, clause);
  }

  private static Verdict unavailable(String clause) {
    return new Verdict(FailureKind.STANDBY_UNAVAILABLE, clause);
  }

  /** A duration as people say it: {@code 30 s}. */
  static String text(Duration duration) {
    if (duration.toMillis() % 1000 != 0) {
      return duration.toMillis() + " ms";
    }
    return duration.toSeconds() + " s";
  }

  private static String state(SQLException e) {
    String state = e.getSQLState();
    return state == null ? "" : state;
  }

  /** The first in the chain of causes, or among a SQL exception's followers, of that type. */
  private static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < 20; depth++) {
      if (type.isInstance(at)) {
        return Optional.of(type.cast(at));
      }
      at = at.getCause();
    }
    return Optional.empty();
  }

  private record Verdict(FailureKind kind, String clause) {}
}
