package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counts how long queries took, by their kind and how they ended. Thread-safe. */
public final class QueryTimes {
  /** The upper bounds of the buckets, in seconds; one more takes the rest. */
  public static final List<Double> BOUNDS_SECONDS =
      List.of(0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0);

  private static final double NANOS = 1e9;

  private final LongSupplier nanoClock;
  private final Map<Group, Counts> counts = new ConcurrentHashMap<>();

  /**
   * Nothing is counted yet.
   *
   * @param nanoClock a clock that never goes back, in nanoseconds
   */
  public QueryTimes(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** What is counted apart. */
  private record Group(String kind, String outcome) {}

  /** The counts of one group. */
  private static final class Counts {
    private final AtomicLongArray buckets = new AtomicLongArray(BOUNDS_SECONDS.size() + 1);
    private final LongAdder nanos = new LongAdder();
  }

  /**
   * What has been counted of one group.
   *
   * @param buckets how many queries took up to each bound but longer than the one before, and how
   *     many longer than all
   * @param seconds how long all of them took, added up
   */
  public record Distribution(String kind, String outcome, List<Long> buckets, double seconds) {
    public Distribution {
      buckets = List.copyOf(buckets);
    }
  }

  /** The moment that a query begins at, to be given back at its end. */
  public long begin() {
    return nanoClock.getAsLong();
  }

  /** Counts a query that began at {@code begun} and ends now. */
  public void end(long begun, String kind, String outcome) {
    long nanos = Math.max(0, nanoClock.getAsLong() - begun);
    Counts group = counts.computeIfAbsent(new Group(kind, outcome), added -> new Counts());
    int bucket = 0;
    while (bucket < BOUNDS_SECONDS.size() && nanos / NANOS > BOUNDS_SECONDS.get(bucket)) {
      bucket++;
    }
    group.buckets.incrementAndGet(bucket);
    group.nanos.add(nanos);
  }

  /** What has been counted so far. */
  public List<Distribution> distributions() {
    List<Distribution> all = new ArrayList<>();
    counts.forEach(
        (group, counted) -> {
          List<Long> buckets = new ArrayList<>();
          for (int i = 0; i < counted.buckets.length(); i++) {
            buckets.add(counted.buckets.get(i));
          }
          all.add(
              new Distribution(group.kind, group.outcome, buckets, counted.nanos.sum() / NANOS));
        });
    return all;
  }
}
