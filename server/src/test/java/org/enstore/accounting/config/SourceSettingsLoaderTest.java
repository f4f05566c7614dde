package org.enstore.accounting.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.config.SourceSettings.OtherDatabase;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceSettingsLoaderTest {
  private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMII=\n-----END";
  private static final String KEY = "-----BEGIN PRIVATE KEY-----\nMII=\n-----END";

  private static SourceSettings load(Map<String, ?> json) {
    return SourceSettingsLoader.load(new RawSettings("standby", "", "", json, Map.of()));
  }

  private static ThrowableAssertAlternative<SettingsProblems> refused(RawSettings raw) {
    return assertThatExceptionOfType(SettingsProblems.class)
        .isThrownBy(() -> SourceSettingsLoader.load(raw));
  }

  private static ThrowableAssertAlternative<SettingsProblems> refused(String key, Object value) {
    return refused(new RawSettings("standby", "", "", Map.of(key, value), Map.of()));
  }

  @Test
  void load_defaults() {
    SourceSettings settings = load(Map.of());

    assertThat(settings.hosts()).containsExactly(new HostPort("standby", 8800));
    assertThat(settings.user()).isEqualTo("enstore_reader");
    assertThat(settings.database()).isEqualTo("accounting");
    assertThat(settings.password().isEmpty()).isTrue();
    assertThat(settings.tls().mode()).isEqualTo(TlsSettings.Mode.DISABLE);
    assertThat(settings.siteTimeZone()).isEqualTo(ZoneId.of("UTC"));
    assertThat(settings.siteTimeZoneSet()).isFalse();
    assertThat(settings.allowPrimary()).isFalse();
    assertThat(settings.connections()).isEqualTo(SourceSettings.Connections.DEFAULT);
    assertThat(settings.freshness()).isEqualTo(SourceSettings.Freshness.DEFAULT);
    assertThat(settings.limits()).isEqualTo(SourceSettings.Limits.DEFAULT);
  }

  @Test
  void load_monitoring() {
    assertThat(load(Map.of()).monitoring()).isEmpty();
    assertThat(load(Map.of("monitorUser", "watcher")).ofMonitoring()).isEmpty();
    SourceSettings own = load(Map.of("primaryHost", "p")).ofMonitoring().orElseThrow();
    assertThat(own.hosts()).containsExactly(new HostPort("p", 8800));
    assertThat(own.user()).isEqualTo("enstore_monitor");
    refused("primaryHost", "p,q").withMessageContaining("\"primaryHost\" names several hosts");
  }

  @Test
  void load_everything() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", BigDecimal.ONE);
    json.put("hosts", "a:1,b");
    json.put("database", "acc");
    json.put("tlsMode", "verify-full");
    json.put("tlsServerName", "db.example.org");
    json.put("siteTimeZone", "America/Chicago");
    json.put("allowPrimary", true);
    json.put("primaryHost", "p:2");
    json.put("monitorUser", "watcher");
    json.put("drivestatHosts", "d1,d2:1");
    json.put("drivestatDatabase", "ds");
    json.put("drivestatUser", "dreader");
    json.put("drivestatTlsMode", "require");
    json.put("drivestatTlsServerName", "ds.example.org");
    json.put("drivestatAllowPrimary", true);
    json.put("drivestatPoolSize", new BigDecimal("3"));
    json.put("enstoredbHosts", "e");
    json.put("enstoredbDatabase", "");
    json.put("enstoredbUser", "");
    json.put("enstoredbTlsMode", "same");
    json.put("enstoredbTlsServerName", "");
    json.put("enstoredbAllowPrimary", false);
    json.put("enstoredbPoolSize", new BigDecimal("1"));
    json.put("poolSize", new BigDecimal("8"));
    json.put("connectTimeout", "10s");
    json.put("statementTimeout", "1m");
    json.put("idleEviction", "1h");
    json.put("lookBack", new BigDecimal("0"));
    json.put("moverLookBack", new BigDecimal("365"));
    json.put("openRefresh", "30s");
    json.put("recentRefresh", "1h");
    json.put("maxSeries", new BigDecimal("2000.0"));
    json.put("maxPoints", new BigDecimal("1e7"));
    json.put("cacheBytes", "1GiB");
    json.put("partialAfter", "9s");
    json.put("lagWarning", "7d");
    json.put("summaryWarning", new BigDecimal("365"));
    json.put("enableSecureSocksProxy", false);
    assertThat(json.keySet())
        .as("every key is in this test")
        .containsExactlyInAnyOrderElementsOf(
            SourceSettingsLoader.KEYS.stream().map(Key::name).toList());

    SourceSettings settings =
        SourceSettingsLoader.load(
            new RawSettings(
                "ignored",
                "reader",
                "ignored",
                json,
                Map.of(
                    "password",
                    "pw",
                    "monitorPassword",
                    "mpw",
                    "drivestatPassword",
                    "dpw",
                    "tlsCaCert",
                    CERTIFICATE,
                    "tlsClientCert",
                    CERTIFICATE,
                    "tlsClientKey",
                    KEY)));

    assertThat(settings)
        .isEqualTo(
            new SourceSettings(
                List.of(new HostPort("a", 1), new HostPort("b", 8800)),
                "acc",
                "reader",
                new Secret("pw"),
                tls(TlsSettings.Mode.VERIFY_FULL, "db.example.org"),
                ZoneId.of("America/Chicago"),
                true,
                true,
                new SourceSettings.Connections(
                    8, Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofHours(1)),
                new SourceSettings.Freshness(
                    0, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofDays(7), 365),
                new SourceSettings.Limits(365, 2000, 10_000_000, 1L << 30, Duration.ofSeconds(9)),
                Optional.of(
                    new SourceSettings.Monitoring(
                        new HostPort("p", 2), "watcher", new Secret("mpw"))),
                Database.ACCOUNTING,
                Map.of(
                    Database.DRIVESTAT,
                    new OtherDatabase(
                        List.of(new HostPort("d1", 8802), new HostPort("d2", 1)),
                        "ds",
                        "dreader",
                        new Secret("dpw"),
                        tls(TlsSettings.Mode.REQUIRE, "ds.example.org"),
                        true,
                        3),
                    Database.ENSTOREDB,
                    new OtherDatabase(
                        List.of(new HostPort("e", 8888)),
                        "enstoredb",
                        "reader",
                        new Secret("pw"),
                        tls(TlsSettings.Mode.VERIFY_FULL, ""),
                        false,
                        1))));
    assertThat(settings.toString()).doesNotContain("pw").doesNotContain("MII");
  }

  private static TlsSettings tls(TlsSettings.Mode mode, String serverName) {
    return new TlsSettings(
        mode, serverName, new Secret(CERTIFICATE), new Secret(CERTIFICATE), new Secret(KEY));
  }

  @Test
  void of_anotherDatabase_readsAsTheAccountingRoleUnlessSaid() {
    assertThat(load(Map.of("drivestatDatabase", "ds")).of(Database.DRIVESTAT)).isEmpty();
    SourceSettings all =
        SourceSettingsLoader.load(
            new RawSettings(
                "standby",
                "reader",
                "",
                Map.of("drivestatHosts", "d", "enstoredbHosts", "e:1", "enstoredbUser", "other"),
                Map.of("password", "pw")));

    SourceSettings drivestat = all.of(Database.DRIVESTAT).orElseThrow();
    assertThat(drivestat.part()).isEqualTo(Database.DRIVESTAT);
    assertThat(drivestat.hosts()).containsExactly(new HostPort("d", 8802));
    assertThat(drivestat.database()).isEqualTo("drivestat");
    assertThat(drivestat.user()).isEqualTo("reader");
    assertThat(drivestat.password()).isEqualTo(new Secret("pw"));
    assertThat(drivestat.connections().poolSize()).isEqualTo(2);
    assertThat(all.of(Database.ENSTOREDB).orElseThrow().password())
        .as("another role has another password")
        .isEqualTo(new Secret(""));
    assertThat(all.of(Database.ACCOUNTING)).contains(all);
  }

  @Test
  void load_anotherDatabase_isReadAsStrictly() {
    refused("drivestatHosts", "a b").withMessageContaining("\"drivestatHosts\" names");
    refused("enstoredbPoolSize", BigDecimal.ZERO).withMessageContaining("from 1 to 16");
    refused("enstoredbTlsMode", "off").withMessageContaining("one of \"same\", \"disable\"");
    refused("drivestatHost", "a").withMessageContaining("Did you mean \"drivestatHosts\"?");
  }

  @Test
  void load_nullsAreLeftOut() {
    Map<String, Object> json = new HashMap<>();
    SourceSettingsLoader.KEYS.forEach(key -> json.put(key.name(), null));
    assertThat(load(json)).isEqualTo(load(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "poolSize, 0",
    "poolSize, 17",
    "poolSize, 1.5",
    "lookBack, -1",
    "lookBack, 61",
    "moverLookBack, 0",
    "moverLookBack, 7301",
    "maxSeries, 0",
    "maxSeries, 2001",
    "maxPoints, 999",
    "maxPoints, 10000001",
    "summaryWarning, 0",
    "summaryWarning, 366",
    "version, 0",
    "poolSize, 1e400"
  })
  void load_numberOutOfRange(String key, BigDecimal value) {
    refused(key, value)
        .withMessageContaining("\"" + key + "\" is ")
        .withMessageContaining(" from ");
  }

  @ParameterizedTest
  @CsvSource({
    "connectTimeout, 999ms",
    "connectTimeout, 61s",
    "connectTimeout, 5",
    "statementTimeout, 0s",
    "statementTimeout, 11m",
    "idleEviction, 59s",
    "idleEviction, 25h",
    "openRefresh, 1h",
    "recentRefresh, 9s",
    "lagWarning, 8d",
    "lagWarning, soon",
    "cacheBytes, 15MiB",
    "cacheBytes, 5GiB",
    "cacheBytes, 64",
    "cacheBytes, 64MB",
    "partialAfter, 30s",
    "partialAfter, 0s",
    "tlsMode, prefer",
    "tlsMode, ''",
    "siteTimeZone, CST",
    "siteTimeZone, +02:00"
  })
  void load_textNotPermitted(String key, String value) {
    refused(key, value).withMessageContaining("\"" + key + "\" is \"" + value + "\"; it must be ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version",
        "poolSize",
        "lookBack",
        "maxSeries",
        "connectTimeout",
        "cacheBytes",
        "tlsMode",
        "hosts",
        "allowPrimary",
        "siteTimeZone"
      })
  void load_wrongType(String key) {
    refused(key, List.of(1)).withMessageContaining("\"" + key + "\" is a list; it must be ");
    refused(key, Map.of()).withMessageContaining("\"" + key + "\" is an object; it must be ");
  }

  @Test
  void load_numberAsText() {
    refused("poolSize", "4")
        .withMessage(
            "\"poolSize\" is \"4\"; it must be a whole number from 1 to 16 (connections per"
                + " host).");
  }

  @Test
  void load_unknownKey() {
    refused("poolsize", 4)
        .withMessageStartingWith("\"poolsize\" is not known; known are version, hosts, ")
        .withMessageEndingWith("Did you mean \"poolSize\"?");
  }

  @Test
  void load_zoneWithoutRegion() {
    refused("siteTimeZone", "chicago").withMessageEndingWith("Did you mean \"America/Chicago\"?");
  }

  @Test
  void load_newerVersion() {
    assertThatExceptionOfType(SettingsProblems.class)
        .isThrownBy(() -> load(Map.of("version", new BigDecimal(2), "future", 1)))
        .satisfies(
            problems -> {
              assertThat(problems.problems()).hasSize(1);
              assertThat(problems.getMessage()).contains("newer version of the plugin");
            });
  }

  @Test
  void load_allProblemsTogether() {
    assertThatExceptionOfType(SettingsProblems.class)
        .isThrownBy(
            () ->
                SourceSettingsLoader.load(
                    new RawSettings(
                        "postgres://standby",
                        "",
                        "",
                        Map.of("poolSize", 99, "cacheBytes", 1, "x", 1),
                        Map.of("tlsCACert", "c", "tlsClientCert", CERTIFICATE))))
        .satisfies(problems -> assertThat(problems.problems()).hasSize(6));
  }

  @Test
  void load_noHost() {
    refused(new RawSettings(" ", "", "", Map.of(), Map.of()))
        .withMessageContaining("No host is set");
    refused(new RawSettings("", "", "", Map.of("hosts", ""), Map.of()))
        .withMessageContaining("No host is set");
  }

  @Test
  void load_malformedHost_isTheOnlyComplaint() {
    for (Object hosts : List.of("standby:port", "a,,b", 8800)) {
      refused(new RawSettings("", "", "", Map.of("hosts", hosts), Map.of()))
          .satisfies(
              problems ->
                  assertThat(problems.problems())
                      .hasSize(1)
                      .first()
                      .asString()
                      .startsWith("\"hosts\" "));
    }
  }

  @Test
  void load_secretsStaySecret() {
    refused(
            new RawSettings(
                "standby",
                "",
                "",
                Map.of(),
                Map.of(
                    "passwort",
                    "hush",
                    "tlsClientKey",
                    "-----BEGIN ENCRYPTED PRIVATE KEY-----hush")))
        .withMessageContaining("\"passwort\" is not known")
        .withMessageContaining("openssl pkcs8")
        .withMessageContaining("belong together")
        .satisfies(problems -> assertThat(problems.getMessage()).doesNotContain("hush"));
    assertThat(new RawSettings("", "", "", Map.of(), Map.of("password", "hush")).toString())
        .doesNotContain("hush");
  }

  @Test
  void load_keysOfGrafana() {
    Map<String, Object> json = new HashMap<>();
    json.put("httpHeaderName1", "X-Scope");
    json.put("oauthPassThru", true);
    json.put("keepCookies", List.of());
    json.put("alertmanagerUid", "a");
    json.put("manageAlerts", true);
    json.put("pdcInjected", false);
    json.put("tlsAuth", false);
    json.put("tlsAuthWithCACert", false);
    json.put("enableSecureSocksProxy", false);
    assertThat(load(json)).isEqualTo(load(Map.of()));
    refused("enableSecureSocksProxy", true).withMessageContaining("Switch it off");
  }
}
