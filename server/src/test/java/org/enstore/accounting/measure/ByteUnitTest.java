package org.enstore.accounting.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteUnitTest {

  @Test
  void amount_mebibytes_isRoundedToThousandths() {
    assertThat(ByteUnit.MEBIBYTES.amount(1L << 20)).isEqualTo(1.0);
    assertThat(ByteUnit.MEBIBYTES.amount(524)).isEqualTo(0.0);
    assertThat(ByteUnit.MEBIBYTES.amount(525)).isEqualTo(0.001);
    assertThat(ByteUnit.MEGABYTES.amount(1_500)).isEqualTo(0.002);
    assertThat(ByteUnit.MEGABYTES.amount(1_499)).isEqualTo(0.001);
  }

  @Test
  void amount_bytes_isItself() {
    assertThat(ByteUnit.BYTES.amount(123_456_789_012L)).isEqualTo(123_456_789_012d);
  }

  @Test
  void rate_wholeDay_dividesBySeconds() {
    assertThat(ByteUnit.BYTES.rate(86_400, 86_400_000)).isEqualTo(1.0);
    assertThat(ByteUnit.MEBIBYTES.rate(86_400L << 20, 86_400_000)).isEqualTo(1.0);
  }

  @Test
  void rate_noTime_isRefused() {
    assertThatThrownBy(() -> ByteUnit.BYTES.rate(1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void amountAndRate_anyValue_equalExactDecimalArithmetic() {
    long seed = 42;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      long bytes = random.nextLong() >>> (1 + random.nextInt(60));
      long millis = 1 + (random.nextLong() >>> (30 + random.nextInt(30)));
      for (ByteUnit unit : ByteUnit.values()) {
        long size =
            switch (unit) {
              case BYTES -> 1;
              case MEBIBYTES -> 1 << 20;
              case MEGABYTES -> 1_000_000;
            };
        int digits = unit == ByteUnit.BYTES ? 0 : 3;
        String which = "seed " + seed + ": " + bytes + " in " + millis + " ms as " + unit;
        assertThat(unit.amount(bytes))
            .as(which)
            .isEqualTo(
                BigDecimal.valueOf(bytes)
                    .divide(BigDecimal.valueOf(size), digits, RoundingMode.HALF_UP)
                    .doubleValue());
        if (bytes < Long.MAX_VALUE / 1_000_000) {
          assertThat(unit.rate(bytes, millis))
              .as(which)
              .isEqualTo(
                  BigDecimal.valueOf(bytes)
                      .multiply(BigDecimal.valueOf(1000))
                      .divide(
                          BigDecimal.valueOf(size).multiply(BigDecimal.valueOf(millis)),
                          digits,
                          RoundingMode.HALF_UP)
                      .doubleValue());
        }
      }
    }
  }

  @Test
  void mean_roundsOnce() {
    assertThat(ByteUnit.BYTES.mean(10, 4)).isEqualTo(3);
    assertThat(ByteUnit.MEBIBYTES.mean(Long.MAX_VALUE, 3)).isEqualTo(2932031007402.667);
    assertThatThrownBy(() -> ByteUnit.BYTES.mean(1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rate_ofADouble_roundsOnce() {
    assertThat(ByteUnit.MEBIBYTES.rate(1_572_864.0)).isEqualTo(1.5);
    assertThat(ByteUnit.MEGABYTES.rate(1_234_567.0)).isEqualTo(1.235);
    assertThat(ByteUnit.BYTES.rate(0.5)).isEqualTo(1);
    assertThat(ByteUnit.BYTES.rate(1e19)).isEqualTo(1e19);
  }
}
