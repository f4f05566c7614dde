package org.enstore.accounting.postgres;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.SourceTable;

/** The readers of all tables of the catalogue. */
final class TableReaders {
  private static final Map<SourceTable, TableReader> READERS =
      byTable(
          new SummaryDays.Reader(),
          new FactReader(TransferColumns.ALL),
          new FactReader(ErrorColumns.ALL));

  private TableReaders() {}

  /** All of them, in the order to name their tables. */
  static List<TableReader> all() {
    return List.copyOf(READERS.values());
  }

  /** The reader of {@code table}. */
  static TableReader of(SourceTable table) {
    TableReader reader = READERS.get(table);
    if (reader == null) {
      throw new IllegalArgumentException("nothing reads the table " + table);
    }
    return reader;
  }

  private static Map<SourceTable, TableReader> byTable(TableReader... readers) {
    Map<SourceTable, TableReader> byTable = new LinkedHashMap<>();
    for (TableReader reader : readers) {
      byTable.put(reader.table(), reader);
    }
    return byTable;
  }
}
