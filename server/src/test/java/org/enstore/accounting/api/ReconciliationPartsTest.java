package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.proto.v1.ListReconciliationRequest;
import org.enstore.accounting.proto.v1.ListReconciliationResponse;
import org.enstore.accounting.proto.v1.ReconciliationRow;
import org.enstore.accounting.series.Notice;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReconciliationAnswer;
import org.enstore.accounting.series.ReconciliationAnswer.Amounts;
import org.junit.jupiter.api.Test;

class ReconciliationPartsTest {
  /** Midnight of its days is the evening before by UTC's calendar. */
  private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

  private static final ListReconciliationRequest REST =
      ListReconciliationRequest.newBuilder().setDataSource("fnal").build();

  private static final ReconciliationAnswer ANSWER =
      new ReconciliationAnswer(
          List.of(
              row("2025-06-18", "L8_2", new Amounts(5, 7), new Amounts(5, 0), "remark"),
              row("2025-06-18", "L8_10", null, new Amounts(0, 3), ""),
              row("2025-06-19", "L8_2", new Amounts(9, 0), null, "")),
          List.of(Notice.warning("a day is left out")),
          "");

  private static ReconciliationAnswer.Row row(
      String day,
      String mover,
      @org.jspecify.annotations.Nullable Amounts summary,
      @org.jspecify.annotations.Nullable Amounts raw,
      String remark) {
    return new ReconciliationAnswer.Row(
        LocalDate.parse(day).atStartOfDay(ZONE).toInstant(),
        mover,
        Optional.ofNullable(summary),
        Optional.ofNullable(raw),
        remark);
  }

  private static ListReconciliationResponse page(int size, String token) {
    return ReconciliationParts.response(
        ANSWER, REST.toBuilder().setPageSize(size).setPageToken(token).build(), REST, ZONE);
  }

  @Test
  void row_hasBothSides_andLeavesOutWhatIsNotThere() {
    ListReconciliationResponse response = page(0, "");

    assertThat(response.getNextPageToken()).isEmpty();
    assertThat(response.getNotices(0).getText()).isEqualTo("a day is left out");
    assertThat(response.getRowsList())
        .containsExactly(
            ReconciliationRow.newBuilder()
                .setDay("2025-06-18")
                .setMover("L8_2")
                .setSummaryReadBytes(5)
                .setRawReadBytes(5)
                .setSummaryWrittenBytes(7)
                .setRawWrittenBytes(0)
                .setRemark("remark")
                .build(),
            ReconciliationRow.newBuilder()
                .setDay("2025-06-18")
                .setMover("L8_10")
                .setRawReadBytes(0)
                .setRawWrittenBytes(3)
                .build(),
            ReconciliationRow.newBuilder()
                .setDay("2025-06-19")
                .setMover("L8_2")
                .setSummaryReadBytes(9)
                .setSummaryWrittenBytes(0)
                .build());
  }

  @Test
  void pages_haveEachRowOnce_inOrder() {
    ListReconciliationResponse first = page(2, "");
    ListReconciliationResponse second = page(2, first.getNextPageToken());

    assertThat(first.getRowsList())
        .extracting(ReconciliationRow::getMover)
        .containsExactly("L8_2", "L8_10");
    assertThat(second.getRowsList())
        .extracting(ReconciliationRow::getDay)
        .containsExactly("2025-06-19");
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void tokenOfAnotherRequest_isRefused() {
    String token = page(1, "").getNextPageToken();
    ListReconciliationRequest other = REST.toBuilder().setIncludeEqual(true).build();

    assertThatExceptionOfType(QueryFailure.class)
        .isThrownBy(
            () ->
                ReconciliationParts.response(
                    ANSWER, other.toBuilder().setPageToken(token).build(), other, ZONE))
        .satisfies(
            e ->
                assertThat(e.complaints())
                    .extracting(Complaint::field)
                    .containsExactly("pageToken"));
  }
}
