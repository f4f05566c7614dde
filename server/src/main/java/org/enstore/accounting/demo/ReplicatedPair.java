package org.enstore.accounting.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL primary and a hot standby that streams from it, both on 127.0.0.1 and both gone,
 * with all their files, when this is closed or the process ends. On request there are more
 * standbys; methods that do not say which mean the first. The databases are called {@code
 * accounting}, {@code drivestat} and {@code enstoredb} and belong to the role {@code enstore}, as
 * at an Enstore site, where each has servers of its own; the tables are not made here but by {@link
 * #createDatabase}. Methods that do not say which database mean {@code accounting}.
 *
 * <p>Safe for use by several threads; starting, stopping and promoting take turns.
 */
public final class ReplicatedPair implements AutoCloseable {
  /*
   * The standby begins as a copy of the primary's files made while no server runs. A preparation,
   * if there is one, fills the primary before the copy is made: nothing then needs to be written
   * to the write-ahead log or replayed, which is the fastest way to get much data into both.
   */

  /** The accounting database. */
  public static final String DATABASE = "accounting";

  /** The database of what drives counted. */
  public static final String DRIVESTAT = "drivestat";

  /** The catalogue of tapes and files. */
  public static final String ENSTOREDB = "enstoredb";

  /** The database every cluster has, and the standby from the start. */
  private static final String MAINTENANCE = "postgres";

  private static final String STANDBY_NAME = "standby";
  private static final Duration STREAMING_LIMIT = Duration.ofSeconds(60);
  private static final Duration PROMOTION_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(5);

  /** Who may connect. */
  public enum Role {
    /** May do everything, on both servers. */
    SUPERUSER("postgres"),
    /** Owns the database and its tables: Enstore itself. */
    OWNER("enstore"),
    /** Reads what Enstore lets its reader read: the data source. */
    READER("enstore_reader"),
    /** The standby, when it asks the primary for the log. */
    REPLICATION("enstore_standby");

    private final String user;

    Role(String user) {
      this.user = user;
    }

    /** Its name in the database. */
    public String user() {
      return user;
    }
  }

  /** Fills the primary before the standby is made. */
  @FunctionalInterface
  public interface Preparation {
    /** {@code pair} has a primary, with roles and database, and no standby yet. */
    void prepare(ReplicatedPair pair) throws SQLException;
  }

  /**
   * What the servers need to speak TLS: PEM files.
   *
   * @param certificate the servers' certificate, and what signed it up to its authority
   * @param key the certificate's key, not encrypted
   * @param clientAuthority who signs the reader's certificate; null when it needs none
   * @param required whether the reader and the owner are refused without TLS
   */
  public record Tls(Path certificate, Path key, @Nullable Path clientAuthority, boolean required) {}

  /** What a pair is to be like, as yet by the defaults alone. */
  public static PairBuilder builder() {
    return new PairBuilder();
  }

  private final PairBuilder options;
  private final Clock clock;
  private final Progress progress;
  private final Map<Role, String> passwords = new EnumMap<>(Role.class);
  private final Path home;
  private final Programs programs;
  private final EmbeddedPostgres primary;
  private final EmbeddedPostgres standby;
  private final List<EmbeddedPostgres> standbys = new ArrayList<>();
  private final Thread atExit;
  private boolean closed;

  private ReplicatedPair(PairBuilder options) throws IOException, InterruptedException {
    this.options = options;
    this.clock = options.clock;
    this.progress = options.progress;
    SecureRandom random = new SecureRandom();
    for (Role role : Role.values()) {
      byte[] bytes = new byte[18];
      random.nextBytes(bytes);
      passwords.put(role, Base64.getUrlEncoder().encodeToString(bytes));
    }
    Programs.Source source =
        options.programs != null
            ? options.programs
            : InstalledPrograms.of(PostgresBinaries.bundled(progress));
    this.home = Files.createTempDirectory("enstore-accounting-pair-");
    try {
      this.programs = source.open(home);
    } catch (IOException | InterruptedException | RuntimeException e) {
      Directories.delete(home);
      throw e;
    }
    this.primary =
        new EmbeddedPostgres(
            programs, Files.createDirectory(home.resolve("primary")), options.primaryPort);
    this.standby =
        new EmbeddedPostgres(
            programs, Files.createDirectory(home.resolve("standby")), options.standbyPort);
    standbys.add(standby);
    for (int more = 1; more < options.standbys; more++) {
      standbys.add(
          new EmbeddedPostgres(programs, Files.createDirectory(home.resolve(nameOf(more))), 0));
    }
    this.atExit = new Thread(this::closeAtExit, "enstore-accounting-pair-close");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts both servers of a new pair and returns once the standby streams. */
  static ReplicatedPair start(PairBuilder options) throws IOException, InterruptedException {
    ReplicatedPair pair = new ReplicatedPair(options);
    try {
      pair.startBoth();
    } catch (SQLException e) {
      pair.closeAfter(e);
      throw new IOException("The PostgreSQL pair could not be set up: " + e.getMessage(), e);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      pair.closeAfter(e);
      throw e;
    }
    return pair;
  }

  // ---- where it is ----------------------------------------------------------------------------

  /** The primary's database for JDBC, without user and password. */
  public String primaryUrl() {
    return primary.url(DATABASE);
  }

  /** The standby's database for JDBC, without user and password. */
  public String standbyUrl() {
    return standby.url(DATABASE);
  }

  public int primaryPort() {
    return primary.port();
  }

  public int standbyPort() {
    return standby.port();
  }

  /** The port of standby {@code number}, counted from 0. */
  public int standbyPort(int number) {
    return standbys.get(number).port();
  }

  /** What standby {@code number} calls itself and its slot on the primary. */
  public static String nameOf(int number) {
    return number == 0 ? STANDBY_NAME : STANDBY_NAME + (number + 1);
  }

  /** The password of {@code role}, different in every run. */
  public String password(Role role) {
    String password = passwords.get(role);
    if (password == null) {
      throw new IllegalStateException("every role has a password");
    }
    return password;
  }

  public Path primaryLog() {
    return primary.log();
  }

  public Path standbyLog() {
    return standby.log();
  }

  /** Where all its files are, until it is closed. */
  Path home() {
    return home;
  }

  /** The zone both servers take for theirs. */
  public ZoneId zone() {
    return options.zone;
  }

  // ---- connections and SQL --------------------------------------------------------------------

  /** A new connection to the primary, in the site's zone. The caller closes it. */
  public Connection connectToPrimary(Role role) throws SQLException {
    return connect(primary, DATABASE, role);
  }

  /** A new connection to the standby, in the site's zone. The caller closes it. */
  public Connection connectToStandby(Role role) throws SQLException {
    return connect(standby, DATABASE, role);
  }

  /** A new connection to a database of the primary, in the site's zone. The caller closes it. */
  public Connection connectToPrimary(String database, Role role) throws SQLException {
    return connect(primary, database, role);
  }

  /** A new connection to a database of the standby, in the site's zone. The caller closes it. */
  public Connection connectToStandby(String database, Role role) throws SQLException {
    return connect(standby, database, role);
  }

  /** Connections to the primary as the owner: what transfers are recorded through. */
  public Connections owner() {
    return () -> connectToPrimary(Role.OWNER);
  }

  /** The three databases of the primary as the owner. */
  public Databases databases() {
    return new Databases(
        owner(),
        Optional.of(() -> connectToPrimary(DRIVESTAT, Role.OWNER)),
        Optional.of(() -> connectToPrimary(ENSTOREDB, Role.OWNER)));
  }

  /**
   * Creates what Enstore's databases have: tables, functions and the reader's rights, by the files
   * of the folder {@code sql}.
   */
  public void createDatabase() throws SQLException {
    SqlFiles.create(this);
  }

  /** Lets the reader read the tables that Enstore keeps from it. */
  public void letReaderReadMore() throws SQLException {
    SqlFiles.run(this, DATABASE, Role.SUPERUSER, "06-more-rights.sql");
  }

  /** Lets the reader see the standby's receiver, and so the replay lag. */
  public void letReaderMonitor() throws SQLException {
    SqlFiles.run(this, DATABASE, Role.SUPERUSER, "05-monitoring.sql");
  }

  private Connection connect(EmbeddedPostgres server, String database, Role role)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role.user());
    properties.setProperty("password", password(role));
    properties.setProperty("ApplicationName", "enstore-accounting-demo");
    properties.setProperty("loginTimeout", "10");
    Connection connection = DriverManager.getConnection(server.url(database), properties);
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT set_config('TimeZone', ?, false)")) {
      // The driver announces the zone of this JVM, which decides what "today" is.
      statement.setString(1, options.zone.getId());
      statement.execute();
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  // ---- replication ----------------------------------------------------------------------------

  /** Has the standby fall behind: it receives, but shows nothing new, until resumed. */
  public void pauseReplay() throws SQLException {
    pauseReplay(0);
  }

  /** The same for standby {@code number}. */
  public void pauseReplay(int number) throws SQLException {
    onServer(standbys.get(number), "SELECT pg_wal_replay_pause()");
  }

  /** Has the standby go on; PostgreSQL 12 can take a second over it. */
  public void resumeReplay() throws SQLException {
    resumeReplay(0);
  }

  /** The same for standby {@code number}. */
  public void resumeReplay(int number) throws SQLException {
    onServer(standbys.get(number), "SELECT pg_wal_replay_resume()");
  }

  /**
   * Waits until the standby shows everything that was committed on the primary before this call.
   *
   * @throws IllegalStateException when it does not within {@code limit}
   */
  public void awaitReplay(Duration limit) throws SQLException, InterruptedException {
    awaitReplay(0, limit);
  }

  /** The same for standby {@code number}. */
  public void awaitReplay(int number, Duration limit) throws SQLException, InterruptedException {
    String written;
    try (Connection connection = connect(primary, MAINTENANCE, Role.SUPERUSER)) {
      written = single(connection, "SELECT pg_current_wal_lsn()");
    }
    try (Connection connection = connect(standbys.get(number), MAINTENANCE, Role.SUPERUSER);
        PreparedStatement statement =
            connection.prepareStatement("SELECT pg_last_wal_replay_lsn() >= ?::pg_lsn")) {
      statement.setString(1, written);
      await(
          limit,
          nameOf(number) + " has not replayed up to " + written,
          () -> {
            try (ResultSet result = statement.executeQuery()) {
              return result.next() && result.getBoolean(1);
            }
          });
    }
  }

  /** Waits until the standby streams from the primary. */
  public void awaitStreaming(Duration limit) throws SQLException, InterruptedException {
    awaitStreaming(0, limit);
  }

  /** The same for standby {@code number}. */
  public void awaitStreaming(int number, Duration limit) throws SQLException, InterruptedException {
    try (Connection connection = connect(primary, MAINTENANCE, Role.SUPERUSER)) {
      await(
          limit,
          nameOf(number) + " does not stream",
          () ->
              "streaming"
                  .equals(
                      single(
                          connection,
                          "SELECT max(state) FROM pg_stat_replication WHERE application_name = '"
                              + nameOf(number)
                              + "'")));
    }
  }

  /** Makes the standby a primary, which accepts writes when this returns. */
  public void promote() throws SQLException, InterruptedException {
    promote(0);
  }

  /** The same with standby {@code number}. */
  public void promote(int number) throws SQLException, InterruptedException {
    EmbeddedPostgres server = standbys.get(number);
    onServer(server, "SELECT pg_promote(true, " + PROMOTION_LIMIT.toSeconds() + ")");
    try (Connection connection = connect(server, MAINTENANCE, Role.SUPERUSER)) {
      await(
          PROMOTION_LIMIT,
          "the standby is still in recovery",
          () -> "f".equals(single(connection, "SELECT pg_is_in_recovery()")));
    }
  }

  // ---- starting and stopping ------------------------------------------------------------------

  /** Stops the standby in good order. */
  public synchronized void stopStandby() throws IOException, InterruptedException {
    standby.stopInGoodOrder();
  }

  /** Starts the standby again, on the port it had, and returns once it accepts connections. */
  public synchronized void startStandby() throws IOException, InterruptedException {
    startStandby(0);
  }

  /** The same with standby {@code number}. */
  public synchronized void startStandby(int number) throws IOException, InterruptedException {
    requireOpen();
    standbys.get(number).start();
  }

  /** Stops the standby at once, breaking its connections. */
  public synchronized void crashStandby() throws IOException, InterruptedException {
    crashStandby(0);
  }

  /** The same with standby {@code number}. */
  public synchronized void crashStandby(int number) throws IOException, InterruptedException {
    standbys.get(number).stop();
  }

  /** Stops the primary in good order. */
  public synchronized void stopPrimary() throws IOException, InterruptedException {
    primary.stopInGoodOrder();
  }

  /** Starts the primary again, on the port it had, and returns once it accepts connections. */
  public synchronized void startPrimary() throws IOException, InterruptedException {
    requireOpen();
    primary.start();
  }

  /** Stops the primary at once, breaking its connections. */
  public synchronized void crashPrimary() throws IOException, InterruptedException {
    primary.stop();
  }

  private synchronized void startBoth() throws IOException, InterruptedException, SQLException {
    progress.report("Creating the PostgreSQL cluster in " + home);
    primary.initialise(password(Role.SUPERUSER));
    new PairConfiguration(options.zone, options.tls).writeTo(primary);
    primary.configure(options.settings);
    if (options.preparation != null) {
      prepare(options.preparation);
    }
    progress.report("Making the standby and starting both");
    for (EmbeddedPostgres copy : standbys) {
      copy.copyOf(primary);
    }
    primary.start();
    if (options.preparation == null) {
      createRoles();
    }
    for (int number = 0; number < standbys.size(); number++) {
      startStreaming(number);
    }
    for (int number = 0; number < standbys.size(); number++) {
      awaitStreaming(number, STREAMING_LIMIT);
      // Roles and database are then there for whoever connects to the standby next.
      awaitReplay(number, STREAMING_LIMIT);
    }
  }

  private void startStreaming(int number) throws IOException, InterruptedException, SQLException {
    String name = nameOf(number);
    EmbeddedPostgres copy = standbys.get(number);
    onServer(primary, "SELECT pg_create_physical_replication_slot('" + name + "', true)");
    copy.configure(options.standbySettings);
    copy.configure(
        Map.of(
            "primary_conninfo",
            "host=127.0.0.1 port=%s user=%s password=%s application_name=%s"
                .formatted(
                    primary.port(), Role.REPLICATION.user(), password(Role.REPLICATION), name),
            "primary_slot_name",
            name));
    copy.becomeStandby();
    copy.start();
  }

  /** Fills the primary with the log at its least, which only a cluster without a standby may. */
  private void prepare(Preparation preparation)
      throws IOException, InterruptedException, SQLException {
    Map<String, String> minimal = Map.of("wal_level", "minimal", "max_wal_senders", "0");
    Map<String, String> replicated = Map.of("wal_level", "replica", "max_wal_senders", "10");
    primary.configure(minimal);
    primary.start();
    createRoles();
    preparation.prepare(this);
    primary.stopInGoodOrder();
    primary.configure(replicated);
    primary.configure(options.settings);
    // A start notes the level in the cluster's own files, without which no standby starts.
    primary.start();
    primary.stopInGoodOrder();
  }

  private void createRoles() throws SQLException {
    try (Connection connection = connect(primary, MAINTENANCE, Role.SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(Role.OWNER.user(), password(Role.OWNER)));
      statement.execute(
          "CREATE ROLE %s LOGIN PASSWORD '%s'"
              .formatted(Role.READER.user(), password(Role.READER)));
      statement.execute(
          "CREATE ROLE %s LOGIN REPLICATION PASSWORD '%s'"
              .formatted(Role.REPLICATION.user(), password(Role.REPLICATION)));
      for (String database : List.of(DATABASE, DRIVESTAT, ENSTOREDB)) {
        statement.execute("CREATE DATABASE %s OWNER %s".formatted(database, Role.OWNER.user()));
      }
    }
  }

  // ---- the end --------------------------------------------------------------------------------

  /** Stops both servers at once and deletes their files. A second call does nothing. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ignored) {
      // The process is ending already: the hook does or did the same.
    }
    closeNow();
  }

  private void closeAtExit() {
    closeNow();
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private synchronized void closeNow() {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = Thread.interrupted();
    try {
      for (EmbeddedPostgres copy : standbys) {
        copy.stop();
      }
      primary.stop();
      programs.close();
      Directories.delete(home);
    } catch (IOException e) {
      throw new IllegalStateException("The PostgreSQL pair in " + home + " is not all gone.", e);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The PostgreSQL pair is closed.");
    }
  }

  // ---- small things ---------------------------------------------------------------------------

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws SQLException;
  }

  private void await(Duration limit, String otherwise, Condition condition)
      throws SQLException, InterruptedException {
    Instant end = clock.instant().plus(limit);
    while (!condition.holds()) {
      if (clock.instant().isAfter(end)) {
        throw new IllegalStateException("After " + limit.toMillis() + " ms " + otherwise + ".");
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private void onServer(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server, MAINTENANCE, Role.SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static @Nullable String single(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getString(1) : null;
    }
  }
}
