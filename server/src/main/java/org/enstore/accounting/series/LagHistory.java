package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.enstore.accounting.measure.TimeRange;
import org.jspecify.annotations.Nullable;

/** The lag of each host as it was seen, look by look, as far back as there is room. Thread-safe. */
public final class LagHistory {
  /** Looks further apart than so many intervals leave a gap: nobody looked meanwhile. */
  private static final int MISSED_LOOKS = 3;

  private static final double UNKNOWN_SECONDS = Double.NaN;
  private static final long UNKNOWN_BYTES = -1;

  private final int room;
  private final Duration interval;
  private final Map<String, Ring> rings = new LinkedHashMap<>();
  private @Nullable Instant since;

  /**
   * An empty history.
   *
   * @param room looks to keep of each host; older ones are forgotten
   * @param interval how long after each other looks are meant to be
   */
  public LagHistory(int room, Duration interval) {
    this.room = room;
    this.interval = interval;
  }

  /**
   * What one look saw.
   *
   * @param seconds behind; empty when unknown
   * @param bytes behind; empty when unknown
   */
  public record Sample(Instant at, OptionalDouble seconds, OptionalLong bytes) {}

  /** How long after each other looks are meant to be. */
  public Duration interval() {
    return interval;
  }

  /**
   * Adds a look at {@code hosts}. One that is not after the last, as when a clock was set back, is
   * left out.
   */
  public synchronized void add(Instant at, Collection<HostStatus> hosts) {
    if (since == null) {
      since = at;
    }
    for (HostStatus host : hosts) {
      if (host.role() != HostStatus.Role.PRIMARY) {
        rings.computeIfAbsent(host.host(), name -> new Ring(room)).add(at, host.lag());
      }
    }
  }

  /** When the first look was; empty before it. */
  public synchronized Optional<Instant> since() {
    return Optional.ofNullable(since);
  }

  /** What was seen within {@code range}, by host, oldest first. */
  public synchronized Map<String, List<Sample>> samples(TimeRange range) {
    Map<String, List<Sample>> samples = new LinkedHashMap<>();
    rings.forEach((host, ring) -> samples.put(host, ring.within(range)));
    return samples;
  }

  /**
   * When hosts were more than {@code threshold} behind or their lag was unknown, as far as that
   * touches {@code range}, by host and time.
   */
  public synchronized List<LagRegion> regions(TimeRange range, Duration threshold) {
    List<LagRegion> regions = new ArrayList<>();
    Duration longest = interval.multipliedBy(MISSED_LOOKS);
    rings.forEach(
        (host, ring) -> {
          RegionBuilder builder = new RegionBuilder(host, threshold, longest);
          ring.all().forEach(builder::add);
          regions.addAll(builder.finish());
        });
    return regions.stream()
        .filter(
            region ->
                region.from().isBefore(range.to())
                    && region.to().map(to -> to.isAfter(range.from())).orElse(true))
        .toList();
  }

  /** Joins neighbouring looks of one kind. */
  private static final class RegionBuilder {
    private final String host;
    private final double threshold;
    private final Duration longest;
    private final List<LagRegion> regions = new ArrayList<>();
    private LagRegion.@Nullable Kind kind;
    private Instant from = Instant.EPOCH;
    private Instant last = Instant.EPOCH;
    private double worst;

    RegionBuilder(String host, Duration threshold, Duration longest) {
      this.host = host;
      this.threshold = threshold.toMillis() / 1000.0;
      this.longest = longest;
    }

    void add(Sample sample) {
      boolean missed = !last.equals(Instant.EPOCH) && sample.at().isAfter(last.plus(longest));
      if (missed && kind != LagRegion.Kind.UNKNOWN) {
        turn(LagRegion.Kind.UNKNOWN, last);
      }
      LagRegion.@Nullable Kind now = kindOf(sample);
      if (now != kind) {
        turn(now, sample.at());
      }
      worst = Math.max(worst, sample.seconds().orElse(0));
      last = sample.at();
    }

    List<LagRegion> finish() {
      close(Optional.empty());
      return regions;
    }

    private LagRegion.@Nullable Kind kindOf(Sample sample) {
      if (sample.seconds().isEmpty()) {
        return LagRegion.Kind.UNKNOWN;
      }
      return sample.seconds().getAsDouble() > threshold ? LagRegion.Kind.BEHIND : null;
    }

    private void turn(LagRegion.@Nullable Kind next, Instant at) {
      close(Optional.of(at));
      kind = next;
      from = at;
      worst = 0;
    }

    private void close(Optional<Instant> to) {
      LagRegion.@Nullable Kind ended = kind;
      if (ended != null) {
        regions.add(
            new LagRegion(
                host,
                ended,
                from,
                to,
                ended == LagRegion.Kind.BEHIND
                    ? Optional.of(Duration.ofMillis(Math.round(worst * 1000)))
                    : Optional.empty()));
      }
    }
  }

  /** The last looks at one host, in arrays that grow up to the room there is. */
  private static final class Ring {
    private static final int FIRST_ROOM = 64;

    private final int room;
    private long[] millis;
    private double[] seconds;
    private long[] bytes;
    private int first;
    private int size;

    Ring(int room) {
      this.room = room;
      int length = Math.min(room, FIRST_ROOM);
      this.millis = new long[length];
      this.seconds = new double[length];
      this.bytes = new long[length];
    }

    void add(Instant at, HostStatus.Lag lag) {
      long time = at.toEpochMilli();
      if (size > 0 && time <= millis[place(size - 1)]) {
        return;
      }
      if (size == millis.length && size < room) {
        grow();
      }
      if (size == room) {
        first = (first + 1) % room;
        size--;
      }
      int place = place(size);
      millis[place] = time;
      seconds[place] = lag.time().map(behind -> behind.toNanos() / 1e9).orElse(UNKNOWN_SECONDS);
      bytes[place] = lag.bytes().orElse(UNKNOWN_BYTES);
      size++;
    }

    List<Sample> all() {
      List<Sample> samples = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        samples.add(sample(place(i)));
      }
      return samples;
    }

    List<Sample> within(TimeRange range) {
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        int place = place(i);
        if (millis[place] >= range.from().toEpochMilli()
            && millis[place] < range.to().toEpochMilli()) {
          samples.add(sample(place));
        }
      }
      return samples;
    }

    private Sample sample(int place) {
      return new Sample(
          Instant.ofEpochMilli(millis[place]),
          Double.isNaN(seconds[place]) ? OptionalDouble.empty() : OptionalDouble.of(seconds[place]),
          bytes[place] < 0 ? OptionalLong.empty() : OptionalLong.of(bytes[place]));
    }

    private int place(int index) {
      return (first + index) % millis.length;
    }

    /** Before the arrays have their full length nothing has wrapped around. */
    private void grow() {
      int length = Math.min(room, 2 * millis.length);
      millis = java.util.Arrays.copyOf(millis, length);
      seconds = java.util.Arrays.copyOf(seconds, length);
      bytes = java.util.Arrays.copyOf(bytes, length);
    }
  }
}
