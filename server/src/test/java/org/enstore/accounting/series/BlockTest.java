package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.SiteCalendar;
import org.junit.jupiter.api.Test;

class BlockTest {
  private static final SiteCalendar CHICAGO = new SiteCalendar(ZoneId.of("America/Chicago"));
  private static final Shape SHAPE =
      Shape.of(
          List.of(Dimensions.DIRECTION, Dimensions.MOVER),
          List.of(TransferQuantities.BYTES, TransferQuantities.TRANSFERS));
  private static final KeyNumbers KEYS = new KeyNumbers();
  private static final Origin ORIGIN =
      Origin.of(Instant.EPOCH, new Snapshot(Instant.EPOCH, "memory/1"));

  private static BlockKey key(Grain grain, String from, String to) {
    return new BlockKey(
        Transfers.FACTS, grain, SHAPE, new Span(LocalDate.parse(from), LocalDate.parse(to)));
  }

  /** The cells as "key slot" to "bytes transfers". */
  private static Map<String, String> cells(Block block) {
    Map<String, String> cells = new TreeMap<>();
    for (int k = 0; k < block.keyCount(); k++) {
      for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
        cells.put(
            block.keyNumber(k) + " " + block.slot(cell),
            block.value(0, cell) + " " + block.value(1, cell));
      }
    }
    return cells;
  }

  @Test
  void cells_inAnyOrder_equalAPlainMap() {
    BlockKey key = key(Grain.MINUTE, "2025-06-20", "2025-06-21");
    long start = CHICAGO.startOfDay(LocalDate.parse("2025-06-20"));
    Random random = new Random(1);
    Block.Builder builder = new Block.Builder(key, CHICAGO, KEYS);
    Map<String, long[]> plain = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      int keyNumber = random.nextInt(40) * 7;
      int minute = random.nextInt(1440);
      long bytes = random.nextLong(1L << 40);
      builder.add(start + minute * 60L, keyNumber, new long[] {bytes, 1});
      long[] sums = plain.computeIfAbsent(keyNumber + " " + minute, added -> new long[2]);
      sums[0] += bytes;
      sums[1]++;
    }
    Map<String, String> expected = new TreeMap<>();
    plain.forEach((cell, sums) -> expected.put(cell, sums[0] + " " + sums[1]));

    Block block = builder.build(ORIGIN);

    assertThat(cells(block)).isEqualTo(expected);
    for (int k = 0; k < block.keyCount(); k++) {
      for (int cell = block.firstCell(k) + 1; cell < block.firstCell(k + 1); cell++) {
        assertThat(block.slot(cell)).isGreaterThan(block.slot(cell - 1));
      }
    }
  }

  @Test
  void cells_thatMeet_beyond64Bits_areRefused() {
    Block.Builder builder =
        new Block.Builder(key(Grain.DAY, "2025-06-20", "2025-06-21"), CHICAGO, KEYS);
    long start = CHICAGO.startOfDay(LocalDate.parse("2025-06-20"));
    builder.add(start, 1, new long[] {Long.MAX_VALUE, 1});
    builder.add(start, 1, new long[] {1, 1});

    assertThatThrownBy(() -> builder.build(ORIGIN))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE));
  }

  @Test
  void leftOutRows_areCounted_byDerivedBlocksToo() {
    long start = CHICAGO.startOfDay(LocalDate.parse("2025-06-20"));
    Block.Builder hours =
        new Block.Builder(key(Grain.HOUR, "2025-06-20", "2025-06-21"), CHICAGO, KEYS);
    hours.leaveOut(start + 3600, 2);
    hours.leaveOut(start + 3700, 3);
    hours.leaveOut(start + 7200, 4);
    Block byHour = hours.build(ORIGIN);
    assertThat(byHour.leftOut()).isEqualTo(Map.of(1, 5L, 2, 4L));

    Block.Builder part =
        new Block.Builder(key(Grain.HOUR, "2025-06-20", "2025-06-21"), CHICAGO, KEYS);
    part.addBefore(2, byHour);
    assertThat(part.build(ORIGIN).leftOut()).isEqualTo(Map.of(1, 5L));

    Block.Builder month =
        new Block.Builder(key(Grain.DAY, "2025-06-01", "2025-07-01"), CHICAGO, KEYS);
    month.addAll(byHour);
    assertThat(month.build(ORIGIN).leftOut()).isEqualTo(Map.of(19, 9L));
  }

  @Test
  void olderPart_endsBeforeTheSlot() {
    BlockKey key = key(Grain.HOUR, "2025-06-20", "2025-06-21");
    long start = CHICAGO.startOfDay(LocalDate.parse("2025-06-20"));
    Block.Builder whole = new Block.Builder(key, CHICAGO, KEYS);
    for (int hour = 0; hour < 24; hour++) {
      whole.add(start + hour * 3600L, hour % 3, new long[] {hour, 1});
    }
    Block.Builder part = new Block.Builder(key, CHICAGO, KEYS);

    part.addBefore(10, whole.build(ORIGIN));

    assertThat(cells(part.build(ORIGIN))).hasSize(10).containsEntry("0 9", "9 1");
  }

  @Test
  void month_isAddedUpFromDaysOfAnyGrain_alsoWhereTheClockChanges() {
    BlockKey month = key(Grain.DAY, "2025-03-01", "2025-04-01");
    Block.Builder builder = new Block.Builder(month, CHICAGO, KEYS);
    List<Grain> grains = List.of(Grain.values());
    for (int day = 1; day <= 31; day++) {
      LocalDate date = LocalDate.of(2025, 3, day);
      BlockKey part = month.at(grains.get(day % 3), Span.ofDay(date));
      Block.Builder finer = new Block.Builder(part, CHICAGO, KEYS);
      finer.add(CHICAGO.startOfDay(date), 5, new long[] {day, 1});
      finer.add(CHICAGO.startOfDay(date.plusDays(1)) - 1, 5, new long[] {100, 1});
      builder.addAll(finer.build(ORIGIN));
    }

    Map<String, String> cells = cells(builder.build(ORIGIN));

    assertThat(cells).hasSize(31);
    for (int day = 1; day <= 31; day++) {
      assertThat(cells).containsEntry("5 " + (day - 1), (100 + day) + " 2");
    }
  }

  @Test
  void skippedDay_holdsNothing_theNextOneHoldsItsRows() {
    SiteCalendar apia = new SiteCalendar(ZoneId.of("Pacific/Apia"));
    BlockKey month = key(Grain.DAY, "2011-12-01", "2012-01-01");
    Block.Builder builder = new Block.Builder(month, apia, KEYS);

    builder.add(apia.startOfDay(LocalDate.parse("2011-12-31")), 1, new long[] {7, 1});

    assertThat(cells(builder.build(ORIGIN))).containsExactly(Map.entry("1 30", "7 1"));
  }

  @Test
  void growth_isToldBeforeItHappens() {
    BlockKey key = key(Grain.MINUTE, "2025-06-20", "2025-06-21");
    long[] told = new long[1];
    Block.Builder builder = new Block.Builder(key, CHICAGO, KEYS, bytes -> told[0] += bytes);
    long start = CHICAGO.startOfDay(LocalDate.parse("2025-06-20"));
    for (int minute = 0; minute < 1000; minute++) {
      builder.add(start + minute * 60L, 0, new long[] {1, 1});
    }

    assertThat(told[0]).isBetween(1000L * 22 - 16 * 22, 2048L * 22);
  }

  @Test
  void partsUnderOtherNumbers_meetByTheirKeys() {
    BlockKey month = key(Grain.DAY, "2025-06-01", "2025-07-01");
    List<GroupKey> groups = List.of(group("A.mover"), group("B.mover"), group("C.mover"));
    Block.Builder whole = new Block.Builder(month, CHICAGO, new KeyNumbers());
    for (int day = 1; day <= 3; day++) {
      BlockKey part = key(Grain.DAY, "2025-06-0" + day, "2025-06-0" + (day + 1));
      Block.Builder builder = new Block.Builder(part, CHICAGO, new KeyNumbers());
      // Each in another order, so that one number stands for three keys.
      for (int i = 0; i < 3; i++) {
        GroupKey group = groups.get((i + day) % 3);
        builder.addAt(
            0, builder.numberOf(group), new long[] {groups.indexOf(group) + 10L * day, 1});
      }
      whole.addAll(builder.build(ORIGIN));
    }
    Block block = whole.build(ORIGIN);

    Map<String, Long> bytes = new TreeMap<>();
    for (int k = 0; k < block.keyCount(); k++) {
      for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
        bytes.put(block.groupKey(k).values().get(1) + " " + block.slot(cell), block.value(0, cell));
      }
    }
    assertThat(bytes)
        .isEqualTo(
            Map.of(
                "A.mover 0",
                10L,
                "A.mover 1",
                20L,
                "A.mover 2",
                30L,
                "B.mover 0",
                11L,
                "B.mover 1",
                21L,
                "B.mover 2",
                31L,
                "C.mover 0",
                12L,
                "C.mover 1",
                22L,
                "C.mover 2",
                32L));
  }

  private static GroupKey group(String mover) {
    return new GroupKey(List.of(Direction.READ.label(), mover));
  }

  @Test
  void newKey_takesRoom_andMayBeRefused() {
    KeyNumbers keys = new KeyNumbers();
    long[] told = new long[1];
    Block.Builder builder =
        new Block.Builder(
            key(Grain.DAY, "2025-06-20", "2025-06-21"), CHICAGO, keys, bytes -> told[0] += bytes);
    builder.numberOf(group("A.mover"));
    builder.numberOf(group("A.mover"));
    assertThat(told[0]).isEqualTo(keys.bytes()).isGreaterThan(100);

    Block.Builder full =
        new Block.Builder(
            key(Grain.DAY, "2025-06-20", "2025-06-21"),
            CHICAGO,
            keys,
            bytes -> {
              throw new Memory.NoRoom();
            });
    assertThat(full.numberOf(group("A.mover"))).isZero();
    assertThatThrownBy(() -> full.numberOf(group("B.mover"))).isInstanceOf(Memory.NoRoom.class);
    assertThat(keys.count()).isEqualTo(1);
  }
}
