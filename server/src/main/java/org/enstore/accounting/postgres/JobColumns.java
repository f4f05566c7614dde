package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.tables.Event.EVENT;

import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Jobs;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** Where {@code event} holds what the catalogue knows of jobs. */
final class JobColumns {
  private static final Condition HAS_ENDED =
      EVENT.FINISH.ge(EVENT.START).and(DSL.condition("{0} < 'infinity'", EVENT.FINISH));
  private static final Field<Long> MICROS =
      FactColumns.micros(DSL.field("({0} - {1})", EVENT.FINISH, EVENT.START));

  /** The columns. */
  static final FactColumns ALL =
      FactColumns.of(Jobs.FACTS, EVENT, EVENT.START)
          .text(Dimensions.JOB, EVENT.NAME)
          .text(Dimensions.NODE, EVENT.NODE)
          .sum(Jobs.RUNS, DSL.field("count(*)", Long.class))
          .sum(
              Jobs.FAILURES,
              DSL.field("count(*) filter (where {0} <> 0)", Long.class, EVENT.STATUS),
              EVENT.STATUS)
          .sum(
              Jobs.OPEN,
              DSL.field("count(*) filter (where {0} is null)", Long.class, EVENT.FINISH),
              EVENT.FINISH)
          .sum(
              Jobs.ENDED,
              DSL.field("count(*) filter (where {0})", Long.class, HAS_ENDED),
              EVENT.FINISH)
          .sum(
              Jobs.MICROS,
              DSL.field(
                  "cast(coalesce(sum({0}) filter (where {1}), 0) as bigint)",
                  Long.class, MICROS, HAS_ENDED),
              EVENT.FINISH)
          .sum(
              Jobs.MICROS_MAX,
              DSL.field("coalesce(max({0}) filter (where {1}), 0)", Long.class, MICROS, HAS_ENDED),
              EVENT.FINISH);

  private JobColumns() {}
}
