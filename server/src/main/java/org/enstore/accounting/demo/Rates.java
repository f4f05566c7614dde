package org.enstore.accounting.demo;

/**
 * The rates of one transfer, in bytes per second, which fit its size and each other.
 *
 * @param transferSeconds how long the tape or disk was at it
 * @param elapsedSeconds how long the client had been running
 */
record Rates(
    long overall,
    long network,
    long drive,
    long disk,
    long transfer,
    double transferSeconds,
    double elapsedSeconds) {

  private static final long OVERFLOW = -1;

  static Rates of(Chance chance, long size, double driveBytesPerSecond) {
    double mediaSeconds = 0.02 + size / (driveBytesPerSecond * chance.between(0.55, 1));
    double transferSeconds = 0.3 + mediaSeconds * chance.between(1.02, 1.35);
    double overallSeconds = transferSeconds + chance.between(1.5, 9);
    double elapsed = overallSeconds + chance.waiting(150);
    long drive = (long) (size / mediaSeconds);
    // The division is by a time rounded to nothing, or its result does not fit.
    if (chance.oneIn(1_000)) {
      drive = 0;
    } else if (chance.oneIn(2_000)) {
      drive = OVERFLOW;
    }
    long network =
        chance.oneIn(4_000) ? OVERFLOW : (long) (size / mediaSeconds * chance.between(1.02, 2.4));
    return new Rates(
        (long) (size / overallSeconds),
        network,
        drive,
        (long) (size / mediaSeconds * chance.between(1.02, 3)),
        (long) (size / transferSeconds),
        transferSeconds,
        elapsed);
  }
}
