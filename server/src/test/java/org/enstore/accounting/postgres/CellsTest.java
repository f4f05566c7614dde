package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.GroupKey;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.Test;

final class CellsTest {

  @Test
  void deliver_givesAllBack_inOrder_withSharedKeys() {
    Cells cells = new Cells(2, 1 << 20);
    for (int i = 0; i < 1000; i++) {
      cells.add(i, key("m" + i % 3), i, -i);
    }
    List<GroupKey> keys = new ArrayList<>();
    List<Long> sums = new ArrayList<>();
    cells.deliver(
        (start, key, quantities) -> {
          assertThat(start).isEqualTo(keys.size());
          keys.add(key);
          sums.add(quantities[0] + quantities[1]);
        });

    assertThat(keys).hasSize(1000);
    assertThat(keys.get(0)).isEqualTo(key("m0")).isSameAs(keys.get(3));
    assertThat(sums).allMatch(sum -> sum == 0);
  }

  @Test
  void add_beyondTheRoom_isRefused() {
    Cells cells = new Cells(1, 2000);
    for (int i = 0; i < 100; i++) {
      cells.add(i, key("m"), i);
    }

    assertThatThrownBy(() -> cells.add(100, key("m"), 100))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
              assertThat(failure.sentence()).contains("more than 100").contains("cacheBytes");
            });
  }

  private static GroupKey key(String mover) {
    return new GroupKey(Direction.READ, List.of(mover));
  }
}
