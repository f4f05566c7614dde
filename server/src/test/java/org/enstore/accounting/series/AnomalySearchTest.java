package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnomalySearchTest {
  private static final LocalDate TODAY = LocalDate.parse("2025-06-20");
  private static final long GIB = 1L << 30;
  private static final TimeRange JUNE =
      new TimeRange(MemorySite.midnight("2025-06-01"), MemorySite.NOON);

  private final MemorySite site = new MemorySite();

  @AfterEach
  void close() {
    site.close();
  }

  /** Writes of every day but today: weekdays, weekends, and a little that changes. */
  private void days(int count, Map<String, Long> otherwise) {
    for (int ago = count; ago >= 1; ago--) {
      LocalDate day = TODAY.minusDays(ago);
      long usual = day.getDayOfWeek().getValue() > 5 ? 100 : 400;
      long noise = ago * 7919L % 97 * (GIB / 20);
      long gibibytes = otherwise.getOrDefault(day.toString(), usual);
      site.summary(day.toString(), "L8_1", 0, gibibytes == 0 ? 0 : gibibytes * GIB + noise);
    }
  }

  private AnomalyAnswer ask(AnomalyQuery.View view, TimeRange range, Step step) {
    return site.engine.anomalies(
        new AnomalyQuery(
            new SeriesQuery(
                Transfers.DATASET,
                Transfers.BYTES,
                range,
                Optional.empty(),
                Duration.ofMinutes(1),
                100,
                List.of(),
                List.of(),
                Map.of(),
                false,
                ByteUnit.BYTES,
                GapPolicy.NOT_YET,
                step == Step.HOUR_1 ? SourceChoice.RAW : SourceChoice.AUTO,
                Arrangement.PLAIN),
            step,
            Optional.empty(),
            1,
            view),
        Demand.USUAL,
        new Cancellation(),
        Room.UNBOUNDED);
  }

  private static Numbers part(AnomalyAnswer answer, String part) {
    return answer.series().table().series().stream()
        .filter(series -> part.equals(series.labels().get(AnomalyAnswer.LABEL)))
        .map(Series::numbers)
        .findFirst()
        .orElseThrow();
  }

  private static int bucket(AnomalyAnswer answer, String day) {
    return answer.series().table().buckets().indexOf(MemorySite.midnight(day).getEpochSecond());
  }

  private static long flag(AnomalyAnswer answer, String day) {
    return ((Numbers.Longs) answer.series().table().series().get(0).numbers())
        .at(bucket(answer, day));
  }

  @Test
  void oneBadDay_isFlagged_andAnEpisode() {
    days(700, Map.of("2025-06-10", 0L));

    AnomalyAnswer flags = ask(AnomalyQuery.View.FLAGS, JUNE, Step.DAY);

    assertThat(flag(flags, "2025-06-10")).isEqualTo(-1);
    for (String day : List.of("2025-06-01", "2025-06-09", "2025-06-14", "2025-06-19")) {
      assertThat(flag(flags, day)).as(day).isZero();
    }
    assertThat(flags.series().table().buckets().to())
        .isEqualTo(MemorySite.midnight("2025-06-20").getEpochSecond());
    assertThat(flags.episodes()).hasSize(1);
    AnomalyAnswer.Episode episode = flags.episodes().get(0);
    assertThat(episode.begin()).isEqualTo(MemorySite.midnight("2025-06-10"));
    assertThat(episode.end()).isEqualTo(MemorySite.midnight("2025-06-11"));
    assertThat(episode.title()).isEqualTo("Total unusually low");
    assertThat(episode.words())
        .startsWith("On 2025-06-10 unusually low: 0 B where 40")
        .contains("GiB is usual")
        .endsWith("times the usual spread away.");
    assertThat(flags.annotations().events())
        .extracting(Annotations.Event::tags)
        .containsExactly(List.of("anomaly", "bytes", "low"));
  }

  @Test
  void bands_holdWhatIsUsual() {
    days(700, Map.of("2025-06-10", 1500L));

    AnomalyAnswer bands = ask(AnomalyQuery.View.BANDS, JUNE, Step.DAY);

    int bad = bucket(bands, "2025-06-10");
    int good = bucket(bands, "2025-06-12");
    for (int day : List.of(bad, good)) {
      assertThat(History.at(part(bands, "lower"), day))
          .isLessThan(History.at(part(bands, "expected"), day))
          .isNotNegative();
      assertThat(History.at(part(bands, "upper"), day))
          .isGreaterThan(History.at(part(bands, "expected"), day));
    }
    assertThat(part(bands, "unusual").isMissing(good)).isTrue();
    assertThat(History.at(part(bands, "unusual"), bad))
        .isEqualTo(History.at(part(bands, "actual"), bad))
        .isGreaterThan(History.at(part(bands, "upper"), bad));
  }

  @Test
  void ordinaryDays_giveNoMoreAlarmsThanAreTolerated() {
    days(1800, Map.of());

    AnomalyAnswer flags =
        ask(
            AnomalyQuery.View.FLAGS,
            new TimeRange(MemorySite.midnight("2024-06-20"), MemorySite.NOON),
            Step.DAY);

    assertThat(flags.episodes()).hasSizeLessThanOrEqualTo(12);
  }

  /** A rule looks at hours, a bucket is a day: the newest complete one is told. */
  @Test
  void rangeWithinTheRunningDay_hasTheDayBefore() {
    days(700, Map.of("2025-06-19", 0L));

    AnomalyAnswer flags =
        ask(
            AnomalyQuery.View.FLAGS,
            new TimeRange(MemorySite.NOON.minus(Duration.ofHours(6)), MemorySite.NOON),
            Step.DAY);

    assertThat(flags.series().table().buckets().count()).isEqualTo(1);
    assertThat(flag(flags, "2025-06-19")).isEqualTo(-1);
  }

  @Test
  void again_nothingIsComputed() {
    days(400, Map.of());
    assertThat(ask(AnomalyQuery.View.FLAGS, JUNE, Step.DAY).series().executed())
        .doesNotContain("anomalies from the cache");

    assertThat(ask(AnomalyQuery.View.BANDS, JUNE, Step.DAY).series().executed())
        .contains("anomalies from the cache");
  }

  @Test
  void shortHistory_tellsNothing_andSaysSo() {
    days(50, Map.of("2025-06-10", 0L));

    AnomalyAnswer flags = ask(AnomalyQuery.View.FLAGS, JUNE, Step.DAY);

    assertThat(flags.series().table().series().get(0).numbers().isMissing(0)).isTrue();
    assertThat(flags.episodes()).isEmpty();
    assertThat(flags.series().notices())
        .contains(
            Notice.warning(
                "Nothing can be told yet of any series: at this sensitivity it takes 91 complete"
                    + " days, and known are those of Total (49). Tolerate more false alarms"
                    + " (falseAlarms), or wait."));
  }

  /** The nights are quiet by the clock, also after it was put forward. */
  @Test
  void hours_areComparedByTheClock() {
    for (LocalDateTime at = LocalDateTime.parse("2025-01-20T00:20");
        at.isBefore(LocalDateTime.parse("2025-04-10T00:00"));
        at = at.plusHours(1)) {
      ZonedDateTime clock = at.atZone(MemorySite.CHICAGO);
      if (clock.toLocalDateTime().equals(at)) {
        long busy = at.getHour() >= 8 && at.getHour() < 18 ? 1000 : 10;
        long noise = at.getDayOfYear() * 31L % 17 + at.getHour() % 5;
        site.transfer(at.toString(), "L8_1.mover", Direction.WRITE, (busy + noise) * GIB);
      }
    }
    site.now.set(Instant.parse("2025-04-09T17:00:00Z"));

    AnomalyAnswer flags =
        ask(
            AnomalyQuery.View.FLAGS,
            new TimeRange(MemorySite.midnight("2025-03-09"), MemorySite.midnight("2025-03-20")),
            Step.HOUR_1);

    assertThat(flags.series().table().buckets().count()).isEqualTo(11 * 24 - 1);
    assertThat(flags.episodes()).isEmpty();
  }
}
