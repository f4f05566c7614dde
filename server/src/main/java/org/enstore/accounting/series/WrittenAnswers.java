package org.enstore.accounting.series;

import java.time.Instant;
import java.util.Optional;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.TimeRange;

/**
 * Answers as an edge wrote them for its clients, each given again for as long as writing it anew
 * would give the same. Thread-safe.
 */
final class WrittenAnswers {
  /*
   * Dashboards ask the same again and again, each time for a range that has moved on by seconds.
   * What an answer depends on, besides the question: the buckets, and so the range as far as it
   * crosses no bucket's bound; the last look at the database; and the blocks. As long as the look is
   * the same, no block was added or replaced, and none has become too old, nothing else needs to be
   * looked at.
   */

  /** One answer. Immutable, as nobody changes its bytes. */
  static final class Written implements Kept {
    private final byte[] bytes;
    private final Buckets first;
    private final Buckets last;
    private final StateWatch.Look look;
    private final long changes;
    private final Instant until;

    /**
     * One answer.
     *
     * @param first it is good for ranges that begin in this bucket
     * @param last and end in this one
     * @param look the look at the database it rests on
     * @param changes how often blocks had changed before it was made
     * @param until when the first of its blocks is too old, or the site's day is over
     */
    Written(
        byte[] bytes,
        Buckets first,
        Buckets last,
        StateWatch.Look look,
        long changes,
        Instant until) {
      this.bytes = bytes;
      this.first = first;
      this.last = last;
      this.look = look;
      this.changes = changes;
      this.until = until;
    }

    private boolean holds(TimeRange range, StateWatch.Look nowLook, long nowChanges, Instant now) {
      return changes == nowChanges && look.equals(nowLook) && !until.isBefore(now) && covers(range);
    }

    private boolean covers(TimeRange range) {
      return range.from().getEpochSecond() >= first.from()
          && range.from().getEpochSecond() < first.to()
          && range.to().toEpochMilli() > 1000 * last.from()
          && range.to().toEpochMilli() <= 1000 * last.to();
    }

    @Override
    public int sizeBytes() {
      return OVERHEAD_BYTES + bytes.length;
    }
  }

  /** With the question it answers, which is text of the user's. */
  private static final int OVERHEAD_BYTES = 4_096;

  private final Memory memory;

  WrittenAnswers(Memory memory) {
    this.memory = memory;
  }

  /** What is kept under forms must not meet what others keep under equal objects. */
  private record Key(Object form) {}

  void put(Object form, Written written) {
    memory.put(new Key(form), written);
  }

  /** What was written for {@code form}, if it is still what would be written for {@code range}. */
  Optional<byte[]> get(
      Object form, TimeRange range, StateWatch.Look look, long changes, Instant now) {
    return memory
        .get(new Key(form), Written.class)
        .filter(written -> written.holds(range, look, changes, now))
        .map(written -> written.bytes);
  }
}
