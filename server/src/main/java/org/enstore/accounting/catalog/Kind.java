package org.enstore.accounting.catalog;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What sort of number a measure gives, which decides its unit, whether buckets add up, and what a
 * bucket without a row means.
 */
public enum Kind {
  /** Bytes in the bucket, exact. */
  BYTES,
  /** How many in the bucket, exact. */
  COUNT,
  /** Bytes per real second of the bucket; of its elapsed part while it is open. */
  THROUGHPUT,
  /** Bytes of a typical one. */
  SIZE,
  /** Bytes per second while something moved. */
  RATE,
  /** How long, of all that counts for the bucket together. */
  DURATION,
  /** How long one took. */
  LATENCY,
  /** A part of a whole, from 0 to 1. */
  SHARE,
  /** How many for each of something else. */
  RATIO,
  /** How many there were on average over the time of the bucket. */
  AVERAGE,
  /** How many there are at a time, as it was sampled. */
  LEVEL,
  /** How many bytes there are at a time, as it was sampled. */
  LEVEL_BYTES;

  /** What a value is counted in. */
  public enum Unit {
    /** Bytes, in the unit that the query chooses. */
    BYTES,
    /** The same, a second. */
    BYTES_PER_SECOND,
    /** Seconds; quantities hold microseconds. */
    SECONDS,
    /** A part of one. */
    SHARE,
    /** A plain number. */
    NONE;

    /** The word for it. */
    public String id() {
      return word(name());
    }
  }

  /** The word for it. */
  public String id() {
    return word(name());
  }

  /** A constant's name in lower camel case. */
  private static String word(String name) {
    String[] parts = name.toLowerCase(Locale.ROOT).split("_", -1);
    return parts[0]
        + Arrays.stream(parts)
            .skip(1)
            .map(part -> part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1))
            .collect(Collectors.joining());
  }

  /** What a value is counted in. */
  public Unit unit() {
    return switch (this) {
      case BYTES, SIZE, LEVEL_BYTES -> Unit.BYTES;
      case THROUGHPUT, RATE -> Unit.BYTES_PER_SECOND;
      case DURATION, LATENCY -> Unit.SECONDS;
      case SHARE -> Unit.SHARE;
      case COUNT, RATIO, AVERAGE, LEVEL -> Unit.NONE;
    };
  }

  /** Whether the values of many buckets may be added up. */
  public boolean isAdditive() {
    return switch (this) {
      case BYTES, COUNT, DURATION -> true;
      case THROUGHPUT, SIZE, RATE, LATENCY, SHARE, RATIO, AVERAGE, LEVEL, LEVEL_BYTES -> false;
    };
  }

  /** Whether a bucket without a row is known to be zero, not unknown as a mean is. */
  public boolean isZeroWhenEmpty() {
    return switch (this) {
      case BYTES, COUNT, THROUGHPUT, DURATION, AVERAGE -> true;
      case SIZE, RATE, LATENCY, SHARE, RATIO, LEVEL, LEVEL_BYTES -> false;
    };
  }
}
