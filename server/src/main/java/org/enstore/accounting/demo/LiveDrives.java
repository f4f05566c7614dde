package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The drives of a site in the present: they mount tapes, work and dismount, and the rows of {@code
 * tape_mounts} change with them. Not thread-safe.
 */
final class LiveDrives {
  private enum Phase {
    IDLE,
    MOUNTING,
    WORKING,
    DISMOUNTING
  }

  /** One drive, and when its phase ends, in seconds since the epoch. */
  private static final class Drive {
    private Phase phase = Phase.IDLE;
    private long until;
    private @Nullable Mount mount;

    private Mount mount() {
      if (mount == null) {
        throw new IllegalStateException("a drive that is not idle has a tape");
      }
      return mount;
    }
  }

  /** What a second brought. */
  record Changes(List<Mount> dismounting, List<Failure> failures) {}

  private static final double FAILED_FILES = 0.03;

  private final Story story;
  private final SiteClock clock;
  private final Chance chance;
  private final Map<Fleet.Mover, Drive> drives = new LinkedHashMap<>();

  /**
   * The drives as the past left them.
   *
   * @param open mounts that are not over
   */
  LiveDrives(Story story, List<Mount> open, Chance chance, long now) {
    this.story = story;
    this.clock = new SiteClock(story.site().zone());
    this.chance = chance;
    for (Mount mount : open) {
      Drive drive = drives.computeIfAbsent(mount.mover(), mover -> new Drive());
      drive.mount = mount;
      if (mount.mounted() > now) {
        drive.phase = Phase.MOUNTING;
        drive.until = mount.mounted();
      } else if (mount.dismountStart() > story.site().until().getEpochSecond()) {
        drive.phase = Phase.WORKING;
        drive.until = now + chance.below(240);
      } else {
        drive.phase = Phase.DISMOUNTING;
        drive.until = mount.dismounted();
      }
    }
  }

  /** Has every drive do what is due, and records it. */
  Changes step(Connection accounting, long now) throws SQLException {
    LocalDate day = clock.day(now);
    List<Mount> dismounting = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    for (Fleet.Mover mover : story.fleet().serving(day)) {
      if (mover.family().kind() != Fleet.Kind.TAPE) {
        continue;
      }
      Drive drive = drives.get(mover);
      if (drive == null) {
        drive = new Drive();
        drive.until = now + chance.below(60);
        drives.put(mover, drive);
      }
      if (drive.until <= now) {
        advance(accounting, mover, drive, day, now, dismounting, failures);
      }
    }
    return new Changes(dismounting, failures);
  }

  private void advance(
      Connection accounting,
      Fleet.Mover mover,
      Drive drive,
      LocalDate day,
      long now,
      List<Mount> dismounting,
      List<Failure> failures)
      throws SQLException {
    switch (drive.phase) {
      case IDLE -> {
        Mount mount = story.mounts().choose(mover, day, now, chance);
        long mounted = now + 20 + (long) chance.waiting(25);
        mount.begin(now, mounted);
        mount.tape().mounted();
        insert(accounting, mount, now, "m");
        drive.mount = mount;
        drive.phase = Phase.MOUNTING;
        drive.until = mounted;
      }
      case MOUNTING -> {
        update(accounting, drive.mount(), drive.mount().start(), now, "m", "M");
        drive.phase = Phase.WORKING;
        drive.until = now + 180 + (long) chance.waiting(240);
      }
      case WORKING -> {
        Mount mount = drive.mount();
        long dismounted = now + 15 + (long) chance.waiting(12);
        mount.dismount(now, dismounted);
        mount.correct(
            Mounts.corrected(chance, mount.bytesRead(), mount.errorFactor()),
            Mounts.corrected(chance, mount.bytesWritten(), mount.errorFactor()));
        insert(accounting, mount, now, "d");
        dismounting.add(mount);
        if (chance.even() < FAILED_FILES) {
          String type = mount.isReading() ? "READ_ERROR" : "WRITE_ERROR";
          mount.tape().failed(mount.isReading());
          failures.add(
              new Failure(
                  now,
                  type,
                  "media error on the tape",
                  Optional.of(mount),
                  mount.storageGroup(),
                  mount.library(),
                  mount.isReading(),
                  -1));
        }
        drive.phase = Phase.DISMOUNTING;
        drive.until = dismounted;
      }
      case DISMOUNTING -> {
        update(accounting, drive.mount(), drive.mount().dismountStart(), now, "d", "D");
        drive.mount = null;
        drive.phase = Phase.IDLE;
        drive.until = now + 5 + (long) chance.waiting(40);
      }
    }
  }

  /** The mount of a mover that can transfer now. */
  Optional<Mount> working(Fleet.Mover mover) {
    Drive drive = drives.get(mover);
    return drive != null && drive.phase == Phase.WORKING
        ? Optional.of(drive.mount())
        : Optional.empty();
  }

  /** How many drives of each family have a tape of each storage group in them. */
  Map<Fleet.Family, Map<String, Integer>> busy() {
    Map<Fleet.Family, Map<String, Integer>> busy = new LinkedHashMap<>();
    drives.forEach(
        (mover, drive) -> {
          if (drive.phase == Phase.WORKING || drive.phase == Phase.DISMOUNTING) {
            busy.computeIfAbsent(mover.family(), family -> new LinkedHashMap<>())
                .merge(drive.mount().storageGroup(), 1, Integer::sum);
          }
        });
    return busy;
  }

  private void insert(Connection accounting, Mount mount, long start, String state)
      throws SQLException {
    try (BinaryCopy copy =
        new BinaryCopy(accounting, AccountingTables.MOUNTS, AccountingTables.MOUNT_COLUMNS, "")) {
      AccountingTables.mountRow(copy, mount, start, -1, state, clock);
      copy.int4(state.equals("d") ? mount.reads() : 0);
      copy.int4(state.equals("d") ? mount.writes() : 0);
      copy.finish();
    }
    execute(
        accounting,
        "INSERT INTO tape_mounts_tmp (volume, state) VALUES (?, ?) ON CONFLICT DO NOTHING",
        mount.label(),
        state);
  }

  private void update(
      Connection accounting, Mount mount, long start, long finish, String from, String to)
      throws SQLException {
    execute(
        accounting,
        "UPDATE tape_mounts SET finish = ?, state = ? WHERE \"start\" = ? AND logname = ?"
            + " AND volume = ? AND state = ?",
        timestamp(finish),
        to,
        timestamp(start),
        mount.mover().logname(),
        mount.label(),
        from);
    execute(
        accounting,
        "DELETE FROM tape_mounts_tmp WHERE volume = ? AND state = ?",
        mount.label(),
        from);
  }

  /** What the site's clock shows. */
  private LocalDateTime timestamp(long second) {
    return LocalDateTime.ofEpochSecond(clock.wall(second), 0, ZoneOffset.UTC);
  }

  static void execute(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
