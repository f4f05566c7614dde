package org.enstore.accounting.series;

import java.time.Instant;

/**
 * Where a block's numbers come from.
 *
 * <p>A block of the running day is read as a whole now and then, and in between only from some hour
 * on: its newest part is then younger than the rest.
 *
 * @param loadedAt when the read of its newest part began
 * @param knownThrough everything committed on the primary before this instant is in the newest part
 * @param wholeAt when the read of its oldest part began
 * @param wholeThrough everything committed on the primary before this instant is in every part
 * @param lineage whose data it is; see {@link Snapshot}
 */
record Origin(
    Instant loadedAt, Instant knownThrough, Instant wholeAt, Instant wholeThrough, String lineage) {

  /** The origin of what one read brought as a whole. */
  static Origin of(Instant loadedAt, Snapshot snapshot) {
    return new Origin(
        loadedAt, snapshot.knownThrough(), loadedAt, snapshot.knownThrough(), snapshot.lineage());
  }

  /** The origin of what has a newest part of {@code tail} and the rest of this. */
  Origin withTail(Instant tailLoadedAt, Snapshot tail) {
    return new Origin(tailLoadedAt, tail.knownThrough(), wholeAt, wholeThrough, tail.lineage());
  }

  /** The origin of what is made of parts of this and {@code other}, of one lineage. */
  Origin and(Origin other) {
    return new Origin(
        earlier(loadedAt, other.loadedAt),
        earlier(knownThrough, other.knownThrough),
        earlier(wholeAt, other.wholeAt),
        earlier(wholeThrough, other.wholeThrough),
        lineage);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
