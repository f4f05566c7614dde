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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.jspecify.annotations.Nullable;

/**
 * The store of blocks and the reads that fill it. Thread-safe.
 *
 * <p>Whatever a span is asked for by many at once is read once; neighbouring spans are read by one
 * statement; a read that nobody waits for any more is cancelled.
 */
final class BlockStore {
  /*
   * Freshness
   *
   * A block is settled, and kept for as long as there is room, once it was read after its span and
   * the look-back days behind it had passed, from a snapshot that was itself known to reach that
   * far: a standby that lags must not freeze a day it has not seen the end of. Until then the block
   * is only as good as its age: `recentRefresh`, and `openRefresh` as long as its end was not known to
   * be complete for TAIL_MARGIN.
   *
   * The open span
   *
   * Of a day that is not over, only the end is read every `openRefresh`: from the elapsed hour on
   * that holds the instant through which the last snapshot was complete, less TAIL_MARGIN. The cells
   * before come from the block that is there. They age by `recentRefresh` like those of the
   * look-back days, and then the day is read whole. A row that is committed long after its own
   * time is so found by the next whole read, and a row is in exactly one of the two parts, as they
   * meet between two cells.
   *
   * Grains
   *
   * A day that is not settled is read by the hour, or by the minute if minutes were looked at of late,
   * whatever is asked for, and coarser blocks are derived. It is therefore read once however many
   * steps are looked at, and its end alone can be read. Settled days are read at the grain asked
   * for, unless a finer one is here; settled months are added up from days that are.
   *
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
   * Settled blocks of the transfers are kept on disk as well, and are looked for there before they
   * are read: by the threads that read, as a disk may hang. Those of the summary are not, as it is
   * small, and a day may be filled in long after it was over.
   *
   * Order
   *
   * `inFlight` maps each key to the read that will bring it, `pending` has those that have not
   * begun. Of these, the ones that somebody waits for come first, then the newest spans. Reads of
   * settled spans leave one thread to the others, if there are two. Whoever cannot wait longer is
   * given what is there, and the rest goes on being read for PATIENCE.
   */

  /** How long a read is worth having after those who waited for it could wait no longer. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  /** How far rows may be committed after their own time without waiting for a whole read. */
  static final Duration TAIL_MARGIN = Duration.ofMinutes(10);

  /** The most reads that may wait; twenty years by day are 240. */
  static final int MAX_PENDING = 5_000;

  private static final Map<Grain, Integer> MAX_DAYS_PER_READ =
      Map.of(Grain.MINUTE, 7, Grain.HOUR, 31, Grain.DAY, 31);

  private final TransferSource source;
  private final SourceSettings settings;
  private final SourceSettings.Freshness freshness;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final Executor loaders;
  private final Numbering numbering;
  private final Memory memory;
  private final Optional<DiskStore> disk;
  private final Map<BlockKey, Load> inFlight = new HashMap<>();
  private final List<Load> pending = new ArrayList<>();
  private volatile Optional<String> lineage = Optional.empty();
  private Instant lineageAt = Instant.MIN;
  private int historyReads;
  private boolean closed;

  private final AtomicLong changes = new AtomicLong();
  private final LongAdder hits = new LongAdder();
  private final LongAdder loads = new LongAdder();
  private final LongAdder reads = new LongAdder();
  private final LongAdder tailReads = new LongAdder();
  private final LongAdder readNanos = new LongAdder();
  private final AtomicInteger readsInFlight = new AtomicInteger();

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
    this.freshness = settings.freshness();
    this.calendar = calendar;
    this.clock = clock;
    this.loaders = loaders;
    this.numbering = numbering;
    this.memory = memory;
    this.disk = disk;
  }

  /** The first day that may still change by late rows. */
  LocalDate settledBefore(Instant now) {
    return calendar.dayOf(now).minusDays(freshness.lookBackDays());
  }

  /** Says whose data was seen at {@code at}: blocks of another lineage are of no use from then. */
  synchronized void saw(String seen, Instant at) {
    if (!at.isBefore(lineageAt)) {
      if (!lineage.equals(Optional.of(seen))) {
        lineage = Optional.of(seen);
        changes.incrementAndGet();
      }
      lineageAt = at;
    }
  }

  /** The block of {@code key} if it is here and fresh enough now, without reading anything. */
  Optional<Block> peek(BlockKey key, Instant now) {
    return held(key).filter(block -> isFresh(block, now, Optional.empty()));
  }

  private Optional<Block> held(BlockKey key) {
    return memory.get(key, Block.class).filter(block -> numbering.isCurrent(block.keys()));
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

  private Batch getOnce(
      List<BlockKey> keys, Wish wish, Predicate<Block> also, Cancellation cancellation) {
    Collection collection = new Collection(wish, also, clock.instant());
    try {
      synchronized (this) {
        collection.collect(keys);
      }
      collection.started.forEach(this::submit);
      for (Map.Entry<Load, Set<BlockKey>> awaited : collection.awaited.entrySet()) {
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
    private final Map<Load, Set<BlockKey>> awaited = new LinkedHashMap<>();
    private final List<Load> started = new ArrayList<>();

    /** By the key of what is read: what is to be derived from it. */
    private final Map<BlockKey, List<BlockKey>> wanted = new LinkedHashMap<>();

    private boolean late;

    Collection(Wish wish, Predicate<Block> also, Instant now) {
      this.wish = wish;
      this.also = also;
      this.now = now;
    }

    /** Called under the store's lock. */
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
                : usable(read).map(block -> derived(key, List.of(block)));
        if (derived.isPresent()) {
          found.put(key, derived.get());
          continue;
        }
        if (wanted.computeIfAbsent(read, added -> new ArrayList<>()).isEmpty()) {
          Load load = inFlight.get(read);
          if (load != null && load.join(wish.notBefore())) {
            awaited.computeIfAbsent(load, added -> new LinkedHashSet<>()).add(read);
          } else {
            missing.add(read);
          }
        }
        wanted.getOrDefault(read, List.of()).add(key);
      }
      for (List<BlockKey> run : runs(missing)) {
        Load load = new Load(run, tail(run.get(0)), now);
        run.forEach(key -> inFlight.put(key, load));
        awaited.put(load, new LinkedHashSet<>(run));
        started.add(load);
      }
    }

    private Optional<Block> usable(BlockKey key) {
      return held(key).filter(block -> isFresh(block, now, wish.notBefore()));
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
      return Optional.of(derived(key, parts));
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
    private Optional<Tail> tail(BlockKey key) {
      if (wish.notBefore().isPresent() || key.grain() == Grain.DAY) {
        return Optional.empty();
      }
      return held(key)
          .filter(base -> isOfThisLineage(base) && !isOlder(base.origin().wholeAt(), now))
          .flatMap(
              base -> {
                Instant through = base.origin().knownThrough();
                int slot = firstSlotOfTail(key, through);
                return slot > 0 && isOpen(base)
                    ? Optional.of(new Tail(base, slot))
                    : Optional.empty();
              });
    }

    /** Waits for {@code load}, and takes what was wanted of it. */
    void take(Load load, Set<BlockKey> keys, Cancellation cancellation) {
      Optional<Map<BlockKey, Block>> loaded = load.await(cancellation, wish.deadline());
      if (loaded.isEmpty()) {
        late = true;
        return;
      }
      for (BlockKey read : keys) {
        Block block = Objects.requireNonNull(loaded.get().get(read));
        for (BlockKey key : wanted.getOrDefault(read, List.of())) {
          found.put(key, key.equals(read) ? block : derived(key, List.of(block)));
        }
      }
    }

    Batch batch(List<BlockKey> keys) {
      List<Block> blocks = new ArrayList<>();
      List<Span> missing = new ArrayList<>();
      Optional<QueryFailure> outage = Optional.empty();
      for (BlockKey key : keys) {
        Optional<Block> block = Optional.ofNullable(found.get(key));
        if (block.isEmpty() && late) {
          // Numbers that are older than they should be are better than none.
          block = held(key).filter(BlockStore.this::isOfThisLineage);
          if (block.isPresent()) {
            outage = Optional.of(tooSlow());
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
    if (key.table() == SourceTable.SUMMARY
        || !key.span().isDay()
        || key.span().to().compareTo(settledBefore(now)) <= 0) {
      return key;
    }
    if (key.grain() == Grain.MINUTE) {
      return key;
    }
    BlockKey minutes = key.at(Grain.MINUTE, key.span());
    boolean looksAtMinutes =
        held(minutes)
            .filter(block -> isOfThisLineage(block) && !isOlder(block.origin().wholeAt(), now))
            .isPresent();
    return looksAtMinutes ? minutes : key.at(Grain.HOUR, key.span());
  }

  /** Adds a block up from finer ones that cover it, and keeps it. */
  private Block derived(BlockKey key, List<Block> parts) {
    Block.Builder builder = new Block.Builder(key, calendar, numbering.current());
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
    KeyNumbers numbers = numbering.current();
    if (block.keys() == numbers) {
      return block;
    }
    Block.Builder builder = new Block.Builder(block.key(), calendar, numbers);
    builder.addAll(block);
    return builder.build(block.origin());
  }

  private void keepOnDisk(Block block) {
    if (block.key().table() == SourceTable.RAW && isSettled(block)) {
      disk.ifPresent(store -> store.keep(block));
    }
  }

  /** The blocks as they were, should the database be out of reach; the failure otherwise. */
  private Batch stale(List<BlockKey> keys, QueryFailure failure) {
    List<Block> kept = new ArrayList<>();
    keys.forEach(key -> held(key).ifPresent(kept::add));
    Batch batch = new Batch(kept, List.of(), true, Optional.of(failure));
    if (!StateWatch.isOutage(failure) || kept.size() < keys.size() || !batch.isOfOneLineage()) {
      throw failure;
    }
    return batch;
  }

  private boolean isOfThisLineage(Block block) {
    return lineage.isEmpty() || lineage.get().equals(block.origin().lineage());
  }

  private boolean isFresh(Block block, Instant now, Optional<Instant> notBefore) {
    if (notBefore.isPresent() && isOfThisLineage(block) && !isSettled(block)) {
      return block.origin().wholeAt().isAfter(notBefore.get());
    }
    return !freshUntil(block).isBefore(now);
  }

  /** Until when {@code block} may be used, the moment included. */
  Instant freshUntil(Block block) {
    if (!isOfThisLineage(block)) {
      return Instant.MIN;
    }
    if (isSettled(block)) {
      return Instant.MAX;
    }
    Instant whole = block.origin().wholeAt().plus(freshness.recentRefresh());
    Instant end = block.origin().loadedAt().plus(freshness.openRefresh());
    return isOpen(block) && end.isBefore(whole) ? end : whole;
  }

  /** How often blocks were added, replaced or made useless: what was found holds while it stays. */
  long changes() {
    return changes.get();
  }

  /** Whether the span had not ended, or only just, when its newest part was read. */
  private boolean isOpen(Block block) {
    return block.origin().knownThrough().isBefore(end(block.key().span()).plus(TAIL_MARGIN));
  }

  /** Whether what was read at {@code at} has to be read again for late rows. */
  private boolean isOlder(Instant at, Instant now) {
    return at.plus(freshness.recentRefresh()).isBefore(now);
  }

  private boolean isSettled(Block block) {
    LocalDate settles = block.key().span().to().plusDays(freshness.lookBackDays());
    return !block
        .origin()
        .wholeThrough()
        .isBefore(Instant.ofEpochSecond(calendar.startOfDay(settles)));
  }

  private Instant end(Span span) {
    return Instant.ofEpochSecond(calendar.startOfDay(span.to()));
  }

  /** The slot with which the elapsed hour begins that is to be read again; 0 for the whole day. */
  private int firstSlotOfTail(BlockKey key, Instant through) {
    long start = calendar.startOfDay(key.span().from());
    long from = through.equals(Instant.EPOCH) ? start : through.minus(TAIL_MARGIN).getEpochSecond();
    long hours = Math.floorDiv(from - start, Duration.ofHours(1).toSeconds());
    int slotsPerHour = key.grain() == Grain.MINUTE ? 60 : 1;
    int slots = key.span().slots(key.grain(), calendar);
    return (int) Math.max(0, Math.min(hours * slotsPerHour, slots - 1L));
  }

  /** Cuts missing keys into runs that one statement can read: neighbours in time, else alike. */
  private static List<List<BlockKey>> runs(List<BlockKey> missing) {
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

  private void submit(Load load) {
    synchronized (this) {
      if (closed) {
        load.finish(new QueryFailure(FailureKind.CANCELLED, "The data source was closed."));
        return;
      }
      if (pending.size() >= MAX_PENDING) {
        load.finish(tooMany(null));
        return;
      }
      pending.add(load);
    }
    try {
      loaders.execute(this::work);
    } catch (RejectedExecutionException e) {
      synchronized (this) {
        pending.remove(load);
      }
      load.finish(tooMany(e));
    }
  }

  private static QueryFailure tooMany(@Nullable RejectedExecutionException cause) {
    return new QueryFailure(
        FailureKind.OVERLOADED,
        "Too many reads of this data source are waiting already. Try again in a moment.",
        cause);
  }

  /** Does what is pending, until nothing is left that may be done now. */
  private void work() {
    for (Optional<Load> next = next(); next.isPresent(); next = next()) {
      Load load = next.get();
      try {
        load.run();
      } finally {
        done(load);
      }
    }
  }

  private synchronized Optional<Load> next() {
    Instant now = clock.instant();
    List<Load> overdue = pending.stream().filter(load -> load.isOverdue(now)).toList();
    overdue.forEach(Load::cancel);
    int mostHistory = Math.max(1, settings.connections().poolSize() - 1);
    Optional<Load> best =
        pending.stream()
            .filter(load -> !load.history || historyReads < mostHistory)
            .min(
                (a, b) ->
                    a.waiting > 0 == b.waiting > 0
                        ? b.last().compareTo(a.last())
                        : Boolean.compare(b.waiting > 0, a.waiting > 0));
    best.ifPresent(
        load -> {
          pending.remove(load);
          historyReads += load.history ? 1 : 0;
        });
    return best;
  }

  private synchronized void done(Load load) {
    historyReads -= load.history ? 1 : 0;
  }

  /** Gives up every read; those who wait are told. */
  void close() {
    List<Load> all;
    synchronized (this) {
      closed = true;
      all = inFlight.values().stream().distinct().collect(Collectors.toList());
    }
    all.forEach(Load::cancel);
    all.forEach(
        load ->
            load.finish(new QueryFailure(FailureKind.CANCELLED, "The data source was closed.")));
  }

  /** The store's figures, added to those of the engine. */
  EngineStats stats(long queries, long cachedAnswers, long partialAnswers, long failures) {
    int waiting;
    synchronized (this) {
      waiting = pending.size();
    }
    return new EngineStats(
        queries,
        cachedAnswers,
        partialAnswers,
        failures,
        reads.sum(),
        tailReads.sum(),
        readNanos.sum() / 1e9,
        hits.sum(),
        loads.sum(),
        memory.evictions(),
        memory.count(),
        memory.keptBytes(),
        memory.bufferBytes(),
        readsInFlight.get(),
        waiting,
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
      return blocks.stream().map(block -> block.origin().lineage()).distinct().count() <= 1;
    }
  }

  /** The part of a day's block that is to be read again: from {@code slot} on. */
  private record Tail(Block base, int slot) {}

  /** One statement on its way, or its turn waited for, and those who wait for it. */
  private final class Load {
    private final List<BlockKey> keys;
    private final Optional<Tail> tail;
    private final Instant startedAt;
    private final boolean history;
    private final Cancellation cancellation = new Cancellation();
    private final CompletableFuture<Map<BlockKey, Block>> done = new CompletableFuture<>();
    private int waiting = 1;
    private Optional<Instant> keptUntil = Optional.empty();
    private boolean cancelled;

    Load(List<BlockKey> keys, Optional<Tail> tail, Instant startedAt) {
      this.keys = keys;
      this.tail = tail;
      this.startedAt = startedAt;
      this.history = last().compareTo(settledBefore(startedAt)) <= 0;
    }

    /** The day after the last one. */
    LocalDate last() {
      return keys.get(keys.size() - 1).span().to();
    }

    /** Joins, unless it began too early or is being cancelled. Called under the store's lock. */
    boolean join(Optional<Instant> notBefore) {
      if (cancelled
          || (notBefore.isPresent() && (tail.isPresent() || !startedAt.isAfter(notBefore.get())))) {
        return false;
      }
      waiting++;
      return true;
    }

    /**
     * Leaves.
     *
     * @param late whether the read was only too slow, and is worth going on with
     */
    void leave(boolean late) {
      synchronized (BlockStore.this) {
        waiting--;
        if (late) {
          keptUntil = Optional.of(clock.instant().plus(PATIENCE));
        }
        if (waiting > 0 || done.isDone() || keptUntil.isPresent()) {
          return;
        }
        giveUp();
      }
      cancellation.cancel();
    }

    /** Whether nobody has waited for too long. Called under the store's lock. */
    boolean isOverdue(Instant now) {
      return waiting == 0 && keptUntil.map(until -> until.isBefore(now)).orElse(true);
    }

    void cancel() {
      synchronized (BlockStore.this) {
        giveUp();
      }
      cancellation.cancel();
    }

    private void giveUp() {
      cancelled = true;
      pending.remove(this);
      keys.forEach(key -> inFlight.remove(key, this));
    }

    /** What it brought; empty if it has not by {@code deadline}. */
    Optional<Map<BlockKey, Block>> await(Cancellation caller, Optional<Instant> deadline) {
      CompletableFuture<Void> gone = new CompletableFuture<>();
      Cancellation.Registration registration = caller.onCancel(() -> gone.complete(null));
      try {
        CompletableFuture<Object> either = CompletableFuture.anyOf(done, gone);
        if (deadline.isPresent()) {
          Duration left = Duration.between(clock.instant(), deadline.get());
          either.get(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
        } else {
          either.get();
        }
        caller.check();
        return Optional.of(done.get());
      } catch (TimeoutException e) {
        caller.check();
        return Optional.empty();
      } catch (CompletionException | ExecutionException e) {
        if (e.getCause() instanceof QueryFailure failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new QueryFailure(FailureKind.CANCELLED, "The service is stopping.", e);
      } finally {
        registration.close();
      }
    }

    void run() {
      Instant start = clock.instant();
      readsInFlight.incrementAndGet();
      try {
        cancellation.check();
        Map<BlockKey, Block> result = load();
        synchronized (BlockStore.this) {
          keys.forEach(key -> inFlight.remove(key, this));
        }
        done.complete(result);
      } catch (RuntimeException | Error e) {
        finish(e);
      } finally {
        readsInFlight.decrementAndGet();
        readNanos.add(Duration.between(start, clock.instant()).toNanos());
      }
    }

    private Map<BlockKey, Block> load() {
      Map<BlockKey, Block> result = fromDisk();
      if (result.isEmpty()) {
        return inRoom(keys, tail);
      }
      List<BlockKey> rest = keys.stream().filter(key -> !result.containsKey(key)).toList();
      for (List<BlockKey> run : runs(rest)) {
        result.putAll(inRoom(run, Optional.empty()));
      }
      return result;
    }

    private Map<BlockKey, Block> fromDisk() {
      Map<BlockKey, Block> found = new HashMap<>();
      Optional<String> wanted = lineage;
      if (disk.isEmpty() || wanted.isEmpty() || !history) {
        return found;
      }
      for (BlockKey key : keys) {
        if (key.table() == SourceTable.RAW) {
          disk.get()
              .find(key, wanted.get())
              .filter(BlockStore.this::isSettled)
              .ifPresent(block -> found.put(key, block));
        }
      }
      return publish(found);
    }

    private Map<BlockKey, Block> inRoom(List<BlockKey> part, Optional<Tail> tail) {
      try {
        return memory.share(room -> read(part, tail, room));
      } catch (Memory.NoRoom first) {
        try {
          return memory.alone(room -> read(part, tail, room));
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
      Map<BlockKey, Block> result = new HashMap<>(inRoom(part.subList(0, middle), tail));
      result.putAll(inRoom(part.subList(middle, part.size()), Optional.empty()));
      return result;
    }

    private QueryFailure tooLarge() {
      return new QueryFailure(
          FailureKind.TOO_LARGE,
          "The database's answer does not fit the data source's cache: ask for a wider step or"
              + " fewer dimensions, or raise cacheBytes.");
    }

    private Map<BlockKey, Block> read(List<BlockKey> part, Optional<Tail> tail, LongConsumer room) {
      if (tail.isPresent()) {
        Optional<Map<BlockKey, Block>> joined = readTail(part, tail.get(), room);
        if (joined.isPresent()) {
          return joined.get();
        }
      }
      Filler filler = new Filler(part, room);
      Instant loadedAt = clock.instant();
      Snapshot snapshot = filler.read(Optional.empty(), cancellation);
      saw(snapshot.lineage(), loadedAt);
      return publish(filler.build(Origin.of(loadedAt, snapshot)));
    }

    /** Reads the end of the first day, and whole ones after it; empty if that does not fit. */
    private Optional<Map<BlockKey, Block>> readTail(
        List<BlockKey> part, Tail tail, LongConsumer room) {
      BlockKey first = part.get(0);
      Filler filler = new Filler(part, room);
      Instant loadedAt = clock.instant();
      Snapshot snapshot =
          filler.read(
              Optional.of(
                  Instant.ofEpochSecond(
                      first.span().slotStart(first.grain(), calendar, tail.slot()))),
              cancellation);
      saw(snapshot.lineage(), loadedAt);
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
        Block.Builder builder = new Block.Builder(first, calendar, numbering.current());
        builder.addBefore(tail.slot(), tail.base());
        builder.addAll(Objects.requireNonNull(blocks.get(first)));
        joined = builder.build(base.withTail(loadedAt, snapshot));
      }
      blocks.put(first, joined);
      return Optional.of(publish(blocks));
    }

    /** Puts blocks into the cache; gives what is there in the end. */
    private Map<BlockKey, Block> publish(Map<BlockKey, Block> read) {
      loads.add(read.size());
      Map<BlockKey, Block> kept = new HashMap<>();
      read.forEach(
          (key, block) ->
              kept.put(
                  key, memory.merge(key, renumbered(block), Block.class, BlockStore.this::better)));
      changes.incrementAndGet();
      kept.values().forEach(BlockStore.this::keepOnDisk);
      return kept;
    }

    void finish(Throwable failure) {
      synchronized (BlockStore.this) {
        keys.forEach(key -> inFlight.remove(key, this));
      }
      done.completeExceptionally(failure);
    }
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
      KeyNumbers numbers = numbering.current();
      keys.forEach(key -> builders.add(new Block.Builder(key, calendar, numbers, room)));
    }

    @Override
    public void accept(long epochSecond, GroupKey key, long[] quantities) {
      Block.Builder builder = builders.get(Block.indexOf(starts, epochSecond));
      builder.add(epochSecond, builder.numberOf(key), quantities);
    }

    Map<BlockKey, Block> build(Origin origin) {
      Map<BlockKey, Block> blocks = new HashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        blocks.put(keys.get(i), builders.get(i).build(origin));
      }
      return blocks;
    }
  }
}
