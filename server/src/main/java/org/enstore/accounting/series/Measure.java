package org.enstore.accounting.series;

import java.util.Arrays;
import java.util.Optional;

/** What a series shows. */
public enum Measure {
  /** Bytes transferred in the bucket. */
  BYTES("bytes"),
  /** Bytes transferred per real second of the bucket; of its elapsed part while it is open. */
  THROUGHPUT("throughput");

  private final String label;

  Measure(String label) {
    this.label = label;
  }

  /** The word used in queries and as the name of value columns. */
  public String label() {
    return label;
  }

  /** The measure called {@code label}, if there is one. */
  public static Optional<Measure> of(String label) {
    return Arrays.stream(values()).filter(measure -> measure.label.equals(label)).findFirst();
  }
}
