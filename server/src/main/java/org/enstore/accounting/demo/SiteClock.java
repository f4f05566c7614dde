package org.enstore.accounting.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** The wall clock of a site, for seconds since the epoch. */
record SiteClock(ZoneId zone) {
  /** What the clock shows at a moment, in seconds since 1970-01-01 00:00 on it. */
  long wall(long epochSecond) {
    return epochSecond
        + zone.getRules().getOffset(Instant.ofEpochSecond(epochSecond)).getTotalSeconds();
  }

  LocalDate day(long epochSecond) {
    return Instant.ofEpochSecond(epochSecond).atZone(zone).toLocalDate();
  }

  /** When a day begins, in seconds since the epoch. */
  long start(LocalDate day) {
    return day.atStartOfDay(zone).toEpochSecond();
  }
}
