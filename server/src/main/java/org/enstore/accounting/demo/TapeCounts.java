package org.enstore.accounting.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many tapes there were at any time: blank ones of each kind, which run down and are refilled,
 * and written ones of each storage group. Of the last {@value #DAYS} days.
 */
final class TapeCounts {
  static final int DAYS = 90;

  private static final int LOW_WATER = 12;
  private static final int REFILL = 24;
  private static final int DAY = 86_400;

  /** The blank tapes of a family of drives. */
  record Blanks(Fleet.Family family, int count) {}

  /** When a tape is taken into use, per family, in order. */
  private final Map<Fleet.Family, long[]> begun = new LinkedHashMap<>();

  private final Map<Fleet.Family, Integer> atStart = new LinkedHashMap<>();
  private final long start;
  private final long end;

  TapeCounts(Story story, Chronicle chronicle) {
    this.end = story.site().until().getEpochSecond();
    this.start =
        Math.max(
            end - (long) DAYS * DAY,
            new SiteClock(story.site().zone()).start(chronicle.firstDay()));
    Map<Fleet.Family, List<Long>> seconds = new LinkedHashMap<>();
    for (Fleet.Mover mover : story.fleet().serving(story.site().today())) {
      if (mover.family().kind() == Fleet.Kind.TAPE && !mover.family().isForTests()) {
        seconds.putIfAbsent(mover.family(), new ArrayList<>());
      }
    }
    for (Tape tape : story.store().tapes()) {
      List<Long> of = seconds.get(tape.family());
      if (of != null && tape.firstSecond() >= start) {
        of.add(tape.firstSecond());
      }
    }
    seconds.forEach(
        (family, list) -> {
          long[] sorted = list.stream().mapToLong(Long::longValue).sorted().toArray();
          begun.put(family, sorted);
          // The low-water mark is reached after two thirds of what is drawn, and a refill comes.
          atStart.put(family, LOW_WATER + Math.max(1, sorted.length * 2 / 3));
        });
  }

  List<Fleet.Family> families() {
    return List.copyOf(begun.keySet());
  }

  /** Blank tapes of a family at a moment. */
  int blanks(Fleet.Family family, long second) {
    long[] times = begun.getOrDefault(family, new long[0]);
    int place = Arrays.binarySearch(times, second + 1);
    int drawn = place >= 0 ? place : -place - 1;
    int left = atStart.getOrDefault(family, LOW_WATER) - drawn;
    while (left < LOW_WATER) {
      left += REFILL;
    }
    return left;
  }

  List<Blanks> blanksAtEnd() {
    return families().stream().map(family -> new Blanks(family, blanks(family, end))).toList();
  }

  /** Whether a tape's files have been copied to newer tapes: its drives are retired or retiring. */
  static boolean isMigrated(Story story, Tape tape) {
    return tape.isFull()
        && story.fleet().serving(story.site().today()).stream()
            .noneMatch(mover -> mover.family().equals(tape.family()));
  }

  /** When {@code tape}, of the number {@code id}, was migrated, if it was. */
  static long migratedSecond(Story story, Tape tape, int id) {
    // One a day or so, up to now.
    long second = story.site().until().getEpochSecond() - DAY / 2 - (long) (id % 240) * DAY;
    return Math.max(second, tape.fullSecond() + 2L * DAY);
  }

  /** The share of tape {@code id}'s files that have been deleted since. */
  static double deletedShare(int id) {
    return id % 7 * 0.01;
  }
}
