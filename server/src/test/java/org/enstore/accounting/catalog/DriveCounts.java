package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Total;

/** A dataset of another database than accounting. */
public final class DriveCounts {
  public static final Quantity COUNT = new Quantity("driveCounts", Combination.SUM);

  public static final Measure COUNTS =
      new Measure("driveCounts", "Counts", "Counts in each step", Kind.COUNT, new Total(COUNT));

  public static final Dataset DATASET =
      new Dataset(
          "driveCounts",
          "counts of drives",
          Database.DRIVESTAT,
          SourceTable.ofFacts("drive_count", new Naming(Map.of(), Map.of())),
          List.of(),
          List.of(Dimensions.MOVER),
          List.of(COUNTS),
          new Layout(List.of(Dimensions.MOVER), List.of(), List.of(), List.of(COUNT), COUNT),
          new Defaults(Dimensions.MOVER, Optional.empty(), Optional.empty()));

  private DriveCounts() {}
}
