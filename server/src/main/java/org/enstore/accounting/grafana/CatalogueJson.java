package org.enstore.accounting.grafana;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.series.Availability;
import org.enstore.accounting.series.SourceChoice;

/** What can be asked, as editors are told of it. */
final class CatalogueJson {
  private CatalogueJson() {}

  /** All datasets and dimensions, everything said to be available. */
  static Map<String, Object> of(Catalogue catalogue) {
    return of(
        catalogue,
        dataset -> Availability.of(dataset, Optional.empty()),
        (dataset, measure) -> Availability.of(dataset, measure, Optional.empty()));
  }

  /**
   * All datasets and dimensions.
   *
   * @param datasets whether a dataset can be asked about
   * @param measures whether a measure of it can be asked for
   */
  static Map<String, Object> of(
      Catalogue catalogue,
      Function<Dataset, Availability> datasets,
      BiFunction<Dataset, Measure, Availability> measures) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(
        "datasets",
        catalogue.datasets().stream()
            .map(dataset -> dataset(dataset, datasets.apply(dataset), measures))
            .toList());
    all.put("dimensions", catalogue.askable().stream().map(CatalogueJson::dimension).toList());
    return all;
  }

  private static Map<String, Object> dataset(
      Dataset dataset,
      Availability availability,
      BiFunction<Dataset, Measure, Availability> measures) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", dataset.id());
    object.put("name", dataset.name());
    object.put("database", dataset.database().id());
    object.put("subject", dataset.defaults().subject().id());
    object.put("dimensions", ids(dataset.dimensions()));
    object.put("defaultGroupBy", ids(dataset.defaultGroupBy()));
    object.put("hasDirection", dataset.defaults().split().isPresent());
    object.put("hasExcluded", dataset.defaults().excluded().isPresent());
    object.put("sources", sources(dataset));
    object.put(
        "rollups", dataset.rollups().stream().map(rollup -> rollup(dataset, rollup)).toList());
    object.put(
        "measures",
        dataset.measures().stream()
            .map(measure -> measure(dataset, measure, measures.apply(dataset, measure)))
            .toList());
    object.put("available", availability.available());
    object.put("problem", availability.problem().orElse(""));
    return object;
  }

  private static Map<String, Object> measure(
      Dataset dataset, Measure measure, Availability availability) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", measure.id());
    object.put("name", measure.name());
    object.put("help", measure.help());
    object.put("group", dataset.name());
    object.put("kind", measure.kind().id());
    object.put("unit", measure.kind().unit().id());
    object.put("additive", measure.kind().isAdditive());
    object.put("zeroWhenEmpty", measure.kind().isZeroWhenEmpty());
    object.put("available", availability.available());
    return object;
  }

  /** What the source that holds a part of the facts can answer. */
  private static Map<String, Object> rollup(Dataset dataset, Rollup rollup) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("source", SourceChoice.SUMMARY.label());
    object.put(
        "measures", dataset.measures().stream().filter(rollup::has).map(Measure::id).toList());
    object.put(
        "dimensions",
        ids(dataset.dimensions().stream().filter(rollup.dimensions()::contains).toList()));
    return object;
  }

  private static Map<String, Object> dimension(Dimension dimension) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", dimension.id());
    object.put("name", dimension.noun());
    object.put("plural", dimension.nouns());
    object.put("list", dimension.list());
    object.put("values", dimension.values());
    return object;
  }

  private static List<String> sources(Dataset dataset) {
    return Arrays.stream(SourceChoice.values())
        .filter(source -> source != SourceChoice.SUMMARY || !dataset.rollups().isEmpty())
        .map(SourceChoice::label)
        .toList();
  }

  private static List<String> ids(List<Dimension> dimensions) {
    return dimensions.stream().map(Dimension::id).toList();
  }
}
