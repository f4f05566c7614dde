package org.enstore.accounting.grafana;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one engine for each configured data source. Grafana announces neither a new data source nor
 * the end of one: the settings come with every request. An engine is built at the first, replaced
 * when the settings were saved again, and closed when nobody has asked for a while. Thread-safe.
 */
public final class InstanceRegistry implements AutoCloseable {
  /*
   * Locking. One lock guards the map and the counts and is held for moments only. Engines are
   * built under the lock of their own instance, so that two first calls build one engine while
   * other data sources go on, and closed under no lock at all.
   *
   * Life. A lease keeps an engine open. A replaced instance leaves the map at once, and is closed
   * by the sweep when its grace is over and its last lease returned: calls that began with the old
   * settings end with them.
   *
   * Order. Requests may overtake each other. One whose settings are equal but were saved earlier
   * does not replace anything.
   */

  /** How long a replaced engine is kept for calls that are just about to use it. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private final Engines engines;
  private final LongSupplier nanoClock;
  private final Logger logger;
  private final Map<SourceId, Instance> current = new HashMap<>();
  private final List<Instance> retired = new ArrayList<>();
  private boolean closed;

  /** Where engines come from. */
  @FunctionalInterface
  public interface Engines {
    /** An engine for a data source of these settings; may take a while, but does no I/O. */
    SeriesEngine open(SourceId id, SourceSettings settings);

    /** Gives back what {@link #open} gave. */
    default void close(SeriesEngine engine) {
      engine.close();
    }
  }

  /**
   * A registry without data sources.
   *
   * @param engines where engines come from; the registry gives back what it opened
   * @param nanoClock a clock that never goes back, in nanoseconds
   */
  public InstanceRegistry(Engines engines, LongSupplier nanoClock) {
    this(engines, nanoClock, LoggerFactory.getLogger(InstanceRegistry.class));
  }

  /**
   * A registry without data sources.
   *
   * @param engines where engines come from; the registry gives back what it opened
   * @param nanoClock a clock that never goes back, in nanoseconds
   * @param logger is told which data sources are opened and closed
   */
  public InstanceRegistry(Engines engines, LongSupplier nanoClock, Logger logger) {
    this.engines = engines;
    this.nanoClock = nanoClock;
    this.logger = logger;
  }

  /**
   * The engine of the data source that {@code context} describes, to be given back by closing the
   * lease. May build it, which takes a while but no I/O.
   *
   * @throws QueryFailure of kind {@link FailureKind#NOT_CONFIGURED} when no data source is
   *     described
   * @throws org.enstore.accounting.config.SettingsProblems when its settings are wrong
   */
  Lease acquire(PluginContext context) {
    if (!context.hasDataSourceInstanceSettings()) {
      throw new QueryFailure(
          FailureKind.NOT_CONFIGURED,
          "The request names no data source; ask through a data source of this plugin.");
    }
    Instance instance = lease(context, true).orElseThrow();
    try {
      instance.build(engines, logger);
      return new Lease(instance);
    } catch (RuntimeException | Error e) {
      giveBack(instance);
      forget(instance);
      throw e;
    }
  }

  /** Like {@link #acquire}, but only if the engine is there already; never waits. */
  Optional<Lease> acquireIfBuilt(PluginContext context) {
    return context.hasDataSourceInstanceSettings()
        ? lease(context, false).map(Lease::new)
        : Optional.empty();
  }

  /** Closes engines that were replaced or have been idle for long. To be called every second. */
  public void sweep() {
    List<Instance> due = new ArrayList<>();
    synchronized (this) {
      long now = nanoClock.getAsLong();
      Iterator<Instance> all = current.values().iterator();
      while (all.hasNext()) {
        Instance instance = all.next();
        if (instance.isIdleFor(now)) {
          all.remove();
          due.add(instance);
        }
      }
      all = retired.iterator();
      while (all.hasNext()) {
        Instance instance = all.next();
        if (instance.leases == 0 && now - instance.retiredAt >= GRACE.toNanos()) {
          all.remove();
          due.add(instance);
        }
      }
    }
    due.forEach(instance -> instance.close(engines, logger));
  }

  /** The engines that are there now, by data source. */
  public synchronized Map<SourceId, SeriesEngine> engines() {
    Map<SourceId, SeriesEngine> open = new HashMap<>();
    current.forEach(
        (id, instance) -> {
          SeriesEngine engine = instance.engine;
          if (engine != null) {
            open.put(id, engine);
          }
        });
    return open;
  }

  /** Closes every engine, leased or not; nothing can be acquired any more. */
  @Override
  public void close() {
    List<Instance> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(current.values());
      all.addAll(retired);
      current.clear();
      retired.clear();
    }
    all.forEach(instance -> instance.close(engines, logger));
  }

  private synchronized Optional<Instance> lease(PluginContext context, boolean create) {
    if (closed) {
      throw new QueryFailure(FailureKind.OVERLOADED, "The data source plugin is shutting down.");
    }
    SourceId id = SourceId.of(context);
    DataSourceInstanceSettings sent = context.getDataSourceInstanceSettings();
    Fingerprint fingerprint = Fingerprint.of(sent);
    long now = nanoClock.getAsLong();
    Instance instance = current.get(id);
    boolean fits = instance != null && instance.serves(fingerprint, sent.getLastUpdatedMS());
    if (!create && (!fits || instance == null || instance.engine == null)) {
      return Optional.empty();
    }
    if (instance == null || !fits) {
      if (instance != null) {
        instance.retiredAt = now;
        retired.add(instance);
        logger.info("data source settings changed: source={}", id);
      }
      instance = new Instance(id, sent, fingerprint);
      current.put(id, instance);
    }
    instance.leases++;
    instance.lastUsedAt = now;
    return Optional.of(instance);
  }

  private synchronized void giveBack(Instance instance) {
    instance.leases--;
    instance.lastUsedAt = nanoClock.getAsLong();
  }

  private synchronized void forget(Instance instance) {
    current.remove(instance.id, instance);
  }

  /**
   * What a data source is told apart by.
   *
   * @param tenant the namespace where the host sends one, else the organisation's number
   * @param uid unique within the tenant
   */
  public record SourceId(String tenant, String uid) {
    static SourceId of(PluginContext context) {
      String tenant =
          context.getNamespace().isEmpty() ? "org-" + context.getOrgId() : context.getNamespace();
      return new SourceId(tenant, context.getDataSourceInstanceSettings().getUid());
    }

    @Override
    public String toString() {
      return tenant + "/" + uid;
    }
  }

  /** The use of an engine, until closed. */
  final class Lease implements AutoCloseable {
    private final Instance instance;
    private final SeriesEngine engine;
    private boolean returned;

    private Lease(Instance instance) {
      this.instance = instance;
      this.engine = instance.built();
    }

    SeriesEngine engine() {
      return engine;
    }

    @Override
    public synchronized void close() {
      if (!returned) {
        returned = true;
        giveBack(instance);
      }
    }
  }

  /** The parts of the settings that an engine is built from. Never shown. */
  private record Fingerprint(
      String url, String user, String database, ByteString json, Map<String, String> secrets) {
    static Fingerprint of(DataSourceInstanceSettings sent) {
      return new Fingerprint(
          sent.getUrl(),
          sent.getUser(),
          sent.getDatabase(),
          sent.getJsonData(),
          sent.getDecryptedSecureJsonDataMap());
    }

    @Override
    public String toString() {
      return "(settings)";
    }
  }

  /** One data source under one version of its settings. */
  private static final class Instance {
    private final SourceId id;
    private final DataSourceInstanceSettings sent;
    private final Fingerprint fingerprint;
    // Written under the instance's own lock, read under either.
    private volatile @Nullable SeriesEngine engine;
    private volatile long idleEvictionNanos = Long.MAX_VALUE;
    private boolean closed;
    // Guarded by the registry.
    private int leases;
    private long lastUsedAt;
    private long retiredAt;

    Instance(SourceId id, DataSourceInstanceSettings sent, Fingerprint fingerprint) {
      this.id = id;
      this.sent = sent;
      this.fingerprint = fingerprint;
    }

    /** Whether a request with these settings is served here: a late one with older settings is. */
    boolean serves(Fingerprint wanted, long savedAt) {
      return savedAt < sent.getLastUpdatedMS()
          || (savedAt == sent.getLastUpdatedMS() && fingerprint.equals(wanted));
    }

    boolean isIdleFor(long now) {
      return leases == 0 && now - lastUsedAt >= idleEvictionNanos;
    }

    synchronized void build(Engines engines, Logger logger) {
      if (engine == null) {
        if (closed) {
          throw new QueryFailure(
              FailureKind.OVERLOADED, "The data source plugin is shutting down.");
        }
        SourceSettings settings = SourceSettingsJson.read(sent);
        idleEvictionNanos = settings.connections().idleEviction().toNanos();
        engine = engines.open(id, settings);
        logger.info("data source opened: source={} settings={}", id, settings);
      }
    }

    SeriesEngine built() {
      SeriesEngine built = engine;
      if (built == null) {
        throw new IllegalStateException("leased before it was built");
      }
      return built;
    }

    synchronized void close(Engines engines, Logger logger) {
      closed = true;
      SeriesEngine open = engine;
      if (open != null) {
        engine = null;
        engines.close(open);
        logger.info("data source closed: source={}", id);
      }
    }
  }
}
