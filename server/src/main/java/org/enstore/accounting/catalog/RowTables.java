package org.enstore.accounting.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All tables that are answered as rows. */
public final class RowTables {
  /** In the order to list them. */
  public static final List<RowTable> ALL = List.of(Tapes.TABLE, Drives.TABLE);

  private RowTables() {}

  /** The columns of all tables; of those with one id, the first. */
  public static List<RowColumn> columns() {
    Map<String, RowColumn> byId = new LinkedHashMap<>();
    ALL.forEach(table -> table.columns().forEach(column -> byId.putIfAbsent(column.id(), column)));
    return List.copyOf(byId.values());
  }

  /** The column called {@code id} of the first table that has one. */
  public static Optional<RowColumn> column(String id) {
    return columns().stream().filter(column -> column.id().equals(id)).findFirst();
  }
}
