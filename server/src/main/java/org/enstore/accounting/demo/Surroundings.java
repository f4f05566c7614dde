package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an accounting database holds beside transfers, for the last {@value #DAYS} days: mounts,
 * failures, busy drives, blank tapes, quotas, slots; of what is very fine only the newest part.
 * Plausible, but not derived from the transfers.
 */
final class Surroundings {
  static final int DAYS = 90;
  private static final int AVERAGE_DAYS = 14;
  private static final int RATE_DAYS = 3;
  private static final int DAY = 86_400;
  private static final int HOUR = 3_600;
  private static final int QUARTER_HOUR = 900;
  private static final int RATE_SECONDS = 15;
  private static final long PART = -5_000_000;
  private static final List<String> MEDIA_TYPES = List.of("M8", "L8", "L9", "T10000T2D");

  private final Site site;
  private final ZoneId zone;
  private final Fleet fleet;
  private final LocalDate firstDay;
  private final long start;
  private final long end;
  private Chance chance;

  Surroundings(Site site, Fleet fleet) {
    this.site = site;
    this.zone = site.zone();
    this.fleet = fleet;
    LocalDate wanted = site.today().minusDays(DAYS);
    this.firstDay = wanted.isAfter(site.from()) ? wanted : site.from();
    this.start = firstDay.atStartOfDay(zone).toEpochSecond();
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

  /** The site's wall clock at a moment. */
  private long wall(long epochSecond) {
    return epochSecond
        + zone.getRules().getOffset(Instant.ofEpochSecond(epochSecond)).getTotalSeconds();
  }

  private List<Fleet.Mover> tapeMovers(LocalDate day) {
    return fleet.serving(day).stream()
        .filter(mover -> mover.family().kind() == Fleet.Kind.TAPE)
        .toList();
  }

  private void begin(int table) {
    chance = Chance.of(site.seed(), PART - table);
  }

  /** Means over 20 minutes, in MiB/s and MiB, as the accounting server computes them. */
  private void averages(Connection connection) throws SQLException {
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
              .formatted(site.today().minusDays(AVERAGE_DAYS), site.today()));
    }
  }

  /** Mounts and dismounts in pairs; some never finish, some fail. */
  private void mounts(Connection connection) throws SQLException {
    begin(1);
    List<String> columns =
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
    try (BinaryCopy copy = new BinaryCopy(connection, "tape_mounts", columns, "")) {
      for (LocalDate day = firstDay; !day.isAfter(site.today()); day = day.plusDays(1)) {
        long midnight = day.atStartOfDay(zone).toEpochSecond();
        for (Fleet.Mover mover : tapeMovers(day)) {
          int cycles = 2 + chance.below(6);
          for (int i = 0; i < cycles; i++) {
            long moment = midnight + (long) DAY * i / cycles + chance.below(DAY / cycles / 2);
            if (moment > end) {
              break;
            }
            String group =
                StorageGroup.EXPERIMENTS.get(chance.below(StorageGroup.EXPERIMENTS.size())).name();
            int tape = chance.below(4_000);
            boolean failed = chance.oneIn(400);
            boolean lost = chance.oneIn(500);
            long mounted = moment + 25 + (long) chance.waiting(40);
            mount(copy, mover, tape, group, moment, lost ? 0 : mounted, failed ? "E" : "M", 0, 0);
            if (!failed && !lost) {
              long dismount = mounted + 120 + (long) chance.waiting(1_500);
              boolean open = dismount > end - 60;
              boolean reading = chance.oneIn(2);
              int files = 1 + (int) chance.waiting(12);
              mount(
                  copy,
                  mover,
                  tape,
                  group,
                  dismount,
                  open ? 0 : dismount + 30 + (long) chance.waiting(30),
                  open ? "d" : "D",
                  reading ? files : 0,
                  reading ? 0 : files);
            }
          }
        }
      }
      copy.finish();
    }
  }

  /** A row of {@code tape_mounts}; {@code finish} 0 when its message was lost or is to come. */
  private void mount(
      BinaryCopy copy,
      Fleet.Mover mover,
      int tape,
      String group,
      long start,
      long finish,
      String state,
      int reads,
      int writes)
      throws SQLException {
    copy.row().text("enstore04.example.org");
    copy.begin().add("VR").add(tape, 4).add(mover.family().mediaType().substring(0, 1)).end();
    copy.text(mover.family().driveId()).text(mover.logname()).timestamp(wall(start));
    if (finish == 0) {
      copy.nothing().text(state.equals("M") ? "m" : state);
    } else {
      copy.timestamp(wall(finish)).text(state);
    }
    copy.text(group).int4(reads).int4(writes);
  }

  private void errors(Connection connection) throws SQLException {
    begin(2);
    Map<String, String> messages = new LinkedHashMap<>();
    messages.put("USERERROR", "No such file or directory");
    messages.put("TOO MANY RETRIES", "giving up after 3 attempts");
    messages.put("READ_ERROR", "media error on the tape");
    messages.put("WRITE_ERROR", "");
    messages.put("ENCP_GONE", "the client went away");
    List<String> types = List.copyOf(messages.keySet());
    List<String> columns =
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
    try (BinaryCopy copy = new BinaryCopy(connection, "encp_error", columns, "")) {
      for (long moment = start; moment < end; moment += 1 + (long) chance.waiting(4_500)) {
        LocalDate day = Instant.ofEpochSecond(moment).atZone(zone).toLocalDate();
        List<Fleet.Mover> serving = tapeMovers(day);
        Fleet.Mover mover = serving.get(chance.below(serving.size()));
        boolean early = chance.oneIn(3); // failed before a mover was found
        String type = types.get(chance.below(types.size()));
        StorageGroup group =
            StorageGroup.EXPERIMENTS.get(chance.below(StorageGroup.EXPERIMENTS.size()));
        copy.row().timestamp(wall(moment));
        copy.begin().add("dcache").add(1 + chance.below(60), 2).add(".example.org").end();
        copy.int4(1_000 + chance.below(64_000)).text(group.username());
        copy.begin().add("failed-").add(moment, 10).end().text("v3_11m");
        copy.text(type).text(messages.get(type)).text("/srv/stage/0").text("/pnfs/fs/usr/0");
        copy.int8(early ? -1 : (long) chance.around(group.medianBytes(), group.sigma()));
        copy.text(group.name()).text(early ? null : mover.key());
        copy.text(early ? null : mover.family().driveId());
        copy.text(early ? null : mover.driveSerial()).text(chance.oneIn(2) ? "r" : "w");
        copy.text(early ? null : "VR0000M").text(mover.family().library());
      }
      copy.finish();
    }
  }

  /** Only what is busy has a row, and each row of a library repeats its drives' number. */
  private void utilization(Connection connection) throws SQLException {
    begin(3);
    List<String> columns =
        List.of("time", "type", "total", "busy", "tape_library", "storage_group");
    try (BinaryCopy copy = new BinaryCopy(connection, "drive_utilization", columns, "")) {
      for (LocalDate day = firstDay; !day.isAfter(site.today()); day = day.plusDays(1)) {
        Map<Fleet.Family, Integer> drives = new LinkedHashMap<>();
        tapeMovers(day).forEach(mover -> drives.merge(mover.family(), 1, Integer::sum));
        long midnight = day.atStartOfDay(zone).toEpochSecond();
        long midnightAfter = day.plusDays(1).atStartOfDay(zone).toEpochSecond();
        for (long time = midnight; time < Math.min(midnightAfter, end); time += QUARTER_HOUR) {
          for (Map.Entry<Fleet.Family, Integer> entry : drives.entrySet()) {
            int left = entry.getValue();
            for (String group : List.of("cms", "dune", "nova")) {
              int busy = Math.min(left, (int) chance.waiting(0.22 * entry.getValue()));
              if (busy > 0) {
                copy.row().instant(time).text(entry.getKey().driveId());
                copy.int4(entry.getValue()).int4(busy);
                copy.text(entry.getKey().tapeLibrary()).text(group);
                left -= busy;
              }
            }
          }
        }
      }
      copy.finish();
    }
  }

  private void rate(Connection connection) throws SQLException {
    begin(4);
    List<String> columns = List.of("time", "read", "write", "read_null", "write_null");
    try (BinaryCopy copy = new BinaryCopy(connection, "rate", columns, "")) {
      long from = Math.max(start, end - (long) RATE_DAYS * DAY);
      double reads = 4e9;
      double writes = 3e9;
      for (long time = from; time < end; time += RATE_SECONDS) {
        reads = Math.max(0, reads + 4e8 * chance.normal() + 0.01 * (4e9 - reads));
        writes = Math.max(0, writes + 3e8 * chance.normal() + 0.01 * (3e9 - writes));
        copy.row().instant(time).int8((long) reads).int8((long) writes);
        copy.int8(0).int8(chance.oneIn(50) ? 1_000_000_000L : 0);
      }
      copy.finish();
    }
  }

  private void blanks(Connection connection) throws SQLException {
    begin(5);
    try (BinaryCopy copy =
        new BinaryCopy(connection, "blanks", List.of("date", "media_type", "blanks"), "")) {
      int[] left = {420, 260, 900, 35};
      long last = Long.MIN_VALUE;
      for (long time = start + 50 * 60; time < end; time += HOUR) {
        long wall = wall(time);
        if (wall <= last) {
          continue; // the repeated hour would repeat its key
        }
        last = wall;
        for (int i = 0; i < left.length; i++) {
          left[i] = chance.oneIn(6) ? Math.max(0, left[i] - 1) : left[i];
          left[i] += left[i] < 20 ? 200 : 0;
          copy.row().timestamp(wall).text(MEDIA_TYPES.get(i)).int4(left[i]);
        }
      }
      copy.finish();
    }
  }

  private void writeProtection(Connection connection) throws SQLException {
    begin(6);
    List<String> columns = List.of("date", "total", "should", "not_yet", "done");
    List<String> byLibrary = List.of("date", "library", "total", "should", "not_yet", "done");
    List<String> libraries = List.of("CD-LTO8G1", "CD-LTO8F1", "TFF2-LTO9", "CD-10KDF1");
    int full = 4_000;
    try (BinaryCopy copy = new BinaryCopy(connection, "write_protect_summary", columns, "")) {
      for (LocalDate day = firstDay; day.isBefore(site.today()); day = day.plusDays(1)) {
        full += 8;
        copy.row().timestamp(day.toEpochDay() * DAY + 22L * HOUR);
        copy.int4(full * 2).int4(full).int4(100).int4(full - 100);
      }
      copy.finish();
    }
    full = 4_000;
    try (BinaryCopy copy =
        new BinaryCopy(connection, "write_protect_summary_by_library", byLibrary, "")) {
      for (LocalDate day = firstDay; day.isBefore(site.today()); day = day.plusDays(1)) {
        full += 8;
        for (String library : libraries) {
          int share = full / libraries.size();
          copy.row().timestamp(day.toEpochDay() * DAY + 22L * HOUR).text(library);
          copy.int4(share * 2).int4(share).int4(25).int4(share - 25);
        }
      }
      copy.finish();
    }
  }

  private void quotas(Connection connection) throws SQLException {
    begin(7);
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
    List<String> groups = List.of("cms", "dune", "nova", "icarus");
    try (BinaryCopy copy = new BinaryCopy(connection, "quotas", columns, "")) {
      int[] written = {1_900, 700, 1_150, 310};
      for (long time = start + 5 * 60; time < end; time += HOUR) {
        for (int i = 0; i < written.length; i++) {
          written[i] += chance.oneIn(9) ? 1 : 0;
          copy.row().instant(time).text("CD-LTO8G1").text(groups.get(i));
          copy.int4(written[i] + 40).int4(40).int4(written[i]);
          copy.int4(2_600).int4(2_500).int4(2_400);
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
      for (String group : groups) {
        copy.row().text("CD-LTO8G1").text(group).int4(2_600).int4(2_500).int4(2_400);
      }
      copy.finish();
    }
  }

  private void slots(Connection connection) throws SQLException {
    begin(8);
    List<String> columns =
        List.of(
            "time", "tape_library", "location", "media_type", "total", "free", "used", "disabled");
    try (BinaryCopy copy = new BinaryCopy(connection, "tape_library_slots_usage", columns, "")) {
      int used = 6_800;
      for (long time = start; time < end; time += HOUR) {
        used = Math.min(8_400, used + (chance.oneIn(8) ? 1 : 0));
        copy.row().instant(time).text("GCC-G1 IBM TS4500").text("frame 1-8").text("M8");
        copy.int4(8_500).int4(8_490 - used).int4(used).int4(10);
      }
      copy.finish();
    }
  }

  private void events(Connection connection) throws SQLException {
    begin(9);
    List<String> columns =
        List.of("tag", "name", "node", "username", "start", "finish", "status", "comment");
    try (BinaryCopy copy = new BinaryCopy(connection, "event", columns, "")) {
      for (LocalDate day = firstDay; day.isBefore(site.today()); day = day.plusDays(1)) {
        long time = day.toEpochDay() * DAY + 2L * HOUR;
        boolean failed = chance.oneIn(30);
        copy.row().begin().add("backup-").add(day.toEpochDay(), 5).end().text("pnfsBackup");
        copy.text("enstore01.example.org").text("root").timestamp(time);
        copy.timestamp(time + 900 + (long) chance.waiting(600));
        copy.int4(failed ? 1 : 0).text(failed ? "timed out" : null);
      }
      copy.finish();
    }
  }

  /** The movers' configuration as it was when the records began, since nothing keeps it up. */
  private void movers(Connection connection) throws SQLException {
    begin(10);
    List<String> columns =
        List.of("name", "library", "host", "driver", "logname", "media_changer", "data_ip");
    try (BinaryCopy copy = new BinaryCopy(connection, "mover", columns, "")) {
      for (Fleet.Mover mover : fleet.serving(site.from())) {
        copy.row().text(mover.key()).text(mover.family().library() + ".library_manager");
        copy.text("mover" + mover.logname().toLowerCase(Locale.ROOT) + ".example.org");
        copy.text(mover.family().kind().driver()).text(mover.logname());
        copy.text(mover.family().mediaChanger()).text(mover.address());
      }
      copy.finish();
    }
  }

  /** Small tables: slow files, mounts that last, and the bytes of days before there were rows. */
  private void rest(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO drive_data ("date", drive_id, drive_sn, volume, drive_rate, rw, bfid, file_size)
          SELECT "date", replace(mover, '.mover', 'MV'), drive_sn, volume, drive_rate, rw,
                 'DEMO' || (extract(epoch FROM "date") * 100000)::bigint + pid, "size"
            FROM encp_xfer
           WHERE driver = 'FTTDriver' AND "size" > 536870912
             AND drive_rate BETWEEN 1 AND 80 * 1048576
          """);
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
