package org.enstore.accounting.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Total;
import org.enstore.accounting.measure.MoverNames;

/**
 * The requests that failed, of which encp records one row each: not the failed attempts, as a read
 * that another drive succeeded with leaves no row. What failed before a mover was met has neither
 * mover, drive nor tape.
 */
public final class Errors {
  /** Where the cause lies. */
  public static final Dimension ERROR_CLASS =
      Dimension.of(
          "errorClass",
          "error class",
          "error classes",
          Arrays.stream(ErrorClass.values()).map(ErrorClass::label).toList());

  /** What encp recorded, or what it retried too often. */
  public static final Dimension ERROR_TYPE = Dimension.of("errorType", "error type", "error types");

  /** Failed requests. */
  public static final Quantity COUNT = new Quantity("errors", Combination.SUM);

  /** One row per failed request. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts(
          "encp_error", new Naming(Map.of(Dimensions.MOVER, MoverNames::canonical), Map.of()));

  public static final Measure ERRORS =
      new Measure(
          "errors",
          "Errors",
          "Number of requests that failed in each step; retries that helped are not among them",
          Kind.COUNT,
          new Total(COUNT));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "errors",
          "errors",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(
              Dimensions.MOVER,
              ERROR_CLASS,
              ERROR_TYPE,
              Dimensions.STORAGE_GROUP,
              Dimensions.LIBRARY,
              Dimensions.DRIVE_TYPE,
              Dimensions.DRIVE_SERIAL,
              Dimensions.VOLUME,
              Dimensions.NODE,
              Dimensions.DIRECTION),
          List.of(ERRORS),
          new Layout(
              List.of(Dimensions.MOVER, ERROR_CLASS), List.of(), List.of(), List.of(COUNT), COUNT),
          new Defaults(ERROR_CLASS, Optional.empty(), Optional.empty()));

  private Errors() {}
}
