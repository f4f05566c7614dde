package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.outlook.RunOut;
import org.enstore.accounting.outlook.RunOutDates;

/** Tells when stocks run out, out of how they were used day by day. Thread-safe. */
final class Capacity {
  private static final int WEEK = 7;
  private static final int RECENT = 30;

  /** The same answer whenever it is asked. */
  private static final long SEED = 7;

  private final Risk.Asking asking;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  Capacity(Risk.Asking asking, SiteCalendar calendar, InstantSource clock) {
    this.asking = asking;
    this.calendar = calendar;
    this.clock = clock;
  }

  /**
   * Answers {@code query}.
   *
   * @throws QueryFailure when the stocks cannot be read, or only a part of their past
   */
  CapacityAnswer answer(CapacityQuery query, Demand demand, Cancellation cancellation, Room room) {
    QueryRules.refuse(query.contradictions());
    return new Work(query, demand, cancellation, room).answer();
  }

  /**
   * What is left of one stock, day by day, and what was drawn from it.
   *
   * @param levels of the complete days; NaN where not known
   * @param use of each of them, or from the second on; NaN where not known
   * @param now the newest level
   */
  record Course(List<Double> levels, List<Double> use, long now) {
    /** Where use is what the levels fell by. */
    static Course ofLevels(double[] levels, double now) {
      return of(levels, RunOut.useOf(levels), now);
    }

    static Course of(double[] levels, double[] use, double now) {
      return new Course(
          Arrays.stream(levels).boxed().toList(),
          Arrays.stream(use).boxed().toList(),
          Math.round(now));
    }

    double[] used() {
      return use.stream().mapToDouble(Double::doubleValue).toArray();
    }

    double usedPerDay() {
      return use.subList(Math.max(0, use.size() - RECENT), use.size()).stream()
          .mapToDouble(Double::doubleValue)
          .filter(value -> !Double.isNaN(value))
          .average()
          .orElse(Double.NaN);
    }
  }

  /** What {@code query} is told of one stock at {@code today}. */
  static CapacityAnswer.Stock told(
      CapacityQuery query, List<String> names, Course course, LocalDate today) {
    RunOutDates dates =
        new RunOut(WEEK, CapacityAnswer.MOST_DAYS, SEED)
            .dates(course.used(), (double) course.now(), (double) query.reserve());
    double order = dates.orderBy((double) query.leadTime().toDays());
    Optional<LocalDate> orderBy = day(today, Math.max(0, order));
    return new CapacityAnswer.Stock(
        names,
        course.now(),
        course.usedPerDay(),
        dates.early(),
        dates.middle(),
        dates.late(),
        day(today, dates.early()),
        day(today, dates.middle()),
        day(today, dates.late()),
        orderBy,
        words(query, dates, order, today));
  }

  private static Optional<LocalDate> day(LocalDate today, double days) {
    return Double.isFinite(days) ? Optional.of(today.plusDays((long) days)) : Optional.empty();
  }

  private static String words(
      CapacityQuery query, RunOutDates dates, double order, LocalDate today) {
    if (dates.tooShort()) {
      return String.format(
          Locale.ROOT,
          "Too little is known: the use of %s days, and it takes %s.",
          dates.known(),
          dates.needed());
    }
    String end = query.reserve() > 0 ? "falls to the reserve" : "runs out";
    if (dates.early() <= 0) {
      return query.reserve() > 0 ? "At or below the reserve now." : "Nothing is left.";
    }
    if (!Double.isFinite(dates.early())) {
      return "Hardly " + end + " within two years.";
    }
    String late =
        Double.isFinite(dates.late())
            ? " and " + today.plusDays((long) dates.late())
            : " and later than two years";
    return "It "
        + end
        + " between "
        + today.plusDays((long) dates.early())
        + late
        + " (8 in 10); "
        + (order < 0
            ? "it is too late for a delivery to be there before"
            : "order by " + today.plusDays((long) order))
        + ".";
  }

  /** One answer under way. */
  private final class Work {
    private final CapacityQuery query;
    private final Demand demand;
    private final Cancellation cancellation;
    private final Room room;
    private final Instant now = clock.instant();
    private final LocalDate today = calendar.dayOf(now);
    private final List<Notice> notices = new ArrayList<>();
    private String executed = "";

    Work(CapacityQuery query, Demand demand, Cancellation cancellation, Room room) {
      this.query = query;
      this.demand = demand;
      this.cancellation = cancellation;
      this.room = room;
    }

    CapacityAnswer answer() {
      Map<List<String>, Course> courses =
          switch (query.stock()) {
            case BLANKS -> blanks();
            case QUOTAS -> quotas();
            case SLOTS -> slots();
          };
      List<CapacityAnswer.Stock> stocks = new ArrayList<>();
      courses.forEach((names, course) -> stocks.add(told(query, names, course, today)));
      // Not a number comes last.
      stocks.sort(Comparator.comparingDouble(CapacityAnswer.Stock::middle));
      long lacking = stocks.stream().filter(stock -> Double.isNaN(stock.early())).count();
      if (lacking > 0) {
        notices.add(
            Notice.warning(
                "Of " + lacking + " of " + stocks.size() + " stocks too little is known yet."));
      }
      return new CapacityAnswer(query, stocks, notices, executed);
    }

    private Map<List<String>, Course> blanks() {
      History drawn = past("blanksDrawn");
      Map<List<String>, double[]> use = new TreeMap<>(NAMES);
      for (Series series : drawn.answer().table().series()) {
        use.put(names(series), complete(drawn, series.numbers()));
      }
      Map<List<String>, Course> courses = new TreeMap<>(NAMES);
      History levels = past("blanks");
      for (Series series : levels.answer().table().series()) {
        double[] left = complete(levels, series.numbers());
        double[] used = use.getOrDefault(names(series), new double[left.length]).clone();
        for (int day = 0; day < Math.min(used.length, left.length); day++) {
          // No inventory, no use known.
          used[day] = Double.isNaN(left[day]) ? Double.NaN : used[day];
        }
        newest(series.numbers())
            .ifPresent(now -> courses.put(names(series), Course.of(left, used, now)));
      }
      return courses;
    }

    private Map<List<String>, Course> quotas() {
      History quota = past("tapesQuota");
      Map<List<String>, Numbers> may = new TreeMap<>(NAMES);
      quota.answer().table().series().forEach(each -> may.put(names(each), each.numbers()));
      Map<List<String>, Course> courses = new TreeMap<>(NAMES);
      History allocated = past("tapesAllocated");
      for (Series series : allocated.answer().table().series()) {
        Numbers limit = may.get(names(series));
        if (limit == null) {
          continue;
        }
        Optional<Double> most = newest(limit);
        Optional<Double> has = newest(series.numbers());
        // A quota of none is no limit that could be reached.
        if (most.filter(value -> value > 0).isPresent() && has.isPresent()) {
          // What was given out does not depend on how the quota was changed.
          double[] left = complete(allocated, series.numbers());
          for (int day = 0; day < left.length; day++) {
            left[day] = -left[day];
          }
          courses.put(names(series), Course.ofLevels(left, most.get() - has.get()));
        }
      }
      return courses;
    }

    private Map<List<String>, Course> slots() {
      Map<List<String>, Course> courses = new TreeMap<>(NAMES);
      History free = past("slotsFree");
      for (Series series : free.answer().table().series()) {
        newest(series.numbers())
            .ifPresent(
                now ->
                    courses.put(
                        names(series), Course.ofLevels(complete(free, series.numbers()), now)));
      }
      return courses;
    }

    private History past(String measure) {
      Measure asked =
          query.stock().dataset().measures().stream()
              .filter(each -> each.id().equals(measure))
              .findFirst()
              .orElseThrow();
      SeriesQuery series =
          new SeriesQuery(
              query.stock().dataset(),
              asked,
              new TimeRange(now.minusMillis(1), now),
              Optional.of(Duration.ofDays(1)),
              Duration.ZERO,
              1,
              query.stock().groups(),
              List.of(),
              query.filters(),
              false,
              ByteUnit.BYTES,
              GapPolicy.NOT_YET,
              SourceChoice.AUTO,
              Arrangement.PLAIN);
      History history =
          History.of(
              series,
              Step.DAY,
              query.history(),
              calendar,
              now,
              past -> asking.whole(past, demand, now, cancellation, room));
      history.notices().stream().filter(each -> !notices.contains(each)).forEach(notices::add);
      executed = history.answer().executed();
      return history;
    }

    private List<String> names(Series series) {
      return query.stock().groups().stream()
          .map(Dimension::id)
          .map(id -> series.labels().getOrDefault(id, ""))
          .toList();
    }

    private double[] complete(History history, Numbers numbers) {
      double[] values = new double[history.length()];
      for (int i = 0; i < values.length; i++) {
        int bucket = history.first() + i;
        values[i] = numbers.isMissing(bucket) ? Double.NaN : History.at(numbers, bucket);
      }
      return values;
    }

    private Optional<Double> newest(Numbers numbers) {
      for (int bucket = numbers.size() - 1; bucket >= 0; bucket--) {
        if (!numbers.isMissing(bucket)) {
          return Optional.of(History.at(numbers, bucket));
        }
      }
      return Optional.empty();
    }
  }

  private static final Comparator<List<String>> NAMES =
      Comparator.comparing(names -> String.join("\0", names));
}
