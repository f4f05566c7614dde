package org.enstore.accounting.grafana;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Texts that somebody might send in place of a query, made by chance from a seed. */
final class HostileJson {
  static final List<String> KEYS =
      List.of(
          "measure",
          "unit",
          "direction",
          "step",
          "source",
          "gaps",
          "groupBy",
          "filters",
          "top",
          "compare",
          "runningTotal",
          "includeNullMovers",
          "version",
          "queryType",
          "legend",
          "kind",
          "lookBack",
          "match",
          "instant",
          "unheardOf",
          "__proto__",
          "\\u0000\\u001f",
          "k".repeat(300));

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "-0.0",
          "1e308",
          "1e999999999",
          "-1E-999999999",
          "99999999999999999999",
          "9".repeat(60_000),
          "0." + "1".repeat(60_000),
          "0.5",
          "NaN",
          "\"\"",
          "\"1h\"",
          "\"1m\"",
          "\"7300d\"",
          "\"9999999999999999d\"",
          "\"bytes\"",
          "\"driveRateP95\"",
          "\"raw\"",
          "\"previousPeriod\"",
          "\"foreign_LTO8_9\"",
          "[]",
          "[\"mover\",\"mover\"]",
          "[\"mover\",\"storageGroup\",\"library\",\"driveType\"]",
          "{}",
          "{\"mover\":{\"include\":[\"foreign_LTO8_9\"]}}",
          "{\"mover\":{\"match\":7}}",
          "{\"moverClass\":{\"include\":[" + "\"x\",".repeat(2000) + "\"y\"]}}",
          "{\"unheardOf\":{\"match\":\"a\"}}",
          "\"\\u0000\\ud800\"",
          "\"\u0001\u0002\"",
          "\"\ud83d\ude00\\u202e\"",
          "\"" + "x".repeat(5_000) + "\"");

  private final Random random;

  HostileJson(Random random) {
    this.random = random;
  }

  /** A text: noise, broken JSON, or an object with keys and values of which most are wrong. */
  byte[] text() {
    return switch (random.nextInt(12)) {
      case 0 -> noise(60);
      case 1 -> "{\"step\":\"1d\"}".getBytes(StandardCharsets.UTF_8);
      case 2 -> invalid(object());
      case 3 -> deep();
      default -> object().getBytes(StandardCharsets.UTF_8);
    };
  }

  private byte[] noise(int most) {
    byte[] noise = new byte[random.nextInt(most)];
    random.nextBytes(noise);
    return noise;
  }

  private String object() {
    StringBuilder text = new StringBuilder("{");
    int count = random.nextInt(60) == 0 ? 2_000 : random.nextInt(4);
    for (int i = 0; i < count; i++) {
      // With two thousand of them keys repeat themselves, as they sometimes do with two.
      String key = count > 1_000 && random.nextInt(100) > 0 ? "k" + i : pick(KEYS);
      text.append(i == 0 ? "" : ",").append('"').append(key).append("\":");
      text.append(count > 1_000 ? "0" : value());
    }
    return text.append(random.nextInt(20) == 0 ? "" : "}").toString();
  }

  /** The text of any value. */
  String value() {
    return switch (random.nextInt(6)) {
      case 0 -> "{\"mover\":{\"" + pick(List.of("match", "noMatch")) + "\":\"" + pattern() + "\"}}";
      case 1 -> '"' + pattern() + '"';
      default -> pick(VALUES);
    };
  }

  /** Bytes that are no UTF-8, somewhere in {@code text}. */
  private byte[] invalid(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    bytes[random.nextInt(bytes.length)] = (byte) (0x80 + random.nextInt(0x80));
    return bytes;
  }

  /** Objects or lists within one another. */
  private byte[] deep() {
    int depth = pick(List.of(30, 40, 300, 20_000));
    byte[] open = new byte[depth];
    Arrays.fill(open, (byte) '[');
    return ("{\"groupBy\":"
            + new String(open, StandardCharsets.UTF_8)
            + (random.nextBoolean() ? "" : "]".repeat(depth) + "}"))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** A regular expression, as it stands in JSON: sound, unsound, or far larger than its text. */
  private String pattern() {
    int times = pick(List.of(2, 9, 50, 1000));
    return switch (random.nextInt(9)) {
      case 0 -> "(".repeat(10) + "a" + ("{" + times + "})").repeat(9) + "){2}";
      case 1 -> "(".repeat(times) + "a" + ")".repeat(times);
      case 2 -> "(?i)" + pick(List.of("\\u1c80", "[\\u0041-\\uffff]", "ltO8", "\\\\pL{9}"));
      case 3 -> "(a*)*(";
      case 4 -> "[^\\\\pL\\\\pN]{" + times + "}";
      case 5 -> "(.*){" + times + "}";
      case 6 -> "a|".repeat(times);
      case 7 -> "[".repeat(times);
      default -> pick(List.of("LTO8", "^.*_1$", "\\\\Q", "\\u0000", "(?P<x>", "x".repeat(11_000)));
    };
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
