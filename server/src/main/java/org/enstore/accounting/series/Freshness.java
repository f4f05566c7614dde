package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * Which blocks may be used, for how long, and what of them is to be read again. Thread-safe; the
 * lineage may become another one between any two calls.
 */
final class Freshness {
  /*
   * Freshness
   *
   * A block is settled, and kept for as long as there is room, once it was read after its span and
   * the look-back days behind it had passed, from a snapshot that was itself known to reach that
   * far: a standby that lags must not freeze a day it has not seen the end of. Until then the block
   * is only as good as its age: `recentRefresh`, and `openRefresh` as long as its end was not known to
   * be complete for TAIL_MARGIN.
   *
   * The open span
   *
   * Of a day that is not over, only the end is read every `openRefresh`: from the elapsed hour on
   * that holds the instant through which the last snapshot was complete, less TAIL_MARGIN. The cells
   * before come from the block that is there. They age by `recentRefresh` like those of the
   * look-back days, and then the day is read whole. A row that is committed long after its own
   * time is so found by the next whole read, and a row is in exactly one of the two parts, as they
   * meet between two cells.
   */

  /** How far rows may be committed after their own time without waiting for a whole read. */
  static final Duration TAIL_MARGIN = Duration.ofMinutes(10);

  private final SourceSettings.Freshness settings;
  private final SiteCalendar calendar;
  private volatile Optional<String> lineage = Optional.empty();
  private Instant lineageAt = Instant.MIN;

  Freshness(SourceSettings.Freshness settings, SiteCalendar calendar) {
    this.settings = settings;
    this.calendar = calendar;
  }

  /** The first day that may still change by late rows. */
  LocalDate settledBefore(Instant now) {
    return calendar.dayOf(now).minusDays(settings.lookBackDays());
  }

  /**
   * Says whose data was seen at {@code at}: blocks of another lineage are of no use from then.
   *
   * @return whether it is another one than before
   */
  synchronized boolean saw(String seen, Instant at) {
    if (at.isBefore(lineageAt)) {
      return false;
    }
    lineageAt = at;
    boolean other = !lineage.equals(Optional.of(seen));
    lineage = Optional.of(seen);
    return other;
  }

  /** Whose data was seen last; empty before the first look. */
  Optional<String> lineage() {
    return lineage;
  }

  /** Whether {@code block} is of the data that was seen last. */
  boolean isOfThisLineage(Block block) {
    Optional<String> seen = lineage;
    return seen.isEmpty() || seen.get().equals(block.origin().lineage());
  }

  /**
   * Whether {@code block} may be used at {@code now}.
   *
   * @param notBefore when numbers that may still change must have been read after this instant
   */
  boolean isFresh(Block block, Instant now, Optional<Instant> notBefore) {
    if (notBefore.isPresent() && isOfThisLineage(block) && !isSettled(block)) {
      return block.origin().wholeAt().isAfter(notBefore.get());
    }
    return !freshUntil(block).isBefore(now);
  }

  /** Until when {@code block} may be used, the moment included. */
  Instant freshUntil(Block block) {
    if (!isOfThisLineage(block)) {
      return Instant.MIN;
    }
    if (isSettled(block)) {
      return Instant.MAX;
    }
    Instant whole = block.origin().wholeAt().plus(settings.recentRefresh());
    Instant end = block.origin().loadedAt().plus(settings.openRefresh());
    return isOpen(block) && end.isBefore(whole) ? end : whole;
  }

  /** Whether the span had not ended, or only just, when its newest part was read. */
  boolean isOpen(Block block) {
    return block.origin().knownThrough().isBefore(end(block.key().span()).plus(TAIL_MARGIN));
  }

  /** Whether what was read at {@code at} has to be read again for late rows. */
  boolean isOlder(Instant at, Instant now) {
    return at.plus(settings.recentRefresh()).isBefore(now);
  }

  /** Whether the block is not going to change any more. */
  boolean isSettled(Block block) {
    LocalDate settles = block.key().span().to().plusDays(settings.lookBackDays());
    return !block
        .origin()
        .wholeThrough()
        .isBefore(Instant.ofEpochSecond(calendar.startOfDay(settles)));
  }

  private Instant end(Span span) {
    return Instant.ofEpochSecond(calendar.startOfDay(span.to()));
  }

  /** The slot with which the elapsed hour begins that is to be read again; 0 for the whole day. */
  int firstSlotOfTail(BlockKey key, Instant through) {
    long start = calendar.startOfDay(key.span().from());
    long from = through.equals(Instant.EPOCH) ? start : through.minus(TAIL_MARGIN).getEpochSecond();
    long hours = Math.floorDiv(from - start, Duration.ofHours(1).toSeconds());
    int slotsPerHour = key.grain() == Grain.MINUTE ? 60 : 1;
    int slots = key.span().slots(key.grain(), calendar);
    return (int) Math.max(0, Math.min(hours * slotsPerHour, slots - 1L));
  }
}
