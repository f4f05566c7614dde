package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapWatchTest {
  private final AtomicLong seconds = new AtomicLong();
  private final List<Double> caches = new ArrayList<>();
  private final AtomicLong ends = new AtomicLong();
  private double used;
  private double live;
  private int collections;

  private final HeapWatch watch =
      new HeapWatch(
          new HeapWatch.Heap() {
            @Override
            public double used() {
              return used;
            }

            @Override
            public double live() {
              collections++;
              used = live;
              return live;
            }
          },
          caches::add,
          ends::incrementAndGet,
          () -> seconds.get() * 1_000_000_000L);

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      seconds.incrementAndGet();
      watch.look();
    }
  }

  @Test
  void garbage_isCollected_andNothingElseHappens() {
    used = 0.99;
    live = 0.5;
    look(30);
    assertThat(collections).isEqualTo(1);
    assertThat(caches).isEmpty();
    assertThat(watch.sentence()).isEmpty();
  }

  @Test
  void fullHeap_shrinksCachesFirst_thenRefuses_andOnlyThenEnds() {
    used = 0.99;
    live = 0.95;
    look(10);
    assertThat(caches).containsExactly(0.5, 0.25);
    assertThat(watch.sentence()).isEmpty();
    look(1);
    assertThat(watch.sentence()).hasValueSatisfying(told -> assertThat(told).contains("-Xmx"));
    assertThat(ends).hasValue(0);
    look(10);
    assertThat(ends.get()).isPositive();
  }

  @Test
  void roomAgain_takesQuestions_andLetsCachesGrowLater() {
    used = 0.99;
    live = 0.95;
    look(12);
    assertThat(watch.sentence()).isPresent();
    used = 0.6;
    live = 0.6;
    look(1);
    assertThat(watch.sentence()).isEmpty();
    assertThat(caches).containsExactly(0.5, 0.25);
    look(30);
    assertThat(caches).containsExactly(0.5, 0.25, 1.0);
    assertThat(ends).hasValue(0);
  }
}
