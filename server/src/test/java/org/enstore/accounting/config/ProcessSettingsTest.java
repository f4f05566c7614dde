package org.enstore.accounting.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.config.ProcessSettings.LogLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessSettingsTest {
  @Test
  void load_nothing() {
    assertThat(ProcessSettings.load(Map.of())).isEqualTo(ProcessSettings.DEFAULT);
    assertThat(ProcessSettings.load(Map.of("GF_PLUGIN_LOG_LEVEL", "")))
        .isEqualTo(ProcessSettings.DEFAULT);
  }

  @Test
  void load_everything() {
    assertThat(
            ProcessSettings.load(
                Map.of(
                    "GF_PLUGIN_LOG_LEVEL", "Debug",
                    "GF_PLUGIN_QUERY_THREADS", "64",
                    "GF_PLUGIN_QUERY_QUEUE", "10000",
                    "GF_PLUGIN_CACHE_DIRECTORY", "/var/cache/enstore")))
        .isEqualTo(
            new ProcessSettings(
                LogLevel.DEBUG,
                64,
                10_000,
                Optional.of(Path.of("/var/cache/enstore")),
                Optional.empty()));
  }

  @Test
  void load_attach_isAPortOrASocket() {
    assertThat(ProcessSettings.load(Map.of("GF_PLUGIN_ATTACH", "8811")).attach())
        .contains(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8811));
    assertThat(ProcessSettings.load(Map.of("GF_PLUGIN_ATTACH", "unix:/run/e/p.sock")).attach())
        .contains(UnixDomainSocketAddress.of("/run/e/p.sock"));
    assertThat(ProcessSettings.load(Map.of("GF_PLUGIN_ATTACH", " ")).attach()).isEmpty();
    for (String wrong : List.of("0", "65536", "unix:p.sock", "here:1")) {
      assertThatThrownBy(() -> ProcessSettings.load(Map.of("GF_PLUGIN_ATTACH", wrong)))
          .isInstanceOf(SettingsProblems.class)
          .hasMessageContaining(
              "GF_PLUGIN_ATTACH is \"" + wrong + "\"; it must be a port from 1 to 65535, or unix:");
    }
  }

  @Test
  void load_cacheDirectory_isTheUsersOwnUnlessSet() {
    assertThat(ProcessSettings.load(Map.of("HOME", "/home/g")).cacheDirectory())
        .contains(Path.of("/home/g/.cache/enstore-accounting"));
    assertThat(
            ProcessSettings.load(Map.of("HOME", "/home/g", "XDG_CACHE_HOME", "/c"))
                .cacheDirectory())
        .contains(Path.of("/c/enstore-accounting"));
    assertThat(
            ProcessSettings.load(Map.of("HOME", "/home/g", "GF_PLUGIN_CACHE_DIRECTORY", ""))
                .cacheDirectory())
        .isEmpty();
    assertThatThrownBy(() -> ProcessSettings.load(Map.of("GF_PLUGIN_CACHE_DIRECTORY", "somewhere")))
        .isInstanceOf(SettingsProblems.class)
        .hasMessageContaining(
            "GF_PLUGIN_CACHE_DIRECTORY is \"somewhere\"; it must be the absolute");
  }

  @Test
  void load_variablesOfGrafana() {
    assertThat(
            ProcessSettings.load(
                Map.of(
                    "GF_VERSION", "12.4.0",
                    "GF_PLUGIN_VERSION", "1.0.0",
                    "GF_PLUGIN_JAVA_HOME", "/opt/java",
                    "GF_PLUGIN_JAVA_OPTIONS", "-Xmx1g",
                    "GF_PLUGIN_APP_CLIENT_ID", "x",
                    "PLUGIN_MIN_PORT", "10000")))
        .isEqualTo(ProcessSettings.DEFAULT);
  }

  @Test
  void load_allProblemsTogether() {
    assertThatThrownBy(
            () ->
                ProcessSettings.load(
                    Map.of(
                        "GF_PLUGIN_LOG_LEVEL", "loud",
                        "GF_PLUGIN_QUERY_THREADS", "65",
                        "GF_PLUGIN_QUERY_QUEUE", "many",
                        "GF_PLUGIN_QUERY_THREAD", "8",
                        "GF_PLUGIN_ENSTORE_CACHE", "1")))
        .isInstanceOfSatisfying(
            SettingsProblems.class, problems -> assertThat(problems.problems()).hasSize(5))
        .hasMessageContaining("GF_PLUGIN_LOG_LEVEL is \"loud\"; it must be trace, debug")
        .hasMessageContaining("GF_PLUGIN_QUERY_THREADS is \"65\"; it must be a whole number from 1")
        .hasMessageContaining("Did you mean \"GF_PLUGIN_QUERY_THREADS\"?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"JAVA_OPTS", "JAVA_OPTION", "JVM_OPTIONS", "JAVA_HOM"})
  void load_misspeltOptionOfTheLauncher(String name) {
    assertThatThrownBy(() -> ProcessSettings.load(Map.of("GF_PLUGIN_" + name, "-Xmx1g")))
        .hasMessageContaining("GF_PLUGIN_" + name + " is not known; known are GF_PLUGIN_JAVA_HOME");
  }
}
