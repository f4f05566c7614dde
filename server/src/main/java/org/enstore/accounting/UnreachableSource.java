package org.enstore.accounting;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.PoolStats;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.TransferSource;

/** Stands in for the database until its adapter is merged. */
final class UnreachableSource implements TransferSource {
  @Override
  public Instant read(ReadRequest request, RowSink sink, Cancellation cancellation) {
    throw unreachable();
  }

  @Override
  public SourceState state(Cancellation cancellation) {
    throw unreachable();
  }

  @Override
  public Health health() {
    return new Health(false, unreachable().sentence(), Map.of(), List.of());
  }

  @Override
  public PoolStats poolStats() {
    return new PoolStats(List.of());
  }

  @Override
  public void close() {}

  private static QueryFailure unreachable() {
    return new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, "No host can be reached.");
  }
}
