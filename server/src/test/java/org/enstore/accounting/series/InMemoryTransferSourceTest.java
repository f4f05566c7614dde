package org.enstore.accounting.series;

import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.enstore.accounting.measure.Direction;

final class InMemoryTransferSourceTest implements TransferSourceContract {
  @Override
  public TransferSource source(ZoneId zone, List<TransferRow> transfers, List<SummaryRow> summary) {
    InMemoryTransferSource source = new InMemoryTransferSource(zone, CLOCK);
    for (TransferRow row : transfers) {
      // Rows in memory have a direction: what is neither read nor written is left out by its size.
      boolean strange = !row.rw().equals("r") && !row.rw().equals("w");
      source.add(
          new InMemoryTransferSource.Transfer(
              row.date(),
              row.mover(),
              row.driver(),
              row.rw().equals("w") ? Direction.WRITE : Direction.READ,
              strange ? -1 : row.size(),
              row.storageGroup(),
              Objects.requireNonNullElse(row.library(), ""),
              row.driveId(),
              row.mediaChanger(),
              row.rates()));
    }
    for (SummaryRow row : summary) {
      source.add(
          new InMemoryTransferSource.SummaryRow(
              row.date(),
              row.mover(),
              Objects.requireNonNullElse(row.read(), 0L),
              Objects.requireNonNullElse(row.write(), 0L)));
    }
    return source;
  }
}
