package org.enstore.accounting.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.enstore.accounting.measure.Numbers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ArrowFileTest {
  private static final long LARGEST_DOUBLE_INTEGER = 1L << 53;

  @Test
  void encode_everyType_readsBackEqual() {
    Frame frame =
        Frame.answering("A")
            .name("all types")
            .meta(FrameMeta.of(FrameType.TABLE).executedQuery("select 1").build())
            .column(Column.times("time", -1, 0, 1_700_000_000_123_456_789L))
            .column(Column.numbers("exact", Numbers.exact(new long[] {1, -2, 3}, new BitSet())))
            .column(
                Column.numbers(
                    "real", Numbers.rounded(new double[] {0.5, -0.0, 1e300}, missing(1))))
            .column(Column.texts("text", Arrays.asList("a", null, "")))
            .column(Column.truths("truth", Arrays.asList(true, false, null)))
            .build();
    ArrowReadBack read = ArrowReadBack.of(ArrowFile.encode(frame));
    assertThat(read.metadata())
        .containsOnly(
            Map.entry("name", "all types"),
            Map.entry("refId", "A"),
            Map.entry("meta", "{\"type\":\"table\",\"executedQueryString\":\"select 1\"}"));
    assertThat(read.fields())
        .containsExactly(
            field(
                "time",
                "Timestamp(NANOSECOND, null)",
                false,
                "time",
                -1L,
                0L,
                1_700_000_000_123_456_789L),
            field("exact", "Int(64, true)", false, "number", 1L, -2L, 3L),
            field("real", "FloatingPoint(DOUBLE)", true, "number", 0.5, null, 1e300),
            field("text", "Utf8", true, "string", "a", null, ""),
            field("truth", "Bool", true, "boolean", true, false, null));
  }

  @Test
  void encode_integersBeyondDoubles_keepEveryDigit() {
    long[] values = {
      LARGEST_DOUBLE_INTEGER + 1, -LARGEST_DOUBLE_INTEGER - 1, Long.MAX_VALUE, Long.MIN_VALUE
    };
    Frame frame =
        Frame.answering("A")
            .column(Column.numbers("bytes", Numbers.exact(values, new BitSet())))
            .build();
    assertThat(ArrowReadBack.of(ArrowFile.encode(frame)).fields().get(0).values())
        .containsExactly(values[0], values[1], values[2], values[3]);
  }

  @Test
  void encode_notANumber_isAValueAndNoNull() {
    double[] values = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    Frame frame =
        Frame.answering("A")
            .column(Column.numbers("rate", Numbers.rounded(values, new BitSet())))
            .build();
    assertThat(ArrowReadBack.of(ArrowFile.encode(frame)).fields().get(0).values())
        .containsExactly(values[0], values[1], values[2]);
  }

  @Test
  void encode_labelsAndConfig_standInTheFieldsMetadata() {
    Column column =
        Column.numbers("bytes", Numbers.exact(new long[] {1}, new BitSet()))
            .labelled(Map.of("mover", "L8G1_007 \"é\""))
            .configured(FieldConfig.builder().unit("bytes").displayName("Zürich 磁带").build());
    Frame frame = Frame.answering("A").column(column).build();
    assertThat(ArrowReadBack.of(ArrowFile.encode(frame)).fields().get(0).metadata())
        .containsOnly(
            Map.entry("tstype", "number"),
            Map.entry("labels", "{\"mover\":\"L8G1_007 \\\"é\\\"\"}"),
            Map.entry("config", "{\"displayNameFromDS\":\"Zürich 磁带\",\"unit\":\"bytes\"}"));
  }

  @Test
  void encode_noColumns_isAFileWithoutBatches() {
    Frame frame =
        Frame.answering("B").meta(FrameMeta.of(FrameType.TIMESERIES_WIDE).build()).build();
    ArrowReadBack read = ArrowReadBack.of(ArrowFile.encode(frame));
    assertThat(read.batches()).isZero();
    assertThat(read.fields()).isEmpty();
    assertThat(read.metadata())
        .containsEntry("meta", "{\"type\":\"timeseries-wide\",\"typeVersion\":[0,1]}");
  }

  @Test
  void encode_noRows_keepsTheColumns() {
    Frame frame =
        Frame.answering("B")
            .column(Column.times("time"))
            .column(Column.texts("text", List.of()).nullable())
            .build();
    ArrowReadBack read = ArrowReadBack.of(ArrowFile.encode(frame));
    assertThat(read.batches()).isZero();
    assertThat(read.fields())
        .containsExactly(
            field("time", "Timestamp(NANOSECOND, null)", false, "time"),
            field("text", "Utf8", true, "string"));
  }

  @Test
  void encode_nothingSaid_writesNoMeta() {
    assertThat(ArrowReadBack.of(ArrowFile.encode(Frame.answering("").build())).metadata())
        .containsOnly(Map.entry("name", ""), Map.entry("refId", ""));
  }

  @Test
  void encode_nullableWithoutNulls_saysSo() {
    Column column = Column.numbers("n", Numbers.exact(new long[] {4}, new BitSet())).nullable();
    ArrowReadBack read =
        ArrowReadBack.of(ArrowFile.encode(Frame.answering("A").column(column).build()));
    assertThat(read.fields()).containsExactly(field("n", "Int(64, true)", true, "number", 4L));
  }

  @Test
  void encode_anything_beginsAndEndsWithTheMagic() {
    byte[] file = ArrowFile.encode(Frame.answering("A").column(Column.times("time", 1)).build());
    assertThat(new String(file, 0, 8, StandardCharsets.ISO_8859_1)).isEqualTo("ARROW1\0\0");
    assertThat(new String(file, file.length - 6, 6, StandardCharsets.ISO_8859_1))
        .isEqualTo("ARROW1");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 20261123})
  void encode_randomTables_readBackEqual(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 25; round++) {
      int rows = random.nextInt(70);
      Frame.Builder frame = Frame.answering("R" + round);
      List<List<@Nullable Object>> expected = new ArrayList<>();
      int columns = random.nextInt(6);
      for (int i = 0; i < columns; i++) {
        frame.column(randomColumn(random, rows, expected));
      }
      ArrowReadBack read = ArrowReadBack.of(ArrowFile.encode(frame.build()));
      assertThat(read.fields().stream().map(ArrowReadBack.Field::values).toList())
          .as("seed %s, round %s", seed, round)
          .isEqualTo(expected);
    }
  }

  @Test
  void frame_columnsOfDifferentLength_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Frame.answering("A")
                    .column(Column.times("time", 1, 2))
                    .column(Column.texts("text", List.of("a")))
                    .build())
        .withMessage("column text has 1 rows, the first one 2");
  }

  @Test
  void encode_missingTimes_comeBackNull() {
    List<@Nullable Instant> instants = new ArrayList<>();
    instants.add(Instant.ofEpochSecond(-1, 5));
    instants.add(null);
    ArrowReadBack read =
        ArrowReadBack.of(
            ArrowFile.encode(
                Frame.answering("A").column(Column.times("timeEnd", instants)).build()));

    assertThat(read.fields()).hasSize(1);
    assertThat(read.fields().get(0).nullable()).isTrue();
    assertThat(read.fields().get(0).values()).containsExactly(-999_999_995L, null);
  }

  private static Column randomColumn(
      Random random, int rows, List<List<@Nullable Object>> expected) {
    List<@Nullable Object> values = new ArrayList<>();
    expected.add(values);
    BitSet missing = new BitSet();
    if (random.nextBoolean()) {
      for (int row = 0; row < rows; row++) {
        missing.set(row, random.nextInt(4) == 0);
      }
    }
    switch (random.nextInt(5)) {
      case 0 -> {
        long[] times = random.longs(rows).toArray();
        Arrays.stream(times).forEach(values::add);
        return Column.times("time", times);
      }
      case 1 -> {
        long[] longs = random.longs(rows).toArray();
        Arrays.stream(longs).forEach(values::add);
        blank(values, missing);
        return Column.numbers("long", Numbers.exact(longs, missing));
      }
      case 2 -> {
        double[] doubles =
            random.longs(rows).mapToDouble(Double::longBitsToDouble).map(Math::abs).toArray();
        Arrays.stream(doubles).forEach(values::add);
        blank(values, missing);
        return Column.numbers("double", Numbers.rounded(doubles, missing));
      }
      case 3 -> {
        List<@Nullable String> texts = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
          texts.add(missing.get(row) ? null : randomText(random));
        }
        values.addAll(texts);
        return Column.texts("text", texts);
      }
      default -> {
        List<@Nullable Boolean> truths = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
          truths.add(missing.get(row) ? null : (Boolean) random.nextBoolean());
        }
        values.addAll(truths);
        return Column.truths("truth", truths);
      }
    }
  }

  private static void blank(List<@Nullable Object> values, BitSet missing) {
    missing.stream().forEach(row -> values.set(row, null));
  }

  private static String randomText(Random random) {
    return random
        .ints(random.nextInt(9), 0, Character.MAX_CODE_POINT + 1)
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static ArrowReadBack.Field field(
      String name, String type, boolean nullable, String tstype, @Nullable Object... values) {
    return new ArrowReadBack.Field(
        name, type, nullable, Map.of("tstype", tstype), Arrays.asList(values));
  }

  private static BitSet missing(int... rows) {
    BitSet missing = new BitSet();
    Arrays.stream(rows).forEach(missing::set);
    return missing;
  }
}
