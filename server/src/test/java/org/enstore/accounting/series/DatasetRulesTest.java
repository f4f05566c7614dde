package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Failures;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.Complaint;
import org.junit.jupiter.api.Test;

class DatasetRulesTest {
  private static DatasetRules rules(Measure measure) {
    return DatasetRules.of(Failures.CATALOGUE, measure);
  }

  @Test
  void whatTheDatasetHas_isTaken() {
    DatasetRules transfers = rules(Transfers.BYTES);
    transfers.groupBy("groupBy", List.of(Dimensions.MOVER, Dimensions.LIBRARY));
    transfers.filters("filters", List.of(Dimensions.STORAGE_GROUP));
    transfers.split("direction", "read");
    transfers.includeExcluded("includeNullMovers");
    DatasetRules failures = rules(Failures.FAILURES);
    failures.groupBy("groupBy", List.of(Failures.REASON, Dimensions.DIRECTION));
    failures.filters("filters", List.of(Failures.REASON));

    assertThat(transfers.complaints()).isEmpty();
    assertThat(failures.complaints()).isEmpty();
  }

  @Test
  void groupBy_ofAnotherDataset() {
    DatasetRules rules = rules(Failures.FAILURES);
    rules.groupBy("groupBy", List.of(Failures.REASON, Dimensions.MOVER));

    assertThat(rules.complaints())
        .containsExactly(
            new Complaint(
                "groupBy",
                "\"groupBy\" names \"mover\"; the measure \"failures\" can be grouped by"
                    + " \"reason\", \"library\" and \"direction\"."));
  }

  @Test
  void filters_ofAnotherDataset() {
    DatasetRules rules = rules(Transfers.BYTES);
    rules.filters("filters", List.of(Failures.REASON));

    assertThat(rules.complaints())
        .containsExactly(
            new Complaint(
                "filters.reason",
                "\"filters.reason\" does not apply; the measure \"bytes\" can be filtered by"
                    + " \"mover\", \"moverClass\", \"storageGroup\", \"library\", \"driveType\" and"
                    + " \"mediaChanger\"."));
  }

  @Test
  void split_ofAnotherDataset_namesTheMeasuresThatHaveIt() {
    DatasetRules rules = rules(Failures.FAILURES);
    rules.split("direction", "read");
    rules.includeExcluded("includeNullMovers");

    assertThat(rules.complaints())
        .satisfiesExactly(
            split -> {
              assertThat(split.field()).isEqualTo("direction");
              assertThat(split.sentence())
                  .startsWith(
                      "\"direction\" is \"read\", which the measure \"failures\" does not take: leave"
                          + " it out, and group or filter by \"direction\" instead, or choose one of"
                          + " \"bytes\", \"throughput\",")
                  .doesNotContain("or \"failures\"");
            },
            excluded ->
                assertThat(excluded.sentence())
                    .startsWith(
                        "\"includeNullMovers\" is true, but of the measure \"failures\" nothing is"
                            + " left out: leave it at false, or choose one of \"bytes\","));
  }

  @Test
  void groupBy_leftOut_isTheSubject() {
    assertThat(Failures.DATASET.defaultGroupBy()).containsExactly(Failures.REASON);
    assertThat(Transfers.DATASET.defaultGroupBy()).containsExactly(Dimensions.MOVER);
  }
}
