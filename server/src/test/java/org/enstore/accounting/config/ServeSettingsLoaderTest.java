package org.enstore.accounting.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Database;
import org.junit.jupiter.api.Test;

class ServeSettingsLoaderTest {
  private static final Map<String, String> FILES = Map.of("secrets/fnal", "from-file\n");

  private static ServeSettings load(Map<String, ?> file, Map<String, String> environment) {
    return ServeSettingsLoader.load(
        file,
        new ServeSettingsLoader.Surroundings(
            environment,
            path -> {
              String text = FILES.get(path);
              if (text == null) {
                throw new IllegalArgumentException("cannot be read: there is none.");
              }
              return text;
            },
            host -> host.equals("127.0.0.1") || host.equals("::1")));
  }

  private static Map<String, Object> file(Map<String, ?> more) {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("dataSources", List.of(Map.of("name", "fnal", "hosts", "standby1,standby2:8801")));
    file.putAll(more);
    return file;
  }

  private static List<String> problems(Map<String, ?> file, Map<String, String> environment) {
    return catchThrowableOfType(SettingsProblems.class, () -> load(file, environment)).problems();
  }

  @Test
  void almostNothing_isEnough() {
    ServeSettings settings = load(file(Map.of()), Map.of());

    assertThat(settings.listen()).isEqualTo(new ServeSettings.Listen("127.0.0.1", 8810));
    assertThat(settings.grafana()).isEmpty();
    assertThat(settings.monitor()).contains(new ServeSettings.Listen("127.0.0.1", 8812));
    assertThat(settings.tls()).isEmpty();
    assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.dataSources().get(0).settings().hosts()).hasSize(2);
  }

  @Test
  void unknownKeys_areRefused_atBothLevels() {
    assertThat(
            problems(
                Map.of(
                    "lisen",
                    "127.0.0.1:1",
                    "dataSources",
                    List.of(Map.of("name", "fnal", "hosts", "a", "sitetimezone", "UTC"))),
                Map.of()))
        .satisfiesExactly(
            problem -> assertThat(problem).contains("\"lisen\"").contains("listen"),
            problem ->
                assertThat(problem).startsWith("Data source fnal:").contains("sitetimezone"));
  }

  @Test
  void otherAddressThanLoopback_demandsTlsAndCredentials() {
    assertThat(problems(file(Map.of("listen", "0.0.0.0:8810")), Map.of()))
        .satisfiesExactlyInAnyOrder(
            problem -> assertThat(problem).contains("TLS").contains("tlsCertificate"),
            problem -> assertThat(problem).contains("credentials").contains("accessList"));
    assertThat(
            problems(
                file(
                    Map.of("listen", "0.0.0.0:8810", "tlsCertificate", "a.crt", "tlsKey", "a.key")),
                Map.of()))
        .singleElement()
        .asString()
        .contains("accessList");
    assertThat(
            load(
                    file(
                        Map.of(
                            "listen",
                            "0.0.0.0:8810",
                            "tlsCertificate",
                            "a.crt",
                            "tlsKey",
                            "a.key",
                            "accessList",
                            "access")),
                    Map.of())
                .accessList())
        .contains("access");
  }

  @Test
  void unprotectedListeners_stayOnLoopback() {
    assertThat(
            problems(file(Map.of("grafana", "10.0.0.1:8811", "monitor", "0.0.0.0:8812")), Map.of()))
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).contains("loopback"));
  }

  @Test
  void password_comesFromItsFile_orFromTheEnvironmentWhichWins() {
    Map<String, Object> file =
        Map.of(
            "dataSources",
            List.of(Map.of("name", "fnal-2", "hosts", "a", "passwordFile", "secrets/fnal")));

    assertThat(load(file, Map.of()).dataSources().get(0).settings().password())
        .isEqualTo(new Secret("from-file"));
    assertThat(
            load(file, Map.of("ENSTORE_ACCOUNTING_FNAL_2_PASSWORD", "from-environment"))
                .dataSources()
                .get(0)
                .settings()
                .password())
        .isEqualTo(new Secret("from-environment"));
  }

  @Test
  void passwordOfAnotherDatabase_comesFromItsFile_orFromTheEnvironment() {
    Map<String, Object> file =
        Map.of(
            "dataSources",
            List.of(
                Map.of(
                    "name",
                    "fnal",
                    "hosts",
                    "a",
                    "drivestatHosts",
                    "d",
                    "drivestatPasswordFile",
                    "secrets/fnal",
                    "enstoredbHosts",
                    "e")));

    SourceSettings settings =
        load(file, Map.of("ENSTORE_ACCOUNTING_FNAL_ENSTOREDB_PASSWORD", "from-environment"))
            .dataSources()
            .get(0)
            .settings();

    assertThat(settings.password().isEmpty()).isTrue();
    assertThat(settings.of(Database.DRIVESTAT).orElseThrow().password())
        .isEqualTo(new Secret("from-file"));
    assertThat(settings.of(Database.ENSTOREDB).orElseThrow().password())
        .isEqualTo(new Secret("from-environment"));
  }

  @Test
  void variableOfTwoDataSources_isRefused() {
    assertThat(
            problems(
                Map.of(
                    "dataSources",
                    List.of(
                        Map.of("name", "a", "hosts", "x"),
                        Map.of("name", "a-drivestat", "hosts", "y"))),
                Map.of("ENSTORE_ACCOUNTING_A_DRIVESTAT_PASSWORD", "hunter2")))
        .singleElement()
        .asString()
        .contains("ENSTORE_ACCOUNTING_A_DRIVESTAT_PASSWORD", "two data sources")
        .doesNotContain("hunter2");
  }

  @Test
  void secrets_doNotBelongIntoTheFile_andAreNotShown() {
    assertThat(
            problems(
                Map.of(
                    "dataSources",
                    List.of(Map.of("name", "fnal", "hosts", "a", "password", "hunter2"))),
                Map.of()))
        .singleElement()
        .asString()
        .contains("\"password\"")
        .doesNotContain("hunter2");
  }

  @Test
  void variableOfNoDataSource_isRefused() {
    assertThat(problems(file(Map.of()), Map.of("ENSTORE_ACCOUNTING_FNL_PASSWORD", "hunter2")))
        .singleElement()
        .asString()
        .contains("ENSTORE_ACCOUNTING_FNL_PASSWORD", "ENSTORE_ACCOUNTING_FNAL_PASSWORD")
        .doesNotContain("hunter2");
  }

  @Test
  void dataSources_areNeeded_eachWithANameOfItsOwn() {
    assertThat(problems(Map.of(), Map.of())).singleElement().asString().contains("dataSources");
    assertThat(
            problems(
                Map.of(
                    "dataSources",
                    List.of(
                        Map.of("name", "a", "hosts", "x"),
                        Map.of("name", "a", "hosts", "y"),
                        Map.of("name", "A_b", "hosts", "z"),
                        "text")),
                Map.of()))
        .hasSize(3);
  }

  @Test
  void addresses_mayBeOfIpv6() {
    assertThat(load(file(Map.of("listen", "[::1]:0")), Map.of()).listen())
        .isEqualTo(new ServeSettings.Listen("::1", 0));
    assertThat(problems(file(Map.of("listen", "127.0.0.1")), Map.of())).hasSize(1);
    assertThat(problems(file(Map.of("listen", "127.0.0.1:70000")), Map.of())).hasSize(1);
    assertThat(load(file(Map.of("monitor", "")), Map.of()).monitor()).isEqualTo(Optional.empty());
  }
}
