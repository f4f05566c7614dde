package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last look at a source's freshness, taken again when it has become old. Whoever asks waits for
 * the new look as long as the source gives signs of life, and goes on with the last one otherwise;
 * the new one is taken beside, however long that lasts. Thread-safe.
 */
final class StateWatch {
  private static final Duration TURN_CHECK = Duration.ofMillis(50);
  private static final Duration SILENCE_CHECK = Duration.ofMillis(10);

  /** How old a look may be that only says that the source is out of reach. */
  private static final Duration OUTAGE_VALIDITY = Duration.ofSeconds(1);

  private final TransferSource source;
  private final InstantSource clock;
  private final Duration validity;
  private final Consumer<SourceState> seen;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile @Nullable Look last;
  private @Nullable CompletableFuture<Look> beside;

  /**
   * @param validity how old a look may be
   * @param seen is told of every new look
   */
  StateWatch(
      TransferSource source, InstantSource clock, Duration validity, Consumer<SourceState> seen) {
    this.source = source;
    this.clock = clock;
    this.validity = validity;
    this.seen = seen;
  }

  /**
   * A look at the source.
   *
   * @param outage why it could not be repeated, if the state is older than it should be
   */
  record Look(SourceState state, Instant takenAt, Optional<QueryFailure> outage) {}

  /** The last look, however old. */
  Optional<Look> last() {
    return Optional.ofNullable(last);
  }

  /** The last look, if it is not too old. */
  Optional<Look> peek() {
    @Nullable Look look = last;
    return look != null && isValid(look) ? Optional.of(look) : Optional.empty();
  }

  /**
   * A look that is not too old, the last one when the source cannot be reached now.
   *
   * @param notBefore take a new look unless the last one is younger than this
   * @throws QueryFailure when there has never been one and none can be taken
   */
  Look look(Optional<Instant> notBefore, Cancellation cancellation) {
    @Nullable Look before = last;
    if (before != null
        && isValid(before)
        && before.takenAt().isAfter(notBefore.orElse(Instant.EPOCH))) {
      return before;
    }
    return before == null || notBefore.isPresent()
        ? lookInTurn(notBefore, cancellation)
        : lookBeside(before, cancellation);
  }

  /**
   * Takes the look on a thread of its own, and waits for it while the source gives signs of life.
   */
  private Look lookBeside(Look before, Cancellation cancellation) {
    CompletableFuture<Look> taken = besides();
    try {
      while (true) {
        cancellation.check();
        if (!taken.isDone()) {
          Optional<QueryFailure> silence = source.silence();
          if (silence.isPresent()) {
            return new Look(before.state(), before.takenAt(), silence);
          }
        }
        try {
          return taken.get(SILENCE_CHECK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException ignored) {
          // The next round asks for signs of life again.
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof QueryFailure failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueryFailure(FailureKind.CANCELLED, "The service is stopping.", e);
    }
  }

  /** The look that is being taken beside, begun unless it is under way. */
  private synchronized CompletableFuture<Look> besides() {
    @Nullable CompletableFuture<Look> underWay = beside;
    if (underWay != null && !underWay.isDone()) {
      return underWay;
    }
    CompletableFuture<Look> begun = new CompletableFuture<>();
    beside = begun;
    Thread thread =
        new Thread(
            () -> {
              try {
                begun.complete(lookInTurn(Optional.empty(), new Cancellation()));
              } catch (RuntimeException | Error e) {
                begun.completeExceptionally(e);
              }
            },
            "enstore-look");
    thread.setDaemon(true);
    thread.start();
    return begun;
  }

  private Look lookInTurn(Optional<Instant> notBefore, Cancellation cancellation) {
    takeTurn(cancellation);
    try {
      // Somebody else may have looked while this thread waited for its turn.
      @Nullable Look now = last;
      if (now != null && isValid(now) && now.takenAt().isAfter(notBefore.orElse(Instant.EPOCH))) {
        return now;
      }
      return lookAgain(now, cancellation);
    } finally {
      turn.unlock();
    }
  }

  /** Waits for the lock, but no longer than anybody waits for the answer. */
  private void takeTurn(Cancellation cancellation) {
    try {
      while (!turn.tryLock(TURN_CHECK.toMillis(), TimeUnit.MILLISECONDS)) {
        cancellation.check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueryFailure(FailureKind.CANCELLED, "The service is stopping.", e);
    }
  }

  private Look lookAgain(@Nullable Look before, Cancellation cancellation) {
    Instant takenAt = clock.instant();
    try {
      Look look = new Look(source.state(cancellation), takenAt, Optional.empty());
      seen.accept(look.state());
      last = look;
      return look;
    } catch (QueryFailure failure) {
      if (before == null || !isOutage(failure)) {
        throw failure;
      }
      Look kept = new Look(before.state(), takenAt, Optional.of(failure));
      last = kept;
      return kept;
    }
  }

  /** Whether a failure means that the database is out of reach for now, not that it refuses. */
  static boolean isOutage(QueryFailure failure) {
    return switch (failure.kind()) {
      case STANDBY_UNAVAILABLE, RECOVERY_CONFLICT, TIMEOUT -> true;
      case BAD_QUERY,
          TOO_LARGE,
          NOT_CONFIGURED,
          UNAUTHENTICATED,
          ACCESS_DENIED,
          SCHEMA_MISMATCH,
          DATABASE_ERROR,
          OVERLOADED,
          CANCELLED,
          BUG ->
          false;
    };
  }

  private boolean isValid(Look look) {
    Duration valid =
        look.outage().isPresent() && validity.compareTo(OUTAGE_VALIDITY) > 0
            ? OUTAGE_VALIDITY
            : validity;
    return !look.takenAt().plus(valid).isBefore(clock.instant());
  }
}
