package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.Numbers;
import org.junit.jupiter.api.Test;

/** What watchers are told, and when; the fixture's limit ends a wait for something that is not. */
class LiveFeedTest extends SeriesEngineFixture {
  /** Keeps what it is told, for the test to take. */
  private static final class Listener implements LiveFeed.Watcher {
    final BlockingQueue<LiveUpdate> updates = new LinkedBlockingQueue<>();
    final BlockingQueue<QueryFailure> failures = new LinkedBlockingQueue<>();

    @Override
    public void take(LiveUpdate update) {
      updates.add(update);
    }

    @Override
    public void fail(QueryFailure failure) {
      failures.add(failure);
    }
  }

  private static SeriesQuery byHour() {
    return new Query().from("2025-06-20T05:00:00Z").step(Duration.ofHours(1)).build();
  }

  /** The numbers of an update by mover and start, in the words that a test reads. */
  private static Map<String, Long> told(LiveUpdate update) {
    Map<String, Long> told = new TreeMap<>();
    for (LiveUpdate.Point point : update.points()) {
      String mover = update.series().get(point.series()).getOrDefault("mover", "");
      long value = point.isMissing() ? -1 : ((Numbers.Longs) point.numbers()).at(point.index());
      if (value != 0) {
        told.put(mover + " " + Instant.ofEpochSecond(point.startEpochSecond()), value);
      }
    }
    return told;
  }

  @Test
  void firstEverything_thenWhatChanges_alsoForANewMover() throws Exception {
    transfer("2025-06-20T08:00:00", "LTO8_1.mover", Direction.READ, 3);
    Listener listener = new Listener();
    AutoCloseable watch = engine.live(Transfers.DATASET).watch(byHour(), listener);
    LiveUpdate first = listener.updates.take();
    assertThat(first.first()).isTrue();
    assertThat(told(first)).isEqualTo(Map.of("LTO8_1 2025-06-20T13:00:00Z", 3L));

    now.set(NOON.plusSeconds(1));
    transfer("2025-06-20T12:00:01", "LTO8_2.mover", Direction.READ, 5);

    LiveUpdate second = listener.updates.take();
    assertThat(second.first()).isFalse();
    assertThat(told(second)).containsEntry("LTO8_2 2025-06-20T17:00:00Z", 5L);
    assertThat(told(second)).doesNotContainKey("LTO8_1 2025-06-20T13:00:00Z");
    assertThat(second.series()).hasSize(second.known() + 1);
    watch.close();
    assertThat(engine.live(Transfers.DATASET).watchers()).isZero();
  }

  @Test
  void queryThatCannotBeAnswered_endsAlone() throws Exception {
    transfer("2025-06-20T08:00:00", "LTO8_1.mover", Direction.READ, 3);
    Listener good = new Listener();
    Listener bad = new Listener();
    SeriesQuery wrong =
        new Query().source(SourceChoice.SUMMARY).by(Dimensions.STORAGE_GROUP).build();
    engine.live(Transfers.DATASET).watch(wrong, bad);
    engine.live(Transfers.DATASET).watch(byHour(), good);
    assertThat(bad.failures.take().kind()).isEqualTo(FailureKind.BAD_QUERY);
    good.updates.take();

    now.set(NOON.plusSeconds(1));
    transfer("2025-06-20T12:00:01", "LTO8_1.mover", Direction.READ, 5);

    assertThat(told(good.updates.take())).containsEntry("LTO8_1 2025-06-20T17:00:00Z", 5L);
    assertThat(engine.live(Transfers.DATASET).watchers()).isEqualTo(1);
  }

  @Test
  void rangeThatOutgrowsItsStep_ends() throws Exception {
    transfer("2025-06-20T08:00:00", "LTO8_1.mover", Direction.READ, 3);
    Listener listener = new Listener();
    SeriesQuery byMinute =
        new Query().from("2025-06-20T05:00:00Z").step(Duration.ofMinutes(1)).build();
    engine.live(Transfers.DATASET).watch(byMinute, listener);
    listener.updates.take();

    now.set(NOON.plus(Duration.ofDays(366 * 3)));

    assertThat(listener.failures.take().kind()).isEqualTo(FailureKind.TOO_LARGE);
  }

  @Test
  void valuesOfAllQueriesTogether_areBounded() throws Exception {
    transfer("2025-01-01T08:00:00", "m.mover", Direction.READ, 3);
    int fitting = LiveFeed.MAX_VALUES / (100 * 24 * 60);
    for (int i = 0; i < fitting; i++) {
      Listener listener = new Listener();
      engine.live(Transfers.DATASET).watch(hundredDaysByMinute("m" + i), listener);
      listener.updates.take();
    }
    Listener oneMore = new Listener();
    engine.live(Transfers.DATASET).watch(hundredDaysByMinute("m"), oneMore);

    QueryFailure failure = oneMore.failures.take();
    assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    assertThat(failure.sentence()).contains("500000 values together", "step");
    assertThat(engine.live(Transfers.DATASET).watchers()).isEqualTo(fitting);
  }

  private static SeriesQuery hundredDaysByMinute(String mover) {
    return new Query()
        .total()
        .movers(mover)
        .from(NOON.minus(Duration.ofDays(100)).toString())
        .step(Duration.ofMinutes(1))
        .build();
  }

  @Test
  void equalQueries_areOne_andDifferentOnesAreBounded() throws Exception {
    source.holdReads(request -> true);
    SeriesQuery query = byHour();
    for (int i = 0; i < LiveFeed.MAX_QUERIES; i++) {
      engine
          .live(Transfers.DATASET)
          .watch(
              new Query()
                  .total()
                  .from("2025-06-20T05:00:00Z")
                  .to(NOON.plusSeconds(i).toString())
                  .movers("m" + i)
                  .build(),
              new Listener());
    }

    assertThatThrownBy(() -> engine.live(Transfers.DATASET).watch(query, new Listener()))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED));
    engine
        .live(Transfers.DATASET)
        .watch(
            new Query().total().from("2025-06-20T05:00:00Z").movers("m0").build(), new Listener());
    assertThat(engine.live(Transfers.DATASET).watchers()).isEqualTo(LiveFeed.MAX_QUERIES + 1);
  }

  @Test
  void closedFeed_tellsEverybody_andTakesNobody() throws Exception {
    Listener listener = new Listener();
    engine.live(Transfers.DATASET).watch(byHour(), listener);
    listener.updates.take();

    engine.endWatches();

    assertThat(listener.failures.take().kind()).isEqualTo(FailureKind.CANCELLED);
    assertThatThrownBy(() -> engine.live(Transfers.DATASET).watch(byHour(), listener))
        .isInstanceOf(QueryFailure.class);
  }
}
