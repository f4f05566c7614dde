package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BreakdownTest {
  private final AtomicInteger ends = new AtomicInteger();
  private final Breakdown breakdown = new Breakdown(ends::incrementAndGet);

  @Test
  void lostClass_endsTheProcessOnce_andIsTold() {
    Throwable lost =
        new CompletionException(new NoClassDefFoundError("Could not initialize class Some"));
    breakdown.uncaughtException(Thread.currentThread(), lost);
    breakdown.uncaughtException(Thread.currentThread(), new ExceptionInInitializerError());
    assertThat(ends).hasValue(1);
    assertThat(breakdown.sentence())
        .hasValueSatisfying(
            sentence -> assertThat(sentence).contains("initialize class Some", "exit code 70"));
  }

  @Test
  void otherErrors_endNothing() {
    breakdown.uncaughtException(Thread.currentThread(), new StackOverflowError());
    breakdown.uncaughtException(Thread.currentThread(), new IllegalStateException("no"));
    assertThat(ends).hasValue(0);
    assertThat(breakdown.sentence()).isEmpty();
  }
}
