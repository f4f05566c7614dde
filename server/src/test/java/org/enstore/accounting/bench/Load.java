package org.enstore.accounting.bench;

import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;

/**
 * Many dashboards open at once, each reloading all of its panels at its own time, whether or not
 * the last answers are in. Latencies count from when a call was due.
 */
final class Load {
  private static final int DASHBOARDS = 200;
  private static final Duration RELOAD = Duration.ofSeconds(10);
  private static final int DAYS = 30;
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(30);

  /** What came of it. Calls without an answer count as errors. */
  record Result(Samples latencies, long errors) {}

  private final Panels panels;
  private final Clock clock;
  private final DataGrpc.DataStub data;

  Load(Panels panels, Clock clock) {
    this.panels = panels;
    this.clock = clock;
    this.data = DataGrpc.newStub(panels.channel());
  }

  /** Has each panel answered some times. */
  void warmUp() {
    for (int i = 0; i < 200; i++) {
      for (int panel = 0; panel < Panels.DASHBOARD.size(); panel++) {
        panels.time(request(panel));
      }
    }
  }

  Result run(Duration length) throws InterruptedException {
    long interval = RELOAD.toNanos() / DASHBOARDS;
    long reloads = length.toNanos() / interval;
    int calls = Math.toIntExact(reloads * Panels.DASHBOARD.size());
    CountDownLatch answered = new CountDownLatch(calls);
    LongAdder errors = new LongAdder();
    Samples latencies = new Samples();
    long start = System.nanoTime();
    for (int reload = 0; reload < reloads; reload++) {
      long due = start + reload * interval;
      long wait = due - System.nanoTime();
      if (wait > 0) {
        TimeUnit.NANOSECONDS.sleep(wait);
      }
      for (int panel = 0; panel < Panels.DASHBOARD.size(); panel++) {
        data.queryData(request(panel), new Answer(due, latencies, errors, answered));
      }
    }
    boolean all = answered.await(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
    synchronized (latencies) {
      return new Result(latencies, errors.sum() + (all ? 0 : answered.getCount()));
    }
  }

  private QueryDataRequest request(int panel) {
    return panels.request(clock.instant(), DAYS, Panels.DASHBOARD.get(panel));
  }

  /** Takes one call's answer. */
  private record Answer(long due, Samples latencies, LongAdder errors, CountDownLatch answered)
      implements StreamObserver<QueryDataResponse> {
    @Override
    public void onNext(QueryDataResponse response) {
      double seconds = (System.nanoTime() - due) / 1e9;
      synchronized (latencies) {
        latencies.add(seconds);
      }
      if (response.getResponsesOrThrow("A").getStatus() != 200) {
        errors.increment();
      }
    }

    @Override
    public void onError(Throwable ignored) {
      errors.increment();
      answered.countDown();
    }

    @Override
    public void onCompleted() {
      answered.countDown();
    }
  }
}
