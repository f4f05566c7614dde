package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.Step;
import org.junit.jupiter.api.Test;

/** Which numbers an answer has, from which of the tables, and what it says about them. */
class SeriesEngineTest extends SeriesEngineFixture {
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
  void auto_stepBelowADay_usesTheTransfers() {
    summary("2025-06-19", "L8G1_007", 100, 0);
    transfer("2025-06-19T12:00:00", "L8G1_007.mover", Direction.READ, 5);

    SeriesAnswer answer = ask(new Query().source(SourceChoice.AUTO).step(Duration.ofHours(12)));

    assertThat(answer.executed()).doesNotContain("xfer_by_day_by_mover");
  }

  @Test
  void summary_ofADimensionItLacks_isRefusedByName() {
    Query query = new Query().source(SourceChoice.SUMMARY);
    query.filters.put(Dimensions.LIBRARY, Filter.including(List.of("CD-LTO8G1")));

    assertThatThrownBy(() -> ask(query))
        .isInstanceOf(QueryFailure.class)
        .hasMessageContaining("library");
  }

  @Test
  void gaps_tellNoTransfersFromNotYet() {
    summary("2025-06-16", "L8G1_001", 1, 0);
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
  void rowsThatCannotBe_areLeftOut_andTold_theRestIsAnswered() {
    transfer("2025-06-18T08:00:00", "L8G1_001.mover", Direction.READ, Long.MAX_VALUE);
    transfer("2025-06-18T09:00:00", "L8G1_001.mover", Direction.READ, -1);
    transfer("2025-06-18T10:00:00", "L8G1_001.mover", Direction.READ, 3);
    transfer(
        "2025-06-19T08:00:00",
        "L8G1_002.mover",
        Direction.WRITE,
        TransferQuantities.MOST_BYTES + 1);
    transfer(
        "2025-06-19T08:00:00", "L8G1_002.mover", Direction.WRITE, TransferQuantities.MOST_BYTES);
    for (Duration step : List.of(Duration.ofDays(1), Duration.ofHours(12), Duration.ofMinutes(1))) {
      SeriesAnswer answer = ask(new Query().step(step));

      assertThat(answer.table().series()).hasSize(2);
      assertThat(exact(answer, "L8G1_001").stream().mapToLong(Long::longValue).sum()).isEqualTo(3);
      assertThat(texts(answer))
          .containsExactly(
              "3 rows of encp_xfer are left out: their bytes are negative or above 16 PiB, which no"
                  + " file has, or rw is neither r nor w (2 on 2025-06-18, 1 on 2025-06-19).");
    }
    assertThat(texts(ask(new Query().from("2025-06-20T05:00:00Z")))).isEmpty();
    Query transfers = new Query().of(Transfers.TRANSFERS).movers("L8G1_001");
    assertThat(exact(ask(transfers), "L8G1_001").get(0)).isEqualTo(1);
  }

  @Test
  void meanFileSize_inBytes_isExact() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 9007199254742027L);
    Query query = new Query().of(Transfers.MEAN_FILE_SIZE).from("2025-06-20T05:00:00Z");

    assertThat(exact(ask(query), "L8G1_007")).containsExactly(9007199254742027L);
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
    query.measure = Transfers.THROUGHPUT;

    Numbers.Doubles numbers = (Numbers.Doubles) ask(query).table().series().get(0).numbers();

    assertThat(numbers.at(0)).isEqualTo(10.0);
  }

  @Test
  void throughput_shortDay_countsItsRealSeconds() {
    transfer("2025-03-09T12:00:00", "L8G1_007.mover", Direction.READ, 82_800);
    Query query = new Query().from("2025-03-09T06:00:00Z").to("2025-03-10T05:00:00Z");
    query.measure = Transfers.THROUGHPUT;

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
  void movers_whoseTransfersAMeasureLeavesOut_areNotSaidToHaveNone() {
    transfer("2025-06-20T08:00:00", "L8G1_007.mover", Direction.READ, 3);

    SeriesAnswer answer = ask(new Query().of(Transfers.DRIVE_RATE).movers("L8G1_007"));

    assertThat(texts(answer))
        .contains("No transfers that count for driveRate in this range of: L8G1_007.");
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
        new NamesQuery(
            Transfers.DATASET, Dimensions.MOVER, Optional.empty(), match, classes, Map.of()),
        new Cancellation());
  }

  @Test
  void names_ofLibraries_comeFromTheTransfers() {
    transfer("2025-06-20T08:00:00", "L8G1_2.mover", Direction.READ, 3);

    assertThat(
            engine.names(
                new NamesQuery(
                    Transfers.DATASET,
                    Dimensions.LIBRARY,
                    Optional.empty(),
                    Optional.empty(),
                    Set.of(),
                    Map.of()),
                new Cancellation()))
        .containsExactly("CD-LTO8G1");
  }

  @Test
  void close_closesTheSource() {
    engine.close();

    assertThat(source.isClosed()).isTrue();
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
}
