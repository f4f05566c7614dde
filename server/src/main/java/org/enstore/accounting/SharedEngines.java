package org.enstore.accounting;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Engines by what they read and how: data sources whose settings are equal, the password included,
 * share one with its cache and its connections, be they of several Grafanas or of the public API.
 * Each user closes what it opened; the last one ends the engine. Thread-safe.
 */
final class SharedEngines implements InstanceRegistry.Engines, AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(SharedEngines.class);

  private final BiFunction<SourceId, SourceSettings, SeriesEngine> factory;
  private final long cacheBytes;
  private final Map<SourceSettings, Shared> bySettings = new HashMap<>();
  private double part = 1;
  private boolean closed;

  /** An engine and how often it was opened. */
  private static final class Shared {
    private final SeriesEngine engine;
    private int users;

    Shared(SeriesEngine engine) {
      this.engine = engine;
    }
  }

  /**
   * No engine yet.
   *
   * @param factory builds an engine, without I/O; it is known by the name of whoever came first
   * @param cacheBytes what the caches of all engines may take together: whatever the settings of
   *     each say, a process that is out of memory ends
   */
  SharedEngines(BiFunction<SourceId, SourceSettings, SeriesEngine> factory, long cacheBytes) {
    this.factory = factory;
    this.cacheBytes = cacheBytes;
  }

  @Override
  public synchronized SeriesEngine open(SourceId id, SourceSettings settings) {
    if (closed) {
      throw new QueryFailure(FailureKind.OVERLOADED, "The service is shutting down.");
    }
    Shared shared = bySettings.get(settings);
    if (shared == null) {
      shared = new Shared(factory.apply(id, settings));
      bySettings.put(settings, shared);
      shareCache();
    }
    shared.users++;
    return shared.engine;
  }

  @Override
  public void close(SeriesEngine engine) {
    if (left(engine)) {
      engine.close();
    }
  }

  /** Takes one user away; whether it was the last. */
  private synchronized boolean left(SeriesEngine engine) {
    for (Map.Entry<SourceSettings, Shared> entry : bySettings.entrySet()) {
      if (entry.getValue().engine == engine) {
        entry.getValue().users--;
        if (entry.getValue().users > 0) {
          return false;
        }
        bySettings.remove(entry.getKey());
        shareCache();
        return true;
      }
    }
    return false;
  }

  /** Has the caches use {@code part} of what they may, from now on; 1 is all of it. */
  synchronized void squeeze(double part) {
    this.part = part;
    shareCache();
  }

  /** Gives each engine what its settings say, or the same part of that if there is not enough. */
  private void shareCache() {
    long wanted =
        bySettings.keySet().stream().mapToLong(settings -> settings.limits().cacheBytes()).sum();
    if (wanted > cacheBytes && part == 1) {
      logger.warn(
          "cacheBytes of the {} open data sources is {} MiB together, and the heap has room for {}"
              + " MiB: each gets the same part of its own. Raise the heap (java_options = -Xmx...)"
              + " or lower cacheBytes",
          bySettings.size(),
          wanted >> 20,
          cacheBytes >> 20);
    }
    double share = part * Math.min(1, (double) cacheBytes / Math.max(1, wanted));
    bySettings.forEach(
        (settings, shared) ->
            shared.engine.limitCache((long) (share * settings.limits().cacheBytes())));
  }

  /** Ends every engine, used or not; nothing can be opened any more. */
  @Override
  public void close() {
    List<AutoCloseable> open = new ArrayList<>();
    synchronized (this) {
      closed = true;
      bySettings.values().forEach(shared -> open.add(shared.engine));
      bySettings.clear();
    }
    Backend.closeAll(open);
  }
}
