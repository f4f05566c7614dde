package org.enstore.accounting.demo;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * All tapes of a {@link Site}: which there are, and which of them a mover may have on a day. Not
 * thread-safe.
 */
final class TapeStore {
  /*
   * A tape must never be in two drives at once, although days are made one after the other and
   * every mover for itself. Each storage group therefore has lanes in each family of drives: rows of
   * tapes that are used together. On a day a lane belongs to one mover, on the next to another, so
   * that a tape meets many drives in time. A mount may last beyond midnight, so a lane has two rows
   * of tapes, which take turns by the day: a tape rests a day before its lane's next mover can have
   * it.
   */

  private static final int FULL_FROM_BEFORE = 2;
  private static final long PART = -6_000_000;
  private static final int DAY = 86_400;

  /** The tapes of a storage group in a family that one mover at a time may have. */
  static final class Lane {
    private final StorageGroup group;
    private final double weight;
    private final List<List<Tape>> rows = List.of(new ArrayList<>(), new ArrayList<>());

    Lane(StorageGroup group, double weight) {
      this.group = group;
      this.weight = weight;
    }

    StorageGroup group() {
      return group;
    }

    double weight() {
      return weight;
    }

    private List<Tape> row(LocalDate day) {
      return rows.get((int) Math.floorMod(day.toEpochDay(), 2L));
    }
  }

  private final Map<Fleet.Family, List<Lane>> lanes = new LinkedHashMap<>();
  private final Map<Fleet.Family, Integer> numbers = new LinkedHashMap<>();
  private final List<Tape> tapes = new ArrayList<>();
  private final Map<LocalDate, Map<Fleet.Mover, List<Lane>>> dealt = new LinkedHashMap<>();
  private final Fleet fleet;

  TapeStore(Site site, Fleet fleet) {
    this.fleet = fleet;
    Chance chance = Chance.of(site.seed(), PART);
    Map<Fleet.Family, Integer> drives = new LinkedHashMap<>();
    for (Fleet.Mover mover : fleet.movers()) {
      if (mover.family().kind() == Fleet.Kind.TAPE) {
        drives.merge(mover.family(), 1, Integer::sum);
      }
    }
    long start = site.from().atStartOfDay(site.zone()).toEpochSecond();
    drives.forEach(
        (family, count) -> {
          List<Lane> made = lanesOf(family, 2 * count, chance);
          lanes.put(family, made);
          boolean serves =
              fleet.serving(site.from()).stream().anyMatch(m -> m.family().equals(family));
          if (serves) {
            made.forEach(lane -> fillBefore(family, lane, start, chance));
          }
        });
  }

  private static List<Lane> lanesOf(Fleet.Family family, int wanted, Chance chance) {
    List<StorageGroup> groups =
        family.isForTests() ? List.of(StorageGroup.TEST) : StorageGroup.EXPERIMENTS;
    double sum = groups.stream().mapToDouble(StorageGroup::weight).sum();
    List<Lane> made = new ArrayList<>();
    for (StorageGroup group : groups) {
      int count = Math.max(1, (int) Math.round(group.weight() / sum * wanted));
      for (int i = 0; i < count; i++) {
        made.add(chance.below(made.size() + 1), new Lane(group, group.weight() / count));
      }
    }
    return made;
  }

  private void fillBefore(Fleet.Family family, Lane lane, long start, Chance chance) {
    for (List<Tape> row : lane.rows) {
      for (int i = 0; i < FULL_FROM_BEFORE; i++) {
        long second = start - DAY - (long) chance.waiting(300L * DAY);
        Tape tape = add(family, lane, row, second - 60L * DAY, chance);
        tape.fillBefore(second, 500 + chance.below(3_000), 20 + chance.below(400));
      }
    }
  }

  private Tape add(Fleet.Family family, Lane lane, List<Tape> row, long declared, Chance chance) {
    int number = numbers.merge(family, 1, Integer::sum);
    List<String> families = lane.group.fileFamilies();
    Tape tape =
        new Tape(
            label(family, number),
            family,
            lane.group,
            families.get(chance.below(families.size())),
            declared);
    row.add(tape);
    tapes.add(tape);
    return tape;
  }

  /** The label of a family's tape {@code number}, such as {@code VR0042M8}. */
  static String label(Fleet.Family family, int number) {
    return String.format(
        Locale.ROOT, "%s%04d%s", family.labelPrefix(), number, family.labelSuffix());
  }

  /** How many of a family's labels have been used. */
  int used(Fleet.Family family) {
    return numbers.getOrDefault(family, 0);
  }

  /** The lanes that a tape mover has on a day; at least one. */
  List<Lane> lanes(Fleet.Mover mover, LocalDate day) {
    Map<Fleet.Mover, List<Lane>> today = dealt.get(day);
    if (today == null) {
      // Only the days at hand are looked up.
      dealt.keySet().removeIf(other -> other.isBefore(day.minusDays(2)));
      today = deal(day);
      dealt.put(day, today);
    }
    List<Lane> own = today.get(mover);
    if (own == null || own.isEmpty()) {
      throw new IllegalStateException(mover.key() + " does not serve on " + day + ".");
    }
    return own;
  }

  private Map<Fleet.Mover, List<Lane>> deal(LocalDate day) {
    Map<Fleet.Mover, List<Lane>> dealtToday = new LinkedHashMap<>();
    lanes.forEach(
        (family, all) -> {
          List<Fleet.Mover> serving =
              fleet.serving(day).stream().filter(mover -> mover.family().equals(family)).toList();
          for (int i = 0; i < all.size() && !serving.isEmpty(); i++) {
            // In steps of two days, so that either row of tapes comes to every mover.
            int turn = (int) Math.floorMod(i + day.toEpochDay() / 2, (long) serving.size());
            dealtToday
                .computeIfAbsent(serving.get(turn), mover -> new ArrayList<>())
                .add(all.get(i));
          }
        });
    return dealtToday;
  }

  /** The tape that a lane is writing on a day: one begun, or a new one. */
  Tape writable(Fleet.Family family, Lane lane, LocalDate day, long second, Chance chance) {
    List<Tape> row = lane.row(day);
    if (!row.isEmpty() && !row.get(row.size() - 1).isFull()) {
      return row.get(row.size() - 1);
    }
    long declared = second - DAY - (long) chance.waiting(60L * DAY);
    return add(family, lane, row, declared, chance);
  }

  /** A tape to read on a day; empty when the lane has none with a file yet. */
  Optional<Tape> readable(Lane lane, LocalDate day, Chance chance) {
    List<Tape> row = lane.row(day);
    double place = 1 - chance.even() * chance.even(); // rather a new one
    int index = (int) (place * row.size());
    return row.isEmpty()
        ? Optional.empty()
        : Optional.of(row.get(Math.min(index, row.size() - 1))).filter(Tape::isWritten);
  }

  /** The oldest tape that a storage group has in a library and its lane may use on a day. */
  Optional<Tape> oldest(String library, StorageGroup group, LocalDate day) {
    return laneOf(library, group).map(lane -> lane.row(day)).stream()
        .flatMap(List::stream)
        .filter(Tape::isWritten)
        .findFirst();
  }

  /** The first lane of a storage group in a library. */
  Optional<Lane> laneOf(String library, StorageGroup group) {
    return lanes.entrySet().stream()
        .filter(entry -> entry.getKey().library().equals(library))
        .flatMap(entry -> entry.getValue().stream())
        .filter(lane -> lane.group.equals(group))
        .findFirst();
  }

  /** Every tape there has been, in the order in which they were taken into use. */
  List<Tape> tapes() {
    return tapes;
  }
}
