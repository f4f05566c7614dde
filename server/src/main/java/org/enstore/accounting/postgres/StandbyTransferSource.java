package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.catalog.RowTable;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.PoolStats;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Replication;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.RowsSink;
import org.enstore.accounting.series.Snapshot;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.TransferSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the accounting tables from the standbys of one data source. Each question is one read-only
 * transaction on one host; a question that a recovery conflict or a broken connection ended is
 * asked once more, on another host if there is one. Nothing is opened before the first question;
 * from then on the hosts are watched, so that questions go to a fresh one.
 */
public final class StandbyTransferSource implements TransferSource {
  private static final Logger logger = LoggerFactory.getLogger(StandbyTransferSource.class);
  private static final Duration BEFORE_RETRY = Duration.ofMillis(100);
  private static final Duration SILENCE_AMONG_OTHERS = Duration.ofMillis(800);
  private static final Duration CLOSING = Duration.ofSeconds(1);

  private final SourceSettings settings;
  private final InstantSource clock;
  private final String name;
  private final WallClock wallClock;
  private final SqlFailures failures;
  private final Map<HostPort, Host> hosts = new LinkedHashMap<>();
  private final List<Connector> connectors = new ArrayList<>();
  private final HostPreference preference;
  private final HostChoice choice;
  private final ReplicationWatch watch;
  private final ThreadPoolExecutor messenger;
  private final ThreadPoolExecutor lookers;
  private final ScheduledThreadPoolExecutor pulses;
  private final AtomicBoolean leftOutTold = new AtomicBoolean();
  private final AtomicReference<@Nullable HostPort> lastHost = new AtomicReference<>();

  /**
   * Opens nothing yet.
   *
   * @param name what pools, threads and log lines call the source
   * @param applicationName what the server's {@code pg_stat_activity} shows, such as {@code
   *     enstore-accounting/1.0.0}
   */
  public StandbyTransferSource(
      SourceSettings settings, InstantSource clock, String name, String applicationName) {
    this(settings, clock, name, applicationName, ReplicationWatch.INTERVAL);
  }

  /** The same with looks at the hosts in another interval. */
  StandbyTransferSource(
      SourceSettings settings,
      InstantSource clock,
      String name,
      String applicationName,
      Duration lookEvery) {
    this.settings = settings;
    this.clock = clock;
    this.name = name;
    this.wallClock = new WallClock(new SiteCalendar(settings.siteTimeZone()));
    this.failures = new SqlFailures(settings);
    this.messenger =
        new ThreadPoolExecutor(
            2,
            2,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + " cancel");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    this.messenger.allowCoreThreadTimeOut(true);
    this.pulses = pulses(name, settings.hosts().size() + 1);
    List<Lookout> lookouts = new ArrayList<>();
    for (HostPort address : settings.hosts()) {
      Connector connector = new Connector(address, settings, applicationName);
      connectors.add(connector);
      Lookout lookout = new Lookout(connector, settings.connections().connectTimeout());
      lookouts.add(lookout);
      Pulse pulse = new Pulse(lookout, patience(), clock, pulses, new SilenceListener(address));
      hosts.put(address, new Host(connector, settings, name, clock, messenger, pulse));
    }
    this.lookers = lookers(name, 2 * (settings.hosts().size() + 1));
    this.preference = new HostPreference(settings.hosts());
    this.choice =
        new HostChoice(
            preference::order,
            settings.allowPrimary(),
            settings.key(HostChoice.ALLOWING),
            this::roleOf,
            clock);
    this.watch =
        new ReplicationWatch(
            settings,
            clock,
            name,
            applicationName,
            lookEvery,
            lookouts,
            lookers,
            preference,
            choice::recovered);
  }

  @Override
  public Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation) {
    return ask(
        "reading " + request.table().name(),
        (host, facts) -> {
          facts.require(request, host.address(), settings.database());
          return host.transact(
              (connection, observer) -> {
                Instant known = observer.observe(Replay.look(connection)).knownThrough();
                String lineage = Lineage.look(connection, facts, host.address());
                sink.begin();
                read(request, facts, connection, sink);
                return new Snapshot(known, lineage);
              },
              cancellation);
        },
        cancellation);
  }

  @Override
  public Snapshot rows(RowTable table, RowsSink sink, Cancellation cancellation) {
    RowReader reader = RowReader.of(table);
    return ask(
        "reading " + table.source(),
        (host, facts) -> {
          facts.require(reader, host.address(), settings.database());
          return host.transact(
              (connection, observer) -> {
                Instant known = observer.observe(Replay.look(connection)).knownThrough();
                String lineage = Lineage.look(connection, facts, host.address());
                sink.begin();
                reader.read(wallClock, clock.instant(), facts.anyBytes(), connection, sink);
                return new Snapshot(known, lineage);
              },
              cancellation);
        },
        cancellation);
  }

  @Override
  public SourceState state(Cancellation cancellation) {
    return ask(
        "finding the newest rows",
        (host, facts) ->
            host.transact(
                (connection, observer) ->
                    new StateQuery(wallClock, settings.user(), clock)
                        .read(connection, host.address(), facts, observer),
                cancellation),
        cancellation);
  }

  @Override
  public Optional<QueryFailure> silence() {
    return Optional.ofNullable(lastHost.get())
        .flatMap(
            address ->
                host(address).pulse().quietSince().map(since -> failures.silence(address, since)));
  }

  @Override
  public Health health() {
    return new HealthCheck(settings, clock, wallClock, failures, lookers).check(connectors);
  }

  @Override
  public Replication replication() {
    watch.start();
    return watch;
  }

  @Override
  public PoolStats poolStats() {
    return new PoolStats(hosts.values().stream().flatMap(host -> host.stats().stream()).toList());
  }

  @Override
  public void close() {
    List<Thread> closers = new ArrayList<>();
    for (Host host : hosts.values()) {
      Thread closer = new Thread(host::close, name + " close " + host.address());
      closer.setDaemon(true);
      closer.start();
      closers.add(closer);
    }
    hosts.values().forEach(host -> host.pulse().close());
    watch.close();
    pulses.shutdownNow();
    messenger.shutdownNow();
    lookers.shutdown();
    try {
      for (Thread closer : closers) {
        closer.join(CLOSING.toMillis() / closers.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A question to one host, which may have to be asked again. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(Host host, HostFacts facts) throws SQLException;
  }

  /**
   * Asks {@code question}.
   *
   * @param purpose what for, to follow "while"
   */
  private <T> T ask(String purpose, Question<T> question, Cancellation cancellation) {
    watch.start();
    Optional<HostPort> asked = Optional.empty();
    while (true) {
      cancellation.check();
      Instant start = clock.instant();
      Host host = host(choice.choose(asked));
      tellIfChanged(host.address());
      boolean factsAreNew = false;
      try {
        Host.Known known = host.known(false);
        factsAreNew = !known.at().isBefore(start);
        return question.ask(host, known.facts());
      } catch (SQLException | QueryFailure e) {
        cancellation.check();
        QueryFailure failure = failure(e, host, purpose);
        boolean again =
            switch (SqlFailures.retry(failure.kind())) {
              case NEVER -> false;
              case AFTER_A_PAUSE -> true;
              case WITH_NEW_FACTS -> !factsAreNew;
            };
        if (SqlFailures.retry(failure.kind()) != SqlFailures.Retry.NEVER) {
          host.forget();
        }
        if (failure.kind() == FailureKind.STANDBY_UNAVAILABLE) {
          preference.suspect(host.address());
        }
        if (!again || asked.isPresent()) {
          throw failure;
        }
        logger.info("retry source={} host={} kind={}", name, host.address(), failure.kind());
        asked = Optional.of(host.address());
        if (host.pulse().silentSince().isEmpty()) {
          pause();
        }
      }
    }
  }

  private void tellIfChanged(HostPort address) {
    HostPort before = lastHost.getAndSet(address);
    if (!address.equals(before)) {
      logger.info("host chosen source={} host={} before={}", name, address, before);
    }
  }

  private void read(ReadRequest request, HostFacts facts, Connection connection, RowSink sink)
      throws SQLException {
    long leftOut =
        TableReaders.of(request.table()).read(request, wallClock, facts, connection, sink);
    if (leftOut > 0 && leftOutTold.compareAndSet(false, true)) {
      logger.warn(
          "rows left out source={} table={} rows={} reason=rw or size cannot be",
          name,
          request.table().name(),
          leftOut);
    }
  }

  /**
   * What {@code thrown} means; to a silent host, whatever happens for that reason is its silence.
   */
  private QueryFailure failure(Exception thrown, Host host, String purpose) {
    QueryFailure failure = failures.of(thrown, host.address(), purpose);
    return switch (failure.kind()) {
      case STANDBY_UNAVAILABLE, OVERLOADED ->
          host.pulse()
              .silentSince()
              .map(since -> failures.silence(host.address(), since))
              .orElse(failure);
      default -> failure;
    };
  }

  /** How long a host may give no sign of life: less where there is another one to ask. */
  private Duration patience() {
    Duration connectTimeout = settings.connections().connectTimeout();
    return settings.hosts().size() > 1 && connectTimeout.compareTo(SILENCE_AMONG_OTHERS) > 0
        ? SILENCE_AMONG_OTHERS
        : connectTimeout;
  }

  /** Has questions go elsewhere while a host is silent. */
  private final class SilenceListener implements Pulse.Listener {
    private final HostPort address;

    SilenceListener(HostPort address) {
      this.address = address;
    }

    @Override
    public void silent() {
      preference.suspect(address);
      host(address).drop();
    }

    @Override
    public void recovered() {
      choice.recovered(address);
    }
  }

  private HostChoice.Role roleOf(HostPort address, boolean hurried) {
    Host host = host(address);
    host.pulse()
        .silentSince()
        .ifPresent(
            since -> {
              throw failures.silence(address, since);
            });
    try {
      if (host.known(hurried).facts().standby()) {
        return HostChoice.Role.STANDBY;
      }
      if (!settings.allowPrimary()) {
        // It may be demoted: look again next time.
        host.forget();
      }
      return HostChoice.Role.PRIMARY;
    } catch (SQLException e) {
      throw failure(e, host, "looking up its tables");
    }
  }

  private Host host(HostPort address) {
    Host host = hosts.get(address);
    if (host == null) {
      throw new IllegalArgumentException("not a host of this source: " + address);
    }
    return host;
  }

  /** Threads that ask hosts for signs of life, gone while nobody waits for a host. */
  private static ScheduledThreadPoolExecutor pulses(String name, int threads) {
    ScheduledThreadPoolExecutor pulses =
        new ScheduledThreadPoolExecutor(
            threads,
            task -> {
              Thread thread = new Thread(task, name + " pulse");
              thread.setDaemon(true);
              return thread;
            });
    pulses.setKeepAliveTime(10, TimeUnit.SECONDS);
    pulses.allowCoreThreadTimeOut(true);
    pulses.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return pulses;
  }

  /** Threads that look at hosts; whoever finds all of them busy looks for itself. */
  private static ThreadPoolExecutor lookers(String name, int most) {
    return new ThreadPoolExecutor(
        0,
        most,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, name + " look");
          thread.setDaemon(true);
          return thread;
        },
        // Also after the shutdown, so that nobody waits for an answer in vain.
        (task, pool) -> task.run());
  }

  private static void pause() {
    try {
      Thread.sleep(BEFORE_RETRY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueryFailure(FailureKind.CANCELLED, "The caller went away.", e);
    }
  }
}
