package org.enstore.accounting.measure;

import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.util.BitSet;

/** An immutable column of numbers, some of which may be missing. Missing ones hold zero. */
public abstract sealed class Numbers {
  private final BitSet missing;

  private Numbers(BitSet missing) {
    this.missing = (BitSet) missing.clone();
  }

  /** A column of exact integers; takes copies of what it is given. */
  public static Numbers exact(long[] values, BitSet missing) {
    return new Longs(values.clone(), missing);
  }

  /** A column of floating-point numbers; takes copies of what it is given. */
  public static Numbers rounded(double[] values, BitSet missing) {
    return new Doubles(values.clone(), missing);
  }

  /** How many numbers there are, the missing ones included. */
  public abstract int size();

  /** Whether number {@code index} is missing. */
  public final boolean isMissing(int index) {
    return missing.get(index);
  }

  /** The first missing number from {@code index} on, or −1 when none is. */
  public final int nextMissing(int index) {
    return missing.nextSetBit(index);
  }

  /** How many numbers are missing. */
  public final int missingCount() {
    return missing.cardinality();
  }

  /** The same numbers, but for those at {@code places}, which are missing. */
  public final Numbers without(BitSet places) {
    if (places.isEmpty()) {
      return this;
    }
    BitSet lacking = (BitSet) missing.clone();
    lacking.or(places);
    return with(lacking);
  }

  /** The numbers at {@code places} alone. */
  public abstract Numbers only(BitSet places);

  final BitSet missingAmong(BitSet places) {
    BitSet among = new BitSet();
    int at = 0;
    for (int i = places.nextSetBit(0); i >= 0; i = places.nextSetBit(i + 1)) {
      among.set(at++, missing.get(i));
    }
    return among;
  }

  /** The same numbers with others missing. */
  abstract Numbers with(BitSet lacking);

  /** Exact integers. */
  public static final class Longs extends Numbers {
    private final long[] values;

    private Longs(long[] values, BitSet missing) {
      super(missing);
      this.values = values;
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public Numbers only(BitSet places) {
      return new Longs(places.stream().mapToLong(i -> values[i]).toArray(), missingAmong(places));
    }

    @Override
    Numbers with(BitSet lacking) {
      long[] shown = values.clone();
      lacking.stream().forEach(i -> shown[i] = 0);
      return new Longs(shown, lacking);
    }

    /** Number {@code index}; zero when it is missing. */
    public long at(int index) {
      return values[index];
    }

    /** Appends all numbers to {@code buffer}. */
    public void copyTo(LongBuffer buffer) {
      buffer.put(values);
    }
  }

  /** Floating-point numbers. */
  public static final class Doubles extends Numbers {
    private final double[] values;

    private Doubles(double[] values, BitSet missing) {
      super(missing);
      this.values = values;
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public Numbers only(BitSet places) {
      return new Doubles(
          places.stream().mapToDouble(i -> values[i]).toArray(), missingAmong(places));
    }

    @Override
    Numbers with(BitSet lacking) {
      double[] shown = values.clone();
      lacking.stream().forEach(i -> shown[i] = 0);
      return new Doubles(shown, lacking);
    }

    /** Number {@code index}; zero when it is missing. */
    public double at(int index) {
      return values[index];
    }

    /** Appends all numbers to {@code buffer}. */
    public void copyTo(DoubleBuffer buffer) {
      buffer.put(values);
    }
  }
}
