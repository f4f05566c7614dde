package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Measures, groups, and how an answer is arranged. */
class SeriesEngineArrangementTest extends SeriesEngineFixture {
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

  private static List<@Nullable Double> numbers(Series series) {
    Numbers.Doubles numbers = (Numbers.Doubles) series.numbers();
    List<@Nullable Double> values = new ArrayList<>();
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
    assertThat(numbers(ask(query.of(Transfers.DRIVE_RATE)).table().series().get(0)))
        .containsExactly(1677722.0, null);
    assertThat(exact(ask(query.of(Transfers.DRIVE_RATE_MAX)).table().series().get(0)))
        .containsExactly(2097152L, null);
    assertThat(exact(ask(query.of(Transfers.MEAN_FILE_SIZE)).table().series().get(0)))
        .containsExactly(2L << 30, 3L << 30);
    assertThat(exact(ask(query.of(Transfers.TRANSFERS)).table().series().get(0)))
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
          numbers(ask(query.of(Transfers.DRIVE_RATE_P50).step(step)).table().series().get(0))
              .stream()
              .filter(Objects::nonNull)
              .findFirst()
              .orElseThrow();
      double most =
          numbers(ask(query.of(Transfers.DRIVE_RATE_P95).step(step)).table().series().get(0))
              .stream()
              .filter(Objects::nonNull)
              .findFirst()
              .orElseThrow();
      assertThat(half).isCloseTo(rates.get(199), Percentage.withPercentage(1));
      assertThat(most).isCloseTo(rates.get(379), Percentage.withPercentage(1));
    }
    // Movers are told apart only when they are asked for: their bins would multiply.
    assertThat(source.reads().get(source.reads().size() - 1).shape().dimensions())
        .containsExactly(Dimensions.DIRECTION, Transfers.DRIVE_RATE_BIN, Dimensions.MOVER_CLASS);
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
    assertThat(answer.table().series().stream().map(SeriesEngineFixture::exact).toList())
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

    assertThat(labels(ask(new Query().of(Transfers.TRANSFERS).top(1))))
        .containsExactly(Map.of("mover", "B"), Map.of("mover", "other"));
    assertThat(labels(ask(new Query().of(Transfers.MEAN_FILE_SIZE).top(1))))
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
    transfer("2025-06-20T10:00:00", "A.mover", Direction.READ, 4);
    for (GapPolicy gaps : GapPolicy.values()) {
      assertThat(
              exact(
                  ask(new Query()
                          .runningTotal()
                          .gaps(gaps)
                          .step(Duration.ofHours(6))
                          .from("2025-06-20T05:00:00Z")
                          .to("2025-06-21T05:00:00Z"))
                      .table()
                      .series()
                      .get(0)))
          .containsExactly(0L, 4L, null, null);
    }
  }

  @Test
  void runningTotal_beyond64Bits_isRefused() {
    for (int day = 18; day < 20; day++) {
      for (int i = 0; i < 256; i++) {
        transfer(
            "2025-06-" + day + "T10:00:00",
            "A.mover",
            Direction.READ,
            TransferQuantities.MOST_BYTES);
      }
    }

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
                        .by(
                            Dimensions.STORAGE_GROUP,
                            Dimensions.DRIVE_TYPE,
                            Dimensions.MOVER_CLASS))))
        .containsExactly(
            Map.of("storageGroup", "cms", "driveType", "ULT3580-TD8", "moverClass", "tape"),
            Map.of("storageGroup", "nova", "driveType", "ULT3580-TD8", "moverClass", "tape"));
  }

  @Test
  void tooManySeries_areCutToTheLargest_withANotice() {
    for (int i = 0; i < 5; i++) {
      transfer("2025-06-20T08:00:00", "L8G1_00" + i + ".mover", Direction.READ, 10 + i);
    }
    try (SeriesEngine narrow =
        engine(new SourceSettings.Limits(90, 2, 1_000, 16L << 20, Duration.ofSeconds(20)))) {
      SeriesAnswer answer =
          narrow.answer(new Query().build(), Demand.USUAL, new Cancellation(), Room.UNBOUNDED);

      assertThat(answer.table().series())
          .extracting(series -> series.labels().get("mover"))
          .containsExactly("L8G1_003", "L8G1_004");
      assertThat(texts(answer)).anyMatch(text -> text.contains("2 largest of 5"));
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
          small.answer(
              new Query().by(Dimensions.STORAGE_GROUP).build(),
              Demand.USUAL,
              new Cancellation(),
              Room.UNBOUNDED);
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
