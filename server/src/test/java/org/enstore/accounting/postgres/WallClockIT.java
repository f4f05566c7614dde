package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.enstore.accounting.measure.SiteCalendar;
import org.junit.jupiter.api.Test;

final class WallClockIT {
  private static final List<String> ZONES =
      List.of(
          "America/Chicago",
          "Europe/Madrid",
          "Europe/Moscow",
          "Europe/London",
          "Australia/Lord_Howe",
          "America/St_Johns",
          "America/Sao_Paulo",
          "Asia/Kathmandu",
          "Pacific/Apia",
          "Asia/Tehran",
          "Africa/Casablanca",
          "UTC");

  /** PostgreSQL 12.22's time zone data and the JDK's agree on these years. */
  private static final LocalDateTime FIRST = LocalDateTime.parse("2001-01-01T00:00:00");

  private static final long SPAN_SECONDS = 20L * 365 * 86_400;

  @Test
  void instant_isWhatPostgresMakesOfAtTimeZone() throws Exception {
    Random random = new Random(20_111_230);
    try (Connection connection = SharedPair.get().standby("postgres");
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT extract(epoch from wall AT TIME ZONE ?)::bigint"
                    + " FROM unnest(?::timestamp[]) WITH ORDINALITY AS t(wall, place)"
                    + " ORDER BY place")) {
      for (String zone : ZONES) {
        List<LocalDateTime> walls = new ArrayList<>(aroundChanges(ZoneId.of(zone)));
        for (int i = 0; i < 500; i++) {
          walls.add(FIRST.plusSeconds(random.nextLong(SPAN_SECONDS)));
        }
        WallClock clock = new WallClock(new SiteCalendar(ZoneId.of(zone)));
        statement.setString(1, zone);
        statement.setArray(
            2,
            connection.createArrayOf(
                "text", walls.stream().map(LocalDateTime::toString).toArray()));
        try (ResultSet rows = statement.executeQuery()) {
          for (LocalDateTime wall : walls) {
            assertThat(rows.next()).isTrue();
            assertThat(clock.instant(wall).getEpochSecond())
                .as("%s in %s", wall, zone)
                .isEqualTo(rows.getLong(1));
          }
        }
      }
    }
  }

  /** Times before, in and after every gap and overlap. */
  private static List<LocalDateTime> aroundChanges(ZoneId zone) {
    List<LocalDateTime> walls = new ArrayList<>();
    ZoneOffsetTransition change = zone.getRules().nextTransition(FIRST.atZone(zone).toInstant());
    while (change != null && change.getDateTimeBefore().getYear() < FIRST.getYear() + 20) {
      LocalDateTime before = change.getDateTimeBefore();
      LocalDateTime after = change.getDateTimeAfter();
      for (int minutes : new int[] {-61, -31, -1, 0, 1, 15, 29, 30, 31, 45, 59, 60, 61, 90}) {
        walls.add(before.plusMinutes(minutes));
        walls.add(after.plusMinutes(minutes));
      }
      change = zone.getRules().nextTransition(change.getInstant());
    }
    return walls;
  }
}
