package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;

/** Answers queries for series, from what it answered before where that still holds. Thread-safe. */
final class Answerer {
  private static final int NAME_OVERHEAD_BYTES = 56;

  /** More of them are not looked for where nobody may wait: only to tell them takes memory. */
  private static final long MOST_READY_BUCKETS = 100_000;

  private final BlockStore store;
  private final StateWatch watch;
  private final Memory memory;
  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final WrittenAnswers written;
  private final FreshnessNotices freshness;

  private final LongAdder queries = new LongAdder();
  private final LongAdder cachedAnswers = new LongAdder();
  private final LongAdder partialAnswers = new LongAdder();
  private final LongAdder failures = new LongAdder();

  Answerer(
      BlockStore store,
      StateWatch watch,
      Memory memory,
      SourceSettings settings,
      SiteCalendar calendar,
      InstantSource clock) {
    this.store = store;
    this.watch = watch;
    this.memory = memory;
    this.settings = settings;
    this.calendar = calendar;
    this.clock = clock;
    this.written = new WrittenAnswers(memory);
    this.freshness = new FreshnessNotices(settings.freshness(), calendar);
  }

  /** A question as far as its answer depends on it: ranges within the same buckets are equal. */
  private record AnswerKey(
      SeriesQuery query,
      LocalDate from,
      LocalDate to,
      LocalDate firstOfFacts,
      Optional<LocalDate> rolledUpThrough,
      boolean factsAllowed) {
    static AnswerKey of(SeriesQuery query, Plan plan) {
      SeriesQuery normal =
          new SeriesQuery(
              query.dataset(),
              query.measure(),
              plan.coveredRange(),
              Optional.of(plan.step().nominal()),
              Duration.ZERO,
              1,
              query.groupBy(),
              query.splitBy(),
              query.filters(),
              query.includeExcluded(),
              query.unit(),
              query.gaps(),
              query.source(),
              query.arrangement());
      return new AnswerKey(
          normal,
          plan.from(),
          plan.to(),
          plan.firstOfFacts(),
          plan.rolledUpThrough(),
          plan.factsAllowed());
    }
  }

  /**
   * An answer's table, and the blocks it was added up from, told by when they were made.
   *
   * @param askedBytes what its question takes, which is kept with it
   */
  private record Answered(
      SeriesTable table,
      List<Notice> notices,
      Instant completeUntil,
      String tables,
      List<BlockKey> keys,
      List<Long> versions,
      long askedBytes)
      implements Kept {
    @Override
    public int sizeBytes() {
      long size =
          1000
              + askedBytes
              + 500L * table.series().size()
              + 9 * table.valueCount()
              + 60L * keys.size();
      return (int) Math.min(Integer.MAX_VALUE, size);
    }

    boolean isMadeOf(List<Gathered.Seen> blocks) {
      return versions.equals(versions(blocks));
    }

    static List<Long> versions(List<Gathered.Seen> blocks) {
      return blocks.stream().map(Gathered.Seen::version).toList();
    }
  }

  /**
   * Answers {@code query} with numbers that, where they may still change, were read at {@code
   * notBefore} or later.
   *
   * @throws QueryFailure when it cannot be answered, or not in the way demanded
   */
  SeriesAnswer answer(
      SeriesQuery query,
      Demand demand,
      Optional<Instant> notBefore,
      Cancellation cancellation,
      Room room) {
    queries.increment();
    try {
      Instant now = clock.instant();
      BlockStore.Wish wish =
          new BlockStore.Wish(notBefore, Optional.of(now.plus(settings.limits().partialAfter())));
      StateWatch.Look look = watch.look(wish.notBefore(), cancellation);
      room.take(AnswerMemory.bytes(Plan.bucketsAtMost(query, settings.limits())));
      Plan plan = Plan.of(query, look.state(), calendar, settings, now);
      return read(query, plan, look, demand, wish, now, cancellation, room);
    } catch (QueryFailure failure) {
      if (failure.kind() != FailureKind.CANCELLED) {
        failures.increment();
      }
      throw failure;
    }
  }

  /**
   * Answers {@code query} from all there is, or not at all.
   *
   * @param now what must be read anew for {@link Demand#FRESH} must not be older
   * @throws QueryFailure when it cannot be answered, or only in part
   */
  SeriesAnswer whole(
      SeriesQuery query, Demand demand, Instant now, Cancellation cancellation, Room room) {
    boolean fresh = demand == Demand.FRESH;
    return answer(
        query,
        fresh ? Demand.FRESH : Demand.WHOLE,
        fresh ? Optional.of(now) : Optional.empty(),
        cancellation,
        room);
  }

  /** Answers as {@link SeriesEngine#cached} does. */
  Optional<SeriesAnswer> cached(SeriesQuery query) {
    return ready(query).map(Ready::answer);
  }

  /** Gives what {@link SeriesEngine#written} does. */
  Optional<byte[]> written(Object form, TimeRange range) {
    Optional<byte[]> bytes =
        watch
            .peek()
            .flatMap(look -> written.get(form, range, look, store.changes(), clock.instant()));
    if (bytes.isPresent()) {
      queries.increment();
      cachedAnswers.increment();
    }
    return bytes;
  }

  /** Writes as {@link SeriesEngine#write} does. */
  Optional<byte[]> write(
      Object form, SeriesQuery query, long maxValues, Function<SeriesAnswer, byte[]> writer) {
    long changes = store.changes();
    Optional<Ready> ready =
        ready(query).filter(found -> found.answer().table().valueCount() <= maxValues);
    if (ready.isEmpty()) {
      return Optional.empty();
    }
    SeriesAnswer answer = ready.get().answer();
    byte[] bytes = writer.apply(answer);
    Instant from = query.range().from();
    Instant to = query.range().to();
    written.put(
        form,
        new WrittenAnswers.Written(
            bytes,
            calendar.buckets(answer.step(), new TimeRange(from, from.plusMillis(1))),
            calendar.buckets(answer.step(), new TimeRange(to.minusMillis(1), to)),
            ready.get().look(),
            changes,
            ready.get().until()));
    return Optional.of(bytes);
  }

  /**
   * An answer from the cache.
   *
   * @param until when it has to be looked at again
   */
  private record Ready(SeriesAnswer answer, StateWatch.Look look, Instant until) {}

  private Optional<Ready> ready(SeriesQuery query) {
    Optional<StateWatch.Look> look = watch.peek();
    if (look.isEmpty() || Plan.bucketsAtMost(query, settings.limits()) > MOST_READY_BUCKETS) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Plan plan = Plan.of(query, look.get().state(), calendar, settings, now);
    Optional<Answered> answered = memory.get(AnswerKey.of(query, plan), Answered.class);
    if (answered.isEmpty()) {
      return Optional.empty();
    }
    Instant until = Instant.ofEpochSecond(calendar.startOfDay(calendar.dayOf(now).plusDays(1)) - 1);
    for (int i = 0; i < answered.get().keys().size(); i++) {
      Optional<Block> held = store.peek(answered.get().keys().get(i), now);
      if (held.isEmpty() || held.get().version() != answered.get().versions().get(i)) {
        return Optional.empty();
      }
      Instant fresh = store.freshUntil(held.get());
      until = fresh.isBefore(until) ? fresh : until;
    }
    queries.increment();
    cachedAnswers.increment();
    SeriesAnswer answer =
        answer(query, plan, look.get(), answered.get(), true, Optional.empty(), now);
    return Optional.of(new Ready(answer, look.get(), until));
  }

  private SeriesAnswer read(
      SeriesQuery query,
      Plan plan,
      StateWatch.Look look,
      Demand demand,
      BlockStore.Wish wish,
      Instant now,
      Cancellation cancellation,
      Room room) {
    try (Gathered gathered = Gathered.of(plan, store, wish, now, cancellation)) {
      return read(query, plan, look, demand, gathered, now, cancellation, room);
    }
  }

  private SeriesAnswer read(
      SeriesQuery query,
      Plan plan,
      StateWatch.Look look,
      Demand demand,
      Gathered gathered,
      Instant now,
      Cancellation cancellation,
      Room room) {
    refuseParts(gathered, demand);
    AnswerKey key = AnswerKey.of(query, plan);
    Optional<Answered> answered =
        memory
            .get(key, Answered.class)
            .filter(known -> gathered.missing().isEmpty() && known.isMadeOf(gathered.seen()));
    if (answered.isEmpty()) {
      cancellation.check();
      answered = Optional.of(compute(query, look.state(), gathered, room));
      refuseParts(gathered, demand);
      if (gathered.missing().isEmpty()) {
        if (gathered.isOfOneWalk()) {
          memory.put(key, answered.get());
        }
      } else {
        partialAnswers.increment();
      }
    } else {
      room.take(AnswerMemory.bytes(query.measure(), answered.get().table().valueCount()));
    }
    if (gathered.cached()) {
      cachedAnswers.increment();
    }
    return answer(query, plan, look, answered.get(), gathered.cached(), gathered.outage(), now);
  }

  /** An alert rule must not judge a part, and who reads anew wants all of it. */
  private void refuseParts(Gathered gathered, Demand demand) {
    if (!gathered.missing().isEmpty() && demand != Demand.USUAL) {
      throw new QueryFailure(
          FailureKind.TIMEOUT, gathered.progress(settings.limits().partialAfter()));
    }
  }

  private Answered compute(SeriesQuery query, SourceState state, Gathered gathered, Room room) {
    Composer.Composed composed =
        new Composer(query, gathered.plan(), calendar, settings.limits(), room)
            .compose(gathered, state);
    List<Notice> notices = new ArrayList<>(composed.notices());
    notices.addAll(gathered.leftOut());
    if (!gathered.missing().isEmpty()) {
      notices.add(Notice.warning(gathered.progress(settings.limits().partialAfter())));
    }
    return new Answered(
        composed.table(),
        notices,
        gathered.completeUntil(state, calendar),
        gathered.tables(),
        gathered.seen().stream().map(Gathered.Seen::key).toList(),
        Answered.versions(gathered.seen()),
        namesBytes(query));
  }

  /** About how much memory the names in the filters of {@code query} take, in bytes. */
  private static long namesBytes(SeriesQuery query) {
    return query.filters().values().stream()
        .flatMap(filter -> Stream.concat(filter.include().stream(), filter.exclude().stream()))
        .mapToLong(name -> NAME_OVERHEAD_BYTES + name.length())
        .sum();
  }

  private SeriesAnswer answer(
      SeriesQuery query,
      Plan plan,
      StateWatch.Look look,
      Answered answered,
      boolean cached,
      Optional<QueryFailure> outage,
      Instant now) {
    List<Notice> notices = new ArrayList<>(plan.notices());
    notices.addAll(answered.notices());
    notices.addAll(freshness.of(plan, look, outage, now));
    return new SeriesAnswer(
        query,
        plan.step(),
        answered.table(),
        notices,
        answered.tables() + executed(plan, look.state(), cached),
        answered.completeUntil(),
        cached);
  }

  private static String executed(Plan plan, SourceState state, boolean cached) {
    return "; step "
        + plan.step().text()
        + "; "
        + (state.standby() ? "standby " : "primary ")
        + state.host()
        + (cached ? "; from the cache" : "");
  }

  /** The figures of answers and blocks at this moment. */
  EngineStats stats() {
    return store.stats(queries.sum(), cachedAnswers.sum(), partialAnswers.sum(), failures.sum());
  }
}
