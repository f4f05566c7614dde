package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Timestamp;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.proto.v1.SeriesQuery.Filter;
import org.enstore.accounting.proto.v1.SeriesQuery.GroupBy;
import org.enstore.accounting.series.GapPolicy;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.junit.jupiter.api.Test;

class QueryFieldsTest {
  private static SeriesQuery.Builder range() {
    return SeriesQuery.newBuilder()
        .setStartTime(Timestamp.newBuilder().setSeconds(1_700_000_000))
        .setEndTime(Timestamp.newBuilder().setSeconds(1_700_086_400));
  }

  private static List<Complaint> complaints(SeriesQuery.Builder asked) {
    return catchThrowableOfType(QueryFailure.class, () -> QueryFields.read(asked.build()))
        .complaints();
  }

  @Test
  void emptyQuery_hasTheDefaultsOfAPanel() {
    org.enstore.accounting.series.SeriesQuery query = QueryFields.read(range().build());

    assertThat(query.measure()).isEqualTo(Transfers.BYTES);
    assertThat(query.groupBy()).containsExactly(Dimensions.MOVER);
    assertThat(query.splitBy()).containsExactly(Dimensions.DIRECTION);
    assertThat(query.unit()).isEqualTo(ByteUnit.MEBIBYTES);
    assertThat(query.gaps()).isEqualTo(GapPolicy.NOT_YET);
    assertThat(query.stepWanted()).isEmpty();
    assertThat(query.maxPoints()).isEqualTo(100);
  }

  @Test
  void groupBy_thereButEmpty_isTheTotal() {
    assertThat(QueryFields.read(range().setGroupBy(GroupBy.newBuilder()).build()).groupBy())
        .isEmpty();
  }

  @Test
  void filters_areReadByDimension() {
    SeriesQuery.Builder asked =
        range()
            .putFilters(
                "storageGroup", Filter.newBuilder().addInclude("cms").setNoMatch("^x").build());

    assertThat(QueryFields.read(asked.build()).filters())
        .containsEntry(
            Dimensions.STORAGE_GROUP,
            new org.enstore.accounting.series.Filter(
                List.of("cms"), List.of(), Optional.empty(), Optional.of("^x")));
  }

  @Test
  void everyKeyOfTheRules_hasAField_andEveryFieldAKey() {
    Set<String> fields =
        SeriesQuery.getDescriptor().getFields().stream()
            .filter(field -> !QueryFields.BESIDE.contains(field.getName()))
            .map(FieldDescriptor::getJsonName)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(fields)
        .isEqualTo(
            QueryRules.KEYS.stream().map(Key::name).collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void everyWordOfTheRules_hasAnEnumValue_andEveryEnumValueAWord() {
    for (Key<?> key : QueryRules.KEYS) {
      FieldDescriptor field =
          SeriesQuery.getDescriptor().getFields().stream()
              .filter(each -> each.getJsonName().equals(key.name()))
              .findFirst()
              .orElseThrow();
      if (field.getJavaType() == FieldDescriptor.JavaType.ENUM
          && key.form().get("enum") instanceof List<?> words) {
        EnumDescriptor values = field.getEnumType();
        Set<String> known =
            values.getValues().stream()
                .filter(value -> value.getNumber() != 0)
                .map(QueryFields::word)
                .collect(Collectors.toSet());
        assertThat(known)
            .as(key.name())
            .isEqualTo(words.stream().map(String::valueOf).collect(Collectors.toSet()));
      }
    }
  }

  @Test
  void rangeMissing_isRefusedFieldByField() {
    assertThat(complaints(SeriesQuery.newBuilder()))
        .extracting(Complaint::field)
        .containsExactly("startTime", "endTime");
  }

  @Test
  void rangeReversed_namesTheEnd() {
    SeriesQuery.Builder asked = range().setEndTime(Timestamp.newBuilder().setSeconds(1));

    assertThat(complaints(asked)).extracting(Complaint::field).containsExactly("endTime");
  }

  @Test
  void instantsOutOfRange_areRefused() {
    assertThat(
            complaints(
                range()
                    .setStartTime(Timestamp.newBuilder().setSeconds(Long.MIN_VALUE))
                    .setEndTime(Timestamp.newBuilder().setSeconds(5).setNanos(-1))))
        .extracting(Complaint::field)
        .containsExactly("startTime", "endTime");
  }

  @Test
  void unknownEnumNumber_isRefusedByTheRules() {
    assertThat(complaints(range().setGapsValue(99)))
        .singleElement()
        .satisfies(
            complaint -> {
              assertThat(complaint.field()).isEqualTo("gaps");
              assertThat(complaint.sentence()).contains("\"99\"").contains("notYet");
            });
  }

  @Test
  void unknownNames_areRefusedByTheRules() {
    assertThat(
            complaints(
                range()
                    .setMeasure("furlongs")
                    .setGroupBy(GroupBy.newBuilder().addDimensions("shelf"))
                    .putFilters("shelf", Filter.getDefaultInstance())))
        .extracting(Complaint::field)
        .containsExactly("measure", "groupBy", "filters.shelf");
  }

  @Test
  void dimensionOfAnotherDataset_isRefusedByItsField() {
    assertThat(
            complaints(
                range()
                    .setMeasure("errors")
                    .setGroupBy(GroupBy.newBuilder().addDimensions("mediaChanger"))
                    .setDirection(SeriesQuery.Direction.DIRECTION_READ)
                    .setIncludeNullMovers(true)))
        .extracting(Complaint::field)
        .containsExactly("groupBy", "direction", "includeNullMovers");
  }

  @Test
  void patternThatIsNone_namesItsField() {
    SeriesQuery.Builder asked =
        range().putFilters("mover", Filter.newBuilder().setMatch("(").build());

    assertThat(complaints(asked))
        .extracting(Complaint::field)
        .containsExactly("filters.mover.match");
  }

  @Test
  void fields_areNamedAsInTheProtoFile() {
    assertThat(Failures.path("query", "filters.storageGroup.noMatch"))
        .isEqualTo("query.filters.storageGroup.no_match");
  }

  @Test
  void hostileMessages_areAnsweredOrRefusedByField() {
    Random random = new Random(20_261_123);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      SeriesQuery asked = HostileMessages.query(random);
      try {
        assertThat(QueryFields.read(asked).maxPoints()).isPositive();
      } catch (QueryFailure failure) {
        refused++;
        assertThat(failure.complaints())
            .isNotEmpty()
            .allSatisfy(complaint -> assertThat(complaint.field()).isNotEmpty());
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }
}
