package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells watchers of queries about new and corrected numbers of one data source as they become
 * visible. Thread-safe.
 */
public final class LiveFeed implements AutoCloseable {
  /*
   * One poll for all
   *
   * A thread of its own looks at the database as long as anybody watches: one small statement tells
   * the newest fact. When that has moved, the running day is read anew, once for all queries
   * that need the same sums, and each distinct query is answered once, out of the cache, whoever
   * many watch it. So the standby's load does not grow with the number of watchers.
   *
   * What the poll can miss
   *
   * Completions carry whole seconds, so a second fact within the newest second moves nothing;
   * the day is therefore read on until that second has passed. Rows that arrive late, with an older
   * completion, are found when the blocks become due by the refresh times of the data source: the
   * running day's after openRefresh, the look-back days' after recentRefresh.
   *
   * Order
   *
   * All updates of one query are made and delivered by the feed's thread, the first one included,
   * so a watcher sees every change exactly once and in order.
   */

  /** How often the database is looked at while anybody watches. */
  public static final Duration EVERY = Duration.ofMillis(250);

  /** The most different queries that are watched at a time; each may have many watchers. */
  static final int MAX_QUERIES = 1000;

  /** The most values that the answers to all of them have together. */
  static final int MAX_VALUES = 500_000;

  /** How long after the newest fact moved the running day is read on. */
  private static final Duration SETTLING = Duration.ofMillis(1500);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final String ENDING = "The service is ending; try again in a moment.";
  private static final Logger logger = LoggerFactory.getLogger(LiveFeed.class);

  private final Answerer answerer;
  private final StateWatch watch;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<SeriesQuery, Watched> watched = new HashMap<>();
  private final Cancellation cancellation = new Cancellation();
  private boolean running;
  private boolean closed;

  /** A feed of what {@code answerer} says, which does nothing until somebody watches. */
  LiveFeed(Answerer answerer, StateWatch watch, SiteCalendar calendar, InstantSource clock) {
    this.answerer = answerer;
    this.watch = watch;
    this.calendar = calendar;
    this.clock = clock;
  }

  /** Is told of one query's numbers, by one thread. Must not block. */
  public interface Watcher {
    /** Takes an update; the first has everything. */
    void take(LiveUpdate update);

    /** Is told that no update will come any more; the watch is over. */
    void fail(QueryFailure failure);
  }

  /**
   * Watches {@code query} until the returned handle is closed. Its range's start stays; its end
   * moves with time.
   *
   * @throws QueryFailure when the feed is closed, or {@value #MAX_QUERIES} other queries are
   *     watched
   */
  public AutoCloseable watch(SeriesQuery query, Watcher watcher) {
    lock.lock();
    try {
      if (closed) {
        throw new QueryFailure(FailureKind.OVERLOADED, ENDING);
      }
      SeriesQuery open = endingAt(query, query.range().from().plusMillis(1));
      if (watched.size() >= MAX_QUERIES && !watched.containsKey(open)) {
        throw new QueryFailure(
            FailureKind.OVERLOADED,
            "This data source has %s different live queries already; close some panels or watches."
                .formatted(MAX_QUERIES));
      }
      watched.computeIfAbsent(open, Watched::new).newcomers.add(watcher);
      if (!running) {
        running = true;
        Thread thread = new Thread(this::run, "enstore-live");
        thread.setDaemon(true);
        thread.start();
      }
      changed.signalAll();
      return () -> leave(open, watcher);
    } finally {
      lock.unlock();
    }
  }

  /** How many watch now. */
  public int watchers() {
    lock.lock();
    try {
      return watched.values().stream()
          .mapToInt(each -> each.watchers.size() + each.newcomers.size())
          .sum();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it has ended, and nobody can watch any more. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the poll, and every watch. */
  @Override
  public void close() {
    List<Watcher> dismissed = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      watched
          .values()
          .forEach(
              each -> {
                dismissed.addAll(each.watchers);
                dismissed.addAll(each.newcomers);
              });
      watched.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    cancellation.cancel();
    QueryFailure end = new QueryFailure(FailureKind.CANCELLED, ENDING);
    dismissed.forEach(watcher -> watcher.fail(end));
  }

  private void leave(SeriesQuery query, Watcher watcher) {
    lock.lock();
    try {
      Watched left = watched.get(query);
      if (left != null) {
        left.watchers.remove(watcher);
        left.newcomers.remove(watcher);
        if (left.watchers.isEmpty() && left.newcomers.isEmpty()) {
          watched.remove(query);
          changed.signalAll();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    Map<SourceTable, Optional<Instant>> newest = Map.of();
    Instant movedAt = Instant.EPOCH;
    Duration pause = EVERY;
    while (awaitTurn(pause)) {
      Instant tick = clock.instant();
      try {
        Map<SourceTable, Optional<Instant>> now =
            newest(watch.look(Optional.of(tick), cancellation).state());
        if (!now.equals(newest)) {
          newest = now;
          movedAt = tick;
        }
        boolean moving = tick.isBefore(movedAt.plus(SETTLING));
        for (Watched each : all()) {
          tellOrDismiss(each, moving, tick);
        }
        pause = EVERY;
      } catch (QueryFailure failure) {
        logger.debug("live feed waits: kind={} {}", failure.kind(), failure.sentence());
        dismissNewcomers(failure);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      } catch (RuntimeException e) {
        logger.error("live feed met a defect, and goes on", e);
        dismissNewcomers(
            new QueryFailure(
                FailureKind.BUG, "Something went wrong inside the live feed; its log says what."));
        pause = LONGEST_PAUSE;
      }
    }
  }

  private static Map<SourceTable, Optional<Instant>> newest(SourceState state) {
    return state.tables().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, table -> table.getValue().newest()));
  }

  /** Waits for the next turn, or for a newcomer; false when nobody watches any more. */
  private boolean awaitTurn(Duration pause) {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (left > 0 && !closed && !watched.isEmpty() && !hasNewcomers()) {
        left = changed.awaitNanos(left);
      }
      if (closed || watched.isEmpty()) {
        running = false;
        return false;
      }
      return true;
    } catch (InterruptedException e) {
      running = false;
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasNewcomers() {
    return watched.values().stream().anyMatch(each -> !each.newcomers.isEmpty());
  }

  private List<Watched> all() {
    lock.lock();
    try {
      return List.copyOf(watched.values());
    } finally {
      lock.unlock();
    }
  }

  /** A query that cannot be answered at all, as its range has grown too long, ends alone. */
  private void tellOrDismiss(Watched each, boolean moving, Instant tick) {
    try {
      tell(each, moving, tick);
    } catch (QueryFailure failure) {
      if (failure.kind() != FailureKind.BAD_QUERY && failure.kind() != FailureKind.TOO_LARGE) {
        throw failure;
      }
      List<Watcher> dismissed = new ArrayList<>();
      lock.lock();
      try {
        watched.remove(each.query);
        dismissed.addAll(each.watchers);
        dismissed.addAll(each.newcomers);
      } finally {
        lock.unlock();
      }
      dismissed.forEach(watcher -> watcher.fail(failure));
    }
  }

  private void tell(Watched each, boolean moving, Instant tick) {
    SeriesQuery query = endingAt(each.numbers.pinned(), clock.instant().plusSeconds(1));
    if (moving) {
      // Replaces the running day's block; the whole answer below then finds it in the cache.
      answerer.answer(today(query), Demand.USUAL, Optional.of(tick), cancellation, Room.UNBOUNDED);
    }
    SeriesAnswer answer =
        answerer.answer(query, Demand.USUAL, Optional.empty(), cancellation, Room.UNBOUNDED);
    checkRoom(each, answer);
    if (!each.numbers.pins(answer.step())) {
      throw new QueryFailure(
          FailureKind.TOO_LARGE,
          "The watched range has grown too long for its step of %s; watch a later one anew."
              .formatted(each.numbers.stepText()));
    }
    List<LiveUpdate.Point> points = each.numbers.take(answer);
    List<Watcher> present;
    List<Watcher> newcomers;
    lock.lock();
    try {
      present = List.copyOf(each.watchers);
      newcomers = List.copyOf(each.newcomers);
      each.watchers.addAll(newcomers);
      each.newcomers.clear();
    } finally {
      lock.unlock();
    }
    if (!points.isEmpty()) {
      LiveUpdate update = each.numbers.update(answer, points);
      present.forEach(watcher -> watcher.take(update));
    }
    if (!newcomers.isEmpty()) {
      LiveUpdate first = each.numbers.everything(answer);
      newcomers.forEach(watcher -> watcher.take(first));
    }
    each.numbers.settle();
  }

  /** The numbers of every watched query are kept, to tell what is new in the next. */
  private void checkRoom(Watched each, SeriesAnswer answer) {
    long kept = answer.table().valueCount();
    if (each.numbers.valueCount() == 0
        && kept + all().stream().mapToLong(other -> other.numbers.valueCount()).sum()
            > MAX_VALUES) {
      throw new QueryFailure(
          FailureKind.TOO_LARGE,
          ("The live queries of this data source may hold %s values together, and this one has %s."
                  + " Widen its step, narrow its range or filters, or close some panels or watches.")
              .formatted(MAX_VALUES, kept));
    }
  }

  private void dismissNewcomers(QueryFailure failure) {
    List<Watcher> dismissed = new ArrayList<>();
    lock.lock();
    try {
      watched
          .values()
          .removeIf(
              each -> {
                dismissed.addAll(each.newcomers);
                each.newcomers.clear();
                return each.watchers.isEmpty();
              });
    } finally {
      lock.unlock();
    }
    dismissed.forEach(watcher -> watcher.fail(failure));
  }

  /** The part of {@code query} that the running day answers, by steps that do not reach beyond. */
  private SeriesQuery today(SeriesQuery query) {
    Instant start = Instant.ofEpochSecond(calendar.startOfDay(calendar.dayOf(clock.instant())));
    Instant from = query.range().from().isAfter(start) ? query.range().from() : start;
    Duration day = Step.DAY.nominal();
    Optional<Duration> step =
        query.stepWanted().map(wanted -> wanted.compareTo(day) > 0 ? day : wanted);
    return query.over(new TimeRange(from, query.range().to())).by(step);
  }

  private static SeriesQuery endingAt(SeriesQuery query, Instant end) {
    Instant from = query.range().from();
    return query.over(new TimeRange(from, end.isAfter(from) ? end : from.plusMillis(1)));
  }

  /** One distinct query, and who watches it. The lists are guarded by the lock. */
  private static final class Watched {
    private final SeriesQuery query;
    private final LiveNumbers numbers;
    private final List<Watcher> watchers = new ArrayList<>();
    private final List<Watcher> newcomers = new ArrayList<>();

    Watched(SeriesQuery query) {
      this.query = query;
      this.numbers = new LiveNumbers(query);
    }
  }
}
