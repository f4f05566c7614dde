package org.enstore.accounting.series;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BinaryOperator;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one data source: blocks, finished answers and the buffers of reads, bounded by
 * bytes together. What is kept makes room for the buffers. Thread-safe.
 */
final class Memory {
  /*
   * Buffers
   *
   * How much a read brings is not known before it has. Reads that run at the same time share a
   * quarter of the limit. The one for which that does not suffice gives up what it has and begins
   * again with a quarter for itself, as soon as no other read is in that position: so no two
   * half-finished reads wait for each other's room, and buffers never take more than a half.
   */
  private static final int BUFFER_SHARE = 4;

  private static final int HANDS_SHARE = 4;

  private static final long SMALL_BYTES = 256 << 10;

  /** How often who waits for room looks whether anybody still waits for the answer. */
  private static final long LOOK_NANOS = 100_000_000;

  /** Smaller changes of the buffers' size do not reach the cache's own bound. */
  private static final int STEPS = 64;

  private volatile long limit;
  private final Cache<Object, Kept> kept;
  private final LongAdder evictions = new LongAdder();
  private final ReentrantLock large = new ReentrantLock();
  private long sharedBytes;
  private long largeBytes;
  private long setAside;
  private long heldBack;
  private final ReentrantLock handsLock = new ReentrantLock();
  private final Condition handsGave = handsLock.newCondition();
  private final AtomicLong inHands = new AtomicLong();

  /** A memory of {@code limit} bytes. */
  Memory(long limit) {
    this.limit = limit;
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(limit)
            .weigher((Object key, Kept value) -> value.sizeBytes())
            .evictionListener((key, value, cause) -> evictions.increment())
            .executor(Runnable::run)
            .build();
  }

  /** The bound, in bytes. */
  long limit() {
    return limit;
  }

  /** Sets another bound; what is kept beyond it goes. */
  synchronized void limit(long bytes) {
    limit = bytes;
    heldBack = -1;
    hold();
  }

  /** What is kept under {@code key}, if it still is and is a {@code kind}. */
  <T extends Kept> Optional<T> get(Object key, Class<T> kind) {
    @Nullable Kept value = kept.getIfPresent(key);
    return kind.isInstance(value) ? Optional.of(kind.cast(value)) : Optional.empty();
  }

  /** Keeps {@code value} under {@code key}, which stands for values of its own kind alone. */
  void put(Object key, Kept value) {
    kept.put(key, value);
  }

  /** Keeps what {@code choice} makes of the value already kept and {@code value}; gives it. */
  <T extends Kept> T merge(Object key, T value, Class<T> kind, BinaryOperator<T> choice) {
    Kept merged =
        kept.asMap().merge(key, value, (a, b) -> choice.apply(kind.cast(a), kind.cast(b)));
    return kind.cast(merged);
  }

  /** Drops what {@code useless} says of everything that is kept. */
  void dropIf(Predicate<Kept> useless) {
    kept.asMap().values().removeIf(useless);
  }

  /** How many values were dropped for want of room. */
  long evictions() {
    return evictions.sum();
  }

  /** How many values are kept. */
  long count() {
    return kept.estimatedSize();
  }

  /** The size of all that is kept, in bytes. */
  long keptBytes() {
    return kept.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
  }

  /** The size of the buffers of reads, in bytes. */
  synchronized long bufferBytes() {
    return sharedBytes + largeBytes;
  }

  /** Fills a buffer. */
  @FunctionalInterface
  interface Filling<T> {
    /**
     * Fills it.
     *
     * @param room to be told of every growth, in bytes; refuses by throwing {@link NoRoom}
     */
    T fill(LongConsumer room);
  }

  /** The room for buffers is used up. */
  static final class NoRoom extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoRoom() {
      super("no room for more cells", null, false, false);
    }
  }

  /**
   * What {@code filling} makes in the room that all reads share.
   *
   * @throws NoRoom when that does not suffice
   */
  <T> T share(Filling<T> filling) {
    return fill(filling, false);
  }

  /**
   * What {@code filling} makes in the room for one large read; waits for its turn.
   *
   * @throws NoRoom when that does not suffice either
   */
  <T> T alone(Filling<T> filling) throws InterruptedException {
    large.lockInterruptibly();
    try {
      return fill(filling, true);
    } finally {
      large.unlock();
    }
  }

  private <T> T fill(Filling<T> filling, boolean isLarge) {
    long[] taken = new long[1];
    try {
      return filling.fill(
          bytes -> {
            take(bytes, isLarge);
            taken[0] += bytes;
          });
    } finally {
      take(-taken[0], isLarge);
    }
  }

  private synchronized void take(long bytes, boolean isLarge) {
    long wanted = (isLarge ? largeBytes : sharedBytes) + bytes;
    if (bytes > 0 && wanted > limit / BUFFER_SHARE) {
      throw new NoRoom();
    }
    if (isLarge) {
      largeBytes = wanted;
    } else {
      sharedBytes = wanted;
    }
    hold();
  }

  /** Blocks in the hands of a question, cached or not; to be closed when it is done with them. */
  final class Hands implements AutoCloseable {
    private long bytes;

    private Hands(long bytes) {
      this.bytes = bytes;
    }

    /** Says how many they are in truth, in bytes. */
    void are(long really) {
      changeHands(really - bytes);
      bytes = really;
    }

    @Override
    public void close() {
      are(0);
    }
  }

  /**
   * Lets a question hold blocks of about {@code bytes}, as soon as others leave room for them:
   * together they hold a quarter of the limit at most, or one of them alone what it needs. A few
   * are counted and do not wait. Whoever holds some must not ask for more.
   *
   * @param patience how long the question may still wait
   * @return empty if it would take longer
   * @throws QueryFailure of kind {@link FailureKind#CANCELLED} when nobody waits for the answer
   */
  Optional<Hands> hold(long bytes, Duration patience, Cancellation cancellation) {
    long left = patience.toNanos();
    handsLock.lock();
    try {
      while (inHands.get() > 0
          && bytes > SMALL_BYTES
          && inHands.get() + bytes > limit / HANDS_SHARE) {
        cancellation.check();
        if (left <= 0) {
          return Optional.empty();
        }
        long look = Math.min(left, LOOK_NANOS);
        left -= look - handsGave.awaitNanos(look);
      }
      changeHands(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueryFailure(FailureKind.CANCELLED, "The service is stopping.", e);
    } finally {
      handsLock.unlock();
    }
    return Optional.of(new Hands(bytes));
  }

  private void changeHands(long by) {
    handsLock.lock();
    try {
      inHands.addAndGet(by);
      hold();
      handsGave.signalAll();
    } finally {
      handsLock.unlock();
    }
  }

  /** Lets {@code bytes} be taken by what is needed to understand the blocks, and no less. */
  synchronized void setAside(long bytes) {
    setAside = bytes;
    hold();
  }

  private synchronized void hold() {
    long step = Math.max(1, limit / STEPS);
    long hold =
        Math.min(
            limit, (sharedBytes + largeBytes + setAside + inHands.get() + step - 1) / step * step);
    if (hold != heldBack) {
      heldBack = hold;
      kept.policy().eviction().ifPresent(eviction -> eviction.setMaximum(limit - hold));
    }
  }
}
