package org.enstore.accounting.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.LagHistory;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.Replication;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every host of a data source from time to time: one statement on one connection each, and
 * three more on the primary where a monitoring role is set. What it sees decides which host is read
 * and is kept as history. Nothing is opened before {@link #start}. Thread-safe.
 */
final class ReplicationWatch implements Replication, AutoCloseable {
  /** How long after each other looks begin. */
  static final Duration INTERVAL = Duration.ofSeconds(10);

  /** Two days of looks. */
  private static final int ROOM = 17_280;

  private static final Duration TURN_CHECK = Duration.ofMillis(50);
  private static final Logger logger = LoggerFactory.getLogger(ReplicationWatch.class);

  private final InstantSource clock;
  private final String name;
  private final Duration interval;
  private final ExecutorService lookers;
  private final HostPreference preference;
  private final Consumer<HostPort> recovered;
  private final List<WatchedHost> hosts;
  private final Optional<WatchedPrimary> primary;
  private final LagHistory history;
  private final CountDownLatch firstLook = new CountDownLatch(1);
  private @Nullable Thread thread;
  private boolean closed;
  private volatile List<HostStatus> last = List.of();

  /**
   * Opens nothing yet.
   *
   * @param lookouts one for each host of the settings, in their order; the watch closes them
   * @param lookers runs the looks at the hosts side by side
   * @param recovered is told each host that was seen well
   */
  ReplicationWatch(
      SourceSettings settings,
      InstantSource clock,
      String name,
      String applicationName,
      Duration interval,
      List<Lookout> lookouts,
      ExecutorService lookers,
      HostPreference preference,
      Consumer<HostPort> recovered) {
    this.clock = clock;
    this.name = name;
    this.interval = interval;
    this.lookers = lookers;
    this.preference = preference;
    this.recovered = recovered;
    this.history = new LagHistory(ROOM, interval);
    this.hosts =
        lookouts.stream().map(lookout -> new WatchedHost(lookout, settings, clock)).toList();
    this.primary =
        settings
            .ofMonitoring()
            .map(monitoring -> new WatchedPrimary(monitoring, clock, applicationName));
  }

  /** Begins to look, unless it has begun or was closed. */
  synchronized void start() {
    if (thread == null && !closed) {
      Thread started = new Thread(this::run, name + " watch");
      started.setDaemon(true);
      started.start();
      thread = started;
    }
  }

  @Override
  public List<HostStatus> look(Cancellation cancellation) {
    start();
    try {
      while (!firstLook.await(TURN_CHECK.toMillis(), TimeUnit.MILLISECONDS)) {
        cancellation.check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueryFailure(FailureKind.CANCELLED, "The service is stopping.", e);
    }
    return last;
  }

  @Override
  public List<HostStatus> last() {
    return last;
  }

  @Override
  public LagHistory history() {
    return history;
  }

  @Override
  public boolean watchesPrimary() {
    return primary.isPresent();
  }

  /** Stops looking; a look that is under way is broken off. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (thread != null) {
        thread.interrupt();
      }
    }
    hosts.forEach(WatchedHost::close);
    primary.ifPresent(WatchedPrimary::close);
    // Nobody is to wait for a look that never comes.
    firstLook.countDown();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          lookNow();
        } catch (RuntimeException e) {
          if (isClosed()) {
            return;
          }
          logger.error("watch failed source={}", name, e);
        }
        Thread.sleep(interval.toMillis());
      }
    } catch (InterruptedException ignored) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Looks at all hosts now, side by side, and draws the conclusions. */
  private void lookNow() {
    Instant at = clock.instant();
    Optional<CompletableFuture<Sighting>> primaryAsked = primary.map(one -> ask(one::look));
    Map<WatchedHost, CompletableFuture<Sighting>> asked = new LinkedHashMap<>();
    hosts.forEach(host -> asked.put(host, ask(host::look)));
    Map<WatchedHost, Sighting> seen = new LinkedHashMap<>();
    asked.forEach((host, future) -> seen.put(host, answer(future)));
    Optional<Sighting> primarySeen = primaryAsked.map(ReplicationWatch::answer);
    Upstream upstream = primarySeen.map(Upstream::of).orElse(Upstream.UNSEEN);

    Optional<HostPort> chosen = choose(seen, upstream);
    List<HostStatus> rows = new ArrayList<>();
    seen.forEach(
        (host, sighting) ->
            rows.add(host.status(sighting, upstream, at, chosen.equals(Optional.of(host.host())))));
    history.add(at, rows);
    primary.ifPresent(one -> addPrimary(rows, one.status(primarySeen.orElseThrow(), at), upstream));
    last = List.copyOf(rows);
    firstLook.countDown();
  }

  private Optional<HostPort> choose(Map<WatchedHost, Sighting> seen, Upstream upstream) {
    List<HostPreference.View> views = new ArrayList<>();
    seen.forEach((host, sighting) -> views.add(host.view(sighting, upstream)));
    views.stream()
        .filter(HostPreference.View::readable)
        .map(HostPreference.View::host)
        .forEach(recovered);
    preference.take(views);
    return preference.chosen();
  }

  /** A primary that reads may go to as well has a row already, which its own side is added to. */
  private static void addPrimary(List<HostStatus> rows, HostStatus primary, Upstream upstream) {
    if (rows.stream().noneMatch(row -> row.host().equals(primary.host()))) {
      rows.add(primary);
    } else if (upstream.primary().isPresent()) {
      rows.replaceAll(row -> row.host().equals(primary.host()) ? withSide(row, primary) : row);
    }
  }

  private static HostStatus withSide(HostStatus host, HostStatus primary) {
    return new HostStatus(
        host.host(),
        host.observedAt(),
        host.role(),
        host.state(),
        host.chosen(),
        host.version(),
        host.timeline(),
        host.positions(),
        host.lag(),
        host.receiver(),
        primary.slot(),
        primary.archive(),
        host.lastError().or(primary::lastError));
  }

  private CompletableFuture<Sighting> ask(Supplier<Sighting> look) {
    return CompletableFuture.supplyAsync(look, lookers);
  }

  private static Sighting answer(CompletableFuture<Sighting> future) {
    try {
      return future.join();
    } catch (CompletionException | CancellationException e) {
      throw new IllegalStateException("a look must not throw", e);
    }
  }
}
