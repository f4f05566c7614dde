package org.enstore.accounting.series;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * The blocks that are here, in memory and on disk, and which of two of one key stays. Thread-safe,
 * without a lock of its own: two blocks of one key are compared and one kept in a single step of
 * {@link Memory}.
 */
final class BlockShelf {
  /*
   * Snapshots
   *
   * Blocks of one answer are of one lineage: another database cluster, or another branch of its
   * history, makes every block before it unusable, but for the time of an outage. Within a lineage
   * the later snapshot has all of the earlier one. So the end of a day is joined to an older part
   * only when its snapshot reaches as far, and what comes from a snapshot that is behind, as when
   * another standby took over, does not replace what came from a later one.
   *
   * Keys
   *
   * Blocks hold the numbers of their keys, and Numbering begins these anew when they have become too
   * many. It then drops the blocks of before; those that are in somebody's hands stay readable, as
   * each knows its own numbers. A read that was on its way meanwhile is renumbered.
   *
   * Disk
   *
   * Settled blocks of facts are kept on disk as well, and are looked for there before they
   * are read: by the threads that read, as a disk may hang. Those of rollups are not, as they are
   * small, and a day may be filled in long after it was over.
   */

  /** How much larger a day is, until one was seen, whose rows have keys of their own. */
  private static final int WIDE = 32;

  private static final int WIDE_KEY_BYTES = 400;

  private final Freshness freshness;
  private final SiteCalendar calendar;
  private final Numbering numbering;
  private final Memory memory;
  private final Optional<DiskStore> disk;
  private final Map<Kind, Long> bytesOfDay = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();
  private final LongAdder loads = new LongAdder();

  BlockShelf(
      Freshness freshness,
      SiteCalendar calendar,
      Numbering numbering,
      Memory memory,
      Optional<DiskStore> disk) {
    this.freshness = freshness;
    this.calendar = calendar;
    this.numbering = numbering;
    this.memory = memory;
    this.disk = disk;
  }

  /** Says whose data was seen at {@code at}: blocks of another lineage are of no use from then. */
  void saw(String seen, Instant at) {
    if (freshness.saw(seen, at)) {
      changes.incrementAndGet();
    }
  }

  /** How often blocks were added, replaced or made useless: what was found holds while it stays. */
  long changes() {
    return changes.get();
  }

  /** How many blocks were made. */
  long loads() {
    return loads.sum();
  }

  /** The block of {@code key} if it is in memory, however old. */
  Optional<Block> held(BlockKey key) {
    return memory.get(key, Block.class).filter(block -> numbering.isCurrent(block.keys()));
  }

  /** Adds a block up from finer ones that cover it, and keeps it. */
  Block derived(BlockKey key, List<Block> parts) {
    Block.Builder builder = new Block.Builder(key, calendar, numbering.current(key.shape()));
    parts.forEach(builder::addAll);
    Block block =
        builder.build(parts.stream().map(Block::origin).reduce(Origin::and).orElseThrow());
    loads.increment();
    memory.put(key, block);
    changes.incrementAndGet();
    keepOnDisk(block);
    return block;
  }

  /** The same block with the numbers of now, should they have begun anew while it was read. */
  private Block renumbered(Block block) {
    KeyNumbers numbers = numbering.current(block.key().shape());
    if (block.keys() == numbers) {
      return block;
    }
    Block.Builder builder = new Block.Builder(block.key(), calendar, numbers);
    builder.addAll(block);
    return builder.build(block.origin());
  }

  private void keepOnDisk(Block block) {
    if (!block.key().table().isRollup() && freshness.isSettled(block)) {
      disk.ifPresent(store -> store.keep(block));
    }
  }

  /** The settled ones of {@code keys} that are on disk, which are in memory from then on. */
  Map<BlockKey, Block> fromDisk(List<BlockKey> keys) {
    Map<BlockKey, Block> found = new HashMap<>();
    Optional<String> wanted = freshness.lineage();
    if (disk.isEmpty() || wanted.isEmpty()) {
      return found;
    }
    for (BlockKey key : keys) {
      if (!key.table().isRollup()) {
        disk.get()
            .find(key, wanted.get())
            .filter(freshness::isSettled)
            .ifPresent(block -> found.put(key, block));
      }
    }
    return publish(found);
  }

  /** What blocks have in common whose days are about as large. */
  private record Kind(SourceTable table, Grain grain, Shape shape) {
    static Kind of(BlockKey key) {
      return new Kind(key.table(), key.grain(), key.shape());
    }
  }

  /** About how many bytes a day of the block of {@code key} takes, its keys included. */
  long bytesOfDay(BlockKey key) {
    Long known = bytesOfDay.get(Kind.of(key));
    if (known != null) {
      return known;
    }
    long usual =
        switch (key.grain()) {
          case MINUTE -> 64 << 10;
          case HOUR -> 32 << 10;
          case DAY -> 4 << 10;
        };
    return key.shape().hasKeysLikeRows() ? usual * WIDE : usual;
  }

  /** Remembers how large {@code block} is, and forgets slowly that others were larger. */
  private void measure(Block block) {
    Span span = block.key().span();
    long size = block.sizeBytes();
    if (block.key().shape().hasKeysLikeRows()) {
      size += (long) WIDE_KEY_BYTES * block.keyCount();
    }
    long ofDay = Math.max(1, size / (span.to().toEpochDay() - span.from().toEpochDay()));
    bytesOfDay.merge(
        Kind.of(block.key()), ofDay, (old, now) -> Math.max(now, (15 * old + now) / 16));
  }

  /** Puts blocks into the cache; gives what is there in the end. */
  Map<BlockKey, Block> publish(Map<BlockKey, Block> read) {
    loads.add(read.size());
    Map<BlockKey, Block> kept = new HashMap<>();
    read.forEach(
        (key, block) ->
            kept.put(key, memory.merge(key, renumbered(block), Block.class, this::better)));
    changes.incrementAndGet();
    kept.values().forEach(this::measure);
    kept.values().forEach(this::keepOnDisk);
    return kept;
  }

  /**
   * What is to be kept of two blocks of one key. A snapshot that is behind does not replace a later
   * one, but spares it from being read again at once.
   */
  private Block better(Block held, Block loaded) {
    Origin before = held.origin();
    Origin now = loaded.origin();
    if (!numbering.isCurrent(held.keys())) {
      return loaded;
    }
    if (before.loadedAt().isAfter(now.loadedAt())) {
      return held;
    }
    boolean behind =
        before.lineage().equals(now.lineage())
            && !now.knownThrough().equals(Instant.EPOCH)
            && now.knownThrough().isBefore(before.knownThrough());
    return behind ? held.lookedAt(now.loadedAt(), now.wholeAt()) : loaded;
  }
}
