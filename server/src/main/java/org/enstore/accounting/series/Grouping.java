package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.measure.MoverNames;

/**
 * Decides which series the rows of a key belong to, by one query's filters and groups. Each key is
 * decided about once. Series are numbered from zero. Not thread-safe.
 */
final class Grouping {
  /** The number of no series: the rows are not asked for. */
  static final int LEFT_OUT = -1;

  private static final int UNDECIDED = -2;

  private final SeriesQuery query;
  private final Optional<Rollup> rollup;
  private final Dataset dataset;
  private final Dimension subject;
  private final Sieve sieve;

  private final Map<SourceTable, Map<KeyNumbers, int[]>> seriesOfKey = new HashMap<>();
  private final Map<Labels, Integer> numbers = new HashMap<>();
  private final List<Labels> series = new ArrayList<>();
  private final Map<String, Set<String>> keysOfName = new TreeMap<>(MoverNames.naturalOrder());
  private final Map<String, Set<String>> namesByRollupName = new HashMap<>();
  private final Set<String> namesMet = new HashSet<>();

  Grouping(SeriesQuery query, Plan plan) {
    this.query = query;
    this.dataset = query.dataset();
    this.rollup = plan.rollup();
    this.subject = dataset.defaults().subject();
    this.sieve = new Sieve(dataset, query.filters(), query.includeExcluded(), plan.naming());
    if (query.groupBy().isEmpty()) {
      // A total is there even when there was nothing to add up.
      everySplit(List.of(), 0);
    }
  }

  /** Makes a series of every combination of the values that groups are split by. */
  private void everySplit(List<String> split, int next) {
    if (next == query.splitBy().size()) {
      numberOf(new Labels(List.of(), split));
      return;
    }
    Dimension dimension = query.splitBy().get(next);
    Filter filter = query.filters().getOrDefault(dimension, Filter.including(List.of()));
    for (String value : dimension.values()) {
      if (filter.isOpen() || filter.include().contains(value)) {
        List<String> more = new ArrayList<>(split);
        more.add(value);
        everySplit(more, next + 1);
      }
    }
  }

  /**
   * What a series is told apart by.
   *
   * @param group one value for each dimension of {@code groupBy}
   * @param split one value for each dimension of {@code splitBy}
   */
  record Labels(List<String> group, List<String> split) {
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

    /** Natural order, by label. */
    static final Comparator<Labels> NATURAL =
        Comparator.comparing(Labels::group, BY_VALUES).thenComparing(Labels::split, BY_VALUES);
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

  /** The bin that {@code dimension} tells of the rows of this key, or {@link RateBins#NONE}. */
  static int binOf(Dimension dimension, Block block, int index) {
    String bin = block.key().shape().value(dimension, block.groupKey(index));
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
                        + "\" stands for several "
                        + subject.nouns()
                        + ", which the "
                        + rollup.orElseThrow().noun()
                        + " cannot tell apart: "
                        + String.join(", ", entry.getValue())
                        + ". Choose the source raw to see each."))
        .toList();
  }

  /**
   * A sentence about every subject asked for by the name that a rollup makes of it, where only
   * facts are read, which have it in full.
   */
  Map<String, Notice> rollupNames() {
    Map<String, Notice> notices = new TreeMap<>(MoverNames.naturalOrder());
    for (String name : sieve.namesAskedFor()) {
      Set<String> candidates = namesByRollupName.getOrDefault(name, Set.of());
      if (!namesMet.contains(name) && !candidates.isEmpty()) {
        notices.put(
            name,
            Notice.warning(
                "No "
                    + subject.noun()
                    + " is called \""
                    + name
                    + "\" in single "
                    + dataset.noun()
                    + ": it is how the daily "
                    + dataset.rollups().get(0).noun()
                    + " spells "
                    + String.join(", ", candidates)
                    + ". Ask for "
                    + (candidates.size() == 1 ? "that name" : "one of those names")
                    + " instead."));
      }
    }
    return notices;
  }

  /**
   * The subjects asked for by name that no row was found of, if the answer tells them apart.
   *
   * @param seen the series that have a row
   */
  List<String> namesWithoutRow(Set<Integer> seen) {
    int place = query.groupBy().indexOf(subject);
    if (place < 0) {
      return List.of();
    }
    Set<String> unseen = new TreeSet<>(MoverNames.naturalOrder());
    unseen.addAll(sieve.namesAskedFor());
    seen.forEach(number -> unseen.remove(labels(number).group().get(place)));
    return List.copyOf(unseen);
  }

  private int decide(Shape shape, SourceTable table, GroupKey key) {
    if (!sieve.counts(key, shape)
        || !query.splitBy().stream().allMatch(dimension -> sieve.admits(dimension, key, shape))) {
      return LEFT_OUT;
    }
    boolean ofFacts = table == dataset.facts();
    String name = sieve.shown(subject, key, shape);
    if (ofFacts && rollup.isEmpty()) {
      namesMet.add(name);
      for (Rollup other : dataset.rollups()) {
        namesByRollupName
            .computeIfAbsent(
                other.table().naming().normalised(subject, name), made -> new TreeSet<>())
            .add(name);
      }
    }
    if (!sieve.admits(key, shape)) {
      return LEFT_OUT;
    }
    if (ofFacts && rollup.isPresent()) {
      keysOfName
          .computeIfAbsent(name, shown -> new TreeSet<>())
          .add(table.naming().shown(subject, dimension -> shape.value(dimension, key)));
    }
    return numberOf(
        new Labels(shown(query.groupBy(), key, shape), shown(query.splitBy(), key, shape)));
  }

  private List<String> shown(List<Dimension> dimensions, GroupKey key, Shape shape) {
    return dimensions.stream().map(dimension -> sieve.shown(dimension, key, shape)).toList();
  }

  private int numberOf(Labels labels) {
    return numbers.computeIfAbsent(
        labels,
        added -> {
          series.add(added);
          return series.size() - 1;
        });
  }
}
