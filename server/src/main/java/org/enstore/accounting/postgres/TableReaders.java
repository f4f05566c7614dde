package org.enstore.accounting.postgres;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.SourceTable;

/** The readers of all tables of the catalogue. */
final class TableReaders {
  private static final Map<SourceTable, TableReader> READERS =
      byTable(
          new SummaryDays.Reader(),
          new FactReader(TransferColumns.ALL),
          new FactReader(ErrorColumns.ALL),
          new FactReader(MountColumns.MOUNTS),
          new FactReader(MountColumns.HOURS_AT_DISMOUNT),
          new FactReader(MountColumns.HOURS_BY_HOUR),
          new FactReader(LevelColumns.DRIVE_USE),
          new FactReader(LevelColumns.DRIVES),
          new FactReader(LevelColumns.BLANK_TAPES),
          new FactReader(LevelColumns.SLOTS),
          new FactReader(LevelColumns.QUOTA),
          new FactReader(LevelColumns.WRITE_TABS),
          new FactReader(JobColumns.ALL),
          new FactReader(LiveRateColumns.ALL),
          new FactReader(DriveStatusColumns.ALL),
          new FactReader(LevelColumns.TAPE_BYTES));

  private TableReaders() {}

  /** Those of the tables of {@code database}, in the order to name them. */
  static List<TableReader> of(Database database) {
    List<SourceTable> tables = Catalogue.ENSTORE.of(database).tables();
    return READERS.values().stream().filter(reader -> tables.contains(reader.table())).toList();
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
