package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Base64;
import java.util.List;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pair as others rely on it. Each test that breaks a pair breaks one of its own. */
class ReplicatedPairIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");

  private static ReplicatedPair pair;

  @BeforeAll
  static void start() throws Exception {
    pair = started();
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  private static ReplicatedPair started() throws Exception {
    ReplicatedPair started =
        TestPairs.builder()
            .zone(CHICAGO)
            .standbySetting("max_standby_streaming_delay", "250ms")
            .start();
    started.createDatabase();
    started.awaitReplay(LIMIT);
    return started;
  }

  @Test
  void standby_isReadOnlyAndShowsWhatThePrimaryCommitted() throws Exception {
    try (Connection owner = pair.connectToPrimary(Role.OWNER);
        Connection reader = pair.connectToStandby(Role.READER);
        Connection ownerOnStandby = pair.connectToStandby(Role.OWNER)) {
      execute(owner, "INSERT INTO xfer_by_day_by_mover VALUES ('2024-01-01', 'A', 1, 2)");
      pair.awaitReplay(LIMIT);

      assertThat(single(reader, "SELECT pg_is_in_recovery()")).isEqualTo("t");
      assertThat(single(reader, "SELECT sum(\"write\") FROM xfer_by_day_by_mover")).isEqualTo("2");
      assertThatThrownBy(() -> execute(ownerOnStandby, "DELETE FROM xfer_by_day_by_mover"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
      execute(owner, "DELETE FROM xfer_by_day_by_mover");
    }
  }

  @Test
  void reader_hasTheRightsEnstoreGivesItAndNoMore() throws SQLException {
    try (Connection reader = pair.connectToStandby(Role.READER)) {
      for (String readable :
          List.of("encp_xfer", "xfer_by_day", "xfer_by_month", "tape_mounts", "mover", "quota")) {
        execute(reader, "SELECT * FROM " + readable);
      }
      for (String closed : List.of("rate", "quotas", "tape_library_slots_usage")) {
        assertThatThrownBy(() -> execute(reader, "SELECT * FROM " + closed))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
      }
    }
  }

  @Test
  void roles_needTheirPasswords() {
    for (Role role : Role.values()) {
      assertThatThrownBy(() -> DriverManager.getConnection(pair.standbyUrl(), role.user(), "wrong"))
          .as(role.user())
          .isInstanceOf(SQLException.class);
    }
  }

  @Test
  void servers_takeTheSitesZoneForTheirs() throws SQLException {
    try (Connection plain =
        DriverManager.getConnection(
            pair.standbyUrl() + "?user=postgres&password=" + pair.password(Role.SUPERUSER))) {
      execute(plain, "RESET TimeZone");
      assertThat(single(plain, "SELECT reset_val FROM pg_settings WHERE name = 'log_timezone'"))
          .isEqualTo("America/Chicago");
    }
    try (Connection connection = pair.connectToStandby(Role.READER)) {
      assertThat(single(connection, "SHOW TimeZone")).isEqualTo("America/Chicago");
      assertThat(single(connection, "SHOW max_standby_streaming_delay")).isEqualTo("250ms");
    }
  }

  @Test
  void sqlFiles_canBeRunTwice() throws SQLException {
    pair.createDatabase();
  }

  @Test
  void pauseReplay_holdsTheStandbyBackUntilResumed() throws Exception {
    try (Connection owner = pair.connectToPrimary(Role.OWNER);
        Connection reader = pair.connectToStandby(Role.READER)) {
      pair.pauseReplay();
      execute(owner, "INSERT INTO xfer_by_month VALUES ('2024-01-01', 'cms', 1, 2)");

      assertThatThrownBy(() -> pair.awaitReplay(Duration.ofMillis(200)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("200 ms");
      assertThat(single(reader, "SELECT count(*) FROM xfer_by_month")).isEqualTo("0");

      pair.resumeReplay();
      pair.awaitReplay(LIMIT);
      assertThat(single(reader, "SELECT count(*) FROM xfer_by_month")).isEqualTo("1");
      execute(owner, "DELETE FROM xfer_by_month");
    }
  }

  @Test
  void crashedPrimary_recoversAndIsFollowedAgain() throws Exception {
    try (ReplicatedPair own = started()) {
      int port = own.primaryPort();
      try (Connection owner = own.connectToPrimary(Role.OWNER)) {
        execute(owner, "INSERT INTO xfer_by_month VALUES ('2024-01-01', 'cms', 1, 2)");
        own.crashPrimary();
        assertThatThrownBy(() -> execute(owner, "SELECT 1")).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(() -> own.connectToPrimary(Role.OWNER)).isInstanceOf(SQLException.class);

      own.startPrimary();

      assertThat(own.primaryPort()).isEqualTo(port);
      try (Connection owner = own.connectToPrimary(Role.OWNER)) {
        assertThat(single(owner, "SELECT count(*) FROM xfer_by_month")).isEqualTo("1");
        execute(owner, "INSERT INTO xfer_by_month VALUES ('2024-02-01', 'cms', 1, 2)");
      }
      own.awaitStreaming(LIMIT);
      own.awaitReplay(LIMIT);
    }
  }

  @Test
  void stoppedStandby_catchesUpWhenStarted() throws Exception {
    try (ReplicatedPair own = started()) {
      own.stopStandby();
      assertThatThrownBy(() -> own.connectToStandby(Role.READER)).isInstanceOf(SQLException.class);
      try (Connection owner = own.connectToPrimary(Role.OWNER)) {
        execute(owner, "INSERT INTO xfer_by_month VALUES ('2024-01-01', 'cms', 1, 2)");
      }
      own.startStandby();
      own.awaitReplay(LIMIT);
      try (Connection reader = own.connectToStandby(Role.READER)) {
        assertThat(single(reader, "SELECT count(*) FROM xfer_by_month")).isEqualTo("1");
      }
      own.crashStandby();
      own.startStandby();
      own.awaitStreaming(LIMIT);
    }
  }

  @Test
  void promotedStandby_acceptsWrites() throws Exception {
    try (ReplicatedPair own = started()) {
      own.crashPrimary();
      own.promote();
      try (Connection owner = own.connectToStandby(Role.OWNER)) {
        assertThat(single(owner, "SELECT pg_is_in_recovery()")).isEqualTo("f");
        execute(owner, "INSERT INTO xfer_by_month VALUES ('2024-01-01', 'cms', 1, 2)");
      }
    }
  }

  @Test
  void close_leavesNoProcessAndNoFile() throws Exception {
    ReplicatedPair own = started();
    Path home = own.home();
    assertThat(home).exists();

    own.close();
    own.close();

    assertThat(home).doesNotExist();
    // A port that a server still held could not be taken.
    new ServerSocket(own.primaryPort()).close();
    new ServerSocket(own.standbyPort()).close();
    assertThatThrownBy(own::startStandby).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void preparation_isOnBothServersFromTheStart() throws Exception {
    try (ReplicatedPair own =
        TestPairs.builder()
            .preparation(
                fresh -> {
                  fresh.createDatabase();
                  try (Connection owner = fresh.connectToPrimary(Role.OWNER)) {
                    execute(owner, "INSERT INTO xfer_by_month VALUES ('2024-01-01', 'cms', 1, 2)");
                  }
                })
            .start()) {
      try (Connection reader = own.connectToStandby(Role.READER)) {
        assertThat(single(reader, "SELECT count(*) FROM xfer_by_month")).isEqualTo("1");
      }
      try (Connection owner = own.connectToPrimary(Role.OWNER)) {
        execute(owner, "INSERT INTO xfer_by_month VALUES ('2024-02-01', 'cms', 1, 2)");
      }
      own.awaitReplay(LIMIT);
    }
  }

  @Test
  void serversWithTls_areWhoTheySayAndRefuseOthers(@TempDir Path directory) throws Exception {
    TestAuthority authority =
        new TestAuthority(Files.createDirectory(directory.resolve("own")), "test authority");
    TestAuthority stranger =
        new TestAuthority(Files.createDirectory(directory.resolve("other")), "another authority");
    TestAuthority.Identity server =
        authority.issue("standby.example.org", "EC", List.of("ip:127.0.0.1"));
    TestAuthority.Identity client = authority.issue("reader.example.org", "EC");
    Path derKey = directory.resolve("client.pk8");
    Files.write(
        derKey,
        Base64.getMimeDecoder().decode(client.key().reveal().replaceAll("-----.*-----", "")));
    Files.setPosixFilePermissions(derKey, PosixFilePermissions.fromString("rw-------"));
    try (ReplicatedPair own =
        TestPairs.builder()
            .tls(
                new ReplicatedPair.Tls(
                    server.certificateFile(), server.keyFile(), authority.certificateFile(), true))
            .start()) {
      String url =
          own.standbyUrl()
              + "?user=enstore_reader&password="
              + own.password(Role.READER)
              + "&sslmode=";
      String verified = url + "verify-full&sslrootcert=" + authority.certificateFile();
      String ofClient = "&sslcert=" + client.certificateFile() + "&sslkey=" + derKey;
      try (Connection reader = DriverManager.getConnection(verified + ofClient)) {
        assertThat(single(reader, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
            .isEqualTo("t");
      }
      for (String refused :
          List.of(
              url + "disable",
              verified,
              url + "verify-full&sslrootcert=" + stranger.certificateFile() + ofClient)) {
        assertThatThrownBy(() -> DriverManager.getConnection(refused).close())
            .isInstanceOf(SQLException.class);
      }
    }
  }

  @Test
  void startThatFails_saysWhyWithTheServersWords() {
    assertThatThrownBy(
            () -> TestPairs.builder().setting("shared_buffers", "plenty").start().close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shared_buffers");
  }

  @Test
  void portThatIsTaken_isNamedInTheServersWords() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThatThrownBy(() -> TestPairs.builder().ports(taken.getLocalPort(), 0).start().close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("already in use");
    }
  }

  @Test
  void killedServer_isGoneAndStartsAgainOnTheSamePort() throws Exception {
    Path home = Files.createTempDirectory("enstore-accounting-single-");
    try (Programs programs = TestPairs.programs().open(home)) {
      Path directory = Files.createDirectory(home.resolve("server"));
      EmbeddedPostgres server = new EmbeddedPostgres(programs, directory, 0);
      server.initialise("secret");
      server.start();
      int port = server.port();
      assertThat(server.isRunning()).isTrue();

      programs.kill(directory.resolve("data"), LIMIT);

      assertThat(server.isRunning()).isFalse();
      new ServerSocket(port).close();
      server.start();
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.isRunning()).isTrue();
      server.stop();
      assertThat(server.isRunning()).isFalse();
    } finally {
      Directories.delete(home);
    }
  }

  @Test
  void programs_areOfTwoKindsAndNoOther() {
    assertThatThrownBy(() -> TestPairs.programs("docker"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("-Dpostgres=docker: it must be embedded or testcontainers.");
  }

  /** As root, the way that does without user namespaces; as anybody else, the only way. */
  @Test
  void server_runsWithoutUserNamespaces(@TempDir Path directory) throws Exception {
    boolean root = Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid"));
    Path home = Files.createTempDirectory("enstore-accounting-single-");
    try {
      ServerUser user = root ? ServerUser.asNobody() : ServerUser.find(directory);
      EmbeddedPostgres server =
          new EmbeddedPostgres(
              new InstalledPrograms(PostgresBinaries.bundled(Progress.silent()), user, home),
              home,
              0);
      server.initialise("secret");
      server.start();
      try (Connection connection =
          DriverManager.getConnection(server.url("postgres"), "postgres", "secret")) {
        assertThat(single(connection, "SELECT 1")).isEqualTo("1");
      } finally {
        server.stop();
      }
      assertThat(server.isRunning()).isFalse();
    } finally {
      Directories.delete(home);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String single(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }
}
