package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.series.SourceReads.byStart;
import static org.enstore.accounting.series.SourceReads.read;
import static org.enstore.accounting.series.SourceReads.sum;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.SiteCalendar;
import org.junit.jupiter.api.Test;

/** Where transfers go that were recorded by a clock which was put forward or back. */
interface SiteClockContract extends SourceUnderTest {
  @Test
  default void repeatedHour_isReadAsTheLater() throws Exception {
    TransferSource source =
        raw(
            CHICAGO,
            TransferRow.of("2023-11-05T00:30:00", "r", 1, "A.mover"),
            TransferRow.of("2023-11-05T01:30:00", "r", 2, "A.mover"),
            TransferRow.of("2023-11-05T02:30:00", "r", 4, "A.mover"),
            TransferRow.of("2023-11-05T23:30:00", "r", 8, "A.mover"));

    assertThat(read(source, Grain.HOUR, TOTAL, "2023-11-05", "2023-11-06"))
        .containsExactly(
            "2023-11-05T05:00:00Z read [] 1",
            "2023-11-05T07:00:00Z read [] 2",
            "2023-11-05T08:00:00Z read [] 4",
            "2023-11-06T05:00:00Z read [] 8");
    assertThat(read(source, Grain.MINUTE, TOTAL, "2023-11-05", "2023-11-06"))
        .contains("2023-11-05T07:30:00Z read [] 2");
    assertThat(read(source, Grain.DAY, TOTAL, "2023-11-05", "2023-11-06"))
        .containsExactly("2023-11-05T05:00:00Z read [] 15");
  }

  @Test
  default void missingHour_isShiftedForward() throws Exception {
    TransferSource source =
        raw(
            CHICAGO,
            TransferRow.of("2024-03-10T01:59:59", "r", 1, "A.mover"),
            TransferRow.of("2024-03-10T02:30:00", "r", 2, "A.mover"),
            TransferRow.of("2024-03-10T03:00:00", "r", 4, "A.mover"));

    assertThat(read(source, Grain.MINUTE, TOTAL, "2024-03-10", "2024-03-11"))
        .containsExactly(
            "2024-03-10T07:59:00Z read [] 1",
            "2024-03-10T08:00:00Z read [] 4",
            "2024-03-10T08:30:00Z read [] 2");
    assertThat(read(source, Grain.HOUR, TOTAL, "2024-03-10", "2024-03-11"))
        .containsExactly("2024-03-10T07:00:00Z read [] 1", "2024-03-10T08:00:00Z read [] 6");
  }

  @Test
  default void hours_areElapsedSinceLocalMidnight_whereTheOffsetChangesByHalfAnHour()
      throws Exception {
    ZoneId lordHowe = ZoneId.of("Australia/Lord_Howe");
    TransferSource source =
        raw(
            lordHowe,
            // Clocks go from 02:00 back to 01:30: midnight is 13:00 UTC, 02:10 is 2 h 40 min on.
            TransferRow.of("2024-04-07T01:40:00", "r", 1, "A.mover"),
            TransferRow.of("2024-04-07T02:10:00", "r", 2, "A.mover"),
            TransferRow.of("2024-04-07T02:40:00", "r", 4, "A.mover"),
            TransferRow.of("2024-04-08T02:40:00", "r", 8, "A.mover"));

    assertThat(read(source, Grain.HOUR, TOTAL, "2024-04-07", "2024-04-09"))
        .containsExactly(
            "2024-04-06T15:00:00Z read [] 3",
            "2024-04-06T16:00:00Z read [] 4",
            "2024-04-07T15:30:00Z read [] 8");
  }

  @Test
  default void midnightThatDoesNotOccur_dayBeginsAfterTheGap() throws Exception {
    ZoneId saoPaulo = ZoneId.of("America/Sao_Paulo");
    TransferSource source =
        raw(
            saoPaulo,
            TransferRow.of("2018-11-03T23:59:00", "r", 1, "A.mover"),
            TransferRow.of("2018-11-04T00:30:00", "r", 2, "A.mover"),
            TransferRow.of("2018-11-04T01:00:00", "r", 4, "A.mover"));

    assertThat(read(source, Grain.MINUTE, TOTAL, "2018-11-04", "2018-11-05"))
        .containsExactly("2018-11-04T03:00:00Z read [] 4", "2018-11-04T03:30:00Z read [] 2");
    assertThat(read(source, Grain.DAY, TOTAL, "2018-11-04", "2018-11-05"))
        .containsExactly("2018-11-04T03:00:00Z read [] 6");
  }

  @Test
  default void dateThatDoesNotOccur_isCountedOnTheNext() throws Exception {
    ZoneId apia = ZoneId.of("Pacific/Apia");
    TransferSource source =
        raw(
            apia,
            TransferRow.of("2011-12-29T23:00:00", "r", 1, "A.mover"),
            TransferRow.of("2011-12-30T10:00:00", "r", 2, "A.mover"),
            TransferRow.of("2011-12-31T10:00:00", "r", 4, "A.mover"));

    for (Grain grain : Grain.values()) {
      assertThat(sum(source, grain, "2011-12-29", "2011-12-30")).isEqualTo(1);
      assertThat(sum(source, grain, "2011-12-30", "2011-12-31")).isZero();
      assertThat(sum(source, grain, "2011-12-31", "2012-01-01")).isEqualTo(6);
    }
  }

  @Test
  default void timeSkippedBeforeMidnight_isTheEndOfItsDate() throws Exception {
    // Clocks went from 23:00, 23:30 and 23:30 to the next day: midnight, midnight and 00:30.
    for (String[] place :
        new String[][] {
          {"America/Nuuk", "2024-03-30"},
          {"Asia/Pyongyang", "2018-05-04"},
          {"America/Toronto", "1919-03-30"}
        }) {
      LocalDate day = LocalDate.parse(place[1]);
      TransferSource source =
          raw(
              ZoneId.of(place[0]),
              TransferRow.of(day + "T22:15:00", "r", 1, "A.mover"),
              TransferRow.of(day + "T23:45:00", "r", 2, "A.mover"),
              TransferRow.of(day.plusDays(1) + "T00:45:00", "r", 4, "A.mover"));
      for (Grain grain : Grain.values()) {
        assertThat(sum(source, grain, day.toString(), day.plusDays(1).toString()))
            .as("%s %s", place[0], grain)
            .isEqualTo(3);
        assertThat(sum(source, grain, day.plusDays(1).toString(), day.plusDays(2).toString()))
            .as("%s %s", place[0], grain)
            .isEqualTo(4);
      }
    }
  }

  @Test
  default void windows_shareNoRowAndLoseNone() throws Exception {
    for (String name :
        List.of(
            "America/Chicago",
            "America/Havana",
            "Australia/Lord_Howe",
            "America/St_Johns",
            "America/Sao_Paulo",
            "Europe/Moscow",
            "Asia/Kathmandu")) {
      ZoneId zone = ZoneId.of(name);
      LocalDate first = LocalDate.parse("2010-10-25");
      Random random = new Random(7);
      List<TransferRow> rows = new ArrayList<>();
      long all = 0;
      for (int i = 0; i < 500; i++) {
        LocalDateTime date = first.atStartOfDay().plusSeconds(random.nextInt(20 * 86_400));
        long size = random.nextInt(1000);
        all += size;
        rows.add(TransferRow.of(date.toString(), i % 3 == 0 ? "w" : "r", size, "A.mover"));
      }
      TransferSource source = source(zone, rows, List.of());
      SiteCalendar calendar = new SiteCalendar(zone);
      for (Grain grain : Grain.values()) {
        long found = 0;
        for (LocalDate day = first; day.isBefore(first.plusDays(20)); day = day.plusDays(1)) {
          long start = calendar.startOfDay(day);
          long end = calendar.startOfDay(day.plusDays(1));
          Map<String, Long> cells = new TreeMap<>();
          source.read(
              new ReadRequest(Transfers.FACTS, grain, TOTAL, day, day.plusDays(1)),
              (epochSecond, key, sums) -> {
                if (epochSecond < start || epochSecond >= end) {
                  throw new AssertionError(name + " " + grain + " " + start + " " + epochSecond);
                }
                cells.merge(epochSecond + " " + key, sums[0], Long::sum);
              },
              new Cancellation());
          found += cells.values().stream().mapToLong(Long::longValue).sum();
        }
        assertThat(found).as("%s %s", name, grain).isEqualTo(all);
      }
    }
  }

  @Test
  default void transfers_beforeAnInstantAndSince_areEachInOneOfTwo() throws Exception {
    Random random = new Random(11);
    for (String[] place :
        new String[][] {
          {"America/Chicago", "2025-03-08"},
          {"America/Chicago", "2025-11-01"},
          {"America/Havana", "2025-11-01"},
          {"America/Nuuk", "2024-03-29"},
          {"Asia/Pyongyang", "2018-05-03"},
          {"Australia/Lord_Howe", "2025-04-05"},
          {"Australia/Lord_Howe", "2025-10-04"},
          {"Europe/Moscow", "2014-10-25"},
          {"Pacific/Apia", "2011-12-29"},
          {"America/Sao_Paulo", "2018-11-03"}
        }) {
      ZoneId zone = ZoneId.of(place[0]);
      LocalDate first = LocalDate.parse(place[1]);
      List<TransferRow> rows = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        LocalDateTime date = first.atStartOfDay().plusSeconds(random.nextInt(3 * 86_400));
        rows.add(TransferRow.of(date.toString(), "r", 1L << random.nextInt(40), "A.mover"));
      }
      TransferSource source = source(zone, rows, List.of());
      SiteCalendar calendar = new SiteCalendar(zone);
      for (LocalDate day = first; day.isBefore(first.plusDays(3)); day = day.plusDays(1)) {
        long start = calendar.startOfDay(day);
        long end = calendar.startOfDay(day.plusDays(1));
        for (Grain grain : List.of(Grain.MINUTE, Grain.HOUR)) {
          Map<Long, Long> whole = byStart(source, grain, day, Optional.empty());
          for (long since = start; since < end; since += 3 * 3600) {
            Map<Long, Long> joined = new TreeMap<>();
            long seam = since;
            whole.forEach(
                (at, sum) -> {
                  if (at < seam) {
                    joined.put(at, sum);
                  }
                });
            byStart(source, grain, day, Optional.of(Instant.ofEpochSecond(since)))
                .forEach(
                    (at, sum) -> {
                      assertThat(at).isGreaterThanOrEqualTo(seam);
                      joined.merge(at, sum, Long::sum);
                    });
            assertThat(joined).as("%s %s %s %s", zone, grain, day, since).isEqualTo(whole);
          }
        }
      }
    }
  }
}
