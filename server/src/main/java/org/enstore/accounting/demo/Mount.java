package org.enstore.accounting.demo;

import java.time.LocalDate;

/**
 * A tape in a mover's drive: from the order to the robot to the drive's being empty again. All
 * times are seconds since the epoch. What happens during it is added while it lasts; not
 * thread-safe.
 */
public final class Mount {
  private final Fleet.Mover mover;
  private final String driveSerial;
  private final Tape tape;
  private final LocalDate day;
  private final boolean reading;
  private final int target;
  private final long id;

  private long start;
  private long mounted;
  private long dismountStart = Long.MAX_VALUE;
  private long dismounted = Long.MAX_VALUE;
  private long lastEnd;
  private boolean failed;
  private int reads;
  private int writes;
  private long bytesRead;
  private long bytesWritten;
  private double errorFactor = 1;
  private int correctedReads;
  private int correctedWrites;

  Mount(
      Fleet.Mover mover,
      String driveSerial,
      Tape tape,
      LocalDate day,
      boolean reading,
      int target,
      long id) {
    this.mover = mover;
    this.driveSerial = driveSerial;
    this.tape = tape;
    this.day = day;
    this.reading = reading;
    this.target = target;
    this.id = id;
  }

  void begin(long startSecond, long mountedSecond) {
    start = startSecond;
    mounted = mountedSecond;
    lastEnd = mountedSecond;
  }

  /** It came to nothing: the tape did not get into the drive. */
  void fail() {
    failed = true;
    dismountStart = mounted;
    dismounted = mounted;
  }

  void dismount(long startSecond, long finishSecond) {
    dismountStart = startSecond;
    dismounted = finishSecond;
  }

  void add(boolean read, long size, long endSecond) {
    if (read) {
      reads++;
      bytesRead += size;
      tape.read(endSecond);
    } else {
      writes++;
      bytesWritten += size;
      tape.wrote(endSecond, size);
    }
    lastEnd = Math.max(lastEnd, endSecond);
  }

  void correct(int readErrors, int writeErrors) {
    correctedReads = readErrors;
    correctedWrites = writeErrors;
  }

  void spoil(double factor) {
    errorFactor = factor;
  }

  Fleet.Mover mover() {
    return mover;
  }

  Tape tape() {
    return tape;
  }

  /** The day on whose rules it began. */
  LocalDate day() {
    return day;
  }

  boolean isReading() {
    return reading;
  }

  int target() {
    return target;
  }

  long id() {
    return id;
  }

  /** How many times as many errors as usual are corrected during it. */
  double errorFactor() {
    return errorFactor;
  }

  /** When the last file of it so far was complete; when it was mounted, before the first. */
  long lastEnd() {
    return lastEnd;
  }

  int files() {
    return reads + writes;
  }

  /** The key of its mover, such as {@code L8G1_001.mover}. */
  public String moverKey() {
    return mover.key();
  }

  public String driveSerial() {
    return driveSerial;
  }

  /** The label of its tape. */
  public String label() {
    return tape.label();
  }

  public String storageGroup() {
    return tape.group().name();
  }

  public String library() {
    return mover.family().library();
  }

  /** When the robot was told to mount. */
  public long start() {
    return start;
  }

  /** When the tape was in the drive, or the mount had failed. */
  public long mounted() {
    return mounted;
  }

  /** When the robot was told to dismount; {@code Long.MAX_VALUE} while that is to come. */
  public long dismountStart() {
    return dismountStart;
  }

  /** When the drive was empty; {@code Long.MAX_VALUE} while that is to come. */
  public long dismounted() {
    return dismounted;
  }

  public boolean isFailed() {
    return failed;
  }

  /** Files read. */
  public int reads() {
    return reads;
  }

  /** Files written. */
  public int writes() {
    return writes;
  }

  public long bytesRead() {
    return bytesRead;
  }

  public long bytesWritten() {
    return bytesWritten;
  }

  /** Errors on reading that the drive corrected. */
  public int correctedReadErrors() {
    return correctedReads;
  }

  /** Errors on writing that the drive corrected. */
  public int correctedWriteErrors() {
    return correctedWrites;
  }
}
