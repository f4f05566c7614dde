package org.enstore.accounting.series;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * Reads blocks from disk where they are, else from the source within the room there is for it, and
 * puts them onto the shelf. Thread-safe.
 */
final class BlockReader {
  private static final Map<Grain, Integer> MAX_DAYS_PER_READ =
      Map.of(Grain.MINUTE, 7, Grain.HOUR, 31, Grain.DAY, 31);

  private final TransferSource source;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final Numbering numbering;
  private final Memory memory;
  private final BlockShelf shelf;
  private final LongAdder reads = new LongAdder();
  private final LongAdder tailReads = new LongAdder();

  BlockReader(
      TransferSource source,
      SiteCalendar calendar,
      InstantSource clock,
      Numbering numbering,
      Memory memory,
      BlockShelf shelf) {
    this.source = source;
    this.calendar = calendar;
    this.clock = clock;
    this.numbering = numbering;
    this.memory = memory;
    this.shelf = shelf;
  }

  /** The part of a day's block that is to be read again: from {@code slot} on. */
  record Tail(Block base, int slot) {}

  /** How many statements were sent. */
  long reads() {
    return reads.sum();
  }

  /** How many of them were about the end of a day alone. */
  long tailReads() {
    return tailReads.sum();
  }

  /** What the keys of shapes with keys like rows may take beside the blocks, in bytes. */
  long wideKeysBytes() {
    return numbering.wideLimit();
  }

  /** Cuts missing keys into runs that one statement can read: neighbours in time, else alike. */
  static List<List<BlockKey>> runs(List<BlockKey> missing) {
    List<List<BlockKey>> runs = new ArrayList<>();
    List<BlockKey> run = new ArrayList<>();
    // From the newest on, so that it is the oldest part of a long range that is cut short.
    for (int i = missing.size() - 1; i >= 0; i--) {
      BlockKey key = missing.get(i);
      if (!run.isEmpty()) {
        BlockKey first = run.get(0);
        BlockKey last = run.get(run.size() - 1);
        boolean continues =
            first.at(first.grain(), key.span()).equals(key)
                && key.span().to().equals(first.span().from())
                && last.span().to().toEpochDay() - key.span().from().toEpochDay()
                    <= MAX_DAYS_PER_READ.getOrDefault(key.grain(), 1);
        if (!continues) {
          runs.add(run);
          run = new ArrayList<>();
        }
      }
      run.add(0, key);
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }

  /**
   * The blocks of {@code keys}, which {@link #runs} put together; they are kept.
   *
   * @param tail from where on the first of them has to be read, if its beginning is here
   * @param settled whether they may be on disk
   * @throws QueryFailure when they cannot be read
   */
  Map<BlockKey, Block> read(
      List<BlockKey> keys, Optional<Tail> tail, boolean settled, Cancellation cancellation) {
    Map<BlockKey, Block> result = settled ? shelf.fromDisk(keys) : new HashMap<>();
    if (result.isEmpty()) {
      return inRoom(keys, tail, cancellation);
    }
    List<BlockKey> rest = keys.stream().filter(key -> !result.containsKey(key)).toList();
    for (List<BlockKey> run : runs(rest)) {
      result.putAll(inRoom(run, Optional.empty(), cancellation));
    }
    return result;
  }

  private Map<BlockKey, Block> inRoom(
      List<BlockKey> part, Optional<Tail> tail, Cancellation cancellation) {
    try {
      return memory.share(room -> read(part, tail, room, cancellation));
    } catch (Memory.NoRoom first) {
      try {
        return memory.alone(room -> read(part, tail, room, cancellation));
      } catch (Memory.NoRoom second) {
        if (part.size() == 1) {
          throw tooLarge();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new QueryFailure(FailureKind.CANCELLED, "The service is stopping.", e);
      }
    }
    int middle = part.size() / 2;
    Map<BlockKey, Block> result =
        new HashMap<>(inRoom(part.subList(0, middle), tail, cancellation));
    result.putAll(inRoom(part.subList(middle, part.size()), Optional.empty(), cancellation));
    return result;
  }

  private static QueryFailure tooLarge() {
    return new QueryFailure(
        FailureKind.TOO_LARGE,
        "The database's answer does not fit the data source's cache: ask for a wider step or"
            + " fewer dimensions, or raise cacheBytes.");
  }

  private Map<BlockKey, Block> read(
      List<BlockKey> part, Optional<Tail> tail, LongConsumer room, Cancellation cancellation) {
    if (tail.isPresent()) {
      Optional<Map<BlockKey, Block>> joined = readTail(part, tail.get(), room, cancellation);
      if (joined.isPresent()) {
        return joined.get();
      }
    }
    Filler filler = new Filler(part, room);
    Instant loadedAt = clock.instant();
    Snapshot snapshot = filler.read(Optional.empty(), cancellation);
    shelf.saw(snapshot.lineage(), loadedAt);
    return shelf.publish(filler.build(Origin.of(loadedAt, snapshot)));
  }

  /** Reads the end of the first day, and whole ones after it; empty if that does not fit. */
  private Optional<Map<BlockKey, Block>> readTail(
      List<BlockKey> part, Tail tail, LongConsumer room, Cancellation cancellation) {
    BlockKey first = part.get(0);
    Filler filler = new Filler(part, room);
    Instant loadedAt = clock.instant();
    Snapshot snapshot =
        filler.read(
            Optional.of(
                Instant.ofEpochSecond(
                    first.span().slotStart(first.grain(), calendar, tail.slot()))),
            cancellation);
    shelf.saw(snapshot.lineage(), loadedAt);
    Origin base = tail.base().origin();
    if (!snapshot.lineage().equals(base.lineage())
        || snapshot.knownThrough().equals(Instant.EPOCH)) {
      return Optional.empty();
    }
    tailReads.increment();
    boolean behind = snapshot.knownThrough().isBefore(base.knownThrough());
    Map<BlockKey, Block> blocks = filler.build(Origin.of(loadedAt, snapshot));
    Block joined = tail.base().lookedAt(loadedAt, base.wholeAt());
    if (!behind) {
      Block.Builder builder = new Block.Builder(first, calendar, numbering.current(first.shape()));
      builder.addBefore(tail.slot(), tail.base());
      builder.addAll(Objects.requireNonNull(blocks.get(first)));
      joined = builder.build(base.withTail(loadedAt, snapshot));
    }
    blocks.put(first, joined);
    return Optional.of(shelf.publish(blocks));
  }

  /** Takes the cells of one read into the blocks they belong to. */
  private final class Filler implements RowSink {
    private final List<BlockKey> keys;
    private final LongConsumer room;
    private final long[] starts;
    private final List<Block.Builder> builders = new ArrayList<>();

    Filler(List<BlockKey> keys, LongConsumer room) {
      this.keys = keys;
      this.room = room;
      this.starts =
          keys.stream().mapToLong(key -> calendar.startOfDay(key.span().from())).toArray();
    }

    Snapshot read(Optional<Instant> since, Cancellation cancellation) {
      BlockKey first = keys.get(0);
      reads.increment();
      begin();
      return source.read(
          new ReadRequest(
              first.table(),
              first.grain(),
              first.shape(),
              first.span().from(),
              keys.get(keys.size() - 1).span().to(),
              since),
          this,
          cancellation);
    }

    @Override
    public void begin() {
      builders.clear();
      KeyNumbers numbers = numbering.current(keys.get(0).shape());
      keys.forEach(key -> builders.add(new Block.Builder(key, calendar, numbers, room)));
    }

    @Override
    public void accept(long epochSecond, GroupKey key, long[] quantities) {
      Block.Builder builder = builders.get(Block.indexOf(starts, epochSecond));
      builder.add(epochSecond, builder.numberOf(key), quantities);
    }

    @Override
    public void leaveOut(long epochSecond, long rows) {
      builders.get(Block.indexOf(starts, epochSecond)).leaveOut(epochSecond, rows);
    }

    Map<BlockKey, Block> build(Origin origin) {
      Map<BlockKey, Block> blocks = new HashMap<>();
      Block.Builder nothing =
          new Block.Builder(keys.get(0), calendar, numbering.current(keys.get(0).shape()));
      for (int i = 0; i < keys.size(); i++) {
        // Its buffers may go before the next block is sorted beside its own.
        blocks.put(keys.get(i), builders.set(i, nothing).build(origin));
      }
      return blocks;
    }
  }
}
