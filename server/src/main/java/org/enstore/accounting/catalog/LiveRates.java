package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.PerSecond;
import org.enstore.accounting.catalog.Formula.Total;
import org.enstore.accounting.measure.MoverClass;

/**
 * What the movers told the ratekeeper every 15 seconds that they moved. It counts bytes of
 * transfers under way, so that it shows them earlier than accounting does, and never agrees with
 * it.
 */
public final class LiveRates {
  public static final Quantity BYTES = new Quantity("liveBytes", Combination.SUM);

  /** One row for each 15 seconds; each makes a read and a write, of null movers and of others. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("rate", new Naming(Map.of(), Map.of()));

  /** What null movers moved, or all others. */
  public static final Dimension CLASS =
      Dimension.of(
          "liveClass", "live class", "live classes", List.of("real", MoverClass.NULL.label()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "liveRates",
          "rates",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(CLASS),
          List.of(
              new Measure(
                  "liveRate",
                  "Live rate",
                  "Bytes that movers reported every 15 seconds, by the length of the step",
                  Kind.THROUGHPUT,
                  new PerSecond(BYTES)),
              new Measure(
                  "liveBytes",
                  "Live bytes",
                  "Bytes that movers reported every 15 seconds",
                  Kind.BYTES,
                  new Total(BYTES))),
          new Layout(
              List.of(Dimensions.DIRECTION, CLASS), List.of(), List.of(), List.of(BYTES), BYTES),
          new Defaults(
              CLASS,
              Optional.of(Dimensions.DIRECTION),
              Optional.of(new Dataset.Excluded(CLASS, MoverClass.NULL.label()))));

  private LiveRates() {}
}
