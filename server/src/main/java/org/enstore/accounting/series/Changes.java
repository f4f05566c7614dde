package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.outlook.Contributions;
import org.enstore.accounting.outlook.Contributions.Contribution;

/**
 * Answers questions for what a change is made of: adds two periods up by group and part, exactly.
 * Thread-safe.
 */
final class Changes {
  /** The most days of a period. */
  static final int MAX_DAYS = 400;

  private final Answerer answerer;
  private final StateWatch watch;
  private final SourceSettings.Limits limits;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  Changes(
      Answerer answerer,
      StateWatch watch,
      SourceSettings.Limits limits,
      SiteCalendar calendar,
      InstantSource clock) {
    this.answerer = answerer;
    this.watch = watch;
    this.limits = limits;
    this.calendar = calendar;
    this.clock = clock;
  }

  /**
   * Answers {@code query}.
   *
   * @throws QueryFailure when one of the periods cannot be told, or only a part of it
   */
  ChangesAnswer answer(ChangesQuery query, Demand demand, Cancellation cancellation, Room room) {
    QueryRules.refuse(query.contradictions());
    Instant now = clock.instant();
    SourceState state = watch.look(Optional.empty(), cancellation).state();
    List<Notice> notices = new ArrayList<>();
    ChangesAnswer.Days period = period(query, state, now, notices);
    long days = period.to().toEpochDay() - period.from().toEpochDay() + 1;
    long back = query.against().daysBack(days);
    ChangesAnswer.Days compared =
        new ChangesAnswer.Days(period.from().minusDays(back), period.to().minusDays(back));
    SeriesAnswer after = answerer.whole(totals(query, period), demand, now, cancellation, room);
    SeriesAnswer before = answerer.whole(totals(query, compared), demand, now, cancellation, room);
    after.notices().forEach(notices::add);
    before.notices().stream().filter(each -> !notices.contains(each)).forEach(notices::add);
    Contributions contributions = Contributions.of(added(query, before), added(query, after));
    Amounts amounts = new Amounts(query.series().measure(), ByteUnit.BYTES);
    String words = contributions.words(query.series().measure().name(), amounts::of);
    notices.add(0, Notice.info(words + " Compared are " + period + " with " + compared + "."));
    return new ChangesAnswer(
        query, period, compared, rows(contributions), words, notices, after.executed());
  }

  /** The complete days of the range. */
  private ChangesAnswer.Days period(
      ChangesQuery query, SourceState state, Instant now, List<Notice> notices) {
    TimeRange range = query.series().range();
    Instant complete = state.completeThrough(query.series().dataset().facts());
    LocalDate running = calendar.dayOf(complete.isBefore(now) ? complete : now);
    LocalDate first = calendar.dayOf(range.from());
    LocalDate last = calendar.dayOf(range.to().minusMillis(1));
    if (!last.isBefore(running)) {
      last = running.minusDays(1);
      notices.add(Notice.info(running + " is not complete and is left out."));
    }
    if (first.isAfter(last)) {
      first = last;
    }
    if (first.isBefore(last.minusDays(MAX_DAYS - 1L))) {
      first = last.minusDays(MAX_DAYS - 1L);
      notices.add(
          Notice.warning(
              "Only the last "
                  + MAX_DAYS
                  + " days, from "
                  + first
                  + ", are looked at. Shorten the time range to see earlier ones."));
    }
    return new ChangesAnswer.Days(first, last);
  }

  private SeriesQuery totals(ChangesQuery query, ChangesAnswer.Days days) {
    SeriesQuery series = query.series();
    return new SeriesQuery(
        series.dataset(),
        series.measure(),
        new TimeRange(start(days.from()), start(days.to().plusDays(1))),
        Optional.of(Duration.ofDays(1)),
        Duration.ZERO,
        1,
        series.groupBy(),
        List.of(),
        series.filters(),
        series.includeExcluded(),
        ByteUnit.BYTES,
        GapPolicy.ZERO,
        series.source(),
        new Arrangement(
            Math.min(Arrangement.MOST_GROUPS, limits.maxSeries()) - 1,
            Arrangement.Comparison.NONE,
            false));
  }

  private Instant start(LocalDate day) {
    return Instant.ofEpochSecond(calendar.startOfDay(day));
  }

  private static Map<Contributions.Key, Long> added(ChangesQuery query, SeriesAnswer answer) {
    Map<Contributions.Key, Long> added = new HashMap<>();
    for (Series series : answer.table().series()) {
      List<String> names =
          query.series().groupBy().stream().map(d -> name(series, d.id())).toList();
      long sum = 0;
      if (series.numbers() instanceof Numbers.Longs longs) {
        for (int i = 0; i < longs.size(); i++) {
          sum = Sums.add(sum, longs.at(i));
        }
      }
      added.merge(
          new Contributions.Key(names.get(0), names.size() > 1 ? names.get(1) : ""),
          sum,
          Sums::add);
    }
    return added;
  }

  private static String name(Series series, String dimension) {
    String name = series.labels().getOrDefault(dimension, "");
    return name.isBlank() ? "(none)" : name;
  }

  private static List<ChangesAnswer.Row> rows(Contributions contributions) {
    List<ChangesAnswer.Row> rows = new ArrayList<>();
    rows.add(
        new ChangesAnswer.Row(
            Optional.empty(),
            Optional.empty(),
            contributions.before(),
            contributions.after(),
            contributions.change()));
    for (Contribution group : contributions.groups()) {
      Optional<String> name = Optional.of(group.name());
      rows.add(row(name, Optional.empty(), group));
      group.parts().stream()
          .filter(part -> !part.name().isEmpty())
          .forEach(part -> rows.add(row(name, Optional.of(part.name()), part)));
    }
    return rows;
  }

  private static ChangesAnswer.Row row(
      Optional<String> group, Optional<String> part, Contribution contribution) {
    return new ChangesAnswer.Row(
        group, part, contribution.before(), contribution.after(), contribution.change());
  }
}
