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

/**
 * Engines by what they read and how: data sources whose settings are equal, the password included,
 * share one with its cache and its connections, be they of several Grafanas or of the public API.
 * Each user closes what it opened; the last one ends the engine. Thread-safe.
 */
final class SharedEngines implements InstanceRegistry.Engines, AutoCloseable {
  private final BiFunction<SourceId, SourceSettings, SeriesEngine> factory;
  private final Map<SourceSettings, Shared> bySettings = new HashMap<>();
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
   */
  SharedEngines(BiFunction<SourceId, SourceSettings, SeriesEngine> factory) {
    this.factory = factory;
  }

  @Override
  public synchronized SeriesEngine open(SourceId id, SourceSettings settings) {
    if (closed) {
      throw new QueryFailure(FailureKind.OVERLOADED, "The service is shutting down.");
    }
    Shared shared =
        bySettings.computeIfAbsent(settings, added -> new Shared(factory.apply(id, settings)));
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
        return entry.getValue().users == 0 && bySettings.remove(entry.getKey()) != null;
      }
    }
    return false;
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
