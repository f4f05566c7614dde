package org.enstore.accounting.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.HostStatus.Role;
import org.enstore.accounting.series.HostStatus.State;
import org.enstore.accounting.series.LagHistory;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.Replication;
import org.enstore.accounting.series.WalPosition;
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

  private final SourceSettings settings;
  private final InstantSource clock;
  private final String name;
  private final Duration interval;
  private final ExecutorService lookers;
  private final HostPreference preference;
  private final Consumer<HostPort> recovered;
  private final SqlFailures failures;
  private final Map<HostPort, Watched> hosts = new LinkedHashMap<>();
  private final @Nullable Watched primary;
  private final @Nullable SqlFailures primaryFailures;
  private final LagHistory history;
  private final CountDownLatch firstLook = new CountDownLatch(1);
  private @Nullable Thread thread;
  private boolean closed;
  private volatile List<HostStatus> last = List.of();

  /**
   * Opens nothing yet.
   *
   * @param lookers runs the looks at the hosts side by side
   * @param recovered is told each host that was seen well
   */
  ReplicationWatch(
      SourceSettings settings,
      InstantSource clock,
      String name,
      String applicationName,
      Duration interval,
      ExecutorService lookers,
      HostPreference preference,
      Consumer<HostPort> recovered) {
    this.settings = settings;
    this.clock = clock;
    this.name = name;
    this.interval = interval;
    this.lookers = lookers;
    this.preference = preference;
    this.recovered = recovered;
    this.failures = new SqlFailures(settings);
    this.history = new LagHistory(ROOM, interval);
    Duration patience = settings.connections().connectTimeout();
    for (HostPort host : settings.hosts()) {
      hosts.put(
          host, new Watched(new Lookout(new Connector(host, settings, applicationName), patience)));
    }
    SourceSettings monitoring = settings.ofMonitoring().orElse(null);
    if (monitoring == null) {
      this.primary = null;
      this.primaryFailures = null;
    } else {
      HostPort address = monitoring.hosts().get(0);
      this.primary =
          new Watched(new Lookout(new Connector(address, monitoring, applicationName), patience));
      this.primaryFailures = new SqlFailures(monitoring);
    }
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
    return primary != null;
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
    hosts.values().forEach(host -> host.lookout.close());
    if (primary != null) {
      primary.lookout.close();
    }
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
    Watched watchedPrimary = primary;
    CompletableFuture<Seen> primarySeen =
        watchedPrimary == null ? null : ask(() -> seenPrimary(watchedPrimary));
    Map<HostPort, CompletableFuture<Seen>> asked = new LinkedHashMap<>();
    hosts.forEach((host, watched) -> asked.put(host, ask(() -> seen(watched))));
    Map<HostPort, Seen> seen = new LinkedHashMap<>();
    asked.forEach((host, future) -> seen.put(host, answer(future)));
    Seen primarySide = primarySeen == null ? Seen.NOTHING : answer(primarySeen);

    List<HostPreference.View> views = new ArrayList<>();
    seen.forEach(
        (host, one) -> {
          boolean readable = one.look != null && one.look.replay().inRecovery();
          views.add(new HostPreference.View(host, readable, knownThrough(host, one, primarySide)));
          if (readable) {
            recovered.accept(host);
          }
        });
    preference.take(views);
    Optional<HostPort> chosen = preference.chosen();

    List<HostStatus> rows = new ArrayList<>();
    seen.forEach(
        (host, one) -> {
          Watched watched = watched(host);
          rows.add(status(watched, one, primarySide, at, chosen.equals(Optional.of(host))));
          watched.remember(one);
        });
    history.add(at, rows);
    if (watchedPrimary != null) {
      HostPort address = watchedPrimary.lookout.host();
      HostStatus row = primaryStatus(watchedPrimary, primarySide, at);
      watchedPrimary.remember(primarySide);
      if (hosts.containsKey(address)) {
        rows.replaceAll(
            other ->
                other.host().equals(address.toString()) && primarySide.primary != null
                    ? withState(row, other)
                    : other);
      } else {
        rows.add(row);
      }
    }
    last = List.copyOf(rows);
    firstLook.countDown();
  }

  /** One host, and what is remembered of it between looks. Used by the watching thread alone. */
  private static final class Watched {
    private final Lookout lookout;
    private @Nullable Instant currentAt;
    private @Nullable StandbyLook before;
    private Role role = Role.UNKNOWN;
    private OptionalInt standbyTimeline = OptionalInt.empty();
    private @Nullable String problem;
    private @Nullable String lastError;

    Watched(Lookout lookout) {
      this.lookout = lookout;
    }

    void remember(Seen seen) {
      StandbyLook look = seen.look;
      if (look != null) {
        before = look;
        if (look.replay().isCurrent()) {
          currentAt = look.at();
        }
      }
    }

    /** Keeps what is wrong, with the time when it began; empty when nothing is any more. */
    Optional<String> error(Optional<String> sentence, Instant at) {
      if (sentence.isPresent() && !sentence.get().equals(problem)) {
        lastError = at.truncatedTo(ChronoUnit.SECONDS) + ": " + sentence.get();
      }
      problem = sentence.orElse(null);
      return Optional.ofNullable(lastError);
    }
  }

  /** What a look brought: a look, the primary's side with it, or a failure. */
  private record Seen(
      @Nullable StandbyLook look, @Nullable PrimaryLook primary, @Nullable QueryFailure failure) {
    static final Seen NOTHING = new Seen(null, null, null);

    /** The end of the primary's log, if this is one. */
    Optional<WalPosition> head() {
      return look == null || look.replay().inRecovery() ? Optional.empty() : look.written();
    }
  }

  private CompletableFuture<Seen> ask(java.util.function.Supplier<Seen> question) {
    return CompletableFuture.supplyAsync(question, lookers);
  }

  private static Seen answer(CompletableFuture<Seen> future) {
    try {
      return future.join();
    } catch (CompletionException | CancellationException e) {
      throw new IllegalStateException("a look must not throw", e);
    }
  }

  private Seen seen(Watched watched) {
    try {
      return watched.lookout.look(
          connection -> new Seen(StandbyLook.take(connection, clock.instant()), null, null));
    } catch (SQLException | RuntimeException e) {
      return new Seen(null, null, failures.of(e, watched.lookout.host()));
    }
  }

  private Seen seenPrimary(Watched watched) {
    SqlFailures words = primaryFailures;
    if (words == null) {
      throw new IllegalStateException("a primary is looked at with words for its failures");
    }
    try {
      return watched.lookout.look(
          connection -> {
            StandbyLook look = StandbyLook.take(connection, clock.instant());
            return new Seen(
                look, look.replay().inRecovery() ? null : PrimaryLook.take(connection), null);
          });
    } catch (SQLException | RuntimeException e) {
      return new Seen(null, null, words.of(e, watched.lookout.host()));
    }
  }

  private Watched watched(HostPort host) {
    Watched watched = hosts.get(host);
    if (watched == null) {
      throw new IllegalArgumentException("not a host of this source: " + host);
    }
    return watched;
  }

  // ---- conclusions ----------------------------------------------------------------------------

  private Instant knownThrough(HostPort host, Seen seen, Seen primarySide) {
    StandbyLook look = seen.look;
    if (look == null) {
      return Instant.EPOCH;
    }
    if (look.replay().receiverStatus().isEmpty() && isCurrent(look, primarySide)) {
      return look.at();
    }
    return look.replay().knownThrough(look.at(), watched(host).currentAt);
  }

  /** Whether the primary's side proves that everything is streamed and replayed. */
  private static boolean isCurrent(StandbyLook look, Seen primarySide) {
    return sender(look, primarySide).filter(ReplicationWatch::streams).isPresent()
        && behind(look, primarySide).equals(OptionalLong.of(0));
  }

  private static boolean streams(PrimaryLook.Sender sender) {
    return sender.state().equals(Optional.of("streaming"));
  }

  private static Optional<PrimaryLook.Sender> sender(StandbyLook look, Seen primarySide) {
    return primarySide.primary == null ? Optional.empty() : primarySide.primary.senderOf(look);
  }

  /** Bytes to the end of the primary's log, where the two can be compared. */
  private static OptionalLong behind(StandbyLook look, Seen primarySide) {
    StandbyLook other = primarySide.look;
    if (other == null
        || primarySide.head().isEmpty()
        || look.replayed().isEmpty()
        || other.system() != look.system()
        || !other.timeline().equals(look.timeline())) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(primarySide.head().get().since(look.replayed().get()));
  }

  private HostStatus status(
      Watched watched, Seen seen, Seen primarySide, Instant at, boolean chosen) {
    StandbyLook look = seen.look;
    HostPort host = watched.lookout.host();
    if (look == null) {
      QueryFailure failure = seen.failure;
      String sentence = failure == null ? "It was not looked at." : failure.sentence();
      return new HostStatus(
          host.toString(),
          at,
          watched.role,
          State.DOWN,
          chosen,
          Optional.ofNullable(watched.before).map(StandbyLook::version),
          OptionalInt.empty(),
          HostStatus.Positions.NONE,
          HostStatus.Lag.unknown("the host cannot be looked at"),
          Optional.empty(),
          HostStatus.Slot.NONE,
          Optional.empty(),
          watched.error(Optional.of(sentence), at));
    }
    if (!look.replay().inRecovery()) {
      return ofPrimary(watched, look, at, chosen);
    }
    Optional<PrimaryLook.Sender> sender = sender(look, primarySide);
    State state = state(look, sender, primarySide);
    HostStatus.Lag lag = lag(watched, look, sender, primarySide, state);
    watched.role = Role.STANDBY;
    watched.standbyTimeline = look.timeline();
    return new HostStatus(
        host.toString(),
        look.at(),
        Role.STANDBY,
        state,
        chosen,
        Optional.of(look.version()),
        look.timeline(),
        new HostStatus.Positions(
            sender.flatMap(one -> one.positions().sent()).or(look::told),
            look.written(),
            look.flushed(),
            look.replayed()),
        lag,
        look.replay().receiverRuns() ? look.replay().receiverStatus() : Optional.of("none"),
        slot(look, primarySide),
        Optional.empty(),
        watched.error(
            state == State.CUT_OFF || state == State.PAUSED
                ? Optional.of(problem(host, look, state, lag))
                : Optional.empty(),
            at));
  }

  private HostStatus ofPrimary(Watched watched, StandbyLook look, Instant at, boolean chosen) {
    boolean refused = !settings.allowPrimary();
    boolean promoted = watched.standbyTimeline.isPresent();
    watched.role = Role.PRIMARY;
    HostPort host = watched.lookout.host();
    String timelines =
        promoted && look.timeline().isPresent()
            ? " It left timeline "
                + watched.standbyTimeline.getAsInt()
                + " for timeline "
                + look.timeline().getAsInt()
                + "."
            : "";
    return new HostStatus(
        host.toString(),
        look.at(),
        Role.PRIMARY,
        refused ? State.REFUSED : State.PRIMARY,
        chosen,
        Optional.of(look.version()),
        look.timeline(),
        new HostStatus.Positions(
            Optional.empty(), look.written(), look.flushed(), Optional.empty()),
        HostStatus.Lag.unknown("a primary replays nothing"),
        Optional.empty(),
        HostStatus.Slot.NONE,
        Optional.empty(),
        watched.error(
            refused
                ? Optional.of(HostChoice.refusal(host, promoted).sentence() + timelines)
                : Optional.empty(),
            at));
  }

  private HostStatus primaryStatus(Watched watched, Seen seen, Instant at) {
    HostPort host = watched.lookout.host();
    StandbyLook look = seen.look;
    PrimaryLook side = seen.primary;
    if (look == null || side == null) {
      QueryFailure failure = seen.failure;
      String sentence =
          failure == null
              ? host + " is a standby: set primaryHost to the primary's address."
              : failure.sentence();
      return new HostStatus(
          host.toString(),
          at,
          look == null ? Role.UNKNOWN : Role.STANDBY,
          answers(failure) ? State.UNKNOWN : State.DOWN,
          false,
          Optional.ofNullable(look).map(StandbyLook::version),
          look == null ? OptionalInt.empty() : look.timeline(),
          HostStatus.Positions.NONE,
          HostStatus.Lag.unknown("the primary's side cannot be seen"),
          Optional.empty(),
          HostStatus.Slot.NONE,
          Optional.empty(),
          watched.error(Optional.of(sentence), at));
    }
    return new HostStatus(
        host.toString(),
        look.at(),
        Role.PRIMARY,
        State.PRIMARY,
        false,
        Optional.of(look.version()),
        look.timeline(),
        new HostStatus.Positions(
            Optional.empty(), look.written(), look.flushed(), Optional.empty()),
        HostStatus.Lag.unknown("a primary replays nothing"),
        Optional.empty(),
        side.allSlots(),
        Optional.of(side.archive()),
        watched.error(problem(host, side), at));
  }

  /** Whether a failure came from the server itself, which therefore runs. */
  private static boolean answers(@Nullable QueryFailure failure) {
    return failure == null
        || switch (failure.kind()) {
          case STANDBY_UNAVAILABLE, TIMEOUT, CANCELLED, OVERLOADED, BUG -> false;
          case NOT_CONFIGURED,
              UNAUTHENTICATED,
              ACCESS_DENIED,
              SCHEMA_MISMATCH,
              RECOVERY_CONFLICT,
              BAD_QUERY,
              TOO_LARGE ->
              true;
        };
  }

  private static Optional<String> problem(HostPort host, PrimaryLook side) {
    if (!side.maySeeSenders()) {
      return Optional.of(
          host
              + ": the monitoring role may not see the standbys' connections. Run on the primary:"
              + " GRANT pg_read_all_stats TO the role, as sql/05-monitoring.sql does.");
    }
    if (side.archive().state().equals("failing")) {
      return Optional.of(
          host
              + ": archiving fails, and the log piles up there until it succeeds. The server's log"
              + " says why.");
    }
    return side.slots().stream()
        .filter(slot -> slot.walStatus().equals(Optional.of("lost")))
        .findFirst()
        .map(
            slot ->
                host
                    + ": the slot "
                    + slot.name()
                    + " has lost the log that its standby needs. Copy that standby anew.");
  }

  private static String problem(HostPort host, StandbyLook look, State state, HostStatus.Lag lag) {
    if (state == State.PAUSED) {
      return host + ": replay is paused; run pg_wal_replay_resume() there.";
    }
    return host
        + " is cut off: "
        + lag.reason().orElse("its receiver does not stream")
        + ". Its log says why"
        + (look.slot().isPresent() ? "" : "; the primary's too")
        + ".";
  }

  private State state(StandbyLook look, Optional<PrimaryLook.Sender> sender, Seen primarySide) {
    Replay replay = look.replay();
    if (look.paused()) {
      return State.PAUSED;
    }
    if (!replay.receiverRuns()) {
      return State.CUT_OFF;
    }
    if (replay.receiverStatus().isEmpty()) {
      if (sender.filter(ReplicationWatch::streams).isEmpty()) {
        return State.UNKNOWN;
      }
      return isCurrent(look, primarySide) ? State.STREAMING : State.CATCHING_UP;
    }
    if (!replay.streams()) {
      return State.CUT_OFF;
    }
    return replay.caughtUp() ? State.STREAMING : State.CATCHING_UP;
  }

  private HostStatus.Lag lag(
      Watched watched,
      StandbyLook look,
      Optional<PrimaryLook.Sender> sender,
      Seen primarySide,
      State state) {
    boolean streams = state == State.STREAMING || state == State.CATCHING_UP;
    ReplayLag own = look.replay().lag(look.at(), watched.currentAt, settings.user());
    Optional<Duration> time =
        own instanceof ReplayLag.Known known ? Optional.of(known.lag()) : Optional.empty();
    if (time.isEmpty() && streams && look.replay().receiverStatus().isEmpty()) {
      time =
          isCurrent(look, primarySide)
              ? Optional.of(Duration.ZERO)
              : sender.flatMap(PrimaryLook.Sender::behind);
    }
    OptionalLong bytes = behind(look, primarySide);
    if (bytes.isEmpty() && look.replay().streams() && look.replayed().isPresent()) {
      bytes = told(look, look.replayed().get());
    }
    if (!streams && state != State.PAUSED && bytes.equals(OptionalLong.of(0))) {
      // What the primary will have written by the time anybody reads this is not coming here.
      bytes = OptionalLong.empty();
    }
    Optional<String> reason = Optional.empty();
    if (time.isEmpty() || bytes.isEmpty()) {
      reason =
          own instanceof ReplayLag.Unknown unknown
              ? Optional.of(unknown.reason())
              : Optional.of("the end of the primary's log is not known here");
    }
    return new HostStatus.Lag(time, bytes, reason);
  }

  /** Bytes from {@code replayed} to the newest position that the standby has heard of. */
  private static OptionalLong told(StandbyLook look, WalPosition replayed) {
    long told = look.told().map(position -> position.since(replayed)).orElse(0L);
    long flushed = look.flushed().map(position -> position.since(replayed)).orElse(0L);
    return OptionalLong.of(Math.max(told, flushed));
  }

  private static HostStatus.Slot slot(StandbyLook look, Seen primarySide) {
    PrimaryLook side = primarySide.primary;
    Optional<String> name = look.slot();
    if (side != null && name.isEmpty()) {
      Optional<Integer> pid = side.senderOf(look).map(PrimaryLook.Sender::pid);
      name =
          side.slots().stream()
              .filter(slot -> pid.isPresent() && slot.senderPid().equals(pid))
              .map(PrimaryLook.HeldSlot::name)
              .findFirst();
    }
    Optional<HostStatus.Slot> held =
        side == null
            ? Optional.empty()
            : name.flatMap(side::slot).map(PrimaryLook.HeldSlot::status);
    Optional<String> known = name;
    return held.orElseGet(() -> new HostStatus.Slot(known, Optional.empty(), OptionalLong.empty()));
  }

  /** The primary's own side of a host that reads may go to as well. */
  private static HostStatus withState(HostStatus primary, HostStatus host) {
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
}
