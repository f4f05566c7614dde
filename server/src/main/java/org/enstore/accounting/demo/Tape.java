package org.enstore.accounting.demo;

/** One tape and what has happened to it so far. Not thread-safe. */
final class Tape {
  /** A tape with less space than this share of its capacity is full. */
  private static final double FULL_SHARE = 0.02;

  private static final long NEVER = -1;

  private final String label;
  private final Fleet.Family family;
  private final StorageGroup group;
  private final String fileFamily;
  private final long declaredSecond;

  // What was written before the records began, and since.
  private long bytes;
  private int files;
  private int mounts;
  private int reads;
  private int writes;
  private int readErrors;
  private int writeErrors;
  private long firstSecond = NEVER;
  private long lastSecond = NEVER;
  private long fullSecond = NEVER;

  Tape(
      String label,
      Fleet.Family family,
      StorageGroup group,
      String fileFamily,
      long declaredSecond) {
    this.label = label;
    this.family = family;
    this.group = group;
    this.fileFamily = fileFamily;
    this.declaredSecond = declaredSecond;
  }

  /** Gives it what it held before the records began: it is full. */
  void fillBefore(long second, int fileCount, int mountCount) {
    bytes = (long) (family.capacityBytes() * (1 - FULL_SHARE));
    files = fileCount;
    mounts = mountCount;
    writes = fileCount;
    firstSecond = second - 40L * 86_400;
    lastSecond = second;
    fullSecond = second;
  }

  void mounted() {
    mounts++;
  }

  void read(long second) {
    reads++;
    lastSecond = Math.max(lastSecond, second);
  }

  void wrote(long second, long size) {
    writes++;
    files++;
    bytes += size;
    firstSecond = firstSecond == NEVER ? second : Math.min(firstSecond, second);
    lastSecond = Math.max(lastSecond, second);
    if (fullSecond == NEVER && isFull()) {
      fullSecond = second;
    }
  }

  void failed(boolean reading) {
    if (reading) {
      readErrors++;
    } else {
      writeErrors++;
    }
  }

  String label() {
    return label;
  }

  Fleet.Family family() {
    return family;
  }

  StorageGroup group() {
    return group;
  }

  String fileFamily() {
    return fileFamily;
  }

  long declaredSecond() {
    return declaredSecond;
  }

  long bytes() {
    return bytes;
  }

  long remaining() {
    return Math.max(0, family.capacityBytes() - bytes);
  }

  boolean isFull() {
    return remaining() < FULL_SHARE * family.capacityBytes() + 2;
  }

  boolean isWritten() {
    return files > 0;
  }

  int files() {
    return files;
  }

  int mounts() {
    return mounts;
  }

  int reads() {
    return reads;
  }

  int writes() {
    return writes;
  }

  int readErrors() {
    return readErrors;
  }

  int writeErrors() {
    return writeErrors;
  }

  /** When it was first written, in seconds since the epoch; −1 when never. */
  long firstSecond() {
    return firstSecond;
  }

  /** When it was last read or written; −1 when never. */
  long lastSecond() {
    return lastSecond;
  }

  /** Since when it is full; −1 when it is not. */
  long fullSecond() {
    return fullSecond;
  }
}
