package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.cli.Surroundings;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestAuthority;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.demo.TestTransfers;
import org.enstore.accounting.frame.ArrowReadBack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The command line towards a daemon that speaks TLS and asks for tokens, and straight at the
 * standby, held against SQL.
 */
@Timeout(300)
class ClientCommandsIT {
  private static final String TOKEN = "6f1d0b5e3a";
  private static final List<String> RANGE = List.of("-f", "2024-03-01", "-t", "2025-12-01");

  @TempDir private static Path folder;
  private static ReplicatedPair pair;
  private static TestAuthority authority;
  private static Path certificateOfAuthority;
  private static TestAuthority.Identity identity;
  private static Daemon daemon;
  private static int port;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    authority = new TestAuthority(folder, "authority");
    certificateOfAuthority = authority.certificateFile();
    identity = authority.issue("server", "RSA", List.of("dns:localhost", "ip:127.0.0.1"));
    pair = TestPairs.holding(QuirkFixture.chicago());
    Files.writeString(folder.resolve("token"), TOKEN + "\n");
    Files.writeString(folder.resolve("password"), pair.password(Role.READER) + "\n");
    Files.writeString(
        folder.resolve("access"),
        "token alice " + digest() + " fnal\ncertificate analyst.example.org fnal\n");
    configure(0);
    daemon = serve();
    port = daemon.port();
    configure(port);
  }

  @AfterAll
  static void stop() {
    daemon.close();
    pair.close();
  }

  private static void configure(int listen) throws IOException {
    Files.writeString(
        folder.resolve("daemon.yaml"),
        """
        listen: 0.0.0.0:%s
        monitor: 127.0.0.1:0
        tlsCertificate: %s
        tlsKey: %s
        tlsClientAuthority: %s
        accessList: access
        accessLog: none
        drain: 0s
        dataSources:
          - name: fnal
            hosts: 127.0.0.1:%s
            database: %s
            siteTimeZone: America/Chicago
            passwordFile: password
        """
            .formatted(
                listen,
                identity.certificateFile(),
                identity.keyFile(),
                certificateOfAuthority,
                pair.standbyPort(),
                ReplicatedPair.DATABASE));
  }

  private static Daemon serve() throws IOException {
    Daemon started =
        new Daemon(
            ServeFile.read(folder.resolve("daemon.yaml"), Map.of()),
            ProcessSettings.DEFAULT,
            folder);
    started.start();
    return started;
  }

  private static String digest() throws Exception {
    return "sha256:"
        + HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(TOKEN.getBytes(StandardCharsets.UTF_8)));
  }

  // ---- the ways -------------------------------------------------------------------------------

  private static List<String> throughTheDaemon() {
    return List.of(
        "--daemon",
        "127.0.0.1:" + port,
        "--tls-ca",
        certificateOfAuthority.toString(),
        "--token-file",
        folder.resolve("token").toString());
  }

  /** With a client certificate instead of a token. */
  private static List<String> showing(Path certificate, Path key) {
    List<String> way = new ArrayList<>(throughTheDaemon().subList(0, 4));
    way.addAll(List.of("--client-cert", certificate.toString(), "--client-key", key.toString()));
    return way;
  }

  private static List<String> straightAtTheStandby() {
    return List.of(
        "--standby",
        "127.0.0.1:" + pair.standbyPort(),
        "--database",
        ReplicatedPair.DATABASE,
        "--user",
        Role.READER.user(),
        "--password-file",
        folder.resolve("password").toString(),
        "--site-time-zone",
        "America/Chicago");
  }

  private static List<String> byTheConfiguration() {
    return List.of("--config", folder.resolve("daemon.yaml").toString());
  }

  private int call(List<String> way, String... arguments) {
    return call(Map.of(), way, arguments);
  }

  private int call(Map<String, String> environment, List<String> way, String... arguments) {
    out.reset();
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(way);
    return line(environment).execute(all.toArray(String[]::new));
  }

  private CommandLine line(Map<String, String> environment) {
    CommandLine line =
        Commands.line(
            environment,
            new Surroundings(out, OptionalInt.empty(), true, environment, InstantSource.system()));
    line.setErr(new PrintWriter(err, true));
    return line;
  }

  private static String[] query(String... more) {
    return Stream.of(Stream.of("query"), RANGE.stream(), Arrays.stream(more))
        .flatMap(each -> each)
        .toArray(String[]::new);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  // ---- numbers --------------------------------------------------------------------------------

  /** Bytes by mover and direction, as the standby's own SQL adds them up. */
  private static Map<String, BigDecimal> truth() throws SQLException {
    Map<String, BigDecimal> truth = new TreeMap<>();
    try (Connection connection = pair.connectToStandby(Role.READER);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT regexp_replace(mover, '\\.mover$', ''),"
                    + " CASE rw WHEN 'r' THEN 'read' ELSE 'write' END, sum(size::numeric)"
                    + " FROM encp_xfer WHERE date >= '2024-03-01' AND date < '2025-12-01'"
                    + " AND driver <> 'NullDriver' GROUP BY 1, 2")) {
      while (rows.next()) {
        truth.put(rows.getString(1) + " " + rows.getString(2), rows.getBigDecimal(3));
      }
    }
    return truth;
  }

  private Map<String, BigDecimal> csvSums() {
    Map<String, BigDecimal> sums = new TreeMap<>();
    printed()
        .lines()
        .skip(1)
        .map(line -> line.split(",", -1))
        .filter(fields -> !fields[3].isEmpty())
        .forEach(
            fields ->
                sums.merge(
                    fields[1] + " " + fields[2], new BigDecimal(fields[3]), BigDecimal::add));
    sums.values().removeIf(sum -> sum.signum() == 0);
    return sums;
  }

  @Test
  void csv_addsUpToWhatSqlSays_whateverTheWay() throws Exception {
    List<String> answers = new ArrayList<>();
    for (List<String> way :
        List.of(throughTheDaemon(), straightAtTheStandby(), byTheConfiguration())) {
      assertThat(call(way, query("-F", "csv", "-s", "1M", "--origin", "raw")))
          .as("%s", err)
          .isZero();
      assertThat(printed()).startsWith("time,mover,direction,bytes\r\n");
      assertThat(csvSums()).isNotEmpty().isEqualTo(truth());
      answers.add(printed());
    }
    assertThat(answers.get(1)).isEqualTo(answers.get(0));
    assertThat(answers.get(2)).isEqualTo(answers.get(0));
  }

  @Test
  void jsonAndArrow_haveTheSameNumbers() throws Exception {
    assertThat(
            call(
                throughTheDaemon(),
                query("-F", "json", "-s", "1d", "--origin", "raw", "-g", "none")))
        .isZero();
    BigDecimal ofJson = BigDecimal.ZERO;
    JsonObject answer = JsonParser.parseString(printed()).getAsJsonObject();
    for (JsonElement series : answer.getAsJsonArray("series")) {
      for (JsonElement value : series.getAsJsonObject().getAsJsonArray("values")) {
        ofJson = value.isJsonNull() ? ofJson : ofJson.add(value.getAsBigDecimal());
      }
    }
    Path file = folder.resolve("answer.arrow");
    assertThat(
            call(
                straightAtTheStandby(),
                query(
                    "-F",
                    "arrow",
                    "-o",
                    file.toString(),
                    "-s",
                    "1d",
                    "--origin",
                    "raw",
                    "-g",
                    "none")))
        .isZero();
    BigDecimal ofArrow =
        ArrowReadBack.of(Files.readAllBytes(file)).fields().stream()
            .skip(1)
            .flatMap(field -> field.values().stream())
            .filter(Long.class::isInstance)
            .map(value -> BigDecimal.valueOf((Long) value))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    BigDecimal expected = truth().values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    assertThat(ofJson).isEqualByComparingTo(expected);
    assertThat(ofArrow).isEqualByComparingTo(expected);
  }

  @Test
  void movers_areTheSameWhateverTheWay() throws Exception {
    assertThat(call(throughTheDaemon(), "movers", "--look-back", "1000d", "-F", "csv")).isZero();
    String told = printed();
    assertThat(told).contains("\r\nL8G1_001,tape,", "\r\ndiskSF1_01,disk,");
    assertThat(call(straightAtTheStandby(), "movers", "--look-back", "1000d", "-F", "csv"))
        .isZero();
    assertThat(printed()).isEqualTo(told);
  }

  // ---- exit codes -----------------------------------------------------------------------------

  @Test
  void exitCodes_tellWhatIsWrong() throws Exception {
    assertThat(call(throughTheDaemon(), "query", "-s", "3x")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).startsWith("enstore-accounting query: --step is \"3x\"; it must be");
    assertThat(call(straightAtTheStandby(), "query", "-f", "now", "-t", "1d"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--to: The time range is reversed").hasLineCount(1);
    assertThat(call(throughTheDaemon(), "query", "--source", "other")).isEqualTo(ExitCode.USAGE);

    List<String> anonymous = throughTheDaemon().subList(0, 4);
    assertThat(call(anonymous, "query")).isEqualTo(ExitCode.REFUSED);
    assertThat(err.toString()).contains("--token-file").hasLineCount(1);
    assertThat(call(Map.of("ENSTORE_ACCOUNTING_TOKEN", "wrong"), anonymous, "status"))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(call(Map.of("ENSTORE_ACCOUNTING_TOKEN", TOKEN), anonymous, "status")).isZero();

    List<String> suspicious = new ArrayList<>(throughTheDaemon());
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    suspicious.set(3, new TestAuthority(elsewhere, "stranger").certificateFile().toString());
    assertThat(call(suspicious, "query")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).contains("TLS", "--tls-ca").hasLineCount(1);

    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertThat(call(List.of("--daemon", "127.0.0.1:" + free), "status"))
        .isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).contains("No daemon answers").hasLineCount(1);
    List<String> nowhere = new ArrayList<>(straightAtTheStandby());
    nowhere.set(1, "127.0.0.1:" + free);
    assertThat(call(nowhere, "query")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).hasLineCount(1);

    Path wrong = Files.writeString(folder.resolve("wrong"), "wrong");
    List<String> stranger = new ArrayList<>(straightAtTheStandby());
    stranger.set(7, wrong.toString());
    assertThat(call(stranger, "query")).isEqualTo(ExitCode.REFUSED);
    assertThat(err.toString()).doesNotContain("wrong\n").hasLineCount(1);
  }

  @Test
  void certificate_standsForAToken_whenTheDaemonKnowsIt() throws Exception {
    TestAuthority.Identity analyst = authority.issue("analyst.example.org", "EC");
    assertThat(
            call(
                showing(analyst.certificateFile(), analyst.keyFile()),
                query("-F", "csv", "-s", "1M", "--origin", "raw")))
        .as("%s", err)
        .isZero();
    assertThat(csvSums()).isNotEmpty().isEqualTo(truth());

    TestAuthority.Identity unlisted = authority.issue("unlisted.example.org", "RSA");
    assertThat(call(showing(unlisted.certificateFile(), unlisted.keyFile()), "status"))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(err.toString()).contains("--client-cert", "access list").hasLineCount(1);

    TestAuthority.Identity impostor =
        new TestAuthority(Files.createDirectory(folder.resolve("impostors")), "impostors")
            .issue("analyst.example.org", "RSA");
    assertThat(call(showing(impostor.certificateFile(), impostor.keyFile()), "status"))
        .isEqualTo(ExitCode.REFUSED);

    TestAuthority.Identity late =
        authority.issue("late.example.org", "EC", "-startdate", "-60d", "-validity", "30");
    assertThat(call(showing(late.certificateFile(), late.keyFile()), "status"))
        .isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).contains("TLS", "--client-cert").hasLineCount(1);
  }

  @Test
  void status_isWellUntilTheNumbersAreOld() {
    for (List<String> way : List.of(throughTheDaemon(), straightAtTheStandby())) {
      assertThat(call(way, "status")).as("%s%s", printed(), err).isZero();
      assertThat(printed()).contains(" ok ", "streaming", "12.");
      assertThat(call(way, "status", "--max-age", "0s")).isEqualTo(ExitCode.STALE);
      assertThat(printed()).contains("more than --max-age 0s");
    }
  }

  @Test
  void strict_turnsAWarningIntoAnExitCode() throws SQLException {
    // The fixture's summary ended long ago.
    String[] today = {"query", "-f", "1h", "-s", "1d", "-g", "none", "--strict", "-F", "csv"};
    record(Instant.now().minusSeconds(600), "W1.mover", 1);
    assertThat(call(throughTheDaemon(), today)).isEqualTo(ExitCode.WARNED);
    assertThat(err.toString()).contains("warning: ");
  }

  // ---- live -----------------------------------------------------------------------------------

  @Test
  void watch_seesTransfers_survivesARestart_andEndsOnRequest() throws Exception {
    AtomicInteger code = new AtomicInteger(-1);
    List<String> arguments = new ArrayList<>(throughTheDaemon());
    arguments.addAll(
        List.of("watch", "-F", "csv", "-f", "1h", "-s", "1y", "-d", "read", "--mover", "L1"));
    arguments.add(0, arguments.remove(arguments.indexOf("watch")));
    record(Instant.now(), "L1.mover", 1_000);
    Thread watcher =
        new Thread(() -> code.set(line(Map.of()).execute(arguments.toArray(String[]::new))));
    watcher.start();
    awaitValue(1_000);
    record(Instant.now(), "L1.mover", 500);
    awaitValue(1_500);

    daemon.close();
    record(Instant.now(), "L1.mover", 250);
    daemon = serve();
    awaitValue(1_750);

    watcher.interrupt();
    watcher.join();
    assertThat(code.get()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(err.toString()).containsOnlyOnce("is gone; the watch goes on when it is back.");
    assertThat(printed().lines()).doesNotHaveDuplicates();
  }

  @Test
  void watch_ofThePackedProgram_endsWhenItIsTold() throws Exception {
    for (List<String> way : List.of(throughTheDaemon(), straightAtTheStandby())) {
      List<String> command = new ArrayList<>();
      command.add(HostedPlugin.folder().resolve("enstore-accounting").toString());
      command.addAll(List.of("watch", "-F", "csv", "-f", "1h", "-s", "1y", "-g", "none"));
      command.addAll(way);
      record(Instant.now(), "L2.mover", 1);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
      builder.environment().put("GF_PLUGIN_CACHE_DIRECTORY", "");
      Process process = builder.start();
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        assertThat(lines.readLine()).isEqualTo("time,direction,bytes");
        assertThat(lines.readLine()).contains(",read,");
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        // As a shell counts SIGTERM. Ctrl-C may be ignored where tests run in the background.
        assertThat(process.exitValue()).isEqualTo(143);
      } finally {
        process.destroyForcibly();
      }
      assertThat(folder.resolve("err")).content().doesNotContain("Exception", "gone");
    }
  }

  @Test
  void query_ofThePackedProgram_thatIsEnded_leavesTheOlderFile() throws Exception {
    Path answers = Files.createDirectory(folder.resolve("answers"));
    Path file = Files.writeString(answers.resolve("answer.csv"), "older");
    for (List<String> way : List.of(throughTheDaemon(), straightAtTheStandby())) {
      try (Connection connection = pair.connectToPrimary(Role.OWNER);
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        // The standby takes the lock too, so the question is under way for as long as need be.
        statement.execute("LOCK TABLE encp_xfer");
        pair.awaitReplay(Duration.ofSeconds(60));
        List<String> command = new ArrayList<>();
        command.add(HostedPlugin.folder().resolve("enstore-accounting").toString());
        command.addAll(List.of("query", "-f", "1h", "--origin", "raw", "--fresh"));
        command.addAll(List.of("-F", "csv", "-o", file.toString()));
        command.addAll(way);
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("GF_PLUGIN_CACHE_DIRECTORY", "");
        Process process = builder.start();
        try {
          while (files(answers).size() < 2 && process.isAlive()) {
            Thread.sleep(20);
          }
          process.destroy();
          assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
          assertThat(process.exitValue()).isEqualTo(143);
        } finally {
          process.destroyForcibly();
        }
      }
      assertThat(files(answers)).containsExactly(file);
      assertThat(file).hasContent("older");
    }
  }

  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.toList();
    }
  }

  private void awaitValue(long bytes) throws InterruptedException {
    while (!printed().contains("," + bytes + "\r\n")) {
      Thread.sleep(20);
    }
  }

  private static void record(Instant at, String mover, long size) throws SQLException {
    TestTransfers.record(pair, QuirkFixture.CHICAGO, at, mover, size);
  }
}
