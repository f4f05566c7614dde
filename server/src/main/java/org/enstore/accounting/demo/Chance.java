package org.enstore.accounting.demo;

import java.util.SplittableRandom;

/**
 * Repeatable chance: the same seed gives the same draws on every Java. Nothing here leaves anything
 * to an algorithm that the JDK may change.
 */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Chance for one part of the whole, independent of the other parts. */
  static Chance of(long seed, long part) {
    return new Chance(seed * 0x9E3779B97F4A7C15L + part * 0xD1B54A32D192ED03L);
  }

  /** Evenly from [0, 1). */
  double even() {
    return (random.nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Evenly from [low, high). */
  double between(double low, double high) {
    return low + (high - low) * even();
  }

  /** Evenly from [0, bound). */
  int below(int bound) {
    return (int) (even() * bound);
  }

  boolean oneIn(int many) {
    return below(many) == 0;
  }

  /** Normal, with mean 0 and deviation 1. */
  double normal() {
    return StrictMath.sqrt(-2 * StrictMath.log(1 - even()))
        * StrictMath.cos(2 * StrictMath.PI * even());
  }

  /** Log-normal around a median. */
  double around(double median, double sigma) {
    return median * StrictMath.exp(sigma * normal());
  }

  /** Exponential with a mean. */
  double waiting(double mean) {
    return -mean * StrictMath.log(1 - even());
  }
}
