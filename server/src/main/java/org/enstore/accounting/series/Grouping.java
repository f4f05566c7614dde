package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverNames;

/**
 * Decides which series the rows of a key belong to, by one query's filters, groups and directions.
 * Each key is decided about once. Series are numbered from zero. Not thread-safe.
 */
final class Grouping {
  /** The number of no series: the rows are not asked for. */
  static final int LEFT_OUT = -1;

  private static final int UNDECIDED = -2;

  private final SeriesQuery query;
  private final MoverRule rule;
  private final Sieve sieve;
  private final Set<Direction> directions;

  private final Map<SourceTable, Map<KeyNumbers, int[]>> seriesOfKey =
      new EnumMap<>(SourceTable.class);
  private final Map<Labels, Integer> numbers = new HashMap<>();
  private final List<Labels> series = new ArrayList<>();
  private final Map<String, Set<String>> keysOfName = new TreeMap<>(MoverNames.naturalOrder());
  private final Map<String, Set<String>> namesBySummaryName = new HashMap<>();
  private final Set<String> namesMet = new HashSet<>();

  Grouping(SeriesQuery query, MoverRule rule) {
    this.query = query;
    this.rule = rule;
    this.directions = directions(query.direction());
    this.sieve = new Sieve(query.filters(), query.includeNullMovers(), rule);
    if (query.groupBy().isEmpty()) {
      // A total is there even when nothing was transferred.
      directions.forEach(direction -> numberOf(labels(List.of(), direction)));
    }
  }

  /**
   * What a series is told apart by.
   *
   * @param group one value for each dimension of {@code groupBy}
   * @param direction the word for the direction; empty when both are added up
   */
  record Labels(List<String> group, String direction) {
    private static final Comparator<List<String>> BY_VALUES =
        (a, b) -> {
          for (int i = 0; i < a.size(); i++) {
            int order = MoverNames.naturalOrder().compare(a.get(i), b.get(i));
            if (order != 0) {
              return order;
            }
          }
          return 0;
        };

    /** Natural order, by label, read before write. */
    static final Comparator<Labels> NATURAL =
        Comparator.comparing(Labels::group, BY_VALUES).thenComparing(Labels::direction);
  }

  /** The number of the series that rows of the block's key {@code index} belong to. */
  int seriesOf(Block block, int index) {
    Map<KeyNumbers, int[]> byKeys =
        seriesOfKey.computeIfAbsent(block.key().table(), table -> new IdentityHashMap<>());
    int[] known = byKeys.computeIfAbsent(block.keys(), keys -> new int[0]);
    int number = block.keyNumber(index);
    if (number >= known.length) {
      int size = Math.max(block.keys().count(), number + 1);
      int[] grown = Arrays.copyOf(known, size);
      Arrays.fill(grown, known.length, size, UNDECIDED);
      known = grown;
      byKeys.put(block.keys(), known);
    }
    if (known[number] == UNDECIDED) {
      known[number] = decide(block.key().shape(), block.key().table(), block.groupKey(index));
    }
    return known[number];
  }

  /**
   * Forgets which keys it decided about, though not the series: their blocks are not come back to.
   */
  void forgetKeys() {
    seriesOfKey.clear();
  }

  /** The bin of the drive rates of the rows of this key, or {@link RateBins#NONE}. */
  int binOf(Block block, int index) {
    String bin = Sieve.value(Dimension.DRIVE_RATE_BIN, block.groupKey(index), block.key().shape());
    return bin.isEmpty() ? RateBins.NONE : Integer.parseInt(bin);
  }

  /** How many series there are so far. */
  int count() {
    return series.size();
  }

  /** What series {@code number} is told apart by. */
  Labels labels(int number) {
    return series.get(number);
  }

  /** A sentence about every shown name that stands for several movers. */
  List<Notice> ambiguities() {
    return keysOfName.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .map(
            entry ->
                Notice.warning(
                    "The name \""
                        + entry.getKey()
                        + "\" stands for several movers, which the summary cannot tell apart: "
                        + String.join(", ", entry.getValue())
                        + ". Choose the source raw to see each."))
        .toList();
  }

  /**
   * A sentence about every mover asked for by the name that the summary trims it to, where only
   * single transfers are read, which have it in full.
   */
  Map<String, Notice> summaryNames() {
    Map<String, Notice> notices = new TreeMap<>(MoverNames.naturalOrder());
    for (String name : sieve.moversAskedFor()) {
      Set<String> candidates = namesBySummaryName.getOrDefault(name, Set.of());
      if (!namesMet.contains(name) && !candidates.isEmpty()) {
        notices.put(
            name,
            Notice.warning(
                "No mover is called \""
                    + name
                    + "\" in single transfers: it is how the daily summary spells "
                    + String.join(", ", candidates)
                    + ". Ask for "
                    + (candidates.size() == 1 ? "that name" : "one of those names")
                    + " instead."));
      }
    }
    return notices;
  }

  /**
   * The movers asked for by name that no row was found of, if the answer tells movers apart.
   *
   * @param seen the series that have a row
   */
  List<String> moversWithoutRow(Set<Integer> seen) {
    int place = query.groupBy().indexOf(Dimension.MOVER);
    if (place < 0) {
      return List.of();
    }
    Set<String> unseen = new TreeSet<>(MoverNames.naturalOrder());
    unseen.addAll(sieve.moversAskedFor());
    seen.forEach(number -> unseen.remove(labels(number).group().get(place)));
    return List.copyOf(unseen);
  }

  private int decide(Shape shape, SourceTable table, GroupKey key) {
    if (!directions.contains(key.direction())) {
      return LEFT_OUT;
    }
    if (!sieve.admitsClass(key, shape)) {
      return LEFT_OUT;
    }
    String mover = sieve.mover(key, shape);
    if (table == SourceTable.RAW && rule == MoverRule.CANONICAL) {
      namesMet.add(mover);
      namesBySummaryName
          .computeIfAbsent(MoverNames.summaryName(mover), trimmed -> new TreeSet<>())
          .add(mover);
    }
    if (!sieve.admits(key, shape)) {
      return LEFT_OUT;
    }
    if (table == SourceTable.RAW && rule == MoverRule.TRIMMED) {
      keysOfName
          .computeIfAbsent(mover, name -> new TreeSet<>())
          .add(MoverNames.canonical(Sieve.value(Dimension.MOVER, key, shape)));
    }
    List<String> values =
        query.groupBy().stream().map(dimension -> sieve.shown(dimension, key, shape)).toList();
    return numberOf(labels(values, key.direction()));
  }

  private Labels labels(List<String> group, Direction direction) {
    return new Labels(group, query.direction() == DirectionMode.SUM ? "" : direction.label());
  }

  private int numberOf(Labels labels) {
    return numbers.computeIfAbsent(
        labels,
        added -> {
          series.add(added);
          return series.size() - 1;
        });
  }

  private static Set<Direction> directions(DirectionMode mode) {
    return switch (mode) {
      case READ -> Set.of(Direction.READ);
      case WRITE -> Set.of(Direction.WRITE);
      case BOTH, SUM -> new LinkedHashSet<>(List.of(Direction.READ, Direction.WRITE));
    };
  }
}
