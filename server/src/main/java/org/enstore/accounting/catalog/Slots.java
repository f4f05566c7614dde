package org.enstore.accounting.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;

/** The slots of robots, which two jobs sample: one each hour, one every six. */
public final class Slots {
  private static final Duration HOLDS = Duration.ofHours(7);
  private static final Sampled ALL = Sampled.of("slots", "slotsTotal");
  private static final Sampled LEFT = Sampled.of("slots", "slotsFree");
  private static final Sampled TAKEN = Sampled.of("slots", "slotsUsed");
  private static final Sampled OFF = Sampled.of("slots", "slotsDisabled");

  public static final Quantity TOTAL = ALL.latest();
  public static final Quantity FREE = LEFT.latest();
  public static final Quantity USED = TAKEN.latest();
  public static final Quantity DISABLED = OFF.latest();
  public static final Quantity AT = ALL.at();

  /** One row for each sample, robot and location. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("tape_library_slots_usage", new Naming(Map.of(), Map.of()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "slots",
          "samples of slots",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(Dimensions.TAPE_LIBRARY, Dimensions.LOCATION, Dimensions.MEDIA_TYPE),
          List.of(
              LEFT.level("Slots free", "How many slots of the robot are empty", HOLDS),
              TAKEN.level("Slots used", "How many slots hold a tape", HOLDS),
              OFF.level("Slots disabled", "How many slots cannot be used", HOLDS),
              ALL.level("Slots", "How many slots there are", HOLDS)),
          new Layout(
              List.of(Dimensions.TAPE_LIBRARY, Dimensions.LOCATION, Dimensions.MEDIA_TYPE),
              List.of(),
              List.of(),
              List.of(TOTAL, FREE, USED, DISABLED, AT),
              TOTAL),
          new Defaults(Dimensions.TAPE_LIBRARY, Optional.empty(), Optional.empty()));

  private Slots() {}
}
