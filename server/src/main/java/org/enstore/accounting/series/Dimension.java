package org.enstore.accounting.series;

import java.util.Arrays;
import java.util.Optional;

/** What transfers can be told apart by. */
public enum Dimension {
  MOVER("mover"),
  MOVER_CLASS("moverClass"),
  STORAGE_GROUP("storageGroup"),
  LIBRARY("library"),
  DRIVE_TYPE("driveType"),
  MEDIA_CHANGER("mediaChanger");

  private final String label;

  Dimension(String label) {
    this.label = label;
  }

  /** The word used in queries, labels and legends. */
  public String label() {
    return label;
  }

  /** The dimension called {@code label}, if there is one. */
  public static Optional<Dimension> of(String label) {
    return Arrays.stream(values()).filter(dimension -> dimension.label.equals(label)).findFirst();
  }
}
