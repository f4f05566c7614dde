package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.SiteCalendar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlockStoreTest {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Shape BY_MOVER =
      Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES));
  private static final LocalDate TODAY = LocalDate.parse("2025-06-20");

  /** Noon at the site. */
  private static final Instant NOON = Instant.parse("2025-06-20T17:00:00Z");

  private volatile Instant now = NOON;
  private final InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, () -> now);
  private final ExecutorService loaders = Executors.newFixedThreadPool(2);
  private final ExecutorService askers = Executors.newCachedThreadPool();
  private final BlockStore store = store(CHICAGO, source, loaders, new Memory(64L << 20));

  @AfterEach
  void close() {
    store.close();
    loaders.shutdownNow();
    askers.shutdownNow();
  }

  private BlockStore store(
      ZoneId zone, InMemoryTransferSource of, Executor executor, Memory memory) {
    return store(zone, of, executor, memory, new Numbering(memory, () -> 16L << 20));
  }

  private BlockStore store(
      ZoneId zone,
      InMemoryTransferSource of,
      Executor executor,
      Memory memory,
      Numbering numbering) {
    SourceSettings settings =
        MemorySite.settings(
            zone,
            new SourceSettings.Connections(
                2, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(30)),
            SourceSettings.Limits.DEFAULT);
    return new BlockStore(
        of,
        settings,
        new SiteCalendar(zone),
        () -> now,
        executor,
        numbering,
        memory,
        Optional.empty());
  }

  private static InMemoryTransferSource.Transfer transfer(LocalDateTime at, long bytes) {
    return new InMemoryTransferSource.Transfer(
        at, "A.mover", "FTTDriver", Direction.READ, bytes, "cms", "LTO8", "TD8", "TS4500");
  }

  private void transfer(String local, long bytes) {
    source.add(transfer(LocalDateTime.parse(local), bytes));
  }

  private static BlockKey key(Grain grain, Span span) {
    return new BlockKey(Transfers.FACTS, grain, BY_MOVER, span);
  }

  private static List<BlockKey> days(Grain grain, String from, String to) {
    List<BlockKey> keys = new ArrayList<>();
    for (LocalDate day = LocalDate.parse(from);
        day.isBefore(LocalDate.parse(to));
        day = day.plusDays(1)) {
      keys.add(key(grain, Span.ofDay(day)));
    }
    return keys;
  }

  private static final BlockKey TODAY_BY_HOUR = key(Grain.HOUR, Span.ofDay(TODAY));
  private static final BlockKey TODAY_BY_DAY = key(Grain.DAY, Span.ofDay(TODAY));

  private Map<Integer, Long> ask(BlockKey key) {
    return slots(get(List.of(key), BlockStore.Wish.ALL).blocks().get(0));
  }

  private BlockStore.Batch get(List<BlockKey> keys, BlockStore.Wish wish) {
    return store.get(keys, wish, block -> true, new Cancellation());
  }

  private BlockStore.Wish atOnce() {
    return new BlockStore.Wish(Optional.empty(), Optional.of(now));
  }

  private static Map<Integer, Long> slots(Block block) {
    Map<Integer, Long> slots = new TreeMap<>();
    for (int cell = 0; cell < block.cellCount(); cell++) {
      slots.merge(block.slot(cell), block.value(0, cell), Long::sum);
    }
    return slots;
  }

  private ReadRequest lastRead() {
    return source.reads().get(source.reads().size() - 1);
  }

  // ---- the open span --------------------------------------------------------------------------

  @Test
  void openDay_isReadAgainFromAnElapsedHourOn() {
    transfer("2025-06-20T08:00:00", 3);
    transfer("2025-06-20T11:55:00", 4);
    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 3L, 11, 4L));
    assertThat(lastRead().since()).isEmpty();

    transfer("2025-06-20T11:59:00", 5);
    now = NOON.plusSeconds(11);

    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 3L, 11, 9L));
    assertThat(lastRead().since()).contains(NOON.minus(Duration.ofHours(1)));
    assertThat(store.stats(0, 0, 0, 0).tailReads()).isEqualTo(1);
  }

  @Test
  void openDay_byTheDay_isDerivedFromTheSameRead() {
    transfer("2025-06-20T08:00:00", 3);
    assertThat(ask(TODAY_BY_DAY)).isEqualTo(Map.of(0, 3L));
    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 3L));
    assertThat(source.reads()).hasSize(1);

    transfer("2025-06-20T11:59:00", 5);
    now = NOON.plusSeconds(11);

    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 3L, 11, 5L));
    assertThat(ask(TODAY_BY_DAY)).isEqualTo(Map.of(0, 8L));
    assertThat(source.reads()).hasSize(2);
  }

  @Test
  void openDay_lookedAtByTheMinute_isReadOnceForAllSteps() {
    transfer("2025-06-20T08:01:00", 3);
    ask(key(Grain.MINUTE, Span.ofDay(TODAY)));
    now = NOON.plusSeconds(11);

    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 3L));
    assertThat(ask(TODAY_BY_DAY)).isEqualTo(Map.of(0, 3L));
    assertThat(ask(key(Grain.MINUTE, Span.ofDay(TODAY)))).isEqualTo(Map.of(481, 3L));
    assertThat(source.reads()).hasSize(2);
    assertThat(lastRead().grain()).isEqualTo(Grain.MINUTE);
  }

  @Test
  void lateRow_inTheOlderPart_isFoundByTheNextWholeRead_once() {
    transfer("2025-06-20T08:00:00", 3);
    ask(TODAY_BY_HOUR);
    transfer("2025-06-20T08:30:00", 4);
    now = NOON.plusSeconds(11);
    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 3L));

    now = NOON.plus(Duration.ofMinutes(10)).plusSeconds(1);

    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 7L));
    assertThat(lastRead().since()).isEmpty();
    now = now.plusSeconds(11);
    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 7L));
  }

  @Test
  void dayThatEnds_isCompletedByItsTail_andIsNotSettledByIt() {
    now = Instant.parse("2025-06-21T04:59:55Z");
    transfer("2025-06-20T23:50:00", 3);
    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(23, 3L));
    transfer("2025-06-20T23:59:59", 4);
    now = Instant.parse("2025-06-21T05:00:06Z");
    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(23, 7L));
    assertThat(lastRead().since()).isPresent();
    // Until rows of the last minutes have had their time to be committed.
    now = Instant.parse("2025-06-21T05:05:00Z");
    ask(TODAY_BY_HOUR);
    assertThat(lastRead().since()).isPresent();
    now = Instant.parse("2025-06-21T05:11:00Z");
    ask(TODAY_BY_HOUR);
    assertThat(lastRead().since()).isEmpty();
    int reads = source.reads().size();
    now = Instant.parse("2025-06-21T05:20:00Z");
    ask(TODAY_BY_HOUR);
    assertThat(source.reads()).hasSize(reads);
    now = Instant.parse("2025-06-29T05:05:00Z");
    ask(TODAY_BY_HOUR);

    assertThat(source.reads()).hasSize(reads + 1);
  }

  @Test
  void runningDay_inOddZones_equalsTheRowsAtEveryMoment() {
    Map<String, String> days =
        Map.of(
            "America/Chicago", "2025-03-09 2025-11-02",
            "Australia/Lord_Howe", "2025-04-06 2025-10-05",
            "Europe/Moscow", "2014-10-26 2011-03-27",
            "Pacific/Apia", "2011-12-29 2011-12-31",
            "America/Sao_Paulo", "2018-11-04 2018-02-17",
            "America/St_Johns", "2010-11-07 2010-03-14");
    Random random = new Random(7);
    days.forEach(
        (name, dates) -> {
          for (String date : dates.split(" ", -1)) {
            for (Grain grain : List.of(Grain.MINUTE, Grain.HOUR)) {
              runThrough(ZoneId.of(name), LocalDate.parse(date), grain, random);
            }
          }
        });
  }

  private void runThrough(ZoneId zone, LocalDate day, Grain grain, Random random) {
    SiteCalendar calendar = new SiteCalendar(zone);
    InMemoryTransferSource rows = new InMemoryTransferSource(zone, () -> now);
    BlockStore running = store(zone, rows, Runnable::run, new Memory(64L << 20));
    BlockKey key = key(grain, Span.ofDay(day));
    Instant end = Instant.ofEpochSecond(calendar.startOfDay(day.plusDays(1)));
    now = Instant.ofEpochSecond(calendar.startOfDay(day));
    while (now.isBefore(end.plus(Duration.ofHours(1)))) {
      for (int i = random.nextInt(4); i > 0; i--) {
        // Rows are committed up to nine minutes late.
        Instant at = now.minusSeconds(random.nextInt(540));
        rows.add(transfer(LocalDateTime.ofInstant(at, zone), 1L << random.nextInt(40)));
      }
      Block kept =
          running
              .get(List.of(key), BlockStore.Wish.ALL, block -> true, new Cancellation())
              .blocks()
              .get(0);
      Block whole =
          store(zone, rows, Runnable::run, new Memory(64L << 20))
              .get(List.of(key), BlockStore.Wish.ALL, block -> true, new Cancellation())
              .blocks()
              .get(0);
      assertThat(slots(kept)).as("%s %s %s", zone, grain, now).isEqualTo(slots(whole));
      now = now.plusSeconds(11 + random.nextInt(500));
    }
    assertThat(running.stats(0, 0, 0, 0).tailReads()).isGreaterThan(20);
  }

  // ---- snapshots ------------------------------------------------------------------------------

  @Test
  void snapshotThatIsBehind_doesNotReplaceALaterOne() {
    transfer("2025-06-19T08:00:00", 1);
    transfer("2025-06-20T11:59:30", 2);
    List<BlockKey> keys = days(Grain.HOUR, "2025-06-19", "2025-06-21");
    List<Block> before = get(keys, BlockStore.Wish.ALL).blocks();

    // Another standby has taken over, which is an hour behind: tails first, then whole days.
    source.lagBehind(Duration.ofHours(1));
    for (Duration later : List.of(Duration.ofSeconds(11), Duration.ofMinutes(11))) {
      now = NOON.plus(later);
      List<Block> after = get(keys, BlockStore.Wish.ALL).blocks();

      for (int i = 0; i < 2; i++) {
        assertThat(slots(after.get(i))).isEqualTo(slots(before.get(i)));
        assertThat(after.get(i).origin().knownThrough()).isEqualTo(NOON);
      }
    }
    transfer("2025-06-20T12:10:00", 4);
    source.lagBehind(Duration.ZERO);
    now = NOON.plus(Duration.ofMinutes(12));

    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(11, 2L, 12, 4L));
  }

  @Test
  void snapshotThatCannotTellHowFarItReaches_isReadWhole() {
    transfer("2025-06-20T08:00:00", 3);
    ask(TODAY_BY_HOUR);
    source.lagBehind(Duration.between(Instant.EPOCH, NOON.plusSeconds(11)));
    now = NOON.plusSeconds(11);

    assertThat(ask(TODAY_BY_HOUR)).isEmpty();
    assertThat(lastRead().since()).isEmpty();
  }

  @Test
  void failover_makesAllBlocksRead_again_andTailsAreNotJoinedAcrossIt() {
    transfer("2025-04-01T08:00:00", 1);
    transfer("2025-06-20T08:00:00", 2);
    transfer("2025-06-20T11:58:00", 4);
    BlockKey april = days(Grain.DAY, "2025-04-01", "2025-04-02").get(0);
    ask(april);
    ask(TODAY_BY_HOUR);

    source.becomes("memory/2");
    source.lose(row -> row.date().getHour() == 8);
    now = NOON.plusSeconds(11);

    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(11, 4L));
    assertThat(ask(april)).isEmpty();
  }

  @Test
  void failover_betweenTwoReads_leavesNoMixtureInAnAnswer() {
    transfer("2025-06-19T08:00:00", 1);
    transfer("2025-06-20T08:00:00", 2);
    ask(key(Grain.HOUR, Span.ofDay(TODAY.minusDays(1))));
    source.becomes("memory/2");
    source.lose(row -> row.date().toLocalDate().isBefore(TODAY));

    List<Block> blocks =
        get(days(Grain.HOUR, "2025-06-19", "2025-06-21"), BlockStore.Wish.ALL).blocks();

    assertThat(slots(blocks.get(0))).isEmpty();
    assertThat(slots(blocks.get(1))).isEqualTo(Map.of(8, 2L));
  }

  @Test
  void failover_whileDaysAreAddedUp_leavesNoMixtureInAMonth() {
    Memory memory = new Memory(64L << 20);
    Numbering numbering = new Numbering(memory, () -> 16L << 20);
    // Before its first look it takes days of any lineage, as others do when it changes meanwhile.
    BlockStore unaware = store(CHICAGO, source, loaders, memory, numbering);
    for (BlockKey day : days(Grain.DAY, "2025-05-01", "2025-06-01")) {
      String lineage = day.span().from().getDayOfMonth() < 20 ? "memory/1" : "memory/2";
      memory.put(
          day,
          new Block.Builder(day, new SiteCalendar(CHICAGO), numbering.current(BY_MOVER))
              .build(new Origin(NOON, NOON, NOON, NOON, lineage)));
    }
    transfer("2025-05-07T08:00:00", 3);
    BlockKey may =
        key(Grain.DAY, new Span(LocalDate.parse("2025-05-01"), LocalDate.parse("2025-06-01")));

    List<Block> blocks =
        unaware.get(List.of(may), BlockStore.Wish.ALL, block -> true, new Cancellation()).blocks();

    assertThat(slots(blocks.get(0))).isEqualTo(Map.of(6, 3L));
    assertThat(source.reads()).hasSize(1);
  }

  // ---- derivation and runs --------------------------------------------------------------------

  @Test
  void month_isAddedUpFromItsDays() {
    transfer("2025-05-07T08:00:00", 3);
    get(days(Grain.DAY, "2025-05-01", "2025-06-01"), BlockStore.Wish.ALL);

    assertThat(
            ask(
                key(
                    Grain.DAY,
                    new Span(LocalDate.parse("2025-05-01"), LocalDate.parse("2025-06-01")))))
        .isEqualTo(Map.of(6, 3L));
    assertThat(source.reads()).hasSize(1);
  }

  @Test
  void longRange_isReadInParts_theNewestFirst() {
    BlockStore one =
        store(CHICAGO, source, Executors.newSingleThreadExecutor(), new Memory(64L << 20));
    one.get(
        Span.cover(Grain.DAY, LocalDate.of(2020, 1, 1), LocalDate.of(2025, 6, 1), TODAY).stream()
            .map(span -> key(Grain.DAY, span))
            .toList(),
        BlockStore.Wish.ALL,
        block -> true,
        new Cancellation());

    assertThat(source.reads()).hasSize(65);
    assertThat(source.reads())
        .extracting(ReadRequest::to)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void readThatExceedsTheRoom_isDoneInParts_orRefused() {
    for (int hour = 0; hour < 24 * 60; hour++) {
      for (int minute = 0; minute < 60; minute += 10) {
        transfer(
            LocalDateTime.of(2025, 3, 1, 0, minute).plusHours(hour).toString(), 1L << hour % 40);
      }
    }
    Memory small = new Memory(20_000);
    BlockStore narrow = store(CHICAGO, source, loaders, small);
    List<BlockKey> keys = days(Grain.HOUR, "2025-03-01", "2025-05-01");

    long bytes = 0;
    for (Block block :
        narrow.get(keys, BlockStore.Wish.ALL, block -> true, new Cancellation()).blocks()) {
      bytes += slots(block).values().stream().mapToLong(Long::longValue).sum();
    }

    long expected = 0;
    for (int hour = 0; hour < 24 * 60; hour++) {
      expected += 6 * (1L << hour % 40);
    }
    // The hour that the clock skipped is read as the next one: nothing is lost.
    assertThat(bytes).isEqualTo(expected);
    assertThat(source.reads().size()).isGreaterThan(2);
    assertThat(small.bufferBytes()).isZero();
    assertThatThrownBy(
            () ->
                store(CHICAGO, source, loaders, new Memory(4_000))
                    .get(
                        days(Grain.MINUTE, "2025-03-01", "2025-03-02"),
                        BlockStore.Wish.ALL,
                        block -> true,
                        new Cancellation()))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE));
  }

  // ---- waiting, leaving, giving up ------------------------------------------------------------

  @Test
  void askerThatCannotWait_getsWhatIsThere_andTheRestGoesOnBeingRead() throws Exception {
    transfer("2025-05-20T08:00:00", 3);
    transfer("2024-05-01T08:00:00", 4);
    List<BlockKey> recent = days(Grain.DAY, "2025-05-20", "2025-05-21");
    List<BlockKey> old = days(Grain.DAY, "2024-05-01", "2024-05-02");
    get(recent, BlockStore.Wish.ALL);
    InMemoryTransferSource.Gate gate = source.holdReads();
    List<BlockKey> both = List.of(old.get(0), recent.get(0));

    BlockStore.Batch part = get(both, atOnce());

    assertThat(part.missing()).containsExactly(old.get(0).span());
    assertThat(part.blocks()).hasSize(1);
    gate.open();
    assertThat(get(both, BlockStore.Wish.ALL).missing()).isEmpty();
    assertThat(source.reads()).hasSize(2);
  }

  @Test
  void readThatNobodyCameBackFor_isGivenUp() {
    List<Runnable> waiting = new ArrayList<>();
    BlockStore held = store(CHICAGO, source, waiting::add, new Memory(64L << 20));
    held.get(
        days(Grain.DAY, "2024-05-01", "2024-05-02"), atOnce(), block -> true, new Cancellation());
    assertThat(held.stats(0, 0, 0, 0).readsWaiting()).isEqualTo(1);

    now = NOON.plus(LoadQueue.PATIENCE).plusSeconds(1);
    waiting.forEach(Runnable::run);

    assertThat(source.reads()).isEmpty();
    assertThat(held.stats(0, 0, 0, 0).readsWaiting()).isZero();
  }

  @Test
  void cancelledAsker_takesItsReadOutOfTheQueue() throws Exception {
    BlockStore held = store(CHICAGO, source, work -> {}, new Memory(64L << 20));
    Cancellation cancellation = new Cancellation();
    Future<BlockStore.Batch> asker =
        askers.submit(
            () ->
                held.get(
                    days(Grain.DAY, "2024-05-01", "2024-05-02"),
                    BlockStore.Wish.ALL,
                    block -> true,
                    cancellation));
    while (held.stats(0, 0, 0, 0).readsWaiting() == 0) {
      Thread.onSpinWait();
    }

    cancellation.cancel();

    assertThatThrownBy(asker::get).hasCauseInstanceOf(QueryFailure.class);
    assertThat(held.stats(0, 0, 0, 0).readsWaiting()).isZero();
  }

  @Test
  void tooManyReads_areRefused() {
    BlockStore held = store(CHICAGO, source, work -> {}, new Memory(64L << 20));
    LocalDate first = LocalDate.of(2020, 1, 1);
    for (int day = 0; day < LoadQueue.MAX_PENDING; day++) {
      held.get(
          List.of(key(Grain.DAY, Span.ofDay(first.plusDays(day)))),
          atOnce(),
          block -> true,
          new Cancellation());
    }

    assertThatThrownBy(
            () ->
                held.get(
                    List.of(key(Grain.DAY, Span.ofDay(first.minusDays(1)))),
                    BlockStore.Wish.ALL,
                    block -> true,
                    new Cancellation()))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED));
  }

  @Test
  void longHistory_leavesAThreadToToday() {
    InMemoryTransferSource.Gate gate = source.holdReads(request -> request.to().isBefore(TODAY));
    transfer("2025-06-20T08:00:00", 3);
    BlockStore.Batch part = get(days(Grain.DAY, "2020-01-01", "2024-01-01"), atOnce());
    assertThat(part.blocks()).isEmpty();

    assertThat(ask(TODAY_BY_HOUR)).isEqualTo(Map.of(8, 3L));
    gate.open();
  }

  @Test
  void close_tellsThoseWhoWait() throws Exception {
    InMemoryTransferSource.Gate gate = source.holdReads();
    Future<Map<Integer, Long>> asker = askers.submit(() -> ask(TODAY_BY_HOUR));
    gate.awaitRead();

    store.close();

    assertThatThrownBy(asker::get)
        .hasCauseInstanceOf(QueryFailure.class)
        .hasMessageContaining("closed");
    gate.open();
  }
}
