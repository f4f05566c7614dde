package org.enstore.accounting.measure;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The units a byte amount is shown in, and the one rounding that goes with each. Amounts stay exact
 * {@code long}s until they are converted here: to thousandths of a MiB or MB, or to whole bytes;
 * ties away from zero, as PostgreSQL's {@code round(numeric, 3)} does.
 */
public enum ByteUnit {
  BYTES("bytes", 1, 1),
  /** 1,048,576 bytes: what Enstore itself calls MB. */
  MEBIBYTES("MiB", 1L << 20, 1000),
  /** 1,000,000 bytes: what WLCG reports call MB. */
  MEGABYTES("MB", 1_000_000, 1000);

  private static final long MILLIS_PER_SECOND = 1000;
  private static final long LARGEST_EXACT_DOUBLE = 1L << 53;

  private final String text;
  private final long sizeBytes;
  private final long resolution;

  ByteUnit(String text, long sizeBytes, long resolution) {
    this.text = text;
    this.sizeBytes = sizeBytes;
    this.resolution = resolution;
  }

  /** How the unit is written in a query. */
  public String text() {
    return text;
  }

  /** {@code bytes}, which must not be negative, in this unit, rounded once. */
  public double amount(long bytes) {
    return shown(rounded(bytes, resolution, sizeBytes));
  }

  /**
   * {@code bytes} moved in {@code elapsedMillis}, both positive or zero bytes, as this unit per
   * second, rounded once.
   *
   * @throws IllegalArgumentException if no time has elapsed
   */
  public double rate(long bytes, long elapsedMillis) {
    if (elapsedMillis <= 0) {
      throw new IllegalArgumentException("a rate needs elapsed time, not " + elapsedMillis + " ms");
    }
    return shown(
        rounded(
            bytes, resolution * MILLIS_PER_SECOND, Math.multiplyExact(sizeBytes, elapsedMillis)));
  }

  /**
   * The mean of {@code count} amounts that are {@code bytes} together, in this unit, rounded once.
   *
   * @throws IllegalArgumentException if there are none
   */
  public double mean(long bytes, long count) {
    requireAmounts(count);
    return shown(rounded(bytes, resolution, Math.multiplyExact(sizeBytes, count)));
  }

  /**
   * The mean of {@code count} amounts that are {@code bytes} together, to the nearest byte.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static long meanBytes(long bytes, long count) {
    requireAmounts(count);
    return rounded(bytes, 1, count);
  }

  private static void requireAmounts(long count) {
    if (count <= 0) {
      throw new IllegalArgumentException("a mean needs amounts, not " + count);
    }
  }

  /** {@code bytesPerSecond}, finite and not negative, as this unit per second, rounded once. */
  public double rate(double bytesPerSecond) {
    double count = bytesPerSecond / sizeBytes * resolution;
    return count < LARGEST_EXACT_DOUBLE
        ? Math.round(count) / (double) resolution
        : count / resolution;
  }

  /** The {@code double} nearest to a count of {@code 1 / resolution} of this unit. */
  private double shown(long count) {
    return count <= LARGEST_EXACT_DOUBLE
        ? count / (double) resolution
        : new BigDecimal(count).divide(BigDecimal.valueOf(resolution)).doubleValue();
  }

  /** {@code value × factor ÷ divisor}, rounded half up; exact however large the product. */
  private static long rounded(long value, long factor, long divisor) {
    long whole = value / divisor;
    long rest = value % divisor;
    if (Math.multiplyHigh(rest, factor) == 0 && rest * factor >= 0) {
      long product = rest * factor;
      long quotient = product / divisor;
      long remainder = product - quotient * divisor;
      return Math.addExact(
          Math.multiplyExact(whole, factor),
          remainder >= divisor - remainder ? quotient + 1 : quotient);
    }
    BigInteger[] parts =
        BigInteger.valueOf(rest)
            .multiply(BigInteger.valueOf(factor))
            .divideAndRemainder(BigInteger.valueOf(divisor));
    long quotient = parts[0].longValueExact();
    long remainder = parts[1].longValueExact();
    return Math.addExact(
        Math.multiplyExact(whole, factor),
        remainder >= divisor - remainder ? quotient + 1 : quotient);
  }
}
