package org.enstore.accounting.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * The imagined site: how large it is and which time its records cover. The same site has the same
 * traffic in every run.
 *
 * @param zone the zone of its accounting server
 * @param from the first day of its records
 * @param until the end of its records, exclusive: the demo's present
 * @param movers how many movers served over all that time
 * @param transfersPerDay how many files were transferred on an ordinary day
 * @param seed what decides everything left to chance
 */
public record Site(
    ZoneId zone, LocalDate from, Instant until, int movers, int transfersPerDay, long seed) {

  public static final int DEFAULT_YEARS = 3;
  public static final int DEFAULT_MOVERS = 40;
  public static final int DEFAULT_TRANSFERS_PER_DAY = 950;
  public static final long DEFAULT_SEED = 20_031_027L;

  /** The demo's usual site, with its records up to {@code now}. */
  public static Site usual(ZoneId zone, Instant now) {
    return new Site(
        zone,
        now.atZone(zone).toLocalDate().minusYears(DEFAULT_YEARS),
        now,
        DEFAULT_MOVERS,
        DEFAULT_TRANSFERS_PER_DAY,
        DEFAULT_SEED);
  }

  public Site {
    if (movers < Fleet.FEWEST) {
      throw new IllegalArgumentException(
          "The demo's site has at least " + Fleet.FEWEST + " movers, not " + movers + ".");
    }
    if (transfersPerDay < 1 || transfersPerDay > 1_000_000) {
      throw new IllegalArgumentException(
          "The demo's site has 1 to 1000000 transfers a day, not " + transfersPerDay + ".");
    }
    if (!from.atStartOfDay(zone).toInstant().plus(Duration.ofDays(2)).isBefore(until)) {
      throw new IllegalArgumentException(
          "The demo's records cover two days at least: " + from + " to " + until + ".");
    }
  }

  /** The same site of another age. */
  public Site withYears(int years) {
    return new Site(zone, today().minusYears(years), until, movers, transfersPerDay, seed);
  }

  /** The same site with another number of movers. */
  public Site withMovers(int count) {
    return new Site(zone, from, until, count, transfersPerDay, seed);
  }

  /** The same site with more or less to do. */
  public Site withTransfersPerDay(int count) {
    return new Site(zone, from, until, movers, count, seed);
  }

  /** A site like it where chance went another way. */
  public Site withSeed(long other) {
    return new Site(zone, from, until, movers, transfersPerDay, other);
  }

  /** The day of which the records hold a part only. */
  public LocalDate today() {
    return until.atZone(zone).toLocalDate();
  }
}
