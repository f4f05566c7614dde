package org.enstore.accounting.demo;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;

/** Makes the rows of {@code encp_xfer} for a {@link Site}, a day or a single transfer at a time. */
final class Transfers {
  /*
   * Every day draws from its own chance, made of the seed and the day's number. A day can therefore
   * be made again, in part, at any time: that is how rows are held back until a day has been summed
   * up.
   *
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
  private static final long SMALL_FILE_LIMIT = 300 * MIB;
  private static final double LARGEST_FILE = 12e12;
  private static final int OLD_CLIENT_DAYS = 60;
  private static final int NO_LIBRARY_DAYS = 30;
  private static final int OUTAGE_PERIOD_DAYS = 40;
  private static final int CAMPAIGN_PERIOD_DAYS = 21;

  // The parts that chance is divided into; days use their own numbers, which are positive.
  private static final long OUTAGES = -1_000_000;
  private static final long CAMPAIGNS = -2_000_000;

  private final Site site;
  private final ZoneId zone;
  private final Fleet fleet;
  private long serial;

  Transfers(Site site) {
    this.site = site;
    this.zone = site.zone();
    this.fleet = Fleet.of(site.movers(), site.from(), site.today().plusDays(1), site.seed());
  }

  Fleet fleet() {
    return fleet;
  }

  /**
   * Whether nothing at all was transferred that day. Never in the last two weeks, nor on the days
   * when the clocks change, which are worth looking at.
   */
  boolean isOutage(LocalDate day) {
    long start = day.atStartOfDay(zone).toEpochSecond();
    boolean clocksChange = day.plusDays(1).atStartOfDay(zone).toEpochSecond() - start != 86_400;
    if (clocksChange || !day.isAfter(site.from()) || !day.isBefore(site.today().minusDays(14))) {
      return false;
    }
    long period = Math.floorDiv(day.toEpochDay(), OUTAGE_PERIOD_DAYS);
    Chance chance = Chance.of(site.seed(), OUTAGES + period);
    long first = period * OUTAGE_PERIOD_DAYS + chance.below(OUTAGE_PERIOD_DAYS - 3);
    long length = chance.even() < 0.4 ? 0 : 1 + chance.below(3);
    return day.toEpochDay() >= first && day.toEpochDay() < first + length;
  }

  /** Writes a day's transfers in the order of their completion. */
  void writeDay(LocalDate day, LongPredicate epochSecondWanted, BinaryCopy copy)
      throws SQLException {
    if (isOutage(day)) {
      return;
    }
    Chance chance = Chance.of(site.seed(), day.toEpochDay());
    long start = day.atStartOfDay(zone).toEpochSecond();
    long end = day.plusDays(1).atStartOfDay(zone).toEpochSecond();
    long[] moments = moments(chance, start, end, transfersOn(day, chance));
    Choice<Fleet.Mover> movers = movers(day, chance);
    Choice<StorageGroup> groups = groups(day);
    boolean afterOutage = isOutage(day.minusDays(1));
    WallClock wallClock = new WallClock(zone, start, end);
    serial = 0;
    for (long moment : moments) {
      // Drawn even when the row is not wanted, so that the others stay what they are.
      Fleet.Mover mover = movers.draw(chance);
      StorageGroup group = groupOf(mover, groups, chance);
      Chance own = new Chance(site.seed() ^ (moment << 20) ^ serial++);
      if (epochSecondWanted.test(moment)) {
        boolean filledInFromLogs = afterOutage && moment < start + 12 * HOUR;
        write(own, mover, group, moment, wallClock.at(moment), filledInFromLogs, copy);
        if (own.oneIn(5_000)) {
          copy.repeatRow();
        }
      }
    }
  }

  /** Writes one transfer that completes at {@code epochSecond}, by a mover then in service. */
  void writeOne(Chance chance, long epochSecond, boolean filledInFromLogs, BinaryCopy copy)
      throws SQLException {
    Instant moment = Instant.ofEpochSecond(epochSecond);
    LocalDate day = moment.atZone(zone).toLocalDate();
    Fleet.Mover mover = movers(day, Chance.of(site.seed(), day.toEpochDay())).draw(chance);
    StorageGroup group = groupOf(mover, groups(day), chance);
    long wallClock = epochSecond + zone.getRules().getOffset(moment).getTotalSeconds();
    write(chance, mover, group, epochSecond, wallClock, filledInFromLogs, copy);
  }

  private int transfersOn(LocalDate day, Chance chance) {
    double week =
        switch (day.getDayOfWeek()) {
          case SATURDAY -> 0.68;
          case SUNDAY -> 0.6;
          case MONDAY -> 1.0;
          default -> 1.12;
        };
    double age = ChronoUnit.DAYS.between(site.from(), day);
    double wholeAge = ChronoUnit.DAYS.between(site.from(), site.today());
    double growth = 0.8 + 0.5 * age / wholeAge;
    return (int) Math.round(site.transfersPerDay() * week * growth * chance.around(1, 0.22));
  }

  /** Production runs day and night; people add to it in the afternoon. */
  private static long[] moments(Chance chance, long start, long end, int count) {
    long[] moments = new long[count];
    for (int i = 0; i < count; i++) {
      double share;
      do {
        share = chance.even() < 0.6 ? chance.even() : (14.2 + 3.4 * chance.normal()) / 24;
      } while (share < 0 || share >= 1);
      moments[i] = start + (long) (share * (end - start));
    }
    Arrays.sort(moments);
    return moments;
  }

  private Choice<Fleet.Mover> movers(LocalDate day, Chance chance) {
    List<Fleet.Mover> serving = fleet.serving(day);
    double[] weights = new double[serving.size()];
    for (int i = 0; i < weights.length; i++) {
      double today = chance.around(1, 0.55);
      // Now and then a drive is down for the day.
      weights[i] = chance.oneIn(25) ? 0 : serving.get(i).weight() * today;
    }
    return new Choice<>(serving, weights);
  }

  private Choice<StorageGroup> groups(LocalDate day) {
    List<StorageGroup> all = StorageGroup.EXPERIMENTS;
    double[] weights = new double[all.size()];
    long period = Math.floorDiv(day.toEpochDay(), CAMPAIGN_PERIOD_DAYS);
    Chance chance = Chance.of(site.seed(), CAMPAIGNS + period);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = all.get(i).weight() * (chance.oneIn(6) ? chance.between(2, 6) : 1);
    }
    return new Choice<>(all, weights);
  }

  private static StorageGroup groupOf(
      Fleet.Mover mover, Choice<StorageGroup> groups, Chance chance) {
    StorageGroup drawn = groups.draw(chance);
    boolean testing =
        mover.family().kind() == Fleet.Kind.NULL || mover.family().library().endsWith("T");
    return testing ? StorageGroup.TEST : drawn;
  }

  private void write(
      Chance chance,
      Fleet.Mover mover,
      StorageGroup group,
      long epochSecond,
      long wallClock,
      boolean filledInFromLogs,
      BinaryCopy copy)
      throws SQLException {
    Fleet.Family family = mover.family();
    boolean onDisk = family.kind() == Fleet.Kind.DISK;
    boolean reads = chance.even() < group.readShare();
    long size = sizeOf(chance, group, onDisk);
    Rates rates = Rates.of(chance, size, family.bytesPerSecond());
    long age = wallClock / 86_400 - site.from().toEpochDay();
    boolean oldClient = age < OLD_CLIENT_DAYS && chance.oneIn(5);
    String fileFamily = group.fileFamilies().get(chance.below(group.fileFamilies().size()));
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
    volume(copy, chance, mover, group, fileFamily, epochSecond);
    copy.text(mover.key()).text(family.driveId()).text(mover.driveSerial());
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

  private static long sizeOf(Chance chance, StorageGroup group, boolean onDisk) {
    if (chance.oneIn(4_000)) {
      return 0;
    }
    if (onDisk) {
      return (long) Math.min(chance.around(25e6, 1.3), SMALL_FILE_LIMIT);
    }
    return (long) Math.min(chance.around(group.medianBytes(), group.sigma()), LARGEST_FILE);
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

  /** A group fills a tape in some days; disk "volumes" have long labels. */
  private static void volume(
      BinaryCopy copy,
      Chance chance,
      Fleet.Mover mover,
      StorageGroup group,
      String fileFamily,
      long epochSecond) {
    Fleet.Family family = mover.family();
    long day = epochSecond / 86_400;
    switch (family.kind()) {
      case TAPE -> {
        long tape = (group.name().hashCode() & 0xff) * 31L + day / 3 + chance.below(4);
        copy.begin().add("VR").add(tape % 10_000, 4);
        String mediaType = family.mediaType();
        copy.add(mediaType.length() == 2 ? mediaType : mediaType.substring(0, 1)).end();
      }
      case DISK ->
          copy.begin()
              .add(group.name())
              .add(":")
              .add(fileFamily)
              .add(".null:")
              .add(day, 5)
              .add("T000000Z")
              .end();
      case NULL -> copy.text("NUL001");
    }
  }

  /** The rates of one transfer, in bytes per second, which fit its size and each other. */
  private record Rates(
      long overall, long network, long drive, long disk, long transfer, double elapsedSeconds) {

    private static final long OVERFLOW = -1;

    static Rates of(Chance chance, long size, double driveBytesPerSecond) {
      double mediaSeconds = 0.02 + size / (driveBytesPerSecond * chance.between(0.55, 1));
      double transferSeconds = 0.3 + mediaSeconds * chance.between(1.02, 1.35);
      double overallSeconds = transferSeconds + chance.between(1.5, 9);
      double elapsed = overallSeconds + chance.waiting(150);
      long drive = (long) (size / mediaSeconds);
      // The division is by a time rounded to nothing, or its result does not fit.
      if (chance.oneIn(1_000)) {
        drive = 0;
      } else if (chance.oneIn(2_000)) {
        drive = OVERFLOW;
      }
      long network =
          chance.oneIn(4_000) ? OVERFLOW : (long) (size / mediaSeconds * chance.between(1.02, 2.4));
      return new Rates(
          (long) (size / overallSeconds),
          network,
          drive,
          (long) (size / mediaSeconds * chance.between(1.02, 3)),
          (long) (size / transferSeconds),
          elapsed);
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

  /** A choice among things of different weight. */
  private static final class Choice<T> {
    private final List<T> things;
    private final double[] sums;

    Choice(List<T> things, double[] weights) {
      this.things = things;
      this.sums = weights.clone();
      Arrays.parallelPrefix(sums, Double::sum);
    }

    T draw(Chance chance) {
      double place = chance.even() * sums[sums.length - 1];
      int found = Arrays.binarySearch(sums, place);
      // A place exactly on a sum belongs to the next thing.
      int index = found >= 0 ? found + 1 : -found - 1;
      return things.get(Math.min(index, things.size() - 1));
    }
  }
}
