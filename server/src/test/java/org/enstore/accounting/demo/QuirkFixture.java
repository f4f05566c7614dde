package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A few thousand transfers around the days on which clocks change, with every oddity of real
 * accounting data in a known place. The rows are the same in every run; {@link #rows} tells what a
 * query must make of them.
 *
 * <p>{@link #chicago} has four windows of days in 2024 and 2025, {@link #moscow} one around
 * 2014-10-26, when Moscow's clock went back for the last time. On ordinary days each of the {@link
 * #BACKGROUND_MOVERS} reads at 10 past and writes at 40 past every hour of the wall clock.
 */
public final class QuirkFixture {

  // ---- Chicago: where the oddities are --------------------------------------------------------

  public static final ZoneId CHICAGO = ZoneId.of("America/Chicago");

  /** The first and the last day with transfers, apart from the one dated in the future. */
  public static final LocalDate CHICAGO_FIRST_DAY = LocalDate.of(2024, 3, 8);

  public static final LocalDate CHICAGO_LAST_DAY = LocalDate.of(2025, 11, 5);

  /** 23 hours. Has rows at 01:59:59 and 03:00:00, and one at 02:30:00, which no clock showed. */
  public static final LocalDate SPRING_DAY = LocalDate.of(2024, 3, 10);

  public static final LocalDateTime IMPOSSIBLE_TIME = SPRING_DAY.atTime(2, 30);

  /** 25 hours. Its rows between 01:00 and 02:00 are twice as many as in other hours. */
  public static final LocalDate AUTUMN_DAY = LocalDate.of(2024, 11, 3);

  /** Inside a window, without a single transfer. */
  public static final LocalDate EMPTY_DAY = LocalDate.of(2024, 11, 4);

  /** Has one row twice, equal in every column. */
  public static final LocalDate DUPLICATE_DAY = LocalDate.of(2024, 11, 2);

  public static final LocalDateTime DUPLICATE_TIME = DUPLICATE_DAY.atTime(10, 0);

  /**
   * Has one transfer of each mover in {@link #SPOILED_KEYS}, of as many bytes as its place, × 1000.
   */
  public static final LocalDate SPOILED_NAMES_DAY = LocalDate.of(2024, 3, 9);

  /** Keys whose summary name is not the key without its suffix; some share one. */
  public static final List<String> SPOILED_KEYS =
      List.of(
          "LTO8_server.mover",
          "LTO8_rov.mover",
          "mover.mover",
          "remover.mover",
          "null4e.mover",
          "null4.mover");

  /** Has transfers whose rates are 0, −1, missing, and in MiB/s. */
  public static final LocalDate RATES_DAY = LocalDate.of(2025, 3, 7);

  /** Has one transfer of {@link #BEYOND_DOUBLE} bytes, which no double holds. */
  public static final LocalDate LARGE_DAY = LocalDate.of(2025, 3, 10);

  /** One more than 2 to the power of 53. */
  public static final long BEYOND_DOUBLE = (1L << 53) + 1;

  /** Three rows of it, of {@link #LATE_MOVER}, arrived after it was summed up. */
  public static final LocalDate LATE_DAY = LocalDate.of(2025, 3, 8);

  public static final String LATE_MOVER = "L8G1_001.mover";

  /** Summed up at noon: the summaries have its first half only. */
  public static final LocalDate FROZEN_DAY = LocalDate.of(2025, 11, 4);

  /** Dated two days after the last day, by a client whose clock is fast. */
  public static final LocalDateTime FUTURE_TIME = CHICAGO_LAST_DAY.plusDays(2).atTime(12, 0);

  /** The last day's transfers end then; no summary has that day. */
  public static final LocalDateTime CHICAGO_NOW = CHICAGO_LAST_DAY.atTime(13, 0);

  // ---- Moscow ---------------------------------------------------------------------------------

  public static final ZoneId MOSCOW = ZoneId.of("Europe/Moscow");

  /** 25 hours: at 02:00 the clock went back to 01:00. */
  public static final LocalDate MOSCOW_AUTUMN_DAY = LocalDate.of(2014, 10, 26);

  public static final LocalDate MOSCOW_LAST_DAY = LocalDate.of(2014, 10, 28);

  // ---- evenings -------------------------------------------------------------------------------

  public static final ZoneId PYONGYANG = ZoneId.of("Asia/Pyongyang");

  /** At 23:30 the clock went to midnight. */
  public static final LocalDate PYONGYANG_EVENING = LocalDate.of(2018, 5, 4);

  public static final ZoneId NUUK = ZoneId.of("America/Nuuk");

  /** At 23:00 the clock went to midnight. */
  public static final LocalDate NUUK_EVENING = LocalDate.of(2024, 3, 30);

  // ---- all -----------------------------------------------------------------------------------

  /** A disk mover, a mover that is only read by one experiment, and two ordinary ones. */
  public static final List<String> BACKGROUND_MOVERS =
      List.of("L8G1_001.mover", "L8G1_002.mover", "TFF2L9_001.mover", "diskSF1_01.mover");

  /**
   * One row of encp_xfer, as far as questions go.
   *
   * @param wallClock its column date
   * @param late whether it came after its day had been summed up
   */
  public record Row(
      LocalDateTime wallClock,
      String mover,
      boolean read,
      long size,
      String storageGroup,
      @Nullable String library,
      String driveId,
      String driver,
      long driveRate,
      long otherRates,
      @Nullable Long diskRate,
      @Nullable Long transferRate,
      boolean late) {

    public LocalDate day() {
      return wallClock.toLocalDate();
    }

    /** Whether the summaries have it. */
    public boolean isSummedUp(LocalDate lastDay) {
      return !late && day().isBefore(lastDay);
    }

    private Row withSize(long bytes) {
      return new Row(
          wallClock,
          mover,
          read,
          bytes,
          storageGroup,
          library,
          driveId,
          driver,
          driveRate,
          otherRates,
          diskRate,
          transferRate,
          late);
    }

    private Row withRates(long drive, long others, @Nullable Long disk, @Nullable Long transfer) {
      return new Row(
          wallClock,
          mover,
          read,
          size,
          storageGroup,
          library,
          driveId,
          driver,
          drive,
          others,
          disk,
          transfer,
          late);
    }

    private Row withGroup(String group) {
      return new Row(
          wallClock,
          mover,
          read,
          size,
          group,
          library,
          driveId,
          driver,
          driveRate,
          otherRates,
          diskRate,
          transferRate,
          late);
    }

    private Row withoutLibrary() {
      return new Row(
          wallClock,
          mover,
          read,
          size,
          storageGroup,
          null,
          driveId,
          driver,
          driveRate,
          otherRates,
          diskRate,
          transferRate,
          late);
    }

    private Row afterwards() {
      return new Row(
          wallClock,
          mover,
          read,
          size,
          storageGroup,
          library,
          driveId,
          driver,
          driveRate,
          otherRates,
          diskRate,
          transferRate,
          true);
    }
  }

  private static final long MIB = 1 << 20;

  private final ZoneId zone;
  private final LocalDate lastDay;
  private final List<Row> rows;

  private QuirkFixture(ZoneId zone, LocalDate lastDay, List<Row> rows) {
    this.zone = zone;
    this.lastDay = lastDay;
    this.rows = List.copyOf(rows);
  }

  /** Four windows around Chicago's changes of 2024 and 2025, with every oddity there is. */
  public static QuirkFixture chicago() {
    List<Row> rows = new ArrayList<>();
    days("2024-03-08", "2024-03-12").forEach(day -> background(rows, day, CHICAGO));
    days("2024-11-01", "2024-11-05")
        .filter(day -> !day.equals(EMPTY_DAY))
        .forEach(day -> background(rows, day, CHICAGO));
    days("2025-03-07", "2025-03-11").forEach(day -> background(rows, day, CHICAGO));
    days("2025-11-01", "2025-11-05").forEach(day -> background(rows, day, CHICAGO));
    rows.removeIf(row -> row.wallClock.isAfter(CHICAGO_NOW));
    rows.replaceAll(row -> isAfterFreezing(row) ? row.afterwards() : row);

    rows.add(transfer(SPRING_DAY.atTime(1, 59, 59), "L8G1_001.mover", true));
    rows.add(transfer(SPRING_DAY.atTime(3, 0), "L8G1_001.mover", true));
    rows.add(transfer(IMPOSSIBLE_TIME, "L8G1_001.mover", true));
    for (int i = 0; i < SPOILED_KEYS.size(); i++) {
      rows.add(
          transfer(SPOILED_NAMES_DAY.atTime(12, i), SPOILED_KEYS.get(i), false)
              .withSize((i + 1) * 1_000L));
    }
    Row twice = transfer(DUPLICATE_TIME, "TFF2L9_001.mover", false);
    rows.add(twice);
    rows.add(twice);
    LocalDateTime rates = RATES_DAY.atTime(9, 0);
    Row measured = transfer(rates, "L8G1_002.mover", true).withSize(900 * MIB);
    rows.add(measured.withRates(0, 0, 0L, 0L));
    rows.add(measured.withRates(-1, -1, -1L, -1L));
    rows.add(measured.withRates(150 * MIB, 140 * MIB, null, null));
    rows.add(measured.withRates(150, 140, null, null).withoutLibrary());
    rows.add(transfer(RATES_DAY.atTime(9, 5), "L8G1_002.mover", true).withSize(0));
    rows.add(transfer(LARGE_DAY.atTime(6, 0), "TFF2L9_001.mover", false).withSize(BEYOND_DOUBLE));
    rows.add(
        transfer(LARGE_DAY.atTime(6, 1), "TFF2L9_001.mover", false)
            .withSize(3L << 31)
            .withGroup("protodune_single"));
    for (int i = 0; i < 3; i++) {
      rows.add(transfer(LATE_DAY.atTime(20, i), LATE_MOVER, true).withSize(1_000).afterwards());
    }
    rows.add(transfer(FUTURE_TIME, "L8G1_002.mover", false).withSize(5_000).afterwards());
    return new QuirkFixture(CHICAGO, CHICAGO_LAST_DAY, rows);
  }

  /**
   * Days around two evenings whose end was skipped: of 2018-05-04 in Pyongyang the last half hour,
   * of 2024-03-30 in Nuuk the last hour. Both have rows in it, by clients whose clocks were not
   * set.
   */
  public static QuirkFixture skippedEvenings() {
    List<Row> rows = new ArrayList<>();
    days("2018-05-03", "2018-05-06").forEach(day -> background(rows, day, PYONGYANG));
    days("2024-03-29", "2024-04-01").forEach(day -> background(rows, day, NUUK));
    for (int minute = 1; minute < 60; minute += 7) {
      rows.add(transfer(PYONGYANG_EVENING.atTime(23, minute), "L8G1_001.mover", true));
      rows.add(transfer(NUUK_EVENING.atTime(23, minute), "L8G1_002.mover", false));
    }
    return new QuirkFixture(NUUK, LocalDate.parse("2024-04-01"), rows);
  }

  /** 2014-10-24 to 28 in Moscow; nothing odd but the clock. */
  public static QuirkFixture moscow() {
    List<Row> rows = new ArrayList<>();
    days("2014-10-24", "2014-10-28").forEach(day -> background(rows, day, MOSCOW));
    return new QuirkFixture(MOSCOW, MOSCOW_LAST_DAY, rows);
  }

  public ZoneId zone() {
    return zone;
  }

  /** The day that is not over when the records end, and of which the summaries have nothing. */
  public LocalDate lastDay() {
    return lastDay;
  }

  /** All rows, late ones included. */
  public List<Row> rows() {
    return rows;
  }

  /**
   * Puts the rows and their summaries into empty tables that {@code database} reaches as their
   * owner.
   */
  public void load(Connections database) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      insert(connection, rows.stream().filter(row -> !row.late).toList());
      for (String function :
          List.of(
              "make_daily_xfer_size", "make_daily_xfer_size_by_mover", "make_monthly_xfer_size")) {
        try (PreparedStatement summing =
            connection.prepareStatement("SELECT " + function + "(?)")) {
          summing.setDate(1, Date.valueOf(lastDay));
          summing.execute();
        }
      }
      insert(connection, rows.stream().filter(Row::late).toList());
      statement.execute("ANALYZE");
    }
  }

  private static boolean isAfterFreezing(Row row) {
    return row.day().equals(FROZEN_DAY) && row.wallClock.getHour() >= 12;
  }

  private static Stream<LocalDate> days(String first, String last) {
    return LocalDate.parse(first).datesUntil(LocalDate.parse(last).plusDays(1));
  }

  /** As many hours as the day really has, shown as its wall clock showed them. */
  private static void background(List<Row> rows, LocalDate day, ZoneId zone) {
    var end = day.plusDays(1).atStartOfDay(zone);
    int hour = 0;
    for (var time = day.atStartOfDay(zone); time.isBefore(end); time = time.plusHours(1)) {
      for (int i = 0; i < BACKGROUND_MOVERS.size(); i++) {
        String mover = BACKGROUND_MOVERS.get(i);
        LocalDateTime wallClock = time.toLocalDateTime();
        long scale = (i + 1) * 1_000_000L + hour * 1_000L;
        rows.add(transfer(wallClock.plusMinutes(10), mover, true).withSize(scale));
        rows.add(transfer(wallClock.plusMinutes(40), mover, false).withSize(10 * scale));
      }
      hour++;
    }
    Random random = new Random(day.toEpochDay());
    for (int at : List.of(6, 10, 11, 12, 18)) {
      for (String mover : BACKGROUND_MOVERS) {
        rows.add(measured(random, day.atTime(at, random.nextInt(60), random.nextInt(60)), mover));
      }
    }
  }

  /** A transfer whose rates encp may or may not have measured, of any experiment and library. */
  private static Row measured(Random random, LocalDateTime wallClock, String mover) {
    long small = 1 + random.nextLong(512 * MIB);
    long large = 512 * MIB + random.nextLong(3_000 * MIB);
    long drive = 20 * MIB + random.nextLong(330 * MIB);
    long others = 5 * MIB + random.nextLong(200 * MIB);
    Row row =
        transfer(wallClock, mover, random.nextBoolean())
            .withSize(random.nextInt(4) == 0 ? small : large)
            .withGroup(List.of("cms", "nova", "minos", "other").get(random.nextInt(4)));
    return switch (random.nextInt(8)) {
      case 0 -> row.withRates(0, 0, 0L, 0L);
      case 1 -> row.withRates(-1, -1, -1L, -1L);
      // As fill_encp_xfer_from_log.py stores them: in MiB per second.
      case 2 -> row.withRates(drive / MIB, others / MIB, others / MIB, others / MIB);
      case 3 -> row.withRates(drive, others, null, null).withoutLibrary();
      default -> row.withRates(drive, others, others + drive / 3, others - others / 7);
    };
  }

  /**
   * Adds transfers of the last days before {@code now} to what {@link #load} put there: late ones,
   * in any order, and one that a client sent twice. The summaries do not follow.
   */
  public void addLate(Connections database, Random random, int count, LocalDateTime now)
      throws SQLException {
    List<Row> added = new ArrayList<>();
    while (added.size() < count) {
      LocalDateTime wallClock = now.minusSeconds(random.nextInt(4 * 86_400)).withNano(0);
      String mover = BACKGROUND_MOVERS.get(random.nextInt(BACKGROUND_MOVERS.size()));
      added.add(measured(random, wallClock, mover));
    }
    added.add(added.get(0));
    try (Connection connection = database.open()) {
      insert(connection, added);
    }
  }

  /** Adds rows that cannot be, to both tables: of sizes that no file has, and without a date. */
  public void addImpossible(Connections database, Random random, LocalDateTime now)
      throws SQLException {
    LocalDateTime lately = now.minusSeconds(random.nextInt(4 * 86_400)).withNano(0);
    List<Row> added = new ArrayList<>();
    for (long size : List.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 54) + 1)) {
      added.add(measured(random, lately, BACKGROUND_MOVERS.get(0)).withSize(size));
      added.add(measured(random, lately, BACKGROUND_MOVERS.get(1)).withSize(size));
    }
    LocalDate day = lastDay.minusDays(1 + random.nextInt(3));
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      insert(connection, added);
      for (String date : List.of("infinity", "-infinity", "1989-12-31")) {
        statement.execute(
            "CREATE TEMPORARY TABLE one AS SELECT * FROM encp_xfer LIMIT 1; UPDATE one SET date = '"
                + date
                + "'; INSERT INTO encp_xfer SELECT * FROM one; DROP TABLE one");
      }
      String summary =
          "INSERT INTO xfer_by_day_by_mover VALUES ('%s', '%s', %d, %d) ON CONFLICT DO NOTHING";
      for (String date : List.of("infinity", "-infinity", now.plusDays(200).toLocalDate() + "")) {
        statement.execute(summary.formatted(date, "L8G1_001", 5, 5));
      }
      statement.execute(summary.formatted(day, "L8G1_901", Long.MAX_VALUE, 7));
      statement.execute(summary.formatted(day, "L8G1_902", -1, 7));
      statement.execute(summary.formatted(day, "L8G1_903", 7, (1L << 54) + 1));
    }
  }

  private static Row transfer(LocalDateTime wallClock, String mover, boolean read) {
    boolean disk = mover.startsWith("disk");
    boolean nothing = mover.startsWith("null");
    boolean newest = mover.startsWith("TFF2L9");
    return new Row(
        wallClock,
        mover,
        read,
        1_000_000,
        disk ? "nova" : nothing ? "test" : "cms",
        disk ? "CD-DiskSF1" : nothing ? "null1" : newest ? "TFF2-LTO9" : "CD-LTO8G1",
        disk || nothing ? "Unknown" : newest ? "ULT3580-TD9" : "ULT3580-TD8",
        disk ? "DiskDriver" : nothing ? "NullDriver" : "FTTDriver",
        200 * MIB,
        180 * MIB,
        400 * MIB,
        170 * MIB,
        false);
  }

  private static void insert(Connection connection, List<Row> inserted) throws SQLException {
    try (BinaryCopy copy = new BinaryCopy(connection, Transfers.TABLE, Transfers.COLUMNS, "")) {
      for (Row row : inserted) {
        boolean tape = row.driver.equals("FTTDriver");
        copy.row().timestamp(row.wallClock.toEpochSecond(ZoneOffset.UTC));
        copy.text("dcache01.example.org").int4(4_711).text("cmsprod").text("/from").text("/to");
        copy.int8(row.size).text(row.read ? "r" : "w");
        copy.int8(row.otherRates).int8(row.otherRates).int8(row.driveRate);
        copy.text(tape ? "VR0001M8" : "none").text(row.mover).text(row.driveId);
        copy.text(tape ? "0007840000" : "0").float8(60);
        copy.text(!tape ? "UNKNOWN" : changer(row.mover)).text("198.51.100.1");
        copy.text(row.driver).text(row.storageGroup).text("192.0.2.1").text("dcache01-1-4711");
        number(copy, row.diskRate);
        number(copy, row.transferRate);
        copy.text("v3_11m").text("raw").text("cpio_odc").text(row.library);
      }
      copy.finish();
    }
  }

  private static String changer(String mover) {
    return mover.startsWith("TFF2") ? "TFF2_A.media_changer" : "TS4500G1.media_changer";
  }

  private static void number(BinaryCopy copy, @Nullable Long value) {
    if (value == null) {
      copy.nothing();
    } else {
      copy.int8(value);
    }
  }
}
