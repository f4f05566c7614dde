package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.RowTable;
import org.enstore.accounting.catalog.RowTables;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReadRequest;

/**
 * What a server is and what of the tables its user may see, as found when it was connected to. Old
 * sites lack columns that came late, and no site gives the same rights.
 *
 * @param database which of Enstore's databases was connected to
 * @param version such as {@code 12.22}
 * @param standby whether it was in recovery
 * @param user whom the server took us for
 * @param zoneGuess the zone the server writes its log in, which is the site's more often than not
 * @param moverDateIndex whether an index begins with mover and date
 * @param anyBytes whether its texts may hold bytes of any encoding, as in SQL_ASCII
 * @param lineageVisible whether {@link Lineage} may be looked at
 * @param rowTables the tables that are answered as rows
 */
record HostFacts(
    Database database,
    String version,
    boolean standby,
    String user,
    String zoneGuess,
    Map<SourceTable, Columns> tables,
    boolean moverDateIndex,
    boolean anyBytes,
    boolean lineageVisible,
    Map<RowTable, Columns> rowTables) {

  /**
   * What of a table is there.
   *
   * @param schema the schema it is in, empty when there is no such table
   * @param visible whether it is found without naming its schema, as it is where that may be used
   * @param readable by column, whether it may be read
   * @param timeIndexed whether an index begins with the time of its rows
   */
  record Columns(
      Optional<String> schema,
      boolean visible,
      Map<String, Boolean> readable,
      boolean timeIndexed) {
    /** No such table. */
    static final Columns NONE = new Columns(Optional.empty(), false, Map.of(), false);

    boolean has(String column) {
      return readable.containsKey(column);
    }

    boolean mayRead(String column) {
      return readable.getOrDefault(column, false);
    }
  }

  private static final String SERVER =
      """
      select current_setting('server_version'), pg_is_in_recovery(), current_user,
        current_setting('log_timezone'),
        exists (
          select from pg_index as i
          join pg_attribute as first on first.attrelid = i.indrelid and first.attnum = i.indkey[0]
          join pg_attribute as second on second.attrelid = i.indrelid and second.attnum = i.indkey[1]
          where i.indrelid = to_regclass('encp_xfer') and i.indisvalid
            and first.attname = 'mover' and second.attname = 'date'),
        current_setting('server_encoding') = 'SQL_ASCII',
      """
          + Lineage.ALLOWED;

  private static final String TABLE =
      """
      select n.nspname, pg_table_is_visible(c.oid) and has_schema_privilege(n.oid, 'usage'),
        a.attname, has_column_privilege(c.oid, a.attnum, 'select'),
        exists (
          select from pg_index as i
          join pg_attribute as first on first.attrelid = i.indrelid and first.attnum = i.indkey[0]
          where i.indrelid = c.oid and i.indisvalid and i.indpred is null and first.attname = ?)
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      join pg_attribute as a on a.attrelid = c.oid
      where c.relname = ? and c.relkind in ('r', 'v', 'm', 'p', 'f')
        and a.attnum > 0 and not a.attisdropped and n.nspname !~ '^pg_(toast|temp)'
      order by pg_table_is_visible(c.oid) desc, n.nspname <> 'public', n.nspname
      """;

  /** Looks at the server behind {@code connection}, which is to {@code database}. */
  static HostFacts inspect(Connection connection, Database database) throws SQLException {
    Map<SourceTable, Columns> tables = new HashMap<>();
    for (TableReader reader : TableReaders.of(database)) {
      tables.put(reader.table(), inspect(connection, reader.table().name(), reader.timeColumn()));
    }
    Map<RowTable, Columns> rowTables = new HashMap<>();
    for (RowTable table : RowTables.ALL) {
      if (table.database() == database) {
        rowTables.put(table, inspect(connection, table.source(), ""));
      }
    }
    try (PreparedStatement statement = connection.prepareStatement(SERVER);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new HostFacts(
          database,
          row.getString(1).replaceFirst(" .*", ""),
          row.getBoolean(2),
          row.getString(3),
          row.getString(4),
          tables,
          row.getBoolean(5),
          row.getBoolean(6),
          row.getBoolean(7),
          rowTables);
    }
  }

  private static Columns inspect(Connection connection, String table, String timeColumn)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
      statement.setString(1, timeColumn);
      statement.setString(2, table);
      try (ResultSet rows = statement.executeQuery()) {
        Optional<String> schema = Optional.empty();
        boolean visible = false;
        boolean timeIndexed = false;
        Map<String, Boolean> readable = new TreeMap<>();
        while (rows.next()) {
          if (schema.isEmpty()) {
            schema = Optional.of(rows.getString(1));
            visible = rows.getBoolean(2);
            timeIndexed = rows.getBoolean(5);
          }
          if (schema.get().equals(rows.getString(1))) {
            readable.put(rows.getString(3), rows.getBoolean(4));
          }
        }
        return new Columns(schema, visible, readable, timeIndexed);
      }
    }
  }

  /** The table's findings. */
  Columns table(SourceTable table) {
    return tables.getOrDefault(table, Columns.NONE);
  }

  /** Why {@code table} cannot be read at {@code place}, if it cannot, and what to do. */
  Optional<QueryFailure> failure(SourceTable table, String place) {
    return problem(table, Optional.empty())
        .map(problem -> new QueryFailure(problem.kind(), place + ": " + problem.sentence()));
  }

  /** Whether the table and all the columns that every question needs may be read. */
  boolean isReadable(SourceTable table) {
    return problem(table, Optional.empty()).isEmpty();
  }

  /**
   * Checks that a read can succeed.
   *
   * @throws QueryFailure that names the missing table, column or privilege, and what to do
   */
  void require(ReadRequest request, HostPort host, String database) {
    refuse(problem(request.table(), Optional.of(request)), host, database);
  }

  /** The same for a read of all rows by {@code reader}. */
  void require(RowReader reader, HostPort host, String database) {
    RowTable table = reader.table();
    refuse(
        problem(
            table.source(),
            false,
            rowTables.getOrDefault(table, Columns.NONE),
            reader.columnsOfTable()),
        host,
        database);
  }

  private static void refuse(Optional<Problem> found, HostPort host, String database) {
    found.ifPresent(
        problem -> {
          throw new QueryFailure(
              problem.kind(), host + ", database " + database + ": " + problem.sentence());
        });
  }

  /** What keeps the table from being read at all: a sentence with the cure. */
  Optional<Problem> problem(SourceTable table) {
    return problem(table, Optional.empty());
  }

  /** Why a table cannot be read, and what to do about it. */
  record Problem(FailureKind kind, String sentence) {}

  private Optional<Problem> problem(SourceTable source, Optional<ReadRequest> request) {
    return problem(source.name(), source.isRollup(), table(source), columns(source, request));
  }

  private Optional<Problem> problem(
      String name, boolean isRollup, Columns table, List<String> columns) {
    if (table.schema().isEmpty()) {
      return Optional.of(
          new Problem(
              FailureKind.SCHEMA_MISMATCH,
              "there is no table "
                  + name
                  + ". Check that this is Enstore's "
                  + database.id()
                  + " database"
                  + (isRollup
                      ? "; if the site makes no summaries, choose raw as the source."
                      : ".")));
    }
    if (!table.visible()) {
      String schema = Identifiers.quoted(table.schema().get());
      return Optional.of(
          new Problem(
              FailureKind.ACCESS_DENIED,
              "the table "
                  + name
                  + " is in the schema "
                  + schema
                  + ", which "
                  + user
                  + " does not see. Run on the primary: GRANT USAGE ON SCHEMA "
                  + schema
                  + " TO "
                  + Identifiers.quoted(user)
                  + ";"));
    }
    for (String column : columns) {
      if (!table.has(column)) {
        return Optional.of(
            new Problem(
                FailureKind.SCHEMA_MISMATCH,
                "the table "
                    + name
                    + " has no column "
                    + column
                    + (column.equals("library")
                        ? ", as at sites that were set up before Enstore recorded it. Leave library"
                            + " out of the query, or let Enstore's update_database_schema add it."
                        : ". Check that this is Enstore's " + database.id() + " database.")));
      }
      if (!table.mayRead(column)) {
        return Optional.of(
            new Problem(
                FailureKind.ACCESS_DENIED,
                user
                    + " may not read "
                    + name
                    + ". Run on the primary: GRANT SELECT ON TABLE "
                    + name
                    + " TO "
                    + Identifiers.quoted(user)
                    + ";"));
      }
    }
    return Optional.empty();
  }

  private static List<String> columns(SourceTable source, Optional<ReadRequest> request) {
    TableReader reader = TableReaders.of(source);
    List<String> columns = new ArrayList<>(reader.columns());
    request.ifPresent(asked -> columns.addAll(reader.columns(asked.shape())));
    return columns;
  }
}
