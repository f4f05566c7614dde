package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class WalPositionTest {
  @Test
  void parse_isPostgresqlsNotation() {
    assertThat(WalPosition.parse("16/B374D848").bytes()).isEqualTo((0x16L << 32) + 0xB374D848L);
    assertThat(WalPosition.parse("0/3000060").bytes()).isEqualTo(0x3000060L);
    assertThat(WalPosition.parse("16/B374D848").text()).isEqualTo("16/B374D848");
    assertThatIllegalArgumentException().isThrownBy(() -> WalPosition.parse("B374D848"));
  }

  @Test
  void since_isNeverNegative() {
    WalPosition earlier = WalPosition.parse("0/FFFFFFFF");
    WalPosition later = WalPosition.parse("1/0");

    assertThat(later.since(earlier)).isEqualTo(1);
    assertThat(earlier.since(later)).isZero();
    assertThat(later).isGreaterThan(earlier);
  }
}
