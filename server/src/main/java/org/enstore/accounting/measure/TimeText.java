package org.enstore.accounting.measure;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Moments and durations as people are told of them. */
public final class TimeText {
  private static final DateTimeFormatter TO_THE_SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT);

  private TimeText() {}

  /**
   * {@code moment} to the second on the clocks of {@code zone}, with how long ago that was: {@code
   * 2026-12-01 04:35:40 -06:00 (2 min ago)}.
   */
  public static String of(Instant moment, ZoneId zone, Instant now) {
    Duration age = Duration.between(moment, now);
    return TO_THE_SECOND.format(moment.atZone(zone))
        + (age.toSeconds() < 1 ? " (just now)" : " (" + of(age) + " ago)");
  }

  /** {@code duration} in the largest unit of which there are two at least, rounded down. */
  public static String of(Duration duration) {
    if (duration.toDays() >= 2) {
      return duration.toDays() + " d";
    }
    if (duration.toHours() >= 2) {
      return duration.toHours() + " h";
    }
    return duration.toMinutes() >= 2 ? duration.toMinutes() + " min" : duration.toSeconds() + " s";
  }
}
