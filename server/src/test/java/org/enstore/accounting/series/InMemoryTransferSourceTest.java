package org.enstore.accounting.series;

import java.time.ZoneId;
import java.util.List;

final class InMemoryTransferSourceTest extends TransferSourceContract {
  @Override
  protected TransferSource source(
      ZoneId zone, List<TransferRow> transfers, List<SummaryRow> summary) {
    InMemoryTransferSource source = new InMemoryTransferSource(zone, CLOCK);
    source.transfers().addAll(transfers);
    source.summary().addAll(summary);
    return source;
  }
}
