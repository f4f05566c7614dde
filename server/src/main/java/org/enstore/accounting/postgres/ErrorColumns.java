package org.enstore.accounting.postgres;

import static org.enstore.accounting.postgres.jooq.tables.EncpError.ENCP_ERROR;

import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.ErrorClass;
import org.enstore.accounting.catalog.Errors;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** Where {@code encp_error} holds what the catalogue knows of errors. */
final class ErrorColumns {
  /** The type, or what was retried too often where the text tells that. */
  private static final Field<String> TYPE =
      DSL.field(
          "case when {0} = {1} then coalesce(substring({2} from {3}), {0}) else {0} end",
          String.class,
          ENCP_ERROR.TYPE,
          DSL.inline(ErrorClass.TOO_MANY_RETRIES),
          ENCP_ERROR.ERROR,
          DSL.inline(ErrorClass.knownTypes()));

  /** The columns. */
  static final FactColumns ALL =
      FactColumns.of(Errors.FACTS, ENCP_ERROR, ENCP_ERROR.DATE)
          .text(Dimensions.MOVER, ENCP_ERROR.MOVER)
          .made(
              Errors.ERROR_CLASS,
              TYPE,
              type -> ErrorClass.of(type).label(),
              ENCP_ERROR.TYPE,
              ENCP_ERROR.ERROR)
          .made(Errors.ERROR_TYPE, TYPE, type -> type, ENCP_ERROR.TYPE, ENCP_ERROR.ERROR)
          .text(Dimensions.STORAGE_GROUP, ENCP_ERROR.STORAGE_GROUP)
          .text(Dimensions.LIBRARY, ENCP_ERROR.LIBRARY)
          .text(Dimensions.DRIVE_TYPE, ENCP_ERROR.DRIVE_ID)
          .text(Dimensions.DRIVE_SERIAL, ENCP_ERROR.DRIVE_SN)
          .text(Dimensions.VOLUME, ENCP_ERROR.VOLUME)
          .text(Dimensions.NODE, ENCP_ERROR.NODE)
          .text(Dimensions.DIRECTION, ENCP_ERROR.RW, TransferColumns::direction)
          .sum(Errors.COUNT, Aggregates.count());

  private ErrorColumns() {}
}
