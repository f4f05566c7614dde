package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;

/**
 * What is known of the past of some series, as far as it is complete.
 *
 * @param answer the series, from where they are shown or learnt from, whichever is earlier, to now
 * @param first the first bucket that is learnt from
 * @param complete how many buckets, from the beginning of the table, are complete
 */
record History(SeriesAnswer answer, SiteCalendar calendar, int first, int complete) {

  /** Answers questions for series as a whole or not at all. */
  @FunctionalInterface
  interface Asking {
    SeriesAnswer answer(SeriesQuery query);
  }

  /**
   * The past of the series that {@code query} is about.
   *
   * @param length how far back from {@code now} it is learnt from, and from the first of that
   *     month, so that what is learnt from does not lose a day with each day that passes
   * @throws QueryFailure when it cannot be told
   */
  static History of(
      SeriesQuery query,
      Step step,
      Duration length,
      SiteCalendar calendar,
      Instant now,
      Asking asking) {
    LocalDate today = calendar.dayOf(now);
    Instant learnt =
        Instant.ofEpochSecond(
            calendar.startOfDay(today.minusDays(length.toDays()).withDayOfMonth(1)));
    Instant shown = query.range().from();
    Instant tomorrow = Instant.ofEpochSecond(calendar.startOfDay(today.plusDays(1)));
    SeriesAnswer answer =
        asking.answer(
            query
                .over(new TimeRange(shown.isBefore(learnt) ? shown : learnt, tomorrow))
                .by(Optional.of(step.nominal())));
    if (answer.step() != step) {
      throw new QueryFailure(
          FailureKind.TOO_LARGE,
          "The history has more values by "
              + step.text()
              + " than one answer may hold (settings maxPoints and maxSeries). Choose a shorter"
              + " \"history\", a wider \"step\", fewer groups, or a \"top\".");
    }
    Buckets buckets = answer.table().buckets();
    int first = 0;
    while (first < buckets.count() && buckets.start(first) < learnt.getEpochSecond()) {
      first++;
    }
    int complete = first;
    while (complete < buckets.count() && buckets.end(complete) <= answer.asOf().getEpochSecond()) {
      complete++;
    }
    return new History(answer, calendar, first, complete);
  }

  Buckets buckets() {
    return answer.table().buckets();
  }

  /** When the first bucket begins that is not complete, in seconds since the epoch. */
  long end() {
    return complete < buckets().count() ? buckets().start(complete) : buckets().to();
  }

  /** How many buckets are learnt from. */
  int length() {
    return complete - first;
  }

  /**
   * What is learnt from one series, bucket by bucket; NaN where it is not known. It begins after
   * its first value that is not zero: before there was nothing of it, and in that bucket it began.
   */
  double[] learnt(Series series) {
    Numbers numbers = series.numbers();
    int begin = 0;
    while (begin < complete && (numbers.isMissing(begin) || at(numbers, begin) == 0)) {
      begin++;
    }
    double[] values = new double[length()];
    Arrays.fill(values, Double.NaN);
    for (int bucket = Math.max(first, begin + 1); bucket < complete; bucket++) {
      if (!numbers.isMissing(bucket)) {
        values[bucket - first] = at(numbers, bucket);
      }
    }
    return values;
  }

  static double at(Numbers numbers, int index) {
    return numbers instanceof Numbers.Longs longs
        ? (double) longs.at(index)
        : ((Numbers.Doubles) numbers).at(index);
  }

  /** The day on which the bucket begins that is at {@code place} of what is learnt from. */
  String dayAt(int place) {
    return day(buckets().start(first + place)).toString();
  }

  LocalDate day(long epochSecond) {
    return calendar.dayOf(epochSecond);
  }

  /** What people call a series of {@code labels}. */
  static String title(Map<String, String> labels) {
    return labels.isEmpty()
        ? "Total"
        : String.join(
            " ", labels.values().stream().map(text -> text.isBlank() ? "(none)" : text).toList());
  }

  /** Days, weeks or months: what {@code step} counts in. */
  static String units(Step step) {
    return switch (step) {
      case DAY -> "days";
      case WEEK -> "weeks";
      case MONTH -> "months";
      default -> "steps of " + step.text();
    };
  }

  /** The notices of the answer that are about what is shown. */
  List<Notice> notices() {
    return answer.notices();
  }
}
