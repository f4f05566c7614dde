package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Fills an accounting database with the past of a {@link Site}. */
public final class Traffic {
  /*
   * The order of events is that of a real site, compressed. Transfers are recorded; the summaries
   * are made by the functions that make them there; then come the rows that no summary will ever
   * see: some that clients or log files delivered late, the rest of a day that somebody had summed
   * up before it was over, and some dated in the future by clients whose clocks are fast.
   *
   * Indexes are made after the rows, and only those that help a question of this product: building
   * all twelve of a real encp_xfer would take as long as everything else together.
   */

  private static final String DATE_INDEX = "CREATE INDEX xfr_date_idx ON encp_xfer (\"date\")";
  private static final List<String> OTHER_INDEXES =
      List.of(
          "CREATE INDEX xfr_mover_idx ON encp_xfer (mover)",
          "CREATE INDEX xfr_storage_group_idx ON encp_xfer (storage_group)",
          "CREATE INDEX encp_xfer_library_idx ON encp_xfer (library)");
  private static final List<String> SUMMARY_FUNCTIONS =
      List.of("make_daily_xfer_size", "make_daily_xfer_size_by_mover", "make_monthly_xfer_size");

  private static final int[] LATE_DAYS_AGO = {3, 10, 45, 200};
  private static final int FILLED_IN_DAYS_AGO = 75;
  private static final int FROZEN_DAYS_AGO = 25;
  private static final int FROZEN_AT_HOUR = 14;
  private static final int LATE_ROWS = 15;
  private static final int[] FUTURE_HOURS = {5, 26, 70};
  private static final int REPORT_EVERY_DAYS = 180;

  // The parts that chance is divided into, apart from those of Transfers.
  private static final long LATE = -3_000_000;
  private static final long FUTURE = -4_000_000;

  /**
   * What was recorded, and where it is odd.
   *
   * @param transfers all rows of encp_xfer
   * @param emptyDays days of an outage, without any transfer
   * @param lateDays days of which the summaries miss rows that arrived late
   * @param frozenDay the day of which the summaries hold the time before 14:00 only
   * @param futureTransfers how many transfers are dated after the end of the records
   */
  public record Report(
      long transfers,
      SortedSet<LocalDate> emptyDays,
      SortedSet<LocalDate> lateDays,
      LocalDate frozenDay,
      int futureTransfers) {}

  private final Site site;
  private final Story story;
  private final Transfers transfers;
  private final Chronicle chronicle;
  private final LocalDate frozenDay;
  private Story.@Nullable Day frozen;

  /** The usual demo's: with a worn drive and a bad tape. */
  public Traffic(Site site) {
    this(new Story(site, Plants.usual(site)));
  }

  /**
   * The past of any story.
   *
   * @param untold a story of which no day has been asked for yet
   */
  public Traffic(Story untold) {
    this.story = untold;
    this.site = untold.site();
    this.transfers = new Transfers(untold);
    this.chronicle = new Chronicle(untold);
    LocalDate wanted = site.today().minusDays(FROZEN_DAYS_AGO);
    this.frozenDay = wanted.isAfter(site.from()) ? wanted : site.today().minusDays(1);
  }

  /** Records the accounting database alone. */
  public Report record(Connections accounting, Progress progress)
      throws SQLException, InterruptedException {
    return record(Databases.of(accounting), progress);
  }

  /**
   * Records everything into the empty tables that {@code databases} reaches as their owner.
   *
   * @throws IllegalStateException when encp_xfer has rows already
   */
  public Report record(Databases databases, Progress progress)
      throws SQLException, InterruptedException {
    long rows = 0;
    Connections accounting = databases.accounting();
    try (Connection connection = accounting.open()) {
      requireEmpty(connection);
      dropIndexes(connection);
      rows += recordPast(connection, progress);
      progress.report("Building indexes, summing up days and months");
      try (Statement statement = connection.createStatement()) {
        statement.execute(DATE_INDEX);
      }
      buildAndSumUp(accounting);
      progress.report("Recording what came late, and mounts, errors, drives and tapes");
      rows += recordLate(connection);
      chronicle.add(story.rest());
      new AccountingTables(story, chronicle).record(connection);
      analyze(connection);
    }
    if (databases.drivestat().isPresent()) {
      try (Connection connection = databases.drivestat().get().open()) {
        new DrivestatTables(story, chronicle).record(connection);
        analyze(connection);
      }
    }
    if (databases.enstoredb().isPresent()) {
      try (Connection connection = databases.enstoredb().get().open()) {
        new CatalogueTables(story, chronicle).record(connection);
        analyze(connection);
      }
    }
    return new Report(rows, emptyDays(), lateDays(), frozenDay, FUTURE_HOURS.length);
  }

  private static void analyze(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ANALYZE");
    }
  }

  /** The movers of the site, by their keys: {@code L8G1_001.mover} and so on. */
  public List<String> moverKeys() {
    return story.fleet().movers().stream().map(Fleet.Mover::key).toList();
  }

  /** What is recorded. */
  public Story story() {
    return story;
  }

  /** Mounts that began before the end of the records and are not over then. */
  List<Mount> openMounts() {
    long end = site.until().getEpochSecond();
    return chronicle.mounts().stream()
        .filter(mount -> mount.start() <= end && mount.dismounted() > end)
        .toList();
  }

  private static void requireEmpty(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT EXISTS (SELECT FROM encp_xfer)")) {
      if (result.next() && result.getBoolean(1)) {
        throw new IllegalStateException("There are transfers in encp_xfer already.");
      }
    }
  }

  private static void dropIndexes(Connection connection) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT indexrelid::regclass::text FROM pg_index"
                    + " WHERE indrelid = 'encp_xfer'::regclass")) {
      while (result.next()) {
        names.add(result.getString(1));
      }
    }
    if (!names.isEmpty()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("DROP INDEX " + String.join(", ", names));
      }
    }
  }

  private long recordPast(Connection connection, Progress progress) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      // A table emptied in the same transaction can be filled past the write-ahead log.
      statement.execute("TRUNCATE encp_xfer");
    }
    long frozenAt = frozenAt();
    long frozenUntil = startOf(frozenDay.plusDays(1));
    long rows;
    try (BinaryCopy copy =
        new BinaryCopy(connection, Transfers.TABLE, Transfers.COLUMNS, "FREEZE")) {
      int days = 0;
      for (LocalDate day = site.from(); !day.isAfter(site.today()); day = day.plusDays(1)) {
        if (days++ % REPORT_EVERY_DAYS == 0) {
          progress.report("Recording transfers from " + day);
        }
        Story.Day told = story.tell(day);
        transfers.write(told, second -> second < frozenAt || second >= frozenUntil, copy);
        chronicle.add(told);
        if (day.equals(frozenDay)) {
          frozen = told;
        }
      }
      rows = copy.finish();
    }
    connection.commit();
    connection.setAutoCommit(true);
    return rows;
  }

  /**
   * Makes the indexes and, as the accounting server does in the night, every day and month before
   * today; two things at a time.
   */
  private void buildAndSumUp(Connections database) throws SQLException, InterruptedException {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (String function : SUMMARY_FUNCTIONS) {
      tasks.add(
          () -> {
            try (Connection connection = database.open();
                PreparedStatement statement =
                    connection.prepareStatement("SELECT " + function + "(?)")) {
              statement.setDate(1, Date.valueOf(site.today()));
              return statement.execute();
            }
          });
    }
    for (String index : OTHER_INDEXES) {
      tasks.add(
          () -> {
            try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
              return statement.execute(index);
            }
          });
    }
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      for (Future<Boolean> done : executor.invokeAll(tasks)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new SQLException("The history could not be made complete.", e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }

  private long recordLate(Connection connection) throws SQLException {
    long frozenAt = frozenAt();
    long end = site.until().getEpochSecond();
    try (BinaryCopy copy = new BinaryCopy(connection, Transfers.TABLE, Transfers.COLUMNS, "")) {
      for (LocalDate day : lateDays()) {
        boolean fromLogs = day.equals(site.today().minusDays(FILLED_IN_DAYS_AGO));
        Chance chance = Chance.of(site.seed(), LATE + day.toEpochDay());
        long start = startOf(day);
        long length = startOf(day.plusDays(1)) - start;
        for (int i = 0; i < LATE_ROWS; i++) {
          long second = start + (long) (chance.even() * length);
          transfers.writeOne(story.aside(chance, second), fromLogs, copy);
        }
      }
      if (frozen != null) {
        transfers.write(frozen, second -> second >= frozenAt, copy);
      }
      Chance chance = Chance.of(site.seed(), FUTURE);
      for (int hours : FUTURE_HOURS) {
        transfers.writeOne(story.aside(chance, end + hours * 3_600L), false, copy);
      }
      return copy.finish();
    }
  }

  private SortedSet<LocalDate> emptyDays() {
    SortedSet<LocalDate> days = new TreeSet<>();
    for (LocalDate day = site.from(); day.isBefore(site.today()); day = day.plusDays(1)) {
      if (story.isOutage(day) && !lateDays().contains(day)) {
        days.add(day);
      }
    }
    return days;
  }

  private SortedSet<LocalDate> lateDays() {
    SortedSet<LocalDate> days = new TreeSet<>();
    for (int ago : LATE_DAYS_AGO) {
      days.add(site.today().minusDays(ago));
    }
    days.add(site.today().minusDays(FILLED_IN_DAYS_AGO));
    days.removeIf(day -> !day.isAfter(site.from()) || day.equals(frozenDay));
    return days;
  }

  private long frozenAt() {
    return frozenDay.atTime(FROZEN_AT_HOUR, 0).atZone(site.zone()).toEpochSecond();
  }

  private long startOf(LocalDate day) {
    return day.atStartOfDay(site.zone()).toEpochSecond();
  }
}
