package org.enstore.accounting.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;

/** The tapes of a storage group in a virtual library, and how many it may have, sampled hourly. */
public final class Quotas {
  private static final Duration HOLDS = Duration.ofHours(6);
  private static final Sampled MAY = Sampled.of("quotas", "tapesQuota");
  private static final Sampled HAS = Sampled.of("quotas", "tapesAllocated");
  private static final Sampled LEFT = Sampled.of("quotas", "tapesBlank");
  private static final Sampled FILLED = Sampled.of("quotas", "tapesWritten");
  private static final Sampled GRANTED = Sampled.of("quotas", "tapesAuthorized");
  private static final Sampled WANTED = Sampled.of("quotas", "tapesRequested");

  public static final Quantity QUOTA = MAY.latest();
  public static final Quantity ALLOCATED = HAS.latest();
  public static final Quantity BLANK = LEFT.latest();
  public static final Quantity WRITTEN = FILLED.latest();
  public static final Quantity AUTHORIZED = GRANTED.latest();
  public static final Quantity REQUESTED = WANTED.latest();
  public static final Quantity AT = MAY.at();

  /** One row for each sample, virtual library and storage group. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("quotas", new Naming(Map.of(), Map.of()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "quotas",
          "samples of quotas",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(Dimensions.LIBRARY, Dimensions.STORAGE_GROUP),
          List.of(
              HAS.level("Tapes allocated", "Tapes that a storage group has", HOLDS),
              LEFT.level("Tapes blank", "Tapes of a storage group that are still blank", HOLDS),
              FILLED.level("Tapes written", "Tapes of a storage group that are written to", HOLDS),
              MAY.level("Tape quota", "Tapes that a storage group may have", HOLDS),
              GRANTED.level("Tapes authorized", "Tapes that were granted", HOLDS),
              WANTED.level("Tapes requested", "Tapes that were asked for", HOLDS)),
          new Layout(
              List.of(Dimensions.LIBRARY, Dimensions.STORAGE_GROUP),
              List.of(),
              List.of(),
              List.of(ALLOCATED, BLANK, WRITTEN, QUOTA, AUTHORIZED, REQUESTED, AT),
              ALLOCATED),
          new Defaults(Dimensions.STORAGE_GROUP, Optional.empty(), Optional.empty()));

  private Quotas() {}
}
