package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void whatTakesLongToRead_isRefused() {
    refuses("{\"a\":" + "9".repeat(200) + "}", "has a number of more than 100 characters.");
    refuses("{\"a\":" + "[".repeat(40), "has more than 32 objects and lists within one another.");
    refuses("{\"a\":".repeat(40), "has more than 32 objects and lists within one another.");
    refuses("{\"a\":\"" + "x".repeat(1 << 20) + "\"}", "it must be at most 262144.");
    refuses(
        IntStream.range(0, 600)
            .mapToObj(i -> "\"k" + i + "\":1")
            .collect(Collectors.joining(",", "{", "}")),
        "has an object of more than 500 keys.");
    refuses(
        ("{\"" + "k".repeat(1000) + "\":1,").repeat(2).replaceFirst(",\\{", ",") + "}",
        "k".repeat(60) + "…\" twice.");
  }

  @Test
  void hugeExponents_areNumbers() {
    assertThat(Json.object("{\"a\":1e999999999}"))
        .containsEntry("a", new BigDecimal("1e999999999"));
    refuses("{\"a\":1e99999999999}", "is not valid JSON");
  }

  private static void refuses(String text, String why) {
    assertThatThrownBy(() -> Json.object(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
