package org.enstore.accounting.series;

import java.util.Optional;
import org.enstore.accounting.catalog.RowTable;

/**
 * The port behind which an accounting database stands. Implementations are thread-safe, do no I/O
 * in their constructors, and read without ever writing.
 */
public interface TransferSource extends AutoCloseable {

  /**
   * Reads cells into {@code sink}. All cells come from one snapshot of one host.
   *
   * @return what the snapshot was of
   * @throws QueryFailure when it cannot be read; the sink may then have been given some cells
   */
  Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation);

  /**
   * Reads the rows of {@code table} as they are now into {@code sink}, all from one snapshot of one
   * host.
   *
   * @return what the snapshot was of
   * @throws QueryFailure when they cannot be read; the sink may then have been given some
   */
  default Snapshot rows(RowTable table, RowsSink sink, Cancellation cancellation) {
    throw new UnsupportedOperationException("this source has no rows of " + table);
  }

  /**
   * Looks at how fresh the database is now.
   *
   * @throws QueryFailure when it cannot be looked at
   */
  SourceState state(Cancellation cancellation);

  /**
   * Why whoever has an older answer should not wait any longer: the database is being asked and
   * gives no sign of life. Empty as long as it does, however long its answers take. Never waits.
   */
  default Optional<QueryFailure> silence() {
    return Optional.empty();
  }

  /** Tries the connection and the privileges; never throws for an outage. */
  Health health();

  /** How replication stands on the hosts; begins to watch them when it is first asked. */
  default Replication replication() {
    return Replication.NONE;
  }

  /** The figures of the connection pools at this moment. */
  PoolStats poolStats();

  /** Releases what the source itself opened. */
  @Override
  void close();
}
