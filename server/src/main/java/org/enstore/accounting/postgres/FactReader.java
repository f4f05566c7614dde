package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.Shape;

/** Reads a table of facts by its columns. */
record FactReader(FactColumns columnsOfTable) implements TableReader {
  @Override
  public SourceTable table() {
    return columnsOfTable.table();
  }

  @Override
  public String timeColumn() {
    return columnsOfTable.foundBy().getName();
  }

  @Override
  public boolean isZoned() {
    return columnsOfTable.foundBy().getType() == OffsetDateTime.class;
  }

  @Override
  public List<String> columns() {
    return columnsOfTable.names();
  }

  @Override
  public List<String> columns(Shape shape) {
    return columnsOfTable.names(shape);
  }

  @Override
  public long read(
      ReadRequest request, WallClock clock, HostFacts facts, Connection connection, RowSink sink)
      throws SQLException {
    return new FactQuery(
            columnsOfTable, request, clock, facts.table(table()).timeIndexed(), facts.anyBytes())
        .read(connection, sink);
  }
}
