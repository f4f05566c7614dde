package org.enstore.accounting.series;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;

/** How the contracts of {@link TransferSource} get at one, and what their cases have in common. */
public interface SourceUnderTest {
  ZoneId UTC = ZoneId.of("UTC");
  ZoneId CHICAGO = ZoneId.of("America/Chicago");
  Shape TOTAL = Shape.of(List.of(), List.of(TransferQuantities.BYTES));
  Shape BY_MOVER = Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES));

  /** The time at which all sources of this test are asked. */
  Instant NOW = Instant.parse("2024-06-15T12:00:00Z");

  InstantSource CLOCK = InstantSource.fixed(NOW);

  /** A source over exactly these rows, of a site in {@code zone}, asked at {@link #NOW}. */
  TransferSource source(ZoneId zone, List<TransferRow> transfers, List<SummaryRow> summary)
      throws Exception;

  /** The same over transfers alone. */
  default TransferSource raw(ZoneId zone, TransferRow... rows) throws Exception {
    return source(zone, List.of(rows), List.of());
  }
}
