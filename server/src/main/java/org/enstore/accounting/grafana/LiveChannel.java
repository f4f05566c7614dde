package org.enstore.accounting.grafana;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.SortedSet;
import java.util.TreeSet;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameJson;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.proto.pluginv2.StreamPacket;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.LiveFeed;
import org.enstore.accounting.series.LiveUpdate;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesAnswer;
import org.jspecify.annotations.Nullable;

/**
 * One live channel of a host. A packet is a frame of the buckets that have changed, in the columns
 * of the whole answer. What the host has not taken yet waits as the places of these buckets alone:
 * a slow host is sent the newest numbers, and fewer packets. Thread-safe.
 */
final class LiveChannel implements LiveFeed.Watcher {
  /*
   * The first packet
   *
   * A listener asks for the whole answer when the channel is there, and may get one from the cache
   * that is older than what the feed begins with. So the first packet has every bucket that could
   * have changed meanwhile: those that are still looked at for late rows.
   *
   * Long-lived channels
   *
   * A feed's range begins where it began. Of a panel that looks back from now, it is twice as long
   * as it has to be after some time; the question is then asked anew, and the first packet is sent
   * again.
   */

  private static final Duration SHORTEST_RUN = Duration.ofMinutes(10);

  private final ServerCallStreamObserver<StreamPacket> reply;
  private final LiveQuestion question;
  private final InstantSource clock;
  private final SortedSet<Long> changed = new TreeSet<>();
  private InstanceRegistry.@Nullable Lease lease;
  private @Nullable AutoCloseable watch;
  private @Nullable SeriesAnswer newest;
  private Question.@Nullable OfSeries asked;
  private Instant renewAt = Instant.MAX;
  private boolean over;

  /** A channel for the call that {@code reply} answers; made before the service method returns. */
  LiveChannel(
      LiveQuestion question, ServerCallStreamObserver<StreamPacket> reply, InstantSource clock) {
    this.question = question;
    this.reply = reply;
    this.clock = clock;
    reply.setOnCancelHandler(this::leave);
    reply.setOnReadyHandler(this::drain);
  }

  /** Begins to send; gives {@code lease} back when the channel is over. */
  void begin(InstanceRegistry.Lease lease) {
    synchronized (this) {
      if (!over) {
        this.lease = lease;
        renew(lease);
        return;
      }
    }
    lease.close();
  }

  private synchronized void renew(InstanceRegistry.Lease held) {
    Instant now = clock.instant();
    Question.OfSeries current = question.at(now);
    AutoCloseable before = watch;
    watch = held.engine().live(current.query().dataset()).watch(current.query(), this);
    asked = current;
    Duration run = question.width().compareTo(SHORTEST_RUN) > 0 ? question.width() : SHORTEST_RUN;
    renewAt = question.start().isPresent() ? Instant.MAX : now.plus(run);
    close(before);
  }

  @Override
  public synchronized void take(LiveUpdate update) {
    InstanceRegistry.Lease held = lease;
    if (over || held == null) {
      return;
    }
    newest = update.answer();
    if (update.first()) {
      Buckets buckets = update.answer().table().buckets();
      long settled = held.engine().settledBefore(clock.instant()).getEpochSecond();
      for (int i = buckets.count() - 1; i >= 0 && buckets.end(i) > settled; i--) {
        changed.add(buckets.start(i));
      }
    } else {
      update.points().forEach(point -> changed.add(point.startEpochSecond()));
    }
    drain();
    if (!clock.instant().isBefore(renewAt)) {
      renew(held);
    }
  }

  @Override
  public void fail(QueryFailure failure) {
    // An ended feed is begun again with the settings of that time, when the host asks again.
    end(
        failure.kind() == FailureKind.CANCELLED
            ? new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, failure.sentence(), failure)
            : failure);
  }

  /** Ends the call with {@code failure}. */
  void end(QueryFailure failure) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      reply.onError(Failures.status(failure));
    }
    leave();
  }

  private synchronized void drain() {
    SeriesAnswer answer = newest;
    if (over || answer == null || asked == null || changed.isEmpty() || !reply.isReady()) {
      return;
    }
    BitSet rows = new BitSet();
    for (long start : changed) {
      int row = answer.table().buckets().indexOf(start);
      if (row >= 0) {
        rows.set(row);
      }
    }
    changed.clear();
    Frame frame = AnswerFrames.changes(answer, rows, asked.legend());
    reply.onNext(
        StreamPacket.newBuilder()
            .setData(UnsafeByteOperations.unsafeWrap(FrameJson.encode(frame)))
            .build());
  }

  private void leave() {
    AutoCloseable watched;
    InstanceRegistry.Lease held;
    synchronized (this) {
      over = true;
      watched = watch;
      held = lease;
      watch = null;
      lease = null;
      changed.clear();
    }
    close(watched);
    if (held != null) {
      held.close();
    }
  }

  private static void close(@Nullable AutoCloseable watch) {
    if (watch != null) {
      try {
        watch.close();
      } catch (Exception e) {
        throw new IllegalStateException("leaving a feed cannot fail", e);
      }
    }
  }
}
