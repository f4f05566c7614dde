package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.MoverNames;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Annotations.Event;
import org.jspecify.annotations.Nullable;

/** Finds events in the days of transfers. Thread-safe. */
final class Annotator {
  /*
   * Resolution
   *
   * Blocks hold sums of minutes, hours or days, and the finer they are, the more there is to read.
   * So events are looked for in coarse cells first, and only the days on which one begins or ends
   * are read again in fine ones: by the minute when they are few, by the hour when they are more.
   */

  /** So many days are read by the minute, or by the hour, to date events more closely. */
  static final int DAYS_BY_MINUTE = 7;

  static final int DAYS_BY_HOUR = 31;

  /** Over more days than this, movers' activity is read by the day. */
  static final int LONGEST_BY_HOUR = 92;

  /** A silence this long has a whole day in it, whatever the clocks do. */
  private static final Duration SEEN_BY_DAY = Duration.ofDays(3);

  private static final Duration DAY = Duration.ofDays(1);
  private static final double BYTES_PER_TIB = 1L << 40;
  private static final Set<Dimension> SUMMARY_DIMENSIONS =
      Set.of(Dimension.MOVER, Dimension.MOVER_CLASS);

  private final DayBlocks days;
  private final StateWatch watch;
  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final DateTimeFormatter wallClock;

  Annotator(
      DayBlocks days,
      StateWatch watch,
      SourceSettings settings,
      SiteCalendar calendar,
      InstantSource clock) {
    this.days = days;
    this.watch = watch;
    this.settings = settings;
    this.calendar = calendar;
    this.clock = clock;
    this.wallClock =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(calendar.zone());
  }

  /**
   * The events that {@code query} asks for.
   *
   * @throws QueryFailure when they cannot be told
   */
  Annotations answer(AnnotationQuery query, Cancellation cancellation) {
    StateWatch.Look look = watch.look(Optional.empty(), cancellation);
    Search search = new Search(query, look.state(), cancellation);
    look.outage().ifPresent(search::outage);
    switch (query.event()) {
      case MOVER_SILENT -> search.silences();
      case RECORD_DAY -> search.records();
      case DRIVE_CHANGE -> search.driveChanges();
      case REPLICATION_LAG ->
          throw new IllegalArgumentException("days of transfers do not tell of replication");
    }
    return search.result();
  }

  /** A stretch of time in which a mover transferred something. */
  private record Cell(long start, long end) {}

  /** A drive as its transfers describe it. */
  private record Drive(String serial, String type) implements Comparable<Drive> {
    private static final Comparator<Drive> ORDER =
        Comparator.comparing(Drive::serial).thenComparing(Drive::type);

    /** Movers without a drive of their own are stored with a serial number of 0. */
    boolean isKnown() {
      return !serial.isEmpty() && !serial.equals("0");
    }

    @Override
    public int compareTo(Drive other) {
      return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
      return serial + " (" + type + ")";
    }
  }

  /** One search for events. Not thread-safe. */
  private final class Search {
    private final AnnotationQuery query;
    private final SourceState state;
    private final Cancellation cancellation;
    private final List<Event> events = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private boolean outageTold;

    /** Nothing from here on is known, or of interest. */
    private final Instant until;

    Search(AnnotationQuery query, SourceState state, Cancellation cancellation) {
      this.query = query;
      this.state = state;
      this.cancellation = cancellation;
      Instant complete =
          state.knownThrough().equals(Instant.EPOCH)
              ? state.newestTransfer().orElse(Instant.EPOCH)
              : state.knownThrough();
      this.until = earlier(earlier(query.range().to(), complete), clock.instant());
    }

    Annotations result() {
      List<Event> sorted =
          events.stream()
              .filter(
                  event ->
                      event.time().isBefore(query.range().to())
                          && !event.end().orElse(event.time()).isBefore(query.range().from()))
              .sorted(Comparator.comparing(Event::time))
              .toList();
      return Annotations.last(sorted, notices);
    }

    void outage(QueryFailure failure) {
      if (!outageTold) {
        outageTold = true;
        notices.add(
            Notice.warning(
                "Events as they were known at " + state.observedAt() + ": " + failure.sentence()));
      }
    }

    // Silent movers

    void silences() {
      requireRaw();
      Map<String, NavigableMap<Long, Cell>> activity = activity();
      List<Silence> found = new ArrayList<>();
      activity.forEach((mover, cells) -> found.addAll(silencesOf(mover, cells)));
      refine(found);
      for (Silence silence : found) {
        Duration length = Duration.ofSeconds(silence.end() - silence.start());
        if (length.compareTo(query.silence()) >= 0) {
          events.add(event(silence, length));
        }
      }
    }

    /** When each mover transferred something, in cells of an hour or a day. */
    private Map<String, NavigableMap<Long, Cell>> activity() {
      LocalDate first = lookBackDay();
      LocalDate from = calendar.dayOf(query.range().from());
      LocalDate end = calendar.dayOf(until).plusDays(1);
      boolean byDay = query.silence().compareTo(SEEN_BY_DAY) >= 0;
      if (!byDay && from.plusDays(LONGEST_BY_HOUR).isBefore(end)) {
        byDay = true;
        notices.add(
            Notice.info(
                "Over more than "
                    + LONGEST_BY_HOUR
                    + " days, a silence is seen only when it holds a whole day of the site."));
      }
      Map<String, NavigableMap<Long, Cell>> activity = new TreeMap<>(MoverNames.naturalOrder());
      readActivity(activity, Grain.DAY, first, earlierDay(from, end));
      readActivity(activity, byDay ? Grain.DAY : Grain.HOUR, from, end);
      return activity;
    }

    private void readActivity(
        Map<String, NavigableMap<Long, Cell>> activity, Grain grain, LocalDate from, LocalDate to) {
      Sieve sieve = new Sieve(query.filters(), false, MoverRule.CANONICAL);
      days.read(
              SourceTable.RAW,
              grain,
              sieve.dimensions(),
              from,
              to,
              cancellation,
              (key, shape) -> {
                if (!sieve.admits(key, shape)) {
                  return Optional.empty();
                }
                NavigableMap<Long, Cell> cells =
                    activity.computeIfAbsent(sieve.mover(key, shape), mover -> new TreeMap<>());
                return Optional.of(
                    (start, bytes) -> {
                      if (start < until.getEpochSecond()) {
                        cells.put(start, new Cell(start, endOf(grain, start)));
                      }
                    });
              })
          .ifPresent(this::outage);
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
      long longest = silence.after.map(Cell::end).orElse(until.getEpochSecond());
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
        edges.add(calendar.dayOf(silence.before.start()));
        silence.after.ifPresent(after -> edges.add(calendar.dayOf(after.start())));
        byMover.computeIfAbsent(silence.mover, mover -> new ArrayList<>()).add(silence);
      }
      Optional<Grain> fine = fineGrain(edges);
      if (fine.isEmpty()) {
        return;
      }
      Sieve sieve = new Sieve(query.filters(), false, MoverRule.CANONICAL);
      days.readEach(
              fine.get(),
              sieve.dimensions(),
              edges,
              cancellation,
              (key, shape) -> {
                List<Silence> ofMover = byMover.getOrDefault(sieve.mover(key, shape), List.of());
                return ofMover.isEmpty() || !sieve.admits(key, shape)
                    ? Optional.empty()
                    : Optional.of(
                        (start, bytes) -> ofMover.forEach(silence -> silence.sharpen(start)));
              })
          .ifPresent(this::outage);
    }

    private Event event(Silence silence, Duration length) {
      String start = wallClock.format(Instant.ofEpochSecond(silence.start()));
      String zone = " (" + calendar.zone() + ")";
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
                + (until.isBefore(query.range().to())
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
        return after.map(cell -> Math.max(cell.start(), seen)).orElse(until.getEpochSecond());
      }
    }

    // Days of record bytes

    void records() {
      Instant now = clock.instant();
      LocalDate today = earlierDay(calendar.dayOf(now), calendar.dayOf(until));
      boolean fromSummary =
          state.summaryReadable()
              && SUMMARY_DIMENSIONS.containsAll(query.filters().keySet())
              && state.lastSummaryDay().isPresent();
      NavigableMap<Long, Long> totals = new TreeMap<>();
      LocalDate rawFrom;
      if (fromSummary) {
        LocalDate last =
            earlierDay(state.lastSummaryDay().orElseThrow(), calendar.dayOf(now).minusDays(1));
        rawFrom = last.plusDays(1);
        addDays(totals, SourceTable.SUMMARY, MoverRule.TRIMMED, Plan.EARLIEST, rawFrom);
      } else {
        requireRaw();
        rawFrom = lookBackDay();
        notices.add(
            Notice.info(
                "Records among the days since "
                    + rawFrom
                    + " alone: the summary, which reaches back further, does not have what is"
                    + " filtered by, or cannot be read."));
      }
      if (rawFrom.isBefore(today)) {
        if (state.rawReadable()) {
          MoverRule rule = fromSummary ? MoverRule.TRIMMED : MoverRule.CANONICAL;
          addDays(totals, SourceTable.RAW, rule, rawFrom, today);
        } else {
          notices.add(
              Notice.warning(
                  "Days from "
                      + rawFrom
                      + " on are missing: "
                      + state.rawProblem().orElseThrow().sentence()));
        }
      }
      tellRecords(totals);
    }

    private void addDays(
        NavigableMap<Long, Long> totals,
        SourceTable table,
        MoverRule rule,
        LocalDate from,
        LocalDate to) {
      Sieve sieve = new Sieve(query.filters(), false, rule);
      days.read(
              table,
              Grain.DAY,
              table == SourceTable.SUMMARY ? List.of(Dimension.MOVER) : sieve.dimensions(),
              from,
              to,
              cancellation,
              (key, shape) ->
                  sieve.admits(key, shape)
                      ? Optional.of((start, bytes) -> totals.merge(start, bytes, Sums::add))
                      : Optional.empty())
          .ifPresent(this::outage);
    }

    private void tellRecords(NavigableMap<Long, Long> totals) {
      long most = 0;
      long mostAt = 0;
      for (Map.Entry<Long, Long> day : totals.entrySet()) {
        if (day.getValue() <= most) {
          continue;
        }
        if (most > 0) {
          LocalDate record = calendar.dayOf(day.getKey());
          events.add(
              new Event(
                  Instant.ofEpochSecond(day.getKey()),
                  Optional.of(Instant.ofEpochSecond(calendar.startOfDay(record.plusDays(1)))),
                  "Record day",
                  tebibytes(day.getValue())
                      + " on "
                      + record
                      + ", more than on any day before; the record was "
                      + tebibytes(most)
                      + " on "
                      + calendar.dayOf(mostAt)
                      + ".",
                  List.of(AnnotationEvent.RECORD_DAY.label())));
        }
        most = day.getValue();
        mostAt = day.getKey();
      }
    }

    // Changes of drives

    void driveChanges() {
      requireRaw();
      Map<String, NavigableMap<Long, NavigableSet<Drive>>> drives =
          new TreeMap<>(MoverNames.naturalOrder());
      LocalDate end = calendar.dayOf(until).plusDays(1);
      Sieve sieve = new Sieve(query.filters(), false, MoverRule.CANONICAL);
      List<Dimension> dimensions = sieve.dimensions(Dimension.DRIVE_TYPE, Dimension.DRIVE_SERIAL);
      days.read(
              SourceTable.RAW,
              Grain.DAY,
              dimensions,
              lookBackDay(),
              end,
              cancellation,
              (key, shape) -> drivesOf(drives, sieve, key, shape))
          .ifPresent(this::outage);

      Map<String, SortedSet<LocalDate>> changing = new HashMap<>();
      NavigableSet<LocalDate> changeDays = new TreeSet<>();
      drives.forEach(
          (mover, seen) -> {
            NavigableSet<LocalDate> ofMover = new TreeSet<>();
            seen.forEach(
                (start, ofDay) -> {
                  if (ofDay.size() > 1) {
                    ofMover.add(calendar.dayOf(start));
                  }
                });
            @Nullable NavigableSet<Drive> before = null;
            for (Map.Entry<Long, NavigableSet<Drive>> day : seen.entrySet()) {
              if (before != null && !before.equals(day.getValue())) {
                ofMover.add(calendar.dayOf(day.getKey()));
              }
              before = day.getValue();
            }
            ofMover.removeIf(day -> !touchesRange(day));
            changing.put(mover, ofMover);
            changeDays.addAll(ofMover);
          });
      Optional<Grain> fine = fineGrain(changeDays);
      if (fine.isPresent()) {
        Map<String, NavigableMap<Long, NavigableSet<Drive>>> closer = new HashMap<>();
        days.readEach(
                fine.get(),
                dimensions,
                changeDays,
                cancellation,
                (key, shape) -> drivesOf(closer, sieve, key, shape))
            .ifPresent(this::outage);
        changing.forEach(
            (mover, ofMover) ->
                ofMover.forEach(
                    day -> {
                      long from = calendar.startOfDay(day);
                      long to = calendar.startOfDay(day.plusDays(1));
                      NavigableMap<Long, NavigableSet<Drive>> seen =
                          Objects.requireNonNull(drives.get(mover));
                      seen.remove(from);
                      seen.putAll(closer.getOrDefault(mover, new TreeMap<>()).subMap(from, to));
                    }));
      }
      drives.forEach(this::tellChanges);
    }

    private Optional<DayBlocks.CellSink> drivesOf(
        Map<String, NavigableMap<Long, NavigableSet<Drive>>> drives,
        Sieve sieve,
        GroupKey key,
        Shape shape) {
      Drive drive =
          new Drive(
              Sieve.value(Dimension.DRIVE_SERIAL, key, shape),
              Sieve.value(Dimension.DRIVE_TYPE, key, shape));
      if (!drive.isKnown() || !sieve.admits(key, shape)) {
        return Optional.empty();
      }
      NavigableMap<Long, NavigableSet<Drive>> ofMover =
          drives.computeIfAbsent(sieve.mover(key, shape), mover -> new TreeMap<>());
      return Optional.of(
          (start, bytes) -> {
            if (start < until.getEpochSecond()) {
              ofMover.computeIfAbsent(start, at -> new TreeSet<>()).add(drive);
            }
          });
    }

    private void tellChanges(String mover, NavigableMap<Long, NavigableSet<Drive>> seen) {
      @Nullable Drive current = null;
      for (Map.Entry<Long, NavigableSet<Drive>> cell : seen.entrySet()) {
        NavigableSet<Drive> others = new TreeSet<>(cell.getValue());
        if (current != null) {
          others.remove(current);
        }
        for (Drive drive : others) {
          if (current != null) {
            events.add(
                new Event(
                    Instant.ofEpochSecond(cell.getKey()),
                    Optional.empty(),
                    mover + " has another drive",
                    "Drive " + drive + " instead of " + current + ".",
                    List.of(AnnotationEvent.DRIVE_CHANGE.label(), mover)));
          }
          current = drive;
        }
      }
    }

    private boolean touchesRange(LocalDate day) {
      return calendar.startOfDay(day.plusDays(1)) > query.range().from().getEpochSecond()
          && calendar.startOfDay(day) < query.range().to().getEpochSecond();
    }

    // What they have in common

    private void requireRaw() {
      state
          .rawProblem()
          .ifPresent(
              problem -> {
                throw problem;
              });
    }

    /** The day before the range since which movers must have been seen to be known. */
    private LocalDate lookBackDay() {
      LocalDate day =
          calendar.dayOf(query.range().from()).minusDays(settings.limits().moverLookBackDays());
      return day.isBefore(Plan.EARLIEST) ? Plan.EARLIEST : day;
    }

    private Optional<Grain> fineGrain(Set<LocalDate> edges) {
      if (edges.isEmpty() || edges.size() > DAYS_BY_HOUR) {
        return Optional.empty();
      }
      return Optional.of(edges.size() > DAYS_BY_MINUTE ? Grain.HOUR : Grain.MINUTE);
    }

    private long endOf(Grain grain, long start) {
      return switch (grain) {
        case MINUTE -> start + 60;
        case HOUR -> start + 3600;
        case DAY -> calendar.startOfDay(calendar.dayOf(start).plusDays(1));
      };
    }
  }

  private static String tebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.3f TiB", bytes / BYTES_PER_TIB);
  }

  private static String inWords(Duration length) {
    if (length.compareTo(DAY) < 0) {
      return length.toHours() + " h " + length.toMinutesPart() + " min";
    }
    return length.toDays() + " d " + length.toHoursPart() + " h";
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static LocalDate earlierDay(LocalDate a, LocalDate b) {
    return a.isBefore(b) ? a : b;
  }
}
