package org.enstore.accounting.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;

/**
 * What is on the tapes of a storage group, which enstoredb keeps by month: each row is dated to the
 * first of a month and taken on its last day.
 */
public final class TapeBytes {
  private static final Duration HOLDS = Duration.ofDays(32);
  private static final Sampled VALID = Sampled.of("tapeBytes", "tapeActiveBytes");
  private static final Sampled GONE = Sampled.of("tapeBytes", "tapeDeletedBytes");
  private static final Sampled UNSURE = Sampled.of("tapeBytes", "tapeUnknownBytes");
  private static final Sampled VALID_FILES = Sampled.of("tapeBytes", "tapeActiveFiles");
  private static final Sampled GONE_FILES = Sampled.of("tapeBytes", "tapeDeletedFiles");

  public static final Quantity ACTIVE = VALID.latest();
  public static final Quantity DELETED = GONE.latest();
  public static final Quantity UNKNOWN = UNSURE.latest();
  public static final Quantity ACTIVE_FILES = VALID_FILES.latest();
  public static final Quantity DELETED_FILES = GONE_FILES.latest();
  public static final Quantity AT = VALID.at();

  /** One row for each month and storage group. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("historic_tape_bytes", new Naming(Map.of(), Map.of()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "tapeBytes",
          "months of tape contents",
          Database.ENSTOREDB,
          FACTS,
          List.of(),
          List.of(Dimensions.STORAGE_GROUP),
          List.of(
              VALID.levelOfBytes("Active bytes", "Bytes of files that are not deleted", HOLDS),
              GONE.levelOfBytes("Deleted bytes", "Bytes of deleted files, still on tape", HOLDS),
              UNSURE.levelOfBytes("Unknown bytes", "Bytes of files without a state", HOLDS),
              VALID_FILES.level("Active files", "Files that are not deleted", HOLDS),
              GONE_FILES.level("Deleted files", "Deleted files, still on tape", HOLDS)),
          new Layout(
              List.of(Dimensions.STORAGE_GROUP),
              List.of(),
              List.of(),
              List.of(ACTIVE, DELETED, UNKNOWN, ACTIVE_FILES, DELETED_FILES, AT),
              ACTIVE),
          new Defaults(Dimensions.STORAGE_GROUP, Optional.empty(), Optional.empty()));

  private TapeBytes() {}
}
