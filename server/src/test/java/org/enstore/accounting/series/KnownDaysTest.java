package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.Step;
import org.junit.jupiter.api.Test;

/** What lies before the first row and after today costs nothing, and is not shown. */
class KnownDaysTest extends SeriesEngineFixture {
  private static Query everSince1970() {
    return new Query().total().from("1970-01-01T00:00:00Z").to("2100-01-01T00:00:00Z");
  }

  @Test
  void daysOutside_areNeitherReadNorShown() {
    transfer("2025-06-18T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    SeriesAnswer answer = ask(everSince1970());

    assertThat(exact(answer.table().series().get(0))).containsExactly(3L, 0L, 0L);
    assertThat(answer.table().buckets().from())
        .isEqualTo(Instant.parse("2025-06-18T05:00:00Z").getEpochSecond());
    assertThat(source.reads())
        .extracting(read -> read.from() + " " + read.to())
        .containsExactly("2025-06-18 2025-06-21");
    assertThat(answer.executed()).contains("encp_xfer of 2025-06-18 to 2025-06-20");
  }

  @Test
  void step_isFine_whereTheDataIsShort() {
    transfer("2025-06-18T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    SeriesAnswer answer = ask(everSince1970().step(Duration.ofMinutes(1)));

    assertThat(answer.step()).isEqualTo(Step.MINUTE_1);
    assertThat(answer.table().buckets().count()).isEqualTo(3 * 24 * 60);
    assertThat(answer.notices()).isEmpty();
  }

  @Test
  void twentyYearsOfWhichNothingIsLoaded_areAnsweredAtOnce() {
    transfer("2005-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    try (SeriesEngine hasty =
        engine(new SourceSettings.Limits(90, 500, 2_000_000, 64L << 20, Duration.ZERO))) {
      source.holdReads(request -> true);
      ThreadMXBean thread = ManagementFactory.getThreadMXBean();
      long start = thread.getCurrentThreadCpuTime();

      SeriesAnswer answer =
          hasty.answer(
              everSince1970().step(Duration.ofMinutes(10)).build(),
              Demand.USUAL,
              new Cancellation(),
              Room.UNBOUNDED);

      // Not by the clock, which runs on while a busy machine does something else.
      assertThat(Duration.ofNanos(thread.getCurrentThreadCpuTime() - start))
          .isLessThan(Duration.ofSeconds(4));
      assertThat(answer.table().series().get(0).numbers().missingCount())
          .isEqualTo(answer.table().buckets().count())
          .isGreaterThan(1_000_000);
    }
  }

  @Test
  void summary_mayReachBackFurther() {
    summary("2025-06-16", "L8G1_007", 2, 0);
    summary("2025-06-17", "L8G1_007", 2, 0);
    transfer("2025-06-18T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = everSince1970().source(SourceChoice.AUTO);

    assertThat(exact(ask(query).table().series().get(0))).containsExactly(2L, 2L, 3L, 0L, 0L);
    assertThat(exact(ask(query.step(Duration.ofHours(12))).table().series().get(0)))
        .containsExactly(3L, 0L, 0L, 0L, 0L, 0L);
  }

  @Test
  void rangeBeforeTheData_isOneBucket_andSaysSo() {
    transfer("2025-06-18T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    SeriesAnswer answer =
        ask(everSince1970().to("1980-01-01T00:00:00Z").step(Duration.ofMinutes(10)));

    assertThat(exact(answer.table().series().get(0))).containsExactly(0L);
    assertThat(texts(answer))
        .containsExactly("The data begins on 2025-06-18, after the end of the time range.");
    assertThat(source.reads()).isEmpty();
  }

  @Test
  void rangeAfterToday_isOneBucket() {
    assertThat(exact(ask(everSince1970().from("2050-01-01T06:00:00Z")).table().series().get(0)))
        .containsExactly(0L);
    assertThat(source.reads()).isEmpty();
  }

  @Test
  void rowsAhead_areShown_asFarAsTheyGo() {
    transfer("2025-06-22T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    assertThat(exact(ask(everSince1970()).table().series().get(0))).containsExactly(0L, 0L, 3L);
  }

  @Test
  void emptyTable_beginsToday() {
    assertThat(exact(ask(everSince1970()).table().series().get(0))).containsExactly(0L);
  }

  @Test
  void olderRow_isThere_afterTheNextLook() {
    transfer("2025-06-18T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    ask(everSince1970());
    transfer("2025-06-17T08:00:00", "L8G1_007.mover", Direction.READ, 4);
    now.set(NOON.plusSeconds(11));

    assertThat(exact(ask(everSince1970()).table().series().get(0))).containsExactly(4L, 3L, 0L, 0L);
  }

  @Test
  void olderRow_inTheFirstBucket_isNotMissingFromTheCache() {
    transfer("2025-06-08T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query june = everSince1970().to("2025-06-12T05:00:00Z").step(Duration.ofDays(30));
    ask(june);
    transfer("2025-06-07T08:00:00", "L8G1_007.mover", Direction.READ, 4);
    now.set(NOON.plusSeconds(11));
    ask(new Query());

    assertThat(engine.cached(june.build())).isEmpty();
    assertThat(exact(ask(june).table().series().get(0))).containsExactly(7L);
  }

  @Test
  void periodBefore_keepsItsBuckets() {
    transfer("2025-06-18T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query().total().compared().from("2025-06-14T05:00:00Z");

    SeriesAnswer answer = ask(query);

    assertThat(exact(answer.table().series().get(0))).containsExactly(0L, 0L, 0L, 0L, 3L, 0L, 0L);
    assertThat(exact(answer.table().series().get(1))).containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 0L);
    assertThat(source.reads())
        .extracting(read -> read.from().toString())
        .isEqualTo(List.of("2025-06-18"));
  }

  @Test
  void summaryDaysThatAreNotOver_doNotCount_andAreTold() {
    summary("2025-06-18", "L8G1_007", 2, 0);
    summary("2026-05-01", "L8G1_007", 2, 0);
    transfer("2025-06-18T08:00:00", "L8G1_007.mover", Direction.READ, 2);
    transfer("2025-06-19T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    SeriesAnswer answer = ask(everSince1970().source(SourceChoice.AUTO));

    assertThat(exact(answer.table().series().get(0))).containsExactly(2L, 3L, 0L);
    assertThat(texts(answer))
        .containsExactly(
            "The summary xfer_by_day_by_mover has rows dated up to 2026-05-01, days that are not"
                + " over: they do not count. Correct their date on the primary, or remove them.");
  }
}
