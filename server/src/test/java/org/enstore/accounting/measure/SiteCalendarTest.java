package org.enstore.accounting.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SiteCalendarTest {
  private static final SiteCalendar CHICAGO = calendar("America/Chicago");

  private static SiteCalendar calendar(String zone) {
    return new SiteCalendar(ZoneId.of(zone));
  }

  private static TimeRange range(String from, String to) {
    return new TimeRange(Instant.parse(from), Instant.parse(to));
  }

  private static long[] lengths(Buckets buckets) {
    long[] lengths = new long[buckets.count()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = buckets.end(i) - buckets.start(i);
    }
    return lengths;
  }

  @Test
  void days_springForward_hasAShortDay() {
    Buckets days = CHICAGO.buckets(Step.DAY, range("2025-03-08T12:00:00Z", "2025-03-10T12:00:00Z"));

    assertThat(lengths(days)).containsExactly(86_400, 82_800, 86_400);
    assertThat(Instant.ofEpochSecond(days.start(1))).isEqualTo("2025-03-09T06:00:00Z");
  }

  @Test
  void days_fallBack_hasALongDay() {
    Buckets days = CHICAGO.buckets(Step.DAY, range("2025-11-01T12:00:00Z", "2025-11-03T12:00:00Z"));

    assertThat(lengths(days)).containsExactly(86_400, 90_000, 86_400);
  }

  @Test
  void twelveHours_startAtLocalMidnight_andEndWithTheDay() {
    Buckets halves =
        CHICAGO.buckets(Step.HOUR_12, range("2025-11-02T05:00:00Z", "2025-11-03T06:00:00Z"));

    assertThat(lengths(halves)).containsExactly(43_200, 46_800);
    assertThat(Instant.ofEpochSecond(halves.from())).isEqualTo("2025-11-02T05:00:00Z");
  }

  @Test
  void hours_onALongDay_areTwentyFive() {
    Buckets hours =
        CHICAGO.buckets(Step.HOUR_1, range("2025-11-02T05:00:00Z", "2025-11-03T06:00:00Z"));

    assertThat(lengths(hours)).hasSize(25).containsOnly(3_600);
  }

  @Test
  void twoHours_endOfALongDay_isWithinItsLastBucket() {
    Buckets twos =
        CHICAGO.buckets(Step.HOUR_2, range("2025-11-03T05:30:00Z", "2025-11-03T06:30:00Z"));

    assertThat(lengths(twos)).containsExactly(10_800, 7_200);
  }

  @Test
  void fourHours_onAShortDay_endWithAShorterBucket() {
    Buckets fours =
        CHICAGO.buckets(Step.HOUR_4, range("2025-03-09T06:00:00Z", "2025-03-10T05:00:00Z"));

    assertThat(lengths(fours)).containsExactly(14_400, 14_400, 14_400, 14_400, 14_400, 10_800);
  }

  @Test
  void buckets_rangeWithinOne_areWhole() {
    Buckets hours =
        CHICAGO.buckets(Step.HOUR_1, range("2025-06-01T10:17:03Z", "2025-06-01T10:17:04Z"));

    assertThat(hours.count()).isEqualTo(1);
    assertThat(Instant.ofEpochSecond(hours.from())).isEqualTo("2025-06-01T10:00:00Z");
    assertThat(Instant.ofEpochSecond(hours.to())).isEqualTo("2025-06-01T11:00:00Z");
  }

  @Test
  void buckets_endIsExclusive() {
    Buckets days = CHICAGO.buckets(Step.DAY, range("2025-06-01T05:00:00Z", "2025-06-02T05:00:00Z"));

    assertThat(days.count()).isEqualTo(1);
  }

  @Test
  void weeks_beginOnMonday() {
    Buckets weeks =
        CHICAGO.buckets(Step.WEEK, range("2026-01-01T12:00:00Z", "2026-01-06T12:00:00Z"));

    assertThat(CHICAGO.dayOf(weeks.start(0))).isEqualTo("2025-12-29");
    assertThat(CHICAGO.dayOf(weeks.start(1))).isEqualTo("2026-01-05");
    assertThat(weeks.count()).isEqualTo(2);
  }

  @Test
  void months_quartersAndYears_followTheCalendar() {
    TimeRange range = range("2024-02-15T12:00:00Z", "2025-01-15T12:00:00Z");

    Buckets quarters = CHICAGO.buckets(Step.QUARTER, range);
    assertThat(CHICAGO.dayOf(quarters.start(0))).isEqualTo("2024-01-01");
    assertThat(quarters.count()).isEqualTo(5);
    assertThat(CHICAGO.buckets(Step.MONTH, range).count()).isEqualTo(12);
    assertThat(CHICAGO.buckets(Step.YEAR, range).count()).isEqualTo(2);
  }

  @Test
  void startOfDay_missingMidnight_isTheFirstInstantAfterTheGap() {
    assertThat(calendar("America/Sao_Paulo").startOfDay(LocalDate.of(2018, 11, 4)))
        .isEqualTo(Instant.parse("2018-11-04T03:00:00Z").getEpochSecond());
  }

  @Test
  void startOfDay_repeatedMidnight_isTheFirst() {
    SiteCalendar havana = calendar("America/Havana");

    long start = havana.startOfDay(LocalDate.of(2024, 11, 3));

    assertThat(Instant.ofEpochSecond(start)).isEqualTo("2024-11-03T04:00:00Z");
    assertThat(havana.dayOf(start)).isEqualTo("2024-11-03");
    assertThat(havana.dayOf(start + 3600)).isEqualTo("2024-11-03");
    assertThat(havana.dayOf(start - 1)).isEqualTo("2024-11-02");
  }

  @Test
  void startOfDay_midnightAfterWhichTheDayBeforeGoesOn_isTheLater() {
    SiteCalendar newfoundland = calendar("America/St_Johns");

    long start = newfoundland.startOfDay(LocalDate.of(2010, 11, 7));

    assertThat(Instant.ofEpochSecond(start)).isEqualTo("2010-11-07T03:30:00Z");
    assertThat(newfoundland.dayOf(start)).isEqualTo("2010-11-07");
    assertThat(newfoundland.dayOf(start - 1)).isEqualTo("2010-11-06");
  }

  @Test
  void startOfDay_historicShift_isFollowed() {
    SiteCalendar moscow = calendar("Europe/Moscow");

    assertThat(Instant.ofEpochSecond(moscow.startOfDay(LocalDate.of(2014, 10, 26))))
        .isEqualTo("2014-10-25T20:00:00Z");
    assertThat(Instant.ofEpochSecond(moscow.startOfDay(LocalDate.of(2014, 10, 27))))
        .isEqualTo("2014-10-26T21:00:00Z");
  }

  @Test
  void buckets_anyZoneAndStep_coverTheRangeWithoutGapsOrEmptyOnes() {
    long seed = 20260101;
    Random random = new Random(seed);
    String[] zones = {
      "UTC",
      "America/Chicago",
      "America/Havana",
      "America/Nuuk",
      "Europe/Moscow",
      "Australia/Lord_Howe",
      "America/St_Johns",
      "America/Sao_Paulo",
      "Pacific/Apia",
      "Asia/Kolkata"
    };
    List<Step> steps = List.of(Step.values());
    for (int i = 0; i < 2_000; i++) {
      SiteCalendar calendar = calendar(zones[random.nextInt(zones.length)]);
      Step step = steps.get(random.nextInt(steps.size()));
      long from = 1_000_000_000L + random.nextInt(700_000_000);
      long length = 1L + random.nextInt((int) Math.min(40 * step.nominal().toSeconds(), 1 << 30));
      TimeRange range =
          new TimeRange(Instant.ofEpochSecond(from), Instant.ofEpochSecond(from + length));

      Buckets buckets = calendar.buckets(step, range);

      String which = "seed " + seed + ", case " + i + ": " + calendar + " " + step + " " + range;
      assertThat(buckets.from()).as(which).isLessThanOrEqualTo(from);
      assertThat(buckets.to()).as(which).isGreaterThanOrEqualTo(from + length);
      assertThat(buckets.start(buckets.count() - 1)).as(which).isLessThan(from + length);
      assertThat(buckets.end(0)).as(which).isGreaterThan(from);
      for (int b = 0; b < buckets.count(); b++) {
        assertThat(buckets.end(b)).as(which).isGreaterThan(buckets.start(b));
        assertThat(buckets.indexOf(buckets.start(b))).as(which).isEqualTo(b);
        assertThat(buckets.indexOf(buckets.end(b) - 1)).as(which).isEqualTo(b);
      }
      assertThat((long) buckets.count())
          .as(which)
          .isLessThanOrEqualTo(SiteCalendar.bucketEstimate(step, range) * 26 / 24 + 3);
    }
  }

  @Test
  void indexOf_outside_isMinusOne() {
    Buckets days = CHICAGO.buckets(Step.DAY, range("2025-06-01T05:00:00Z", "2025-06-02T05:00:00Z"));

    assertThat(days.indexOf(days.from() - 1)).isEqualTo(-1);
    assertThat(days.indexOf(days.to())).isEqualTo(-1);
  }

  @Test
  void withPrevious_doublesTheBuckets_whateverTheStepAndTheClock() {
    Random random = new Random(17);
    for (String zone : List.of("America/Chicago", "Australia/Lord_Howe", "Europe/Moscow", "UTC")) {
      SiteCalendar calendar = calendar(zone);
      for (Step step : Step.values()) {
        Instant from =
            Instant.parse("2014-06-01T00:00:00Z").plusSeconds(random.nextInt(300_000_000));
        Buckets buckets =
            calendar.buckets(
                step,
                new TimeRange(
                    from,
                    from.plusSeconds(
                        1 + (long) (step.nominal().toSeconds() * random.nextDouble(40)))));

        Buckets both = calendar.withPrevious(buckets);

        assertThat(both.count()).as("%s %s %s", zone, step, from).isEqualTo(2 * buckets.count());
        assertThat(both.from(buckets.count())).isEqualTo(buckets);
      }
    }
  }
}
