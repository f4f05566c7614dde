package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an engine keeps, what it reads again, and who waits for it. */
class SeriesEngineCacheTest extends SeriesEngineFixture {
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stopAskers() {
    threads.shutdownNow();
  }

  private Optional<byte[]> write(Query query) {
    return engine.write(
        "form",
        query.build(),
        Long.MAX_VALUE,
        answer -> answer.table().toString().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void auto_summaryGrowsWhileCached_neitherLosesNorDoublesTheDay() {
    summary("2025-06-18", "L8G1_007", 200, 0);
    transfer("2025-06-18T12:00:00", "L8G1_007.mover", Direction.READ, 200);
    transfer("2025-06-19T12:00:00", "L8G1_007.mover", Direction.READ, 5);
    Query query = new Query().source(SourceChoice.AUTO).from("2025-06-18T05:00:00Z");
    assertThat(exact(ask(query), "L8G1_007")).containsExactly(200L, 5L, 0L);

    summary("2025-06-19", "L8G1_007", 5, 0);
    now.set(NOON.plusSeconds(11));

    assertThat(exact(ask(query), "L8G1_007")).containsExactly(200L, 5L, 0L);
    assertThat(ask(query).executed()).contains("xfer_by_day_by_mover of 2025-06-18 to 2025-06-19");
  }

  @Test
  void writtenAnswer_isRepeated_untilSomethingIsReadAgain() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query();
    assertThat(write(query)).as("nothing is ready").isEmpty();
    ask(query);
    byte[] bytes = write(query).orElseThrow();
    TimeRange later = new TimeRange(query.range.from().plusSeconds(5), NOON.plusSeconds(5));

    now.set(NOON.plusSeconds(5));
    assertThat(engine.written("form", later)).containsSame(bytes);
    assertThat(engine.written("another form", later)).isEmpty();

    now.set(NOON.plusSeconds(11));
    assertThat(engine.written("form", later)).as("the look is too old").isEmpty();
    ask(query);
    assertThat(engine.written("form", later)).as("the day was read again").isEmpty();
    assertThat(write(query)).isPresent();
    assertThat(engine.written("form", later)).isPresent();
  }

  @Test
  void writtenAnswer_isForItsBucketsAlone() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query();
    ask(query);
    assertThat(write(query)).isPresent();
    Instant from = query.range.from();

    assertThat(engine.written("form", new TimeRange(from, NOON))).isPresent();
    assertThat(engine.written("form", new TimeRange(from.minusMillis(1), NOON))).isEmpty();
    assertThat(engine.written("form", new TimeRange(from.plusSeconds(86_400), NOON))).isEmpty();
    Instant midnight = Instant.parse("2025-06-20T05:00:00Z");
    assertThat(engine.written("form", new TimeRange(from, midnight))).isEmpty();
    assertThat(engine.written("form", new TimeRange(from, midnight.plusMillis(1)))).isPresent();
    Instant nextMidnight = midnight.plusSeconds(86_400);
    assertThat(engine.written("form", new TimeRange(from, nextMidnight))).isPresent();
    assertThat(engine.written("form", new TimeRange(from, nextMidnight.plusMillis(1)))).isEmpty();
  }

  @Test
  void writtenAnswer_afterAnotherQuestionReadItsDayAgain_isGone() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query();
    ask(query);
    assertThat(write(query)).isPresent();

    engine.answer(query.build(), Demand.FRESH, new Cancellation(), Room.UNBOUNDED);

    assertThat(engine.written("form", query.range)).isEmpty();
  }

  @Test
  void writtenAnswer_tooLarge_isNotMade() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query();
    long values = ask(query).table().valueCount();

    assertThat(engine.write("form", query.build(), values - 1, answer -> new byte[1])).isEmpty();
    assertThat(engine.write("form", query.build(), values, answer -> new byte[1])).isPresent();
  }

  @Test
  void secondQuestion_readsNothing_andClosedDaysAreKept() {
    transfer("2025-06-01T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query().from("2025-05-20T05:00:00Z").to("2025-06-10T05:00:00Z");
    assertThat(ask(query).cached()).isFalse();
    int reads = source.reads().size();

    now.set(NOON.plus(Duration.ofHours(2)));

    assertThat(ask(query).cached()).isTrue();
    assertThat(engine.cached(query.build())).isPresent();
    assertThat(source.reads()).hasSize(reads);
  }

  @Test
  void neighbouringDays_areReadByOneStatement_eitherSideOfTheLookBack() {
    transfer("2025-06-10T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    ask(new Query());

    assertThat(source.reads())
        .extracting(read -> read.grain() + " " + read.from() + " " + read.to())
        .containsExactlyInAnyOrder("DAY 2025-06-10 2025-06-13", "HOUR 2025-06-13 2025-06-21");
  }

  @Test
  void runningDay_isReadAgain_whenItsNumbersAreOld() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query().from("2025-06-20T05:00:00Z");
    assertThat(exact(ask(query), "L8G1_007")).containsExactly(3L);

    transfer("2025-06-20T09:00:00", "L8G1_007.mover", Direction.READ, 4);

    assertThat(exact(ask(query), "L8G1_007")).containsExactly(3L);
    assertThat(
            exact(
                engine.answer(query.build(), Demand.FRESH, new Cancellation(), Room.UNBOUNDED),
                "L8G1_007"))
        .containsExactly(7L);
    now.set(NOON.plusSeconds(11));
    assertThat(exact(ask(query), "L8G1_007")).containsExactly(7L);
  }

  @Test
  void lateRow_withinTheLookBack_isFound() {
    transfer("2025-06-15T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query().from("2025-06-15T05:00:00Z").to("2025-06-16T05:00:00Z");
    assertThat(exact(ask(query), "L8G1_007")).containsExactly(3L);

    transfer("2025-06-15T09:00:00", "L8G1_007.mover", Direction.READ, 4);
    now.set(NOON.plus(Duration.ofMinutes(11)));

    assertThat(exact(ask(query), "L8G1_007")).containsExactly(7L);
  }

  @Test
  void dayReadFromALaggingStandby_isNotFrozen() {
    source.lagBehind(Duration.ofDays(20));
    transfer("2025-06-05T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query().from("2025-06-05T05:00:00Z").to("2025-06-06T05:00:00Z");
    assertThat(ask(query).table().series()).isEmpty();
    assertThat(texts(ask(new Query()))).anyMatch(text -> text.contains("20 d behind"));

    source.lagBehind(Duration.ZERO);
    now.set(NOON.plusSeconds(11));

    assertThat(exact(ask(query), "L8G1_007")).containsExactly(3L);
  }

  @Test
  void coarserBlocks_areAddedUpFromFinerOnes() {
    transfer("2025-06-19T08:30:00", "L8G1_007.mover", Direction.READ, 3);
    transfer("2025-06-19T09:30:00", "L8G1_007.mover", Direction.READ, 4);
    Query query = new Query().from("2025-06-19T05:00:00Z").to("2025-06-20T05:00:00Z");
    ask(query.step(Duration.ofMinutes(30)));
    int reads = source.reads().size();

    assertThat(exact(ask(query.step(Duration.ofHours(12))), "L8G1_007")).containsExactly(7L, 0L);
    assertThat(exact(ask(query.step(Duration.ofDays(1))), "L8G1_007")).containsExactly(7L);
    assertThat(source.reads()).hasSize(reads);
  }

  @Test
  void fourMeasures_shareTheirBlocks() {
    transfer("2025-06-18T10:00:00", "A.mover", Direction.READ, 5);
    ask(new Query());
    int reads = source.reads().size();

    for (Measure measure :
        List.of(
            Transfers.THROUGHPUT, Transfers.TRANSFERS, Transfers.MEAN_FILE_SIZE, Transfers.BYTES)) {
      assertThat(ask(new Query().of(measure).by(Dimensions.MOVER_CLASS)).cached()).isTrue();
    }
    assertThat(source.reads()).hasSize(reads);
  }

  @Test
  void outage_answersFromTheCache_andSaysSo() {
    transfer("2025-05-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query().from("2025-06-20T05:00:00Z");
    ask(query);
    source.failWith(
        Optional.of(new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, "memory is down.")));
    now.set(NOON.plusSeconds(60));

    SeriesAnswer answer = ask(query);

    assertThat(exact(answer, "L8G1_007")).containsExactly(3L);
    assertThat(texts(answer)).anyMatch(text -> text.contains("memory is down."));
    assertThatThrownBy(() -> ask(query.from("2025-05-20T05:00:00Z")))
        .isInstanceOf(QueryFailure.class)
        .hasMessage("memory is down.");
  }

  @Test
  void silence_answersFromTheCacheAtOnce_whileLookAndReadGoOn() throws Exception {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    Query query = new Query().from("2025-06-20T05:00:00Z");
    ask(query);
    InMemoryTransferSource.Gate gate = source.holdReads();
    source.silentWith(
        Optional.of(new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, "memory is silent.")));
    now.set(NOON.plusSeconds(60));

    SeriesAnswer answer = ask(query);

    assertThat(exact(answer, "L8G1_007")).containsExactly(3L);
    assertThat(texts(answer)).anyMatch(text -> text.contains("memory is silent."));
    // What is not in the cache is waited for.
    Future<SeriesAnswer> other = threads.submit(() -> ask(query.from("2025-05-20T05:00:00Z")));
    gate.awaitRead();
    assertThat(other.isDone()).isFalse();
    source.silentWith(Optional.empty());
    gate.open();
    assertThat(texts(other.get())).noneMatch(text -> text.contains("silent"));
  }

  @Test
  void refusal_isNotHiddenByTheCache() {
    Query query = new Query();
    ask(query);
    source.failWith(Optional.of(new QueryFailure(FailureKind.ACCESS_DENIED, "no.")));
    now.set(NOON.plusSeconds(60));

    assertThatThrownBy(() -> ask(query)).isInstanceOf(QueryFailure.class).hasMessage("no.");
  }

  @Test
  void manyAskers_shareOneRead() throws Exception {
    InMemoryTransferSource.Gate gate = source.holdReads();
    List<Future<SeriesAnswer>> askers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      askers.add(threads.submit(() -> ask(new Query().from("2025-06-14T05:00:00Z"))));
    }
    gate.awaitRead();
    gate.open();

    for (Future<SeriesAnswer> asker : askers) {
      asker.get();
    }

    assertThat(source.reads()).hasSize(1);
  }

  @Test
  void longRange_isAnsweredInPart_neverByAlertRules() throws Exception {
    transfer("2025-01-10T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    transfer("2025-06-10T08:00:00", "L8G1_007.mover", Direction.READ, 4);
    SourceSettings.Limits impatient =
        new SourceSettings.Limits(90, 500, 1_000_000, 64L << 20, Duration.ZERO);
    try (SeriesEngine hasty = engine(impatient)) {
      Query recent = new Query().from("2025-06-01T05:00:00Z").step(Duration.ofDays(30)).total();
      awaitWhole(hasty, recent);
      InMemoryTransferSource.Gate gate = source.holdReads();
      SeriesQuery query = recent.from("2025-01-01T06:00:00Z").build();

      long before = hasty.stats().partialAnswers();
      SeriesAnswer part = hasty.answer(query, Demand.USUAL, new Cancellation(), Room.UNBOUNDED);

      assertThat(exact(part.table().series().get(0)))
          .containsExactly(null, null, null, null, null, 4L);
      assertThat(texts(part))
          .contains(
              "Only 20 of 162 days were loaded within partialAfter (0s); loading goes on. Refresh to"
                  + " see the rest.");
      for (Demand demand : List.of(Demand.WHOLE, Demand.FRESH)) {
        assertThatThrownBy(() -> hasty.answer(query, demand, new Cancellation(), Room.UNBOUNDED))
            .isInstanceOfSatisfying(
                QueryFailure.class,
                failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT))
            .hasMessageContaining(
                "of 162 days were loaded within partialAfter (0s); loading goes on.");
      }
      assertThat(hasty.stats().partialAnswers()).isEqualTo(before + 1);
      gate.open();
      assertThat(exact(awaitWhole(hasty, recent).table().series().get(0)))
          .containsExactly(3L, 0L, 0L, 0L, 0L, 4L);
    }
  }

  /** Asks until the answer is whole, as somebody does who refreshes a dashboard. */
  private static SeriesAnswer awaitWhole(SeriesEngine engine, Query query) {
    while (true) {
      SeriesAnswer answer =
          engine.answer(query.build(), Demand.USUAL, new Cancellation(), Room.UNBOUNDED);
      if (texts(answer).stream().noneMatch(text -> text.contains("loading goes on"))) {
        return answer;
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void read_isCancelled_whenItsLastAskerLeaves() throws Exception {
    InMemoryTransferSource.Gate gate = source.holdReads();
    Cancellation first = new Cancellation();
    Future<SeriesAnswer> asker =
        threads.submit(
            () -> engine.answer(new Query().build(), Demand.USUAL, first, Room.UNBOUNDED));
    gate.awaitRead();

    first.cancel();

    assertThatThrownBy(asker::get).hasCauseInstanceOf(QueryFailure.class);
    gate.open();
    assertThat(ask(new Query()).cached()).isFalse();
    assertThat(engine.stats().failures()).isZero();
  }
}
