package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.series.ReconciliationAnswer.Amounts;
import org.enstore.accounting.series.ReconciliationAnswer.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
  private final MemorySite site = new MemorySite();

  @AfterEach
  void close() {
    site.close();
  }

  private ReconciliationAnswer compare(boolean onlyDifferences) {
    return site.engine.reconcile(
        new ReconciliationQuery(
            MemorySite.days("2025-06-10", "2025-06-21"), Map.of(), onlyDifferences, true),
        new Cancellation());
  }

  private Row only() {
    List<Row> rows = compare(true).rows();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private void assertNotCompared(String notice) {
    assertThat(compare(true).rows()).isEmpty();
    assertThat(compare(true).notices()).extracting(Notice::text).containsExactly(notice);
  }

  @Test
  void equalData_gives_noDifference_underTheSummarysNames() {
    site.transfer("2025-06-18T23:59:59", "L8_server.mover", Direction.READ, 5)
        .transfer("2025-06-18T10:00:00", "L8_serve.mover", Direction.WRITE, 7)
        .transfer("2025-06-18T10:00:00", "null1.mover", Direction.WRITE, 2)
        .summary("2025-06-18", "L8_s", 5, 7)
        .summary("2025-06-18", "null1", 0, 2)
        .transfer("2025-06-19T00:00:00", "L8_1.mover", Direction.READ, 3)
        .summary("2025-06-19", "L8_1", 3, 0);

    assertThat(compare(true).rows()).isEmpty();
    assertThat(compare(true).notices()).isEmpty();
    assertThat(compare(false).rows())
        .containsExactly(
            row("2025-06-18", "L8_s", new Amounts(5, 7)),
            row("2025-06-18", "null1", new Amounts(0, 2)),
            row("2025-06-19", "L8_1", new Amounts(3, 0)));
  }

  private static Row row(String day, String mover, Amounts both) {
    return new Row(MemorySite.midnight(day), mover, Optional.of(both), Optional.of(both), "");
  }

  @Test
  void lateRows() {
    site.transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 5)
        .transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 4)
        .summary("2025-06-18", "L8_1", 5, 0)
        .summary("2025-06-19", "L8_2", 1, 0)
        .transfer("2025-06-19T01:00:00", "L8_2.mover", Direction.READ, 1);

    assertThat(only().difference()).isEqualTo(new Amounts(-4, 0));
    assertThat(only().remark()).startsWith("encp_xfer has more: rows arrived after");
  }

  @Test
  void rowsThatLeft_andRowsThatMoved() {
    site.transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 5)
        .summary("2025-06-18", "L8_1", 6, 0);
    assertThat(only().remark()).startsWith("The summary has more: ");

    site.transfer("2025-06-17T10:00:00", "L8_2.mover", Direction.WRITE, 9)
        .summary("2025-06-17", "L8_2", 1, 8);
    site.now.set(MemorySite.NOON.plus(Duration.ofHours(1)));
    assertThat(compare(true).rows().get(0).difference()).isEqualTo(new Amounts(1, -1));
    assertThat(compare(true).rows().get(0).remark()).startsWith("Each side has more");
  }

  @Test
  void missingRows_onEitherSide() {
    site.transfer("2025-06-17T10:00:00", "L8_1.mover", Direction.READ, 5)
        .transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 5)
        .summary("2025-06-18", "L8_2", 0, 6)
        .summary("2025-06-19", "L8_3", 1, 0)
        .transfer("2025-06-19T10:00:00", "L8_3.mover", Direction.READ, 1);

    List<Row> rows = compare(true).rows();

    assertThat(rows).extracting(Row::mover).containsExactly("L8_1", "L8_1", "L8_2");
    assertThat(rows.get(0).remark()).isEqualTo("The summary has no row of this day at all.");
    assertThat(rows.get(1).summary()).isEmpty();
    assertThat(rows.get(1).remark()).startsWith("The summary has no row of this mover");
    assertThat(rows.get(2).raw()).isEmpty();
    assertThat(rows.get(2).difference()).isEqualTo(new Amounts(0, 6));
    assertThat(rows.get(2).remark()).startsWith("encp_xfer has no transfer of this mover");
  }

  @Test
  void mergedNames_areNamed() {
    site.transfer("2025-06-18T10:00:00", "L8_server.mover", Direction.READ, 5)
        .transfer("2025-06-18T10:00:00", "L8_serve.mover", Direction.READ, 5)
        .summary("2025-06-18", "L8_s", 1, 0);

    assertThat(only().remark())
        .endsWith(" The name stands for several movers: L8_serve, L8_server.");
  }

  @Test
  void afterTheSummarysEnd_nothingIsCompared_andItIsSaid() {
    site.transfer("2025-06-17T10:00:00", "L8_1.mover", Direction.READ, 5)
        .summary("2025-06-17", "L8_1", 5, 0)
        .transfer("2025-06-19T10:00:00", "L8_1.mover", Direction.READ, 5);

    assertNotCompared("2025-06-18 to 2025-06-19 are not compared: the summary ends on 2025-06-17.");
  }

  @Test
  void frozenPartialToday_isNotCompared() {
    site.transfer("2025-06-20T10:00:00", "L8_1.mover", Direction.READ, 5)
        .transfer("2025-06-20T11:00:00", "L8_1.mover", Direction.READ, 5)
        .summary("2025-06-20", "L8_1", 5, 0);
    assertThat(compare(true).rows()).isEmpty();

    site.now.set(MemorySite.local("2025-06-21T00:30:00"));
    assertThat(only().difference()).isEqualTo(new Amounts(-5, 0));
  }

  @Test
  void rowsThatCannotBe_areNamed() {
    site.transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 5)
        .transfer("2025-06-18T11:00:00", "L8_1.mover", Direction.READ, Long.MAX_VALUE)
        .summary("2025-06-18", "L8_1", 6, -1)
        .summary("2025-06-19", "L8_1", 1, 0);

    assertThat(compare(true).notices())
        .extracting(Notice::text)
        .containsExactly(
            "1 row of xfer_by_day_by_mover is left out: its bytes are negative or above 16 PiB,"
                + " which no file has (1 on 2025-06-18).",
            "1 row of encp_xfer is left out: its bytes are negative or above 16 PiB, which no file"
                + " has, or rw is neither r nor w (1 on 2025-06-18).");
    assertThat(compare(true).rows().get(0).remark())
        .endsWith(" Rows of this day are left out: see the notice.");
    assertThat(compare(true).rows().get(1).remark()).doesNotContain("left out");
  }

  @Test
  void laggingStandby_doesNotLookLikeLostRows() {
    site.transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 5)
        .transfer("2025-06-19T23:00:00", "L8_1.mover", Direction.READ, 5)
        .summary("2025-06-18", "L8_1", 5, 0);
    site.source.lagBehind(Duration.ofHours(20));

    assertNotCompared("2025-06-19 is not compared: the summary ends on 2025-06-18.");
  }

  @Test
  void filters() {
    site.transfer("2025-06-18T10:00:00", "L8_server.mover", Direction.READ, 5)
        .transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 5)
        .transfer("2025-06-18T10:00:00", "null1.mover", Direction.READ, 5)
        .summary("2025-06-18", "L8_7", 1, 0);

    assertThat(
            site.engine
                .reconcile(
                    new ReconciliationQuery(
                        MemorySite.days("2025-06-10", "2025-06-20"),
                        Map.of(Dimensions.MOVER, Filter.including(List.of("L8_server"))),
                        true,
                        true),
                    new Cancellation())
                .rows())
        .extracting(Row::mover)
        .containsExactly("L8_s");
    assertThat(
            site.engine
                .reconcile(
                    new ReconciliationQuery(
                        MemorySite.days("2025-06-10", "2025-06-20"), Map.of(), true, false),
                    new Cancellation())
                .rows())
        .extracting(Row::mover)
        .containsExactly("L8_1", "L8_7", "L8_s");
  }

  @Test
  void longRange_isCut_andItIsSaid() {
    site.summary("2025-06-19", "L8_1", 1, 0);

    ReconciliationAnswer answer =
        site.engine.reconcile(
            new ReconciliationQuery(
                MemorySite.days("2020-01-01", "2025-06-20"), Map.of(), true, true),
            new Cancellation());

    assertThat(answer.notices())
        .extracting(Notice::text)
        .containsExactly(
            "Only the last 400 days, from 2024-05-16, are compared. Shorten the time range to see"
                + " earlier ones.");
    assertThat(answer.rows()).hasSize(1);
  }

  @Test
  void unreadableTable_fails() {
    site.source.readable(false, true);

    assertThatThrownBy(() -> compare(true))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.ACCESS_DENIED));
  }

  @Test
  void figures_areTakenOnceAnHour_andSurviveAnOutage() {
    site.transfer("2025-06-18T10:00:00", "L8_1.mover", Direction.READ, 5)
        .transfer("2025-06-18T10:00:00", "L8_2.mover", Direction.WRITE, 1)
        .summary("2025-06-18", "L8_2", 0, 4)
        .summary("2025-06-19", "L8_2", 0, 2)
        .transfer("2025-06-19T10:00:00", "L8_2.mover", Direction.WRITE, 2);
    assertThat(site.engine.reconciliation()).isEmpty();
    assertThat(site.engine.isReconciliationDue()).isTrue();

    site.engine.checkReconciliation();

    ReconciliationFigures first = new ReconciliationFigures(MemorySite.NOON, 2, 5, 3);
    assertThat(site.engine.reconciliation()).contains(first);
    assertThat(site.engine.isReconciliationDue()).isFalse();
    site.transfer("2025-06-19T11:00:00", "L8_2.mover", Direction.WRITE, 10);
    site.now.set(MemorySite.NOON.plus(Duration.ofMinutes(59)));
    site.engine.checkReconciliation();
    assertThat(site.engine.reconciliation()).contains(first);

    site.source.failWith(Optional.of(new QueryFailure(FailureKind.ACCESS_DENIED, "Not any more.")));
    site.now.set(MemorySite.NOON.plus(Duration.ofHours(1)));
    site.engine.checkReconciliation();
    assertThat(site.engine.reconciliation()).contains(first);
    assertThat(site.engine.isReconciliationDue()).isFalse();

    site.source.failWith(Optional.empty());
    site.now.set(MemorySite.NOON.plus(Duration.ofHours(2)));
    site.engine.checkReconciliation();
    assertThat(site.engine.reconciliation())
        .contains(new ReconciliationFigures(MemorySite.NOON.plus(Duration.ofHours(2)), 3, 5, 13));
  }
}
