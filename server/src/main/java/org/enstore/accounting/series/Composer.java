package org.enstore.accounting.series;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * Makes the table that answers one query out of blocks: which series there are, the largest of
 * them, their numbers, and what is shown beside them. Used once; not thread-safe.
 */
final class Composer {
  /** What is known of a series beside its numbers. */
  private static final long SERIES_BYTES = 300;

  private static final String PERIOD = "period";
  private static final String CURRENT = "current";

  /** What stands for bytes that are no text. */
  private static final char REPLACEMENT = '\uFFFD';

  private static final String PREVIOUS = "previous";

  private final SeriesQuery query;
  private final Plan plan;
  private final SourceSettings.Limits limits;
  private final Grouping grouping;
  private final Tally tally;
  private final Room room;
  private final SiteCalendar calendar;
  private final List<Notice> notices = new ArrayList<>();

  /** For how many series room was taken. */
  private int roomFor;

  /**
   * A composer of the answer to {@code query}.
   *
   * @param room for the answer
   */
  Composer(
      SeriesQuery query,
      Plan plan,
      SiteCalendar calendar,
      SourceSettings.Limits limits,
      Room room) {
    this.query = query;
    this.plan = plan;
    this.limits = limits;
    this.room = room;
    this.calendar = calendar;
    this.grouping = new Grouping(query, plan);
    this.tally = new Tally(query, grouping, plan.buckets(), calendar, room);
  }

  /** The table, and what its reader should know. */
  record Composed(SeriesTable table, List<Notice> notices) {}

  /**
   * Composes the answer.
   *
   * @throws QueryFailure of kind {@link FailureKind#TOO_LARGE} if an exact sum exceeds 64 bits, and
   *     as the room for the answer is refused
   */
  Composed compose(Gathered gathered, SourceState state) {
    List<Tally.Sum> sums = new ArrayList<>();
    Choice choice = gathered.isInHand() ? addAll(gathered, sums) : addInParts(gathered, sums);
    Instant completeUntil = gathered.completeUntil(state, calendar);
    BitSet unknown = gathered.unknown(calendar);
    Presentation presentation =
        new Presentation(query, plan.buckets(), completeUntil.toEpochMilli());
    List<Series> series = new ArrayList<>();
    int first = plan.firstBucket();
    int count = plan.buckets().count() - first;
    room.take(grouping.count() * SERIES_BYTES);
    tellOfNames(choice, sums);
    for (int i = 0; i < sums.size(); i++) {
      // It goes as soon as its numbers are made.
      Tally.Sum sum = sums.set(i, Tally.Sum.NONE);
      // A total is there even when there was nothing to add up.
      if (sum.present().isEmpty() && !query.groupBy().isEmpty()) {
        continue;
      }
      Grouping.Labels labels = choice.shown.get(i);
      if (first == 0) {
        series.add(new Series(labelled(labels, ""), numbers(presentation, sum, 0, count, unknown)));
      } else {
        series.add(
            new Series(
                labelled(labels, CURRENT), numbers(presentation, sum, first, count, unknown)));
        series.add(
            new Series(labelled(labels, PREVIOUS), numbers(presentation, sum, 0, count, unknown)));
      }
    }
    tellOfBytes(series);
    return new Composed(new SeriesTable(plan.buckets().from(first), series), notices);
  }

  /** Says what a replacement character in a name stands for. */
  private void tellOfBytes(List<Series> series) {
    boolean replaced =
        series.stream()
            .flatMap(each -> each.labels().values().stream())
            .anyMatch(value -> value.indexOf(REPLACEMENT) >= 0);
    if (replaced) {
      notices.add(
          Notice.info(
              "Names in the database hold bytes that are no UTF-8; each is shown as "
                  + REPLACEMENT
                  + ", and names that differ in nothing else are added up."));
    }
  }

  private Numbers numbers(
      Presentation presentation, Tally.Sum sum, int first, int count, BitSet unknown) {
    BitSet lacking = unknown.get(first, first + count);
    if (query.arrangement().runningTotal() && !lacking.isEmpty()) {
      // Whatever is added to an unknown number is unknown.
      lacking.set(lacking.nextSetBit(0), count);
    }
    return presentation.numbers(sum, first, count).without(lacking);
  }

  /** Which series are shown. */
  private static final class Choice {
    /** For each series of the grouping its place in {@link #shown}, or that it is left out. */
    private final int[] places;

    /** In the order of the answer; some may turn out to have no row. */
    private final List<Grouping.Labels> shown;

    /** The series that have a row, where that was found out; otherwise those shown tell. */
    private final Set<Integer> seen;

    Choice(int[] places, List<Grouping.Labels> shown, Set<Integer> seen) {
      this.places = places;
      this.shown = shown;
      this.seen = seen;
    }
  }

  private Choice addAll(Gathered gathered, List<Tally.Sum> sums) {
    List<Tally.Part> parts = gathered.parts(calendar);
    tally.decide(parts);
    Choice choice =
        choose(
            () -> {
              Tally.Totals totals = tally.totals();
              tally.add(totals, parts, plan.firstBucket());
              return totals;
            });
    fill(sums, choice.shown.size());
    tally.add(sums, parts, choice.places);
    return choice;
  }

  /**
   * Adds up what is never in hand as a whole: every series as long as all of them may be shown, and
   * otherwise those that are, when it is known which, in a second pass.
   */
  private Choice addInParts(Gathered gathered, List<Tally.Sum> sums) {
    Tally.Totals totals = tally.totals();
    int limit = query.arrangement().top() == 0 ? seriesLimit() : 0;
    gathered.walk(
        calendar,
        parts -> {
          tally.decide(parts);
          tally.add(totals, parts, plan.firstBucket());
          if (grouping.count() <= limit) {
            fill(sums, grouping.count());
            tally.add(sums, parts, IntStream.range(0, grouping.count()).toArray());
          } else {
            sums.clear();
          }
          grouping.forgetKeys();
        });
    Choice choice = choose(() -> totals);
    if (grouping.count() <= limit) {
      fill(sums, grouping.count());
      List<Tally.Sum> bySeries = List.copyOf(sums);
      for (int series = 0; series < bySeries.size(); series++) {
        sums.set(choice.places[series], bySeries.get(series));
      }
      return choice;
    }
    fill(sums, choice.shown.size());
    gathered.walk(
        calendar,
        parts -> {
          tally.decide(parts);
          tally.add(sums, parts, choice.places);
          grouping.forgetKeys();
        });
    return choice;
  }

  /** Adds sums of nothing until there are {@code count}, each in room that was taken for it. */
  private void fill(List<Tally.Sum> sums, int count) {
    if (count > roomFor) {
      room.take(
          AnswerMemory.bytes(query.measure(), (long) (count - roomFor) * plan.buckets().count()));
      roomFor = count;
    }
    while (sums.size() < count) {
      sums.add(tally.sum());
    }
  }

  private Choice choose(Supplier<Tally.Totals> totalled) {
    int count = grouping.count();
    int limit = seriesLimit();
    List<Integer> all =
        IntStream.range(0, count)
            .boxed()
            .sorted(Comparator.comparing(grouping::labels, Grouping.Labels.NATURAL))
            .toList();
    int[] places = new int[count];
    if (query.arrangement().top() == 0 && count <= limit) {
      for (int i = 0; i < count; i++) {
        places[all.get(i)] = i;
      }
      return new Choice(places, all.stream().map(grouping::labels).toList(), Set.of());
    }
    Tally.Totals totals = totalled.get();
    Map<Grouping.Labels, Long> totalOf = new LinkedHashMap<>();
    Map<Integer, Grouping.Labels> shownAs = new HashMap<>();
    Set<List<String>> apart = apart(all, totals);
    Set<Integer> seen = new LinkedHashSet<>();
    for (int series : all) {
      if (totals.isPresent(series) || query.groupBy().isEmpty()) {
        Grouping.Labels labels = grouping.labels(series);
        Grouping.Labels shown =
            apart.contains(labels.group()) ? labels : new Grouping.Labels(others(), labels.split());
        seen.add(series);
        shownAs.put(series, shown);
        totalOf.merge(shown, totals.of(series), Composer::added);
      }
    }
    List<Grouping.Labels> shown = new ArrayList<>(cut(totalOf, limit));
    shown.sort(
        Comparator.comparing((Grouping.Labels labels) -> labels.group().equals(others()))
            .thenComparing(Grouping.Labels.NATURAL));
    Arrays.fill(places, Grouping.LEFT_OUT);
    shownAs.forEach((series, labels) -> places[series] = shown.indexOf(labels));
    return new Choice(places, shown, seen);
  }

  /** How many series, each in all its periods, an answer may have. */
  private int seriesLimit() {
    long fitting = limits.maxPoints() / plan.buckets().count();
    int periods = plan.firstBucket() == 0 ? 1 : 2;
    return (int) Math.max(1, Math.min(limits.maxSeries() / periods, fitting));
  }

  /** The groups that are not merged with the rest: all of them, or the largest. */
  private Set<List<String>> apart(List<Integer> all, Tally.Totals totals) {
    Map<List<String>, Long> groups = new LinkedHashMap<>();
    for (int series : all) {
      if (totals.isPresent(series) || query.groupBy().isEmpty()) {
        groups.merge(grouping.labels(series).group(), totals.of(series), Composer::added);
      }
    }
    int top = query.arrangement().top();
    if (top == 0) {
      return groups.keySet();
    }
    // A group that is really called so cannot be told from the rest, and is part of it.
    groups.remove(others());
    return groups.entrySet().stream()
        .sorted(Map.Entry.<List<String>, Long>comparingByValue().reversed())
        .limit(top)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private List<String> others() {
    return query.groupBy().stream().map(dimension -> Arrangement.OTHER).toList();
  }

  /** The largest series, as many as an answer may have, with a notice about those it may not. */
  private List<Grouping.Labels> cut(Map<Grouping.Labels, Long> totals, int limit) {
    if (totals.size() <= limit) {
      return List.copyOf(totals.keySet());
    }
    notices.add(
        Notice.warning(
            "Only the "
                + limit
                + " largest of "
                + totals.size()
                + " series are shown (settings maxSeries "
                + limits.maxSeries()
                + " and maxPoints "
                + limits.maxPoints()
                + "). Narrow the filters, widen the step, or choose a top."));
    return totals.entrySet().stream()
        .sorted(Map.Entry.<Grouping.Labels, Long>comparingByValue().reversed())
        .limit(limit)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static long added(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private Map<String, String> labelled(Grouping.Labels labels, String period) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < query.groupBy().size(); i++) {
      named.put(query.groupBy().get(i).id(), labels.group().get(i));
    }
    for (int i = 0; i < query.splitBy().size(); i++) {
      named.put(query.splitBy().get(i).id(), labels.split().get(i));
    }
    if (!period.isEmpty()) {
      named.put(PERIOD, period);
    }
    return named;
  }

  private void tellOfNames(Choice choice, List<Tally.Sum> sums) {
    Set<Integer> seen = new LinkedHashSet<>(choice.seen);
    if (seen.isEmpty()) {
      for (int series = 0; series < choice.places.length; series++) {
        int place = choice.places[series];
        if (place != Grouping.LEFT_OUT && !sums.get(place).present().isEmpty()) {
          seen.add(series);
        }
      }
    }
    notices.addAll(0, grouping.ambiguities());
    List<String> unseen = new ArrayList<>(grouping.namesWithoutRow(seen));
    Map<String, Notice> respelt = grouping.rollupNames();
    unseen.removeAll(respelt.keySet());
    notices.addAll(respelt.values());
    if (!unseen.isEmpty()) {
      Measure measure = query.measure();
      notices.add(
          Notice.info(
              "No "
                  + query.dataset().noun()
                  + (measure.isOfSomeRows() ? " that count for " + measure.id() : "")
                  + " in this range of: "
                  + shortened(unseen)
                  + "."));
    }
  }

  private static String shortened(List<String> names) {
    int most = 5;
    String shown = names.stream().limit(most).collect(Collectors.joining(", "));
    return names.size() > most ? shown + " and " + (names.size() - most) + " more" : shown;
  }
}
