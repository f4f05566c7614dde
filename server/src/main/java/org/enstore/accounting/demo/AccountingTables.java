package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Fills the accounting database beside transfers: mounts, failures, busy drives, the live rate,
 * blank tapes, quotas, slots, jobs. All of it follows from the story; of what is very fine only the
 * newest part is written.
 */
final class AccountingTables {
  static final String MOUNTS = "tape_mounts";
  static final List<String> MOUNT_COLUMNS =
      List.of(
          "node",
          "volume",
          "type",
          "logname",
          "start",
          "finish",
          "state",
          "storage_group",
          "reads",
          "writes");
  static final String ERRORS = "encp_error";
  static final List<String> ERROR_COLUMNS =
      List.of(
          "date",
          "node",
          "pid",
          "username",
          "encp_id",
          "version",
          "type",
          "error",
          "src",
          "dst",
          "size",
          "storage_group",
          "mover",
          "drive_id",
          "drive_sn",
          "rw",
          "volume",
          "library");
  static final String UTILIZATION = "drive_utilization";
  static final List<String> UTILIZATION_COLUMNS =
      List.of("time", "type", "total", "busy", "tape_library", "storage_group");
  static final String RATE = "rate";
  static final List<String> RATE_COLUMNS =
      List.of("time", "read", "write", "read_null", "write_null");
  static final String EVENTS = "event";
  static final List<String> EVENT_COLUMNS =
      List.of("tag", "name", "node", "username", "start", "finish", "status", "comment");

  /** Enstore's scheduled jobs. */
  record Job(String name, String node, int everySeconds, int offsetSeconds, double meanSeconds) {}

  static final List<Job> JOBS =
      List.of(
          new Job("pnfsFastBackup", "enstore01.example.org", 43_200, 4_500, 1_500),
          new Job("inventory", "enstore00.example.org", 3_600 * 4, 3_000, 700),
          new Job("plotter", "enstore06.example.org", 3_600 * 6, 1_800, 260),
          new Job("noaccess", "enstore00.example.org", 900, 60, 20),
          new Job("db_backup", "enstore06.example.org", 86_400, 18_600, 2_700));

  static final int QUARTER_HOUR = 900;
  static final int RATE_SECONDS = 15;

  private static final int AVERAGE_DAYS = 60;
  private static final int RATE_DAYS = 2;
  private static final int FINE_DAYS = 30;
  private static final int DAY = 86_400;
  private static final int HOUR = 3_600;
  private static final long MIB = 1 << 20;
  private static final double SLOW_SHARE = 0.5;
  private static final long PART = -5_000_000;

  /** One message of a finished mount in so many is lost. */
  private static final int LOST_ONE_IN = 500;

  private final Story story;
  private final Chronicle chronicle;
  private final Site site;
  private final SiteClock clock;
  private final TapeCounts counts;
  private final LocalDate firstDay;
  private final long start;
  private final long end;
  private Chance chance;

  AccountingTables(Story story, Chronicle chronicle) {
    this.story = story;
    this.chronicle = chronicle;
    this.site = story.site();
    this.clock = new SiteClock(site.zone());
    this.counts = new TapeCounts(story, chronicle);
    LocalDate wanted = site.today().minusDays(TapeCounts.DAYS);
    this.firstDay = wanted.isAfter(site.from()) ? wanted : site.from();
    this.start = clock.start(firstDay);
    this.end = site.until().getEpochSecond();
    this.chance = Chance.of(site.seed(), PART);
  }

  void record(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    averages(connection);
    mounts(connection);
    errors(connection);
    utilization(connection);
    rate(connection);
    slowFiles(connection);
    blanks(connection);
    writeProtection(connection);
    quotas(connection);
    slots(connection);
    events(connection);
    movers(connection);
    rest(connection);
    connection.commit();
    connection.setAutoCommit(true);
  }

  private void begin(int table) {
    chance = Chance.of(site.seed(), PART - table);
  }

  /** Means over 20 minutes, in MiB/s and MiB, as the accounting server computes them. */
  private void averages(Connection connection) throws SQLException {
    averages(connection, site.today().minusDays(AVERAGE_DAYS).toString(), site.today().toString());
  }

  /** The same from one to another time of the site's wall clock, exclusive. */
  static void averages(Connection connection, String from, String until) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO encp_xfer_average_by_storage_group
          SELECT extract(epoch FROM (slot + interval '10 minutes')
                         AT TIME ZONE current_setting('TimeZone'))::integer,
                 slot + interval '10 minutes', slot, slot + interval '20 minutes',
                 storage_group, rw,
                 avg(overall_rate) / 1048576, avg(network_rate) / 1048576,
                 avg(disk_rate) / 1048576, avg(transfer_rate) / 1048576,
                 avg(drive_rate) / 1048576, avg("size") / 1048576,
                 stddev(overall_rate) / 1048576, stddev(network_rate) / 1048576,
                 stddev(disk_rate) / 1048576, stddev(transfer_rate) / 1048576,
                 stddev(drive_rate) / 1048576, stddev("size") / 1048576,
                 count(*)
            FROM (SELECT x.*, date_trunc('hour', "date")
                              + floor(extract(minute FROM "date") / 20) * interval '20 minutes'
                              AS slot
                    FROM encp_xfer AS x
                   WHERE "date" >= '%s' AND "date" < '%s' AND driver <> 'NullDriver') AS y
           GROUP BY slot, storage_group, rw
          """
              .formatted(from, until));
    }
  }

  /** Mounts and dismounts; what is to come is not there yet, and some finishes were lost. */
  private void mounts(Connection connection) throws SQLException {
    begin(1);
    try (BinaryCopy copy = new BinaryCopy(connection, MOUNTS, MOUNT_COLUMNS, "")) {
      for (Mount mount : chronicle.mounts()) {
        boolean lost = chance.oneIn(LOST_ONE_IN);
        if (mount.start() <= end) {
          boolean lasts = lost || mount.mounted() > end;
          String state = lasts ? "m" : mount.isFailed() ? "E" : "M";
          mountRow(copy, mount, mount.start(), lasts ? -1 : mount.mounted(), state, clock);
          copy.int4(0).int4(0);
        }
        if (!mount.isFailed() && mount.dismountStart() <= end) {
          boolean lasts = mount.dismounted() > end;
          mountRow(
              copy,
              mount,
              mount.dismountStart(),
              lasts ? -1 : mount.dismounted(),
              lasts ? "d" : "D",
              clock);
          copy.int4(mount.reads()).int4(mount.writes());
        }
      }
      copy.finish();
    }
  }

  /** A row up to its storage group; {@code finish} is −1 when it is to come or was lost. */
  static void mountRow(
      BinaryCopy copy, Mount mount, long start, long finish, String state, SiteClock clock)
      throws SQLException {
    Fleet.Mover mover = mount.mover();
    copy.row().text("enstore04.example.org").text(mount.label());
    copy.text(mover.family().driveId()).text(mover.logname()).timestamp(clock.wall(start));
    if (finish < 0) {
      copy.nothing();
    } else {
      copy.timestamp(clock.wall(finish));
    }
    copy.text(state).text(mount.storageGroup());
  }

  private void errors(Connection connection) throws SQLException {
    begin(2);
    try (BinaryCopy copy = new BinaryCopy(connection, ERRORS, ERROR_COLUMNS, "")) {
      for (Failure failure : chronicle.failures()) {
        if (failure.epochSecond() <= end) {
          errorRow(copy, failure, chance, clock);
        }
      }
      copy.finish();
    }
  }

  static void errorRow(BinaryCopy copy, Failure failure, Chance chance, SiteClock clock)
      throws SQLException {
    Optional<Mount> mount = failure.mount();
    copy.row().timestamp(clock.wall(failure.epochSecond()));
    copy.begin().add("dcache").add(1 + chance.below(60), 2).add(".example.org").end();
    int pid = 1_000 + chance.below(64_000);
    copy.int4(pid).text(StorageGroup.userOf(failure.group()));
    copy.begin().add("failed-").add(failure.epochSecond(), 10).add("-").add(pid, 1).end();
    copy.text("v3_11m").text(failure.type()).text(failure.message());
    copy.text("/srv/stage/0").text("/pnfs/fs/usr/0").int8(failure.sizeBytes());
    copy.text(failure.group()).text(mount.map(Mount::moverKey).orElse(null));
    copy.text(mount.map(met -> met.mover().family().driveId()).orElse(null));
    copy.text(mount.map(Mount::driveSerial).orElse(null)).text(failure.reads() ? "r" : "w");
    copy.text(mount.map(Mount::label).orElse(null)).text(failure.library());
  }

  /** Who has how many drives of a family at a moment. */
  private record Use(long time, Fleet.Family family, String group) {}

  /** Only what is busy has a row, and each row of a library repeats its drives' number. */
  private void utilization(Connection connection) throws SQLException {
    Map<Use, Integer> busy = new LinkedHashMap<>();
    for (Mount mount : chronicle.mounts()) {
      long from = Math.max(mount.mounted(), start);
      long first = Math.floorDiv(from + QUARTER_HOUR - 1, (long) QUARTER_HOUR) * QUARTER_HOUR;
      for (long time = first; time < Math.min(mount.dismounted(), end); time += QUARTER_HOUR) {
        busy.merge(new Use(time, mount.mover().family(), mount.storageGroup()), 1, Integer::sum);
      }
    }
    List<Map.Entry<Use, Integer>> rows = new ArrayList<>(busy.entrySet());
    rows.sort(
        Comparator.<Map.Entry<Use, Integer>>comparingLong(row -> row.getKey().time())
            .thenComparing(row -> row.getKey().family().library())
            .thenComparing(row -> row.getKey().group()));
    Map<LocalDate, Map<String, Integer>> drives = new HashMap<>();
    try (BinaryCopy copy = new BinaryCopy(connection, UTILIZATION, UTILIZATION_COLUMNS, "")) {
      for (Map.Entry<Use, Integer> row : rows) {
        Use use = row.getKey();
        Map<String, Integer> today =
            drives.computeIfAbsent(clock.day(use.time()), day -> drivesOf(story.fleet(), day));
        utilizationRow(copy, use.time(), use.family(), use.group(), row.getValue(), today);
      }
      copy.finish();
    }
  }

  static void utilizationRow(
      BinaryCopy copy,
      long time,
      Fleet.Family family,
      String group,
      int busy,
      Map<String, Integer> drives)
      throws SQLException {
    copy.row().instant(time).text(family.driveId());
    copy.int4(drives.getOrDefault(robotAndType(family), busy)).int4(busy);
    copy.text(family.tapeLibrary()).text(group);
  }

  /** How many drives of each type serve in each robot. */
  static Map<String, Integer> drivesOf(Fleet fleet, LocalDate day) {
    Map<String, Integer> drives = new HashMap<>();
    for (Fleet.Mover mover : fleet.serving(day)) {
      if (mover.family().kind() == Fleet.Kind.TAPE) {
        drives.merge(robotAndType(mover.family()), 1, Integer::sum);
      }
    }
    return drives;
  }

  private static String robotAndType(Fleet.Family family) {
    return family.tapeLibrary() + " " + family.driveId();
  }

  /** Bytes of each interval: a file's are spread evenly over the time it took. */
  private void rate(Connection connection) throws SQLException {
    long last = Math.floorDiv(end, (long) RATE_SECONDS) * RATE_SECONDS;
    int bins = RATE_DAYS * DAY / RATE_SECONDS;
    long first = last - (long) bins * RATE_SECONDS;
    RateBins rates = new RateBins(first, bins);
    chronicle.transfers().forEach(rates::add);
    try (BinaryCopy copy = new BinaryCopy(connection, RATE, RATE_COLUMNS, "")) {
      for (int bin = 0; bin < bins; bin++) {
        rates.write(bin, copy);
      }
      copy.finish();
    }
  }

  /** Files beyond 512 MiB that went at less than half the rate that is usual for the drive. */
  private void slowFiles(Connection connection) throws SQLException {
    List<String> columns =
        List.of(
            "date",
            "drive_id",
            "drive_sn",
            "volume",
            "drive_rate",
            "rw",
            "write_error_count",
            "read_error_count",
            "bfid",
            "file_size");
    try (BinaryCopy copy = new BinaryCopy(connection, "drive_data", columns, "")) {
      long serial = 0;
      for (Transfer transfer : chronicle.transfers()) {
        serial++;
        double usual = transfer.mover().family().bytesPerSecond();
        long rate = transfer.driveBytesPerSecond();
        if (transfer.mount().isPresent()
            && transfer.sizeBytes() > 512 * MIB
            && rate > 0
            && rate < SLOW_SHARE * usual) {
          Mount mount = transfer.mount().get();
          copy.row().timestamp(clock.wall(transfer.epochSecond()));
          copy.text(transfer.mover().logname()).text(mount.driveSerial()).text(mount.label());
          copy.int8(rate).text(transfer.reads() ? "r" : "w");
          // Movers send them in each other's place.
          copy.int8(mount.correctedReadErrors()).int8(mount.correctedWriteErrors());
          copy.text(CatalogueTables.bfid(transfer.epochSecond(), serial));
          copy.int8(transfer.sizeBytes());
        }
      }
      copy.finish();
    }
  }

  private void blanks(Connection connection) throws SQLException {
    List<String> columns = List.of("date", "media_type", "blanks");
    try (BinaryCopy copy = new BinaryCopy(connection, "blanks", columns, "")) {
      long last = Long.MIN_VALUE;
      for (long time = start + 50 * 60; time < end; time += HOUR) {
        long wall = clock.wall(time);
        if (wall <= last) {
          continue; // the repeated hour would repeat its key
        }
        last = wall;
        for (Fleet.Family family : counts.families()) {
          copy.row().timestamp(wall).text(family.mediaType()).int4(counts.blanks(family, time));
        }
      }
      copy.finish();
    }
  }

  /** A tape's tab is to be set when it is full, and is set some days later. */
  private void writeProtection(Connection connection) throws SQLException {
    List<String> columns = List.of("date", "total", "should", "not_yet", "done");
    List<String> byLibrary = List.of("date", "library", "total", "should", "not_yet", "done");
    List<long[]> sums = new ArrayList<>();
    Map<String, List<Tape>> libraries = new TreeMap<>();
    for (Tape tape : story.store().tapes()) {
      libraries.computeIfAbsent(tape.family().library(), name -> new ArrayList<>()).add(tape);
    }
    Map<Long, List<long[]>> shares = new TreeMap<>();
    for (LocalDate day = firstDay; day.isBefore(site.today()); day = day.plusDays(1)) {
      long evening = clock.start(day) + 22L * HOUR;
      long[] sum = new long[4];
      List<long[]> share = new ArrayList<>();
      for (List<Tape> tapes : libraries.values()) {
        long[] of = new long[4];
        for (Tape tape : tapes) {
          boolean is = tape.firstSecond() >= 0 && tape.firstSecond() <= evening;
          boolean full = is && tape.fullSecond() >= 0 && tape.fullSecond() <= evening;
          boolean set = full && tape.fullSecond() + 5L * DAY <= evening;
          of[0] += is ? 1 : 0;
          of[1] += full ? 1 : 0;
          of[2] += full && !set ? 1 : 0;
          of[3] += set ? 1 : 0;
        }
        share.add(of);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += of[i];
        }
      }
      sums.add(sum);
      shares.put(day.toEpochDay() * DAY + 22L * HOUR, share);
    }
    List<Long> evenings = List.copyOf(shares.keySet());
    try (BinaryCopy copy = new BinaryCopy(connection, "write_protect_summary", columns, "")) {
      for (int i = 0; i < evenings.size(); i++) {
        copy.row().timestamp(evenings.get(i));
        for (long number : sums.get(i)) {
          copy.int4((int) number);
        }
      }
      copy.finish();
    }
    List<String> names = List.copyOf(libraries.keySet());
    try (BinaryCopy copy =
        new BinaryCopy(connection, "write_protect_summary_by_library", byLibrary, "")) {
      for (Map.Entry<Long, List<long[]>> evening : shares.entrySet()) {
        for (int i = 0; i < names.size(); i++) {
          copy.row().timestamp(evening.getKey()).text(names.get(i));
          for (long number : evening.getValue().get(i)) {
            copy.int4((int) number);
          }
        }
      }
      copy.finish();
    }
  }

  /** Hourly in the last days, daily before. */
  private List<Long> samplings(int offsetSeconds) {
    List<Long> times = new ArrayList<>();
    long fine = end - (long) FINE_DAYS * DAY;
    for (long time = start + offsetSeconds; time < end; time += time < fine ? DAY : HOUR) {
      times.add(time);
    }
    return times;
  }

  private void quotas(Connection connection) throws SQLException {
    List<String> columns =
        List.of(
            "time",
            "library",
            "storage_group",
            "allocated",
            "blank",
            "written",
            "requested",
            "authorized",
            "quota");
    Map<List<String>, long[]> begun = new TreeMap<>(Comparator.comparing(List::toString));
    for (Fleet.Family family : counts.families()) {
      for (StorageGroup group : StorageGroup.EXPERIMENTS) {
        long[] times =
            story.store().tapes().stream()
                .filter(tape -> tape.family().equals(family) && tape.group().equals(group))
                .mapToLong(Tape::firstSecond)
                .filter(second -> second >= 0)
                .sorted()
                .toArray();
        begun.put(List.of(family.library(), group.name()), times);
      }
    }
    try (BinaryCopy copy = new BinaryCopy(connection, "quotas", columns, "")) {
      for (long time : samplings(5 * 60)) {
        for (Map.Entry<List<String>, long[]> entry : begun.entrySet()) {
          int place = Arrays.binarySearch(entry.getValue(), time + 1);
          int written = place >= 0 ? place : -place - 1;
          int blank = entry.getKey().hashCode() & 3;
          copy.row().instant(time).text(entry.getKey().get(0)).text(entry.getKey().get(1));
          copy.int4(written + blank).int4(blank).int4(written);
          int quota = entry.getValue().length + 10;
          copy.int4(quota + 20).int4(quota + 10).int4(quota);
        }
      }
      copy.finish();
    }
    try (BinaryCopy copy =
        new BinaryCopy(
            connection,
            "quota",
            List.of("library", "storage_group", "requested", "authorized", "quota"),
            "")) {
      for (Map.Entry<List<String>, long[]> entry : begun.entrySet()) {
        int quota = entry.getValue().length + 10;
        copy.row().text(entry.getKey().get(0)).text(entry.getKey().get(1));
        copy.int4(quota + 20).int4(quota + 10).int4(quota);
      }
      copy.finish();
    }
  }

  /** Written and blank tapes take slots; two slots of each robot are out of order. */
  private void slots(Connection connection) throws SQLException {
    List<String> columns =
        List.of(
            "time", "tape_library", "location", "media_type", "total", "free", "used", "disabled");
    try (BinaryCopy copy = new BinaryCopy(connection, "tape_library_slots_usage", columns, "")) {
      for (Fleet.Family family : counts.families()) {
        long[] begun =
            story.store().tapes().stream()
                .filter(tape -> tape.family().mediaChanger().equals(family.mediaChanger()))
                .mapToLong(Tape::firstSecond)
                .sorted()
                .toArray();
        int total = (begun.length + 120) / 100 * 100 + 100;
        for (long time : samplings(30 * 60)) {
          int place = Arrays.binarySearch(begun, time + 1);
          int used = (place >= 0 ? place : -place - 1) + counts.blanks(family, time);
          int inFirst = used * 3 / 5;
          slotRow(copy, time, family, "frame 1-4", total * 3 / 5, inFirst);
          slotRow(copy, time, family, "frame 5-8", total - total * 3 / 5, used - inFirst);
        }
      }
      copy.finish();
    }
  }

  private static void slotRow(
      BinaryCopy copy, long time, Fleet.Family family, String location, int total, int used)
      throws SQLException {
    copy.row().instant(time).text(family.tapeLibrary()).text(location).text(family.mediaType());
    copy.int4(total).int4(total - used - 1).int4(used).int4(1);
  }

  /** Jobs take their time, some fail, and of some no end was ever recorded. */
  private void events(Connection connection) throws SQLException {
    begin(9);
    try (BinaryCopy copy = new BinaryCopy(connection, EVENTS, EVENT_COLUMNS, "")) {
      for (Job job : JOBS) {
        for (long time = start + job.offsetSeconds(); time < end; time += job.everySeconds()) {
          long finish = time + (long) chance.around(job.meanSeconds(), 0.35);
          boolean failed = chance.oneIn(30);
          boolean lost = chance.oneIn(120) || finish > end;
          jobRow(copy, job, time, clock);
          if (lost) {
            copy.nothing().nothing().nothing();
          } else {
            copy.timestamp(clock.wall(finish)).int4(failed ? 1 : 0);
            copy.text(failed ? "timed out" : null);
          }
        }
      }
      copy.finish();
    }
  }

  /** A row up to its start. */
  static void jobRow(BinaryCopy copy, Job job, long time, SiteClock clock) throws SQLException {
    copy.row().begin().add(job.name()).add("-").add(time, 10).end().text(job.name());
    copy.text(job.node()).text("root").timestamp(clock.wall(time));
  }

  /** The movers' configuration as it was when the records began, since nothing keeps it up. */
  private void movers(Connection connection) throws SQLException {
    List<String> columns =
        List.of("name", "library", "host", "driver", "logname", "media_changer", "data_ip");
    try (BinaryCopy copy = new BinaryCopy(connection, "mover", columns, "")) {
      for (Fleet.Mover mover : story.fleet().serving(site.from())) {
        copy.row().text(mover.key()).text(mover.family().library() + ".library_manager");
        copy.text(DrivestatTables.host(mover));
        copy.text(mover.family().kind().driver()).text(mover.logname());
        copy.text(mover.family().mediaChanger()).text(mover.address());
      }
      copy.finish();
    }
  }

  /** Mounts that last, and the bytes of days before there were rows. */
  private void rest(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO tape_mounts_tmp (volume, state)
          SELECT DISTINCT volume, state FROM tape_mounts WHERE finish IS NULL
          """);
      statement.execute(
          """
          INSERT INTO old_bytes_per_day ("date", "read", "write")
          SELECT day::date, 400000000000, 500000000000
            FROM generate_series('%1$s'::date - 100, '%1$s'::date - 1, interval '1 day') AS day
          """
              .formatted(site.from()));
    }
  }
}
