package org.enstore.accounting.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.enstore.accounting.measure.Numbers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameJsonTest {
  @Test
  void encode_schema_comesBeforeData() {
    Frame frame = Frame.answering("A").column(Column.texts("t", List.of("x"))).build();
    String schema =
        "\"schema\":{\"refId\":\"A\",\"fields\":[{\"name\":\"t\",\"type\":\"string\","
            + "\"typeInfo\":{\"frame\":\"string\"}}]}";
    String data = "\"data\":{\"values\":[[\"x\"]]}";
    assertThat(text(FrameJson.encode(frame))).isEqualTo("{" + schema + "," + data + "}");
    assertThat(text(FrameJson.encodeSchema(frame))).isEqualTo("{" + schema + "}");
    assertThat(text(FrameJson.encodeData(frame))).isEqualTo("{" + data + "}");
  }

  @Test
  void encode_noColumns_isValid() {
    assertThat(text(FrameJson.encode(Frame.answering("").build())))
        .isEqualTo("{\"schema\":{\"fields\":[]},\"data\":{\"values\":[]}}");
  }

  @Test
  void encode_timesBeforeTheEpoch_roundDownAndKeepTheNanoseconds() {
    Frame frame = Frame.answering("").column(Column.times("t", -1, -1_000_000)).build();
    assertThat(text(FrameJson.encodeData(frame)))
        .isEqualTo("{\"data\":{\"values\":[[-1,-1]],\"nanos\":[[999999,0]]}}");
  }

  @Test
  void encode_missingNumberThatIsNotANumber_isPlainNull() {
    BitSet all = new BitSet();
    all.set(0, 2);
    Numbers numbers = Numbers.rounded(new double[] {Double.NaN, 0}, all);
    Frame frame = Frame.answering("").column(Column.numbers("n", numbers)).build();
    assertThat(text(FrameJson.encodeData(frame)))
        .isEqualTo("{\"data\":{\"values\":[[null,null]]}}");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "-1.5, -1.5",
    "-0.001, -0.001",
    "0.01, 0.01",
    "12.34, 12.34",
    "1048576.125, 1048576.125",
    "0.0001, 1.0E-4",
    "1e300, 1.0E300",
    "123456789012.345, 123456789012.345",
  })
  void number_usual_isWrittenShort(double number, String text) {
    assertThat(new JsonText().number(number).toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 20261123})
  void number_random_readsBackTheSame(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      double number =
          switch (i % 3) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> Math.rint(random.nextDouble() * 1e9) / 1000;
            default -> random.nextLong();
          };
      if (Double.isFinite(number)) {
        String text = new JsonText().number(number).toString();
        assertThat(Double.parseDouble(text)).as("seed %s: %s", seed, text).isEqualTo(number);
      }
    }
  }

  @Test
  void text_anyCharacter_readsBackTheSame() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 0x300; c++) {
      all.append(c);
    }
    all.append("\u2028\u2029\uFEFF").appendCodePoint(0x1F4FC);
    JsonArray read =
        JsonParser.parseString(
                text(new JsonText().beginArray().text(all.toString()).endArray().toUtf8()))
            .getAsJsonArray();
    assertThat(read.get(0).getAsString()).isEqualTo(all.toString());
  }

  @Test
  void custom_notJson_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameMeta.builder().custom(Map.of("at", Duration.ZERO)))
        .withMessage("no JSON for a java.time.Duration");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FieldConfig.builder().custom(Map.of("rate", Double.NaN)));
  }

  @Test
  void custom_laterChanges_doNotReachTheFrame() {
    Map<String, String> custom = new HashMap<>(Map.of("step", "1h"));
    FrameMeta.Builder meta = FrameMeta.builder().custom(custom);
    custom.put("step", "1d");
    assertThat(meta.build().json()).isEqualTo("{\"custom\":{\"step\":\"1h\"}}");
  }

  @Test
  void config_whatHostsRefuse_isRefused() {
    FieldConfig.Builder config = FieldConfig.builder();
    assertThatIllegalArgumentException().isThrownBy(() -> config.decimals(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> config.decimals(21));
    assertThatIllegalArgumentException().isThrownBy(() -> config.interval(Duration.ofMillis(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FieldConfig.builder().min(Double.NaN).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameMeta.builder().stat("x", "", Double.POSITIVE_INFINITY));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void meta_typeVersion_isStatedForTheContractsTypesAlone(boolean contracted) {
    for (FrameType type : FrameType.values()) {
      if (type.contracted() == contracted) {
        JsonObject meta =
            JsonParser.parseString(FrameMeta.of(type).build().json()).getAsJsonObject();
        assertThat(meta.has("typeVersion")).as(type.text()).isEqualTo(contracted);
      }
    }
  }

  @Test
  void equals_configAndMeta_compareWhatIsSaid() {
    assertThat(FieldConfig.builder().unit("s").build())
        .isEqualTo(FieldConfig.builder().unit("s").build())
        .isNotEqualTo(FieldConfig.empty())
        .hasSameHashCodeAs(FieldConfig.builder().unit("s").build());
    assertThat(FrameMeta.of(FrameType.TABLE).build())
        .isEqualTo(FrameMeta.of(FrameType.TABLE).build())
        .isNotEqualTo(FrameMeta.empty());
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
