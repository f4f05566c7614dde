package org.enstore.accounting.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Total;

/**
 * The blank tapes that the hourly inventory counts by media type. A rise is a refill or recycling,
 * so that consumption is the sum of the decreases alone.
 */
public final class Blanks {
  /** A run of the inventory may be missed. */
  private static final Duration HOLDS = Duration.ofHours(6);

  private static final Sampled LEVEL = Sampled.of("blanks", "blanks");
  public static final Quantity BLANKS = LEVEL.latest();
  public static final Quantity AT = LEVEL.at();
  public static final Quantity DRAWN = new Quantity("blanksDrawn", Combination.SUM);
  public static final Quantity REFILLED = new Quantity("blanksRefilled", Combination.SUM);

  /** One row for each inventory and media type. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("blanks", new Naming(Map.of(), Map.of()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "blanks",
          "inventories of blank tapes",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(Dimensions.MEDIA_TYPE),
          List.of(
              LEVEL.level("Blank tapes", "How many blank tapes are left", HOLDS),
              new Measure(
                  "blanksDrawn",
                  "Blank tapes drawn",
                  "By how many the blank tapes became fewer from one inventory to the next",
                  Kind.COUNT,
                  new Total(DRAWN)),
              new Measure(
                  "blanksRefilled",
                  "Blank tapes refilled",
                  "By how many the blank tapes became more from one inventory to the next",
                  Kind.COUNT,
                  new Total(REFILLED))),
          new Layout(
              List.of(Dimensions.MEDIA_TYPE),
              List.of(),
              List.of(),
              List.of(BLANKS, AT, DRAWN, REFILLED),
              BLANKS),
          new Defaults(Dimensions.MEDIA_TYPE, Optional.empty(), Optional.empty()));

  private Blanks() {}
}
