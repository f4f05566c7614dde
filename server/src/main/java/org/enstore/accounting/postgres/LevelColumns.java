package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.enstoredb.tables.HistoricTapeBytes.HISTORIC_TAPE_BYTES;
import static org.enstore.accounting.postgres.jooq.tables.Blanks.BLANKS;
import static org.enstore.accounting.postgres.jooq.tables.DriveUtilization.DRIVE_UTILIZATION;
import static org.enstore.accounting.postgres.jooq.tables.Quotas.QUOTAS;
import static org.enstore.accounting.postgres.jooq.tables.TapeLibrarySlotsUsage.TAPE_LIBRARY_SLOTS_USAGE;
import static org.enstore.accounting.postgres.jooq.tables.WriteProtectSummaryByLibrary.WRITE_PROTECT_SUMMARY_BY_LIBRARY;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.catalog.Blanks;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.DriveUse;
import org.enstore.accounting.catalog.Quotas;
import org.enstore.accounting.catalog.Slots;
import org.enstore.accounting.catalog.TapeBytes;
import org.enstore.accounting.catalog.WriteTabs;
import org.enstore.accounting.series.Grain;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** Where tables of samples hold the levels that the catalogue knows. */
final class LevelColumns {
  /** An inventory is compared with the one before it if that is at most so many days older. */
  private static final int DAYS_BEFORE = 7;

  /** Busy drives. */
  static final FactColumns DRIVE_USE =
      FactColumns.of(DriveUse.FACTS, DRIVE_UTILIZATION, DRIVE_UTILIZATION.TIME)
          .always(DRIVE_UTILIZATION.BUSY)
          .text(Dimensions.TAPE_LIBRARY, DRIVE_UTILIZATION.TAPE_LIBRARY)
          .text(Dimensions.DRIVE_TYPE, DRIVE_UTILIZATION.TYPE)
          .text(Dimensions.STORAGE_GROUP, DRIVE_UTILIZATION.STORAGE_GROUP)
          .latest(DriveUse.BUSY_LATEST, DRIVE_UTILIZATION.BUSY)
          .sampledAt(DriveUse.BUSY_AT)
          .sum(DriveUse.BUSY_HIGHEST, Aggregates.max(DRIVE_UTILIZATION.BUSY))
          .sum(
              DriveUse.BUSY_MICROS,
              DSL.field(
                  "cast(coalesce(sum({0}), 0) * {1} as bigint)",
                  Long.class,
                  DRIVE_UTILIZATION.BUSY,
                  DSL.inline(TimeUnit.SECONDS.toMicros(DriveUse.INTERVAL.toSeconds()))));

  private static final Field<OffsetDateTime> SAMPLED =
      DSL.field(DSL.name("time"), OffsetDateTime.class);
  private static final Field<Integer> BUSY = DSL.field(DSL.name("busy"), Integer.class);
  private static final Field<Integer> TOTAL = DSL.field(DSL.name("total"), Integer.class);

  /** All drives. */
  static final FactColumns DRIVES =
      FactColumns.derived(DriveUse.DRIVES, LevelColumns::drives, SAMPLED, DRIVE_UTILIZATION.TIME)
          .always(DRIVE_UTILIZATION.BUSY, DRIVE_UTILIZATION.TOTAL)
          .text(Dimensions.TAPE_LIBRARY, DRIVE_UTILIZATION.TAPE_LIBRARY)
          .text(Dimensions.DRIVE_TYPE, DRIVE_UTILIZATION.TYPE)
          .latest(DriveUse.TOTAL_LATEST, DRIVE_UTILIZATION.TOTAL)
          .sampledAt(DriveUse.TOTAL_AT)
          .sum(DriveUse.BUSY_SUM, Aggregates.sum(BUSY))
          .sum(DriveUse.TOTAL_SUM, Aggregates.sum(TOTAL));

  private static final Field<LocalDateTime> DATED =
      DSL.field(DSL.name("date"), LocalDateTime.class);
  private static final Field<Integer> CHANGE = DSL.field(DSL.name("change"), Integer.class);

  /** Blank tapes. */
  static final FactColumns BLANK_TAPES =
      FactColumns.derived(Blanks.FACTS, LevelColumns::blanks, DATED, BLANKS.DATE)
          .text(Dimensions.MEDIA_TYPE, BLANKS.MEDIA_TYPE)
          .latest(Blanks.BLANKS, BLANKS.BLANKS_)
          .sampledAt(Blanks.AT)
          .sum(Blanks.DRAWN, Aggregates.sum(CHANGE.neg(), CHANGE.lt(DSL.inline(0))))
          .sum(Blanks.REFILLED, Aggregates.sum(CHANGE, CHANGE.gt(DSL.inline(0))));

  /** Slots of robots. */
  static final FactColumns SLOTS =
      FactColumns.of(Slots.FACTS, TAPE_LIBRARY_SLOTS_USAGE, TAPE_LIBRARY_SLOTS_USAGE.TIME)
          .text(Dimensions.TAPE_LIBRARY, TAPE_LIBRARY_SLOTS_USAGE.TAPE_LIBRARY)
          .text(Dimensions.LOCATION, TAPE_LIBRARY_SLOTS_USAGE.LOCATION)
          .text(Dimensions.MEDIA_TYPE, TAPE_LIBRARY_SLOTS_USAGE.MEDIA_TYPE)
          .latest(Slots.TOTAL, TAPE_LIBRARY_SLOTS_USAGE.TOTAL)
          .latest(Slots.FREE, TAPE_LIBRARY_SLOTS_USAGE.FREE)
          .latest(Slots.USED, TAPE_LIBRARY_SLOTS_USAGE.USED)
          .latest(Slots.DISABLED, TAPE_LIBRARY_SLOTS_USAGE.DISABLED)
          .sampledAt(Slots.AT);

  /** Quotas. */
  static final FactColumns QUOTA =
      FactColumns.of(Quotas.FACTS, QUOTAS, QUOTAS.TIME)
          .text(Dimensions.LIBRARY, QUOTAS.LIBRARY)
          .text(Dimensions.STORAGE_GROUP, QUOTAS.STORAGE_GROUP)
          .latest(Quotas.ALLOCATED, QUOTAS.ALLOCATED)
          .latest(Quotas.BLANK, QUOTAS.BLANK)
          .latest(Quotas.WRITTEN, QUOTAS.WRITTEN)
          .latest(Quotas.QUOTA, QUOTAS.QUOTA)
          .latest(Quotas.AUTHORIZED, QUOTAS.AUTHORIZED)
          .latest(Quotas.REQUESTED, QUOTAS.REQUESTED)
          .sampledAt(Quotas.AT);

  /** Write-protect tabs. */
  static final FactColumns WRITE_TABS =
      FactColumns.of(
              WriteTabs.FACTS,
              WRITE_PROTECT_SUMMARY_BY_LIBRARY,
              WRITE_PROTECT_SUMMARY_BY_LIBRARY.DATE)
          .text(Dimensions.LIBRARY, WRITE_PROTECT_SUMMARY_BY_LIBRARY.LIBRARY)
          .latest(WriteTabs.TOTAL, WRITE_PROTECT_SUMMARY_BY_LIBRARY.TOTAL)
          .latest(WriteTabs.SHOULD, WRITE_PROTECT_SUMMARY_BY_LIBRARY.SHOULD)
          .latest(WriteTabs.NOT_YET, WRITE_PROTECT_SUMMARY_BY_LIBRARY.NOT_YET)
          .latest(WriteTabs.DONE, WRITE_PROTECT_SUMMARY_BY_LIBRARY.DONE)
          .sampledAt(WriteTabs.AT);

  /** What is on tapes. */
  static final FactColumns TAPE_BYTES =
      FactColumns.of(TapeBytes.FACTS, HISTORIC_TAPE_BYTES, HISTORIC_TAPE_BYTES.DATE)
          .text(Dimensions.STORAGE_GROUP, HISTORIC_TAPE_BYTES.STORAGE_GROUP)
          .latest(TapeBytes.ACTIVE, HISTORIC_TAPE_BYTES.ACTIVE_BYTES)
          .latest(TapeBytes.DELETED, HISTORIC_TAPE_BYTES.DELETED_BYTES)
          .latest(TapeBytes.UNKNOWN, HISTORIC_TAPE_BYTES.UNKNOWN_BYTES)
          .latest(TapeBytes.ACTIVE_FILES, HISTORIC_TAPE_BYTES.ACTIVE_FILES)
          .latest(TapeBytes.DELETED_FILES, HISTORIC_TAPE_BYTES.DELETED_FILES)
          .sampledAt(TapeBytes.AT);

  private LevelColumns() {}

  /** A day around the span, whatever the zones of the site and of the session are. */
  private static Table<?> drives(LocalDateTime from, LocalDateTime to, Grain grain) {
    return DSL.table(
        """
        (select "time", tape_library, type, sum(busy) as busy, max(total) as total
          from drive_utilization
          where "time" >= {0} and "time" < {1}
          group by "time", tape_library, type) as drives
        """,
        DSL.inline(from.minusDays(1)), DSL.inline(to.plusDays(1)));
  }

  private static Table<?> blanks(LocalDateTime from, LocalDateTime to, Grain grain) {
    return DSL.table(
        """
        (select date, media_type, blanks,
            case when date - lag(date) over type <= cast({2} as interval)
              then blanks - lag(blanks) over type end as change
          from blanks
          where date >= {0} and date < {1}
          window type as (partition by media_type order by date)) as inventories
        """,
        DSL.inline(from.minusDays(DAYS_BEFORE)),
        DSL.inline(to),
        // A longer gap is not in the rows of a short span either.
        DSL.inline(DAYS_BEFORE + " days"));
  }
}
