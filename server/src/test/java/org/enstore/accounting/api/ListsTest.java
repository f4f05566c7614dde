package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.enstore.accounting.api.ApiCalls.fields;
import static org.enstore.accounting.api.ApiCalls.seconds;
import static org.enstore.accounting.api.ApiCalls.stub;

import com.google.protobuf.Duration;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.proto.v1.Dimension;
import org.enstore.accounting.proto.v1.GetFreshnessRequest;
import org.enstore.accounting.proto.v1.ListDimensionValuesRequest;
import org.enstore.accounting.proto.v1.ListDimensionsRequest;
import org.enstore.accounting.proto.v1.ListMeasuresRequest;
import org.enstore.accounting.proto.v1.ListMoversRequest;
import org.enstore.accounting.proto.v1.ListMoversResponse;
import org.enstore.accounting.proto.v1.ListReconciliationRequest;
import org.enstore.accounting.proto.v1.Measure;
import org.enstore.accounting.proto.v1.Mover;
import org.enstore.accounting.proto.v1.MoverClass;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.junit.jupiter.api.Test;

/** Lists and the freshness through a real port, as callers get them. */
class ListsTest {
  @Test
  void lists_comeInPages_inNaturalOrder() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListMoversRequest request =
          ListMoversRequest.newBuilder().setDataSource("fnal").setPageSize(2).build();
      ListMoversResponse first = stub(api.channel()).listMovers(request);
      ListMoversResponse second =
          stub(api.channel())
              .listMovers(request.toBuilder().setPageToken(first.getNextPageToken()).build());

      assertThat(first.getMoversList())
          .extracting(Mover::getName)
          .containsExactly("fnal_disk_1", "fnal_LTO8_9");
      assertThat(second.getMoversList()).extracting(Mover::getName).containsExactly("fnal_LTO8_10");
      assertThat(second.getNextPageToken()).isEmpty();
      assertThat(
              stub(api.channel())
                  .listMovers(request.toBuilder().addClasses(MoverClass.MOVER_CLASS_DISK).build())
                  .getMoversList())
          .extracting(Mover::getName)
          .containsExactly("fnal_disk_1");
      assertThat(
              stub(api.channel())
                  .listDimensionValues(
                      ListDimensionValuesRequest.newBuilder()
                          .setDataSource("test")
                          .setDimension("storageGroup")
                          .build())
                  .getValuesList())
          .containsExactly("test-group");
    }
  }

  @Test
  void lists_refuseByField() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListMoversRequest.Builder request = ListMoversRequest.newBuilder().setDataSource("fnal");
      List<ListMoversRequest> wrong =
          List.of(
              request.clone().setPageSize(-1).build(),
              request.clone().setPageToken("x").build(),
              request.clone().setMatch("(").build(),
              request.clone().setLookBack(Duration.newBuilder().setSeconds(1)).build(),
              request.clone().addClassesValue(9).build(),
              request.clone().clearDataSource().build());
      List<String> named = new ArrayList<>();
      for (ListMoversRequest each : wrong) {
        StatusRuntimeException e =
            catchThrowableOfType(
                StatusRuntimeException.class, () -> stub(api.channel()).listMovers(each));
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        named.addAll(fields(e));
      }

      assertThat(named)
          .containsExactly(
              "page_size", "page_token", "match", "look_back", "classes", "data_source");
    }
  }

  @Test
  void lists_tellWhatIsKnown_andAreNarrowedByFilters() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListMoversResponse movers =
          stub(api.channel())
              .listMovers(ListMoversRequest.newBuilder().setDataSource("fnal").build());
      Mover mover = movers.getMovers(0);
      assertThat(mover.getMoverClass()).isEqualTo(MoverClass.MOVER_CLASS_DISK);
      assertThat(mover.getFirstSeenDay()).isEqualTo("2025-06-10");
      assertThat(mover.getLastSeenDay()).isEqualTo("2025-06-19");
      assertThat(mover.getLibrariesList()).containsExactly("LTO8");

      SeriesQuery.Filter none = SeriesQuery.Filter.newBuilder().addInclude("another").build();
      assertThat(
              stub(api.channel())
                  .listDimensionValues(
                      ListDimensionValuesRequest.newBuilder()
                          .setDataSource("fnal")
                          .setDimension("storageGroup")
                          .putFilters("library", none)
                          .build())
                  .getValuesList())
          .isEmpty();
    }
  }

  @Test
  void dimensionValues_refuseByField() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListDimensionValuesRequest.Builder request =
          ListDimensionValuesRequest.newBuilder().setDataSource("fnal").setDimension("library");
      List<ListDimensionValuesRequest> wrong =
          List.of(
              request.clone().clearDimension().build(),
              request.clone().setDimension("shelf").build(),
              request.clone().setDataset("rumours").build(),
              request.clone().setDimension("mediaChanger").setDataset("errors").build(),
              request
                  .clone()
                  .putFilters(
                      "storageGroup", SeriesQuery.Filter.newBuilder().setNoMatch("(").build())
                  .build(),
              request.clone().putFilters("shelf", SeriesQuery.Filter.getDefaultInstance()).build());
      List<String> named = new ArrayList<>();
      for (ListDimensionValuesRequest each : wrong) {
        StatusRuntimeException e =
            catchThrowableOfType(
                StatusRuntimeException.class, () -> stub(api.channel()).listDimensionValues(each));
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        named.addAll(fields(e));
      }

      assertThat(named)
          .containsExactly(
              "dimension",
              "dimension",
              "dataset",
              "dataset",
              "filters.storageGroup.no_match",
              "filters.shelf");
    }
  }

  @Test
  void measures_areThoseOfTheCatalogue_withWhatTheDatabaseHas() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      List<Measure> measures =
          stub(api.channel())
              .listMeasures(ListMeasuresRequest.newBuilder().setDataSource("fnal").build())
              .getMeasuresList();

      assertThat(measures)
          .extracting(Measure::getName)
          .containsExactlyElementsOf(
              Catalogue.ENSTORE.measures().stream()
                  .map(org.enstore.accounting.catalog.Measure::id)
                  .toList());
      assertThat(measures.get(0))
          .isEqualTo(
              Measure.newBuilder()
                  .setName("bytes")
                  .setTitle("Bytes")
                  .setDescription("Bytes transferred in each step")
                  .setKind("bytes")
                  .setUnit("bytes")
                  .setAdditive(true)
                  .setDataset("transfers")
                  .setDatabase("accounting")
                  .addAllDimensions(
                      List.of(
                          "mover",
                          "moverClass",
                          "storageGroup",
                          "library",
                          "driveType",
                          "mediaChanger"))
                  .addDefaultGroupBy("mover")
                  .setHasDirection(true)
                  .setHasNullMovers(true)
                  .setHasSummary(true)
                  .setAvailable(true)
                  .build());
    }
  }

  @Test
  void dimensions_areThoseOfTheCatalogue() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      List<Dimension> dimensions =
          stub(api.channel())
              .listDimensions(ListDimensionsRequest.newBuilder().setDataSource("fnal").build())
              .getDimensionsList();

      assertThat(dimensions)
          .extracting(Dimension::getName)
          .containsExactlyElementsOf(
              Catalogue.ENSTORE.askable().stream()
                  .map(org.enstore.accounting.catalog.Dimension::id)
                  .toList());
      assertThat(dimensions.get(1).getValuesList()).containsExactly("tape", "disk", "null");
      assertThat(dimensions.get(1).getDatasetsList()).containsExactly("transfers");
    }
  }

  @Test
  void listReconciliation_withoutAnEnd_isRefusedByField() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      ListReconciliationRequest request =
          ListReconciliationRequest.newBuilder()
              .setDataSource("fnal")
              .setStartTime(seconds(ServedApi.NOW.getEpochSecond() - 86_400))
              .build();
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> stub(api.channel()).listReconciliation(request));

      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(e.getStatus().getDescription()).contains("endTime");
    }
  }

  @Test
  void freshness_tellsTheHostAndTheNewestTransfer() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      assertThat(
              stub(api.channel())
                  .getFreshness(GetFreshnessRequest.newBuilder().setDataSource("fnal").build())
                  .getNewestTransferTime())
          .isEqualTo(seconds(1_750_352_400));
    }
  }
}
