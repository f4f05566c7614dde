package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * The blocks of one plan, and what they tell beside their numbers. Immutable.
 *
 * @param summarised the last day that the summary really gave
 * @param missing what has not been read in time
 * @param cached whether nothing had to be read
 * @param outage why some are older than they should be, if they are
 */
record Gathered(
    Plan plan,
    List<Block> summary,
    List<Block> raw,
    Optional<LocalDate> summarised,
    List<Span> missing,
    boolean cached,
    Optional<QueryFailure> outage) {

  private static final String NOTHING = "nothing to read";

  /**
   * Gathers the blocks of {@code plan}.
   *
   * @throws QueryFailure when they cannot be read
   */
  static Gathered of(
      Plan plan, BlockStore store, BlockStore.Wish wish, Instant now, Cancellation cancellation) {
    LocalDate settled = store.settledBefore(now);
    Optional<LocalDate> summarised = plan.summaryThrough();
    BlockStore.Batch summary =
        store.get(
            plan.summaryKeys(settled), wish, block -> holdsItsLastDay(block, plan), cancellation);
    for (Block block : summary.blocks()) {
      if (!holdsItsLastDay(block, plan)) {
        // A standby that is behind the one looked at: what it lacks is taken from the transfers.
        summarised = Optional.of(block.key().span().from().plusDays(block.lastSlot()));
      }
    }
    BlockStore.Batch raw =
        store.get(plan.rawKeys(summarised, settled), wish, block -> true, cancellation);
    List<Span> missing = new ArrayList<>(summary.missing());
    missing.addAll(raw.missing());
    return new Gathered(
        plan,
        summary.blocks(),
        raw.blocks(),
        summarised,
        missing,
        summary.cached() && raw.cached(),
        summary.outage().or(raw::outage));
  }

  /** False for the block of the summary's last day when it has no row of that day. */
  private static boolean holdsItsLastDay(Block block, Plan plan) {
    LocalDate last = plan.summaryThrough().orElse(LocalDate.MIN);
    Span span = block.key().span();
    if (last.isBefore(span.from()) || !last.isBefore(span.to())) {
      return true;
    }
    return block.lastSlot() >= last.toEpochDay() - span.from().toEpochDay();
  }

  /** All blocks, those of the summary first. */
  List<Block> all() {
    List<Block> all = new ArrayList<>(summary);
    all.addAll(raw);
    return all;
  }

  /** Which part of which block counts: the summary's up to the seam, the transfers' from it on. */
  List<Tally.Part> parts(SiteCalendar calendar) {
    long seam = seam(calendar);
    List<Tally.Part> parts = new ArrayList<>();
    summary.forEach(block -> parts.add(new Tally.Part(block, Long.MIN_VALUE, seam)));
    raw.forEach(block -> parts.add(new Tally.Part(block, seam, Long.MAX_VALUE)));
    return parts;
  }

  private long seam(SiteCalendar calendar) {
    return summarised.map(last -> calendar.startOfDay(last.plusDays(1))).orElse(Long.MIN_VALUE);
  }

  /** The buckets of which a part is missing: what is there of them is no answer. */
  BitSet unknown(SiteCalendar calendar) {
    BitSet unknown = new BitSet(plan.buckets().count());
    for (Span span : missing) {
      long from = calendar.startOfDay(span.from());
      long to = calendar.startOfDay(span.to());
      if (from < plan.buckets().to() && to > plan.buckets().from()) {
        int first = plan.buckets().indexOf(Math.max(from, plan.buckets().from()));
        int last = plan.buckets().indexOf(Math.min(to, plan.buckets().to()) - 1);
        unknown.set(first, last + 1);
      }
    }
    return unknown;
  }

  /** The instant before which no further transfer is expected, as far as the blocks can tell. */
  Instant completeUntil(SourceState state, SiteCalendar calendar) {
    if (!plan.rawAllowed()) {
      return summarised.isEmpty()
          ? Instant.EPOCH
          : Instant.ofEpochSecond(Math.min(seam(calendar), plan.buckets().to()));
    }
    Instant complete = Instant.ofEpochSecond(plan.buckets().to());
    for (Block block : raw) {
      Instant spanEnd = Instant.ofEpochSecond(calendar.startOfDay(block.key().span().to()));
      // Without a view of the lag, a transfer that is there shows how far the data reaches.
      Instant known =
          later(block.origin().knownThrough(), state.newestTransfer().orElse(Instant.EPOCH));
      if (known.isBefore(spanEnd) && known.isBefore(complete)) {
        complete = known;
      }
    }
    return complete;
  }

  /** How much of a long range is there. */
  String progress(Duration partialAfter) {
    long days = plan.to().toEpochDay() - plan.from().toEpochDay();
    long lacking =
        missing.stream()
            .mapToLong(
                span ->
                    Math.min(span.to().toEpochDay(), plan.to().toEpochDay())
                        - Math.max(span.from().toEpochDay(), plan.from().toEpochDay()))
            .sum();
    return "Only "
        + (days - lacking)
        + " of "
        + days
        + " days were loaded within partialAfter ("
        + Durations.format(partialAfter)
        + "); loading goes on. Refresh to see the rest.";
  }

  /** Which days of which tables the numbers were added up from. */
  String tables() {
    if (!plan.from().isBefore(plan.to())) {
      return NOTHING;
    }
    List<String> parts = new ArrayList<>();
    LocalDate lastDay = plan.to().minusDays(1);
    summarised
        .filter(last -> !last.isBefore(plan.from()))
        .ifPresent(
            last ->
                parts.add(
                    "xfer_by_day_by_mover of "
                        + plan.from()
                        + " to "
                        + (last.isBefore(lastDay) ? last : lastDay)));
    if (!raw.isEmpty()) {
      LocalDate first = plan.firstRawDay(summarised);
      parts.add(
          "encp_xfer of "
              + first
              + " to "
              + lastDay
              + " by "
              + plan.grain().name().toLowerCase(Locale.ROOT));
    }
    return parts.isEmpty() ? NOTHING : String.join(" + ", parts);
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
