package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fills the database enstoredb: all tapes as they are, the changes of their states, migrations, and
 * the files of the last days.
 */
final class CatalogueTables {
  static final List<String> STATE_TYPES =
      List.of(
          "system_inhibit_0",
          "system_inhibit_1",
          "user_inhibit_0",
          "user_inhibit_1",
          "write_protect",
          "other",
          "modified",
          "set_comment",
          "new_library");

  private static final List<String> FILE_COLUMNS =
      List.of(
          "bfid",
          "crc",
          "deleted",
          "drive",
          "volume",
          "location_cookie",
          "pnfs_path",
          "pnfs_id",
          "size",
          "uid",
          "gid",
          "update",
          "package_id",
          "active_package_files_count",
          "package_files_count",
          "cache_status",
          "archive_status",
          "cache_mod_time",
          "archive_mod_time",
          "cache_location",
          "original_library",
          "file_family_width");
  private static final List<String> VOLUME_COLUMNS =
      List.of(
          "id",
          "label",
          "block_size",
          "capacity_bytes",
          "declared",
          "eod_cookie",
          "first_access",
          "last_access",
          "library",
          "media_type",
          "non_del_files",
          "remaining_bytes",
          "sum_mounts",
          "sum_rd_access",
          "sum_rd_err",
          "sum_wr_access",
          "sum_wr_err",
          "system_inhibit_0",
          "system_inhibit_1",
          "si_time_0",
          "si_time_1",
          "user_inhibit_0",
          "user_inhibit_1",
          "storage_group",
          "file_family",
          "wrapper",
          "comment",
          "write_protected",
          "active_files",
          "deleted_files",
          "unknown_files",
          "active_bytes",
          "deleted_bytes",
          "unknown_bytes",
          "modification_time");

  private static final long PART = -12_000_000;
  private static final int DAY = 86_400;
  private static final int BLOCK_SIZE = 1 << 20;

  /** "Never", as Enstore writes it. */
  private static final long NEVER_WALL = -1;

  private static final int PACKAGE_FILES = 40;

  private final Story story;
  private final Chronicle chronicle;
  private final SiteClock clock;
  private final long end;
  private final Chance chance;
  private final Map<Tape, Integer> ids = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();

  /** A change of a tape's state. */
  private record Change(long second, int volume, String type, String value) {}

  CatalogueTables(Story story, Chronicle chronicle) {
    this.story = story;
    this.chronicle = chronicle;
    this.clock = new SiteClock(story.site().zone());
    this.end = story.site().until().getEpochSecond();
    this.chance = Chance.of(story.site().seed(), PART);
  }

  void record(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    volumes(connection);
    states(connection);
    migrations(connection);
    files(connection);
    history(connection);
    small(connection);
    connection.commit();
    connection.setAutoCommit(true);
  }

  private void volumes(Connection connection) throws SQLException {
    int id = 0;
    try (BinaryCopy copy = new BinaryCopy(connection, "volume", VOLUME_COLUMNS, "")) {
      for (Tape tape : story.store().tapes()) {
        ids.put(tape, ++id);
        volume(copy, id, tape);
      }
      for (TapeCounts.Blanks blanks : new TapeCounts(story, chronicle).blanksAtEnd()) {
        for (int i = 1; i <= blanks.count(); i++) {
          int number = story.store().used(blanks.family()) + i;
          blank(copy, ++id, TapeStore.label(blanks.family(), number), blanks.family());
        }
      }
      copy.finish();
    }
    execute(connection, "SELECT setval('volume_seq', max(id)) FROM volume");
  }

  private void volume(BinaryCopy copy, int id, Tape tape) throws SQLException {
    Fleet.Family family = tape.family();
    boolean isBad = tape.label().equals(story.badTape().orElse(""));
    boolean isMigrated = TapeCounts.isMigrated(story, tape);
    int deleted = isMigrated ? tape.files() : (int) (tape.files() * TapeCounts.deletedShare(id));
    long deletedBytes =
        isMigrated ? tape.bytes() : tape.files() == 0 ? 0 : tape.bytes() / tape.files() * deleted;
    String inhibit = isMigrated ? "migrated" : tape.isFull() ? "full" : "none";
    long inhibitSecond =
        isMigrated ? TapeCounts.migratedSecond(story, tape, id) : tape.fullSecond();
    if (tape.isFull()) {
      changes.add(new Change(tape.fullSecond(), id, "system_inhibit_1", "full"));
      changes.add(new Change(tape.fullSecond() + 5L * DAY, id, "write_protect", "ON"));
    }
    if (isMigrated) {
      changes.add(new Change(inhibitSecond - DAY, id, "system_inhibit_1", "migrating"));
      changes.add(new Change(inhibitSecond, id, "system_inhibit_1", "migrated"));
    }
    if (isBad) {
      changes.add(new Change(badSince(), id, "system_inhibit_0", "NOACCESS"));
    }
    copy.row().int4(id).text(tape.label()).int4(BLOCK_SIZE).int8(family.capacityBytes());
    copy.timestamp(clock.wall(tape.declaredSecond()));
    copy.begin().add("0000_000000000_").add(tape.files() + 1, 7).end();
    copy.timestamp(wall(tape.firstSecond())).timestamp(wall(tape.lastSecond()));
    copy.text(family.library()).text(family.mediaType()).int4(tape.files() - deleted);
    copy.int8(tape.remaining()).int4(tape.mounts());
    copy.int4(tape.reads()).int4(tape.readErrors()).int4(tape.writes()).int4(tape.writeErrors());
    copy.text(isBad ? "NOACCESS" : "none").text(inhibit);
    copy.timestamp(isBad ? wall(badSince()) : NEVER_WALL).timestamp(wall(inhibitSecond));
    copy.text("none").text("none").text(tape.group().name()).text(tape.fileFamily());
    copy.text("cpio_odc")
        .text("")
        .text(tape.fullSecond() + 5L * DAY < end && tape.isFull() ? "y" : "n");
    copy.int4(tape.files() - deleted).int4(deleted).int4(0);
    copy.int8(tape.bytes() - deletedBytes).int8(deletedBytes).int8(0);
    copy.timestamp(clock.wall(end));
  }

  private void blank(BinaryCopy copy, int id, String label, Fleet.Family family)
      throws SQLException {
    copy.row().int4(id).text(label).int4(BLOCK_SIZE).int8(family.capacityBytes());
    copy.timestamp(clock.wall(end - (long) chance.waiting(60L * DAY))).text("none");
    copy.timestamp(NEVER_WALL).timestamp(NEVER_WALL);
    copy.text(family.library()).text(family.mediaType()).int4(0).int8(family.capacityBytes());
    copy.int4(0).int4(0).int4(0).int4(0).int4(0).text("none").text("none");
    copy.timestamp(NEVER_WALL).timestamp(NEVER_WALL).text("none").text("none");
    copy.text("none").text("none").text("none").text("").text("n");
    copy.int4(0).int4(0).int4(0).int8(0).int8(0).int8(0).timestamp(clock.wall(end));
  }

  private long badSince() {
    return story.plants().badTape().map(bad -> clock.start(bad.until())).orElse(end);
  }

  private long wall(long second) {
    return second < 0 ? NEVER_WALL : clock.wall(second);
  }

  private void states(Connection connection) throws SQLException {
    try (BinaryCopy copy = new BinaryCopy(connection, "state_type", List.of("id", "name"), "")) {
      for (int i = 0; i < STATE_TYPES.size(); i++) {
        copy.row().int4(i + 1).text(STATE_TYPES.get(i));
      }
      copy.finish();
    }
    try (BinaryCopy copy =
        new BinaryCopy(connection, "state", List.of("time", "volume", "type", "value"), "")) {
      for (Change change : changes) {
        if (change.second() <= end) {
          copy.row().timestamp(clock.wall(change.second())).int4(change.volume());
          copy.int4(STATE_TYPES.indexOf(change.type()) + 1).text(change.value());
        }
      }
      copy.finish();
    }
  }

  /** Migrated tapes were copied to the newest tapes of their storage group. */
  private void migrations(Connection connection) throws SQLException {
    Map<String, Tape> newest = new LinkedHashMap<>();
    List<Tape> tapes = story.store().tapes();
    for (Tape tape : tapes) {
      if (!TapeCounts.isMigrated(story, tape) && !tape.family().isForTests()) {
        newest.put(tape.group().name(), tape);
      }
    }
    List<String> columns = List.of("src", "dst", "time", "src_vol_id", "dst_vol_id", "closed_time");
    try (BinaryCopy copy = new BinaryCopy(connection, "migration_history", columns, "")) {
      for (Tape tape : tapes) {
        Tape to = newest.get(tape.group().name());
        Integer from = ids.get(tape);
        if (TapeCounts.isMigrated(story, tape) && to != null && from != null) {
          long second = TapeCounts.migratedSecond(story, tape, from);
          copy.row().text(tape.label()).text(to.label()).timestamp(clock.wall(second));
          copy.int4(from).int4(idOf(to));
          // The newest are not closed yet.
          if (second > end - 30L * DAY) {
            copy.nothing();
          } else {
            copy.timestamp(clock.wall(second + 3L * DAY));
          }
        }
      }
      copy.finish();
    }
  }

  private int idOf(Tape tape) {
    Integer id = ids.get(tape);
    if (id == null) {
      throw new IllegalStateException(tape.label() + " has no number.");
    }
    return id;
  }

  /**
   * Every file written in the last days. Small ones, written to disk, have been packed together
   * into files on tape once enough of them were there; of the newest the copies on disk are still
   * kept.
   */
  private void files(Connection connection) throws SQLException {
    long serial = 0;
    List<Transfer> small = new ArrayList<>();
    try (BinaryCopy copy = new BinaryCopy(connection, "file", FILE_COLUMNS, "")) {
      for (Transfer transfer : chronicle.transfers()) {
        if (transfer.reads() || transfer.mover().family().kind() == Fleet.Kind.NULL) {
          continue;
        }
        serial++;
        if (transfer.mount().isPresent()) {
          file(copy, transfer, serial, transfer.mount().get().tape(), Optional.empty(), 0);
          if (small.size() >= PACKAGE_FILES) {
            serial = pack(copy, small, transfer, serial);
            small.clear();
          }
        } else {
          small.add(transfer);
        }
      }
      for (Transfer waiting : small) {
        file(copy, waiting, ++serial, null, Optional.empty(), 0);
      }
      copy.finish();
    }
  }

  /** Writes small files and the package of them, beside a file that went to tape just then. */
  private long pack(BinaryCopy copy, List<Transfer> small, Transfer beside, long serial)
      throws SQLException {
    Tape tape = beside.mount().orElseThrow().tape();
    long number = serial + 1;
    String packageId = bfid(beside.epochSecond(), number);
    file(copy, beside, number, tape, Optional.of(packageId), small.size());
    for (Transfer member : small) {
      file(copy, member, ++number, tape, Optional.of(packageId), 0);
    }
    return number;
  }

  static String bfid(long second, long serial) {
    return String.format(Locale.ROOT, "DEMO%010d%05d", second, serial % 100_000);
  }

  /**
   * Writes a row.
   *
   * @param tape null while the file waits on disk
   * @param packageId the package it is in, or is
   * @param members how many files are in it; 0 when it is no package
   */
  private void file(
      BinaryCopy copy,
      Transfer transfer,
      long serial,
      @Nullable Tape tape,
      Optional<String> packageId,
      int members)
      throws SQLException {
    long second = transfer.epochSecond();
    boolean onDisk = transfer.mount().isEmpty();
    boolean isPackage = members > 0;
    boolean isPurged = onDisk && second < end - 7L * DAY;
    String bfid = bfid(second, serial);
    copy.row().text(bfid).int8(chance.below(Integer.MAX_VALUE));
    copy.text(chance.oneIn(40) ? "y" : "n");
    copy.begin().add(transfer.mover().key()).add(":").add(transfer.driveSerial()).end();
    if (tape == null) {
      copy.nothing();
    } else {
      copy.int4(idOf(tape));
    }
    copy.begin().add("0000_000000000_").add(serial, 7).end();
    copy.begin().add("/pnfs/fs/usr/").add(transfer.storageGroup()).add("/").add(serial, 8).end();
    copy.begin().add("0000").add(second, 12).add(serial, 8).end();
    copy.int8(isPackage ? members * 25_000_000L : transfer.sizeBytes()).int4(1_000).int4(1_000);
    copy.timestamp(clock.wall(second));
    copy.text(packageId.orElse(null));
    if (isPackage) {
      copy.int4(members).int4(members);
    } else {
      copy.nothing().nothing();
    }
    if (onDisk) {
      copy.text(isPurged ? "PURGED" : "CACHED");
      copy.text(packageId.isPresent() ? "ARCHIVED" : null);
      copy.timestamp(clock.wall(isPurged ? second + 7L * DAY : second));
      if (packageId.isPresent()) {
        copy.timestamp(clock.wall(second + 3_600));
      } else {
        copy.nothing();
      }
    } else {
      copy.nothing().nothing().nothing().nothing();
    }
    copy.nothing().text(transfer.library()).int4(1);
  }

  private void history(Connection connection) throws SQLException {
    List<String> columns =
        List.of(
            "date",
            "storage_group",
            "active_bytes",
            "unknown_bytes",
            "deleted_bytes",
            "active_files",
            "unknown_files",
            "deleted_files");
    try (BinaryCopy copy = new BinaryCopy(connection, "historic_tape_bytes", columns, "")) {
      for (var month : chronicle.months().entrySet()) {
        for (var group : month.getValue().entrySet()) {
          long bytes = group.getValue().bytes();
          long files = group.getValue().files();
          copy.row().timestamp(month.getKey().toEpochDay() * DAY).text(group.getKey());
          copy.int8(bytes - bytes / 40).int8(0).int8(bytes / 40);
          copy.int8(files - files / 40).int8(0).int8(files / 40);
        }
      }
      copy.finish();
    }
  }

  private static void small(Connection connection) throws SQLException {
    execute(
        connection,
        """
        INSERT INTO media_capacity ("type", capacity)
        VALUES ('LTO4', 800000000000), ('T10000T2D', 8400000000000), ('null', 0)
        """);
    execute(
        connection,
        """
        INSERT INTO sg_count (library, storage_group, count)
        SELECT library, storage_group, count(*) FROM volume GROUP BY library, storage_group
        """);
    execute(
        connection,
        """
        INSERT INTO quota (library, storage_group, requested, authorized, quota)
        SELECT library, storage_group, count + 40, count + 30, count + 20
          FROM sg_count WHERE storage_group <> 'none'
        """);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
