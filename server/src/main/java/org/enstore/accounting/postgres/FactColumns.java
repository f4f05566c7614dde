package org.enstore.accounting.postgres;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.Shape;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * Which columns of one table of facts tell what, in a form that {@link FactQuery} reads. Built
 * once, then immutable.
 */
final class FactColumns {
  private final SourceTable table;
  private final Rows rows;
  private final Field<?> time;
  private final Field<?> foundBy;
  private final Map<Dimension, Told> dimensions = new LinkedHashMap<>();
  private final Map<Quantity, Summed> quantities = new LinkedHashMap<>();
  private final List<Field<?>> always = new ArrayList<>();
  private final boolean plain;
  private Optional<Dimension> witness = Optional.empty();
  private Optional<Quantity> sampledAt = Optional.empty();

  private FactColumns(
      SourceTable table, Rows rows, boolean plain, Field<?> time, Field<?> foundBy) {
    this.table = table;
    this.rows = rows;
    this.plain = plain;
    this.time = time;
    this.foundBy = foundBy;
  }

  /** What the rows of a span of the site's clock are read from; it may give more than those. */
  @FunctionalInterface
  interface Rows {
    /**
     * Those of {@code [from, to)}.
     *
     * @param grain of the cells that they are going to be added up to
     */
    Table<?> in(LocalDateTime from, LocalDateTime to, Grain grain);
  }

  /**
   * The columns of {@code table}.
   *
   * @param time when a row's fact was: with a zone, or in the site's own clock
   */
  static FactColumns of(SourceTable table, Table<?> rows, Field<?> time) {
    return new FactColumns(table, (from, to, grain) -> rows, true, time, time);
  }

  /**
   * The same for what has to be made of the rows of {@code table} first.
   *
   * @param time a column of what was made
   * @param foundBy the column of the table by which its rows are found
   */
  static FactColumns derived(SourceTable table, Rows rows, Field<?> time, Field<?> foundBy) {
    return new FactColumns(table, rows, false, time, foundBy);
  }

  /**
   * How a dimension is told.
   *
   * @param columns those that {@code expression} needs
   * @param shown makes its text of the column's, which is empty for null
   */
  record Told(Field<?> expression, List<Field<?>> columns, UnaryOperator<String> shown) {}

  /**
   * How a quantity is told of the rows of a cell.
   *
   * @param columns those that {@code expression} needs
   */
  record Summed(Field<?> expression, List<Field<?>> columns) {}

  /** {@code dimension} is the text of {@code column}. */
  FactColumns text(Dimension dimension, Field<?> column) {
    return text(dimension, column, UnaryOperator.identity());
  }

  /** {@code dimension} is what {@code shown} makes of the text of {@code column}. */
  FactColumns text(Dimension dimension, Field<?> column, UnaryOperator<String> shown) {
    return made(dimension, told(column), shown, column);
  }

  /** A column of what is read: of what was made of the table, the one that has its name. */
  private Field<?> told(Field<?> column) {
    return plain ? column : DSL.field(column.getUnqualifiedName(), column.getType());
  }

  /**
   * {@code dimension} is what {@code shown} makes of the text of {@code expression}.
   *
   * @param columns those of the table that the expression needs
   */
  FactColumns made(
      Dimension dimension, Field<?> expression, UnaryOperator<String> shown, Field<?>... columns) {
    dimensions.put(dimension, new Told(expression, List.of(columns), shown));
    return this;
  }

  /** {@code quantity} is {@code expression} over the rows of a cell. */
  FactColumns sum(Quantity quantity, Field<?> expression, Field<?>... columns) {
    quantities.put(quantity, new Summed(expression, List.of(columns)));
    return this;
  }

  /** {@code latest} is the last of {@code column} in a cell. */
  FactColumns latest(Quantity latest, Field<?> column) {
    return sum(
        latest,
        DSL.field(
            "cast(coalesce((array_agg({0} order by {1} desc))[1], 0) as bigint)",
            Long.class, told(column), time),
        column);
  }

  /** {@code at} is when the last row of a cell was. */
  FactColumns sampledAt(Quantity at) {
    sampledAt = Optional.of(at);
    return sum(at, Aggregates.micros(DSL.field("max({0})", time)));
  }

  /** Every read needs {@code columns} besides the time. */
  FactColumns always(Field<?>... columns) {
    always.addAll(List.of(columns));
    return this;
  }

  /** Rows for which {@code dimension} is empty cannot be: they are counted, and left out. */
  FactColumns leaveOutWithout(Dimension dimension) {
    witness = Optional.of(dimension);
    return this;
  }

  SourceTable table() {
    return table;
  }

  /** What the rows of a span of the site's clock are read from. */
  Table<?> rows(LocalDateTime from, LocalDateTime to, Grain grain) {
    return rows.in(from, to, grain);
  }

  /** Whether that is the table itself, of which indexes are of use. */
  boolean isPlain() {
    return plain;
  }

  /** The quantity that says when the last row was. */
  Optional<Quantity> sampledAt() {
    return sampledAt;
  }

  /** The column by which rows are found. */
  Field<?> foundBy() {
    return foundBy;
  }

  /** When a row's fact was. */
  Field<?> time() {
    return time;
  }

  /** Whether the time is an instant, not what the site's clock showed. */
  boolean isZoned() {
    return time.getType() == OffsetDateTime.class;
  }

  /** The time of a table without zones. */
  Field<LocalDateTime> wallTime() {
    return time.coerce(LocalDateTime.class);
  }

  /** The time of a table with zones. */
  Field<OffsetDateTime> instant() {
    return time.coerce(OffsetDateTime.class);
  }

  /** The dimension without which a row cannot be. */
  Optional<Dimension> witness() {
    return witness;
  }

  /** How {@code dimension} is told. */
  Told of(Dimension dimension) {
    Told told = dimensions.get(dimension);
    if (told == null) {
      throw new IllegalArgumentException(table + " does not tell " + dimension);
    }
    return told;
  }

  /** How {@code quantity} is told. */
  Summed of(Quantity quantity) {
    Summed summed = quantities.get(quantity);
    if (summed == null) {
      throw new IllegalArgumentException(table + " does not have " + quantity);
    }
    return summed;
  }

  /** The names of the columns that every read needs, the one to find rows by first. */
  List<String> names() {
    List<String> names = new ArrayList<>(List.of(foundBy.getName()));
    always.forEach(column -> names.add(column.getName()));
    return names;
  }

  /** The names of those that a read in {@code shape} needs besides. */
  List<String> names(Shape shape) {
    List<Field<?>> needed = new ArrayList<>();
    shape.dimensions().forEach(dimension -> needed.addAll(of(dimension).columns()));
    shape.quantities().forEach(quantity -> needed.addAll(of(quantity).columns()));
    return needed.stream().map(Field::getName).distinct().toList();
  }
}
