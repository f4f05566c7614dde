package org.enstore.accounting.catalog;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** All datasets, and what they have together. Immutable. */
public final class Catalogue {
  /** What Enstore's databases hold. */
  public static final Catalogue ENSTORE =
      new Catalogue(
          List.of(
              Transfers.DATASET,
              Errors.DATASET,
              TapeMounts.DATASET,
              DriveHours.DATASET,
              DriveHours.SPREAD_DATASET,
              DriveUse.DATASET,
              DriveUse.DRIVES_DATASET,
              DriveStatus.DATASET,
              Blanks.DATASET,
              Quotas.DATASET,
              TapeBytes.DATASET,
              Slots.DATASET,
              WriteTabs.DATASET,
              Jobs.DATASET,
              LiveRates.DATASET));

  private final List<Dataset> datasets;
  private final Map<String, SourceTable> tables;
  private final Map<String, Dimension> dimensions;
  private final Map<String, Dimension> lists;
  private final Map<String, Quantity> quantities;
  private final Map<String, Dataset> byMeasure = new LinkedHashMap<>();

  /**
   * A catalogue of {@code datasets}, in the order to list them.
   *
   * @throws IllegalArgumentException if two measures, tables or quantities have one name
   */
  public Catalogue(List<Dataset> datasets) {
    this.datasets = List.copyOf(datasets);
    this.tables = byName(datasets, Dataset::tables, SourceTable::id);
    this.dimensions = byName(datasets, Dataset::allDimensions, Dimension::id);
    this.lists = byName(datasets, Dataset::dimensions, Dimension::list);
    this.quantities = byName(datasets, Dataset::allQuantities, Quantity::id);
    for (Dataset dataset : datasets) {
      for (Measure measure : dataset.measures()) {
        if (byMeasure.put(measure.id(), dataset) != null) {
          throw new IllegalArgumentException("two measures are called " + measure);
        }
      }
    }
  }

  private static <T> Map<String, T> byName(
      List<Dataset> datasets, Function<Dataset, Collection<T>> all, Function<T, String> name) {
    Map<String, T> byName = new HashMap<>();
    for (Dataset dataset : datasets) {
      for (T each : all.apply(dataset)) {
        T other = byName.put(name.apply(each), each);
        if (other != null && !other.equals(each)) {
          throw new IllegalArgumentException("two are called " + name.apply(each));
        }
      }
    }
    return Map.copyOf(byName);
  }

  /** The datasets that live in {@code database}, and what they have together. */
  public Catalogue of(Database database) {
    return new Catalogue(
        datasets.stream().filter(dataset -> dataset.database() == database).toList());
  }

  /** The datasets, in the order to list them. */
  public List<Dataset> datasets() {
    return datasets;
  }

  /** The tables of all datasets, those of one after the other. */
  public List<SourceTable> tables() {
    return datasets.stream().flatMap(dataset -> dataset.tables().stream()).toList();
  }

  /** The measures of all datasets, those of one after the other. */
  public List<Measure> measures() {
    return datasets.stream().flatMap(dataset -> dataset.measures().stream()).toList();
  }

  /** What queries may group and filter by in one dataset or another, in the order to list them. */
  public List<Dimension> askable() {
    Set<Dimension> askable = new LinkedHashSet<>();
    datasets.forEach(dataset -> askable.addAll(dataset.dimensions()));
    return List.copyOf(askable);
  }

  /** The dataset that has {@code measure}. */
  public Dataset datasetOf(Measure measure) {
    Dataset dataset = byMeasure.get(measure.id());
    if (dataset == null) {
      throw new IllegalArgumentException("no dataset has the measure " + measure);
    }
    return dataset;
  }

  /** The measure called {@code id}, if there is one. */
  public Optional<Measure> measure(String id) {
    return Optional.ofNullable(byMeasure.get(id))
        .flatMap(
            dataset ->
                dataset.measures().stream().filter(each -> each.id().equals(id)).findFirst());
  }

  /** The dataset that has {@code table}. */
  public Dataset datasetOf(SourceTable table) {
    return datasets.stream()
        .filter(dataset -> dataset.tables().contains(table))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no dataset has the table " + table));
  }

  /** The first dataset whose facts queries may group by {@code dimension}. */
  public Dataset datasetOf(Dimension dimension) {
    return datasets.stream()
        .filter(dataset -> dataset.dimensions().contains(dimension))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no dataset has " + dimension));
  }

  /** The dimension whose values are listed as {@code word}, if there is one. */
  public Optional<Dimension> listed(String word) {
    return Optional.ofNullable(lists.get(word));
  }

  /** The table called {@code id}, if there is one. */
  public Optional<SourceTable> table(String id) {
    return Optional.ofNullable(tables.get(id));
  }

  /** The dimension of blocks that is called {@code id}, if there is one. */
  public Optional<Dimension> dimension(String id) {
    return Optional.ofNullable(dimensions.get(id));
  }

  /** The quantity of blocks that is called {@code id}, if there is one. */
  public Optional<Quantity> quantity(String id) {
    return Optional.ofNullable(quantities.get(id));
  }
}
