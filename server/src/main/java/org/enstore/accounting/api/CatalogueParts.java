package org.enstore.accounting.api;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.proto.v1.ListDimensionsResponse;
import org.enstore.accounting.proto.v1.ListMeasuresResponse;
import org.enstore.accounting.series.Availability;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.SourceState;

/** Turns the catalogue into the lists that a caller is sent. */
final class CatalogueParts {
  private CatalogueParts() {}

  /**
   * Every measure, with what {@code engine} finds missing in its database. Looks at databases whose
   * last look is old; one that is out of reach makes its measures unavailable.
   */
  static ListMeasuresResponse measures(SeriesEngine engine, Cancellation cancellation) {
    Map<Database, Availability> outages = outages(engine, cancellation);
    ListMeasuresResponse.Builder response = ListMeasuresResponse.newBuilder();
    for (Dataset dataset : Catalogue.ENSTORE.datasets()) {
      for (Measure measure : dataset.measures()) {
        response.addMeasures(
            measure(
                dataset,
                measure,
                Optional.ofNullable(outages.get(dataset.database()))
                    .orElseGet(() -> engine.availability(dataset, measure))));
      }
    }
    return response.build();
  }

  private static Map<Database, Availability> outages(
      SeriesEngine engine, Cancellation cancellation) {
    Map<Database, Availability> outages = new EnumMap<>(Database.class);
    for (Database database : engine.databases()) {
      try {
        SourceState unused = engine.state(database, cancellation);
      } catch (QueryFailure e) {
        if (e.kind() == FailureKind.CANCELLED) {
          throw e;
        }
        outages.put(database, new Availability(false, Optional.of(e.sentence())));
      }
    }
    return outages;
  }

  private static org.enstore.accounting.proto.v1.Measure measure(
      Dataset dataset, Measure measure, Availability availability) {
    return org.enstore.accounting.proto.v1.Measure.newBuilder()
        .setName(measure.id())
        .setTitle(measure.name())
        .setDescription(measure.help())
        .setKind(measure.kind().id())
        .setUnit(measure.kind().unit().id())
        .setAdditive(measure.kind().isAdditive())
        .setDataset(dataset.id())
        .setDatabase(dataset.database().id())
        .addAllDimensions(ids(dataset.dimensions()))
        .addAllDefaultGroupBy(ids(dataset.defaultGroupBy()))
        .setHasDirection(dataset.defaults().split().isPresent())
        .setHasNullMovers(dataset.defaults().excluded().isPresent())
        .setHasSummary(dataset.rollups().stream().anyMatch(rollup -> rollup.has(measure)))
        .setAvailable(availability.available())
        .setProblem(availability.problem().orElse(""))
        .build();
  }

  /** Every dimension. */
  static ListDimensionsResponse dimensions() {
    ListDimensionsResponse.Builder response = ListDimensionsResponse.newBuilder();
    for (Dimension dimension : Catalogue.ENSTORE.askable()) {
      response.addDimensions(
          org.enstore.accounting.proto.v1.Dimension.newBuilder()
              .setName(dimension.id())
              .setTitle(dimension.noun())
              .setPlural(dimension.nouns())
              .addAllValues(dimension.values())
              .addAllDatasets(
                  Catalogue.ENSTORE.datasets().stream()
                      .filter(dataset -> dataset.dimensions().contains(dimension))
                      .map(Dataset::id)
                      .toList()));
    }
    return response.build();
  }

  private static List<String> ids(List<Dimension> dimensions) {
    return dimensions.stream().map(Dimension::id).toList();
  }
}
