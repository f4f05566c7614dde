package org.enstore.accounting.series;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a {@link CapacityQuery}.
 *
 * @param query what was asked
 * @param stocks the one that ends first before the others
 * @param notices what the reader should know
 * @param executed what was read from where
 */
public record CapacityAnswer(
    CapacityQuery query, List<Stock> stocks, List<Notice> notices, String executed) {
  /** How far ahead is looked. */
  public static final int MOST_DAYS = 730;

  public CapacityAnswer {
    stocks = List.copyOf(stocks);
    notices = List.copyOf(notices);
  }

  /**
   * One stock.
   *
   * @param names by the dimensions that tell stocks apart
   * @param left how much there is now
   * @param usedPerDay the mean of the last 30 days
   * @param early in how many days it ends at the earliest, one in ten; infinite if not within the
   *     time looked at, NaN if too little is known
   * @param middle the same, one in two
   * @param late the same, nine in ten
   * @param earlyDay the day of that; empty if there is none
   * @param middleDay the day of that
   * @param lateDay the day of that
   * @param orderBy by when to order; today if it is too late for that
   * @param words all that in a sentence
   */
  public record Stock(
      List<String> names,
      long left,
      double usedPerDay,
      double early,
      double middle,
      double late,
      Optional<LocalDate> earlyDay,
      Optional<LocalDate> middleDay,
      Optional<LocalDate> lateDay,
      Optional<LocalDate> orderBy,
      String words) {
    public Stock {
      names = List.copyOf(names);
    }
  }
}
