package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.tables.TapeMounts.TAPE_MOUNTS;

import java.time.LocalDateTime;
import java.util.Locale;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.DriveHours;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.TapeMounts;
import org.enstore.accounting.series.Grain;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** Where {@code tape_mounts} holds what the catalogue knows of mounts and the hours of drives. */
final class MountColumns {
  /** What ends the log name of a mover, which is its name but for that. */
  private static final String MOVER_SUFFIX = "MV";

  /** A dismount begins at most this many days before it ends. */
  private static final int DAYS_TO_DISMOUNT = 1;

  private static final Condition MOUNTED = TAPE_MOUNTS.STATE.eq(DSL.inline("M"));
  private static final Condition DISMOUNTED = TAPE_MOUNTS.STATE.eq(DSL.inline("D"));

  private static final Field<Long> MICROS =
      Aggregates.micros(DSL.field("({0} - {1})", TAPE_MOUNTS.FINISH, TAPE_MOUNTS.START));

  private static final Condition IS_TIMED =
      TAPE_MOUNTS
          .FINISH
          .gt(TAPE_MOUNTS.START)
          .and(DSL.condition("{0} < 'infinity'", TAPE_MOUNTS.FINISH));

  /** The mounts. */
  static final FactColumns MOUNTS =
      FactColumns.of(TapeMounts.FACTS, TAPE_MOUNTS, TAPE_MOUNTS.START)
          .always(TAPE_MOUNTS.STATE)
          .text(Dimensions.MOVER, TAPE_MOUNTS.LOGNAME, MountColumns::mover)
          .text(Dimensions.DRIVE_TYPE, TAPE_MOUNTS.TYPE)
          .text(Dimensions.STORAGE_GROUP, TAPE_MOUNTS.STORAGE_GROUP)
          .text(Dimensions.VOLUME, TAPE_MOUNTS.VOLUME)
          .text(Dimensions.NODE, TAPE_MOUNTS.NODE)
          .made(
              TapeMounts.MOUNT_TIME_BIN,
              Aggregates.bin(MICROS, MOUNTED.and(IS_TIMED)),
              bin -> bin,
              TAPE_MOUNTS.FINISH)
          .made(
              TapeMounts.DISMOUNT_TIME_BIN,
              Aggregates.bin(MICROS, DISMOUNTED.and(IS_TIMED)),
              bin -> bin,
              TAPE_MOUNTS.FINISH)
          .sum(TapeMounts.ROWS, Aggregates.count())
          .sum(TapeMounts.MOUNTS, Aggregates.count(MOUNTED))
          .sum(TapeMounts.FAILED_MOUNTS, Aggregates.count(TAPE_MOUNTS.STATE.eq(DSL.inline("E"))))
          .sum(
              TapeMounts.ENDED_MOUNTS,
              Aggregates.count(TAPE_MOUNTS.STATE.in(DSL.inline("M"), DSL.inline("E"))))
          .sum(TapeMounts.OPEN_MOUNTS, Aggregates.count(TAPE_MOUNTS.STATE.eq(DSL.inline("m"))))
          .sum(
              TapeMounts.MOUNT_MICROS,
              Aggregates.sum(MICROS, MOUNTED.and(IS_TIMED)),
              TAPE_MOUNTS.FINISH)
          .sum(
              TapeMounts.MOUNT_MICROS_MAX,
              Aggregates.max(MICROS, MOUNTED.and(IS_TIMED)),
              TAPE_MOUNTS.FINISH)
          .sum(TapeMounts.DISMOUNTS, Aggregates.count(DISMOUNTED))
          .sum(TapeMounts.FAILED_DISMOUNTS, Aggregates.count(TAPE_MOUNTS.STATE.eq(DSL.inline("F"))))
          .sum(
              TapeMounts.DISMOUNT_MICROS,
              Aggregates.sum(MICROS, DISMOUNTED.and(IS_TIMED)),
              TAPE_MOUNTS.FINISH)
          .sum(
              TapeMounts.DISMOUNT_MICROS_MAX,
              Aggregates.max(MICROS, DISMOUNTED.and(IS_TIMED)),
              TAPE_MOUNTS.FINISH)
          .sum(
              TapeMounts.FILES_READ,
              Aggregates.sum(TAPE_MOUNTS.READS, DISMOUNTED),
              TAPE_MOUNTS.READS)
          .sum(
              TapeMounts.FILES_WRITTEN,
              Aggregates.sum(TAPE_MOUNTS.WRITES, DISMOUNTED),
              TAPE_MOUNTS.WRITES);

  private static final Field<LocalDateTime> AT = DSL.field(DSL.name("at"), LocalDateTime.class);
  private static final Field<Long> LASTED = Aggregates.micros(DSL.field(DSL.name("lasted")));

  /** The hours of drives, booked when the dismount ended. */
  static final FactColumns HOURS_AT_DISMOUNT =
      hours(DriveHours.AT_DISMOUNT, MountColumns::paired)
          .sum(DriveHours.BOOKED, Aggregates.sum(LASTED));

  /** The same, spread over the time that they lasted. */
  static final FactColumns HOURS_BY_HOUR =
      hours(DriveHours.BY_HOUR, MountColumns::spread)
          .sum(DriveHours.SPREAD, Aggregates.sum(LASTED));

  private MountColumns() {}

  private static FactColumns hours(SourceTable table, FactColumns.Rows rows) {
    return FactColumns.derived(table, rows, AT, TAPE_MOUNTS.START)
        .always(TAPE_MOUNTS.STATE, TAPE_MOUNTS.FINISH, TAPE_MOUNTS.VOLUME)
        .text(Dimensions.DRIVE_TYPE, TAPE_MOUNTS.TYPE)
        .text(Dimensions.STORAGE_GROUP, TAPE_MOUNTS.STORAGE_GROUP)
        .text(Dimensions.MOVER, TAPE_MOUNTS.LOGNAME, MountColumns::mover);
  }

  /** Each dismount that ended, with the mount of the same tape before it. */
  private static Table<?> paired(LocalDateTime from, LocalDateTime to, Grain grain) {
    return DSL.table(
        """
        (select finish as at, type, storage_group, logname, finish - mounted as lasted from ({0})
          as ended) as paired
        """,
        ended(from, to));
  }

  /** The same by the pieces of time that they lasted. */
  private static Table<?> spread(LocalDateTime from, LocalDateTime to, Grain grain) {
    String piece = grain == Grain.MINUTE ? "minute" : "hour";
    return DSL.table(
        """
        (select greatest(piece, mounted) as at, type, storage_group, logname,
            least(piece + cast({1} as interval), finish) - greatest(piece, mounted) as lasted
          from ({0}) as ended
          cross join lateral generate_series(
              date_trunc({2}, greatest(mounted, {3})),
              least(finish - interval '1 microsecond', {4}),
              cast({1} as interval)) as piece) as spread
        """,
        ended(from, to.plusDays(DriveHours.MOST_DAYS)),
        DSL.inline("1 " + piece),
        DSL.inline(piece),
        DSL.inline(from),
        DSL.inline(to));
  }

  private static Table<?> ended(LocalDateTime from, LocalDateTime to) {
    return DSL.table(
        """
        select type, storage_group, logname, finish, mounted
          from (
            select state, type, storage_group, logname, finish,
                lag(state) over tape as state_before, lag(start) over tape as mounted
              from tape_mounts
              where state in ('M', 'D') and start >= {0} and start < {1}
              window tape as (partition by type, storage_group, volume order by start, state desc))
            as rows
          where state = 'D' and state_before = 'M' and finish > mounted
            and finish <= mounted + cast({2} as interval)
        """,
        DSL.inline(from.minusDays(DriveHours.MOST_DAYS + DAYS_TO_DISMOUNT)),
        DSL.inline(to),
        DSL.inline(String.format(Locale.ROOT, "%s days", DriveHours.MOST_DAYS)));
  }

  /** The name of the mover whose log name is {@code logname}. */
  private static String mover(String logname) {
    return logname.endsWith(MOVER_SUFFIX)
        ? logname.substring(0, logname.length() - MOVER_SUFFIX.length())
        : logname;
  }
}
