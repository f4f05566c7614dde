package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.enstore.accounting.series.SourceReads.leftOut;
import static org.enstore.accounting.series.SourceReads.summary;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Transfers;
import org.junit.jupiter.api.Test;

/** The summary, what a source says of itself, and how a read is broken off. */
interface SummaryContract extends SourceUnderTest {
  @Test
  default void summary_rowMakesAReadAndAWriteCell() throws Exception {
    TransferSource source =
        source(
            CHICAGO,
            List.of(),
            List.of(
                SummaryRow.of("2024-05-01", "L8G1_001", 5L, 7L),
                SummaryRow.of("2024-05-01", "L8G1_002", 0L, 9L),
                SummaryRow.of("2024-05-01", "L8G1_003", null, null),
                SummaryRow.of("2024-05-02", "L8G1_001", 11L, null)));

    assertThat(summary(source, BY_MOVER, "2024-05-01", "2024-05-03"))
        .containsExactly(
            "2024-05-01T05:00:00Z read [L8G1_001] 5",
            "2024-05-01T05:00:00Z write [L8G1_001] 7",
            "2024-05-01T05:00:00Z write [L8G1_002] 9",
            "2024-05-02T05:00:00Z read [L8G1_001] 11");
  }

  @Test
  default void summary_bytesThatCannotBe_areLeftOut_andCounted() throws Exception {
    TransferSource source =
        source(
            CHICAGO,
            List.of(),
            List.of(
                SummaryRow.of("2024-05-01", "L8G1_001", -1L, 7L),
                SummaryRow.of("2024-05-01", "L8G1_002", 3L, Long.MAX_VALUE),
                SummaryRow.of("2024-05-01", "L8G1_003", Long.MAX_VALUE, Long.MIN_VALUE),
                SummaryRow.of("2024-05-01", "L8G1_004", 0L, null)));

    assertThat(summary(source, BY_MOVER, "2024-05-01", "2024-05-03"))
        .containsExactly(
            "2024-05-01T05:00:00Z read [L8G1_002] 3", "2024-05-01T05:00:00Z write [L8G1_001] 7");
    assertThat(leftOut(source, Transfers.SUMMARY, Grain.DAY, "2024-05-01", "2024-05-03"))
        .containsExactly(Map.entry("2024-05-01T05:00:00Z", 3L));
  }

  @Test
  default void summary_noDimensionGivesTotals() throws Exception {
    TransferSource source =
        source(
            UTC,
            List.of(),
            List.of(
                SummaryRow.of("2024-05-01", "A", 1L, 0L),
                SummaryRow.of("2024-05-01", "", 2L, null)));

    assertThat(summary(source, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z read [] 3");
  }

  @Test
  default void summary_windowIsHalfOpen() throws Exception {
    TransferSource source =
        source(
            UTC,
            List.of(),
            List.of(
                SummaryRow.of("2024-04-30", "A", 1L, 0L),
                SummaryRow.of("2024-05-01", "A", 2L, 0L),
                SummaryRow.of("2024-05-02", "A", 4L, 0L)));

    assertThat(summary(source, TOTAL, "2024-05-01", "2024-05-02"))
        .containsExactly("2024-05-01T00:00:00Z read [] 2");
  }

  @Test
  default void read_returnsAnInstantItIsCompleteThrough() throws Exception {
    TransferSource source = raw(UTC);

    Snapshot snapshot =
        source.read(
            new ReadRequest(
                Transfers.FACTS,
                Grain.DAY,
                TOTAL,
                LocalDate.parse("2024-05-01"),
                LocalDate.parse("2024-05-02")),
            (epochSecond, key, sums) -> {},
            new Cancellation());

    assertThat(snapshot.knownThrough()).isBeforeOrEqualTo(NOW);
    assertThat(snapshot.lineage()).isEqualTo(source.state(new Cancellation()).lineage());
  }

  @Test
  default void read_cancelledBeforeItBegins() throws Exception {
    TransferSource source = raw(UTC);
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    assertThatThrownBy(
            () ->
                source.read(
                    new ReadRequest(
                        Transfers.FACTS,
                        Grain.DAY,
                        TOTAL,
                        LocalDate.parse("2024-05-01"),
                        LocalDate.parse("2024-05-02")),
                    (epochSecond, key, sums) -> {},
                    cancellation))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED));
  }

  @Test
  default void state_emptyTables() throws Exception {
    SourceState state = raw(UTC).state(new Cancellation());

    assertThat(state.standby()).isTrue();
    assertThat(state.observedAt()).isEqualTo(NOW);
    assertThat(state.knownThrough()).isBeforeOrEqualTo(NOW);
    assertThat(state.of(Transfers.SUMMARY).lastDay()).isEmpty();
    assertThat(state.of(Transfers.FACTS).newest()).isEmpty();
    assertThat(state.of(Transfers.SUMMARY).isReadable()).isTrue();
    assertThat(state.of(Transfers.FACTS).isReadable()).isTrue();
  }

  @Test
  default void state_newestRowsWithoutFutureOnes() throws Exception {
    TransferSource source =
        source(
            CHICAGO,
            List.of(
                TransferRow.of("2024-06-15T06:50:00", "r", 1, "A.mover"),
                TransferRow.of("2024-06-15T09:00:00", "r", 1, "A.mover")),
            List.of(SummaryRow.of("2024-06-13", "A", 1L, 1L)));

    SourceState state = source.state(new Cancellation());

    assertThat(state.of(Transfers.FACTS).newest()).contains(Instant.parse("2024-06-15T11:50:00Z"));
    assertThat(state.of(Transfers.SUMMARY).lastDay()).contains(LocalDate.parse("2024-06-13"));
  }

  @Test
  default void state_slightlyFastClientIsNoFutureDate() throws Exception {
    TransferSource source = raw(UTC, TransferRow.of("2024-06-15T12:00:30", "r", 1, "A.mover"));

    assertThat(source.state(new Cancellation()).of(Transfers.FACTS).newest()).contains(NOW);
  }

  @Test
  default void health_isGood() throws Exception {
    Health health = raw(UTC).health();

    assertThat(health.ok()).as(health.sentence()).isTrue();
    assertThat(health.sentence()).isNotBlank();
  }
}
