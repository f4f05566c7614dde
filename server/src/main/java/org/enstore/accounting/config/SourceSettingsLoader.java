package org.enstore.accounting.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.config.SourceSettings.OtherDatabase;

/**
 * Reads the settings of one data source. Everything that is wrong is said at once; nothing that
 * somebody wrote is replaced by a default.
 */
public final class SourceSettingsLoader {
  private static final Pattern UNENCRYPTED_KEY =
      Pattern.compile("-----BEGIN (RSA |EC )?PRIVATE KEY-----");

  /** The newest version of the settings that this program understands. */
  public static final long VERSION = 1;

  /** The database user unless one is named. */
  public static final String DEFAULT_USER = "enstore_reader";

  /** The role that looks at the primary unless one is named. */
  public static final String DEFAULT_MONITOR = "enstore_monitor";

  /** The database unless one is named. */
  public static final String DEFAULT_DATABASE = Database.ACCOUNTING.id();

  private static final Key<Long> VERSION_KEY =
      Key.number("version", 1, VERSION, "version of these settings", VERSION);
  private static final Key<List<HostPort>> HOSTS = hostList("hosts", Database.ACCOUNTING);
  private static final Key<String> DATABASE = Key.text("database", "");
  private static final Key<TlsSettings.Mode> TLS_MODE =
      Key.choice(
          "tlsMode",
          List.of(TlsSettings.Mode.values()),
          TlsSettings.Mode::text,
          TlsSettings.Mode.DISABLE);
  private static final Key<String> TLS_SERVER_NAME = Key.text("tlsServerName", "");
  private static final Key<Optional<ZoneId>> SITE_TIME_ZONE =
      Key.text(
          "siteTimeZone",
          Optional.empty(),
          "",
          "the name of a time zone, such as \"America/Chicago\"",
          SourceSettingsLoader::zone);
  private static final Key<Boolean> ALLOW_PRIMARY = Key.flag("allowPrimary", false);
  private static final Key<Optional<HostPort>> PRIMARY_HOST =
      Key.text(
          "primaryHost",
          Optional.empty(),
          "",
          "one host[:port]",
          SourceSettingsLoader::primaryHost);
  private static final Key<String> MONITOR_USER = Key.text("monitorUser", DEFAULT_MONITOR);
  private static final Key<Long> POOL_SIZE =
      Key.number(
          "poolSize", 1, 16, "connections per host", SourceSettings.Connections.DEFAULT.poolSize());
  private static final Key<Duration> CONNECT_TIMEOUT =
      Key.duration(
          "connectTimeout",
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          SourceSettings.Connections.DEFAULT.connectTimeout());
  private static final Key<Duration> STATEMENT_TIMEOUT =
      Key.duration(
          "statementTimeout",
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          SourceSettings.Connections.DEFAULT.statementTimeout());
  private static final Key<Duration> IDLE_EVICTION =
      Key.duration(
          "idleEviction",
          Duration.ofMinutes(1),
          Duration.ofHours(24),
          SourceSettings.Connections.DEFAULT.idleEviction());
  private static final Key<Long> LOOK_BACK =
      Key.number("lookBack", 0, 60, "days", SourceSettings.Freshness.DEFAULT.lookBackDays());
  private static final Key<Long> MOVER_LOOK_BACK =
      Key.number(
          "moverLookBack", 1, 7300, "days", SourceSettings.Limits.DEFAULT.moverLookBackDays());
  private static final Key<Duration> OPEN_REFRESH =
      Key.duration(
          "openRefresh",
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          SourceSettings.Freshness.DEFAULT.openRefresh());
  private static final Key<Duration> RECENT_REFRESH =
      Key.duration(
          "recentRefresh",
          Duration.ofSeconds(10),
          Duration.ofHours(24),
          SourceSettings.Freshness.DEFAULT.recentRefresh());
  private static final Key<Long> MAX_SERIES =
      Key.number(
          "maxSeries", 1, 2000, "series in one answer", SourceSettings.Limits.DEFAULT.maxSeries());
  private static final Key<Long> MAX_POINTS =
      Key.number(
          "maxPoints",
          1000,
          10_000_000,
          "values in one answer",
          SourceSettings.Limits.DEFAULT.maxPoints());
  private static final Key<Long> CACHE_BYTES =
      Key.size("cacheBytes", 16L << 20, 4L << 30, SourceSettings.Limits.DEFAULT.cacheBytes());
  private static final Key<Duration> PARTIAL_AFTER =
      Key.duration(
          "partialAfter",
          Duration.ofSeconds(1),
          Duration.ofSeconds(29),
          SourceSettings.Limits.DEFAULT.partialAfter());
  private static final Key<Duration> LAG_WARNING =
      Key.duration(
          "lagWarning",
          Duration.ofSeconds(1),
          Duration.ofDays(7),
          SourceSettings.Freshness.DEFAULT.lagWarning());
  private static final Key<Long> SUMMARY_WARNING =
      Key.number(
          "summaryWarning", 1, 365, "days", SourceSettings.Freshness.DEFAULT.summaryWarningDays());

  /** The databases beside accounting, in the order to document them. */
  private static final List<OtherKeys> OTHERS =
      Arrays.stream(Database.values())
          .filter(database -> database != Database.ACCOUNTING)
          .map(OtherKeys::of)
          .toList();

  private static final Key<Boolean> SOCKS_PROXY = Key.flag("enableSecureSocksProxy", false);

  /** Every key of the settings object, in the order to document them. */
  public static final List<Key<?>> KEYS =
      Stream.of(
              Stream.of(
                  VERSION_KEY,
                  HOSTS,
                  DATABASE,
                  TLS_MODE,
                  TLS_SERVER_NAME,
                  SITE_TIME_ZONE,
                  ALLOW_PRIMARY,
                  PRIMARY_HOST,
                  MONITOR_USER),
              OTHERS.stream().flatMap(other -> other.all().stream()),
              Stream.of(
                  POOL_SIZE,
                  CONNECT_TIMEOUT,
                  STATEMENT_TIMEOUT,
                  IDLE_EVICTION,
                  LOOK_BACK,
                  MOVER_LOOK_BACK,
                  OPEN_REFRESH,
                  RECENT_REFRESH,
                  MAX_SERIES,
                  MAX_POINTS,
                  CACHE_BYTES,
                  PARTIAL_AFTER,
                  LAG_WARNING,
                  SUMMARY_WARNING,
                  SOCKS_PROXY))
          .<Key<?>>flatMap(keys -> keys)
          .toList();

  /** Every secret, in the order to document them. */
  public static final List<String> SECRETS =
      Stream.of(
              Stream.of("password", "monitorPassword"),
              OTHERS.stream().map(OtherKeys::password),
              Stream.of("tlsCaCert", "tlsClientCert", "tlsClientKey"))
          .flatMap(names -> names)
          .toList();

  /**
   * Keys that Grafana adds to any data source's settings, as regular expressions, each with the
   * reason why it may be ignored.
   */
  public static final Map<String, String> IGNORED = ignored();

  private static final List<Pattern> IGNORED_PATTERNS =
      IGNORED.keySet().stream().map(Pattern::compile).toList();

  private SourceSettingsLoader() {}

  /**
   * The names in {@code raw}, of keys and of secrets, that {@link #load} would refuse because it
   * does not know them, in order.
   */
  public static List<String> unknown(RawSettings raw) {
    List<String> known = KEYS.stream().map(Key::name).toList();
    List<String> unknown = new ArrayList<>();
    raw.json()
        .forEach(
            (name, value) -> {
              if (value != null && !known.contains(name) && !isIgnored(name)) {
                unknown.add(name);
              }
            });
    raw.secrets().keySet().stream()
        .filter(name -> !SECRETS.contains(name) && !isIgnored(name))
        .forEach(unknown::add);
    return unknown;
  }

  /**
   * Reads and checks {@code raw}.
   *
   * @throws SettingsProblems with all problems together
   */
  public static SourceSettings load(RawSettings raw) {
    Object version = raw.json().get(VERSION_KEY.name());
    if (version instanceof Number number && number.doubleValue() > VERSION) {
      throw new SettingsProblems(
          List.of(
              ("The settings have version %s and were made by a newer version of the plugin; this"
                      + " one understands version %s. Update the plugin, or save the data source"
                      + " again with this one.")
                  .formatted(number, VERSION)));
    }
    KeyReader keys = new KeyReader("", raw.json(), KEYS);
    keys.take(VERSION_KEY);
    List<HostPort> hosts = hosts(keys, raw.url());
    SourceSettings.Connections connections =
        new SourceSettings.Connections(
            Math.toIntExact(keys.take(POOL_SIZE)),
            keys.take(CONNECT_TIMEOUT),
            keys.take(STATEMENT_TIMEOUT),
            keys.take(IDLE_EVICTION));
    SourceSettings.Freshness freshness =
        new SourceSettings.Freshness(
            Math.toIntExact(keys.take(LOOK_BACK)),
            keys.take(OPEN_REFRESH),
            keys.take(RECENT_REFRESH),
            keys.take(LAG_WARNING),
            Math.toIntExact(keys.take(SUMMARY_WARNING)));
    SourceSettings.Limits limits =
        new SourceSettings.Limits(
            Math.toIntExact(keys.take(MOVER_LOOK_BACK)),
            Math.toIntExact(keys.take(MAX_SERIES)),
            keys.take(MAX_POINTS),
            keys.take(CACHE_BYTES),
            keys.take(PARTIAL_AFTER));
    String database = firstSet(keys.take(DATABASE), raw.database(), DEFAULT_DATABASE);
    TlsSettings tls = tls(keys, raw.secrets());
    Optional<ZoneId> zone = keys.take(SITE_TIME_ZONE);
    boolean allowPrimary = keys.take(ALLOW_PRIMARY);
    Optional<SourceSettings.Monitoring> monitoring = monitoring(keys, raw.secrets());
    String user = firstSet(raw.user(), DEFAULT_USER);
    Map<Database, OtherDatabase> others = others(keys, user, raw.secrets(), tls);
    keys.drop(SourceSettingsLoader::isIgnored);
    if (keys.take(SOCKS_PROXY)) {
      keys.complain(
          "\"enableSecureSocksProxy\" is true; this plugin cannot use Grafana's secure SOCKS proxy."
              + " Switch it off.");
    }
    List<String> problems = keys.finish();
    if (!problems.isEmpty()) {
      throw new SettingsProblems(problems);
    }
    return new SourceSettings(
        hosts,
        database,
        user,
        new Secret(raw.secrets().getOrDefault("password", "")),
        tls,
        zone.orElse(ZoneId.of("UTC")),
        zone.isPresent(),
        allowPrimary,
        connections,
        freshness,
        limits,
        monitoring,
        Database.ACCOUNTING,
        others);
  }

  /** The setting that names the hosts of {@code database}. */
  public static String hostsKey(Database database) {
    return database == Database.ACCOUNTING ? HOSTS.name() : database.id() + "Hosts";
  }

  /** The keys of a database beside accounting. */
  private record OtherKeys(
      Database of,
      Key<List<HostPort>> hosts,
      Key<String> database,
      Key<String> user,
      Key<Optional<TlsSettings.Mode>> tlsMode,
      Key<String> tlsServerName,
      Key<Boolean> allowPrimary,
      Key<Long> poolSize) {
    static OtherKeys of(Database database) {
      String id = database.id();
      return new OtherKeys(
          database,
          hostList(hostsKey(database), database),
          Key.text(id + "Database", id),
          Key.text(id + "User", ""),
          Key.choice(
              id + "TlsMode",
              Stream.concat(
                      Stream.of(Optional.<TlsSettings.Mode>empty()),
                      Arrays.stream(TlsSettings.Mode.values()).map(Optional::of))
                  .toList(),
              mode -> mode.map(TlsSettings.Mode::text).orElse("same"),
              Optional.empty()),
          Key.text(id + "TlsServerName", ""),
          Key.flag(id + "AllowPrimary", false),
          Key.number(
              id + "PoolSize", 1, 16, "connections per host", OtherDatabase.DEFAULT_POOL_SIZE));
    }

    /** The secret with the role's password. */
    String password() {
      return of.id() + "Password";
    }

    List<Key<?>> all() {
      return List.of(hosts, database, user, tlsMode, tlsServerName, allowPrimary, poolSize);
    }
  }

  private static Map<Database, OtherDatabase> others(
      KeyReader keys, String user, Map<String, String> secrets, TlsSettings tls) {
    Map<Database, OtherDatabase> others = new EnumMap<>(Database.class);
    for (OtherKeys other : OTHERS) {
      List<HostPort> hosts = keys.take(other.hosts());
      String ownUser = keys.take(other.user()).strip();
      // The usual role's password is nobody else's business.
      String password =
          ownUser.isEmpty() || ownUser.equals(user) ? secrets.getOrDefault("password", "") : "";
      String ownPassword = secrets.getOrDefault(other.password(), "");
      OtherDatabase named =
          new OtherDatabase(
              hosts,
              firstSet(keys.take(other.database()), other.of().id()),
              firstSet(ownUser, user),
              new Secret(ownPassword.isEmpty() ? password : ownPassword),
              new TlsSettings(
                  keys.take(other.tlsMode()).orElse(tls.mode()),
                  keys.take(other.tlsServerName()).strip(),
                  tls.caCertificate(),
                  tls.clientCertificate(),
                  tls.clientKey()),
              keys.take(other.allowPrimary()),
              Math.toIntExact(keys.take(other.poolSize())));
      if (!hosts.isEmpty()) {
        others.put(other.of(), named);
      }
    }
    return others;
  }

  private static Key<List<HostPort>> hostList(String name, Database database) {
    return Key.text(
        name,
        List.of(),
        "",
        "a text of the form host[:port][,host[:port]…]",
        text -> HostList.parse(text, database.usualPort()));
  }

  private static Optional<SourceSettings.Monitoring> monitoring(
      KeyReader keys, Map<String, String> secrets) {
    Optional<HostPort> primary = keys.take(PRIMARY_HOST);
    String user = firstSet(keys.take(MONITOR_USER), DEFAULT_MONITOR);
    Secret password = new Secret(secrets.getOrDefault("monitorPassword", ""));
    return primary.map(address -> new SourceSettings.Monitoring(address, user, password));
  }

  private static Optional<HostPort> primaryHost(String text) {
    List<HostPort> hosts = HostList.parse(text, Database.ACCOUNTING.usualPort());
    if (hosts.size() > 1) {
      throw new IllegalArgumentException("names several hosts; name the primary alone.");
    }
    return hosts.stream().findFirst();
  }

  private static List<HostPort> hosts(KeyReader keys, String url) {
    boolean fromUrl = !keys.has(HOSTS);
    List<HostPort> hosts = keys.take(HOSTS);
    if (!hosts.isEmpty() || keys.complainedOf(HOSTS)) {
      return hosts;
    }
    try {
      hosts = HostList.parse(url, Database.ACCOUNTING.usualPort());
      if (hosts.isEmpty() && fromUrl) {
        keys.complain(
            "No host is set: give the standby's address as host[:port] in the field \"Host\"; the"
                + " port is "
                + Database.ACCOUNTING.usualPort()
                + " unless given.");
      } else if (hosts.isEmpty()) {
        // "hosts" itself was blank.
        keys.complain("No host is set: \"hosts\" names none, and neither does the field \"Host\".");
      }
    } catch (IllegalArgumentException e) {
      keys.complain("The field \"Host\" (url) " + e.getMessage());
    }
    return hosts;
  }

  private static TlsSettings tls(KeyReader keys, Map<String, String> secrets) {
    for (String name : secrets.keySet()) {
      if (!SECRETS.contains(name) && !isIgnored(name)) {
        keys.complain(
            "The secret \"%s\" is not known; known are %s.%s"
                .formatted(name, String.join(", ", SECRETS), Spelling.hint(name, SECRETS)));
      }
    }
    String ca = secrets.getOrDefault("tlsCaCert", "").strip();
    String certificate = secrets.getOrDefault("tlsClientCert", "").strip();
    String key = secrets.getOrDefault("tlsClientKey", "").strip();
    if (!ca.isEmpty() && !ca.contains("-----BEGIN CERTIFICATE-----")) {
      keys.complain("The secret \"tlsCaCert\" holds no PEM certificate (BEGIN CERTIFICATE).");
    }
    if (!certificate.isEmpty() && !certificate.contains("-----BEGIN CERTIFICATE-----")) {
      keys.complain("The secret \"tlsClientCert\" holds no PEM certificate (BEGIN CERTIFICATE).");
    }
    if (!key.isEmpty() && !UNENCRYPTED_KEY.matcher(key).find()) {
      keys.complain(
          "The secret \"tlsClientKey\" holds no unencrypted PEM key (BEGIN PRIVATE KEY); convert"
              + " yours with: openssl pkcs8 -topk8 -nocrypt -in client.key.");
    }
    if (certificate.isEmpty() != key.isEmpty()) {
      keys.complain(
          "The secrets \"tlsClientCert\" and \"tlsClientKey\" belong together; set both or none.");
    }
    return new TlsSettings(
        keys.take(TLS_MODE),
        keys.take(TLS_SERVER_NAME).strip(),
        new Secret(ca),
        new Secret(certificate),
        new Secret(key));
  }

  private static Optional<ZoneId> zone(String text) {
    String name = text.strip();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    var known = ZoneId.getAvailableZoneIds();
    if (known.contains(name)) {
      return Optional.of(ZoneId.of(name));
    }
    String city = name.replace(' ', '_');
    List<String> near =
        known.stream()
            .filter(id -> id.equalsIgnoreCase(city) || endsWithIgnoringCase(id, "/" + city))
            .sorted()
            .toList();
    String hint = near.isEmpty() ? "" : " Did you mean \"" + near.get(0) + "\"?";
    throw new IllegalArgumentException(
        "is %s; it must be %s.%s".formatted(Key.shown(text), SITE_TIME_ZONE.permitted(), hint));
  }

  private static boolean endsWithIgnoringCase(String text, String end) {
    return text.regionMatches(true, text.length() - end.length(), end, 0, end.length());
  }

  private static String firstSet(String... candidates) {
    for (String candidate : candidates) {
      if (!candidate.isBlank()) {
        return candidate.strip();
      }
    }
    return "";
  }

  private static boolean isIgnored(String name) {
    return IGNORED_PATTERNS.stream().anyMatch(pattern -> pattern.matcher(name).matches());
  }

  private static Map<String, String> ignored() {
    Map<String, String> ignored = new LinkedHashMap<>();
    ignored.put(
        "httpHeaderName[0-9]+|httpHeaderValue[0-9]+",
        "headers for HTTP data sources; the connection to the database has none");
    ignored.put("oauthPassThru", "the user's token, which the database does not know");
    ignored.put("keepCookies|allowedHeaders", "what Grafana forwards of the browser's request");
    ignored.put("teamHttpHeaders", "headers by team for HTTP data sources");
    ignored.put(
        "alertmanagerUid|manageAlerts|allowAsRecordingRulesTarget",
        "where Grafana's alerting keeps and shows rules");
    ignored.put(
        "pdcInjected|secureSocksProxyUsername|secureSocksProxyPassword",
        "details of the secure SOCKS proxy, which is refused when it is switched on");
    ignored.put(
        "tlsAuth|tlsAuthWithCACert|tlsSkipVerify|serverName",
        "TLS of HTTP data sources; ours is tlsMode, which is never looser for ignoring them");
    ignored.put("basicAuthPassword", "authentication of HTTP data sources");
    ignored.put("disableGrafanaCache|queryCachingTTL|cachingConfig", "Grafana's own query cache");
    return java.util.Collections.unmodifiableMap(ignored);
  }

  /**
   * Settings as the host hands them over, unchecked.
   *
   * @param url the host's field for an address; may be blank, as may the next two
   * @param json the settings object; see {@link Key} for what its values may be
   * @param secrets the secrets, in clear
   */
  public record RawSettings(
      String url, String user, String database, Map<String, ?> json, Map<String, String> secrets) {
    @Override
    public String toString() {
      return "RawSettings[url=%s, user=%s, database=%s, json=%s, secrets=%s]"
          .formatted(url, user, database, json, new ArrayList<>(secrets.keySet()));
    }
  }
}
