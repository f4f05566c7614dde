package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.Step;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one watched query as its watchers know them, and what is different in its next
 * answer. Not thread-safe: it is the feed's thread's.
 */
final class LiveNumbers {
  private final SeriesQuery query;
  private final Map<Map<String, String>, Integer> places = new LinkedHashMap<>();
  private int told;
  private @Nullable Step step;
  private @Nullable SeriesTable table;

  /** Those of {@code query}, of which nobody knows any yet. */
  LiveNumbers(SeriesQuery query) {
    this.query = query;
  }

  /** The query by the step that its first answer had, so that buckets do not widen on the way. */
  SeriesQuery pinned() {
    Step chosen = step;
    return chosen == null ? query : query.by(Optional.of(chosen.nominal()));
  }

  /** Whether {@code next} is the step of the first answer, as it is for the first one. */
  boolean pins(Step next) {
    Step first = step;
    step = first == null ? next : first;
    return step == next;
  }

  /** The step of the first answer; empty before it. */
  String stepText() {
    Step first = step;
    return first == null ? "" : first.text();
  }

  /** How many values the last answer had; none before the first. */
  long valueCount() {
    SeriesTable last = table;
    return last == null ? 0 : last.valueCount();
  }

  /** Takes a new answer; returns what is different in it. */
  List<LiveUpdate.Point> take(SeriesAnswer answer) {
    SeriesTable before = table;
    SeriesTable now = answer.table();
    for (Series series : now.series()) {
      places.putIfAbsent(series.labels(), places.size());
    }
    table = now;
    return before == null || before.equals(now) ? List.of() : different(before, now);
  }

  private List<LiveUpdate.Point> different(SeriesTable before, SeriesTable now) {
    Map<Map<String, String>, Series> earlier = new HashMap<>();
    before.series().forEach(series -> earlier.put(series.labels(), series));
    List<LiveUpdate.Point> points = new ArrayList<>();
    for (Series series : now.series()) {
      @Nullable Series was = earlier.remove(series.labels());
      addDifferent(series, now.buckets(), was, before.buckets(), points);
    }
    // A series that is gone, as when all of its rows were taken back, has no numbers any more.
    for (Series gone : earlier.values()) {
      for (int i = 0; i < before.buckets().count(); i++) {
        if (!gone.numbers().isMissing(i)) {
          points.add(
              new LiveUpdate.Point(place(gone), before.buckets().start(i), gone.numbers(), -1));
        }
      }
    }
    return points;
  }

  private void addDifferent(
      Series series,
      Buckets buckets,
      @Nullable Series was,
      Buckets earlier,
      List<LiveUpdate.Point> points) {
    // The start is pinned, so equal places are equal buckets.
    for (int i = 0; i < buckets.count(); i++) {
      boolean there = was != null && i < earlier.count();
      if (there && was != null && same(series.numbers(), was.numbers(), i)) {
        continue;
      }
      if (!there && series.numbers().isMissing(i)) {
        continue;
      }
      points.add(new LiveUpdate.Point(place(series), buckets.start(i), series.numbers(), i));
    }
  }

  private static boolean same(Numbers one, Numbers other, int index) {
    if (one.isMissing(index) || other.isMissing(index)) {
      return one.isMissing(index) == other.isMissing(index);
    }
    if (one instanceof Numbers.Longs exact && other instanceof Numbers.Longs was) {
      return exact.at(index) == was.at(index);
    }
    return one instanceof Numbers.Doubles rounded
        && other instanceof Numbers.Doubles was
        && rounded.at(index) == was.at(index);
  }

  private int place(Series series) {
    Integer place = places.get(series.labels());
    if (place == null) {
      throw new IllegalStateException("a series without a place");
    }
    return place;
  }

  /** What those are told who knew the answer before: {@code points} of {@code answer}. */
  LiveUpdate update(SeriesAnswer answer, List<LiveUpdate.Point> points) {
    return new LiveUpdate(answer, List.copyOf(places.keySet()), told, false, points);
  }

  /** What those are told who know nothing yet. */
  LiveUpdate everything(SeriesAnswer answer) {
    List<LiveUpdate.Point> points = new ArrayList<>();
    for (Series series : answer.table().series()) {
      for (int i = 0; i < answer.table().buckets().count(); i++) {
        if (!series.numbers().isMissing(i)) {
          points.add(
              new LiveUpdate.Point(
                  place(series), answer.table().buckets().start(i), series.numbers(), i));
        }
      }
    }
    return new LiveUpdate(answer, List.copyOf(places.keySet()), 0, true, points);
  }

  /** Everybody present knows all series now. */
  void settle() {
    told = places.size();
  }
}
