package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.tables.EncpXfer.ENCP_XFER;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.GroupKey;
import org.enstore.accounting.series.RateBins;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.Shape;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * What was transferred, from {@code encp_xfer}: added up by the database per cell and the
 * dimensions asked for.
 *
 * <p>The same cell may come out twice, and is to be added up: where two wall-clock hours lie in one
 * elapsed hour, where several drivers make one mover class, and where a missing library meets an
 * empty one.
 */
final class RawTransfers {
  /*
   * Cell by cell
   *
   * Grouped by time, the rows would be sorted: the planner takes nearly every date for a group of
   * its own, far too many for a hash table. A sort of texts that does not fit the memory of a sort
   * costs several times what reading the rows does. So the cells are listed, and each is a range of
   * the index on the date, whose rows make the few groups that the planner rightly expects. Without
   * that index each cell would read the whole table: there it is one pass, grouped by time. So it is
   * for the end of the running day: an hour's rows are few, and a descent into the index for each
   * cell would cost more than they do.
   */
  private static final String TRUNCATED = "date_trunc({0}, {1})";

  private static final Map<Dimension, Field<?>> COLUMNS =
      Map.of(
          Dimensions.DIRECTION,
          ENCP_XFER.RW,
          Dimensions.MOVER,
          ENCP_XFER.MOVER,
          Dimensions.MOVER_CLASS,
          ENCP_XFER.DRIVER,
          Dimensions.STORAGE_GROUP,
          ENCP_XFER.STORAGE_GROUP,
          Dimensions.LIBRARY,
          ENCP_XFER.LIBRARY,
          Dimensions.DRIVE_TYPE,
          ENCP_XFER.DRIVE_ID,
          Dimensions.MEDIA_CHANGER,
          ENCP_XFER.MEDIA_CHANGER,
          Dimensions.DRIVE_SERIAL,
          ENCP_XFER.DRIVE_SN,
          Transfers.DRIVE_RATE_BIN,
          DSL.field(
              "case when {0} then cast(floor(ln(cast({1} as double precision)) / {2}) as integer)"
                  + " end",
              Integer.class,
              counts(ENCP_XFER.DRIVE_RATE),
              ENCP_XFER.DRIVE_RATE,
              DSL.inline(RateBins.lnOfWidth())));

  /** The rate that a quantity is about, for those that are about one. */
  private static final Map<Quantity, Field<Long>> RATES =
      Map.ofEntries(
          Map.entry(TransferQuantities.DRIVE_RATE_BYTES, ENCP_XFER.DRIVE_RATE),
          Map.entry(TransferQuantities.DRIVE_RATE_SECONDS, ENCP_XFER.DRIVE_RATE),
          Map.entry(TransferQuantities.DRIVE_RATE_MAX, ENCP_XFER.DRIVE_RATE),
          Map.entry(TransferQuantities.NETWORK_RATE_BYTES, ENCP_XFER.NETWORK_RATE),
          Map.entry(TransferQuantities.NETWORK_RATE_SECONDS, ENCP_XFER.NETWORK_RATE),
          Map.entry(TransferQuantities.DISK_RATE_BYTES, ENCP_XFER.DISK_RATE),
          Map.entry(TransferQuantities.DISK_RATE_SECONDS, ENCP_XFER.DISK_RATE),
          Map.entry(TransferQuantities.TRANSFER_RATE_BYTES, ENCP_XFER.TRANSFER_RATE),
          Map.entry(TransferQuantities.TRANSFER_RATE_SECONDS, ENCP_XFER.TRANSFER_RATE),
          Map.entry(TransferQuantities.OVERALL_RATE_BYTES, ENCP_XFER.OVERALL_RATE),
          Map.entry(TransferQuantities.OVERALL_RATE_SECONDS, ENCP_XFER.OVERALL_RATE));

  private static final Name CELLS = DSL.name("cells");
  private static final Field<LocalDateTime> CELL_FROM =
      DSL.field(CELLS.append("cell_from"), LocalDateTime.class);
  private static final Field<LocalDateTime> CELL_TO =
      DSL.field(CELLS.append("cell_to"), LocalDateTime.class);

  /** The direction; null for rows that cannot be, which so are in groups of their own. */
  private static final Field<String> POSSIBLE_RW =
      DSL.field(
          "case when {0} between 0 and {1} then {2} end",
          String.class, ENCP_XFER.SIZE, DSL.inline(TransferQuantities.MOST_BYTES), ENCP_XFER.RW);

  private final ReadRequest request;
  private final WallClock clock;
  private final boolean dateIndexed;
  private final boolean anyBytes;

  /**
   * @param dateIndexed whether the server finds the rows of a span without reading the others
   */
  RawTransfers(ReadRequest request, WallClock clock, boolean dateIndexed) {
    this(request, clock, dateIndexed, false);
  }

  /**
   * @param dateIndexed whether the server finds the rows of a span without reading the others
   * @param anyBytes whether texts may hold bytes of any encoding
   */
  RawTransfers(ReadRequest request, WallClock clock, boolean dateIndexed, boolean anyBytes) {
    this.request = request;
    this.clock = clock;
    this.dateIndexed = dateIndexed;
    this.anyBytes = anyBytes;
  }

  /** Says which columns it needs, and reads. */
  static final class Reader implements TableReader {
    @Override
    public SourceTable table() {
      return Transfers.FACTS;
    }

    @Override
    public String timeColumn() {
      return ENCP_XFER.DATE.getName();
    }

    @Override
    public List<String> columns() {
      return Stream.of(ENCP_XFER.DATE, ENCP_XFER.RW, ENCP_XFER.SIZE).map(Field::getName).toList();
    }

    @Override
    public List<String> columns(Shape shape) {
      List<String> columns = new ArrayList<>();
      for (Dimension dimension : shape.dimensions()) {
        columns.add(
            dimension.equals(Transfers.DRIVE_RATE_BIN)
                ? ENCP_XFER.DRIVE_RATE.getName()
                : column(dimension).getName());
      }
      for (Quantity quantity : shape.quantities()) {
        if (RATES.containsKey(quantity)) {
          columns.add(rate(quantity).getName());
        }
      }
      return columns;
    }

    @Override
    public long read(
        ReadRequest request, WallClock clock, HostFacts facts, Connection connection, RowSink sink)
        throws SQLException {
      return new RawTransfers(request, clock, facts.dateIndex(), facts.anyBytes())
          .read(connection, sink);
    }
  }

  /** What tells {@code dimension}. */
  private static Field<?> column(Dimension dimension) {
    Field<?> column = COLUMNS.get(dimension);
    if (column == null) {
      throw new IllegalArgumentException("transfers do not tell " + dimension);
    }
    return column;
  }

  /**
   * Reads the cells on {@code connection}.
   *
   * @return how many rows were left out: see {@link RowSink#leaveOut}
   * @throws SQLException also when a sum does not fit 64 bits
   */
  long read(Connection connection, RowSink sink) throws SQLException {
    try (CopiedRows rows = CopiedRows.of(connection, query())) {
      return readRows(rows, sink);
    }
  }

  /** The statement. Its bounds are on the bare column, so that the index on it is of use. */
  Select<?> query() {
    return dateIndexed && request.since().isEmpty() ? cellByCell() : inOnePass();
  }

  private Select<?> cellByCell() {
    List<Field<?>> groups = groups();
    List<Field<?>> columns = new ArrayList<>(groups);
    columns.addAll(sums());
    List<Field<?>> named = new ArrayList<>();
    columns.forEach(column -> named.add(column.as("column_" + named.size())));
    Table<?> sums =
        DSL.lateral(
                Statements.SQL
                    .select(named)
                    .from(ENCP_XFER)
                    .where(ENCP_XFER.DATE.ge(CELL_FROM))
                    .and(ENCP_XFER.DATE.lt(CELL_TO))
                    .groupBy(groups))
            .as("sums");
    List<Field<?>> wanted = new ArrayList<>(List.of(wallSecond(CELL_FROM)));
    wanted.addAll(sent(List.of(sums.fields())));
    return Statements.SQL.select(wanted).from(cells()).crossJoin(sums);
  }

  /** The cells in wall-clock time. */
  private Table<?> cells() {
    List<WallClock.Cells> runs =
        clock.cells(request.grain(), readFrom(), request.to().atStartOfDay());
    return runs.stream()
        .<Select<Record2<LocalDateTime, LocalDateTime>>>map(RawTransfers::cells)
        .reduce(Select::unionAll)
        .orElseThrow()
        .asTable(CELLS, CELL_FROM.getUnqualifiedName(), CELL_TO.getUnqualifiedName());
  }

  private static Select<Record2<LocalDateTime, LocalDateTime>> cells(WallClock.Cells run) {
    Field<LocalDateTime> from = DSL.field(DSL.name("run", "cell_from"), LocalDateTime.class);
    Field<?> width = DSL.field("cast({0} as interval)", DSL.inline(run.width().toString()));
    return Statements.SQL
        .select(from, DSL.field("{0} + {1}", LocalDateTime.class, from, width))
        .from(
            DSL.table(
                    "generate_series({0}, {1}, {2})",
                    DSL.inline(run.first()), DSL.inline(run.last()), width)
                .as("run", "cell_from"));
  }

  private Select<?> inOnePass() {
    Field<LocalDateTime> truncated = truncatedDate();
    List<Field<?>> groups = new ArrayList<>(List.of(truncated));
    groups.addAll(groups());
    List<Field<?>> columns = new ArrayList<>(List.of(wallSecond(truncated)));
    columns.addAll(sent(groups()));
    columns.addAll(sums());
    return Statements.SQL
        .select(columns)
        .from(ENCP_XFER)
        .where(ENCP_XFER.DATE.ge(readFrom()))
        .and(ENCP_XFER.DATE.lt(request.to().atStartOfDay()))
        .groupBy(groups);
  }

  private List<Field<?>> sent(List<Field<?>> fields) {
    List<Field<?>> sent = new ArrayList<>();
    fields.forEach(field -> sent.add(anyBytes ? Statements.bytesOf(field) : field));
    return sent;
  }

  private List<Field<?>> groups() {
    List<Field<?>> groups = new ArrayList<>(List.of(POSSIBLE_RW));
    request.shape().dimensions().stream()
        .filter(dimension -> !dimension.equals(Dimensions.DIRECTION))
        .forEach(dimension -> groups.add(column(dimension)));
    return groups;
  }

  /** The number of rows, and the quantities. */
  private List<Field<?>> sums() {
    List<Field<?>> sums = new ArrayList<>(List.of(DSL.count()));
    request.shape().quantities().forEach(quantity -> sums.add(sum(quantity)));
    return sums;
  }

  private LocalDateTime readFrom() {
    return request.since().map(clock::readFrom).orElseGet(() -> clock.readFrom(request.from()));
  }

  /** The same of rows that have been asked for. */
  long readRows(CopiedRows rows, RowSink sink) throws SQLException {
    long first =
        request.since().map(Instant::getEpochSecond).orElse(clock.startOfDay(request.from()));
    long end = clock.startOfDay(request.to());
    List<Dimension> dimensions = request.shape().dimensions();
    long[] quantities = new long[request.shape().quantities().size()];
    Map<Long, Long> starts = new HashMap<>();
    long leftOut = 0;
    while (rows.next()) {
      int place = 1;
      long start =
          starts.computeIfAbsent(
              rows.getLong(place++), wall -> clock.cellStart(request.grain(), wall));
      String direction = direction(rows.getString(place++));
      String[] values = new String[dimensions.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            dimensions.get(i).equals(Dimensions.DIRECTION)
                ? direction
                : value(dimensions.get(i), rows.getString(place++));
      }
      long count = rows.getLong(place++);
      for (int i = 0; i < quantities.length; i++) {
        quantities[i] =
            request.shape().quantities().get(i).isDouble()
                ? Double.doubleToLongBits(rows.getDouble(place++))
                : rows.getLong(place++);
      }
      if (start < first || start >= end) {
        continue;
      }
      if (direction.isEmpty()) {
        sink.leaveOut(start, count);
        leftOut += count;
      } else {
        sink.accept(start, new GroupKey(List.of(values)), quantities);
      }
    }
    return leftOut;
  }

  /** The word for a direction; empty for what is neither a read nor a write. */
  private static String direction(String rw) {
    return switch (rw) {
      case "r" -> Direction.READ.label();
      case "w" -> Direction.WRITE.label();
      default -> "";
    };
  }

  /** Day, hour or minute; by the minute on days on which grouping by the hour would be wrong. */
  private Field<LocalDateTime> truncatedDate() {
    Field<LocalDateTime> wanted =
        switch (request.grain()) {
          // As good as date_trunc, and half its price, which every row has to pay.
          case DAY -> DSL.field("cast({0} as date)", LocalDateTime.class, ENCP_XFER.DATE);
          case HOUR -> truncated("hour");
          case MINUTE -> truncated("minute");
        };
    if (request.grain() != Grain.HOUR) {
      return wanted;
    }
    Condition broken = DSL.noCondition();
    List<LocalDate> days = clock.daysWithBrokenHours(request.from(), request.to());
    for (LocalDate day : days) {
      broken =
          broken.or(
              ENCP_XFER
                  .DATE
                  .ge(DSL.inline(day.atStartOfDay()))
                  .and(ENCP_XFER.DATE.lt(DSL.inline(day.plusDays(1).atStartOfDay()))));
    }
    return days.isEmpty() ? wanted : DSL.when(broken, truncated("minute")).otherwise(wanted);
  }

  private static Field<LocalDateTime> truncated(String unit) {
    return DSL.field(TRUNCATED, LocalDateTime.class, DSL.inline(unit), ENCP_XFER.DATE);
  }

  /** Seconds since 1970-01-01T00:00 on the site's own clock: no zone takes part. */
  private static Field<Long> wallSecond(Field<LocalDateTime> wall) {
    return DSL.field("cast(extract(epoch from {0}) as bigint)", Long.class, wall);
  }

  /**
   * The server refuses a sum that does not fit, rather than to round it; groups of rows that cannot
   * be have none.
   */
  private static Field<?> sum(Quantity quantity) {
    if (quantity.equals(TransferQuantities.BYTES)) {
      return exact(DSL.field("sum({0})", ENCP_XFER.SIZE));
    }
    if (quantity.equals(TransferQuantities.TRANSFERS)) {
      return DSL.field("count(*)", Long.class);
    }
    Field<Long> rate = rate(quantity);
    return switch (quantity.combination()) {
      case SUM ->
          exact(
              DSL.field("coalesce(sum({0}) filter (where {1}), 0)", ENCP_XFER.SIZE, counts(rate)));
      case DOUBLE_SUM ->
          DSL.field(
              "coalesce(sum(cast({0} as double precision) / {1}) filter (where {2}), 0)",
              Double.class, ENCP_XFER.SIZE, rate, counts(rate));
      case MAXIMUM ->
          DSL.field("coalesce(max({0}) filter (where {1}), 0)", Long.class, rate, counts(rate));
    };
  }

  private static Field<Long> exact(Field<?> sum) {
    return DSL.field(
        "cast(case when {0} is not null then {1} else 0 end as bigint)",
        Long.class, POSSIBLE_RW, sum);
  }

  private static Field<Long> rate(Quantity quantity) {
    Field<Long> rate = RATES.get(quantity);
    if (rate == null) {
      throw new IllegalArgumentException("transfers do not have " + quantity);
    }
    return rate;
  }

  /** Whether a row counts for {@code rate}, which may be null: see {@link TransferQuantities}. */
  private static Condition counts(Field<Long> rate) {
    Condition counts =
        rate.gt(DSL.inline(0L))
            .and(
                rate.ge(DSL.inline(TransferQuantities.BACK_FILLED_BELOW))
                    .or(ENCP_XFER.SIZE.le(DSL.inline(TransferQuantities.BACK_FILLED_BELOW))));
    return rate.equals(ENCP_XFER.DRIVE_RATE)
        ? counts.and(ENCP_XFER.SIZE.ge(DSL.inline(TransferQuantities.SMALL_FILE_BYTES)))
        : counts;
  }

  private static String value(Dimension dimension, String text) {
    return dimension.equals(Dimensions.MOVER_CLASS) ? MoverClass.ofDriver(text).label() : text;
  }
}
