package org.enstore.accounting.series;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.jspecify.annotations.Nullable;

/**
 * The cache of blocks and the reads that fill it. Thread-safe.
 *
 * <p>Blocks are bounded by bytes. Whatever a span is asked for by many at once is read once;
 * neighbouring spans are read by one statement; a read that nobody waits for any more is cancelled.
 */
final class BlockStore {
  /*
   * Freshness
   *
   * A block is settled, and kept for as long as there is room, once it was read after its span and
   * the look-back days behind it had passed, from a snapshot that was itself known to reach that
   * far: a standby that lags must not freeze a day it has not seen the end of. Until then the block
   * is only as good as its age: the running day (and any day whose end the snapshot had not
   * reached) for `openRefresh`, the look-back days for `recentRefresh`. A block is always replaced
   * whole, so no row can be counted twice.
   *
   * Single flight
   *
   * `inFlight` maps each key to the read that will bring it. Callers join a read that began after
   * the moment they need numbers of; the last one to give up cancels it.
   */
  private static final Map<Grain, Integer> MAX_DAYS_PER_READ =
      Map.of(Grain.MINUTE, 7, Grain.HOUR, 92, Grain.DAY, 3660);

  private final TransferSource source;
  private final SourceSettings.Freshness freshness;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final Executor loaders;
  private final KeyNumbers keyNumbers;
  private final Cache<BlockKey, Block> blocks;
  private final Map<BlockKey, Load> inFlight = new HashMap<>();

  private final AtomicLong changes = new AtomicLong();
  private final LongAdder hits = new LongAdder();
  private final LongAdder loads = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder reads = new LongAdder();
  private final LongAdder readNanos = new LongAdder();
  private final AtomicInteger readsInFlight = new AtomicInteger();

  BlockStore(
      TransferSource source,
      SourceSettings settings,
      SiteCalendar calendar,
      InstantSource clock,
      Executor loaders,
      KeyNumbers keyNumbers) {
    this.source = source;
    this.freshness = settings.freshness();
    this.calendar = calendar;
    this.clock = clock;
    this.loaders = loaders;
    this.keyNumbers = keyNumbers;
    this.blocks =
        Caffeine.newBuilder()
            .maximumWeight(settings.limits().cacheBytes())
            .weigher((BlockKey key, Block block) -> block.sizeBytes())
            .evictionListener((key, block, cause) -> evictions.increment())
            .executor(Runnable::run)
            .build();
  }

  /** The first day that may still change by late rows. */
  LocalDate settledBefore(Instant now) {
    return calendar.dayOf(now).minusDays(freshness.lookBackDays());
  }

  /** The block of {@code key} if it is here and fresh enough now, without reading anything. */
  Optional<Block> peek(BlockKey key, Instant now) {
    @Nullable Block block = blocks.getIfPresent(key);
    return block != null && isFresh(block, now, Optional.empty())
        ? Optional.of(block)
        : Optional.empty();
  }

  /**
   * The blocks of {@code keys}, from the cache or the database, in the same order.
   *
   * @param notBefore numbers that may still change must have been read after this instant; empty
   *     for the usual refresh times
   * @param also a further condition on a cached block; a block that was just read is taken as it is
   * @throws QueryFailure when they cannot be read
   */
  Batch get(
      List<BlockKey> keys,
      Optional<Instant> notBefore,
      Predicate<Block> also,
      Cancellation cancellation) {
    Instant now = clock.instant();
    Map<BlockKey, Block> found = new LinkedHashMap<>();
    Map<Load, List<BlockKey>> awaited = new LinkedHashMap<>();
    List<Load> started = new ArrayList<>();
    synchronized (this) {
      List<BlockKey> missing = new ArrayList<>();
      for (BlockKey key : keys) {
        @Nullable Block block = blocks.getIfPresent(key);
        if (block != null && isFresh(block, now, notBefore) && also.test(block)) {
          hits.increment();
          found.put(key, block);
          continue;
        }
        @Nullable Load load = inFlight.get(key);
        if (load != null && load.join(notBefore)) {
          awaited.computeIfAbsent(load, l -> new ArrayList<>()).add(key);
          continue;
        }
        Optional<Block> derived = notBefore.isPresent() ? Optional.empty() : derive(key, now);
        if (derived.isPresent()) {
          found.put(key, derived.get());
        } else {
          missing.add(key);
        }
      }
      for (List<BlockKey> run : runs(missing)) {
        Load load = new Load(run, now);
        run.forEach(key -> inFlight.put(key, load));
        awaited.put(load, run);
        started.add(load);
      }
    }
    boolean cached = awaited.isEmpty();
    try {
      started.forEach(this::submit);
      awaited.forEach(
          (load, wanted) -> {
            Map<BlockKey, Block> loaded = load.await(cancellation);
            wanted.forEach(key -> found.put(key, Objects.requireNonNull(loaded.get(key))));
          });
    } catch (QueryFailure failure) {
      return stale(keys, failure);
    } finally {
      awaited.keySet().forEach(Load::leave);
    }
    return new Batch(keys.stream().map(key -> held(found, key)).toList(), cached, Optional.empty());
  }

  /** The blocks as they were, should the database be out of reach; the failure otherwise. */
  private Batch stale(List<BlockKey> keys, QueryFailure failure) {
    Map<BlockKey, Block> kept = blocks.getAllPresent(keys);
    if (!StateWatch.isOutage(failure) || kept.size() < keys.size()) {
      throw failure;
    }
    return new Batch(
        keys.stream().map(key -> held(kept, key)).toList(), true, Optional.of(failure));
  }

  private static Block held(Map<BlockKey, Block> blocks, BlockKey key) {
    return Objects.requireNonNull(blocks.get(key));
  }

  private boolean isFresh(Block block, Instant now, Optional<Instant> notBefore) {
    if (notBefore.isPresent() && !isSettled(block)) {
      return block.loadedAt().isAfter(notBefore.get());
    }
    return !freshUntil(block).isBefore(now);
  }

  /** Until when {@code block} may be used, the moment included. */
  Instant freshUntil(Block block) {
    if (isSettled(block)) {
      return Instant.MAX;
    }
    Instant spanEnd = Instant.ofEpochSecond(calendar.startOfDay(block.key().span().to()));
    Duration allowed =
        block.knownThrough().isBefore(spanEnd)
            ? freshness.openRefresh()
            : freshness.recentRefresh();
    return block.loadedAt().plus(allowed);
  }

  /** How often a block was added or replaced: what was found among them holds while it stays. */
  long changes() {
    return changes.get();
  }

  private boolean isSettled(Block block) {
    LocalDate settles = block.key().span().to().plusDays(freshness.lookBackDays());
    return !block.knownThrough().isBefore(Instant.ofEpochSecond(calendar.startOfDay(settles)));
  }

  /** Adds the block up from finer ones, when all of them are here and fresh. */
  private Optional<Block> derive(BlockKey key, Instant now) {
    for (Grain finer : List.of(Grain.HOUR, Grain.MINUTE)) {
      if (finer.compareTo(key.grain()) >= 0) {
        continue;
      }
      List<Block> parts = new ArrayList<>();
      for (LocalDate day = key.span().from();
          day.isBefore(key.span().to());
          day = day.plusDays(1)) {
        Optional<Block> part = peek(key.at(finer, Span.ofDay(day)), now);
        if (part.isEmpty()) {
          break;
        }
        parts.add(part.get());
      }
      if (parts.size() == key.span().slots(Grain.DAY, calendar)) {
        Block.Builder builder = new Block.Builder(key, calendar);
        parts.forEach(builder::addAll);
        Block block =
            builder.build(
                parts.stream().map(Block::loadedAt).min(Comparator.naturalOrder()).orElseThrow(),
                parts.stream()
                    .map(Block::knownThrough)
                    .min(Comparator.naturalOrder())
                    .orElseThrow());
        loads.increment();
        blocks.put(key, block);
        changes.incrementAndGet();
        return Optional.of(block);
      }
    }
    return Optional.empty();
  }

  /** Cuts missing keys into runs that one statement can read: neighbours in time, else alike. */
  private static List<List<BlockKey>> runs(List<BlockKey> missing) {
    List<List<BlockKey>> runs = new ArrayList<>();
    List<BlockKey> run = new ArrayList<>();
    for (BlockKey key : missing) {
      if (!run.isEmpty()) {
        BlockKey first = run.get(0);
        BlockKey last = run.get(run.size() - 1);
        boolean continues =
            last.at(last.grain(), key.span()).equals(key)
                && last.span().to().equals(key.span().from())
                && key.span().to().toEpochDay() - first.span().from().toEpochDay()
                    <= MAX_DAYS_PER_READ.getOrDefault(key.grain(), 1);
        if (!continues) {
          runs.add(run);
          run = new ArrayList<>();
        }
      }
      run.add(key);
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }

  private static Block newer(Block held, Block loaded) {
    return held.loadedAt().isAfter(loaded.loadedAt()) ? held : loaded;
  }

  private void submit(Load load) {
    try {
      loaders.execute(load::run);
    } catch (RejectedExecutionException e) {
      load.finish(
          null,
          new QueryFailure(
              FailureKind.OVERLOADED,
              "Too many reads of this data source are waiting already. Try again in a moment.",
              e));
    }
  }

  /** The cache's and the reads' figures, added to {@code of} by the engine. */
  EngineStats stats(long queries, long cachedAnswers, long failures) {
    long size = blocks.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
    return new EngineStats(
        queries,
        cachedAnswers,
        failures,
        reads.sum(),
        readNanos.sum() / 1e9,
        hits.sum(),
        loads.sum(),
        evictions.sum(),
        blocks.estimatedSize(),
        size,
        readsInFlight.get());
  }

  /**
   * Blocks as they were asked for.
   *
   * @param cached whether nothing had to be read
   * @param outage why the blocks are older than they should be, if they are
   */
  record Batch(List<Block> blocks, boolean cached, Optional<QueryFailure> outage) {}

  /** One statement on its way, and those who wait for it. */
  private final class Load {
    private final List<BlockKey> keys;
    private final Instant startedAt;
    private final Cancellation cancellation = new Cancellation();
    private final CompletableFuture<Map<BlockKey, Block>> done = new CompletableFuture<>();
    private int waiting = 1;

    Load(List<BlockKey> keys, Instant startedAt) {
      this.keys = keys;
      this.startedAt = startedAt;
    }

    /** Joins, unless it began too early or is being cancelled. Called under the store's lock. */
    boolean join(Optional<Instant> notBefore) {
      if (waiting == 0 || (notBefore.isPresent() && !startedAt.isAfter(notBefore.get()))) {
        return false;
      }
      waiting++;
      return true;
    }

    void leave() {
      synchronized (BlockStore.this) {
        waiting--;
        if (waiting > 0 || done.isDone()) {
          return;
        }
        keys.forEach(key -> inFlight.remove(key, this));
      }
      cancellation.cancel();
    }

    Map<BlockKey, Block> await(Cancellation caller) {
      CompletableFuture<Void> gone = new CompletableFuture<>();
      Cancellation.Registration registration = caller.onCancel(() -> gone.complete(null));
      try {
        CompletableFuture.anyOf(done, gone).join();
        caller.check();
        return done.get();
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
        finish(read(), null);
      } catch (RuntimeException | Error e) {
        finish(null, e);
      } finally {
        readsInFlight.decrementAndGet();
        readNanos.add(Duration.between(start, clock.instant()).toNanos());
      }
    }

    private Map<BlockKey, Block> read() {
      BlockKey first = keys.get(0);
      LocalDate from = first.span().from();
      LocalDate to = keys.get(keys.size() - 1).span().to();
      Map<LocalDate, Block.Builder> builders = new HashMap<>();
      List<Block.Builder> inOrder = new ArrayList<>();
      for (BlockKey key : keys) {
        Block.Builder builder = new Block.Builder(key, calendar);
        inOrder.add(builder);
        for (LocalDate day = key.span().from();
            day.isBefore(key.span().to());
            day = day.plusDays(1)) {
          builders.put(day, builder);
        }
      }
      Instant loadedAt = clock.instant();
      reads.increment();
      LocalDate lastDay = to.minusDays(1);
      Instant knownThrough =
          source.read(
              new ReadRequest(first.table(), first.grain(), first.shape(), from, to),
              (epochSecond, key, sums) -> {
                LocalDate day = calendar.dayOf(epochSecond);
                day = day.isBefore(from) ? from : day.isAfter(lastDay) ? lastDay : day;
                Objects.requireNonNull(builders.get(day))
                    .add(epochSecond, keyNumbers.numberOf(key), sums);
              },
              cancellation);
      Map<BlockKey, Block> result = new HashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        result.put(keys.get(i), inOrder.get(i).build(loadedAt, knownThrough));
      }
      return result;
    }

    void finish(@Nullable Map<BlockKey, Block> result, @Nullable Throwable failure) {
      synchronized (BlockStore.this) {
        keys.forEach(key -> inFlight.remove(key, this));
        if (result != null) {
          loads.add(result.size());
          result.forEach((key, block) -> blocks.asMap().merge(key, block, BlockStore::newer));
          changes.incrementAndGet();
        }
      }
      if (result != null) {
        done.complete(result);
      } else {
        done.completeExceptionally(Objects.requireNonNull(failure));
      }
    }
  }
}
