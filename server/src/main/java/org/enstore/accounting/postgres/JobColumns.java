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
      Aggregates.micros(DSL.field("({0} - {1})", EVENT.FINISH, EVENT.START));

  /** The columns. */
  static final FactColumns ALL =
      FactColumns.of(Jobs.FACTS, EVENT, EVENT.START)
          .text(Dimensions.JOB, EVENT.NAME)
          .text(Dimensions.NODE, EVENT.NODE)
          .sum(Jobs.RUNS, Aggregates.count())
          .sum(Jobs.FAILURES, Aggregates.count(EVENT.STATUS.ne(DSL.inline(0))), EVENT.STATUS)
          .sum(Jobs.OPEN, Aggregates.count(EVENT.FINISH.isNull()), EVENT.FINISH)
          .sum(Jobs.ENDED, Aggregates.count(HAS_ENDED), EVENT.FINISH)
          .sum(Jobs.MICROS, Aggregates.sum(MICROS, HAS_ENDED), EVENT.FINISH)
          .sum(Jobs.MICROS_MAX, Aggregates.max(MICROS, HAS_ENDED), EVENT.FINISH);

  private JobColumns() {}
}
