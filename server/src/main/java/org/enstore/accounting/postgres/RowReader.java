package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.drivestat.tables.Status.STATUS;
import static org.enstore.accounting.postgres.jooq.enstoredb.tables.Volume.VOLUME;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Drives;
import org.enstore.accounting.catalog.RowColumn;
import org.enstore.accounting.catalog.RowTable;
import org.enstore.accounting.catalog.Tapes;
import org.enstore.accounting.series.RowsSink;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.SelectField;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table that is answered as rows: the only class that knows its columns. Stateless, so
 * thread-safe.
 */
final class RowReader {
  private static final double PERCENT = 100;

  /** Before any tape was written: Enstore's "never" is a second before 1970 on the local clock. */
  private static final LocalDateTime NEVER = LocalDateTime.of(1970, 1, 2, 0, 0);

  private static final LocalDateTime INFINITE = LocalDateTime.of(10_000, 1, 1, 0, 0);

  private static final List<RowReader> READERS =
      List.of(
          new RowReader(
              Tapes.TABLE,
              List.of(
                  VOLUME.LABEL,
                  VOLUME.LIBRARY,
                  VOLUME.MEDIA_TYPE,
                  VOLUME.STORAGE_GROUP,
                  VOLUME.FILE_FAMILY,
                  VOLUME.CAPACITY_BYTES,
                  VOLUME.REMAINING_BYTES,
                  VOLUME.ACTIVE_BYTES,
                  VOLUME.DELETED_BYTES,
                  VOLUME.SUM_MOUNTS,
                  VOLUME.LAST_ACCESS,
                  VOLUME.SYSTEM_INHIBIT_0,
                  VOLUME.SYSTEM_INHIBIT_1,
                  VOLUME.WRITE_PROTECTED),
              Map.ofEntries(
                  Map.entry(Tapes.LABEL, VOLUME.LABEL),
                  Map.entry(Tapes.LIBRARY, VOLUME.LIBRARY),
                  Map.entry(Tapes.MEDIA_TYPE, VOLUME.MEDIA_TYPE),
                  Map.entry(Tapes.STORAGE_GROUP, VOLUME.STORAGE_GROUP),
                  Map.entry(Tapes.FILE_FAMILY, VOLUME.FILE_FAMILY),
                  Map.entry(Tapes.FILL, fill()),
                  Map.entry(Tapes.CAPACITY, VOLUME.CAPACITY_BYTES),
                  Map.entry(Tapes.REMAINING, VOLUME.REMAINING_BYTES),
                  Map.entry(Tapes.ACTIVE, VOLUME.ACTIVE_BYTES),
                  Map.entry(Tapes.DELETED, VOLUME.DELETED_BYTES),
                  Map.entry(Tapes.MOUNTS, VOLUME.SUM_MOUNTS),
                  Map.entry(Tapes.LAST_ACCESS, VOLUME.LAST_ACCESS),
                  Map.entry(Tapes.INHIBIT_0, VOLUME.SYSTEM_INHIBIT_0),
                  Map.entry(Tapes.INHIBIT_1, VOLUME.SYSTEM_INHIBIT_1),
                  Map.entry(Tapes.WRITE_PROTECTED, VOLUME.WRITE_PROTECTED)),
              RowReader::tapes),
          new RowReader(
              Drives.TABLE,
              List.of(
                  STATUS.LOGICAL_DRIVE_NAME,
                  STATUS.MOVER_NAME,
                  STATUS.DRIVE_SN,
                  STATUS.PRODUCT_TYPE,
                  STATUS.DRIVE_VENDOR,
                  STATUS.FIRMWARE_VERSION,
                  STATUS.HOST,
                  STATUS.TIME),
              Map.of(
                  Drives.DRIVE, STATUS.LOGICAL_DRIVE_NAME,
                  Drives.MOVER, STATUS.MOVER_NAME,
                  Drives.SERIAL, STATUS.DRIVE_SN,
                  Drives.TYPE, STATUS.PRODUCT_TYPE,
                  Drives.VENDOR, STATUS.DRIVE_VENDOR,
                  Drives.FIRMWARE, STATUS.FIRMWARE_VERSION,
                  Drives.HOST, STATUS.HOST,
                  Drives.LAST_SEEN, STATUS.TIME),
              RowReader::drives));

  private final RowTable table;
  private final List<String> columnsOfTable;
  private final List<? extends Field<?>> fields;
  private final Rows rows;

  /** Which rows there are. */
  @FunctionalInterface
  private interface Rows {
    /**
     * The statement that gives {@code fields} of them.
     *
     * @param now what the site's clock shows
     */
    Select<?> select(List<? extends SelectField<?>> fields, LocalDateTime now);
  }

  private RowReader(
      RowTable table,
      List<TableField<?, ?>> columnsOfTable,
      Map<RowColumn, Field<?>> fields,
      Rows rows) {
    this.table = table;
    this.columnsOfTable = columnsOfTable.stream().map(Field::getName).toList();
    this.fields = table.columns().stream().map(fields::get).toList();
    this.rows = rows;
  }

  /** The reader of {@code table}. */
  static RowReader of(RowTable table) {
    return READERS.stream()
        .filter(reader -> reader.table.equals(table))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("nothing reads the table " + table));
  }

  /** The table it reads. */
  RowTable table() {
    return table;
  }

  /** The columns that it needs. */
  List<String> columnsOfTable() {
    return columnsOfTable;
  }

  /**
   * Reads the rows on {@code connection}, which must be in a transaction so that they can stream.
   *
   * @param anyBytes whether texts may hold bytes of any encoding
   */
  void read(WallClock clock, Instant now, boolean anyBytes, Connection connection, RowsSink sink)
      throws SQLException {
    List<? extends Field<?>> sent =
        fields.stream().map(field -> anyBytes ? Statements.bytesOf(field) : field).toList();
    try (PreparedStatement statement =
            Statements.prepare(connection, rows.select(sent, clock.wall(now)));
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        List<@Nullable Object> values = new ArrayList<>(fields.size());
        for (int i = 0; i < fields.size(); i++) {
          values.add(value(table.columns().get(i).kind(), row, i + 1, clock, anyBytes));
        }
        sink.row(values);
      }
    }
  }

  private static @Nullable Object value(
      RowColumn.Kind kind, ResultSet row, int at, WallClock clock, boolean anyBytes)
      throws SQLException {
    Object value =
        switch (kind) {
          case TEXT -> anyBytes ? text(row.getBytes(at)) : row.getString(at);
          case TIME -> instant(row.getObject(at, LocalDateTime.class), clock);
          case BYTES, COUNT -> row.getLong(at);
          case PERCENT -> row.getDouble(at);
        };
    return row.wasNull() ? null : value;
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private static @Nullable Instant instant(@Nullable LocalDateTime wall, WallClock clock) {
    return wall == null || wall.isBefore(NEVER) || !wall.isBefore(INFINITE)
        ? null
        : clock.instant(wall);
  }

  /** What is no longer free, as a part of the capacity; null without one. */
  private static Field<Double> fill() {
    Field<Double> capacity = VOLUME.CAPACITY_BYTES.cast(Double.class);
    return capacity
        .minus(VOLUME.REMAINING_BYTES.cast(Double.class))
        .times(PERCENT)
        .div(DSL.nullif(capacity, 0.0));
  }

  private static Select<?> tapes(List<? extends SelectField<?>> fields, LocalDateTime now) {
    return Statements.SQL
        .select(fields)
        .from(VOLUME)
        .where(VOLUME.LABEL.notLike("%.deleted"))
        .and(VOLUME.MEDIA_TYPE.ne("null"));
  }

  private static Select<?> drives(List<? extends SelectField<?>> fields, LocalDateTime now) {
    LocalDateTime from = now.minusDays(Drives.DAYS);
    LocalDateTime to = now.plus(StateQuery.SKEW);
    Field<LocalDateTime> time = DSL.max(STATUS.TIME).as("newest");
    Table<Record2<String, LocalDateTime>> newest =
        Statements.SQL
            .select(STATUS.LOGICAL_DRIVE_NAME, time)
            .from(STATUS)
            .where(STATUS.TIME.between(from, to))
            .groupBy(STATUS.LOGICAL_DRIVE_NAME)
            .asTable("newest");
    // The rows of a drive at one instant differ in nothing that is shown, unless it was replaced.
    return Statements.SQL
        .select(fields)
        .distinctOn(STATUS.LOGICAL_DRIVE_NAME)
        .from(STATUS)
        .join(newest)
        .on(STATUS.LOGICAL_DRIVE_NAME.eq(newest.field(STATUS.LOGICAL_DRIVE_NAME)))
        .and(STATUS.TIME.eq(newest.field(time)))
        .where(STATUS.TIME.between(from, to))
        .orderBy(STATUS.LOGICAL_DRIVE_NAME, STATUS.DRIVE_SN);
  }
}
