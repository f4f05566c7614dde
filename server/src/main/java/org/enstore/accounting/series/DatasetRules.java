package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Key;

/** What a question may hold because of the dataset that it is about. */
final class DatasetRules {
  private final Catalogue catalogue;
  private final Dataset dataset;
  private final String asked;
  private final List<Complaint> complaints = new ArrayList<>();

  private DatasetRules(Catalogue catalogue, Dataset dataset, String asked) {
    this.catalogue = catalogue;
    this.dataset = dataset;
    this.asked = asked;
  }

  /** The rules for questions for {@code measure}. */
  static DatasetRules of(Catalogue catalogue, Measure measure) {
    return new DatasetRules(
        catalogue, catalogue.datasetOf(measure), "the measure \"" + measure + "\"");
  }

  /** The rules for lists of what was seen in {@code dataset}. */
  static DatasetRules ofList(Catalogue catalogue, Dataset dataset) {
    return new DatasetRules(catalogue, dataset, "a list of values of " + dataset.noun());
  }

  /** What was found wrong. */
  List<Complaint> complaints() {
    return List.copyOf(complaints);
  }

  /** The dimensions that the key {@code field} groups by must be the dataset's. */
  void groupBy(String field, Collection<Dimension> dimensions) {
    for (Dimension dimension : dimensions) {
      if (!dataset.dimensions().contains(dimension)) {
        complain(
            field,
            "\"%s\" names \"%s\"; %s can be grouped by %s."
                .formatted(field, dimension, asked, Key.list(ids(), "and")));
      }
    }
  }

  /** The key {@code field} chose the dataset for a list of {@code dimension}. */
  void listed(String field, Dimension dimension) {
    if (!dataset.dimensions().contains(dimension)) {
      complain(
          field,
          "\"%s\" is \"%s\", which has no %s; the datasets that have them are %s."
              .formatted(
                  field,
                  dataset,
                  dimension.nouns(),
                  Key.list(
                      catalogue.datasets().stream()
                          .filter(other -> other.dimensions().contains(dimension))
                          .map(Dataset::id)
                          .toList(),
                      "and")));
    }
  }

  /** The dimensions that members of the key {@code field} are about must be the dataset's. */
  void filters(String field, Collection<Dimension> dimensions) {
    for (Dimension dimension : dimensions) {
      if (!dataset.dimensions().contains(dimension)) {
        String path = field + "." + dimension;
        complain(
            path,
            "\"%s\" does not apply; %s can be filtered by %s."
                .formatted(path, asked, Key.list(ids(), "and")));
      }
    }
  }

  /** The key {@code field} chooses among the values that groups are split by, with {@code word}. */
  void split(String field, String word) {
    if (!isSplitBy(field, dataset)) {
      boolean ordinary = ids().contains(field);
      complain(
          field,
          "\"%s\" is \"%s\", which %s does not take: leave it out%s, or choose one of %s."
              .formatted(
                  field,
                  word,
                  asked,
                  ordinary ? ", and group or filter by \"" + field + "\" instead" : "",
                  measures(other -> isSplitBy(field, other))));
    }
  }

  /** The flag {@code field} counts what the dataset leaves out. */
  void includeExcluded(String field) {
    if (dataset.defaults().excluded().isEmpty()) {
      complain(
          field,
          "\"%s\" is true, but of %s nothing is left out: leave it at false, or choose one of %s."
              .formatted(field, asked, measures(other -> other.defaults().excluded().isPresent())));
    }
  }

  private static boolean isSplitBy(String id, Dataset dataset) {
    return dataset.defaults().split().filter(split -> split.id().equals(id)).isPresent();
  }

  private List<String> ids() {
    return dataset.dimensions().stream().map(Dimension::id).toList();
  }

  private String measures(Predicate<Dataset> which) {
    return Key.list(
        catalogue.measures().stream()
            .filter(other -> which.test(catalogue.datasetOf(other)))
            .map(Measure::id)
            .toList(),
        "or");
  }

  private void complain(String field, String sentence) {
    complaints.add(new Complaint(field, sentence));
  }
}
