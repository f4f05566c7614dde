package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.MoverNames;
import org.enstore.accounting.series.Annotations.Event;
import org.jspecify.annotations.Nullable;

/** Finds when movers that had been seen transferred nothing for long. Not thread-safe. */
final class MoverSilences {
  /** Over more days than this, movers' activity is read by the day. */
  private static final int LONGEST_BY_HOUR = 92;

  /** A silence this long has a whole day in it, whatever the clocks do. */
  private static final Duration SEEN_BY_DAY = Duration.ofDays(3);

  private static final Duration DAY = Duration.ofDays(1);

  private final EventSearch search;
  private final AnnotationQuery query;
  private final long until;
  private final DateTimeFormatter wallClock;

  /**
   * @throws QueryFailure when the transfers cannot be read, which alone tell of silences
   */
  MoverSilences(EventSearch search) {
    search.requireRaw();
    this.search = search;
    this.query = search.query();
    this.until = search.until().getEpochSecond();
    this.wallClock =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
            .withZone(search.calendar().zone());
  }

  /** Tells of them. */
  void find() {
    List<Silence> found = new ArrayList<>();
    activity().forEach((mover, cells) -> found.addAll(silencesOf(mover, cells)));
    refine(found);
    for (Silence silence : found) {
      Duration length = Duration.ofSeconds(silence.end() - silence.start());
      if (length.compareTo(query.silence()) >= 0) {
        search.tell(event(silence, length));
      }
    }
  }

  /** A stretch of time in which a mover transferred something. */
  private record Cell(long start, long end) {}

  /** When each mover transferred something, in cells of an hour or a day. */
  private Map<String, NavigableMap<Long, Cell>> activity() {
    LocalDate from = search.calendar().dayOf(query.range().from());
    LocalDate end = search.calendar().dayOf(search.until()).plusDays(1);
    boolean byDay = query.silence().compareTo(SEEN_BY_DAY) >= 0;
    if (!byDay && from.plusDays(LONGEST_BY_HOUR).isBefore(end)) {
      byDay = true;
      search.tell(
          Notice.info(
              "Over more than "
                  + LONGEST_BY_HOUR
                  + " days, a silence is seen only when it holds a whole day of the site."));
    }
    Map<String, NavigableMap<Long, Cell>> activity = new TreeMap<>(MoverNames.naturalOrder());
    readActivity(activity, Grain.DAY, search.lookBackDay(), from.isBefore(end) ? from : end);
    readActivity(activity, byDay ? Grain.DAY : Grain.HOUR, from, end);
    return activity;
  }

  private void readActivity(
      Map<String, NavigableMap<Long, Cell>> activity, Grain grain, LocalDate from, LocalDate to) {
    Sieve sieve = search.sieve(Transfers.CANONICAL);
    search.read(
        Transfers.FACTS,
        grain,
        sieve.dimensions(),
        from,
        to,
        (key, shape) -> {
          if (!sieve.admits(key, shape)) {
            return Optional.empty();
          }
          NavigableMap<Long, Cell> cells =
              activity.computeIfAbsent(
                  sieve.shown(Dimensions.MOVER, key, shape), mover -> new TreeMap<>());
          return Optional.of(
              (start, bytes) -> {
                if (start < until) {
                  cells.put(start, new Cell(start, endOf(grain, start)));
                }
              });
        });
  }

  private long endOf(Grain grain, long start) {
    return switch (grain) {
      case MINUTE -> start + 60;
      case HOUR -> start + 3600;
      case DAY -> search.calendar().startOfDay(search.calendar().dayOf(start).plusDays(1));
    };
  }

  /** Pairs of neighbouring cells between which there may be a silence. */
  private List<Silence> silencesOf(String mover, NavigableMap<Long, Cell> cells) {
    List<Silence> silences = new ArrayList<>();
    @Nullable Cell before = null;
    for (Cell cell : cells.values()) {
      if (before != null && cell.start() > before.end()) {
        propose(silences, new Silence(mover, before, Optional.of(cell)));
      }
      before = cell;
    }
    if (before != null) {
      propose(silences, new Silence(mover, before, Optional.empty()));
    }
    return silences;
  }

  private void propose(List<Silence> silences, Silence silence) {
    long longest = silence.after.map(Cell::end).orElse(until);
    if (longest - silence.before.start() >= query.silence().toSeconds()
        && longest > query.range().from().getEpochSecond()) {
      silences.add(silence);
    }
  }

  /** Dates the ends of silences as closely as can be had cheaply. */
  private void refine(List<Silence> silences) {
    NavigableSet<LocalDate> edges = new TreeSet<>();
    Map<String, List<Silence>> byMover = new HashMap<>();
    for (Silence silence : silences) {
      edges.add(search.calendar().dayOf(silence.before.start()));
      silence.after.ifPresent(after -> edges.add(search.calendar().dayOf(after.start())));
      byMover.computeIfAbsent(silence.mover, mover -> new ArrayList<>()).add(silence);
    }
    Optional<Grain> fine = search.fineGrain(edges);
    if (fine.isEmpty()) {
      return;
    }
    Sieve sieve = search.sieve(Transfers.CANONICAL);
    search.readEach(
        fine.get(),
        sieve.dimensions(),
        edges,
        (key, shape) -> {
          List<Silence> ofMover =
              byMover.getOrDefault(sieve.shown(Dimensions.MOVER, key, shape), List.of());
          return ofMover.isEmpty() || !sieve.admits(key, shape)
              ? Optional.empty()
              : Optional.of((start, bytes) -> ofMover.forEach(silence -> silence.sharpen(start)));
        });
  }

  private Event event(Silence silence, Duration length) {
    String start = wallClock.format(Instant.ofEpochSecond(silence.start()));
    String zone = " (" + search.calendar().zone() + ")";
    Instant end = Instant.ofEpochSecond(silence.end());
    String text;
    if (silence.after.isPresent()) {
      text =
          "No transfer for "
              + inWords(length)
              + ", from "
              + start
              + " to "
              + wallClock.format(end)
              + zone
              + ".";
    } else {
      text =
          "No transfer since "
              + start
              + ", for "
              + inWords(length)
              + " up to "
              + wallClock.format(end)
              + zone
              + (search.until().isBefore(query.range().to())
                  ? ", as far as the data reaches."
                  : ", the end of the time range.");
    }
    return new Event(
        Instant.ofEpochSecond(silence.start()),
        Optional.of(end),
        silence.mover + " silent",
        text,
        List.of(AnnotationEvent.MOVER_SILENT.label(), silence.mover));
  }

  private static String inWords(Duration length) {
    if (length.compareTo(DAY) < 0) {
      return length.toHours() + " h " + length.toMinutesPart() + " min";
    }
    return length.toDays() + " d " + length.toHoursPart() + " h";
  }

  /** The time between two cells of one mover, or after its last one. */
  private final class Silence {
    private final String mover;
    private final Cell before;
    private final Optional<Cell> after;
    private long lastBefore = Long.MIN_VALUE;
    private long firstAfter = Long.MAX_VALUE;

    Silence(String mover, Cell before, Optional<Cell> after) {
      this.mover = mover;
      this.before = before;
      this.after = after;
    }

    /** Takes into account that there was a transfer in a finer cell. */
    void sharpen(long cellStart) {
      if (cellStart >= before.start() && cellStart < before.end()) {
        lastBefore = Math.max(lastBefore, cellStart);
      }
      if (after.isPresent() && cellStart >= after.get().start()) {
        firstAfter = Math.min(firstAfter, cellStart);
      }
    }

    /** When the last transfer was seen; not earlier than that, if it is not known closely. */
    long start() {
      return lastBefore == Long.MIN_VALUE ? before.end() : lastBefore;
    }

    /** When the next transfer was seen, or up to when there is none. */
    long end() {
      long seen = firstAfter == Long.MAX_VALUE ? Long.MIN_VALUE : firstAfter;
      return after.map(cell -> Math.max(cell.start(), seen)).orElse(until);
    }
  }
}
