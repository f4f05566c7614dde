package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.Shape;

/**
 * Reads one table of the catalogue: the only class that knows its columns. Stateless, so
 * thread-safe.
 */
interface TableReader {
  /** The table it reads. */
  SourceTable table();

  /** The column that says when a row's fact was: a day in a rollup, a wall-clock time otherwise. */
  String timeColumn();

  /** Whether that time is an instant, not what the site's clock showed. */
  default boolean isZoned() {
    return false;
  }

  /** The columns that every question needs, {@link #timeColumn} first. */
  List<String> columns();

  /** The columns that a read in {@code shape} needs besides those. */
  List<String> columns(Shape shape);

  /**
   * Reads cells on {@code connection}, which must be in a transaction so that rows can stream.
   *
   * @return how many rows made no sense, and were left out
   * @throws SQLException also when a sum does not fit 64 bits
   */
  long read(
      ReadRequest request, WallClock clock, HostFacts facts, Connection connection, RowSink sink)
      throws SQLException;
}
