package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForecastsTest {
  private static final LocalDate TODAY = LocalDate.parse("2025-06-20");
  private static final long GIB = 1L << 30;

  private final MemorySite site = new MemorySite();

  @AfterEach
  void close() {
    site.close();
  }

  /** Writes of every day but today: weekdays, weekends, and a little that changes. */
  private void days(String mover, int count, long gibibytes) {
    for (int ago = count; ago >= 1; ago--) {
      LocalDate day = TODAY.minusDays(ago);
      long weekday = day.getDayOfWeek().getValue() > 5 ? 1 : 4;
      write(mover, day, (weekday * gibibytes) * GIB + ago * 7919L % 97 * (GIB / 200));
    }
  }

  private void write(String mover, LocalDate day, long bytes) {
    site.summary(day.toString(), mover, 0, bytes);
  }

  private final class Ask {
    private Measure measure = Transfers.BYTES;
    private TimeRange range = MemorySite.days("2025-06-01", "2025-07-20");
    private Step step = Step.DAY;
    private Duration history = Duration.ofDays(1826);
    private List<Dimension> groupBy = List.of();
    private ForecastQuery.Total total = ForecastQuery.Total.NONE;

    Ask range(String from, String to) {
      range = MemorySite.days(from, to);
      return this;
    }

    Ask by(Step wanted) {
      step = wanted;
      return this;
    }

    Ask movers(ForecastQuery.Total wanted) {
      groupBy = List.of(Dimensions.MOVER);
      total = wanted;
      return this;
    }

    ForecastQuery query() {
      return new ForecastQuery(
          new SeriesQuery(
              Transfers.DATASET,
              measure,
              range,
              Optional.empty(),
              Duration.ofMinutes(1),
              100,
              groupBy,
              List.of(),
              Map.of(),
              false,
              ByteUnit.BYTES,
              GapPolicy.NOT_YET,
              SourceChoice.AUTO,
              Arrangement.PLAIN),
          step,
          history,
          total);
    }

    Told ask() {
      return new Told(
          site.engine.forecast(query(), Demand.USUAL, new Cancellation(), Room.UNBOUNDED));
    }
  }

  /** An answer as tests look at it: values by the day on which their bucket begins. */
  private record Told(ForecastAnswer answer) {
    Optional<Double> value(String mover, String part, String day) {
      Series found =
          answer.series().table().series().stream()
              .filter(series -> series.labels().getOrDefault("mover", "").equals(mover))
              .filter(series -> part.equals(series.labels().get(ForecastAnswer.LABEL)))
              .findFirst()
              .orElseThrow();
      int bucket =
          answer.series().table().buckets().indexOf(MemorySite.midnight(day).getEpochSecond());
      Numbers numbers = found.numbers();
      return numbers.isMissing(bucket)
          ? Optional.empty()
          : Optional.of(History.at(numbers, bucket));
    }

    Optional<Double> value(String part, String day) {
      return value("", part, day);
    }

    double expected(String day) {
      return value(ForecastAnswer.EXPECTED, day).orElseThrow();
    }

    List<String> notices() {
      return answer.series().notices().stream().map(Notice::text).toList();
    }
  }

  private Ask forecast() {
    return new Ask();
  }

  @Test
  void forecast_beginsWithTheDayThatIsNotComplete() {
    days("L8_1", 900, 100);
    site.transfer("2025-06-20T08:00", "L8_1.mover", Direction.WRITE, 77 * GIB);

    Told told = forecast().ask();

    assertThat(told.answer().series().table().series())
        .extracting(series -> series.labels().get("forecast"))
        .containsExactly("actual", "expected", "lower80", "upper80", "lower95", "upper95");
    assertThat(told.value("actual", "2025-06-19").orElseThrow()).isGreaterThan(400.0 * GIB);
    assertThat(told.value("expected", "2025-06-19")).isEmpty();
    assertThat(told.value("actual", "2025-06-20")).isEmpty();
    assertThat(told.expected("2025-06-20")).isCloseTo(400.0 * GIB, within(5.0 * GIB));
    assertThat(told.expected("2025-06-21")).isCloseTo(100.0 * GIB, within(5.0 * GIB));
    assertThat(told.expected("2025-07-18")).isCloseTo(400.0 * GIB, within(5.0 * GIB));
    assertThat(told.answer().series().table().buckets().to())
        .isEqualTo(MemorySite.midnight("2025-07-20").getEpochSecond());
    for (String day : List.of("2025-06-20", "2025-07-01", "2025-07-19")) {
      List<Double> edges = new ArrayList<>();
      for (String part : List.of("lower95", "lower80", "expected", "upper80", "upper95")) {
        edges.add(told.value(part, day).orElseThrow());
      }
      assertThat(edges).isSorted();
      assertThat(edges.get(4)).isGreaterThan(edges.get(0));
    }
  }

  @Test
  void quality_isToldBesideTheNaiveMethods() {
    days("L8_1", 900, 100);

    Told told = forecast().ask();

    ForecastAnswer.Judged judged = told.answer().judged().get(0);
    assertThat(judged.error()).isPositive().isLessThanOrEqualTo(judged.naiveError());
    assertThat(judged.origins()).isGreaterThan(50);
    assertThat(judged.lastOrigin()).isEqualTo("2025-06-19");
    assertThat(told.notices())
        .anyMatch(
            text ->
                text.startsWith("Forecast by ")
                    && text.contains(" to 2025-06-19 its error was 0.")
                    && text.contains("times that of the last season again."))
        .anyMatch(
            text ->
                text.startsWith(
                        "Learnt from the complete days from 2023-01-03 to before 2025-06-20")
                    || text.startsWith("Learnt from the complete days from 2023-01-02 to before"));
  }

  @Test
  void again_nothingIsComputed_evenWhenTheRunningDayGoesOn() {
    days("L8_1", 400, 100);
    site.transfer("2025-06-20T08:00", "L8_1.mover", Direction.WRITE, 77 * GIB);
    Told first = forecast().ask();
    assertThat(first.answer().series().executed()).doesNotContain("forecast from the cache");

    site.transfer("2025-06-20T12:01", "L8_1.mover", Direction.WRITE, GIB);
    site.now.set(MemorySite.NOON.plus(Duration.ofMinutes(5)));
    Told again = forecast().ask();

    assertThat(again.answer().series().executed()).contains("forecast from the cache");
    assertThat(again.expected("2025-07-01")).isEqualTo(first.expected("2025-07-01"));
  }

  @Test
  void shortHistory_isNoForecast() {
    days("L8_1", 15, 100);

    Told told = forecast().ask();

    assertThat(told.value("expected", "2025-06-20")).isEmpty();
    assertThat(told.value("actual", "2025-06-19")).isPresent();
    assertThat(told.notices())
        .contains(
            "The history is too short to say anything: 14 values are known and 18 are needed.");
  }

  @Test
  void noData_isNoForecast() {
    Told told = forecast().ask();

    assertThat(told.value("expected", "2025-06-20")).isEmpty();
    assertThat(told.notices()).anyMatch(text -> text.startsWith("There is no complete day to"));
  }

  @Test
  void shutdown_goesOn() {
    for (int ago = 400; ago > 10; ago--) {
      write("L8_1", TODAY.minusDays(ago), (100 + ago % 3) * GIB);
    }
    write("L8_2", TODAY.minusDays(1), 1);

    Told told = forecast().movers(ForecastQuery.Total.NONE).ask();

    assertThat(told.value("L8_1", "expected", "2025-06-25").orElseThrow()).isEqualTo(0.0);
    assertThat(told.notices())
        .anyMatch(
            text ->
                text.startsWith("L8_1: ")
                    && text.contains("There is nothing since 2025-06-10, where 101 GiB was"));
  }

  @Test
  void changedLevel_isToldWithItsDay() {
    for (int ago = 400; ago >= 1; ago--) {
      write("L8_1", TODAY.minusDays(ago), (ago > 30 ? 100 : 300) * GIB + ago % 5 * GIB);
    }

    Told told = forecast().ask();

    assertThat(told.expected("2025-07-01")).isCloseTo(302.0 * GIB, within(5.0 * GIB));
    assertThat(told.notices())
        .anyMatch(text -> text.contains("The level changed on 2025-05-21 from 102 GiB to 302 GiB"));
  }

  @Test
  void total_isTheSumOfItsGroups() {
    days("L8_1", 400, 100);
    days("L8_2", 400, 10);
    days("L8_3", 5, 1);

    Told told = forecast().movers(ForecastQuery.Total.ALSO).ask();

    assertThat(told.value("", "expected", "2025-07-01").orElseThrow())
        .isCloseTo(
            told.value("L8_1", "expected", "2025-07-01").orElseThrow()
                + told.value("L8_2", "expected", "2025-07-01").orElseThrow(),
            within(1.0));
    assertThat(told.value("L8_3", "expected", "2025-07-01")).isEmpty();
    assertThat(told.value("", "actual", "2025-06-19").orElseThrow())
        .isEqualTo(
            told.value("L8_1", "actual", "2025-06-19").orElseThrow()
                + told.value("L8_2", "actual", "2025-06-19").orElseThrow()
                + told.value("L8_3", "actual", "2025-06-19").orElseThrow());
    assertThat(told.notices())
        .contains("The total is expected without L8_3, whose history is too short.");

    Told alone = forecast().movers(ForecastQuery.Total.ONLY).ask();
    assertThat(alone.answer().series().table().series()).hasSize(6);
    assertThat(alone.expected("2025-07-01"))
        .isEqualTo(told.value("", "expected", "2025-07-01").orElseThrow());
  }

  @Test
  void total_needsGroupsThatAddUp() {
    ForecastQuery noGroups =
        new ForecastQuery(
            forecast().query().series(), Step.DAY, Duration.ofDays(100), ForecastQuery.Total.ONLY);

    assertThatThrownBy(
            () -> site.engine.forecast(noGroups, Demand.USUAL, new Cancellation(), Room.UNBOUNDED))
        .hasMessageContaining("there are no groups to add up");
  }

  @Test
  void weeksAndMonths_leaveOutTheRunningOne() {
    days("L8_1", 1000, 100);

    Told weeks = forecast().by(Step.WEEK).range("2025-05-05", "2025-08-01").ask();
    assertThat(weeks.value("actual", "2025-06-09")).isPresent();
    assertThat(weeks.value("actual", "2025-06-16")).isEmpty();
    assertThat(weeks.expected("2025-06-16")).isCloseTo(2200.0 * GIB, within(50.0 * GIB));

    Told months = forecast().by(Step.MONTH).range("2025-01-01", "2025-12-31").ask();
    assertThat(months.value("actual", "2025-05-01")).isPresent();
    assertThat(months.value("actual", "2025-06-01")).isEmpty();
    assertThat(months.expected("2025-06-01")).isBetween(8000.0 * GIB, 11000.0 * GIB);
  }

  @Test
  void laggingStandby_isForecastFromWhereItIs() {
    days("L8_1", 400, 100);
    for (int hour = 0; hour < 24; hour++) {
      site.transfer("2025-06-19T%s:30".formatted(two(hour)), "L8_1.mover", Direction.WRITE, GIB);
    }
    site.source.lagBehind(Duration.ofHours(30));

    Told told = forecast().ask();

    assertThat(told.answer().series().asOf())
        .isEqualTo(MemorySite.NOON.minus(Duration.ofHours(30)));
    assertThat(told.value("actual", "2025-06-18")).isPresent();
    assertThat(told.value("actual", "2025-06-19")).isEmpty();
    assertThat(told.value("expected", "2025-06-19")).isPresent();
  }

  private static String two(int number) {
    return number < 10 ? "0" + number : String.valueOf(number);
  }

  @Test
  void rangeOfThePast_hasNoForecast() {
    days("L8_1", 400, 100);

    Told told = forecast().range("2025-06-01", "2025-06-15").ask();

    assertThat(told.value("actual", "2025-06-14")).isPresent();
    assertThat(told.value("expected", "2025-06-14")).isEmpty();
    assertThat(told.notices())
        .anyMatch(text -> text.contains("ends before the forecast begins, on 2025-06-20"));
  }

  @Test
  void forecast_goesNoFurtherThanTheHistoryIsLong() {
    days("L8_1", 101, 100);

    Told told = forecast().range("2025-06-01", "2026-06-15").ask();

    assertThat(told.answer().series().table().buckets().to())
        .isEqualTo(MemorySite.midnight("2025-09-29").getEpochSecond());
    assertThat(told.notices())
        .anyMatch(text -> text.startsWith("The forecast ends before 2025-09-29"));
  }

  @Test
  void rangeOfTheFuture_alone() {
    days("L8_1", 400, 100);

    Told told = forecast().range("2025-07-01", "2025-07-10").ask();

    assertThat(told.answer().series().table().buckets().count()).isEqualTo(9);
    assertThat(told.expected("2025-07-01"))
        .isCloseTo(forecast().ask().expected("2025-07-01"), within(3.0 * GIB));
  }
}
