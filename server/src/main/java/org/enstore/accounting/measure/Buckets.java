package org.enstore.accounting.measure;

import java.util.Arrays;

/** Consecutive half-open time buckets without gaps, in seconds since the epoch. Immutable. */
public final class Buckets {
  private final Step step;
  private final long[] bounds;

  private Buckets(Step step, long[] bounds) {
    this.step = step;
    this.bounds = bounds;
  }

  /** The width that the buckets were asked for with. */
  public Step step() {
    return step;
  }

  /** How many buckets there are, at least one. */
  public int count() {
    return bounds.length - 1;
  }

  /** The first second of bucket {@code index}. */
  public long start(int index) {
    return bounds[index];
  }

  /** The first second after bucket {@code index}. */
  public long end(int index) {
    return bounds[index + 1];
  }

  /** The first second of the first bucket. */
  public long from() {
    return bounds[0];
  }

  /** The first second after the last bucket. */
  public long to() {
    return bounds[bounds.length - 1];
  }

  /** The bucket that {@code epochSecond} falls in, or −1 when it falls in none. */
  public int indexOf(long epochSecond) {
    if (epochSecond < from() || epochSecond >= to()) {
      return -1;
    }
    int found = Arrays.binarySearch(bounds, epochSecond);
    return found >= 0 ? found : -found - 2;
  }

  /** These buckets without the first {@code index}, which are fewer than all. */
  public Buckets from(int index) {
    return index == 0 ? this : new Buckets(step, Arrays.copyOfRange(bounds, index, bounds.length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Buckets buckets
        && step == buckets.step
        && Arrays.equals(bounds, buckets.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  @Override
  public String toString() {
    return count() + " buckets of " + step.text() + " from " + from() + " to " + to();
  }

  static final class Builder {
    private final Step step;
    private long[] starts = new long[64];
    private int count;

    Builder(Step step) {
      this.step = step;
    }

    void add(long start) {
      // A local day that was skipped altogether (a date line change) has no length.
      if (count > 0 && starts[count - 1] == start) {
        return;
      }
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, count * 2);
      }
      starts[count++] = start;
    }

    Buckets endingAt(long end) {
      long[] bounds = Arrays.copyOf(starts, count + 1);
      bounds[count] = end;
      return new Buckets(step, bounds);
    }
  }
}
