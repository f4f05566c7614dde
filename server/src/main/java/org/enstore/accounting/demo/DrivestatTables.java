package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Fills the database drivestat: a row of {@code status} for each dismount. */
final class DrivestatTables {
  static final String STATUS = "status";
  static final List<String> COLUMNS =
      List.of(
          "drive_sn",
          "drive_vendor",
          "product_type",
          "host",
          "logical_drive_name",
          "stat_type",
          "time",
          "tape_volser",
          "power_hrs",
          "motion_hrs",
          "cleaning_bit",
          "mb_user_read",
          "mb_user_write",
          "mb_dev_read",
          "mb_dev_write",
          "read_errors",
          "write_errors",
          "track_retries",
          "underrun",
          "mount_count",
          "wp",
          "firmware_version",
          "mover_name");

  private static final long PART = -11_000_000;
  private static final int MIB_SHIFT = 20;
  private static final int UNREADABLE = -1;

  /** One dismount in so many leaves no row, and one in so many has counters that were not read. */
  private static final int NO_ROW_ONE_IN = 250;

  private static final int UNREAD_ONE_IN = 400;

  private final Story story;
  private final Chronicle chronicle;
  private final SiteClock clock;
  private final Chance chance;

  DrivestatTables(Story story, Chronicle chronicle) {
    this.story = story;
    this.chronicle = chronicle;
    this.clock = new SiteClock(story.site().zone());
    this.chance = Chance.of(story.site().seed(), PART);
  }

  void record(Connection connection) throws SQLException {
    long end = story.site().until().getEpochSecond();
    try (BinaryCopy copy = new BinaryCopy(connection, STATUS, COLUMNS, "")) {
      for (Mount mount : chronicle.mounts()) {
        boolean reported = !chance.oneIn(NO_ROW_ONE_IN);
        boolean unread = chance.oneIn(UNREAD_ONE_IN);
        if (reported && !mount.isFailed() && mount.dismountStart() <= end) {
          write(mount, unread, clock, copy);
        }
      }
      copy.finish();
    }
  }

  static void write(Mount mount, boolean unread, SiteClock clock, BinaryCopy copy)
      throws SQLException {
    Fleet.Mover mover = mount.mover();
    Fleet.Family family = mover.family();
    copy.row().text(mount.driveSerial()).text(family.vendor()).text(family.driveId());
    copy.text(host(mover)).text(mover.logname()).text("ABSOLUTE");
    copy.timestamp(clock.wall(mount.dismountStart())).text(mount.label());
    copy.int4(0).int4(0).int4(0);
    int read = (int) (mount.bytesRead() >> MIB_SHIFT);
    int written = (int) (mount.bytesWritten() >> MIB_SHIFT);
    copy.int4(read).int4(written);
    if (unread) {
      copy.int4(UNREADABLE).int4(UNREADABLE).int4(UNREADABLE).int4(UNREADABLE);
    } else {
      copy.int4(read).int4(written);
      copy.int4(mount.correctedReadErrors()).int4(mount.correctedWriteErrors());
    }
    copy.nothing().nothing().int4(0).int4(0);
    boolean isReplacement = !mount.driveSerial().equals(mover.driveSerial());
    copy.text(isReplacement ? family.firmware() + "A" : family.firmware()).text(mover.key());
  }

  /** The host of a mover. */
  static String host(Fleet.Mover mover) {
    return "mover" + mover.logname().toLowerCase(Locale.ROOT) + ".example.org";
  }
}
