package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * The blocks of one plan, and what they tell beside their numbers. What is too much to be in hand
 * at once is gathered part by part while it is {@link #walk walked}, and told of afterwards. Not
 * thread-safe.
 */
final class Gathered implements AutoCloseable {
  /** How long at least a second walk over what the first one had time for may take. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  private final Plan plan;
  private final BlockStore store;
  private final BlockStore.Wish wish;
  private final Cancellation cancellation;
  private final BlockStore.Batch ofDays;
  private final Optional<LocalDate> rolledUp;
  private final List<BlockKey> factKeys;
  private final Optional<Memory.Hands> hands;
  private List<Block> inHand = List.of();
  private final List<Seen> seen = new ArrayList<>();
  private final List<Span> missing = new ArrayList<>();
  private boolean cached;
  private Optional<QueryFailure> outage = Optional.empty();
  private List<Notice> leftOut = List.of();
  private int walks;

  private Gathered(
      Plan plan,
      BlockStore store,
      BlockStore.Wish wish,
      Cancellation cancellation,
      BlockStore.Batch ofDays,
      Optional<LocalDate> rolledUp,
      List<BlockKey> factKeys) {
    this.plan = plan;
    this.store = store;
    this.wish = wish;
    this.cancellation = cancellation;
    this.ofDays = ofDays;
    this.rolledUp = rolledUp;
    this.factKeys = factKeys;
    begin();
    if (store.isOnePart(factKeys)) {
      Memory.Hands held = store.hold(factKeys, wish, cancellation);
      hands = Optional.of(held);
      try {
        BlockStore.Batch ofFacts = store.get(factKeys, wish, block -> true, cancellation);
        held.are(ofFacts.blocks().stream().mapToLong(Block::sizeBytes).sum());
        inHand = ofFacts.blocks();
        take(ofFacts);
      } catch (RuntimeException e) {
        held.close();
        throw e;
      }
    } else {
      hands = Optional.empty();
    }
  }

  /** A block that was used: what it is, and where its numbers come from. */
  record Seen(BlockKey key, long version, Origin origin) {
    static Seen of(Block block) {
      return new Seen(block.key(), block.version(), block.origin());
    }
  }

  private static final String NOTHING = "nothing to read";

  /**
   * Gathers the blocks of {@code plan}, or gets ready to; to be closed when they are done with.
   *
   * @throws QueryFailure when they cannot be read
   */
  static Gathered of(
      Plan plan, BlockStore store, BlockStore.Wish wish, Instant now, Cancellation cancellation) {
    LocalDate settled = store.settledBefore(now);
    Optional<LocalDate> rolledUp = plan.rolledUpThrough();
    BlockStore.Batch ofDays =
        store.get(
            plan.rollupKeys(settled), wish, block -> holdsItsLastDay(block, plan), cancellation);
    for (Block block : ofDays.blocks()) {
      if (!holdsItsLastDay(block, plan)) {
        // A standby that is behind the one looked at: what it lacks is taken from the facts.
        rolledUp = Optional.of(block.key().span().from().plusDays(block.lastSlot()));
      }
    }
    return new Gathered(
        plan, store, wish, cancellation, ofDays, rolledUp, plan.factKeys(rolledUp, settled));
  }

  private void begin() {
    seen.clear();
    missing.clear();
    cached = true;
    outage = Optional.empty();
    take(ofDays);
  }

  private void take(BlockStore.Batch batch) {
    batch.blocks().forEach(block -> seen.add(Seen.of(block)));
    missing.addAll(batch.missing());
    cached &= batch.cached();
    outage = outage.or(batch::outage);
  }

  /** Gives the room for the blocks back. */
  @Override
  public void close() {
    hands.ifPresent(Memory.Hands::close);
  }

  Plan plan() {
    return plan;
  }

  /** What has not been read in time. */
  List<Span> missing() {
    return missing;
  }

  /** Whether nothing had to be read. */
  boolean cached() {
    return cached;
  }

  /** Why some blocks are older than they should be, if they are. */
  Optional<QueryFailure> outage() {
    return outage;
  }

  /** Whether all blocks are here; otherwise they are to be walked. */
  boolean isInHand() {
    return hands.isPresent();
  }

  /** Whether what was walked may have changed in between. */
  boolean isOfOneWalk() {
    return walks <= 1;
  }

  /** The blocks that were used, those of the rollup first. */
  List<Seen> seen() {
    return seen;
  }

  /** Which part of which block counts: the rollup's up to the seam, the facts' from it on. */
  List<Tally.Part> parts(SiteCalendar calendar) {
    LeftOut left = new LeftOut(calendar);
    List<Tally.Part> parts = new ArrayList<>(dayParts(calendar, left));
    parts.addAll(factParts(inHand, calendar, left));
    leftOut = left.notices();
    return parts;
  }

  /**
   * Has the same used, some at a time, reading what is not here; what is in use must not be kept.
   *
   * @throws QueryFailure when it cannot be read
   */
  void walk(SiteCalendar calendar, Consumer<List<Tally.Part>> use) {
    begin();
    BlockStore.Wish left = walks == 0 ? wish : store.atLeast(AGAIN, wish);
    walks++;
    LeftOut leftHere = new LeftOut(calendar);
    use.accept(dayParts(calendar, leftHere));
    store.walk(
        factKeys,
        left,
        cancellation,
        batch -> {
          take(batch);
          use.accept(factParts(batch.blocks(), calendar, leftHere));
        });
    leftOut = leftHere.notices();
  }

  /** What was left out of what was used, in the range that is shown. */
  List<Notice> leftOut() {
    return leftOut;
  }

  private List<Tally.Part> dayParts(SiteCalendar calendar, LeftOut left) {
    long seam = seam(calendar);
    return ofDays.blocks().stream()
        .map(block -> part(new Tally.Part(block, Long.MIN_VALUE, seam), left))
        .toList();
  }

  private List<Tally.Part> factParts(List<Block> blocks, SiteCalendar calendar, LeftOut left) {
    long seam = seam(calendar);
    return blocks.stream()
        .map(block -> part(new Tally.Part(block, seam, Long.MAX_VALUE), left))
        .toList();
  }

  private Tally.Part part(Tally.Part part, LeftOut left) {
    left.add(
        part.block(),
        Math.max(part.from(), plan.buckets().start(plan.firstBucket())),
        Math.min(part.to(), plan.buckets().to()));
    return part;
  }

  /** False for the block of the rollup's last day when it has no row of that day. */
  private static boolean holdsItsLastDay(Block block, Plan plan) {
    LocalDate last = plan.rolledUpThrough().orElse(LocalDate.MIN);
    Span span = block.key().span();
    if (last.isBefore(span.from()) || !last.isBefore(span.to())) {
      return true;
    }
    return block.lastSlot() >= last.toEpochDay() - span.from().toEpochDay();
  }

  private long seam(SiteCalendar calendar) {
    return rolledUp.map(last -> calendar.startOfDay(last.plusDays(1))).orElse(Long.MIN_VALUE);
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

  /** The instant before which no further fact is expected, as far as the blocks can tell. */
  Instant completeUntil(SourceState state, SiteCalendar calendar) {
    if (!plan.factsAllowed()) {
      return rolledUp.isEmpty()
          ? Instant.EPOCH
          : Instant.ofEpochSecond(Math.min(seam(calendar), plan.buckets().to()));
    }
    Instant complete = Instant.ofEpochSecond(plan.buckets().to());
    for (Seen block : seen) {
      if (block.key().table().isRollup()) {
        continue;
      }
      Instant spanEnd = Instant.ofEpochSecond(calendar.startOfDay(block.key().span().to()));
      // Without a view of the lag, a fact that is there shows how far the data reaches.
      Instant known =
          later(
              block.origin().knownThrough(),
              state.of(plan.dataset().facts()).newest().orElse(Instant.EPOCH));
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
    rolledUp
        .filter(last -> !last.isBefore(plan.from()))
        .ifPresent(
            last ->
                parts.add(
                    plan.rollup().orElseThrow().table().name()
                        + " of "
                        + plan.from()
                        + " to "
                        + (last.isBefore(lastDay) ? last : lastDay)));
    if (seen.stream().anyMatch(block -> !block.key().table().isRollup())) {
      LocalDate first = plan.firstDayOfFacts(rolledUp);
      parts.add(
          plan.dataset().facts().name()
              + " of "
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
