package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.enstore.accounting.config.SourceSettings;
import org.jspecify.annotations.Nullable;

/**
 * The reads that are under way or wait for their turn. Thread-safe. Its monitor is its lock;
 * whoever looks for a block or its read, and adds a read where there is neither, holds it
 * meanwhile.
 */
final class LoadQueue {
  /*
   * Order
   *
   * `inFlight` maps each key to the read that will bring it, `pending` has those that have not
   * begun. Of these, the ones that somebody waits for come first, then the newest spans. Reads of
   * settled spans leave one thread to the others, if there are two. Whoever cannot wait longer is
   * given what is there, and the rest goes on being read for PATIENCE.
   */

  /** How long a read is worth having after those who waited for it could wait no longer. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  /** The most reads that may wait; twenty years by day are 240. */
  static final int MAX_PENDING = 5_000;

  /** How often whoever waits for a read asks whether to wait on. */
  private static final Duration TURN = Duration.ofMillis(25);

  private static final Duration FOR_EVER = Duration.ofDays(365);

  private final BlockReader reader;
  private final Freshness freshness;
  private final SourceSettings settings;
  private final InstantSource clock;
  private final Executor loaders;
  private final Map<BlockKey, Load> inFlight = new HashMap<>();
  private final List<Load> pending = new ArrayList<>();
  private int historyReads;
  private boolean closed;
  private final LongAdder readNanos = new LongAdder();
  private final AtomicInteger readsInFlight = new AtomicInteger();

  LoadQueue(
      BlockReader reader,
      Freshness freshness,
      SourceSettings settings,
      InstantSource clock,
      Executor loaders) {
    this.reader = reader;
    this.freshness = freshness;
    this.settings = settings;
    this.clock = clock;
    this.loaders = loaders;
  }

  /**
   * The read that will bring {@code key}, with one more who waits for it; empty if there is none,
   * or none that will do.
   *
   * @param notBefore when it must not have begun earlier
   */
  synchronized Optional<Load> join(BlockKey key, Optional<Instant> notBefore) {
    return Optional.ofNullable(inFlight.get(key)).filter(load -> load.join(notBefore));
  }

  /** Adds the read of {@code run}, which is to be submitted, with one who waits for it. */
  synchronized Load add(List<BlockKey> run, Optional<BlockReader.Tail> tail, Instant now) {
    Load load = new Load(run, tail, now);
    run.forEach(key -> inFlight.put(key, load));
    return load;
  }

  /** How many reads wait for their turn. */
  synchronized int waiting() {
    return pending.size();
  }

  /** How many reads are being done. */
  int underWay() {
    return readsInFlight.get();
  }

  /** How long reads have taken, added up, in seconds. */
  double seconds() {
    return readNanos.sum() / 1e9;
  }

  /** Has {@code load} done when its turn comes, or ended at once by a refusal. */
  void submit(Load load) {
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

  /** One statement on its way, or its turn waited for, and those who wait for it. */
  final class Load {
    private final List<BlockKey> keys;
    private final Optional<BlockReader.Tail> tail;
    private final Instant startedAt;
    private final boolean history;
    private final Cancellation cancellation = new Cancellation();
    private final CompletableFuture<Map<BlockKey, Block>> done = new CompletableFuture<>();
    private int waiting = 1;
    private Optional<Instant> keptUntil = Optional.empty();
    private boolean cancelled;

    private Load(List<BlockKey> keys, Optional<BlockReader.Tail> tail, Instant startedAt) {
      this.keys = keys;
      this.tail = tail;
      this.startedAt = startedAt;
      this.history = last().compareTo(freshness.settledBefore(startedAt)) <= 0;
    }

    /** The day after the last one. */
    private LocalDate last() {
      return keys.get(keys.size() - 1).span().to();
    }

    /** Joins, unless it began too early or is being cancelled. Called under the queue's lock. */
    private boolean join(Optional<Instant> notBefore) {
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
      synchronized (LoadQueue.this) {
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

    /** Whether nobody has waited for too long. Called under the queue's lock. */
    private boolean isOverdue(Instant now) {
      return waiting == 0 && keptUntil.map(until -> until.isBefore(now)).orElse(true);
    }

    private void cancel() {
      synchronized (LoadQueue.this) {
        giveUp();
      }
      cancellation.cancel();
    }

    private void giveUp() {
      cancelled = true;
      pending.remove(this);
      keys.forEach(key -> inFlight.remove(key, this));
    }

    /**
     * What it brought; empty if it has not by {@code deadline}, or until {@code enough} is true.
     *
     * @param enough whether the caller waits no longer; asked again and again
     */
    Optional<Map<BlockKey, Block>> await(
        Cancellation caller, Optional<Instant> deadline, BooleanSupplier enough) {
      Duration left = deadline.map(end -> Duration.between(clock.instant(), end)).orElse(FOR_EVER);
      while (true) {
        Duration turn = left.compareTo(TURN) < 0 ? left : TURN;
        Optional<Map<BlockKey, Block>> brought = await(caller, turn);
        left = left.minus(turn);
        if (brought.isPresent() || left.isNegative() || left.isZero() || enough.getAsBoolean()) {
          return brought;
        }
      }
    }

    private Optional<Map<BlockKey, Block>> await(Cancellation caller, Duration most) {
      CompletableFuture<Void> gone = new CompletableFuture<>();
      Cancellation.Registration registration = caller.onCancel(() -> gone.complete(null));
      try {
        CompletableFuture<Object> either = CompletableFuture.anyOf(done, gone);
        either.get(Math.max(0, most.toMillis()), TimeUnit.MILLISECONDS);
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

    private void run() {
      Instant start = clock.instant();
      readsInFlight.incrementAndGet();
      try {
        cancellation.check();
        Map<BlockKey, Block> result = reader.read(keys, tail, history, cancellation);
        synchronized (LoadQueue.this) {
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

    private void finish(Throwable failure) {
      synchronized (LoadQueue.this) {
        keys.forEach(key -> inFlight.remove(key, this));
      }
      done.completeExceptionally(failure);
    }
  }
}
