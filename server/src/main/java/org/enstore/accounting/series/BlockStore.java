package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * Gives the blocks of one data source: what is here, what can be derived from it, and the rest by
 * reads that it waits for. Thread-safe.
 *
 * <p>Whatever a span is asked for by many at once is read once; neighbouring spans are read by one
 * statement; a read that nobody waits for any more is cancelled.
 */
final class BlockStore {
  /*
   * Parts
   *
   * Freshness says what may be used, BlockShelf keeps what is here, LoadQueue says when something is
   * read and for whom, BlockReader reads it. Only the queue's lock is held across two of them: by
   * whoever looks for blocks and for the reads that will bring them.
   *
   * Grains
   *
   * A day that is not settled is read by the hour, or by the minute if minutes were looked at of late,
   * whatever is asked for, and coarser blocks are derived. It is therefore read once however many
   * steps are looked at, and its end alone can be read. Settled days are read at the grain asked
   * for, unless a finer one is here; settled months are added up from days that are.
   */

  /** What one question may hold at a time is this part of the memory. */
  private static final int PARTS = 16;

  private final TransferSource source;
  private final SourceSettings settings;
  private final InstantSource clock;
  private final Memory memory;
  private final Optional<DiskStore> disk;
  private final Freshness freshness;
  private final BlockShelf shelf;
  private final BlockReader reader;
  private final LoadQueue queue;
  private final LongAdder hits = new LongAdder();

  BlockStore(
      TransferSource source,
      SourceSettings settings,
      SiteCalendar calendar,
      InstantSource clock,
      Executor loaders,
      Numbering numbering,
      Memory memory,
      Optional<DiskStore> disk) {
    this.source = source;
    this.settings = settings;
    this.clock = clock;
    this.memory = memory;
    this.disk = disk;
    this.freshness = new Freshness(settings.freshness(), calendar);
    this.shelf = new BlockShelf(freshness, calendar, numbering, memory, disk);
    this.reader = new BlockReader(source, calendar, clock, numbering, memory, shelf);
    this.queue = new LoadQueue(reader, freshness, settings, clock, loaders);
  }

  /** The first day that may still change by late rows. */
  LocalDate settledBefore(Instant now) {
    return freshness.settledBefore(now);
  }

  /** Says whose data was seen at {@code at}: blocks of another lineage are of no use from then. */
  void saw(String seen, Instant at) {
    shelf.saw(seen, at);
  }

  /** The block of {@code key} if it is here and fresh enough now, without reading anything. */
  Optional<Block> peek(BlockKey key, Instant now) {
    return shelf.held(key).filter(block -> freshness.isFresh(block, now, Optional.empty()));
  }

  /** Until when {@code block} may be used, the moment included. */
  Instant freshUntil(Block block) {
    return freshness.freshUntil(block);
  }

  /** How often blocks were added, replaced or made useless: what was found holds while it stays. */
  long changes() {
    return shelf.changes();
  }

  /**
   * How long an asker waits, and for what.
   *
   * @param notBefore numbers that may still change must have been read after this instant; empty
   *     for the usual refresh times
   * @param deadline when to go on with what is there; empty for never
   */
  record Wish(Optional<Instant> notBefore, Optional<Instant> deadline) {
    /** All blocks, however long they take, as old as the settings allow. */
    static final Wish ALL = new Wish(Optional.empty(), Optional.empty());
  }

  /**
   * The blocks of {@code keys}, from the cache or the database, in the same order.
   *
   * @param also a further condition on a cached block; a block that was just read is taken as it is
   * @throws QueryFailure when they cannot be read
   */
  Batch get(List<BlockKey> keys, Wish wish, Predicate<Block> also, Cancellation cancellation) {
    Batch batch = getOnce(keys, wish, also, cancellation);
    // The hosts may have changed between two reads. What is left over from before is read again.
    return batch.isOfOneLineage() ? batch : getOnce(keys, wish, also, cancellation);
  }

  /** Takes some of the blocks that were asked for. */
  @FunctionalInterface
  interface Use {
    /** Uses them; they must not be kept. */
    void of(Batch batch);
  }

  /**
   * Has the blocks of {@code keys} used part by part, the last ones first, so that no more of them
   * are in hand at a time than there is room for. From when a part is late, nothing more is read:
   * the rest is missing.
   *
   * @throws QueryFailure when they cannot be read, or others hold too much for too long
   */
  void walk(List<BlockKey> keys, Wish wish, Cancellation cancellation, Use use) {
    Optional<String> lineage = Optional.empty();
    int end = keys.size();
    while (end > 0) {
      cancellation.check();
      int from = partBefore(keys, end);
      try (Memory.Hands hands = hold(keys.subList(from, end), wish, cancellation)) {
        Batch batch = get(keys.subList(from, end), wish, block -> true, cancellation);
        hands.are(batch.blocks().stream().mapToLong(Block::sizeBytes).sum());
        for (Block block : batch.blocks()) {
          if (!block.origin().lineage().equals(lineage.orElse(block.origin().lineage()))) {
            throw new QueryFailure(
                FailureKind.STANDBY_UNAVAILABLE,
                "Another host with other data took over while a long range was read; try again.");
          }
          lineage = Optional.of(block.origin().lineage());
        }
        use.of(batch);
        if (!batch.missing().isEmpty() && from > 0) {
          List<Span> rest = keys.subList(0, from).stream().map(BlockKey::span).toList();
          use.of(new Batch(List.of(), rest, false, Optional.empty()));
          return;
        }
      }
      end = from;
    }
  }

  /** {@code wish}, with a wait of {@code least} from now on at least. */
  Wish atLeast(Duration least, Wish wish) {
    Instant then = clock.instant().plus(least);
    return new Wish(wish.notBefore(), wish.deadline().map(end -> end.isBefore(then) ? then : end));
  }

  /** Whether all blocks of {@code keys} may be in hand at once. */
  boolean isOnePart(List<BlockKey> keys) {
    return partBefore(keys, keys.size()) == 0;
  }

  /** Where the part begins that ends before {@code end}. */
  private int partBefore(List<BlockKey> keys, int end) {
    long most = memory.limit() / PARTS;
    long bytes = 0;
    int from = end;
    while (from > 0) {
      bytes += bytes(keys.get(from - 1));
      if (bytes > most && from < end) {
        break;
      }
      from--;
    }
    return from;
  }

  private long bytes(BlockKey key) {
    long days = key.span().to().toEpochDay() - key.span().from().toEpochDay();
    return days * shelf.bytesOfDay(key);
  }

  /**
   * Room for the blocks of {@code keys} in a question's hands; to be closed when it is done.
   *
   * @throws QueryFailure of kind {@link FailureKind#OVERLOADED} if others hold too much for too
   *     long
   */
  Memory.Hands hold(List<BlockKey> keys, Wish wish, Cancellation cancellation) {
    long bytes = keys.stream().mapToLong(this::bytes).sum();
    if (!keys.isEmpty() && keys.get(0).shape().hasKeysLikeRows()) {
      bytes += reader.wideKeysBytes();
    }
    Duration patience =
        wish.deadline()
            .map(deadline -> Duration.between(clock.instant(), deadline))
            .orElse(settings.limits().partialAfter());
    return memory
        .hold(bytes, patience, cancellation)
        .orElseThrow(
            () ->
                new QueryFailure(
                    FailureKind.OVERLOADED,
                    "Too many questions over long ranges are being answered; try again in a"
                        + " moment, or raise cacheBytes and the heap."));
  }

  private Batch getOnce(
      List<BlockKey> keys, Wish wish, Predicate<Block> also, Cancellation cancellation) {
    Collection collection = new Collection(wish, also, clock.instant());
    try {
      synchronized (queue) {
        collection.collect(keys);
      }
      collection.started.forEach(queue::submit);
      for (Map.Entry<LoadQueue.Load, Set<BlockKey>> awaited : collection.awaited.entrySet()) {
        collection.take(awaited.getKey(), awaited.getValue(), cancellation);
      }
    } catch (QueryFailure failure) {
      return stale(keys, failure);
    } finally {
      collection.awaited.keySet().forEach(load -> load.leave(collection.late));
    }
    return collection.batch(keys);
  }

  /** What one asker gathers: what is here, and the reads that bring the rest. */
  private final class Collection {
    private final Wish wish;
    private final Predicate<Block> also;
    private final Instant now;
    private final Map<BlockKey, Block> found = new HashMap<>();
    private final Map<LoadQueue.Load, Set<BlockKey>> awaited = new LinkedHashMap<>();
    private final List<LoadQueue.Load> started = new ArrayList<>();

    /** By the key of what is read: what is to be derived from it. */
    private final Map<BlockKey, List<BlockKey>> wanted = new LinkedHashMap<>();

    private boolean late;
    private Optional<QueryFailure> silence = Optional.empty();

    Collection(Wish wish, Predicate<Block> also, Instant now) {
      this.wish = wish;
      this.also = also;
      this.now = now;
    }

    /**
     * Called under the queue's lock: a read leaves the queue after its blocks are here, so that
     * nothing is missed in both places.
     */
    void collect(List<BlockKey> keys) {
      List<BlockKey> missing = new ArrayList<>();
      for (BlockKey key : keys) {
        Optional<Block> here = usable(key).filter(also);
        if (here.isPresent()) {
          hits.increment();
          found.put(key, here.get());
          continue;
        }
        BlockKey read = readFor(key, now);
        Optional<Block> derived =
            read.equals(key)
                ? derivedFromParts(key)
                : usable(read).map(block -> shelf.derived(key, List.of(block)));
        if (derived.isPresent()) {
          found.put(key, derived.get());
          continue;
        }
        if (wanted.computeIfAbsent(read, added -> new ArrayList<>()).isEmpty()) {
          Optional<LoadQueue.Load> load = queue.join(read, wish.notBefore());
          if (load.isPresent()) {
            awaited.computeIfAbsent(load.get(), added -> new LinkedHashSet<>()).add(read);
          } else {
            missing.add(read);
          }
        }
        wanted.getOrDefault(read, List.of()).add(key);
      }
      for (List<BlockKey> run : BlockReader.runs(missing)) {
        LoadQueue.Load load = queue.add(run, tail(run.get(0)), now);
        awaited.put(load, new LinkedHashSet<>(run));
        started.add(load);
      }
    }

    private Optional<Block> usable(BlockKey key) {
      return shelf.held(key).filter(block -> freshness.isFresh(block, now, wish.notBefore()));
    }

    /** Adds a settled block up from finer ones, when all of them are here and fresh. */
    private Optional<Block> derivedFromParts(BlockKey key) {
      List<Block> parts = new ArrayList<>();
      for (LocalDate day = key.span().from();
          day.isBefore(key.span().to());
          day = day.plusDays(1)) {
        Optional<Block> part = part(key, Span.ofDay(day));
        if (part.isEmpty()) {
          return Optional.empty();
        }
        parts.add(part.get());
      }
      // Another lineage may be seen meanwhile, and a block is made of one.
      return isOfOneLineage(parts) ? Optional.of(shelf.derived(key, parts)) : Optional.empty();
    }

    private Optional<Block> part(BlockKey key, Span day) {
      for (Grain grain : List.of(Grain.DAY, Grain.HOUR, Grain.MINUTE)) {
        BlockKey finer = key.at(grain, day);
        if (grain.compareTo(key.grain()) <= 0 && !finer.equals(key)) {
          Optional<Block> part = usable(finer);
          if (part.isPresent()) {
            return part;
          }
        }
      }
      return Optional.empty();
    }

    /** From where on the day of {@code key} has to be read, if its beginning is here. */
    private Optional<BlockReader.Tail> tail(BlockKey key) {
      if (wish.notBefore().isPresent() || key.grain() == Grain.DAY) {
        return Optional.empty();
      }
      return shelf
          .held(key)
          .filter(
              base ->
                  freshness.isOfThisLineage(base)
                      && !freshness.isOlder(base.origin().wholeAt(), now))
          .flatMap(
              base -> {
                Instant through = base.origin().knownThrough();
                int slot = freshness.firstSlotOfTail(key, through);
                return slot > 0 && freshness.isOpen(base)
                    ? Optional.of(new BlockReader.Tail(base, slot))
                    : Optional.empty();
              });
    }

    /** Waits for {@code load}, and takes what was wanted of it. */
    void take(LoadQueue.Load load, Set<BlockKey> keys, Cancellation cancellation) {
      Optional<Map<BlockKey, Block>> loaded =
          load.await(cancellation, wish.deadline(), () -> isInVain(keys));
      if (loaded.isEmpty()) {
        late = true;
        return;
      }
      for (BlockKey read : keys) {
        Block block = Objects.requireNonNull(loaded.get().get(read));
        for (BlockKey key : wanted.getOrDefault(read, List.of())) {
          found.put(key, key.equals(read) ? block : shelf.derived(key, List.of(block)));
        }
      }
    }

    /**
     * Whether the source gives no sign of life, and older blocks are here for all of {@code read}.
     */
    private boolean isInVain(Set<BlockKey> read) {
      if (wish.notBefore().isPresent()) {
        return false;
      }
      Optional<QueryFailure> now = source.silence();
      boolean inVain =
          now.isPresent()
              && read.stream()
                  .flatMap(key -> wanted.getOrDefault(key, List.of()).stream())
                  .allMatch(key -> shelf.held(key).filter(freshness::isOfThisLineage).isPresent());
      if (inVain) {
        silence = now;
      }
      return inVain;
    }

    Batch batch(List<BlockKey> keys) {
      List<Block> blocks = new ArrayList<>();
      List<Span> missing = new ArrayList<>();
      Optional<QueryFailure> outage = Optional.empty();
      for (BlockKey key : keys) {
        Optional<Block> block = Optional.ofNullable(found.get(key));
        if (block.isEmpty() && late) {
          // Numbers that are older than they should be are better than none.
          block = shelf.held(key).filter(freshness::isOfThisLineage);
          if (block.isPresent()) {
            outage = silence.or(() -> Optional.of(tooSlow()));
          }
        }
        block.ifPresentOrElse(blocks::add, () -> missing.add(key.span()));
      }
      return new Batch(blocks, missing, awaited.isEmpty(), outage);
    }
  }

  private QueryFailure tooSlow() {
    return new QueryFailure(
        FailureKind.TIMEOUT,
        "the database did not answer within partialAfter ("
            + Durations.format(settings.limits().partialAfter())
            + ").");
  }

  /** The block that is to be read for {@code key}: one of a finer grain unless it is settled. */
  private BlockKey readFor(BlockKey key, Instant now) {
    if (key.table().isRollup()
        || !key.span().isDay()
        || key.span().to().compareTo(freshness.settledBefore(now)) <= 0) {
      return key;
    }
    if (key.grain() == Grain.MINUTE) {
      return key;
    }
    BlockKey minutes = key.at(Grain.MINUTE, key.span());
    boolean looksAtMinutes =
        shelf
            .held(minutes)
            .filter(
                block ->
                    freshness.isOfThisLineage(block)
                        && !freshness.isOlder(block.origin().wholeAt(), now))
            .isPresent();
    return looksAtMinutes ? minutes : key.at(Grain.HOUR, key.span());
  }

  /** The blocks as they were, should the database be out of reach; the failure otherwise. */
  private Batch stale(List<BlockKey> keys, QueryFailure failure) {
    List<Block> kept = new ArrayList<>();
    keys.forEach(key -> shelf.held(key).ifPresent(kept::add));
    Batch batch = new Batch(kept, List.of(), true, Optional.of(failure));
    if (!StateWatch.isOutage(failure) || kept.size() < keys.size() || !batch.isOfOneLineage()) {
      throw failure;
    }
    return batch;
  }

  /** Gives up every read; those who wait are told. Nothing more is written to disk. */
  void close() {
    queue.close();
    disk.ifPresent(DiskStore::close);
  }

  /** The store's figures, added to those of the engine. */
  EngineStats stats(long queries, long cachedAnswers, long partialAnswers, long failures) {
    return new EngineStats(
        queries,
        cachedAnswers,
        partialAnswers,
        failures,
        reader.reads(),
        reader.tailReads(),
        queue.seconds(),
        hits.sum(),
        shelf.loads(),
        memory.evictions(),
        memory.count(),
        memory.keptBytes(),
        memory.limit(),
        memory.bufferBytes(),
        queue.underWay(),
        queue.waiting(),
        disk.map(DiskStore::hits).orElse(0L),
        disk.map(DiskStore::discarded).orElse(0L));
  }

  /**
   * Blocks as they were asked for, as far as they are there.
   *
   * @param missing the spans of those that are not
   * @param cached whether nothing had to be read
   * @param outage why some are older than they should be, if they are
   */
  record Batch(
      List<Block> blocks, List<Span> missing, boolean cached, Optional<QueryFailure> outage) {
    boolean isOfOneLineage() {
      return BlockStore.isOfOneLineage(blocks);
    }
  }

  private static boolean isOfOneLineage(List<Block> blocks) {
    return blocks.stream().map(block -> block.origin().lineage()).distinct().count() <= 1;
  }
}
