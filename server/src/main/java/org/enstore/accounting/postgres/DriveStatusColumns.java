package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.drivestat.tables.Status.STATUS;

import java.time.LocalDateTime;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.DriveStatus;
import org.enstore.accounting.series.Grain;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * Where {@code status} of drivestat holds what the catalogue knows of drives.
 *
 * <p>A drive's counters begin anew with each mount, or go on. Which, its rows of the 14 days before
 * tell: with {@value #ROWS_TO_TELL} of them, of which not even every tenth is smaller than the one
 * before, they go on, and what counts is the difference; a smaller one has begun anew.
 */
final class DriveStatusColumns {
  private static final int ROWS_TO_TELL = 20;
  private static final int DAYS_TO_TELL = 14;

  private static final Field<LocalDateTime> TIME = DSL.field(DSL.name("time"), LocalDateTime.class);

  /** The columns. */
  static final FactColumns ALL =
      FactColumns.derived(DriveStatus.FACTS, DriveStatusColumns::counted, TIME, STATUS.TIME)
          .always(STATUS.DRIVE_SN)
          .text(Dimensions.DRIVE_SERIAL, STATUS.DRIVE_SN)
          .text(Dimensions.MOVER, STATUS.MOVER_NAME)
          .text(Dimensions.DRIVE_TYPE, STATUS.PRODUCT_TYPE)
          .text(Dimensions.VOLUME, STATUS.TAPE_VOLSER)
          .text(Dimensions.FIRMWARE, STATUS.FIRMWARE_VERSION)
          .text(Dimensions.NODE, STATUS.HOST)
          .sum(DriveStatus.READ_ERRORS, sum("read_errors"), STATUS.READ_ERRORS)
          .sum(DriveStatus.WRITE_ERRORS, sum("write_errors"), STATUS.WRITE_ERRORS)
          .sum(
              DriveStatus.ERRORS,
              sum("read_errors + write_errors"),
              STATUS.READ_ERRORS,
              STATUS.WRITE_ERRORS)
          .sum(
              DriveStatus.BYTES_WITH_ERRORS,
              sum("(mb_dev_read + mb_dev_write) * 1048576"),
              STATUS.READ_ERRORS,
              STATUS.WRITE_ERRORS,
              STATUS.MB_DEV_READ,
              STATUS.MB_DEV_WRITE)
          .sum(DriveStatus.BYTES_WRITTEN, sum("mb_user_write * 1048576"), STATUS.MB_USER_WRITE)
          .sum(DriveStatus.BYTES_READ, sum("mb_user_read * 1048576"), STATUS.MB_USER_READ)
          .sum(
              DriveStatus.DISMOUNTS,
              DSL.field("count(read_errors)", Long.class),
              STATUS.READ_ERRORS);

  private DriveStatusColumns() {}

  private static Field<Long> sum(String expression) {
    return Aggregates.sum(DSL.field(expression, Long.class));
  }

  /** The rows with what each counter has grown by; one that could not be read is null. */
  private static Table<?> counted(LocalDateTime from, LocalDateTime to, Grain grain) {
    return DSL.table(
        """
        (select "time", drive_sn, mover_name, product_type, tape_volser, firmware_version, host,
            mb_user_read, mb_user_write,
            case when goes_on and read_errors >= read_errors_before
              then read_errors - read_errors_before else read_errors end as read_errors,
            case when goes_on and write_errors >= write_errors_before
              then write_errors - write_errors_before else write_errors end as write_errors,
            case when goes_on and mb_dev_read >= mb_dev_read_before
              then mb_dev_read - mb_dev_read_before else mb_dev_read end as mb_dev_read,
            case when goes_on and mb_dev_write >= mb_dev_write_before
              then mb_dev_write - mb_dev_write_before else mb_dev_write end as mb_dev_write
          from (
            select compared.*, count(*) over recent >= {2} and
                10 * count(*) filter (where restarts) over recent < count(*) over recent as goes_on
              from (
                select told.*,
                    lag(read_errors) over drive as read_errors_before,
                    lag(write_errors) over drive as write_errors_before,
                    lag(mb_dev_read) over drive as mb_dev_read_before,
                    lag(mb_dev_write) over drive as mb_dev_write_before,
                    mb_dev_read + mb_dev_write
                      < lag(mb_dev_read + mb_dev_write) over drive as restarts
                  from (
                    select "time", drive_sn, mover_name, product_type, tape_volser,
                        firmware_version, host,
                        cast(case when mb_user_read >= 0 then mb_user_read end as bigint)
                          as mb_user_read,
                        cast(case when mb_user_write >= 0 then mb_user_write end as bigint)
                          as mb_user_write,
                        cast(case when known then read_errors end as bigint) as read_errors,
                        cast(case when known then write_errors end as bigint) as write_errors,
                        cast(case when known then mb_dev_read end as bigint) as mb_dev_read,
                        cast(case when known then mb_dev_write end as bigint) as mb_dev_write
                      from (
                        select status.*, least(read_errors, write_errors, mb_dev_read, mb_dev_write)
                            >= 0 as known
                          from status
                          where "time" >= {0} and "time" < {1}) as read) as told
                  window drive as (partition by drive_sn order by "time", tape_volser))
                as compared
              window recent as (partition by drive_sn order by "time"
                range between cast({3} as interval) preceding and current row)) as judged)
          as counted
        """,
        DSL.inline(from.minusDays(2L * DAYS_TO_TELL)),
        DSL.inline(to),
        DSL.inline(ROWS_TO_TELL),
        DSL.inline(DAYS_TO_TELL + " days"));
  }
}
