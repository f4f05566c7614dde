package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.GroupKey;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.RowSink;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * The facts of one table, added up by the database per cell and the dimensions asked for.
 *
 * <p>The same cell may come out twice, and is to be added up, the earlier part first: where two
 * wall-clock hours lie in one elapsed hour, where several texts are shown as one, and where a
 * missing text meets an empty one.
 */
final class FactQuery {
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
   *
   * Times with a zone
   *
   * They are instants, so that no rule of clocks takes part: days are told by where they begin, and
   * shorter cells by quarters of an hour or minutes, of which every cell is made.
   */
  private static final String TRUNCATED = "date_trunc({0}, {1})";
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final Duration QUARTER = Duration.ofMinutes(15);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static final Name CELLS = DSL.name("cells");
  private static final Field<LocalDateTime> CELL_FROM =
      DSL.field(CELLS.append("cell_from"), LocalDateTime.class);
  private static final Field<LocalDateTime> CELL_TO =
      DSL.field(CELLS.append("cell_to"), LocalDateTime.class);

  private final FactColumns columns;
  private final ReadRequest request;
  private final WallClock clock;
  private final boolean timeIndexed;
  private final boolean anyBytes;

  /**
   * @param timeIndexed whether the server finds the rows of a span without reading the others
   * @param anyBytes whether texts may hold bytes of any encoding
   */
  FactQuery(
      FactColumns columns,
      ReadRequest request,
      WallClock clock,
      boolean timeIndexed,
      boolean anyBytes) {
    this.columns = columns;
    this.request = request;
    this.clock = clock;
    this.timeIndexed = timeIndexed;
    this.anyBytes = anyBytes;
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
    if (columns.isZoned()) {
      return ofInstants();
    }
    return timeIndexed && columns.isPlain() && request.since().isEmpty()
        ? cellByCell()
        : inOnePass();
  }

  private Select<?> cellByCell() {
    List<Field<?>> groups = groups();
    List<Field<?>> told = new ArrayList<>(groups);
    told.addAll(sums());
    List<Field<?>> named = new ArrayList<>();
    told.forEach(column -> named.add(column.as("column_" + named.size())));
    Field<LocalDateTime> time = columns.wallTime();
    Table<?> sums =
        DSL.lateral(
                Statements.SQL
                    .select(named)
                    .from(columns.rows(readFrom(), readTo(), request.grain()))
                    .where(time.ge(CELL_FROM))
                    .and(time.lt(CELL_TO))
                    .groupBy(groups))
            .as("sums");
    List<Field<?>> wanted = new ArrayList<>(List.of(wallSecond(CELL_FROM)));
    wanted.addAll(sent(List.of(sums.fields())));
    return Statements.SQL.select(wanted).from(cells()).crossJoin(sums);
  }

  /** The cells in wall-clock time. */
  private Table<?> cells() {
    List<WallClock.Cells> runs = clock.cells(request.grain(), readFrom(), readTo());
    return runs.stream()
        .<Select<Record2<LocalDateTime, LocalDateTime>>>map(FactQuery::cells)
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
    Field<LocalDateTime> time = columns.wallTime();
    Field<LocalDateTime> truncated = truncated(time);
    return grouped(truncated, wallSecond(truncated), time.ge(readFrom()).and(time.lt(readTo())));
  }

  private Select<?> ofInstants() {
    Field<OffsetDateTime> time = columns.instant();
    Field<Long> cell = cell(time);
    return grouped(cell, cell, time.ge(moment(first())).and(time.lt(moment(end()))));
  }

  private Select<?> grouped(Field<?> cell, Field<Long> second, Condition inRange) {
    List<Field<?>> groups = new ArrayList<>(List.of(cell));
    groups.addAll(groups());
    List<Field<?>> wanted = new ArrayList<>(List.of(second));
    wanted.addAll(sent(groups()));
    wanted.addAll(sums());
    return Statements.SQL
        .select(wanted)
        .from(columns.rows(readFrom(), readTo(), request.grain()))
        .where(inRange)
        .groupBy(groups)
        .orderBy(cell);
  }

  /** Where the cell begins, or a part of it, in seconds since the epoch. */
  private Field<Long> cell(Field<OffsetDateTime> time) {
    if (request.grain() != Grain.DAY) {
      long width = (request.grain() == Grain.HOUR ? QUARTER : MINUTE).toSeconds();
      return DSL.field(
          "cast(floor(extract(epoch from {0}) / {1}) * {1} as bigint)",
          Long.class, time, DSL.inline(width));
    }
    List<Field<?>> seconds = new ArrayList<>();
    List<Field<?>> starts = new ArrayList<>();
    for (LocalDate day = request.from(); day.isBefore(request.to()); day = day.plusDays(1)) {
      seconds.add(DSL.inline(clock.startOfDay(day)));
      starts.add(DSL.inline(moment(clock.startOfDay(day))));
    }
    return DSL.field(
        "(array[{0}]::bigint[])[width_bucket({1}, array[{2}]::timestamptz[])]",
        Long.class, DSL.list(seconds), time, DSL.list(starts));
  }

  private static OffsetDateTime moment(long second) {
    return Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC);
  }

  private List<Field<?>> sent(List<Field<?>> fields) {
    List<Field<?>> sent = new ArrayList<>();
    fields.forEach(field -> sent.add(anyBytes ? Statements.bytesOf(field) : field));
    return sent;
  }

  /** What rows are grouped by besides the time: the witness first, then the others. */
  private List<Field<?>> groups() {
    List<Field<?>> groups = new ArrayList<>();
    columns.witness().ifPresent(witness -> groups.add(columns.of(witness).expression()));
    request.shape().dimensions().stream()
        .filter(dimension -> !isWitness(dimension))
        .forEach(dimension -> groups.add(columns.of(dimension).expression()));
    return groups;
  }

  private boolean isWitness(Dimension dimension) {
    return columns.witness().filter(dimension::equals).isPresent();
  }

  /** The number of rows, and the quantities. */
  private List<Field<?>> sums() {
    List<Field<?>> sums = new ArrayList<>(List.of(DSL.count()));
    request.shape().quantities().forEach(quantity -> sums.add(columns.of(quantity).expression()));
    return sums;
  }

  private LocalDateTime readFrom() {
    return request.since().map(clock::readFrom).orElseGet(() -> clock.readFrom(request.from()));
  }

  private LocalDateTime readTo() {
    return request.to().atStartOfDay();
  }

  private long first() {
    return request.since().map(Instant::getEpochSecond).orElse(clock.startOfDay(request.from()));
  }

  private long end() {
    return clock.startOfDay(request.to());
  }

  /** The same of rows that have been asked for. */
  long readRows(CopiedRows rows, RowSink sink) throws SQLException {
    long first = first();
    long end = end();
    List<Dimension> dimensions = request.shape().dimensions();
    long[] quantities = new long[request.shape().quantities().size()];
    Map<Long, Long> starts = new HashMap<>();
    long leftOut = 0;
    while (rows.next()) {
      int place = 1;
      long start = starts.computeIfAbsent(rows.getLong(place++), this::cellStart);
      String witness = "";
      if (columns.witness().isPresent()) {
        witness = shown(columns.witness().get(), rows.getString(place++));
      }
      String[] values = new String[dimensions.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            isWitness(dimensions.get(i))
                ? witness
                : shown(dimensions.get(i), rows.getString(place++));
      }
      long count = rows.getLong(place++);
      for (int i = 0; i < quantities.length; i++) {
        Quantity quantity = request.shape().quantities().get(i);
        quantities[i] =
            quantity.isDouble()
                ? Double.doubleToLongBits(rows.getDouble(place++))
                : told(quantity, rows.getLong(place++));
      }
      if (start < first || start >= end) {
        continue;
      }
      if (columns.witness().isPresent() && witness.isEmpty()) {
        sink.leaveOut(start, count);
        leftOut += count;
      } else {
        sink.accept(start, new GroupKey(List.of(values)), quantities);
      }
    }
    return leftOut;
  }

  /** What a number means: a time of the site's clock is one that the server has read as UTC. */
  private long told(Quantity quantity, long value) {
    if (columns.isZoned() || columns.sampledAt().filter(quantity::equals).isEmpty()) {
      return value;
    }
    long second = Math.floorDiv(value, MICROS_PER_SECOND);
    LocalDateTime wall = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
    return clock.instant(wall).getEpochSecond() * MICROS_PER_SECOND
        + Math.floorMod(value, MICROS_PER_SECOND);
  }

  private String shown(Dimension dimension, String text) {
    return columns.of(dimension).shown().apply(text);
  }

  /**
   * Where the cell begins that a second lies in, which is one of the site's clock without a zone.
   */
  private long cellStart(long second) {
    return columns.isZoned()
        ? clock.cellStart(request.grain(), Instant.ofEpochSecond(second))
        : clock.cellStart(request.grain(), second);
  }

  /** Day, hour or minute; by the minute on days on which grouping by the hour would be wrong. */
  private Field<LocalDateTime> truncated(Field<LocalDateTime> time) {
    Field<LocalDateTime> wanted =
        switch (request.grain()) {
          // As good as date_trunc, and half its price, which every row has to pay.
          case DAY -> DSL.field("cast({0} as date)", LocalDateTime.class, time);
          case HOUR -> truncated(time, "hour");
          case MINUTE -> truncated(time, "minute");
        };
    if (request.grain() != Grain.HOUR) {
      return wanted;
    }
    Condition broken = DSL.noCondition();
    List<LocalDate> days = clock.daysWithBrokenHours(request.from(), request.to());
    for (LocalDate day : days) {
      broken =
          broken.or(
              time.ge(DSL.inline(day.atStartOfDay()))
                  .and(time.lt(DSL.inline(day.plusDays(1).atStartOfDay()))));
    }
    return days.isEmpty() ? wanted : DSL.when(broken, truncated(time, "minute")).otherwise(wanted);
  }

  private static Field<LocalDateTime> truncated(Field<LocalDateTime> time, String unit) {
    return DSL.field(TRUNCATED, LocalDateTime.class, DSL.inline(unit), time);
  }

  /** Seconds since 1970-01-01T00:00 on the site's own clock: no zone takes part. */
  private static Field<Long> wallSecond(Field<LocalDateTime> wall) {
    return DSL.field("cast(extract(epoch from {0}) as bigint)", Long.class, wall);
  }
}
