package org.enstore.accounting.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.proto.v1.Point;
import org.enstore.accounting.proto.v1.SeriesIdentity;
import org.enstore.accounting.proto.v1.SeriesUpdate;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.LiveFeed;
import org.enstore.accounting.series.LiveUpdate;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesQuery;
import org.jspecify.annotations.Nullable;

/**
 * One caller's watch. What the caller has not taken yet waits here, the newest number of each
 * bucket alone, so that a slow caller takes no more room than the answer itself. Thread-safe.
 */
final class Watch implements LiveFeed.Watcher {
  /** Points in one part. */
  private static final int POINTS = 8192;

  private final ServerCallStreamObserver<WatchSeriesResponse> reply;
  private final Map<Place, Point> waiting = new LinkedHashMap<>();
  private final Deque<SeriesIdentity> added = new ArrayDeque<>();
  private @Nullable WatchSeriesResponse header;
  private @Nullable SeriesAnswer newest;
  private @Nullable AutoCloseable handle;
  private boolean unsaid;
  private boolean over;

  /** A series' bucket. */
  private record Place(int series, long startEpochSecond) {}

  /** The watch of the call that {@code reply} answers; made before the service method returns. */
  Watch(StreamObserver<WatchSeriesResponse> reply) {
    this.reply = (ServerCallStreamObserver<WatchSeriesResponse>) reply;
    this.reply.setOnCancelHandler(this::leave);
    this.reply.setOnReadyHandler(this::drain);
  }

  /** Begins to watch {@code query}. */
  void begin(LiveFeed feed, SeriesQuery query) {
    AutoCloseable taken = feed.watch(query, this);
    synchronized (this) {
      handle = taken;
      if (!over) {
        return;
      }
    }
    leave();
  }

  @Override
  public synchronized void take(LiveUpdate update) {
    if (over) {
      return;
    }
    newest = update.answer();
    List<Map<String, String>> fresh =
        update.series().subList(update.known(), update.series().size());
    if (update.first()) {
      header =
          WatchSeriesResponse.newBuilder()
              .setHeader(AnswerParts.header(update.answer(), fresh))
              .build();
    } else {
      fresh.forEach(labels -> added.add(AnswerParts.identity(labels)));
    }
    for (LiveUpdate.Point point : update.points()) {
      Place place = new Place(point.series(), point.startEpochSecond());
      // Put at the end, so that what is oldest is sent first.
      waiting.remove(place);
      waiting.put(place, onTheWire(point));
    }
    unsaid = true;
    drain();
  }

  @Override
  public void fail(QueryFailure failure) {
    end(
        failure.kind() == FailureKind.CANCELLED
            ? Failures.ending(failure)
            : Failures.status(failure, "beginning a watch", ""));
  }

  /** Ends the call with {@code failure}. */
  synchronized void end(RuntimeException failure) {
    if (!over) {
      over = true;
      reply.onError(failure);
    }
  }

  private synchronized void drain() {
    SeriesAnswer answer = newest;
    if (over || answer == null) {
      return;
    }
    if (header != null && reply.isReady()) {
      reply.onNext(header);
      header = null;
    }
    while (header == null && unsaid && reply.isReady()) {
      SeriesUpdate.Builder update = SeriesUpdate.newBuilder();
      update.addAllAddedSeries(added);
      added.clear();
      Iterator<Point> left = waiting.values().iterator();
      for (int i = 0; i < POINTS && left.hasNext(); i++) {
        update.addPoints(left.next());
        left.remove();
      }
      unsaid = !waiting.isEmpty();
      update.setComplete(!unsaid).setAsOf(AnswerParts.timestamp(answer.asOf()));
      reply.onNext(WatchSeriesResponse.newBuilder().setUpdate(update).build());
    }
  }

  private void leave() {
    AutoCloseable held;
    synchronized (this) {
      over = true;
      waiting.clear();
      held = handle;
    }
    if (held != null) {
      try {
        held.close();
      } catch (Exception e) {
        throw new IllegalStateException("leaving a feed cannot fail", e);
      }
    }
  }

  private static Point onTheWire(LiveUpdate.Point point) {
    Point.Builder built =
        Point.newBuilder().setSeries(point.series()).setStartEpochSeconds(point.startEpochSecond());
    if (!point.isMissing()) {
      if (point.numbers() instanceof Numbers.Longs longs) {
        built.setInteger(longs.at(point.index()));
      } else if (point.numbers() instanceof Numbers.Doubles doubles) {
        built.setNumber(doubles.at(point.index()));
      }
    }
    return built.build();
  }
}
