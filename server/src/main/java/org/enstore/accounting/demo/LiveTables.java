package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Enstore's servers record beside transfers while a site is at work, each in its own rhythm:
 * dismounts and failures as they come, the rate every 15 seconds, busy drives every quarter of an
 * hour, tapes and quotas every hour. Not thread-safe.
 */
final class LiveTables implements AutoCloseable {
  private static final int AVERAGE_SECONDS = 1_200;
  private static final int HOUR = 3_600;
  private static final int WRITE_PROTECTION_HOUR = 22;
  private static final int USER_FAILURE_ONE_IN = 400;

  private final Story story;
  private final LiveDrives drives;
  private final SiteClock clock;
  private final Connection accounting;
  private final Optional<Connection> drivestat;
  private final Optional<Connection> enstoredb;

  /** A job at work. */
  private record Running(String tag, long finish) {}

  private final List<Running> jobs = new ArrayList<>();
  private final long[] bytes = new long[4];
  private long last = -1;
  private long serial = 50_000;

  LiveTables(Story story, LiveDrives drives, Databases databases) throws SQLException {
    this.story = story;
    this.drives = drives;
    this.clock = new SiteClock(story.site().zone());
    List<Connection> opened = new ArrayList<>();
    try {
      this.accounting = databases.accounting().open();
      opened.add(accounting);
      this.drivestat = open(databases.drivestat(), opened);
      this.enstoredb = open(databases.enstoredb(), opened);
    } catch (SQLException e) {
      opened.forEach(LiveTables::close);
      throw e;
    }
  }

  private static Optional<Connection> open(Optional<Connections> database, List<Connection> opened)
      throws SQLException {
    if (database.isEmpty()) {
      return Optional.empty();
    }
    Connection connection = database.get().open();
    opened.add(connection);
    return Optional.of(connection);
  }

  Connection accounting() {
    return accounting;
  }

  /**
   * Records what a second brought, and whatever is due.
   *
   * @param now in seconds since the epoch
   */
  void record(long now, List<Transfer> completed, LiveDrives.Changes changes, Chance chance)
      throws SQLException {
    failures(now, changes.failures(), chance);
    dismounts(changes.dismounting());
    files(completed);
    for (Transfer transfer : completed) {
      boolean isNull = transfer.mover().family().kind() == Fleet.Kind.NULL;
      bytes[(transfer.reads() ? 0 : 1) + (isNull ? 2 : 0)] += transfer.sizeBytes();
    }
    if (isDue(now, AccountingTables.RATE_SECONDS)) {
      rate(now / AccountingTables.RATE_SECONDS * AccountingTables.RATE_SECONDS);
    }
    if (isDue(now, AccountingTables.QUARTER_HOUR)) {
      utilization(now / AccountingTables.QUARTER_HOUR * AccountingTables.QUARTER_HOUR);
    }
    if (isDue(now, AVERAGE_SECONDS)) {
      long until = clock.wall(now) / AVERAGE_SECONDS * AVERAGE_SECONDS;
      AccountingTables.averages(
          accounting, text(until - AVERAGE_SECONDS).toString(), text(until).toString());
    }
    if (isDue(now, HOUR)) {
      tapes(now);
    }
    jobs(now, chance);
    last = now;
  }

  /** Whether a multiple of {@code seconds} has passed since the last time. */
  private boolean isDue(long now, int seconds) {
    return last >= 0 && now / seconds > last / seconds;
  }

  private void failures(long now, List<Failure> during, Chance chance) throws SQLException {
    List<Failure> all = new ArrayList<>(during);
    if (chance.oneIn(USER_FAILURE_ONE_IN)) {
      List<Fleet.Mover> serving =
          story.fleet().serving(clock.day(now)).stream()
              .filter(mover -> mover.family().kind() == Fleet.Kind.TAPE)
              .toList();
      String library = serving.get(chance.below(serving.size())).family().library();
      all.add(Story.userFailure(chance, now, library));
    }
    if (!all.isEmpty()) {
      try (BinaryCopy copy =
          new BinaryCopy(accounting, AccountingTables.ERRORS, AccountingTables.ERROR_COLUMNS, "")) {
        for (Failure failure : all) {
          AccountingTables.errorRow(copy, failure, chance, clock);
        }
        copy.finish();
      }
    }
  }

  private void dismounts(List<Mount> mounts) throws SQLException {
    if (mounts.isEmpty()) {
      return;
    }
    if (drivestat.isPresent()) {
      try (BinaryCopy copy =
          new BinaryCopy(drivestat.get(), DrivestatTables.STATUS, DrivestatTables.COLUMNS, "")) {
        for (Mount mount : mounts) {
          DrivestatTables.write(mount, false, clock, copy);
        }
        copy.finish();
      }
    }
    if (enstoredb.isPresent()) {
      for (Mount mount : mounts) {
        volume(enstoredb.get(), mount.tape());
      }
    }
  }

  /** A tape begun was a blank one of that label before. */
  private void volume(Connection connection, Tape tape) throws SQLException {
    LiveDrives.execute(
        connection,
        "UPDATE volume SET storage_group = ?, file_family = ?, wrapper = 'cpio_odc',"
            + " first_access = ?, last_access = ?, remaining_bytes = ?, sum_mounts = ?,"
            + " sum_rd_access = ?, sum_rd_err = ?, sum_wr_access = ?, sum_wr_err = ?,"
            + " active_files = ? - deleted_files, non_del_files = ? - deleted_files,"
            + " active_bytes = ? - deleted_bytes, system_inhibit_1 = ?, modification_time = ?"
            + " WHERE label = ? AND system_inhibit_1 <> 'migrated'",
        tape.group().name(),
        tape.fileFamily(),
        text(clock.wall(Math.max(0, tape.firstSecond()))),
        text(clock.wall(Math.max(0, tape.lastSecond()))),
        tape.remaining(),
        tape.mounts(),
        tape.reads(),
        tape.readErrors(),
        tape.writes(),
        tape.writeErrors(),
        tape.files(),
        tape.files(),
        tape.bytes(),
        tape.isFull() ? "full" : "none",
        text(clock.wall(Math.max(0, tape.lastSecond()))),
        tape.label());
  }

  private void files(List<Transfer> completed) throws SQLException {
    if (enstoredb.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        enstoredb
            .get()
            .prepareStatement(
                "INSERT INTO file (bfid, deleted, drive, volume, \"size\", \"update\","
                    + " original_library) SELECT ?, 'n', ?, id, ?, ?, ? FROM volume"
                    + " WHERE label = ? ON CONFLICT DO NOTHING")) {
      boolean any = false;
      for (Transfer transfer : completed) {
        if (!transfer.reads() && transfer.mount().isPresent()) {
          statement.setString(1, CatalogueTables.bfid(transfer.epochSecond(), ++serial));
          statement.setString(2, transfer.moverKey() + ":" + transfer.driveSerial());
          statement.setLong(3, transfer.sizeBytes());
          statement.setObject(4, text(clock.wall(transfer.epochSecond())));
          statement.setString(5, transfer.library());
          statement.setString(6, transfer.mount().get().label());
          statement.addBatch();
          any = true;
        }
      }
      if (any) {
        statement.executeBatch();
      }
    }
  }

  private void rate(long time) throws SQLException {
    try (BinaryCopy copy =
        new BinaryCopy(accounting, AccountingTables.RATE, AccountingTables.RATE_COLUMNS, "")) {
      copy.row().instant(time);
      for (int i = 0; i < bytes.length; i++) {
        copy.int8(bytes[i]);
        bytes[i] = 0;
      }
      copy.finish();
    }
  }

  private void utilization(long time) throws SQLException {
    Map<String, Integer> total = AccountingTables.drivesOf(story.fleet(), clock.day(time));
    try (BinaryCopy copy =
        new BinaryCopy(
            accounting, AccountingTables.UTILIZATION, AccountingTables.UTILIZATION_COLUMNS, "")) {
      for (Map.Entry<Fleet.Family, Map<String, Integer>> family : drives.busy().entrySet()) {
        for (Map.Entry<String, Integer> group : family.getValue().entrySet()) {
          AccountingTables.utilizationRow(
              copy, time, family.getKey(), group.getKey(), group.getValue(), total);
        }
      }
      copy.finish();
    }
  }

  /** Blank tapes as the catalogue has them; quotas, slots and tabs as they were. */
  private void tapes(long now) throws SQLException {
    LocalDateTime wall = text(clock.wall(now));
    if (enstoredb.isPresent()) {
      try (Statement statement = enstoredb.get().createStatement();
          ResultSet blanks =
              statement.executeQuery("SELECT media_type, blanks FROM remaining_blanks")) {
        while (blanks.next()) {
          LiveDrives.execute(
              accounting,
              "INSERT INTO blanks (\"date\", media_type, blanks) VALUES (?, ?, ?)"
                  + " ON CONFLICT DO NOTHING",
              wall,
              blanks.getString(1),
              blanks.getInt(2));
        }
      }
    }
    again(
        "quotas",
        "library, storage_group, allocated, blank, written, requested, authorized, quota",
        "\"time\"",
        "now()");
    again(
        "tape_library_slots_usage",
        "tape_library, location, media_type, total, free, used, disabled",
        "\"time\"",
        "now()");
    LocalDate day = clock.day(now);
    if (now - clock.start(day) >= WRITE_PROTECTION_HOUR * HOUR
        && now - clock.start(day) < (WRITE_PROTECTION_HOUR + 1) * HOUR) {
      again(
          "write_protect_summary", "total, should, not_yet, done", "\"date\"", "localtimestamp(0)");
    }
  }

  /** Repeats the newest rows of a table for this moment. */
  private void again(String table, String columns, String time, String moment) throws SQLException {
    try (Statement statement = accounting.createStatement()) {
      statement.execute(
          "INSERT INTO %1$s (%3$s, %2$s) SELECT %4$s, %2$s FROM %1$s WHERE %3$s = (SELECT max(%3$s) FROM %1$s)"
              .formatted(table, columns, time, moment));
    }
  }

  private void jobs(long now, Chance chance) throws SQLException {
    for (AccountingTables.Job job : AccountingTables.JOBS) {
      boolean starts = isDue(now - job.offsetSeconds(), last - job.offsetSeconds(), job);
      if (starts) {
        try (BinaryCopy copy =
            new BinaryCopy(
                accounting, AccountingTables.EVENTS, AccountingTables.EVENT_COLUMNS, "")) {
          AccountingTables.jobRow(copy, job, now, clock);
          copy.nothing().nothing().nothing();
          copy.finish();
        }
        long length = (long) chance.around(job.meanSeconds(), 0.35);
        jobs.add(new Running(job.name() + "-" + now, now + length));
      }
    }
    Iterator<Running> running = jobs.iterator();
    while (running.hasNext()) {
      Running job = running.next();
      if (job.finish() <= now) {
        LiveDrives.execute(
            accounting,
            "UPDATE event SET finish = ?, status = ? WHERE tag = ?",
            text(clock.wall(now)),
            chance.oneIn(30) ? 1 : 0,
            job.tag());
        running.remove();
      }
    }
  }

  private boolean isDue(long now, long before, AccountingTables.Job job) {
    return last >= 0 && now / job.everySeconds() > before / job.everySeconds();
  }

  /** A time of the site's wall clock for a statement. */
  private static LocalDateTime text(long wallSeconds) {
    return LocalDateTime.ofEpochSecond(wallSeconds, 0, ZoneOffset.UTC);
  }

  @Override
  public void close() {
    close(accounting);
    drivestat.ifPresent(LiveTables::close);
    enstoredb.ifPresent(LiveTables::close);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException ignored) {
      // It was broken already.
    }
  }
}
