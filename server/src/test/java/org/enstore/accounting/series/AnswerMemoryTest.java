package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AnswerMemoryTest {
  private static final long MIB = 1 << 20;

  private final AnswerMemory memory = new AnswerMemory(10 * MIB);

  private AnswerMemory.Share open() {
    return memory.open(new Cancellation());
  }

  /** Takes on a thread of its own, and returns once that thread waits. */
  private static CompletableFuture<Void> waitingTake(AnswerMemory.Share share, long bytes) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    Thread taker =
        new Thread(
            () -> {
              try {
                share.take(bytes);
                taken.complete(null);
              } catch (QueryFailure e) {
                taken.completeExceptionally(e);
              }
            });
    taker.start();
    while (taker.getState() != Thread.State.TIMED_WAITING) {
      assertThat(taken).isNotDone();
      Thread.onSpinWait();
    }
    return taken;
  }

  @Test
  void share_isCounted_andGivenBackOnce() {
    AnswerMemory.Share first = open();
    AnswerMemory.Share second = open();
    first.take(4 * MIB);
    second.take(3 * MIB);
    assertThat(memory.takenBytes()).isEqualTo(7 * MIB);

    first.close();
    first.close();
    assertThat(memory.takenBytes()).isEqualTo(3 * MIB);
    second.close();
    assertThat(memory.takenBytes()).isZero();
  }

  @Test
  void limit_ofTheHeapOfTheLauncher_isEnoughForTheUsualMaxPoints() {
    // -Xmx168m, of which the runtime does not count one survivor space.
    assertThat(AnswerMemory.ofHeap(163 * MIB).limitBytes())
        .isGreaterThanOrEqualTo(
            AnswerMemory.bytes(Transfers.BYTES, SourceSettings.Limits.DEFAULT.maxPoints()));
  }

  @Test
  void take_ofMoreThanACallMayHave_isRefusedAtOnce() {
    AnswerMemory.Share share = open();
    share.take(6 * MIB);

    assertThatThrownBy(() -> share.take(5 * MIB))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
              assertThat(failure.sentence())
                  .contains("10 MiB", "would take 11 MiB", "step", "-Xmx");
            });
    assertThat(memory.takenBytes()).isEqualTo(6 * MIB);
  }

  @Test
  void take_waitsForThoseBefore_inTurn() throws Exception {
    AnswerMemory.Share before = open();
    AnswerMemory.Share large = open();
    AnswerMemory.Share next = open();
    before.take(6 * MIB);
    CompletableFuture<Void> largeTaken = waitingTake(large, 8 * MIB);
    CompletableFuture<Void> nextTaken = waitingTake(next, 3 * MIB);

    // There is room for three more, but not before the one that waits already.
    assertThat(open().tryTake(MIB)).isFalse();
    assertThat(nextTaken).isNotDone();

    before.close();
    largeTaken.join();
    assertThat(nextTaken).isNotDone();
    large.close();
    nextTaken.join();
    assertThat(memory.takenBytes()).isEqualTo(3 * MIB);
  }

  @Test
  void take_ofLittle_doesNotWait() throws Exception {
    AnswerMemory.Share all = open();
    all.take(10 * MIB);
    CompletableFuture<Void> waiting = waitingTake(open(), MIB);

    AnswerMemory.Share little = open();
    little.take(1000);
    assertThat(little.tryTake(1000)).isTrue();
    assertThat(memory.takenBytes()).isEqualTo(10 * MIB + 2000);
    assertThat(waiting).isNotDone();
    all.close();
    waiting.join();
  }

  @Test
  void callsOfSeveralAnswers_thatWouldWaitForOneAnother_allEnd() throws Exception {
    AnswerMemory.Share older = open();
    AnswerMemory.Share younger = open();
    older.take(5 * MIB);
    younger.take(5 * MIB);
    CompletableFuture<Void> rest = waitingTake(younger, 4 * MIB);

    older.take(4 * MIB);
    assertThat(memory.takenBytes()).isEqualTo(14 * MIB);
    assertThat(rest).isNotDone();

    older.close();
    rest.join();
    assertThat(memory.takenBytes()).isEqualTo(9 * MIB);
  }

  @Test
  void answersOfOneCall_thatWaitTogether_haveNoMoreThanTheCallMayHave() throws Exception {
    AnswerMemory.Share before = open();
    AnswerMemory.Share share = open();
    before.take(10 * MIB);
    CompletableFuture<Void> one = waitingTake(share, 6 * MIB);
    CompletableFuture<Void> other = waitingTake(share, 6 * MIB);

    before.close();
    assertThat(
            Stream.of(one, other)
                .map(each -> each.handle((done, failure) -> failure == null).join()))
        .containsExactlyInAnyOrder(true, false);
    assertThat(memory.takenBytes()).isEqualTo(6 * MIB);
  }

  @Test
  void cancellation_endsTheWait_andGivesTheShareBack() throws Exception {
    AnswerMemory.Share before = open();
    before.take(8 * MIB);
    Cancellation cancellation = new Cancellation();
    AnswerMemory.Share share = memory.open(cancellation);
    share.take(MIB);
    CompletableFuture<Void> taken = waitingTake(share, 4 * MIB);

    cancellation.cancel();
    assertThatThrownBy(taken::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED));
    assertThat(share.tryTake(1)).isFalse();
    assertThat(memory.takenBytes()).isEqualTo(8 * MIB);
  }
}
