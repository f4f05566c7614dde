package org.enstore.accounting.series;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.MoverNames;
import org.enstore.accounting.measure.SiteCalendar;

/** Adds blocks up to the sums that one query asks for. Not thread-safe. */
final class Tally {
  private static final int UNDECIDED = -2;
  private static final int LEFT_OUT = -1;

  private final SeriesQuery query;
  private final Plan plan;
  private final KeyNumbers keyNumbers;
  private final SiteCalendar calendar;
  private final Map<Dimension, Held> filters = new EnumMap<>(Dimension.class);
  private final boolean countNullMovers;

  /** The series of each key number, decided once a query and table. */
  private final Map<SourceTable, int[]> seriesOfKey = new EnumMap<>(SourceTable.class);

  private final Map<List<String>, Integer> seriesNumbers = new HashMap<>();
  private final List<Sum> sums = new ArrayList<>();
  private final Map<String, Set<String>> keysOfName = new TreeMap<>(MoverNames.naturalOrder());

  Tally(SeriesQuery query, Plan plan, KeyNumbers keyNumbers, SiteCalendar calendar) {
    this.query = query;
    this.plan = plan;
    this.keyNumbers = keyNumbers;
    this.calendar = calendar;
    query
        .filters()
        .forEach(
            (dimension, filter) -> filters.put(dimension, Held.of(dimension, filter, plan.rule())));
    Filter classes =
        query.filters().getOrDefault(Dimension.MOVER_CLASS, Filter.including(List.of()));
    this.countNullMovers =
        query.includeNullMovers() || classes.include().contains(MoverClass.NULL.label());
    if (query.groupBy().isEmpty()) {
      // A total is there even when nothing was transferred.
      for (Direction direction : directions(query.direction())) {
        seriesOf(labels(List.of(), direction));
      }
    }
  }

  /** One series so far: its labels, its sums, and which buckets had a row. */
  static final class Sum {
    private final List<String> labelValues;
    private final long[] values;
    private final BitSet present;

    Sum(List<String> labelValues, int buckets) {
      this.labelValues = labelValues;
      this.values = new long[buckets];
      this.present = new BitSet(buckets);
    }

    long[] values() {
      return values;
    }

    BitSet present() {
      return present;
    }

    double total() {
      double total = 0;
      for (long value : values) {
        total += value;
      }
      return total;
    }
  }

  /** Adds the cells of {@code block} that begin in {@code [from, to)}, in seconds. */
  void add(Block block, long from, long to) {
    BlockKey key = block.key();
    Buckets buckets = plan.buckets();
    int[] bucketOfSlot = new int[key.span().slots(key.grain(), calendar)];
    boolean any = false;
    for (int slot = 0; slot < bucketOfSlot.length; slot++) {
      long start = key.span().slotStart(key.grain(), calendar, slot);
      bucketOfSlot[slot] = start >= from && start < to ? buckets.indexOf(start) : -1;
      any |= bucketOfSlot[slot] >= 0;
    }
    if (!any) {
      return;
    }
    int quantity = key.shape().quantities().indexOf(Quantity.BYTES);
    for (int k = 0; k < block.keyCount(); k++) {
      int series = seriesOf(key, block.keyNumber(k));
      if (series == LEFT_OUT) {
        continue;
      }
      Sum sum = sums.get(series);
      for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
        int bucket = bucketOfSlot[block.slot(cell)];
        if (bucket >= 0) {
          sum.values[bucket] = Sums.add(sum.values[bucket], block.value(quantity, cell));
          sum.present.set(bucket);
        }
      }
    }
  }

  /** The sums of series that have a row in any bucket (a total always), in natural order. */
  List<Sum> result() {
    boolean keepEmpty = query.groupBy().isEmpty();
    return sums.stream()
        .filter(sum -> keepEmpty || !sum.present.isEmpty())
        .sorted(Comparator.comparing(sum -> sum.labelValues, Tally::compareLabels))
        .toList();
  }

  /** The labels of a sum of {@link #result}, by dimension name. */
  Map<String, String> labels(Sum sum) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < query.groupBy().size(); i++) {
      labels.put(query.groupBy().get(i).label(), sum.labelValues.get(i));
    }
    if (query.direction() != DirectionMode.SUM) {
      labels.put("direction", sum.labelValues.get(query.groupBy().size()));
    }
    return labels;
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

  /** The movers asked for by name that no row was found of. */
  List<String> unseenMovers() {
    Held asked = filters.get(Dimension.MOVER);
    if (asked == null || asked.include.isEmpty() || !query.groupBy().contains(Dimension.MOVER)) {
      return List.of();
    }
    int place = query.groupBy().indexOf(Dimension.MOVER);
    Set<String> seen =
        result().stream().map(sum -> sum.labelValues.get(place)).collect(Collectors.toSet());
    Set<String> unseen = new TreeSet<>(MoverNames.naturalOrder());
    unseen.addAll(asked.include);
    unseen.removeAll(seen);
    return List.copyOf(unseen);
  }

  private int seriesOf(BlockKey block, int keyNumber) {
    int[] known = seriesOfKey.computeIfAbsent(block.table(), table -> new int[0]);
    if (keyNumber >= known.length) {
      int size = Math.max(keyNumbers.count(), keyNumber + 1);
      int[] grown = Arrays.copyOf(known, size);
      Arrays.fill(grown, known.length, size, UNDECIDED);
      known = grown;
      seriesOfKey.put(block.table(), known);
    }
    if (known[keyNumber] == UNDECIDED) {
      known[keyNumber] = decide(block.shape(), block.table(), keyNumbers.keyOf(keyNumber));
    }
    return known[keyNumber];
  }

  private int decide(Shape shape, SourceTable table, GroupKey key) {
    if (!directions(query.direction()).contains(key.direction())) {
      return LEFT_OUT;
    }
    String spelling = key.values().get(shape.indexOf(Dimension.MOVER));
    int classPlace = shape.indexOf(Dimension.MOVER_CLASS);
    String moverClass =
        plan.rule().shownClass(spelling, classPlace < 0 ? "" : key.values().get(classPlace));
    if (!countNullMovers && moverClass.equals(MoverClass.NULL.label())) {
      return LEFT_OUT;
    }
    for (Map.Entry<Dimension, Held> filter : filters.entrySet()) {
      if (!filter.getValue().admits(shown(filter.getKey(), shape, key, spelling, moverClass))) {
        return LEFT_OUT;
      }
    }
    if (table == SourceTable.RAW && plan.rule() == MoverRule.TRIMMED) {
      keysOfName
          .computeIfAbsent(plan.rule().shown(spelling), name -> new TreeSet<>())
          .add(MoverNames.canonical(spelling));
    }
    List<String> values =
        query.groupBy().stream()
            .map(dimension -> shown(dimension, shape, key, spelling, moverClass))
            .toList();
    return seriesOf(labels(values, key.direction()));
  }

  private String shown(
      Dimension dimension, Shape shape, GroupKey key, String spelling, String moverClass) {
    return switch (dimension) {
      case MOVER -> plan.rule().shown(spelling);
      case MOVER_CLASS -> moverClass;
      case STORAGE_GROUP, LIBRARY, DRIVE_TYPE, MEDIA_CHANGER, DRIVE_SERIAL ->
          key.values().get(shape.indexOf(dimension));
    };
  }

  private List<String> labels(List<String> groupValues, Direction direction) {
    List<String> labels = new ArrayList<>(groupValues);
    if (query.direction() != DirectionMode.SUM) {
      labels.add(direction.label());
    }
    return labels;
  }

  private int seriesOf(List<String> labels) {
    return seriesNumbers.computeIfAbsent(
        labels,
        added -> {
          sums.add(new Sum(added, plan.buckets().count()));
          return sums.size() - 1;
        });
  }

  private static Set<Direction> directions(DirectionMode mode) {
    return switch (mode) {
      case READ -> Set.of(Direction.READ);
      case WRITE -> Set.of(Direction.WRITE);
      case BOTH, SUM -> new LinkedHashSet<>(List.of(Direction.READ, Direction.WRITE));
    };
  }

  private static int compareLabels(List<String> a, List<String> b) {
    for (int i = 0; i < a.size(); i++) {
      int order = MoverNames.naturalOrder().compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** A filter made ready: movers in the spelling that is shown, patterns compiled. */
  private record Held(
      Set<String> include,
      Set<String> exclude,
      Optional<Pattern> match,
      Optional<Pattern> noMatch) {

    static Held of(Dimension dimension, Filter filter, MoverRule rule) {
      String field = "filters." + dimension.label();
      return new Held(
          spelled(dimension, filter.include(), rule),
          spelled(dimension, filter.exclude(), rule),
          filter.match().map(pattern -> Filter.compile(field + ".match", pattern)),
          filter.noMatch().map(pattern -> Filter.compile(field + ".noMatch", pattern)));
    }

    private static Set<String> spelled(Dimension dimension, List<String> values, MoverRule rule) {
      return values.stream()
          .map(value -> dimension == Dimension.MOVER ? rule.shown(value) : value)
          .collect(Collectors.toUnmodifiableSet());
    }

    boolean admits(String value) {
      return (include.isEmpty() || include.contains(value))
          && !exclude.contains(value)
          && match.map(pattern -> pattern.matcher(value).find()).orElse(true)
          && noMatch.map(pattern -> !pattern.matcher(value).find()).orElse(true);
    }
  }
}
