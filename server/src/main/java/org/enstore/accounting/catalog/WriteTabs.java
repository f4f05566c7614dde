package org.enstore.accounting.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;

/** The write-protect tabs of tapes, which the inventory counts once a day. */
public final class WriteTabs {
  private static final Duration HOLDS = Duration.ofHours(26);
  private static final Sampled ALL = Sampled.of("writeTabs", "writeTabsTotal");
  private static final Sampled WANTED = Sampled.of("writeTabs", "writeTabsShould");
  private static final Sampled LACKING = Sampled.of("writeTabs", "writeTabsNotYet");
  private static final Sampled SET = Sampled.of("writeTabs", "writeTabsDone");

  public static final Quantity TOTAL = ALL.latest();
  public static final Quantity SHOULD = WANTED.latest();
  public static final Quantity NOT_YET = LACKING.latest();
  public static final Quantity DONE = SET.latest();
  public static final Quantity AT = ALL.at();

  /** One row for each day and library. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("write_protect_summary_by_library", new Naming(Map.of(), Map.of()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "writeTabs",
          "counts of write-protect tabs",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(Dimensions.LIBRARY),
          List.of(
              LACKING.level("Write tabs not yet on", "Full tapes whose tab is not on yet", HOLDS),
              SET.level("Write tabs on", "Tapes whose tab is on", HOLDS),
              WANTED.level("Write tabs wanted", "Tapes whose tab should be on", HOLDS),
              ALL.level("Tapes with tabs", "Tapes that were looked at", HOLDS)),
          new Layout(
              List.of(Dimensions.LIBRARY),
              List.of(),
              List.of(),
              List.of(TOTAL, SHOULD, NOT_YET, DONE, AT),
              TOTAL),
          new Defaults(Dimensions.LIBRARY, Optional.empty(), Optional.empty()));

  private WriteTabs() {}
}
