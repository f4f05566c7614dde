package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.tables.Rate.RATE;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.LiveRates;
import org.enstore.accounting.series.Grain;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** Where {@code rate} holds what movers reported. */
final class LiveRateColumns {
  private static final Field<OffsetDateTime> TIME =
      DSL.field(DSL.name("time"), OffsetDateTime.class);

  /** The columns. */
  static final FactColumns ALL =
      FactColumns.derived(LiveRates.FACTS, LiveRateColumns::moved, TIME, RATE.TIME)
          .always(RATE.READ, RATE.WRITE, RATE.READ_NULL, RATE.WRITE_NULL)
          .made(Dimensions.DIRECTION, DSL.field(DSL.name("direction"), String.class), way -> way)
          .made(LiveRates.CLASS, DSL.field(DSL.name("class"), String.class), mover -> mover)
          .sum(LiveRates.BYTES, Aggregates.sum(DSL.field(DSL.name("bytes"))));

  private LiveRateColumns() {}

  /**
   * Each row as its four numbers, when the 15 seconds began that they are of; a day around the
   * span, whatever zone the session has.
   */
  private static Table<?> moved(LocalDateTime from, LocalDateTime to, Grain grain) {
    return DSL.table(
        """
        (select "time" - interval '15 seconds' as "time", direction, class, bytes
          from rate
          cross join lateral (values ('read', 'real', "read"), ('write', 'real', "write"),
              ('read', 'null', read_null), ('write', 'null', write_null))
            as moved (direction, class, bytes)
          where "time" >= {0} and "time" < {1} and bytes > 0) as rates
        """,
        DSL.inline(from.minusDays(1)), DSL.inline(to.plusDays(1)));
  }
}
