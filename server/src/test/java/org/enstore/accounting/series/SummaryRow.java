package org.enstore.accounting.series;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** A row of {@code xfer_by_day_by_mover}. */
public record SummaryRow(LocalDate date, String mover, @Nullable Long read, @Nullable Long write) {
  public static SummaryRow of(
      String date, String mover, @Nullable Long read, @Nullable Long write) {
    return new SummaryRow(LocalDate.parse(date), mover, read, write);
  }
}
