package org.enstore.accounting.grafana;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.RowTables;
import org.enstore.accounting.config.Key;
import org.jspecify.annotations.Nullable;

/** The parts of the query model's schema that follow from the catalogue. */
final class QuerySchema {
  private static final Map<String, List<Key<?>>> KEYS =
      Map.ofEntries(
          Map.entry("series", QuestionJson.KEYS),
          Map.entry("forecast", OutlookJson.FORECAST_KEYS),
          Map.entry("anomalies", OutlookJson.ANOMALY_KEYS),
          Map.entry("changes", OutlookJson.CHANGES_KEYS),
          Map.entry("risk", OutlookJson.RISK_KEYS),
          Map.entry("capacity", OutlookJson.CAPACITY_KEYS),
          Map.entry("table", TableJson.KEYS),
          Map.entry("reconciliation", ReconciliationJson.KEYS),
          Map.entry("annotations", AnnotationJson.KEYS),
          Map.entry("replication", ReplicationRequest.KEYS),
          Map.entry("variable", NamesRequest.KEYS));

  private QuerySchema() {}

  /** {@code schema} with the words, dimensions and descriptions that the catalogue has now. */
  static Map<String, Object> filledIn(Map<String, Object> schema) {
    Map<String, Object> definitions = copy(schema.get("$defs"));
    KEYS.forEach(
        (kind, keys) -> {
          Map<String, Object> query = copy(definitions.get(kind));
          Map<String, Object> properties = copy(query.get("properties"));
          keys.forEach(
              key -> properties.computeIfPresent(key.name(), (name, old) -> filledIn(old, key)));
          query.put("properties", properties);
          definitions.put(kind, query);
        });
    Map<String, Object> filled = new LinkedHashMap<>(schema);
    filled.put("$defs", definitions);
    return filled;
  }

  private static Object filledIn(Object old, Key<?> key) {
    Map<String, Object> property = copy(old);
    property.computeIfPresent("enum", (name, words) -> key.form().get(name));
    property.computeIfPresent("items", (name, items) -> key.form().get(name));
    property.computeIfPresent("properties", (name, members) -> members(copy(key.form().get(name))));
    if (key.name().equals("measure")) {
      property.put("description", measures());
    }
    return property;
  }

  private static String measures() {
    return Catalogue.ENSTORE.datasets().stream()
        .map(
            dataset ->
                "Of "
                    + dataset.noun()
                    + ": "
                    + dataset.measures().stream()
                        .map(QuerySchema::told)
                        .collect(Collectors.joining(". "))
                    + ".")
        .collect(Collectors.joining(" ", "What the series show. ", ""));
  }

  private static String told(Measure measure) {
    return measure.id() + ": " + measure.help();
  }

  private static Map<String, Object> members(Map<String, Object> forms) {
    Map<String, Object> members = new LinkedHashMap<>();
    forms
        .keySet()
        .forEach(
            id -> {
              Map<String, Object> member = new LinkedHashMap<>();
              member.put("description", "By " + noun(id) + ".");
              member.put("$ref", "#/$defs/filter");
              members.put(id, member);
            });
    return members;
  }

  private static String noun(String id) {
    return Catalogue.ENSTORE
        .dimension(id)
        .map(Dimension::noun)
        .or(() -> RowTables.column(id).map(column -> column.title().toLowerCase(Locale.ROOT)))
        .orElseThrow();
  }

  private static Map<String, Object> copy(@Nullable Object object) {
    Map<String, Object> copy = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(object))
        .forEach((name, value) -> copy.put(String.valueOf(name), value));
    return copy;
  }
}
