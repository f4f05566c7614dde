package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.data.Percentage;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeriesEngineTest {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");

  /** Noon at the site. */
  private static final Instant NOON = Instant.parse("2025-06-20T17:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, now::get);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SeriesEngine engine = engine(SourceSettings.Limits.DEFAULT);

  @AfterEach
  void close() {
    engine.close();
    threads.shutdownNow();
  }

  private SeriesEngine engine(SourceSettings.Limits limits) {
    SourceSettings settings =
        new SourceSettings(
            List.of(new HostPort("memory", 8800)),
            "accounting",
            "enstore_reader",
            new Secret(""),
            new TlsSettings(
                TlsSettings.Mode.DISABLE, "", new Secret(""), new Secret(""), new Secret("")),
            CHICAGO,
            true,
            false,
            SourceSettings.Connections.DEFAULT,
            SourceSettings.Freshness.DEFAULT,
            limits);
    return new SeriesEngine(source, settings, now::get, Executors.newFixedThreadPool(2));
  }

  private void transfer(String local, String mover, Direction direction, long bytes) {
    String driver =
        switch (MoverClass.ofName(mover)) {
          case NULL -> "NullDriver";
          case DISK -> "DiskDriver";
          case TAPE -> "FTTDriver";
        };
    source.add(
        new InMemoryTransferSource.Transfer(
            LocalDateTime.parse(local),
            mover,
            driver,
            direction,
            bytes,
            "cms",
            "CD-LTO8G1",
            "ULT3580-TD8",
            "TS4500G1.media_changer"));
  }

  private void summary(String day, String mover, long read, long written) {
    source.add(new InMemoryTransferSource.SummaryRow(LocalDate.parse(day), mover, read, written));
  }

  /** A query that tests vary: exact bytes by mover, one day a bucket, 10 to 20 June. */
  private static final class Query {
    private Measure measure = Measure.BYTES;
    private DirectionMode direction = DirectionMode.SUM;
    private TimeRange range = new TimeRange(Instant.parse("2025-06-10T05:00:00Z"), NOON);
    private Optional<Duration> step = Optional.of(Duration.ofDays(1));
    private List<Dimension> groupBy = List.of(Dimension.MOVER);
    private final Map<Dimension, Filter> filters = new HashMap<>();
    private boolean nulls;
    private GapPolicy gaps = GapPolicy.ZERO;
    private SourceChoice source = SourceChoice.RAW;
    private ByteUnit unit = ByteUnit.BYTES;
    private Arrangement arrangement = Arrangement.PLAIN;

    Query source(SourceChoice choice) {
      source = choice;
      return this;
    }

    Query step(Duration width) {
      step = Optional.of(width);
      return this;
    }

    Query from(String instant) {
      range = new TimeRange(Instant.parse(instant), range.to());
      return this;
    }

    Query to(String instant) {
      range = new TimeRange(range.from(), Instant.parse(instant));
      return this;
    }

    Query total() {
      groupBy = List.of();
      return this;
    }

    Query gaps(GapPolicy policy) {
      gaps = policy;
      return this;
    }

    Query of(Measure shown) {
      measure = shown;
      return this;
    }

    Query by(Dimension... dimensions) {
      groupBy = List.of(dimensions);
      return this;
    }

    Query both() {
      direction = DirectionMode.BOTH;
      return this;
    }

    Query top(int groups) {
      arrangement = new Arrangement(groups, arrangement.compare(), arrangement.runningTotal());
      return this;
    }

    Query compared() {
      arrangement =
          new Arrangement(
              arrangement.top(),
              Arrangement.Comparison.PREVIOUS_PERIOD,
              arrangement.runningTotal());
      return this;
    }

    Query runningTotal() {
      arrangement = new Arrangement(arrangement.top(), arrangement.compare(), true);
      return this;
    }

    Query movers(String... names) {
      filters.put(Dimension.MOVER, Filter.including(List.of(names)));
      return this;
    }

    SeriesQuery build() {
      return new SeriesQuery(
          measure,
          direction,
          range,
          step,
          Duration.ofMinutes(1),
          100,
          groupBy,
          filters,
          nulls,
          unit,
          gaps,
          source,
          arrangement);
    }
  }

  private Optional<byte[]> write(Query query) {
    return engine.write(
        "form",
        query.build(),
        Long.MAX_VALUE,
        answer -> answer.table().toString().getBytes(StandardCharsets.UTF_8));
  }

  private SeriesAnswer ask(Query query) {
    return engine.answer(query.build(), false, new Cancellation());
  }

  private static List<@org.jspecify.annotations.Nullable Long> exact(
      SeriesAnswer answer, String mover) {
    Series found =
        answer.table().series().stream()
            .filter(series -> series.labels().getOrDefault("mover", "").equals(mover))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no series " + mover + " in " + answer));
    return exact(found);
  }

  private static List<@org.jspecify.annotations.Nullable Long> exact(Series series) {
    Numbers.Longs numbers = (Numbers.Longs) series.numbers();
    List<@org.jspecify.annotations.Nullable Long> values = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      values.add(numbers.isMissing(i) ? null : numbers.at(i));
    }
    return values;
  }

  private static List<String> texts(SeriesAnswer answer) {
    return answer.notices().stream().map(Notice::text).toList();
  }

  @Test
  void raw_days_areSumsByCanonicalName() {
    transfer("2025-06-18T23:59:59", "L8G1_007.mover", Direction.READ, 5);
    transfer("2025-06-19T00:00:00", "L8G1_007.mover", Direction.WRITE, 7);
    transfer("2025-06-19T12:00:00", "LTO8_server.mover", Direction.READ, 11);

    SeriesAnswer answer = ask(new Query().from("2025-06-18T05:00:00Z"));

    assertThat(answer.table().series())
        .extracting(series -> series.labels().get("mover"))
        .containsExactly("L8G1_007", "LTO8_server");
    assertThat(exact(answer, "L8G1_007")).containsExactly(5L, 7L, 0L);
    assertThat(exact(answer, "LTO8_server")).containsExactly(0L, 11L, 0L);
  }

  @Test
  void nullMovers_areLeftOut_unlessAskedFor() {
    transfer("2025-06-19T12:00:00", "null12.mover", Direction.READ, 11);
    transfer("2025-06-19T12:00:00", "L8G1_007.mover", Direction.READ, 5);
    Query with = new Query();
    with.nulls = true;

    assertThat(ask(new Query()).table().series()).hasSize(1);
    assertThat(ask(with).table().series()).hasSize(2);
  }

  @Test
  void auto_takesCompletedDaysFromTheSummary_andTheRestFromTheTransfers() {
    summary("2025-06-17", "L8G1_007", 100, 10);
    summary("2025-06-18", "L8G1_007", 200, 0);
    // The summary does not know this late row, and is not asked about its day in raw.
    transfer("2025-06-18T12:00:00", "L8G1_007.mover", Direction.READ, 999);
    transfer("2025-06-19T12:00:00", "L8G1_007.mover", Direction.READ, 5);
    transfer("2025-06-20T11:00:00", "L8G1_007.mover", Direction.READ, 6);

    SeriesAnswer answer = ask(new Query().source(SourceChoice.AUTO).from("2025-06-17T05:00:00Z"));

    assertThat(exact(answer, "L8G1_007")).containsExactly(110L, 200L, 5L, 6L);
    assertThat(answer.executed()).contains("xfer_by_day_by_mover of 2025-06-17 to 2025-06-18");
    assertThat(answer.executed()).contains("encp_xfer of 2025-06-19 to 2025-06-20");
  }

  @Test
  void auto_frozenPartialToday_isNotCounted() {
    summary("2025-06-19", "L8G1_007", 100, 0);
    summary("2025-06-20", "L8G1_007", 3, 0);
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    transfer("2025-06-20T11:00:00", "L8G1_007.mover", Direction.READ, 4);

    SeriesAnswer answer = ask(new Query().source(SourceChoice.AUTO).from("2025-06-19T05:00:00Z"));

    assertThat(exact(answer, "L8G1_007")).containsExactly(100L, 7L);
  }

  @Test
  void auto_summaryThatStoppedWithinAMonth_isNotCountedTwice() {
    summary("2025-03-10", "L8G1_007", 100, 0);
    transfer("2025-03-10T08:00:00", "L8G1_007.mover", Direction.READ, 100);
    transfer("2025-03-11T08:00:00", "L8G1_007.mover", Direction.READ, 4);
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 1);

    SeriesAnswer answer =
        ask(
            new Query()
                .source(SourceChoice.AUTO)
                .from("2025-03-10T05:00:00Z")
                .to("2025-03-12T05:00:00Z"));

    assertThat(exact(answer, "L8G1_007")).containsExactly(100L, 4L);
  }

  @Test
  void auto_tailFollowsTheSummarysTrim_andSaysWhenANameIsAmbiguous() {
    summary("2025-06-19", "null4", 1, 0);
    summary("2025-06-19", "LTO8_", 1, 0);
    transfer("2025-06-20T08:00:00", "LTO8_rov.mover", Direction.READ, 3);
    transfer("2025-06-20T08:00:00", "LTO8_.mover", Direction.READ, 4);

    SeriesAnswer answer = ask(new Query().source(SourceChoice.AUTO).from("2025-06-19T05:00:00Z"));

    assertThat(answer.table().series()).hasSize(1);
    assertThat(exact(answer, "LTO8_")).containsExactly(1L, 7L);
    assertThat(texts(answer))
        .anyMatch(text -> text.contains("\"LTO8_\"") && text.contains("LTO8_, LTO8_rov"));
  }

  @Test
  void auto_moverIsFoundByAnySpelling() {
    summary("2025-06-19", "LTO8_s", 1, 0);
    transfer("2025-06-20T08:00:00", "LTO8_server.mover", Direction.READ, 3);
    Query query = new Query().source(SourceChoice.AUTO).from("2025-06-19T05:00:00Z");

    for (String spelling : List.of("LTO8_server", "LTO8_server.mover", "LTO8_s")) {
      assertThat(exact(ask(query.movers(spelling)), "LTO8_s")).containsExactly(1L, 3L);
    }
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
  void auto_stepBelowADay_usesTheTransfers() {
    summary("2025-06-19", "L8G1_007", 100, 0);
    transfer("2025-06-19T12:00:00", "L8G1_007.mover", Direction.READ, 5);

    SeriesAnswer answer = ask(new Query().source(SourceChoice.AUTO).step(Duration.ofHours(12)));

    assertThat(answer.executed()).doesNotContain("xfer_by_day_by_mover");
  }

  @Test
  void summary_ofADimensionItLacks_isRefusedByName() {
    Query query = new Query().source(SourceChoice.SUMMARY);
    query.filters.put(Dimension.LIBRARY, Filter.including(List.of("CD-LTO8G1")));

    assertThatThrownBy(() -> ask(query))
        .isInstanceOf(QueryFailure.class)
        .hasMessageContaining("library");
  }

  @Test
  void gaps_tellNoTransfersFromNotYet() {
    summary("2025-06-17", "L8G1_007", 100, 0);
    Query query =
        new Query()
            .source(SourceChoice.SUMMARY)
            .from("2025-06-16T05:00:00Z")
            .gaps(GapPolicy.NOT_YET);

    assertThat(exact(ask(query), "L8G1_007")).containsExactly(0L, 100L, null, null, null);
    assertThat(exact(ask(query.gaps(GapPolicy.NULL)), "L8G1_007"))
        .containsExactly(null, 100L, null, null, null);
    assertThat(exact(ask(query.gaps(GapPolicy.ZERO)), "L8G1_007"))
        .containsExactly(0L, 100L, 0L, 0L, 0L);
  }

  @Test
  void gaps_bucketsAheadOfNow_areNotYet() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    SeriesAnswer answer =
        ask(
            new Query()
                .from("2025-06-20T05:00:00Z")
                .to("2025-06-21T05:00:00Z")
                .step(Duration.ofHours(6))
                .gaps(GapPolicy.NOT_YET));

    assertThat(exact(answer, "L8G1_007")).containsExactly(0L, 3L, null, null);
  }

  @Test
  void throughput_runningBucket_countsItsElapsedPart() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 12 * 3600 * 10);
    Query query = new Query().from("2025-06-20T05:00:00Z");
    query.measure = Measure.THROUGHPUT;

    Numbers.Doubles numbers = (Numbers.Doubles) ask(query).table().series().get(0).numbers();

    assertThat(numbers.at(0)).isEqualTo(10.0);
  }

  @Test
  void throughput_shortDay_countsItsRealSeconds() {
    transfer("2025-03-09T12:00:00", "L8G1_007.mover", Direction.READ, 82_800);
    Query query = new Query().from("2025-03-09T06:00:00Z").to("2025-03-10T05:00:00Z");
    query.measure = Measure.THROUGHPUT;

    Numbers.Doubles numbers = (Numbers.Doubles) ask(query).table().series().get(0).numbers();

    assertThat(numbers.at(0)).isEqualTo(1.0);
  }

  @Test
  void total_withoutAnyRow_isZeroNotNothing() {
    SeriesAnswer answer = ask(new Query().total());

    assertThat(answer.table().series()).hasSize(1);
    assertThat(exact(answer.table().series().get(0))).containsOnly(0L);
  }

  @Test
  void movers_askedForByName_withoutARow_areNamed() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    SeriesAnswer answer = ask(new Query().movers("L8G1_007", "L8G1_008"));

    assertThat(texts(answer))
        .anyMatch(text -> text.contains("No transfers") && text.contains("L8G1_008"));
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

    engine.answer(query.build(), true, new Cancellation());

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
    assertThat(exact(engine.answer(query.build(), true, new Cancellation()), "L8G1_007"))
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
    assertThat(texts(ask(new Query()))).anyMatch(text -> text.contains("480 h behind"));

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
  void outage_answersFromTheCache_andSaysSo() {
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
  void refusal_isNotHiddenByTheCache() {
    Query query = new Query();
    ask(query);
    source.failWith(Optional.of(new QueryFailure(FailureKind.ACCESS_DENIED, "no.")));
    now.set(NOON.plusSeconds(60));

    assertThatThrownBy(() -> ask(query)).isInstanceOf(QueryFailure.class).hasMessage("no.");
  }

  @Test
  void manyAskers_shareOneRead() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    source.beforeRead(
        () -> {
          reading.countDown();
          awaitQuietly(proceed);
        });
    List<Future<SeriesAnswer>> askers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      askers.add(threads.submit(() -> ask(new Query().from("2025-06-14T05:00:00Z"))));
    }
    assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
    proceed.countDown();

    for (Future<SeriesAnswer> asker : askers) {
      asker.get(10, TimeUnit.SECONDS);
    }

    assertThat(source.reads()).hasSize(1);
  }

  @Test
  void longRange_isAnsweredInPart_neverByAlertRules() throws Exception {
    transfer("2025-01-10T08:00:00", "L8G1_007.mover", Direction.READ, 3);
    transfer("2025-06-10T08:00:00", "L8G1_007.mover", Direction.READ, 4);
    CountDownLatch proceed = new CountDownLatch(1);
    SourceSettings.Limits impatient =
        new SourceSettings.Limits(90, 500, 1_000_000, 64L << 20, Duration.ZERO);
    try (SeriesEngine hasty = engine(impatient)) {
      Query recent = new Query().from("2025-06-01T05:00:00Z").step(Duration.ofDays(30)).total();
      awaitWhole(hasty, recent);
      source.beforeRead(() -> awaitQuietly(proceed));
      SeriesQuery query = recent.from("2025-01-01T06:00:00Z").build();

      long before = hasty.stats().partialAnswers();
      SeriesAnswer part = hasty.answer(query, Demand.USUAL, new Cancellation());

      assertThat(exact(part.table().series().get(0)))
          .containsExactly(null, null, null, null, null, 4L);
      assertThat(texts(part)).contains("30 of 181 days loaded so far; refresh to see the rest");
      for (Demand demand : List.of(Demand.WHOLE, Demand.FRESH)) {
        assertThatThrownBy(() -> hasty.answer(query, demand, new Cancellation()))
            .isInstanceOfSatisfying(
                QueryFailure.class,
                failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT))
            .hasMessageContaining("of 181 days loaded so far; refresh to see the rest");
      }
      assertThat(hasty.stats().partialAnswers()).isEqualTo(before + 1);
      proceed.countDown();
      assertThat(exact(awaitWhole(hasty, recent).table().series().get(0)))
          .containsExactly(3L, 0L, 0L, 0L, 0L, 4L);
    }
  }

  /** Asks until the answer is whole, as somebody does who refreshes a dashboard. */
  private static SeriesAnswer awaitWhole(SeriesEngine engine, Query query) {
    while (true) {
      SeriesAnswer answer = engine.answer(query.build(), Demand.USUAL, new Cancellation());
      if (texts(answer).stream().noneMatch(text -> text.contains("loaded so far"))) {
        return answer;
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void read_isCancelled_whenItsLastAskerLeaves() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    source.beforeRead(
        () -> {
          reading.countDown();
          awaitQuietly(proceed);
        });
    Cancellation first = new Cancellation();
    Future<SeriesAnswer> asker =
        threads.submit(() -> engine.answer(new Query().build(), false, first));
    assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();

    first.cancel();

    assertThatThrownBy(() -> asker.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(QueryFailure.class);
    proceed.countDown();
    source.beforeRead(() -> {});
    assertThat(ask(new Query()).cached()).isFalse();
    assertThat(engine.stats().failures()).isZero();
  }

  @Test
  void tooManySeries_areCutToTheLargest_withANotice() {
    for (int i = 0; i < 5; i++) {
      transfer("2025-06-20T08:00:00", "L8G1_00" + i + ".mover", Direction.READ, 10 + i);
    }
    try (SeriesEngine narrow =
        engine(new SourceSettings.Limits(90, 2, 1_000, 16L << 20, Duration.ofSeconds(20)))) {
      SeriesAnswer answer = narrow.answer(new Query().build(), false, new Cancellation());

      assertThat(answer.table().series())
          .extracting(series -> series.labels().get("mover"))
          .containsExactly("L8G1_003", "L8G1_004");
      assertThat(texts(answer)).anyMatch(text -> text.contains("2 largest of 5"));
    }
  }

  @Test
  void stoppedSummary_isSaid() {
    summary("2025-06-01", "L8G1_007", 100, 0);
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    assertThat(texts(ask(new Query().source(SourceChoice.AUTO))))
        .anyMatch(text -> text.contains("ends on 2025-06-01"));
  }

  @Test
  void stepOffTheLadder_isWidened_andSaid() {
    SeriesAnswer answer = ask(new Query().step(Duration.ofMinutes(45)));

    assertThat(answer.step().text()).isEqualTo("1h");
    assertThat(texts(answer)).anyMatch(text -> text.contains("widened to 1h"));
  }

  @Test
  void names_areCanonical_natural_andFiltered() {
    summary("2025-06-01", "L8G1_010", 1, 0);
    summary("2025-06-19", "LTO8_s", 1, 0);
    transfer("2025-06-20T08:00:00", "LTO8_server.mover", Direction.READ, 3);
    transfer("2025-06-20T08:00:00", "L8G1_2.mover", Direction.READ, 3);
    transfer("2025-06-20T08:00:00", "null1.mover", Direction.READ, 3);
    transfer("2025-06-20T08:00:00", "diskSF1_1.mover", Direction.READ, 3);

    assertThat(names(Optional.empty(), Set.of(MoverClass.TAPE)))
        .containsExactly("L8G1_2", "L8G1_010", "LTO8_server");
    assertThat(names(Optional.of("^L8"), Set.of(MoverClass.values())))
        .containsExactly("L8G1_2", "L8G1_010");
    assertThat(names(Optional.empty(), Set.of(MoverClass.NULL, MoverClass.DISK)))
        .containsExactly("diskSF1_1", "null1");
  }

  private List<String> names(Optional<String> match, Set<MoverClass> classes) {
    return engine.names(
        new NamesQuery(Dimension.MOVER, Optional.empty(), match, classes, Map.of()),
        new Cancellation());
  }

  @Test
  void names_ofLibraries_comeFromTheTransfers() {
    transfer("2025-06-20T08:00:00", "L8G1_2.mover", Direction.READ, 3);

    assertThat(
            engine.names(
                new NamesQuery(
                    Dimension.LIBRARY, Optional.empty(), Optional.empty(), Set.of(), Map.of()),
                new Cancellation()))
        .containsExactly("CD-LTO8G1");
  }

  @Test
  void close_closesTheSource() {
    engine.close();

    assertThat(source.isClosed()).isTrue();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody let the read proceed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- measures and arrangements --------------------------------------------------------------

  private void rated(String local, String mover, String group, long bytes, long rate) {
    source.add(
        new InMemoryTransferSource.Transfer(
            LocalDateTime.parse(local),
            mover,
            "FTTDriver",
            Direction.READ,
            bytes,
            group,
            "CD-LTO8G1",
            "ULT3580-TD8",
            "TS4500G1.media_changer",
            TransferRates.all(rate)));
  }

  private static List<@org.jspecify.annotations.Nullable Double> numbers(Series series) {
    Numbers.Doubles numbers = (Numbers.Doubles) series.numbers();
    List<@org.jspecify.annotations.Nullable Double> values = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      values.add(numbers.isMissing(i) ? null : numbers.at(i));
    }
    return values;
  }

  private static List<Map<String, String>> labels(SeriesAnswer answer) {
    return answer.table().series().stream().map(Series::labels).toList();
  }

  @Test
  void rate_isBytesOverTheTimeTheyTook_andNullWithoutAny() {
    rated("2025-06-18T10:00:00", "L8G1_007.mover", "cms", 1L << 30, 1 << 20);
    rated("2025-06-18T11:00:00", "L8G1_008.mover", "cms", 3L << 30, 1 << 21);
    // Nothing measured: no rate, but a file all the same.
    rated("2025-06-19T11:00:00", "L8G1_008.mover", "cms", 3L << 30, 0);
    Query query = new Query().total().from("2025-06-18T05:00:00Z").to("2025-06-20T05:00:00Z");

    // 4 GiB in 1024 s + 1536 s.
    assertThat(numbers(ask(query.of(Measure.DRIVE_RATE)).table().series().get(0)))
        .containsExactly(1677722.0, null);
    assertThat(numbers(ask(query.of(Measure.DRIVE_RATE_MAX)).table().series().get(0)))
        .containsExactly(2097152.0, null);
    assertThat(numbers(ask(query.of(Measure.MEAN_FILE_SIZE)).table().series().get(0)))
        .containsExactly(2.0 * (1L << 30), 3.0 * (1L << 30));
    assertThat(exact(ask(query.of(Measure.TRANSFERS)).table().series().get(0)))
        .containsExactly(2L, 1L);
  }

  @Test
  void quantiles_areWithinTheSketchsError_forAnySplitIntoMovers() {
    Random random = new Random(5);
    List<Long> rates = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      long rate = (long) Math.exp(random.nextDouble(14, 20));
      rates.add(rate);
      rated("2025-06-18T10:" + (10 + i % 50) + ":00", "L" + i % 7, "cms", 1L << 30, rate);
    }
    rates.sort(null);
    Query query = new Query().total().from("2025-06-18T05:00:00Z").to("2025-06-19T05:00:00Z");

    for (Duration step : List.of(Duration.ofDays(1), Duration.ofDays(365))) {
      double half =
          numbers(ask(query.of(Measure.DRIVE_RATE_P50).step(step)).table().series().get(0)).stream()
              .filter(Objects::nonNull)
              .findFirst()
              .orElseThrow();
      double most =
          numbers(ask(query.of(Measure.DRIVE_RATE_P95).step(step)).table().series().get(0)).stream()
              .filter(Objects::nonNull)
              .findFirst()
              .orElseThrow();
      assertThat(half).isCloseTo(rates.get(199), Percentage.withPercentage(1));
      assertThat(most).isCloseTo(rates.get(379), Percentage.withPercentage(1));
    }
    // Movers are told apart only when they are asked for: their bins would multiply.
    assertThat(source.reads().get(source.reads().size() - 1).shape().dimensions())
        .containsExactly(Dimension.MOVER_CLASS, Dimension.DRIVE_RATE_BIN);
  }

  @Test
  void top_keepsTheLargestInBothDirections_andAddsTheRestUp() {
    transfer("2025-06-18T10:00:00", "A.mover", Direction.READ, 100);
    transfer("2025-06-18T10:00:00", "A.mover", Direction.WRITE, 1);
    transfer("2025-06-18T10:00:00", "B.mover", Direction.READ, 10);
    transfer("2025-06-19T10:00:00", "C.mover", Direction.READ, 7);
    transfer("2025-06-19T10:00:00", "other.mover", Direction.WRITE, 1_000);

    SeriesAnswer answer = ask(new Query().both().top(1).from("2025-06-18T05:00:00Z"));

    assertThat(labels(answer))
        .containsExactly(
            Map.of("mover", "A", "direction", "read"),
            Map.of("mover", "A", "direction", "write"),
            Map.of("mover", "other", "direction", "read"),
            Map.of("mover", "other", "direction", "write"));
    assertThat(answer.table().series().stream().map(SeriesEngineTest::exact).toList())
        .containsExactly(
            List.of(100L, 0L, 0L),
            List.of(1L, 0L, 0L),
            List.of(10L, 7L, 0L),
            List.of(0L, 1000L, 0L));
  }

  @Test
  void top_ofTransfers_goesByTheirNumber() {
    transfer("2025-06-18T10:00:00", "A.mover", Direction.READ, 100);
    transfer("2025-06-18T10:00:00", "B.mover", Direction.READ, 1);
    transfer("2025-06-18T11:00:00", "B.mover", Direction.READ, 1);

    assertThat(labels(ask(new Query().of(Measure.TRANSFERS).top(1))))
        .containsExactly(Map.of("mover", "B"), Map.of("mover", "other"));
    assertThat(labels(ask(new Query().of(Measure.MEAN_FILE_SIZE).top(1))))
        .containsExactly(Map.of("mover", "A"), Map.of("mover", "other"));
  }

  @Test
  void compare_showsTheSameNumberOfBucketsBefore() {
    transfer("2025-06-16T10:00:00", "A.mover", Direction.READ, 1);
    transfer("2025-06-17T10:00:00", "A.mover", Direction.READ, 2);
    transfer("2025-06-18T10:00:00", "A.mover", Direction.READ, 4);
    transfer("2025-06-19T10:00:00", "A.mover", Direction.READ, 8);
    Query query = new Query().compared().from("2025-06-18T05:00:00Z").to("2025-06-20T05:00:00Z");

    SeriesAnswer answer = ask(query);

    assertThat(labels(answer))
        .containsExactly(
            Map.of("mover", "A", "period", "current"), Map.of("mover", "A", "period", "previous"));
    assertThat(exact(answer.table().series().get(0))).containsExactly(4L, 8L);
    assertThat(exact(answer.table().series().get(1))).containsExactly(1L, 2L);
    assertThat(answer.table().buckets().count()).isEqualTo(2);
    assertThat(exact(ask(query.runningTotal()).table().series().get(0))).containsExactly(4L, 12L);
    assertThat(exact(ask(query).table().series().get(1))).containsExactly(1L, 3L);
  }

  @Test
  void runningTotal_isNullOnlyAheadOfTheData_whateverGaps() {
    transfer("2025-06-18T10:00:00", "A.mover", Direction.READ, 4);
    for (GapPolicy gaps : GapPolicy.values()) {
      assertThat(
              exact(
                  ask(new Query()
                          .runningTotal()
                          .gaps(gaps)
                          .from("2025-06-18T05:00:00Z")
                          .to("2025-06-23T05:00:00Z"))
                      .table()
                      .series()
                      .get(0)))
          .containsExactly(4L, 4L, 4L, null, null);
    }
  }

  @Test
  void runningTotal_beyond64Bits_isRefused() {
    transfer("2025-06-18T10:00:00", "A.mover", Direction.READ, Long.MAX_VALUE);
    transfer("2025-06-19T10:00:00", "A.mover", Direction.READ, 1);

    assertThatThrownBy(() -> ask(new Query().runningTotal()))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE));
  }

  @Test
  void contradictions_areRefusedWhoeverAsks() {
    assertThatThrownBy(() -> ask(new Query().total().top(3)))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(FailureKind.BAD_QUERY);
              assertThat(failure.sentence()).contains("\"top\" is 3", "\"groupBy\" is empty");
            });
  }

  @Test
  void groups_byAnyDimensions() {
    rated("2025-06-18T10:00:00", "A.mover", "cms", 5, 0);
    rated("2025-06-18T10:00:00", "B.mover", "nova", 6, 0);

    assertThat(
            labels(
                ask(
                    new Query()
                        .by(Dimension.STORAGE_GROUP, Dimension.DRIVE_TYPE, Dimension.MOVER_CLASS))))
        .containsExactly(
            Map.of("storageGroup", "cms", "driveType", "ULT3580-TD8", "moverClass", "tape"),
            Map.of("storageGroup", "nova", "driveType", "ULT3580-TD8", "moverClass", "tape"));
  }

  @Test
  void fourMeasures_shareTheirBlocks() {
    transfer("2025-06-18T10:00:00", "A.mover", Direction.READ, 5);
    ask(new Query());
    int reads = source.reads().size();

    for (Measure measure :
        List.of(Measure.THROUGHPUT, Measure.TRANSFERS, Measure.MEAN_FILE_SIZE, Measure.BYTES)) {
      assertThat(ask(new Query().of(measure).by(Dimension.MOVER_CLASS)).cached()).isTrue();
    }
    assertThat(source.reads()).hasSize(reads);
  }

  @Test
  void raw_summarysSpellingOfAMover_isExplained() {
    transfer("2025-06-18T10:00:00", "LTO8_server.mover", Direction.READ, 5);
    transfer("2025-06-18T10:00:00", "null4e.mover", Direction.READ, 5);

    assertThat(texts(ask(new Query().movers("LTO8_s").total())))
        .containsExactly(
            "No mover is called \"LTO8_s\" in single transfers: it is how the daily summary spells"
                + " LTO8_server. Ask for that name instead.");
    assertThat(texts(ask(new Query().movers("LTO8_server")))).isEmpty();
  }

  @Test
  void rebucketing_preservesSums() {
    Random random = new Random(23);
    long all = 0;
    for (int i = 0; i < 500; i++) {
      long bytes = random.nextLong(1L << 50);
      all += bytes;
      LocalDateTime at =
          LocalDateTime.parse("2025-02-20T00:00:00").plusSeconds(random.nextInt(60 * 86_400));
      transfer(at.toString(), "M" + i % 5 + ".mover", Direction.READ, bytes);
    }
    for (Step step : Step.values()) {
      long sum = 0;
      SeriesAnswer answer =
          ask(
              new Query()
                  .step(step.nominal())
                  .from("2025-02-20T06:00:00Z")
                  .to("2025-04-22T05:00:00Z"));
      for (Series series : answer.table().series()) {
        for (Long value : exact(series)) {
          sum += value == null ? 0 : value;
        }
      }
      assertThat(sum).as(step.text()).isEqualTo(all);
    }
  }

  @Test
  void tooManyGroups_areCutBeforeTheirBucketsAreMade() {
    for (int i = 0; i < 30; i++) {
      rated("2025-06-18T10:00:00", "M" + i + ".mover", "g" + i, 100 + i, 0);
    }
    SeriesAnswer answer;
    try (SeriesEngine small =
        engine(new SourceSettings.Limits(90, 5, 1_000_000, 64L << 20, Duration.ofSeconds(20)))) {
      answer =
          small.answer(new Query().by(Dimension.STORAGE_GROUP).build(), false, new Cancellation());
    }

    assertThat(labels(answer))
        .containsExactly(
            Map.of("storageGroup", "g25"),
            Map.of("storageGroup", "g26"),
            Map.of("storageGroup", "g27"),
            Map.of("storageGroup", "g28"),
            Map.of("storageGroup", "g29"));
    assertThat(texts(answer)).anyMatch(text -> text.startsWith("Only the 5 largest of 30 series"));
  }
}
