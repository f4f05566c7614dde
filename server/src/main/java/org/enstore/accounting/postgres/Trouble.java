package org.enstore.accounting.postgres;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last thing that was wrong at a host, kept when it has recovered. Not thread-safe. */
final class Trouble {
  private @Nullable String present;
  private @Nullable String last;

  /**
   * Takes note of what is wrong at {@code at}, if anything is.
   *
   * @return what is wrong, or was last, with the time when it began
   */
  Optional<String> note(Optional<String> sentence, Instant at) {
    if (sentence.isPresent() && !sentence.get().equals(present)) {
      last = at.truncatedTo(ChronoUnit.SECONDS) + ": " + sentence.get();
    }
    present = sentence.orElse(null);
    return Optional.ofNullable(last);
  }
}
