package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Mean;
import org.enstore.accounting.catalog.Formula.Total;

/** A dataset that is unlike the transfers: no rollup, no split, nothing left out, no mover. */
public final class Failures {
  public static final Dimension REASON = Dimension.of("reason", "reason", "reasons");
  public static final Quantity COUNT = new Quantity("failures", Combination.SUM);

  public static final Measure FAILURES =
      new Measure("failures", "Failures", "Failures in each step", Kind.COUNT, new Total(COUNT));

  public static final Measure MEAN_SIZE =
      new Measure(
          "meanFailureSize", "Mean size", "Bytes of a failure", Kind.SIZE, new Mean(COUNT, COUNT));

  public static final Dataset DATASET =
      new Dataset(
          "failures",
          "failures",
          Database.ACCOUNTING,
          SourceTable.ofFacts("failure", new Naming(Map.of(), Map.of())),
          List.of(),
          List.of(REASON, Dimensions.LIBRARY, Dimensions.DIRECTION),
          List.of(FAILURES, MEAN_SIZE),
          new Layout(List.of(REASON), List.of(), List.of(), List.of(COUNT), COUNT),
          new Defaults(REASON, Optional.empty(), Optional.empty()));

  /** The transfers, and the failures. */
  public static final Catalogue CATALOGUE = new Catalogue(List.of(Transfers.DATASET, DATASET));

  private Failures() {}
}
