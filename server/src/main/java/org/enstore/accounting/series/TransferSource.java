package org.enstore.accounting.series;

import java.time.Instant;

/**
 * The port behind which an accounting database stands. Implementations are thread-safe, do no I/O
 * in their constructors, and read without ever writing.
 */
public interface TransferSource extends AutoCloseable {

  /**
   * Reads cells into {@code sink}. All cells come from one snapshot of one host.
   *
   * @return an instant through which the snapshot is complete: every transfer committed on the
   *     primary before it was visible; {@link Instant#EPOCH} when that cannot be told
   * @throws QueryFailure when it cannot be read; the sink may then have been given some cells
   */
  Instant read(ReadRequest request, RowSink sink, Cancellation cancellation);

  /**
   * Looks at how fresh the database is now.
   *
   * @throws QueryFailure when it cannot be looked at
   */
  SourceState state(Cancellation cancellation);

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
