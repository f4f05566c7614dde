package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.SiteCalendar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NumberingTest {
  private static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");
  private static final LocalDate FIRST = LocalDate.parse("2025-05-01");
  private static final int DAYS = 20;
  private static final int MOVERS_A_DAY = 40;
  private static final long LIMIT = 20_000;

  private final InMemoryTransferSource source =
      new InMemoryTransferSource(ZoneOffset.UTC, () -> NOW);
  private final Memory memory = new Memory(64L << 20);
  private static final Shape SHAPE =
      Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES));

  private final Numbering numbering = new Numbering(memory, () -> LIMIT);
  private final BlockStore store = store(source);

  @AfterEach
  void close() {
    store.close();
  }

  private BlockStore store(TransferSource of) {
    return new BlockStore(
        of,
        MemorySite.settings(
            ZoneOffset.UTC, SourceSettings.Connections.DEFAULT, SourceSettings.Limits.DEFAULT),
        new SiteCalendar(ZoneOffset.UTC),
        () -> NOW,
        Runnable::run,
        numbering,
        memory,
        Optional.empty());
  }

  /** Movers that are new every day, each with bytes that tell it from the others. */
  private void fill() {
    for (int day = 0; day < DAYS; day++) {
      for (int mover = 0; mover < MOVERS_A_DAY; mover++) {
        source.add(
            new InMemoryTransferSource.Transfer(
                FIRST.plusDays(day).atTime(12, 0),
                mover(day, mover),
                "FTTDriver",
                Direction.READ,
                bytes(day, mover),
                "cms",
                "LTO8",
                "TD8",
                "TS4500"));
      }
    }
  }

  private static String mover(int day, int mover) {
    return "L8_" + day + "_" + mover + ".mover";
  }

  private static long bytes(int day, int mover) {
    return 1 + day * 1_000L + mover;
  }

  private static BlockKey key(int day) {
    return new BlockKey(
        Transfers.FACTS,
        Grain.HOUR,
        Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES)),
        Span.ofDay(FIRST.plusDays(day)));
  }

  private List<Block> get(List<BlockKey> keys) {
    return get(store, keys);
  }

  private static List<Block> get(BlockStore store, List<BlockKey> keys) {
    return store.get(keys, BlockStore.Wish.ALL, block -> true, new Cancellation()).blocks();
  }

  private static Map<String, Long> sums(List<Block> blocks) {
    Map<String, Long> sums = new TreeMap<>();
    for (Block block : blocks) {
      for (int k = 0; k < block.keyCount(); k++) {
        for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
          sums.merge(block.groupKey(k).values().get(0), block.value(0, cell), Long::sum);
        }
      }
    }
    return sums;
  }

  private static Map<String, Long> expected(int firstDay, int endDay) {
    Map<String, Long> sums = new TreeMap<>();
    for (int day = firstDay; day < endDay; day++) {
      for (int mover = 0; mover < MOVERS_A_DAY; mover++) {
        sums.put(mover(day, mover), bytes(day, mover));
      }
    }
    return sums;
  }

  @Test
  void numbers_beginAnew_andEveryBlockIsReadWithItsOwn() {
    fill();
    KeyNumbers first = numbering.current(SHAPE);
    List<Block> kept = new ArrayList<>();
    for (int day = 0; day < DAYS; day++) {
      List<Block> block = get(List.of(key(day)));
      assertThat(sums(block)).as("day %s", day).isEqualTo(expected(day, day + 1));
      assertThat(numbering.current(SHAPE).bytes()).isLessThan(2 * LIMIT);
      kept.addAll(block);
    }

    assertThat(numbering.isCurrent(first)).isFalse();
    assertThat(kept.stream().map(Block::keys).distinct().count()).isGreaterThan(3);
    assertThat(sums(kept)).isEqualTo(expected(0, DAYS));
  }

  @Test
  void blocksUnderFormerNumbers_areDropped_andReadAgain() {
    fill();
    get(List.of(key(0)));
    int reads = source.reads().size();
    get(List.of(key(0)));
    assertThat(source.reads()).hasSize(reads);
    for (int day = 1; day < DAYS; day++) {
      get(List.of(key(day)));
    }
    assertThat(memory.count()).as("blocks kept").isLessThan(DAYS);
    reads = source.reads().size();

    assertThat(sums(get(List.of(key(0))))).isEqualTo(expected(0, 1));
    assertThat(source.reads()).hasSize(reads + 1);
  }

  @Test
  void questionWithMoreKeysThanTheLimit_isAnsweredAllTheSame() {
    fill();
    List<BlockKey> all = new ArrayList<>();
    for (int day = 0; day < DAYS; day++) {
      all.add(key(day));
    }

    for (int time = 0; time < 3; time++) {
      assertThat(sums(get(all))).isEqualTo(expected(0, DAYS));
    }
  }

  @Test
  void readUnderWay_whenNumbersBeginAnew_isKeptUnderTheNewOnes() {
    fill();
    BlockStore turned = store(new TurningSource());
    KeyNumbers before = numbering.current(SHAPE);
    List<Block> first = get(turned, List.of(key(0)));
    assertThat(numbering.isCurrent(before)).isFalse();
    int reads = source.reads().size();

    List<Block> again = get(turned, List.of(key(0)));

    assertThat(source.reads()).as("kept").hasSize(reads);
    assertThat(sums(first)).isEqualTo(expected(0, 1));
    assertThat(sums(again)).isEqualTo(expected(0, 1));
    assertThat(numbering.isCurrent(again.get(0).keys())).isTrue();
    turned.close();
  }

  /** The same rows; after the first of them, others have used the numbers up. */
  private final class TurningSource implements TransferSource {
    @Override
    public Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation) {
      return source.read(
          request,
          new RowSink() {
            private boolean turned;

            @Override
            public void begin() {
              sink.begin();
            }

            @Override
            public void accept(long epochSecond, GroupKey key, long[] quantities) {
              sink.accept(epochSecond, key, quantities);
              KeyNumbers numbers = numbering.current(SHAPE);
              for (int i = 0; !turned && numbers.bytes() <= LIMIT; i++) {
                numbers.numberOf(new GroupKey(List.of(Direction.WRITE.label(), "another" + i)));
              }
              turned = true;
            }
          },
          cancellation);
    }

    @Override
    public SourceState state(Cancellation cancellation) {
      return source.state(cancellation);
    }

    @Override
    public Health health() {
      return source.health();
    }

    @Override
    public PoolStats poolStats() {
      return source.poolStats();
    }

    @Override
    public void close() {
      source.close();
    }
  }

  @Test
  void numbers_takeTheirPartOfTheMemory() {
    Memory small = new Memory(1_000_000);
    Numbering numbers = new Numbering(small, () -> 1_000_000);
    small.put("a", () -> 900_000);
    for (int i = 0; numbers.current(SHAPE).bytes() < 300_000; i++) {
      numbers.current(SHAPE).numberOf(new GroupKey(List.of(Direction.READ.label(), "mover" + i)));
    }
    numbers.current(SHAPE);

    assertThat(small.count()).as("what does not fit beside the numbers").isZero();
  }
}
