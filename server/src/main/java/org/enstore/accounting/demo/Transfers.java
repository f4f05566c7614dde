package org.enstore.accounting.demo;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.function.LongPredicate;

/** Writes the transfers of a {@link Story} as rows of {@code encp_xfer}. */
final class Transfers {
  /*
   * Oddities in the rows, all of which real tables have: sizes of 0 with rates of 0, rates of -1,
   * rows repeated, rates missing or 0 in the first weeks (old clients), library missing in the
   * first weeks (the column came late), and, after an outage, rows filled in from log files, whose
   * rates are in MiB/s where all others are in bytes per second.
   */

  static final String TABLE = "encp_xfer";
  static final List<String> COLUMNS =
      List.of(
          "date",
          "node",
          "pid",
          "username",
          "src",
          "dst",
          "size",
          "rw",
          "overall_rate",
          "network_rate",
          "drive_rate",
          "volume",
          "mover",
          "drive_id",
          "drive_sn",
          "elapsed",
          "media_changer",
          "mover_interface",
          "driver",
          "storage_group",
          "encp_ip",
          "encp_id",
          "disk_rate",
          "transfer_rate",
          "encp_version",
          "file_family",
          "wrapper",
          "library");

  private static final int HOUR = 3_600;
  private static final long MIB = 1 << 20;
  private static final int OLD_CLIENT_DAYS = 60;
  private static final int NO_LIBRARY_DAYS = 30;

  private final Site site;
  private final ZoneId zone;
  private final Story story;

  /** Of a story that nothing has been told of yet. */
  Transfers(Site site) {
    this(new Story(site, Plants.usual(site)));
  }

  Transfers(Story story) {
    this.story = story;
    this.site = story.site();
    this.zone = site.zone();
  }

  Story story() {
    return story;
  }

  /** Tells a day anew and writes those of its transfers that are wanted. */
  void writeDay(LocalDate day, LongPredicate epochSecondWanted, BinaryCopy copy)
      throws SQLException {
    write(story.tell(day, Long.MAX_VALUE), epochSecondWanted, copy);
  }

  /** Writes those of a day's transfers that are wanted, in the order of their completion. */
  void write(Story.Day told, LongPredicate epochSecondWanted, BinaryCopy copy) throws SQLException {
    LocalDate day = told.day();
    long start = day.atStartOfDay(zone).toEpochSecond();
    long end = day.plusDays(1).atStartOfDay(zone).toEpochSecond();
    boolean afterOutage = story.isOutage(day.minusDays(1));
    WallClock wallClock = new WallClock(zone, start, end);
    for (Transfer transfer : told.transfers()) {
      long moment = transfer.epochSecond();
      if (epochSecondWanted.test(moment)) {
        boolean filledInFromLogs = afterOutage && moment < start + 12 * HOUR;
        write(transfer, wallClock.at(moment), filledInFromLogs, copy);
        if (transfer.details().oneIn(5_000)) {
          copy.repeatRow();
        }
      }
    }
  }

  /** Writes a transfer that is none of a day's own. */
  void writeOne(Transfer transfer, boolean filledInFromLogs, BinaryCopy copy) throws SQLException {
    Instant moment = Instant.ofEpochSecond(transfer.epochSecond());
    long wallClock = transfer.epochSecond() + zone.getRules().getOffset(moment).getTotalSeconds();
    write(transfer, wallClock, filledInFromLogs, copy);
  }

  private void write(Transfer transfer, long wallClock, boolean filledInFromLogs, BinaryCopy copy)
      throws SQLException {
    Chance chance = transfer.details();
    Fleet.Mover mover = transfer.mover();
    StorageGroup group = transfer.group();
    long epochSecond = transfer.epochSecond();
    boolean reads = transfer.reads();
    long size = transfer.sizeBytes();
    Rates rates = transfer.rates();
    Fleet.Family family = mover.family();
    boolean onDisk = family.kind() == Fleet.Kind.DISK;
    long age = wallClock / 86_400 - site.from().toEpochDay();
    boolean oldClient = age < OLD_CLIENT_DAYS && chance.oneIn(5);
    String drawn = group.fileFamilies().get(chance.below(group.fileFamilies().size()));
    String fileFamily = transfer.mount().map(mount -> mount.tape().fileFamily()).orElse(drawn);
    int node = 1 + chance.below(60);
    int pid = 1_000 + chance.below(64_000);
    int number = chance.below(100_000_000);
    long unit = filledInFromLogs ? MIB : 1;

    copy.row().timestamp(wallClock);
    copy.begin().add("dcache").add(node, 2).add(".example.org").end();
    copy.int4(pid).text(group.username());
    if (reads) {
      archived(copy, group, fileFamily, number);
      staged(copy, number);
    } else {
      staged(copy, number);
      archived(copy, group, fileFamily, number);
    }
    copy.int8(size).text(reads ? "r" : "w");
    copy.int8(rates.overall() / unit);
    copy.int8((filledInFromLogs ? rates.transfer() : rates.network()) / unit);
    copy.int8(rates.drive() / unit);
    volume(copy, transfer, fileFamily);
    copy.text(mover.key()).text(family.driveId()).text(transfer.driveSerial());
    copy.float8(rates.elapsedSeconds());
    copy.text(family.mediaChanger()).text(mover.address()).text(family.kind().driver());
    copy.text(group.name());
    copy.begin().add("192.0.2.").add(node, 1).end();
    copy.begin()
        .add("dcache")
        .add(node, 2)
        .add(".example.org-")
        .add(epochSecond, 10)
        .add("-")
        .add(pid, 1)
        .end();
    if (filledInFromLogs || (oldClient && chance.oneIn(2))) {
      copy.nothing().nothing();
    } else {
      copy.int8(oldClient ? 0 : rates.disk()).int8(oldClient ? 0 : rates.transfer());
    }
    copy.text(filledInFromLogs ? null : oldClient ? "v3_9" : "v3_11m");
    copy.text(fileFamily).text(onDisk ? "null" : "cpio_odc");
    copy.text(age < NO_LIBRARY_DAYS ? null : family.library());
  }

  private static void archived(BinaryCopy copy, StorageGroup group, String fileFamily, int number) {
    copy.begin()
        .add("/pnfs/fs/usr/")
        .add(group.name())
        .add("/")
        .add(fileFamily)
        .add("/")
        .add(number / 10_000, 4)
        .add("/")
        .add(number, 8)
        .add(".root")
        .end();
  }

  private static void staged(BinaryCopy copy, int number) {
    copy.begin().add("/srv/stage/").add(number, 8).end();
  }

  /** Disk "volumes" have long labels, one for each group, file family and day. */
  private static void volume(BinaryCopy copy, Transfer transfer, String fileFamily) {
    if (transfer.mount().isPresent()) {
      copy.text(transfer.mount().get().label());
    } else if (transfer.mover().family().kind() == Fleet.Kind.NULL) {
      copy.text("NUL001");
    } else {
      copy.begin()
          .add(transfer.storageGroup())
          .add(":")
          .add(fileFamily)
          .add(".null:")
          .add(transfer.epochSecond() / 86_400, 5)
          .add("T000000Z")
          .end();
    }
  }

  /** The wall clock of one day, which is put forward or back at most once in it. */
  private record WallClock(ZoneId zone, boolean steady, int offsetSeconds) {

    WallClock(ZoneId zone, long start, long end) {
      this(
          zone,
          offset(zone, start) == offset(zone, end - 1) && end - start == 86_400,
          offset(zone, start));
    }

    long at(long epochSecond) {
      return epochSecond + (steady ? offsetSeconds : offset(zone, epochSecond));
    }

    private static int offset(ZoneId zone, long epochSecond) {
      return zone.getRules().getOffset(Instant.ofEpochSecond(epochSecond)).getTotalSeconds();
    }
  }
}
