package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom the commands ask, and as whom. */
class TargetTest extends ClientCommandsFixture {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--timeout|0s|--timeout is \"0s\"; it must be longer than nothing.",
        "--daemon|x:1|--daemon and --config exclude each other; give one of them.",
        "--user|me|--user belongs to --standby; give that, or leave it out.",
        "--drivestat-standby|d|--drivestat-standby belongs to --standby; give that, or leave it out.",
        "--enstoredb-database|e|--enstoredb-database belongs to --enstoredb-standby; give that, or",
        "--token-file|t|--token-file does not go with --config; leave it out.",
        "--client-cert|c|--client-cert and --client-key belong together; give both or none.",
        "--source|fnall|--source is \"fnall\"; it must be one of fnal. Did you mean \"fnal\"?",
      })
  void wrongOptions_areRefusedByName(String option, String value, String sentence) {
    assertThat(call("query", option, value)).isEqualTo(ExitCode.USAGE);
    assertThat(err).startsWith("enstore-accounting query: ").contains(sentence).hasLineCount(1);
    assertThat(out).isEmpty();
    assertThat(service.queries).isEmpty();
  }

  @Test
  void source_isNeededWhenThereAreSeveral() {
    service.sources.add("test");
    assertThat(call("query")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--source is missing; it must be one of fnal, test.");
    answer(Answers.mebibytes(1));
    assertThat(call("query", "--source", "test")).isZero();
    assertThat(service.queries.get(0).getDataSource()).isEqualTo("test");
    service.sources.clear();
    assertThat(call("query")).isEqualTo(ExitCode.REFUSED);
    assertThat(err).contains("no data source");
  }

  @Test
  void standby_isDescribedByOptionsFilesAndTheEnvironment() throws IOException {
    Path secret = Files.writeString(folder.resolve("password"), "swordfish\n");
    Path authority = Files.writeString(folder.resolve("ca.crt"), "pem");
    answer(Answers.mebibytes(1));
    int code =
        call(
            OptionalInt.empty(),
            Map.of(Target.PASSWORD, "other"),
            "query",
            "--standby",
            "one,two:8801",
            "--site-time-zone",
            "America/Chicago",
            "--user",
            "reader",
            "--database",
            "enstore",
            "--drivestat-standby",
            "three",
            "--enstoredb-standby",
            "four",
            "--enstoredb-database",
            "ee",
            "--password-file",
            secret.toString(),
            "--tls-ca",
            authority.toString());
    assertThat(code).isZero();
    assertThat(service.standbys)
        .containsExactly(
            new Straight.Standby(
                Map.of(
                    "hosts",
                    "one,two:8801",
                    "siteTimeZone",
                    "America/Chicago",
                    "database",
                    "enstore",
                    "drivestatHosts",
                    "three",
                    "enstoredbHosts",
                    "four",
                    "enstoredbDatabase",
                    "ee",
                    "tlsMode",
                    "verify-full"),
                "reader",
                Map.of("password", "swordfish", "tlsCaCert", "pem")));
    assertThat(service.standbys.get(0).toString()).doesNotContain("swordfish");

    call(
        OptionalInt.empty(),
        Map.of(Target.PASSWORD, "other"),
        "query",
        "--standby",
        "one",
        "--site-time-zone",
        "UTC");
    assertThat(service.standbys.get(1).secrets()).isEqualTo(Map.of("password", "other"));

    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--standby", "one"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--standby needs --site-time-zone");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nowhere|it must be host:port",
        "127.0.0.1:70000|it must be host:port",
        "user@host:1|it must be host:port",
        "192.0.2.1:8810|--daemon is on another machine, where it speaks TLS alone",
      })
  void daemon_mustBeAnAddress_andEncryptedElsewhere(String address, String sentence) {
    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--daemon", address))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains(sentence).hasLineCount(1);
  }

  @Test
  void certificates_mustBeReadable_andInPem() throws IOException {
    String other = Files.writeString(folder.resolve("other"), "no PEM").toString();
    String none = folder.resolve("none").toString();
    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--tls-ca", none))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--tls-ca " + none + " cannot be read: there is no such file");
    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--tls-ca", other))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("query: --tls-ca cannot be used", other, "PEM").hasLineCount(1);
    assertThat(call(OptionalInt.empty(), Map.of(), showing(other, none))).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--client-key " + none + " cannot be read");
    assertThat(call(OptionalInt.empty(), Map.of(), showing(other, other)))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .contains("--client-cert or --client-key cannot be used", other, "PKCS #8")
        .hasLineCount(1);
  }

  private static String[] showing(String certificate, String key) {
    return new String[] {"query", "--client-cert", certificate, "--client-key", key};
  }

  @Test
  void secrets_mustBeThere() throws IOException {
    Path empty = Files.writeString(folder.resolve("token"), "\n");
    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--token-file", empty.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--token-file is empty");
    assertThat(
            call(
                OptionalInt.empty(),
                Map.of(),
                "query",
                "--token-file",
                folder.resolve("none").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("cannot be read: there is no such file or folder.");
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0x80});
    assertThat(call(OptionalInt.empty(), Map.of(), "query", "--token-file", binary.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("binary cannot be read: it is no text in UTF-8.");
    assertThat(call(OptionalInt.empty(), Map.of(Target.TOKEN, "two words"), "query"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains(Target.TOKEN).doesNotContain("two words");
  }
}
