package org.enstore.accounting;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the heap of the process. When it is nearly full of what cannot be freed, the caches
 * shrink first; what is still full after ten seconds refuses questions and says so; only what then
 * stays full ends the process, to be started anew. A process that is out of memory but lives on
 * answers nobody. One thread looks; {@link #sentence} is thread-safe.
 */
final class HeapWatch {
  /** How often to look. */
  static final Duration EVERY = Duration.ofSeconds(1);

  /** How long it may be full before questions are refused, and how long refusing may be in vain. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long it must have had room before the caches may grow again. */
  private static final Duration EASE = Duration.ofSeconds(30);

  /** Parts of the heap's old generation. */
  private static final double WORTH_COLLECTING = 0.92;

  private static final double FULL = 0.88;
  private static final double ROOMY = 0.80;

  private static final double SMALLEST_CACHE = 0.25;

  private static final Logger logger = LoggerFactory.getLogger(HeapWatch.class);

  private final Heap heap;
  private final DoubleConsumer caches;
  private final Runnable end;
  private final LongSupplier nanoClock;

  private long fullSince;
  private long roomySince;
  private boolean isFull;
  private double cachePart = 1;
  private volatile @Nullable String sentence;

  /** What is watched. */
  interface Heap {
    /** How full it is, garbage included, from 0 to 1. */
    double used();

    /** How full it is after a collection, which this makes. */
    double live();
  }

  /**
   * @param caches is told what part of their bounds the caches may use
   * @param end ends the process soon; returns at once
   * @param nanoClock as {@link System#nanoTime}
   */
  HeapWatch(Heap heap, DoubleConsumer caches, Runnable end, LongSupplier nanoClock) {
    this.heap = heap;
    this.caches = caches;
    this.end = end;
    this.nanoClock = nanoClock;
    this.roomySince = nanoClock.getAsLong();
  }

  /** The old generation of this process, or what there is in its place. */
  static Heap ofProcess() {
    MemoryPoolMXBean old =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getUsage().getMax() > 0)
            .max(Comparator.comparing(pool -> pool.getUsage().getMax()))
            .orElseThrow();
    return new Heap() {
      @Override
      public double used() {
        MemoryUsage usage = old.getUsage();
        return (double) usage.getUsed() / usage.getMax();
      }

      @Override
      public double live() {
        System.gc();
        return used();
      }
    };
  }

  /** Why questions are refused, for those who ask them; empty while they are not. */
  Optional<String> sentence() {
    return Optional.ofNullable(sentence);
  }

  /** Looks, and does what has become due. */
  void look() {
    long now = nanoClock.getAsLong();
    if (heap.used() < (isFull ? FULL : WORTH_COLLECTING)) {
      ease(now, true);
      return;
    }
    double live = heap.live();
    if (live < FULL) {
      ease(now, live < ROOMY);
      return;
    }
    if (!isFull) {
      isFull = true;
      fullSince = now;
    }
    long full = now - fullSince;
    if (cachePart > SMALLEST_CACHE) {
      cachePart = cachePart / 2;
      caches.accept(cachePart);
      logger.warn(
          "the heap is {} % full after a collection: the caches shrink to {} % of their bounds."
              + " Raise the heap (java_options = -Xmx...)",
          percent(live), percent(cachePart));
    }
    if (full >= 2 * PATIENCE.toNanos()) {
      logger.error(
          "the heap has been {} % full for {} s though questions were refused: the process ends, to"
              + " be started anew. Raise the heap (java_options = -Xmx...)",
          percent(live), Duration.ofNanos(full).toSeconds());
      end.run();
    } else if (full >= PATIENCE.toNanos() && sentence == null) {
      sentence =
          "The plugin has no memory left for questions and refuses them until it has; try again in a"
              + " moment. If it happens often, give the Java runtime more memory (-Xmx in"
              + " java_options of grafana.ini, or in GF_PLUGIN_JAVA_OPTIONS).";
      logger.error(
          "the heap has been {} % full for {} s: questions are refused",
          percent(live), PATIENCE.toSeconds());
    }
  }

  private void ease(long now, boolean roomy) {
    if (isFull) {
      isFull = false;
      roomySince = now;
    }
    if (sentence != null) {
      sentence = null;
      logger.info("the heap has room again: questions are taken");
    }
    if (!roomy) {
      roomySince = now;
    } else if (cachePart < 1 && now - roomySince >= EASE.toNanos()) {
      cachePart = 1;
      caches.accept(cachePart);
    }
  }

  private static long percent(double part) {
    return Math.round(part * 100);
  }
}
