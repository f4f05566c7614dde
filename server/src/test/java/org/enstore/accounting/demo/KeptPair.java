package org.enstore.accounting.demo;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.enstore.accounting.demo.ReplicatedPair.Role;

/**
 * A PostgreSQL primary and a hot standby with a long history, whose files stay in a directory for
 * the next run. Not thread-safe.
 *
 * <p>There are two databases: {@link #LONG} holds the whole history, {@link #SHORT} the last days
 * of the same site alone. What was transferred since the last run is recorded when the directory is
 * opened again, so that the running day is never empty.
 */
public final class KeptPair implements AutoCloseable {
  /** The database with the whole history. */
  public static final String LONG = ReplicatedPair.DATABASE;

  /** The database with the last days alone. */
  public static final String SHORT = "accounting_short";

  private static final String MAINTENANCE = "postgres";
  private static final String STANDBY_NAME = "standby";
  private static final String NOTES = "site.properties";
  private static final Duration COPY_LIMIT = Duration.ofHours(1);
  private static final Duration STREAMING_LIMIT = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(50);

  /**
   * What the history is to be like. Equal wishes find what a former run left.
   *
   * @param rows about how many transfers the long history has
   * @param shortRows about how many the short one has
   */
  public record Wish(ZoneId zone, int years, int movers, long rows, long shortRows, long seed) {
    private Map<String, String> texts() {
      Map<String, String> texts = new TreeMap<>();
      texts.put("zone", zone.getId());
      texts.put("years", Integer.toString(years));
      texts.put("movers", Integer.toString(movers));
      texts.put("rows", Long.toString(rows));
      texts.put("shortRows", Long.toString(shortRows));
      texts.put("seed", Long.toString(seed));
      texts.put("schema", schema());
      return texts;
    }

    private static String schema() {
      try (var file = KeptPair.class.getResourceAsStream("sql/01-schema.sql")) {
        if (file == null) {
          throw new IllegalStateException("No resource sql/01-schema.sql.");
        }
        return Integer.toHexString(java.util.Arrays.hashCode(file.readAllBytes()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private int transfersPerDay() {
      return (int) Math.max(1, rows / (365L * years));
    }

    private Site longSite(Instant until) {
      LocalDate today = until.atZone(zone).toLocalDate();
      return new Site(zone, today.minusYears(years), until, movers, transfersPerDay(), seed);
    }

    private Site shortSite(Instant until) {
      LocalDate today = until.atZone(zone).toLocalDate();
      long days = Math.max(3, shortRows / transfersPerDay());
      return new Site(zone, today.minusDays(days), until, movers, transfersPerDay(), seed);
    }
  }

  private final Wish wish;
  private final Path directory;
  private final Progress progress;
  private final Clock clock;
  private final Properties notes = new Properties();
  private final Programs programs;
  private final EmbeddedPostgres primary;
  private final EmbeddedPostgres standby;

  private KeptPair(
      Wish wish, Path directory, Progress progress, Clock clock, Programs programs, boolean kept)
      throws IOException {
    this.wish = wish;
    this.directory = directory;
    this.progress = progress;
    this.clock = clock;
    this.programs = programs;
    if (kept) {
      try (Reader file = Files.newBufferedReader(directory.resolve(NOTES))) {
        notes.load(file);
      }
    }
    this.primary = new EmbeddedPostgres(programs, directory.resolve("primary"), 0);
    this.standby = new EmbeddedPostgres(programs, directory.resolve("standby"), 0);
  }

  /**
   * Starts both servers, filling them first when {@code directory} is new, and returns once the
   * standby has everything.
   *
   * @throws IOException also when the directory holds another history, or something else
   */
  public static KeptPair open(Path directory, Wish wish, Progress progress, Clock clock)
      throws IOException, InterruptedException, SQLException {
    Path notes = directory.resolve(NOTES);
    boolean kept = Files.exists(notes);
    if (!kept) {
      Files.createDirectories(directory);
      try (Stream<Path> entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          throw new IOException(
              directory
                  + " is neither empty nor complete; a run may have been ended in it. Delete it, or"
                  + " name another directory.");
        }
      }
      Files.createDirectory(directory.resolve("primary"));
      Files.createDirectory(directory.resolve("standby"));
    }
    Programs programs =
        InstalledPrograms.of(PostgresBinaries.bundled(progress)).open(directory.toAbsolutePath());
    KeptPair pair = new KeptPair(wish, directory.toAbsolutePath(), progress, clock, programs, kept);
    try {
      if (kept) {
        pair.requireSame();
      } else {
        pair.fill();
      }
      pair.start(!kept);
      return pair;
    } catch (IOException | InterruptedException | SQLException | RuntimeException e) {
      pair.close();
      throw e;
    }
  }

  // ---- where it is ----------------------------------------------------------------------------

  public int standbyPort() {
    return standby.port();
  }

  /** The password of {@code role}. */
  public String password(Role role) {
    return notes.getProperty("password." + role.user());
  }

  /** A new connection to a database of the standby; the caller closes it. */
  public Connection connectToStandby(String database, Role role) throws SQLException {
    return connect(standby, database, role);
  }

  /** A new connection to a database of the primary; the caller closes it. */
  public Connection connectToPrimary(String database, Role role) throws SQLException {
    return connect(primary, database, role);
  }

  /** Where the standby's server writes its log. */
  public Path standbyLog() {
    return standby.log();
  }

  // ---- filling --------------------------------------------------------------------------------

  private void requireSame() throws IOException {
    for (Map.Entry<String, String> text : wish.texts().entrySet()) {
      String there = notes.getProperty(text.getKey());
      if (!text.getValue().equals(there)) {
        throw new IOException(
            "%s holds another history: its %s is %s, wanted is %s. Delete it, or name another."
                .formatted(directory, text.getKey(), there, text.getValue()));
      }
    }
  }

  private void fill() throws IOException, InterruptedException, SQLException {
    SecureRandom random = new SecureRandom();
    for (Role role : Role.values()) {
      byte[] bytes = new byte[18];
      random.nextBytes(bytes);
      notes.setProperty(
          "password." + role.user(), Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
    wish.texts().forEach(notes::setProperty);
    Instant until = Instant.ofEpochSecond(clock.instant().getEpochSecond());
    notes.setProperty("until", until.toString());
    notes.setProperty("recordedUntil", until.toString());

    primary.initialise(password(Role.SUPERUSER));
    primary.authenticate(
        List.of(
            "host replication " + Role.REPLICATION.user() + " 127.0.0.1/32 scram-sha-256",
            "host all all 127.0.0.1/32 scram-sha-256"));
    Map<String, String> minimal = new LinkedHashMap<>(settings());
    minimal.put("wal_level", "minimal");
    minimal.put("max_wal_senders", "0");
    primary.configure(minimal);
    primary.start();
    for (Role role : List.of(Role.OWNER, Role.READER, Role.REPLICATION)) {
      execute(
          primary,
          MAINTENANCE,
          "CREATE ROLE %s LOGIN %s PASSWORD '%s'"
              .formatted(
                  role.user(), role == Role.REPLICATION ? "REPLICATION" : "", password(role)));
    }
    fill(LONG, wish.longSite(until));
    fill(SHORT, wish.shortSite(until));
    primary.stopInGoodOrder();
    primary.configure(settings());
    // A start notes the level of the log in the cluster's own files, without which no standby
    // starts.
    primary.start();
    execute(primary, MAINTENANCE, "CHECKPOINT");
    primary.stopInGoodOrder();
    progress.report("Copying the primary for the standby");
    programs.copy(
        directory.resolve("primary").resolve("data"),
        directory.resolve("standby").resolve("data"),
        COPY_LIMIT);
    standby.becomeStandby();
  }

  private void fill(String database, Site site) throws SQLException, InterruptedException {
    execute(
        primary, MAINTENANCE, "CREATE DATABASE %s OWNER %s".formatted(database, Role.OWNER.user()));
    try (Connection connection = connect(primary, database, Role.OWNER)) {
      SqlFiles.run(connection, "01-schema.sql");
      SqlFiles.run(connection, "02-summary-functions.sql");
    }
    try (Connection connection = connect(primary, database, Role.SUPERUSER)) {
      SqlFiles.run(connection, "03-roles.sql");
      SqlFiles.run(connection, "05-monitoring.sql");
    }
    Traffic.Report report =
        new Traffic(site).record(() -> connect(primary, database, Role.OWNER), progress);
    progress.report(database + ": " + report.transfers() + " transfers; the other indexes");
    try (Connection connection = connect(primary, database, Role.OWNER)) {
      // Traffic makes what the demo needs; this makes whatever else the schema has.
      SqlFiles.run(connection, "01-schema.sql");
    }
    progress.report(database + ": vacuum");
    execute(primary, database, "VACUUM (FREEZE, ANALYZE) encp_xfer");
    execute(primary, database, "VACUUM (FREEZE, ANALYZE) xfer_by_day_by_mover");
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("wal_level", "replica");
    settings.put("max_wal_senders", "10");
    settings.put("hot_standby", "on");
    settings.put("password_encryption", "scram-sha-256");
    settings.put("log_line_prefix", "%m [%p] %q%u@%d ");
    settings.put("datestyle", "iso, mdy");
    // What is lost in a power cut is generated again.
    settings.put("fsync", "off");
    settings.put("full_page_writes", "off");
    settings.put("max_wal_size", "8GB");
    settings.put("checkpoint_timeout", "30min");
    settings.put("shared_buffers", "1GB");
    settings.put("effective_cache_size", "6GB");
    settings.put("maintenance_work_mem", "512MB");
    settings.put("wal_retrieve_retry_interval", "200ms");
    // Off until somebody asks which statements arrive and what they read.
    settings.put("session_preload_libraries", "auto_explain");
    settings.put("auto_explain.log_min_duration", "-1");
    settings.put("auto_explain.log_analyze", "on");
    settings.put("auto_explain.log_buffers", "on");
    settings.put("auto_explain.log_timing", "off");
    settings.put("auto_explain.log_format", "json");
    return settings;
  }

  // ---- starting and stopping ------------------------------------------------------------------

  private void start(boolean isNew) throws IOException, InterruptedException, SQLException {
    Map<String, String> zoned = new LinkedHashMap<>(settings());
    zoned.put("timezone", wish.zone().getId());
    zoned.put("log_timezone", wish.zone().getId());
    primary.configure(zoned);
    primary.start();
    if (isNew) {
      execute(
          primary,
          MAINTENANCE,
          "SELECT pg_create_physical_replication_slot('" + STANDBY_NAME + "', true)");
    }
    standby.configure(zoned);
    standby.configure(
        Map.of(
            "primary_conninfo",
            "host=127.0.0.1 port=%s user=%s password=%s application_name=%s"
                .formatted(
                    primary.port(),
                    Role.REPLICATION.user(),
                    password(Role.REPLICATION),
                    STANDBY_NAME),
            "primary_slot_name",
            STANDBY_NAME));
    standby.start();
    recordSince();
    awaitReplay();
    remember();
  }

  /** Records what was transferred since the directory was last opened. */
  private void recordSince() throws SQLException {
    Instant made = Instant.parse(notes.getProperty("until"));
    long from = Instant.parse(notes.getProperty("recordedUntil")).getEpochSecond();
    long until = clock.instant().getEpochSecond();
    LocalDate first = Instant.ofEpochSecond(from).atZone(wish.zone()).toLocalDate();
    LocalDate today = Instant.ofEpochSecond(until).atZone(wish.zone()).toLocalDate();
    Map<String, Site> sites = Map.of(LONG, wish.longSite(made), SHORT, wish.shortSite(made));
    for (Map.Entry<String, Site> site : sites.entrySet()) {
      Transfers transfers = new Transfers(site.getValue());
      try (Connection connection = connect(primary, site.getKey(), Role.OWNER)) {
        try (BinaryCopy copy = new BinaryCopy(connection, Transfers.TABLE, Transfers.COLUMNS, "")) {
          for (LocalDate day = first; !day.isAfter(today); day = day.plusDays(1)) {
            transfers.writeDay(day, second -> second >= from && second < until, copy);
          }
          copy.finish();
        }
        for (String function : List.of("make_daily_xfer_size", "make_daily_xfer_size_by_mover")) {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT " + function + "(?)")) {
            statement.setDate(1, Date.valueOf(today));
            statement.execute();
          }
        }
      }
    }
    notes.setProperty("recordedUntil", Instant.ofEpochSecond(until).toString());
  }

  private void remember() throws IOException {
    Path file = directory.resolve(NOTES);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (Writer writer = Files.newBufferedWriter(file)) {
      notes.store(writer, "What the clusters beside this file hold.");
    }
  }

  private void awaitReplay() throws SQLException, InterruptedException {
    String written;
    try (Connection connection = connect(primary, MAINTENANCE, Role.SUPERUSER)) {
      written = single(connection, "SELECT pg_current_wal_lsn()");
    }
    Instant end = clock.instant().plus(STREAMING_LIMIT);
    try (Connection connection = connect(standby, MAINTENANCE, Role.SUPERUSER)) {
      String replayed =
          "SELECT coalesce(pg_last_wal_replay_lsn() >= '" + written + "'::pg_lsn, false)";
      while (!"t".equals(single(connection, replayed))) {
        if (clock.instant().isAfter(end)) {
          throw new IllegalStateException("The standby has not replayed up to " + written + ".");
        }
        Thread.sleep(POLL.toMillis());
      }
    }
  }

  /** Stops both servers in good order; their files stay. */
  @Override
  public void close() {
    List<Exception> failures = new ArrayList<>();
    for (EmbeddedPostgres server : List.of(standby, primary)) {
      try {
        server.stopInGoodOrder();
      } catch (IOException e) {
        failures.add(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failures.add(e);
      }
    }
    programs.close();
    if (!failures.isEmpty()) {
      throw new IllegalStateException(
          "The PostgreSQL pair in " + directory + " did not stop.", failures.get(0));
    }
  }

  // ---- small things ---------------------------------------------------------------------------

  private Connection connect(EmbeddedPostgres server, String database, Role role)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role.user());
    properties.setProperty("password", password(role));
    properties.setProperty("ApplicationName", "enstore-accounting-bench");
    properties.setProperty("loginTimeout", "10");
    Connection connection = DriverManager.getConnection(server.url(database), properties);
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT set_config('TimeZone', ?, false)")) {
      statement.setString(1, wish.zone().getId());
      statement.execute();
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private void execute(EmbeddedPostgres server, String database, String sql) throws SQLException {
    try (Connection connection = connect(server, database, Role.SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String single(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
