package org.enstore.accounting.demo;

import java.util.Optional;

/**
 * One file transferred: a row of {@code encp_xfer}.
 *
 * @param epochSecond when it was complete
 * @param mount the mount during which, at a tape mover; empty at disk and null movers
 * @param sizeBytes of the file
 * @param details decides what nobody asks about: the client's node, the paths
 */
public record Transfer(
    long epochSecond,
    Fleet.Mover mover,
    Optional<Mount> mount,
    StorageGroup group,
    boolean reads,
    long sizeBytes,
    Rates rates,
    Chance details) {

  /** The key of its mover, such as {@code L8G1_001.mover}. */
  public String moverKey() {
    return mover.key();
  }

  /** What its mover writes to, as the column {@code driver} has it. */
  public String driver() {
    return mover.family().kind().driver();
  }

  public String storageGroup() {
    return group.name();
  }

  public String library() {
    return mover.family().library();
  }

  public String driveSerial() {
    return mount.map(Mount::driveSerial).orElse(mover.driveSerial());
  }

  /** The rate of the drive in bytes per second; 0 when not measured, −1 when it did not fit. */
  public long driveBytesPerSecond() {
    return rates.drive();
  }
}
