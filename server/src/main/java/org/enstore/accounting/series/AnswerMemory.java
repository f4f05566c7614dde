package org.enstore.accounting.series;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.enstore.accounting.catalog.Measure;

/**
 * The memory that one process has for answers under way: from when they begin to be made until the
 * client has taken them. What is kept of them afterwards belongs to the data source's cache.
 * Thread-safe.
 */
public final class AnswerMemory {
  /*
   * How large an answer is shows when its series are known, just before it is made. A call then
   * takes its share, waits for it in turn, and gives it back when its last byte has left.
   *
   * A call may consist of several answers, and hold the share of one while it waits for another's.
   * Calls that wait for one another would wait for ever, so the one that has held a share longest
   * gets what it asks for at once: it ends, and then the next one is first. All shares together,
   * small ones aside, are therefore at most twice the limit, as no call has more than the limit for
   * itself, however many of its answers wait at a time.
   */
  private static final long WAIT_SECONDS = 30;

  /** Of the heap: twice this, the caches and what the program itself needs fit into it. */
  private static final int PART_OF_HEAP = 7;

  /** Answers that are smaller are counted, but do not wait behind large ones. */
  private static final long SMALL_BYTES = 64 << 10;

  /** The value in the table. */
  private static final int VALUE_BYTES = 8;

  /** Each of the sums that the value is made of, which go before it is put into a message. */
  private static final int SUM_BYTES = 8;

  /** Where a bucket begins. */
  private static final int BUCKET_BYTES = 8;

  /** The histogram that a value of a quantile is told from: some bins, at 16 bytes each. */
  private static final int HISTOGRAM_BYTES = 64;

  private final long limitBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Share> holders = new LinkedHashSet<>();
  private final Queue<Share> waiting = new ArrayDeque<>();
  private long takenBytes;

  /** A memory from which one call may take {@code limitBytes}, and all together twice that. */
  public AnswerMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** The memory that suits a heap of at most {@code heapBytes}. */
  public static AnswerMemory ofHeap(long heapBytes) {
    return new AnswerMemory(heapBytes / PART_OF_HEAP);
  }

  /** What {@code values} of {@code measure} take until the client has them, in bytes. */
  static long bytes(Measure measure, long values) {
    int sums = SUM_BYTES * measure.formula().quantities().size();
    return values * (VALUE_BYTES + sums + (measure.isQuantile() ? HISTOGRAM_BYTES : 0));
  }

  /** What {@code buckets} take beside the values in them, in bytes. */
  static long bytes(long buckets) {
    return buckets * BUCKET_BYTES;
  }

  /** What one call may take, in bytes. */
  public long limitBytes() {
    return limitBytes;
  }

  /** What the calls under way have taken, in bytes. */
  public long takenBytes() {
    lock.lock();
    try {
      return takenBytes;
    } finally {
      lock.unlock();
    }
  }

  /** The share of a call, which is given back at the latest when the call is cancelled. */
  public Share open(Cancellation cancellation) {
    Share share = new Share(cancellation);
    Cancellation.Registration unused = cancellation.onCancel(share::close);
    return share;
  }

  /** What one call has taken. Thread-safe. */
  public final class Share implements Room, AutoCloseable {
    private final Cancellation cancellation;
    private long bytes;
    private boolean closed;

    private Share(Cancellation cancellation) {
      this.cancellation = cancellation;
    }

    /**
     * Takes {@code more} bytes, as soon as the calls before this one leave room for them.
     *
     * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if that is more than a call may
     *     have, {@link FailureKind#OVERLOADED} if it takes too long, {@link FailureKind#CANCELLED}
     *     if nobody waits for the answer any more
     */
    @Override
    public void take(long more) {
      lock.lock();
      try {
        check(more);
        if (more < SMALL_BYTES) {
          add(more);
          return;
        }
        waiting.add(this);
        try {
          await(more);
          check(more);
          add(more);
        } finally {
          waiting.remove(this);
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Takes {@code more} bytes if they can be had at once. */
    public boolean tryTake(long more) {
      lock.lock();
      try {
        boolean due = more < SMALL_BYTES || (waiting.isEmpty() && fits(more));
        if (closed || !due || bytes + more > limitBytes) {
          return false;
        }
        add(more);
        return true;
      } finally {
        lock.unlock();
      }
    }

    /** Gives everything back; a second call does nothing. */
    @Override
    public void close() {
      lock.lock();
      try {
        closed = true;
        takenBytes -= bytes;
        bytes = 0;
        holders.remove(this);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void await(long more) {
      long left = TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
      while (!closed && !isOldest() && !(waiting.peek() == this && fits(more))) {
        if (left <= 0) {
          throw new QueryFailure(
              FailureKind.OVERLOADED,
              "Too many large answers are being made and sent; try again in a moment.");
        }
        try {
          left = changed.awaitNanos(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new QueryFailure(FailureKind.CANCELLED, "The service is ending.", e);
        }
      }
    }

    /** Another answer of the call may have taken from what it may have while this one waited. */
    private void check(long more) {
      cancellation.check();
      if (closed) {
        throw new QueryFailure(FailureKind.CANCELLED, "The call is over.");
      }
      if (bytes + more > limitBytes) {
        throw new QueryFailure(FailureKind.TOO_LARGE, tooLarge(bytes + more));
      }
    }

    private boolean isOldest() {
      return bytes > 0 && holders.iterator().next() == this;
    }

    private boolean fits(long more) {
      return takenBytes + more <= limitBytes;
    }

    private void add(long more) {
      bytes += more;
      takenBytes += more;
      holders.add(this);
    }
  }

  private String tooLarge(long bytes) {
    return ("The answers of one call may take %s MiB of memory together, and these would take %s"
            + " MiB. Widen the step, narrow the range or the filters, ask for fewer queries at a"
            + " time, or give the Java runtime more memory, of which a call has a seventh (-Xmx in"
            + " java_options of grafana.ini, or in GF_PLUGIN_JAVA_OPTIONS).")
        .formatted(mebibytes(limitBytes), mebibytes(bytes));
  }

  private static long mebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
