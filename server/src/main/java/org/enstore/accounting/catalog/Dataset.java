package org.enstore.accounting.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** One kind of fact, and all that may be asked of it. There is one object for each. */
public final class Dataset {
  private final String id;
  private final String noun;
  private final Database database;
  private final SourceTable facts;
  private final List<Rollup> rollups;
  private final List<Dimension> dimensions;
  private final List<Measure> measures;
  private final Layout layout;
  private final Defaults defaults;

  /**
   * A dataset.
   *
   * @param noun what the facts are called in a sentence, in the plural
   * @param database where its tables are
   * @param facts the table with a row for each fact
   * @param rollups tables that answer a part of the questions more cheaply, the first first
   * @param dimensions what queries may group and filter by, in the order to list them
   * @param measures in the order to list them
   */
  Dataset(
      String id,
      String noun,
      Database database,
      SourceTable facts,
      List<Rollup> rollups,
      List<Dimension> dimensions,
      List<Measure> measures,
      Layout layout,
      Defaults defaults) {
    this.id = id;
    this.noun = noun;
    this.database = database;
    this.facts = facts;
    this.rollups = List.copyOf(rollups);
    this.dimensions = List.copyOf(dimensions);
    this.measures = List.copyOf(measures);
    this.layout = layout;
    this.defaults = defaults;
  }

  /**
   * What blocks of the facts tell apart and add up whatever is asked, so that questions share them.
   *
   * @param dimensions always told apart
   * @param withoutBins told apart as well, but not with the bins of a histogram, which multiply
   * @param onlyHere what reports tell apart although queries may not
   * @param quantities always added up
   * @param weight by which groups are ranked where the measure itself does not rank them
   */
  public record Layout(
      List<Dimension> dimensions,
      List<Dimension> withoutBins,
      List<Dimension> onlyHere,
      List<Quantity> quantities,
      Quantity weight) {
    public Layout {
      dimensions = List.copyOf(dimensions);
      withoutBins = List.copyOf(withoutBins);
      onlyHere = List.copyOf(onlyHere);
      quantities = List.copyOf(quantities);
    }
  }

  /**
   * What a query means that leaves something out.
   *
   * @param subject the dimension that names who the facts are of
   * @param split a dimension with few values that each group is split by unless a query says
   *     otherwise; its values are shown even when there is no fact of them
   * @param excluded what does not count unless it is asked for
   */
  public record Defaults(
      Dimension subject, Optional<Dimension> split, Optional<Excluded> excluded) {}

  /** Facts with {@code value} for {@code dimension}. */
  public record Excluded(Dimension dimension, String value) {}

  /** Its name among datasets. */
  public String id() {
    return id;
  }

  /** What the facts are called in a sentence, in the plural. */
  public String noun() {
    return noun;
  }

  /** What it is called in a heading. */
  public String name() {
    return noun.substring(0, 1).toUpperCase(Locale.ROOT) + noun.substring(1);
  }

  /** Where its tables are. */
  public Database database() {
    return database;
  }

  /** The table with a row for each fact. */
  public SourceTable facts() {
    return facts;
  }

  /** Tables that answer a part of the questions more cheaply, the first first. */
  public List<Rollup> rollups() {
    return rollups;
  }

  /** All tables, the facts first. */
  public List<SourceTable> tables() {
    return Stream.concat(Stream.of(facts), rollups.stream().map(Rollup::table)).toList();
  }

  /** What queries may group and filter by, in the order to list them. */
  public List<Dimension> dimensions() {
    return dimensions;
  }

  /** The measures, in the order to list them. */
  public List<Measure> measures() {
    return measures;
  }

  /** What a query means that leaves something out. */
  public Defaults defaults() {
    return defaults;
  }

  /** The dimensions that a query groups by which does not say any: the subject, if it may. */
  public List<Dimension> defaultGroupBy() {
    return dimensions.contains(defaults.subject()) ? List.of(defaults.subject()) : List.of();
  }

  /** The quantity by which the groups of {@code measure} are ranked. */
  public Quantity ranking(Measure measure) {
    return switch (measure.kind()) {
      case COUNT, DURATION, AVERAGE, LEVEL, LEVEL_BYTES -> measure.formula().quantities().get(0);
      case BYTES, THROUGHPUT, SIZE, RATE, LATENCY, SHARE, RATIO -> layout.weight();
    };
  }

  /** What blocks of the facts tell apart for {@code measure} by {@code asked}. */
  public Set<Dimension> blockDimensions(Measure measure, Collection<Dimension> asked) {
    Set<Dimension> told = new TreeSet<>(layout.dimensions());
    told.addAll(asked);
    measure.formula().bins().ifPresentOrElse(told::add, () -> told.addAll(layout.withoutBins()));
    return told;
  }

  /** What blocks of the facts add up for {@code measure}. */
  public Set<Quantity> blockQuantities(Measure measure) {
    Set<Quantity> added = new TreeSet<>(layout.quantities());
    added.addAll(measure.formula().quantities());
    return added;
  }

  /** What a fact weighs where groups are ranked, or merely counted, whatever the measure. */
  public Quantity weight() {
    return layout.weight();
  }

  /** What every block of the facts adds up. */
  public List<Quantity> sharedQuantities() {
    return layout.quantities();
  }

  /** Every dimension that blocks of its tables may have. */
  Collection<Dimension> allDimensions() {
    Set<Dimension> all = new TreeSet<>(dimensions);
    all.addAll(layout.dimensions());
    all.addAll(layout.withoutBins());
    all.addAll(layout.onlyHere());
    defaults.split().ifPresent(all::add);
    measures.forEach(measure -> measure.formula().bins().ifPresent(all::add));
    rollups.forEach(rollup -> all.addAll(rollup.keys()));
    return all;
  }

  /** Every quantity that blocks of its tables may have. */
  Collection<Quantity> allQuantities() {
    List<Quantity> all = new ArrayList<>(layout.quantities());
    measures.forEach(measure -> all.addAll(measure.formula().quantities()));
    rollups.forEach(rollup -> all.addAll(rollup.quantities()));
    return new TreeSet<>(all);
  }

  @Override
  public String toString() {
    return id;
  }
}
