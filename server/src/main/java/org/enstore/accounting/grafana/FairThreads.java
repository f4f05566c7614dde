package org.enstore.accounting.grafana;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Questions;
import org.jspecify.annotations.Nullable;

/**
 * Threads that the owners of work share fairly. Whoever has work waiting is served in turn, and
 * nobody may occupy all threads: with n owners at work, one has at most the (n + 1)th part of them,
 * so that a data source whose database hangs leaves room for the others. Each owner's work waits in
 * a queue of its own, which is bounded, and leaves it when it is cancelled. Thread-safe.
 */
public final class FairThreads implements Questions {
  private final int threads;
  private final int queue;
  private final Executor pool;

  /** By owner, the one served least recently first. */
  private final Map<Object, Queue<Task>> waiting = new LinkedHashMap<>();

  private final Map<Object, Integer> running = new HashMap<>();
  private int active;
  private int waitingCount;
  private volatile Supplier<Optional<String>> reason = Optional::empty;

  /**
   * Fair use of {@code pool}.
   *
   * @param threads how much of the pool is used at a time; it must run that much without queueing
   * @param queue how much work of one owner may wait
   */
  public FairThreads(int threads, int queue, Executor pool) {
    this.threads = threads;
    this.queue = queue;
    this.pool = pool;
  }

  /** Refuses all work, with the sentence, for as long as {@code reason} gives one. */
  public void refuseWhile(Supplier<Optional<String>> reason) {
    this.reason = reason;
  }

  /** Work that waits. */
  private final class Task {
    private final Object owner;
    private final Runnable work;
    private Cancellation.Registration registration = () -> {};

    Task(Object owner, Runnable work) {
      this.owner = owner;
      this.work = work;
    }

    void run() {
      registration.close();
      try {
        work.run();
      } finally {
        ended(owner);
      }
    }
  }

  @Override
  public void execute(Object owner, Runnable work, Cancellation cancellation) {
    reason
        .get()
        .ifPresent(
            sentence -> {
              throw new Refused(sentence);
            });
    Task task = new Task(owner, work);
    synchronized (this) {
      Queue<Task> queued = waiting.computeIfAbsent(owner, added -> new ArrayDeque<>());
      if (queued.size() >= queue) {
        throw new RejectedExecutionException(queue + " are waiting already");
      }
      queued.add(task);
      waitingCount++;
    }
    task.registration = cancellation.onCancel(() -> remove(task));
    start();
  }

  /** How many threads work now. */
  public synchronized int active() {
    return active;
  }

  /** How much work waits for a thread. */
  public synchronized int waiting() {
    return waitingCount;
  }

  private void start() {
    List<Task> due = new ArrayList<>();
    synchronized (this) {
      for (Task task = next(); task != null; task = next()) {
        due.add(task);
      }
    }
    due.forEach(task -> pool.execute(task::run));
  }

  /** Takes the next task that may begin, if there is one. Called under the lock. */
  private @Nullable Task next() {
    if (active == threads) {
      return null;
    }
    int owners = running.size();
    for (Object owner : waiting.keySet()) {
      owners += running.containsKey(owner) ? 0 : 1;
    }
    int share = Math.max(1, threads / (owners + 1));
    Iterator<Map.Entry<Object, Queue<Task>>> turns = waiting.entrySet().iterator();
    while (turns.hasNext()) {
      Map.Entry<Object, Queue<Task>> turn = turns.next();
      Object owner = turn.getKey();
      Queue<Task> queued = turn.getValue();
      if (running.getOrDefault(owner, 0) >= share) {
        continue;
      }
      Task task = queued.poll();
      turns.remove();
      if (!queued.isEmpty()) {
        waiting.put(owner, queued);
      }
      if (task != null) {
        waitingCount--;
        active++;
        running.merge(owner, 1, Integer::sum);
        return task;
      }
      return next();
    }
    return null;
  }

  private void ended(Object owner) {
    synchronized (this) {
      active--;
      running.computeIfPresent(owner, (known, count) -> count == 1 ? null : count - 1);
    }
    start();
  }

  private synchronized void remove(Task task) {
    Queue<Task> queued = waiting.get(task.owner);
    if (queued != null && queued.remove(task)) {
      waitingCount--;
      if (queued.isEmpty()) {
        waiting.remove(task.owner);
      }
    }
  }
}
