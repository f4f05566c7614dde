package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Grain;
import org.junit.jupiter.api.Test;

final class WallClockTest {

  @Test
  void instant_repeatedHour_isTheLater() {
    assertThat(clock("America/Chicago").instant(wall("2023-11-05T01:30:00")))
        .isEqualTo("2023-11-05T07:30:00Z");
  }

  @Test
  void instant_missingHour_isShiftedForward() {
    assertThat(clock("America/Chicago").instant(wall("2024-03-10T02:30:00")))
        .isEqualTo("2024-03-10T08:30:00Z");
  }

  @Test
  void instant_moscow2014_repeatedHour() {
    assertThat(clock("Europe/Moscow").instant(wall("2014-10-26T01:30:00")))
        .isEqualTo("2014-10-25T22:30:00Z");
  }

  @Test
  void cellStart_plainDay() {
    WallClock clock = clock("Europe/Moscow");

    assertThat(cell(clock, Grain.MINUTE, "2024-05-01T10:20:00")).isEqualTo("2024-05-01T07:20:00Z");
    assertThat(cell(clock, Grain.HOUR, "2024-05-01T10:00:00")).isEqualTo("2024-05-01T07:00:00Z");
    assertThat(cell(clock, Grain.DAY, "2024-05-01T00:00:00")).isEqualTo("2024-04-30T21:00:00Z");
  }

  @Test
  void cellStart_zoneOffWholeHours_hoursBeginAtLocalOnes() {
    assertThat(cell(clock("Asia/Kathmandu"), Grain.HOUR, "2024-05-01T10:00:00"))
        .isEqualTo("2024-05-01T04:15:00Z");
  }

  @Test
  void readFrom_anInstant_missesNoTimeThatIsReadAsLater() {
    for (String name :
        new String[] {
          "America/Chicago",
          "America/Havana",
          "America/Nuuk",
          "America/Sao_Paulo",
          "America/St_Johns",
          "Asia/Kathmandu",
          "Asia/Pyongyang",
          "Australia/Lord_Howe",
          "Europe/Moscow",
          "Pacific/Apia",
          "Pacific/Kwajalein"
        }) {
      WallClock clock = clock(name);
      var rules = ZoneId.of(name).getRules();
      var change = rules.nextTransition(Instant.parse("1990-01-01T00:00:00Z"));
      while (change != null
          && change.getInstant().isBefore(Instant.parse("2026-01-01T00:00:00Z"))) {
        LocalDate day = change.getDateTimeBefore().toLocalDate();
        for (LocalDate first = day.minusDays(1); first.isBefore(day.plusDays(2)); ) {
          LocalDate next = first.plusDays(1);
          for (long at = clock.startOfDay(first); at < clock.startOfDay(next); at += 3600) {
            Instant since = Instant.ofEpochSecond(at);
            LocalDateTime from = clock.readFrom(since);
            for (LocalDateTime wall = from.minusHours(27);
                wall.isBefore(from);
                wall = wall.plusMinutes(10)) {
              assertThat(clock.instant(wall).isBefore(since))
                  .as("%s: %s before %s of %s", name, wall, from, since)
                  .isTrue();
            }
          }
          first = next;
        }
        change = rules.nextTransition(change.getInstant());
      }
    }
  }

  @Test
  void cells_coverTheirTimeOnce_andNoneReachesIntoTwo() {
    for (String name :
        new String[] {
          "America/Chicago",
          "America/Havana",
          "America/Nuuk",
          "America/St_Johns",
          "Australia/Lord_Howe",
          "Pacific/Apia"
        }) {
      WallClock clock = clock(name);
      var rules = ZoneId.of(name).getRules();
      var change = rules.nextTransition(Instant.parse("2009-12-01T00:00:00Z"));
      for (;
          change != null && change.getInstant().isBefore(Instant.parse("2012-06-01T00:00:00Z"));
          change = rules.nextTransition(change.getInstant())) {
        LocalDateTime to = change.getDateTimeAfter().toLocalDate().plusDays(2).atStartOfDay();
        for (int minutesBefore = 0; minutesBefore < 5 * 24 * 60; minutesBefore += 487) {
          for (Grain grain : Grain.values()) {
            LocalDateTime from = to.minusMinutes(minutesBefore);
            LocalDateTime at = grain == Grain.DAY ? from.toLocalDate().atStartOfDay() : from;
            for (WallClock.Cells run : clock.cells(grain, at, to)) {
              for (LocalDateTime cell = run.first();
                  !cell.isAfter(run.last());
                  cell = cell.plus(run.width())) {
                assertThat(cell).as("%s %s from %s", name, grain, from).isEqualTo(at);
                at = cell.plus(run.width());
                assertThat(cell(clock, grain, at.minusSeconds(1).toString()))
                    .as("%s %s end of %s", name, grain, cell)
                    .isEqualTo(cell(clock, grain, cell.toString()));
              }
            }
            assertThat(at).as("%s %s from %s", name, grain, from).isEqualTo(to);
          }
        }
      }
    }
  }

  @Test
  void brokenHours_noneWhereChangesAreWholeHours() {
    for (String zone : new String[] {"America/Chicago", "Europe/Madrid", "Europe/Moscow", "UTC"}) {
      assertThat(
              clock(zone)
                  .daysWithBrokenHours(
                      LocalDate.parse("2001-01-01"), LocalDate.parse("2024-12-31")))
          .as(zone)
          .isEmpty();
    }
  }

  @Test
  void brokenHours_halfHourChanges() {
    assertThat(
            clock("Australia/Lord_Howe")
                .daysWithBrokenHours(LocalDate.parse("2024-01-01"), LocalDate.parse("2025-01-01")))
        .containsExactly(LocalDate.parse("2024-04-07"), LocalDate.parse("2024-10-06"));
  }

  @Test
  void brokenHours_changesAtOneMinutePastMidnight() {
    assertThat(
            clock("America/St_Johns")
                .daysWithBrokenHours(LocalDate.parse("2010-01-01"), LocalDate.parse("2011-01-01")))
        .isNotEmpty()
        .allMatch(
            day ->
                day.equals(LocalDate.parse("2010-03-14"))
                    || day.equals(LocalDate.parse("2010-11-06"))
                    || day.equals(LocalDate.parse("2010-11-07")));
  }

  @Test
  void readFrom_usuallyMidnight() {
    assertThat(clock("America/Chicago").readFrom(LocalDate.parse("2024-03-10")))
        .isEqualTo("2024-03-10T00:00:00");
    assertThat(clock("America/Nuuk").readFrom(LocalDate.parse("2025-03-30")))
        .isEqualTo("2025-03-30T00:00:00");
  }

  @Test
  void readFrom_skippedDate() {
    assertThat(clock("Pacific/Apia").readFrom(LocalDate.parse("2011-12-31")))
        .isEqualTo("2011-12-30T00:00:00");
  }

  @Test
  void skippedEvening_staysOnItsDate_whateverTheGrain() {
    WallClock nuuk = clock("America/Nuuk");
    assertThat(cell(nuuk, Grain.DAY, "2024-03-30T23:30:00")).isEqualTo("2024-03-30T02:00:00Z");
    assertThat(cell(nuuk, Grain.HOUR, "2024-03-30T23:30:00")).isEqualTo("2024-03-31T00:00:00Z");
    assertThat(cell(nuuk, Grain.MINUTE, "2024-03-30T23:30:00")).isEqualTo("2024-03-31T00:59:00Z");
    WallClock pyongyang = clock("Asia/Pyongyang");
    assertThat(cell(pyongyang, Grain.DAY, "2018-05-04T23:45:00")).isEqualTo("2018-05-03T15:30:00Z");
    assertThat(cell(pyongyang, Grain.HOUR, "2018-05-04T23:45:00"))
        .isEqualTo("2018-05-04T14:30:00Z");
  }

  @Test
  void repeatedMidnight_dayBeginsAtTheFirst_itsHourIsReadAsTheLater() {
    WallClock havana = clock("America/Havana");
    assertThat(cell(havana, Grain.DAY, "2024-11-03T00:30:00")).isEqualTo("2024-11-03T04:00:00Z");
    assertThat(cell(havana, Grain.HOUR, "2024-11-03T00:30:00")).isEqualTo("2024-11-03T05:00:00Z");
    assertThat(cell(havana, Grain.HOUR, "2024-11-02T23:30:00")).isEqualTo("2024-11-03T03:00:00Z");
  }

  private static WallClock clock(String zone) {
    return new WallClock(new SiteCalendar(ZoneId.of(zone)));
  }

  private static LocalDateTime wall(String text) {
    return LocalDateTime.parse(text);
  }

  private static Instant cell(WallClock clock, Grain grain, String text) {
    return Instant.ofEpochSecond(clock.cellStart(grain, wall(text).toEpochSecond(ZoneOffset.UTC)));
  }
}
