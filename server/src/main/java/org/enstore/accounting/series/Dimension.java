package org.enstore.accounting.series;

import java.util.List;
import java.util.Optional;

/** What transfers can be told apart by. */
public enum Dimension {
  MOVER("mover"),
  MOVER_CLASS("moverClass"),
  STORAGE_GROUP("storageGroup"),
  LIBRARY("library"),
  DRIVE_TYPE("driveType"),
  MEDIA_CHANGER("mediaChanger"),
  /** The serial number of the drive. Blocks have it, questions do not. */
  DRIVE_SERIAL("driveSerial"),
  /**
   * The bin of a logarithmic histogram that a transfer's drive rate lies in, as the decimal number
   * that {@link RateBins} gives it; empty for a transfer that does not count for the rate. Blocks
   * have it, questions do not.
   */
  DRIVE_RATE_BIN("driveRateBin");

  /** The dimensions that a question may group and filter by. */
  public static final List<Dimension> ASKABLE =
      List.of(MOVER, MOVER_CLASS, STORAGE_GROUP, LIBRARY, DRIVE_TYPE, MEDIA_CHANGER);

  private final String label;

  Dimension(String label) {
    this.label = label;
  }

  /** The word used in queries, labels and legends. */
  public String label() {
    return label;
  }

  /** The dimension called {@code label} in questions, if there is one. */
  public static Optional<Dimension> of(String label) {
    return ASKABLE.stream().filter(dimension -> dimension.label.equals(label)).findFirst();
  }
}
