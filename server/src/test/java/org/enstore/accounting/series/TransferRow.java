package org.enstore.accounting.series;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code encp_xfer}, as far as anything reads it; the rest is filled in by whoever stores
 * it.
 */
public record TransferRow(
    LocalDateTime date,
    String rw,
    long size,
    String mover,
    String driver,
    String storageGroup,
    @Nullable String library,
    String driveId,
    String mediaChanger,
    TransferRates rates) {

  /** A read or write of one tape mover, everything else being the same for all. */
  public static TransferRow of(String date, String rw, long size, String mover) {
    return new TransferRow(
        LocalDateTime.parse(date),
        rw,
        size,
        mover,
        "FTTDriver",
        "cms",
        "CD-LTO8G1",
        "ULT3580-TD8",
        "TS4500G1.media_changer",
        TransferRates.all(1));
  }

  public TransferRow withDriver(String other) {
    return new TransferRow(
        date, rw, size, mover, other, storageGroup, library, driveId, mediaChanger, rates);
  }

  public TransferRow withStorageGroup(String other) {
    return new TransferRow(
        date, rw, size, mover, driver, other, library, driveId, mediaChanger, rates);
  }

  public TransferRow withLibrary(@Nullable String other) {
    return new TransferRow(
        date, rw, size, mover, driver, storageGroup, other, driveId, mediaChanger, rates);
  }

  public TransferRow withDriveId(String other) {
    return new TransferRow(
        date, rw, size, mover, driver, storageGroup, library, other, mediaChanger, rates);
  }

  public TransferRow withRates(TransferRates other) {
    return new TransferRow(
        date, rw, size, mover, driver, storageGroup, library, driveId, mediaChanger, other);
  }
}
