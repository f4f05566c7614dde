package org.enstore.accounting.series;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a series shows. Rates are those that encp measured for each transfer; which transfers count
 * for them is said at {@link Quantity}.
 */
public enum Measure {
  /** Bytes transferred in the bucket. */
  BYTES("bytes", Quantity.BYTES),
  /** Bytes transferred per real second of the bucket; of its elapsed part while it is open. */
  THROUGHPUT("throughput", Quantity.BYTES),
  /** Files transferred in the bucket. */
  TRANSFERS("transfers", Quantity.TRANSFERS),
  /** Bytes per file. */
  MEAN_FILE_SIZE("meanFileSize", Quantity.BYTES, Quantity.TRANSFERS),
  /** Σ bytes ÷ Σ (bytes ÷ drive rate): how fast drives moved while they moved. */
  DRIVE_RATE("driveRate", Quantity.DRIVE_RATE_BYTES, Quantity.DRIVE_RATE_SECONDS),
  /** The same of the network half of encp's copy loop. */
  NETWORK_RATE("networkRate", Quantity.NETWORK_RATE_BYTES, Quantity.NETWORK_RATE_SECONDS),
  /** The same of the local disk's half. */
  DISK_RATE("diskRate", Quantity.DISK_RATE_BYTES, Quantity.DISK_RATE_SECONDS),
  /** The same of the data transfer as the client saw it. */
  TRANSFER_RATE("transferRate", Quantity.TRANSFER_RATE_BYTES, Quantity.TRANSFER_RATE_SECONDS),
  /** The same of all that encp did for the file once it had a mover. */
  OVERALL_RATE("overallRate", Quantity.OVERALL_RATE_BYTES, Quantity.OVERALL_RATE_SECONDS),
  /** The drive rate that half of the transfers did not exceed. */
  DRIVE_RATE_P50("driveRateP50", Quantity.TRANSFERS),
  /** The drive rate that 95 % of the transfers did not exceed. */
  DRIVE_RATE_P95("driveRateP95", Quantity.TRANSFERS),
  /** The largest drive rate. */
  DRIVE_RATE_MAX("driveRateMax", Quantity.DRIVE_RATE_MAX);

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // A list that List.of makes does not change.
  private final List<Quantity> quantities;

  Measure(String label, Quantity... quantities) {
    this.label = label;
    this.quantities = List.of(quantities);
  }

  /** The word used in queries and as the name of value columns. */
  public String label() {
    return label;
  }

  /** The measure called {@code label}, if there is one. */
  public static Optional<Measure> of(String label) {
    return Arrays.stream(values()).filter(measure -> measure.label.equals(label)).findFirst();
  }

  /** Whether a value is a number of bytes, in the query's unit. */
  public boolean isOfBytes() {
    return this == BYTES || this == MEAN_FILE_SIZE;
  }

  /** Whether values of many buckets may be added up. */
  public boolean isAdditive() {
    return this == BYTES || this == TRANSFERS;
  }

  /** Whether a bucket without a row is known to be zero, not unknown as a mean is. */
  public boolean isSum() {
    return this == BYTES || this == THROUGHPUT || this == TRANSFERS;
  }

  /** Whether the summary knows it. */
  public boolean isInSummary() {
    return this == BYTES || this == THROUGHPUT;
  }

  /** What it is derived from, in the order that {@link Presentation} expects. */
  List<Quantity> quantities() {
    return quantities;
  }

  /** The quantity by which the largest groups are told. */
  Quantity ranking() {
    return this == TRANSFERS ? Quantity.TRANSFERS : Quantity.BYTES;
  }

  /** What is not zero in a cell in which the measure counts a row; empty where all are counted. */
  Optional<Quantity> witness() {
    return switch (this) {
      case BYTES, THROUGHPUT, TRANSFERS, MEAN_FILE_SIZE, DRIVE_RATE_P50, DRIVE_RATE_P95 ->
          Optional.empty();
      case DRIVE_RATE, NETWORK_RATE, DISK_RATE, TRANSFER_RATE, OVERALL_RATE ->
          Optional.of(quantities.get(1));
      case DRIVE_RATE_MAX -> Optional.of(Quantity.DRIVE_RATE_MAX);
    };
  }

  /** Whether it is told from histograms of the drive rate. */
  boolean isQuantile() {
    return this == DRIVE_RATE_P50 || this == DRIVE_RATE_P95;
  }
}
