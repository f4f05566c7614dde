package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.tables.XferByDayByMover.XFER_BY_DAY_BY_MOVER;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.GroupKey;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.Shape;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.impl.DSL;

/**
 * Bytes per completed day, from {@code xfer_by_day_by_mover}: one row makes a read and a write
 * cell. A row does not tell no transfers from none in one direction, so a zero makes no cell.
 */
final class SummaryDays {
  private final ReadRequest request;
  private final WallClock clock;
  private final boolean anyBytes;

  /**
   * @param anyBytes whether texts may hold bytes of any encoding
   * @throws IllegalArgumentException for what the summary does not have
   */
  SummaryDays(ReadRequest request, WallClock clock, boolean anyBytes) {
    if (request.grain() != Grain.DAY
        || !Transfers.BY_DAY.quantities().equals(request.shape().quantities())
        || !Transfers.BY_DAY.keys().containsAll(request.shape().dimensions())) {
      throw new IllegalArgumentException("the summary cannot answer " + request);
    }
    this.request = request;
    this.clock = clock;
    this.anyBytes = anyBytes;
  }

  /** Says which columns it needs, and reads. */
  static final class Reader implements TableReader {
    @Override
    public SourceTable table() {
      return Transfers.SUMMARY;
    }

    @Override
    public String timeColumn() {
      return XFER_BY_DAY_BY_MOVER.DATE.getName();
    }

    @Override
    public List<String> columns() {
      return Stream.of(
              XFER_BY_DAY_BY_MOVER.DATE,
              XFER_BY_DAY_BY_MOVER.MOVER,
              XFER_BY_DAY_BY_MOVER.READ,
              XFER_BY_DAY_BY_MOVER.WRITE)
          .map(Field::getName)
          .toList();
    }

    @Override
    public List<String> columns(Shape shape) {
      return List.of();
    }

    @Override
    public long read(
        ReadRequest request, WallClock clock, HostFacts facts, Connection connection, RowSink sink)
        throws SQLException {
      new SummaryDays(request, clock, facts.anyBytes()).read(connection, sink);
      return 0;
    }
  }

  /**
   * Reads the cells on {@code connection}, which must be in a transaction so that rows can stream.
   *
   * @throws SQLException also when a sum does not fit 64 bits
   */
  void read(Connection connection, RowSink sink) throws SQLException {
    boolean byMover = request.shape().indexOf(Dimensions.MOVER) >= 0;
    try (PreparedStatement statement = Statements.prepare(connection, query(byMover));
        ResultSet rows = statement.executeQuery()) {
      long first = clock.startOfDay(request.from());
      long end = clock.startOfDay(request.to());
      while (rows.next()) {
        long start = clock.startOfDay(LocalDate.ofEpochDay(rows.getLong(1)));
        if (start < first || start >= end) {
          continue;
        }
        String mover = byMover ? mover(rows) : "";
        add(sink, start, Direction.READ, mover, rows.getLong(2));
        add(sink, start, Direction.WRITE, mover, rows.getLong(3));
        long leftOut = rows.getLong(4);
        if (leftOut > 0) {
          sink.leaveOut(start, leftOut);
        }
      }
    }
  }

  /** The statement. Its bounds are on the bare column, the first of the primary key. */
  private Query query(boolean byMover) {
    List<Field<?>> columns = new ArrayList<>();
    columns.add(DSL.field("{0} - date '1970-01-01'", Long.class, XFER_BY_DAY_BY_MOVER.DATE));
    columns.add(total(XFER_BY_DAY_BY_MOVER.READ));
    columns.add(total(XFER_BY_DAY_BY_MOVER.WRITE));
    columns.add(
        DSL.count()
            .filterWhere(
                DSL.not(isPossible(XFER_BY_DAY_BY_MOVER.READ))
                    .or(DSL.not(isPossible(XFER_BY_DAY_BY_MOVER.WRITE)))));
    List<Field<?>> groups = new ArrayList<>(List.of(XFER_BY_DAY_BY_MOVER.DATE));
    if (byMover) {
      Field<?> mover = XFER_BY_DAY_BY_MOVER.MOVER;
      columns.add(anyBytes ? Statements.bytesOf(mover) : mover);
      groups.add(XFER_BY_DAY_BY_MOVER.MOVER);
    }
    LocalDate first = clock.readFrom(request.from()).toLocalDate();
    return Statements.SQL
        .select(columns)
        .from(XFER_BY_DAY_BY_MOVER)
        .where(XFER_BY_DAY_BY_MOVER.DATE.ge(first))
        .and(XFER_BY_DAY_BY_MOVER.DATE.lt(request.to()))
        .groupBy(groups);
  }

  private String mover(ResultSet row) throws SQLException {
    return anyBytes ? new String(row.getBytes(5), StandardCharsets.UTF_8) : row.getString(5);
  }

  private void add(RowSink sink, long start, Direction direction, String mover, long bytes) {
    if (bytes != 0) {
      List<String> values =
          request.shape().dimensions().stream()
              .map(dimension -> dimension.equals(Dimensions.DIRECTION) ? direction.label() : mover)
              .toList();
      sink.accept(start, new GroupKey(values), new long[] {bytes});
    }
  }

  private static Field<Long> total(Field<Long> column) {
    return DSL.field(
        "cast(coalesce(sum({0}) filter (where {1}), 0) as bigint)",
        Long.class, column, isPossible(column));
  }

  private static Condition isPossible(Field<Long> column) {
    return column.between(DSL.inline(0L), DSL.inline(TransferQuantities.MOST_BYTES));
  }
}
