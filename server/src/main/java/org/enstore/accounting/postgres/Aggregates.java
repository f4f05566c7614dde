package org.enstore.accounting.postgres;

import org.enstore.accounting.series.RateBins;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/**
 * What is told of the rows of a cell in the 64 bits of a quantity: 0 where there is none. The
 * server refuses a sum that does not fit.
 */
final class Aggregates {
  private Aggregates() {}

  /** The number of rows. */
  static Field<Long> count() {
    return DSL.field("count(*)", Long.class);
  }

  /** The number of those of {@code which}. */
  static Field<Long> count(Condition which) {
    return DSL.field("count(*) filter (where {0})", Long.class, which);
  }

  /** The sum of {@code amount}. */
  static Field<Long> sum(Field<?> amount) {
    return sum(amount, DSL.noCondition());
  }

  /** The same over the rows of {@code which}. */
  static Field<Long> sum(Field<?> amount, Condition which) {
    return amount(DSL.field("sum({0})", amount), which);
  }

  /** The largest {@code amount}. */
  static Field<Long> max(Field<?> amount) {
    return max(amount, DSL.noCondition());
  }

  /** The same over the rows of {@code which}. */
  static Field<Long> max(Field<?> amount, Condition which) {
    return amount(DSL.field("max({0})", amount), which);
  }

  private static Field<Long> amount(Field<?> aggregate, Condition which) {
    Field<?> filtered =
        which.equals(DSL.noCondition())
            ? aggregate
            : DSL.field("{0} filter (where {1})", aggregate, which);
    return DSL.field("cast(coalesce({0}, 0) as bigint)", Long.class, filtered);
  }

  /** A moment in microseconds since 1970, or a length of time in microseconds. */
  static Field<Long> micros(Field<?> moment) {
    return DSL.field(
        "cast(round(extract(epoch from {0}) * 1000000) as bigint)", Long.class, moment);
  }

  /** The number of the bin of {@link RateBins} that {@code amount} lies in; null for other rows. */
  static Field<Integer> bin(Field<?> amount, Condition which) {
    return DSL.field(
        "case when {0} then cast(floor(ln(cast({1} as double precision)) / {2}) as integer) end",
        Integer.class, which, amount, DSL.inline(RateBins.lnOfWidth()));
  }
}
