package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Compares the published schemas with the keys that the parsers know, both ways. What the query
 * model takes from the catalogue is written by {@code -Dregenerate=true}.
 */
class SchemaTest {
  private static final Path FOLDER = Path.of("src/main/resources/org/enstore/accounting/grafana");
  private static final String QUERY = "query-model-v1.schema.json";
  private static final String SETTINGS = "settings-model-v1.schema.json";

  @BeforeAll
  static void regenerate() throws IOException {
    if (Boolean.getBoolean("regenerate")) {
      Files.writeString(
          FOLDER.resolve(QUERY), SchemaText.of(QuerySchema.filledIn(schema(QUERY))) + "\n");
    }
  }

  @Test
  void queryModel_isWhatTheCatalogueGives() throws IOException {
    assertThat(schema(QUERY)).isEqualTo(QuerySchema.filledIn(schema(QUERY)));
  }

  @Test
  void queryModel_series() throws IOException {
    assertQueryModel("series", QuestionJson.KEYS);
  }

  @Test
  void queryModel_forecast() throws IOException {
    assertQueryModel("forecast", OutlookJson.FORECAST_KEYS);
  }

  @Test
  void queryModel_anomalies() throws IOException {
    assertQueryModel("anomalies", OutlookJson.ANOMALY_KEYS);
  }

  @Test
  void queryModel_changes() throws IOException {
    assertQueryModel("changes", OutlookJson.CHANGES_KEYS);
  }

  @Test
  void queryModel_risk() throws IOException {
    assertQueryModel("risk", OutlookJson.RISK_KEYS);
  }

  @Test
  void queryModel_capacity() throws IOException {
    assertQueryModel("capacity", OutlookJson.CAPACITY_KEYS);
  }

  @Test
  void queryModel_table() throws IOException {
    assertQueryModel("table", TableJson.KEYS);
  }

  @Test
  void queryModel_replication() throws IOException {
    assertQueryModel("replication", ReplicationRequest.KEYS);
  }

  @Test
  void queryModel_variable() throws IOException {
    assertQueryModel("variable", NamesRequest.KEYS);
  }

  @Test
  void queryModel_reconciliation() throws IOException {
    assertQueryModel("reconciliation", ReconciliationJson.KEYS);
  }

  @Test
  void queryModel_annotations() throws IOException {
    assertQueryModel("annotations", AnnotationJson.KEYS);
  }

  @Test
  void settingsModel() throws IOException {
    Map<String, Object> schema = schema(SETTINGS);
    Map<String, Object> json = at(schema, "properties", "jsonData");

    assertSameForms(schema, json, SourceSettingsLoader.KEYS);
    assertThat(at(json, "patternProperties").keySet())
        .containsExactlyElementsOf(
            SourceSettingsLoader.IGNORED.keySet().stream()
                .map(pattern -> "^(" + pattern + ")$")
                .toList());
    assertThat(at(schema, "properties", "secureJsonData", "properties").keySet())
        .containsExactlyElementsOf(SourceSettingsLoader.SECRETS);
    Map<String, Object> fields = at(schema, "properties", "fields", "properties");
    assertThat(at(fields, "user")).containsEntry("default", SourceSettingsLoader.DEFAULT_USER);
    assertThat(at(fields, "database"))
        .containsEntry("default", SourceSettingsLoader.DEFAULT_DATABASE);
  }

  @Test
  void everyPropertyIsDescribed() throws IOException {
    for (String file : List.of(QUERY, SETTINGS)) {
      Map<String, Object> schema = schema(file);
      assertThat(schema).containsEntry("$schema", "https://json-schema.org/draft/2020-12/schema");
      assertDescribed(file, schema, schema);
    }
  }

  private static void assertQueryModel(String kind, List<Key<?>> keys) throws IOException {
    Map<String, Object> schema = schema(QUERY);
    Map<String, Object> query = at(schema, "$defs", kind);

    assertSameForms(schema, query, keys);
    assertThat(ignored(schema, query)).isEqualTo(List.copyOf(QuestionJson.IGNORED.keySet()));
  }

  /** The schema's properties in order, those that are ignored left out, are the keys in order. */
  private static void assertSameForms(
      Map<String, Object> schema, Map<String, Object> object, List<Key<?>> keys) {
    assertThat(object).containsEntry("additionalProperties", false);
    Map<String, Object> published = new LinkedHashMap<>();
    at(object, "properties")
        .forEach(
            (name, property) -> {
              if (!isIgnored(schema, property)) {
                published.put(name, plain(schema, property));
              }
            });
    Map<String, Object> known = new LinkedHashMap<>();
    keys.forEach(key -> known.put(key.name(), plain(schema, key.form())));

    assertThat(List.copyOf(published.keySet())).isEqualTo(List.copyOf(known.keySet()));
    known.forEach((name, form) -> assertThat(published.get(name)).as(name).isEqualTo(form));
  }

  private static List<String> ignored(Map<String, Object> schema, Map<String, Object> object) {
    List<String> names = new ArrayList<>();
    at(object, "properties")
        .forEach(
            (name, property) -> {
              if (isIgnored(schema, property)) {
                names.add(name);
              }
            });
    return names;
  }

  private static boolean isIgnored(Map<String, Object> schema, Object property) {
    return Boolean.TRUE.equals(resolved(schema, property).get("x-ignored"));
  }

  /** The form without its words, references followed, numbers comparable. */
  private static Object plain(Map<String, Object> schema, Object form) {
    if (form instanceof Map<?, ?>) {
      Map<String, Object> plain = new TreeMap<>();
      resolved(schema, form)
          .forEach(
              (name, value) -> {
                if (!name.equals("description")) {
                  plain.put(name, plain(schema, value));
                }
              });
      return plain;
    }
    if (form instanceof List<?> list) {
      return list.stream().map(item -> plain(schema, item)).toList();
    }
    return form instanceof Number number ? new BigDecimal(number.toString()).longValue() : form;
  }

  private static Map<String, Object> resolved(Map<String, Object> schema, Object form) {
    Map<String, Object> resolved = new LinkedHashMap<>(map(form));
    Object reference = resolved.remove("$ref");
    if (reference instanceof String path) {
      assertThat(path).startsWith("#/$defs/");
      Map<String, Object> target =
          new LinkedHashMap<>(at(schema, "$defs", path.substring("#/$defs/".length())));
      target.putAll(resolved);
      return target;
    }
    return resolved;
  }

  private static void assertDescribed(String path, Map<String, Object> schema, Object form) {
    if (!(form instanceof Map<?, ?>)) {
      return;
    }
    Map<String, Object> object = map(form);
    for (String holder : List.of("properties", "$defs", "patternProperties")) {
      if (object.get(holder) instanceof Map<?, ?> members) {
        members.forEach(
            (name, member) -> {
              String at = path + "/" + name;
              assertThat(resolved(schema, member).get("description"))
                  .as(at)
                  .isInstanceOfSatisfying(
                      String.class, text -> assertThat(text).hasSizeGreaterThan(5).endsWith("."));
              assertDescribed(at, schema, member);
            });
      }
    }
  }

  private static Map<String, Object> schema(String file) throws IOException {
    return map(Json.object(Files.readString(FOLDER.resolve(file))));
  }

  private static Map<String, Object> at(Map<String, Object> object, String... path) {
    Map<String, Object> here = object;
    for (String name : path) {
      assertThat(here).containsKey(name);
      here = map(Objects.requireNonNull(here.get(name)));
    }
    return here;
  }

  @SuppressWarnings("unchecked") // JSON objects have no other keys than texts.
  private static Map<String, Object> map(Object value) {
    assertThat(value).isInstanceOf(Map.class);
    return (Map<String, Object>) value;
  }
}
