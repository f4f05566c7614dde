package org.enstore.accounting.api;

import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.proto.v1.ListReconciliationRequest;
import org.enstore.accounting.proto.v1.ListReconciliationResponse;
import org.enstore.accounting.proto.v1.ReconciliationRow;
import org.enstore.accounting.series.ReconciliationAnswer;

/** Turns what a comparison found into messages. */
final class ReconciliationParts {
  private ReconciliationParts() {}

  /**
   * One page of {@code answer}.
   *
   * @param rest the request without its page
   * @throws org.enstore.accounting.series.QueryFailure when the page is not one of that request's
   */
  static ListReconciliationResponse response(
      ReconciliationAnswer answer,
      ListReconciliationRequest request,
      ListReconciliationRequest rest,
      ZoneId zone) {
    Map<String, ReconciliationRow> rows = new LinkedHashMap<>();
    for (ReconciliationAnswer.Row row : answer.rows()) {
      String day = row.day().atZone(zone).toLocalDate().toString();
      rows.put(day + " " + row.mover(), row(day, row));
    }
    Pages.Page page =
        Pages.cut(
            List.copyOf(rows.keySet()),
            request.getPageSize(),
            request.getPageToken(),
            rest.toString());
    ListReconciliationResponse.Builder response =
        ListReconciliationResponse.newBuilder().setNextPageToken(page.next());
    page.names().forEach(name -> response.addRows(rows.get(name)));
    answer.notices().forEach(notice -> response.addNotices(AnswerParts.notice(notice)));
    return response.build();
  }

  private static ReconciliationRow row(String day, ReconciliationAnswer.Row row) {
    ReconciliationRow.Builder built =
        ReconciliationRow.newBuilder().setDay(day).setMover(row.mover()).setRemark(row.remark());
    row.summary()
        .ifPresent(
            amounts ->
                built
                    .setSummaryReadBytes(amounts.read())
                    .setSummaryWrittenBytes(amounts.written()));
    row.raw()
        .ifPresent(
            amounts -> built.setRawReadBytes(amounts.read()).setRawWrittenBytes(amounts.written()));
    return built.build();
  }
}
