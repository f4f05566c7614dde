package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.series.Availability;
import org.enstore.accounting.series.Extent;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.TableState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogueJsonTest {
  private static final Path RECORDED = Path.of("src/test/resources/grafana/catalog.json");
  private static final String SENTENCE = "Run on the primary: GRANT SELECT ON TABLE t TO r;";

  /** The front end's tests read the same file; {@code -Dregenerate=true} writes it. */
  @Test
  void catalogue_isAsRecorded() throws IOException {
    String now =
        new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(JsonParser.parseString(Json.text(CatalogueJson.of(Catalogue.ENSTORE))))
            + "\n";
    if (Boolean.getBoolean("regenerate")) {
      Files.writeString(RECORDED, now);
    }
    assertThat(Files.readString(RECORDED)).isEqualTo(now);
  }

  @Test
  void dataset_whoseFactsMayNotBeRead_isNotAvailable() {
    Map<String, Object> transfers = transfers(List.of(Transfers.FACTS, Transfers.SUMMARY));

    assertThat(transfers).containsEntry("available", false).containsEntry("problem", SENTENCE);
  }

  @Test
  void dataset_withNothingButItsSummary_isAvailableInPart() {
    Map<String, Object> transfers = transfers(List.of(Transfers.FACTS));

    assertThat(transfers).containsEntry("available", true).containsEntry("problem", SENTENCE);
    assertThat(measures(transfers))
        .anySatisfy(
            measure ->
                assertThat(measure).containsEntry("id", "bytes").containsEntry("available", true))
        .anySatisfy(
            measure ->
                assertThat(measure)
                    .containsEntry("id", "transfers")
                    .containsEntry("available", false));
  }

  private static Map<String, Object> transfers(List<SourceTable> unreadable) {
    Map<SourceTable, TableState> tables = new LinkedHashMap<>();
    Catalogue.ENSTORE
        .tables()
        .forEach(
            table ->
                tables.put(
                    table,
                    TableState.ofDays(
                        Extent.of(Extent.EARLIEST, Extent.EARLIEST),
                        unreadable.contains(table)
                            ? Optional.of(new QueryFailure(FailureKind.ACCESS_DENIED, SENTENCE))
                            : Optional.empty())));
    SourceState state =
        new SourceState(
            "standby:5432",
            true,
            new ReplayLag.NotAStandby(),
            Instant.EPOCH,
            Instant.EPOCH,
            "lineage",
            tables);
    return list(
            CatalogueJson.of(
                    Catalogue.ENSTORE,
                    dataset -> Availability.of(dataset, Optional.of(state)),
                    (dataset, measure) -> Availability.of(dataset, measure, Optional.of(state)))
                .get("datasets"))
        .stream()
        .filter(dataset -> "transfers".equals(dataset.get("id")))
        .findFirst()
        .orElseThrow();
  }

  private static List<Map<String, Object>> measures(Map<String, Object> dataset) {
    return list(dataset.get("measures"));
  }

  @SuppressWarnings("unchecked") // So the JSON is made.
  private static List<Map<String, Object>> list(@Nullable Object value) {
    return (List<Map<String, Object>>) Objects.requireNonNull(value);
  }
}
