package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.tables.EncpXfer.ENCP_XFER;

import java.util.Map;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** Where {@code encp_xfer} holds what the catalogue knows of transfers. */
final class TransferColumns {
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

  /** The direction; null for rows that cannot be, which so are in groups of their own. */
  private static final Field<String> POSSIBLE_RW =
      DSL.field(
          "case when {0} between 0 and {1} then {2} end",
          String.class, ENCP_XFER.SIZE, DSL.inline(TransferQuantities.MOST_BYTES), ENCP_XFER.RW);

  /** The columns. */
  static final FactColumns ALL = all();

  private TransferColumns() {}

  private static FactColumns all() {
    FactColumns columns =
        FactColumns.of(Transfers.FACTS, ENCP_XFER, ENCP_XFER.DATE)
            .always(ENCP_XFER.RW, ENCP_XFER.SIZE)
            .made(Dimensions.DIRECTION, POSSIBLE_RW, TransferColumns::direction, ENCP_XFER.RW)
            .leaveOutWithout(Dimensions.DIRECTION)
            .text(Dimensions.MOVER, ENCP_XFER.MOVER)
            .text(
                Dimensions.MOVER_CLASS,
                ENCP_XFER.DRIVER,
                driver -> MoverClass.ofDriver(driver).label())
            .text(Dimensions.STORAGE_GROUP, ENCP_XFER.STORAGE_GROUP)
            .text(Dimensions.LIBRARY, ENCP_XFER.LIBRARY)
            .text(Dimensions.DRIVE_TYPE, ENCP_XFER.DRIVE_ID)
            .text(Dimensions.MEDIA_CHANGER, ENCP_XFER.MEDIA_CHANGER)
            .text(Dimensions.DRIVE_SERIAL, ENCP_XFER.DRIVE_SN)
            .made(
                Transfers.DRIVE_RATE_BIN,
                Aggregates.bin(ENCP_XFER.DRIVE_RATE, counts(ENCP_XFER.DRIVE_RATE)),
                bin -> bin,
                ENCP_XFER.DRIVE_RATE)
            .sum(TransferQuantities.BYTES, exact(DSL.field("sum({0})", ENCP_XFER.SIZE)))
            .sum(TransferQuantities.TRANSFERS, Aggregates.count());
    RATES.forEach((quantity, rate) -> columns.sum(quantity, sum(quantity, rate), rate));
    return columns;
  }

  /** The word for the direction {@code rw}; empty for what is neither a read nor a write. */
  static String direction(String rw) {
    return switch (rw) {
      case "r" -> Direction.READ.label();
      case "w" -> Direction.WRITE.label();
      default -> "";
    };
  }

  /**
   * The server refuses a sum that does not fit, rather than to round it; groups of rows that cannot
   * be have none.
   */
  private static Field<?> sum(Quantity quantity, Field<Long> rate) {
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
      case MINIMUM, LATEST -> throw new IllegalArgumentException(quantity.id());
    };
  }

  private static Field<?> exact(Field<?> sum) {
    return DSL.field(
        "cast(case when {0} is not null then {1} else 0 end as bigint)",
        Long.class, POSSIBLE_RW, sum);
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
}
