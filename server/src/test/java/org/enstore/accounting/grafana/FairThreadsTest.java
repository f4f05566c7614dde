package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Questions;
import org.junit.jupiter.api.Test;

class FairThreadsTest {
  /** Threads that work when the test says so. */
  private final List<Runnable> begun = new ArrayList<>();

  private final List<String> done = new ArrayList<>();

  private FairThreads fair(int threads, int queue) {
    return new FairThreads(threads, queue, begun::add);
  }

  private void give(FairThreads fair, String owner, int count) {
    for (int i = 0; i < count; i++) {
      fair.execute(owner, () -> done.add(owner), new Cancellation());
    }
  }

  @Test
  void oneOwner_leavesHalfOfTheThreads() {
    FairThreads fair = fair(8, 100);

    give(fair, "hung", 50);

    assertThat(begun).hasSize(4);
    assertThat(fair.active()).isEqualTo(4);
    assertThat(fair.waiting()).isEqualTo(46);
  }

  @Test
  void secondOwner_isServedAtOnce_whileTheFirstHangs() {
    FairThreads fair = fair(8, 100);
    give(fair, "hung", 50);

    give(fair, "well", 3);

    assertThat(begun).hasSize(6);
    for (int i = 4; i < 7; i++) {
      begun.get(i).run();
    }
    assertThat(done).containsExactly("well", "well", "well");
  }

  @Test
  void anotherDatabaseOfTheSameSource_isServedAtOnce_whileOneHangs() {
    FairThreads fair = fair(8, 100);
    for (int i = 0; i < 50; i++) {
      fair.execute(Questions.owner("a", Database.DRIVESTAT), () -> {}, new Cancellation());
    }

    fair.execute(
        Questions.owner("a", Database.ACCOUNTING), () -> done.add("a"), new Cancellation());

    assertThat(begun).hasSize(5);
    begun.get(4).run();
    assertThat(done).containsExactly("a");
  }

  @Test
  void owners_takeTurns() {
    FairThreads fair = fair(1, 100);
    give(fair, "a", 3);
    give(fair, "b", 3);

    for (int i = 0; i < 6; i++) {
      begun.get(i).run();
    }

    assertThat(done).containsExactly("a", "a", "b", "a", "b", "b");
    assertThat(fair.active()).isZero();
    assertThat(fair.waiting()).isZero();
  }

  @Test
  void fullQueue_refusesItsOwnerAlone() {
    FairThreads fair = fair(2, 3);
    give(fair, "busy", 4);

    assertThatThrownBy(() -> give(fair, "busy", 1)).isInstanceOf(RejectedExecutionException.class);
    give(fair, "other", 3);

    assertThat(fair.waiting()).isEqualTo(6 - 1);
  }

  @Test
  void cancelledWork_leavesTheQueue_andMakesRoom() {
    FairThreads fair = fair(1, 1);
    give(fair, "a", 1);
    Cancellation cancellation = new Cancellation();
    fair.execute("a", () -> done.add("cancelled"), cancellation);

    cancellation.cancel();

    assertThat(fair.waiting()).isZero();
    give(fair, "a", 1);
    begun.get(0).run();
    begun.get(1).run();
    assertThat(begun).hasSize(2);
    assertThat(done).containsExactly("a", "a");
  }

  @Test
  void workThatThrows_givesItsThreadBack() {
    FairThreads fair = fair(1, 10);
    fair.execute(
        "a",
        () -> {
          throw new IllegalStateException("no");
        },
        new Cancellation());
    give(fair, "a", 1);

    assertThatThrownBy(() -> begun.get(0).run()).hasMessage("no");
    begun.get(1).run();

    assertThat(done).containsExactly("a");
  }
}
