package org.enstore.accounting.series;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.outlook.Band;
import org.enstore.accounting.outlook.Forecast;
import org.enstore.accounting.outlook.Forecaster;
import org.enstore.accounting.outlook.GroupForecasts;
import org.enstore.accounting.outlook.Note;
import org.enstore.accounting.outlook.Seasons;
import org.enstore.accounting.outlook.Skill;

/**
 * Answers questions for forecasts: asks for the past as a question for series, and looks ahead from
 * its newest complete bucket. Thread-safe.
 */
final class Forecasts {
  /*
   * What is kept. A forecast depends on nothing but the complete values it was learnt from and on
   * how far it goes, so it is kept under a digest of these. The running day's numbers, which change
   * all the time, play no part, and a correction of an old day makes other values.
   */

  /** The most steps ahead. */
  private static final int MOST_STEPS = 366;

  /** So many forecasts are judged in notices; the others in what goes with the frame. */
  private static final int MOST_TOLD = 3;

  private static final int ROLES = 6;

  private final Answerer answerer;
  private final Memory memory;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  Forecasts(Answerer answerer, Memory memory, SiteCalendar calendar, InstantSource clock) {
    this.answerer = answerer;
    this.memory = memory;
    this.calendar = calendar;
    this.clock = clock;
  }

  /**
   * Answers {@code query}.
   *
   * @throws QueryFailure when the past cannot be told, or only a part of it
   */
  ForecastAnswer answer(ForecastQuery query, Demand demand, Cancellation cancellation, Room room) {
    QueryRules.refuse(query.contradictions());
    Instant now = clock.instant();
    History history =
        History.of(
            query.series(),
            query.step(),
            query.history(),
            calendar,
            now,
            past -> answerer.whole(past, demand, now, cancellation, room));
    Ahead ahead = Ahead.of(query, history);
    return new Work(query, history, ahead, cancellation, room).answer();
  }

  /** Seasons of values by {@code step}: weeks and years, as far as they are longer. */
  private static Seasons seasons(Step step) {
    return switch (step) {
      case WEEK -> new Seasons(1, 52);
      case MONTH -> new Seasons(1, 12);
      default -> new Seasons(7, 364);
    };
  }

  /**
   * The buckets of an answer.
   *
   * @param shown all of them
   * @param steps how many are forecast; those of the range before its first one count as well
   * @param end of the newest complete bucket, in seconds since the epoch
   * @param notices what the reader should know of where they end
   */
  private record Ahead(Buckets shown, int steps, long end, List<Notice> notices) {
    static Ahead of(ForecastQuery query, History history) {
      SiteCalendar calendar = history.calendar();
      long end = history.end();
      Instant from = later(query.series().range().from(), history.buckets().from());
      Instant to = query.series().range().to();
      List<Notice> notices = new ArrayList<>();
      int steps = 0;
      if (!to.isAfter(Instant.ofEpochSecond(end))) {
        notices.add(
            Notice.info(
                "The time range ends before the forecast begins, on "
                    + history.day(end)
                    + ". Let it end in the future, such as at now+30d."));
      } else {
        Buckets future =
            calendar.buckets(query.step(), new TimeRange(Instant.ofEpochSecond(end), to));
        steps = Math.min(future.count(), Math.min(MOST_STEPS, Math.max(1, history.length())));
        if (steps < future.count()) {
          to = Instant.ofEpochSecond(future.end(steps - 1));
          notices.add(
              Notice.info(
                  "The forecast ends before "
                      + history.day(to.getEpochSecond())
                      + ": it goes no further than the history is long, and "
                      + MOST_STEPS
                      + " "
                      + History.units(query.step())
                      + " at the most."));
        }
      }
      if (!from.isBefore(to)) {
        from = to.minusMillis(1);
      }
      return new Ahead(
          calendar.buckets(query.step(), new TimeRange(from, to)), steps, end, notices);
    }

    private static Instant later(Instant a, long epochSecond) {
      Instant b = Instant.ofEpochSecond(epochSecond);
      return a.isAfter(b) ? a : b;
    }

    /** Which step the first bucket shown is; negative if it is in the past. */
    int firstStep(History history) {
      int place = history.buckets().indexOf(shown.from());
      if (place >= 0) {
        return place - history.complete();
      }
      int step = 0;
      for (Instant at = Instant.ofEpochSecond(end);
          at.getEpochSecond() < shown.from();
          at = Instant.ofEpochSecond(next(history, at))) {
        step++;
      }
      return step;
    }

    private long next(History history, Instant at) {
      return history.calendar().buckets(shown.step(), new TimeRange(at, at.plusMillis(1))).to();
    }
  }

  /** Forecasts that are kept. */
  private record Learnt(GroupForecasts forecasts, int steps) implements Kept {
    private static final int OVERHEAD_BYTES = 2000;

    @Override
    public int sizeBytes() {
      // What is expected, and both edges of both bands.
      int values = steps * (1 + 2 * Band.values().length);
      return (forecasts.groups().size() + 1) * (OVERHEAD_BYTES + values * Double.BYTES);
    }
  }

  private record LearntKey(String digest) {}

  /** One answer under way. */
  private final class Work {
    private final ForecastQuery query;
    private final History history;
    private final Ahead ahead;
    private final Cancellation cancellation;
    private final Room room;
    private final Amounts amounts;
    private final List<Series> shown = new ArrayList<>();
    private final List<ForecastAnswer.Judged> judged = new ArrayList<>();
    private final List<Notice> told = new ArrayList<>();
    private boolean computed;

    Work(ForecastQuery query, History history, Ahead ahead, Cancellation cancellation, Room room) {
      this.query = query;
      this.history = history;
      this.ahead = ahead;
      this.cancellation = cancellation;
      this.room = room;
      amounts = new Amounts(query.series().measure(), query.series().unit());
    }

    ForecastAnswer answer() {
      List<Series> groups = history.answer().table().series();
      boolean onlyTotal = query.total() == ForecastQuery.Total.ONLY;
      int firstStep = ahead.firstStep(history);
      room.take((long) ROLES * groups.size() * ahead.shown().count() * Double.BYTES);
      if (query.total() == ForecastQuery.Total.NONE) {
        for (Series group : groups) {
          show(group.labels(), Optional.of(group.numbers()), forecast(group), firstStep);
        }
      } else {
        Map<Map<String, String>, List<Series>> sums = new LinkedHashMap<>();
        for (Series group : groups) {
          sums.computeIfAbsent(ofTotal(group.labels()), labels -> new ArrayList<>()).add(group);
        }
        Map<Series, Forecast> forecasts = new LinkedHashMap<>();
        Map<Map<String, String>, Forecast> totals = new LinkedHashMap<>();
        sums.forEach(
            (labels, parts) -> {
              GroupForecasts all = learnt(parts, ahead.steps(), true);
              for (int i = 0; i < parts.size() && ahead.steps() > 0; i++) {
                forecasts.put(parts.get(i), all.groups().get(i));
              }
              totals.put(labels, all.total());
            });
        if (!onlyTotal) {
          groups.forEach(
              group ->
                  show(
                      group.labels(),
                      Optional.of(group.numbers()),
                      Optional.ofNullable(forecasts.get(group)),
                      firstStep));
        }
        sums.forEach(
            (labels, parts) -> {
              tellLeftOut(labels, parts, forecasts);
              show(
                  labels,
                  parts.stream().map(Series::numbers).reduce(Work::sum),
                  Optional.ofNullable(totals.get(labels)).filter(total -> ahead.steps() > 0),
                  firstStep);
            });
      }
      SeriesAnswer past = history.answer();
      List<Notice> notices = new ArrayList<>(history.notices());
      notices.addAll(ahead.notices());
      tellHistory(notices);
      notices.addAll(told);
      return new ForecastAnswer(
          new SeriesAnswer(
              query.series(),
              query.step(),
              new SeriesTable(ahead.shown(), shown),
              notices,
              past.executed() + (computed ? "" : "; forecast from the cache"),
              past.asOf(),
              past.cached() && !computed),
          judged);
    }

    private Map<String, String> ofTotal(Map<String, String> labels) {
      Map<String, String> rest = new LinkedHashMap<>(labels);
      query.series().groupBy().forEach(dimension -> rest.remove(dimension.id()));
      return rest;
    }

    /** What is there together; unknown where one of them is. */
    private static Numbers sum(Numbers a, Numbers b) {
      BitSet missing = new BitSet();
      for (int i = 0; i < a.size(); i++) {
        missing.set(i, a.isMissing(i) || b.isMissing(i));
      }
      if (a instanceof Numbers.Longs one && b instanceof Numbers.Longs other) {
        long[] sums = new long[a.size()];
        for (int i = 0; i < sums.length; i++) {
          sums[i] = missing.get(i) ? 0 : Sums.add(one.at(i), other.at(i));
        }
        return Numbers.exact(sums, missing);
      }
      double[] sums = new double[a.size()];
      for (int i = 0; i < sums.length; i++) {
        sums[i] = missing.get(i) ? 0 : History.at(a, i) + History.at(b, i);
      }
      return Numbers.rounded(sums, missing);
    }

    private Optional<Forecast> forecast(Series group) {
      return ahead.steps() == 0
          ? Optional.empty()
          : Optional.of(learnt(List.of(group), ahead.steps(), false).groups().get(0));
    }

    private GroupForecasts learnt(List<Series> groups, int steps, boolean withTotal) {
      List<double[]> values = groups.stream().map(history::learnt).toList();
      int horizon = Math.max(1, steps);
      Seasons seasons = seasons(query.step());
      LearntKey key =
          new LearntKey(
              Digest.of(values, seasons.shorter(), seasons.longer(), horizon, withTotal ? 1 : 0));
      Optional<Learnt> known = memory.get(key, Learnt.class);
      if (known.isPresent()) {
        return known.get().forecasts();
      }
      cancellation.check();
      computed = true;
      Forecaster forecaster = new Forecaster(seasons, horizon);
      GroupForecasts forecasts;
      if (withTotal) {
        forecasts = forecaster.ofGroups(values);
      } else {
        Forecast alone = forecaster.of(values.get(0));
        forecasts = new GroupForecasts(List.of(alone), alone);
      }
      memory.put(key, new Learnt(forecasts, horizon));
      return forecasts;
    }

    /** Adds the six series of one group, and what is to be said of it. */
    private void show(
        Map<String, String> labels,
        Optional<Numbers> actual,
        Optional<Forecast> forecast,
        int firstStep) {
      add(labels, ForecastAnswer.ACTUAL, actual.map(this::shownOf).orElseGet(this::nothing));
      add(labels, ForecastAnswer.EXPECTED, forecast, firstStep, Forecast::expected);
      add(labels, ForecastAnswer.LOWER_80, forecast, firstStep, lower(Band.HOLDS_80));
      add(labels, ForecastAnswer.UPPER_80, forecast, firstStep, upper(Band.HOLDS_80));
      add(labels, ForecastAnswer.LOWER_95, forecast, firstStep, lower(Band.HOLDS_95));
      add(labels, ForecastAnswer.UPPER_95, forecast, firstStep, upper(Band.HOLDS_95));
      forecast.ifPresent(found -> judge(labels, found));
    }

    private static Edge lower(Band band) {
      return (forecast, step) -> forecast.lower(band, step);
    }

    private static Edge upper(Band band) {
      return (forecast, step) -> forecast.upper(band, step);
    }

    private void add(Map<String, String> labels, String role, Numbers numbers) {
      Map<String, String> named = new LinkedHashMap<>(labels);
      named.put(ForecastAnswer.LABEL, role);
      shown.add(new Series(named, numbers));
    }

    private void add(
        Map<String, String> labels,
        String role,
        Optional<Forecast> forecast,
        int firstStep,
        Edge edge) {
      int count = ahead.shown().count();
      double[] values = new double[count];
      BitSet missing = new BitSet();
      int horizon = forecast.map(Forecast::horizon).orElse(0);
      for (int i = 0; i < count; i++) {
        int step = firstStep + i;
        boolean known = step >= 0 && step < horizon;
        missing.set(i, !known);
        values[i] = known ? edge.of(forecast.orElseThrow(), step) : 0;
      }
      add(labels, role, Numbers.rounded(values, missing));
    }

    private Numbers nothing() {
      BitSet missing = new BitSet();
      missing.set(0, ahead.shown().count());
      return Numbers.rounded(new double[ahead.shown().count()], missing);
    }

    /** The part of what was that is shown and complete. */
    private Numbers shownOf(Numbers numbers) {
      int count = ahead.shown().count();
      int from = history.buckets().indexOf(ahead.shown().from());
      BitSet missing = new BitSet();
      for (int i = 0; i < count; i++) {
        int place = from + i;
        missing.set(i, from < 0 || place >= history.complete() || numbers.isMissing(place));
      }
      if (numbers instanceof Numbers.Longs longs) {
        long[] values = new long[count];
        for (int i = missing.nextClearBit(0); i < count; i = missing.nextClearBit(i + 1)) {
          values[i] = longs.at(from + i);
        }
        return Numbers.exact(values, missing);
      }
      double[] values = new double[count];
      for (int i = missing.nextClearBit(0); i < count; i = missing.nextClearBit(i + 1)) {
        values[i] = History.at(numbers, from + i);
      }
      return Numbers.rounded(values, missing);
    }

    private void judge(Map<String, String> labels, Forecast forecast) {
      Skill skill = forecast.skill();
      boolean replayed = skill.origins() > 0;
      List<String> notes =
          forecast.notes().stream().map(note -> note.words(history::dayAt, amounts::of)).toList();
      judged.add(
          new ForecastAnswer.Judged(
              labels,
              forecast.horizon() == 0 ? "" : forecast.methods(),
              skill.error(),
              skill.naiveError(),
              skill.origins(),
              replayed ? history.dayAt(skill.firstOrigin()) : "",
              replayed ? history.dayAt(skill.lastOrigin()) : "",
              notes));
      if (judged.size() > MOST_TOLD) {
        return;
      }
      String name = labels.isEmpty() ? "" : History.title(labels) + ": ";
      boolean matters =
          forecast.notes().stream()
              .anyMatch(
                  note ->
                      note.kind() == Note.Kind.TOO_SHORT
                          || note.kind() == Note.Kind.SHUTDOWN
                          || note.kind() == Note.Kind.LEVEL_CHANGED);
      String sentences =
          Stream.concat(
                  forecast.horizon() == 0
                      ? Stream.empty()
                      : Stream.of(forecast.words(history::dayAt)),
                  notes.stream())
              .collect(Collectors.joining(" "));
      told.add(matters ? Notice.warning(name + sentences) : Notice.info(name + sentences));
    }

    private void tellLeftOut(
        Map<String, String> labels, List<Series> parts, Map<Series, Forecast> forecasts) {
      List<String> lacking =
          parts.stream()
              .filter(
                  part ->
                      Optional.ofNullable(forecasts.get(part))
                          .filter(forecast -> forecast.horizon() == 0)
                          .isPresent())
              .map(part -> History.title(part.labels()))
              .toList();
      if (!lacking.isEmpty() && lacking.size() < parts.size()) {
        told.add(
            Notice.warning(
                (labels.isEmpty() ? "The total" : "The total of " + History.title(labels))
                    + " is expected without "
                    + lacking.stream().limit(MOST_TOLD).collect(Collectors.joining(", "))
                    + (lacking.size() > MOST_TOLD
                        ? " and " + (lacking.size() - MOST_TOLD) + " more"
                        : "")
                    + ", whose history is too short."));
      }
    }

    private void tellHistory(List<Notice> notices) {
      if (history.length() == 0) {
        notices.add(
            Notice.warning(
                "There is no complete "
                    + History.units(query.step()).replaceFirst("s$", "")
                    + " to learn from"
                    + (history.answer().asOf().equals(Instant.EPOCH)
                        ? ": it cannot be told up to when the numbers are complete."
                        : ".")));
        return;
      }
      if (ahead.steps() > 0) {
        notices.add(
            Notice.info(
                "Learnt from the complete "
                    + History.units(query.step())
                    + " from "
                    + history.dayAt(0)
                    + " to before "
                    + history.day(ahead.end())
                    + "."));
      }
      int more = judged.size() - MOST_TOLD;
      if (more > 0) {
        notices.add(
            Notice.info(
                "How good each of the "
                    + judged.size()
                    + " forecasts was is told in the frame's own data (forecasts); here of the"
                    + " first "
                    + MOST_TOLD
                    + "."));
      }
    }
  }

  /** What is expected, or an edge of a band. */
  @FunctionalInterface
  private interface Edge {
    double of(Forecast forecast, int step);
  }
}
