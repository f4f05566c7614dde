package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.MoverNames;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Annotations.Event;
import org.jspecify.annotations.Nullable;

/** Finds when the transfers of a mover begin to name another drive. Not thread-safe. */
final class DriveChanges {
  private final EventSearch search;
  private final SiteCalendar calendar;
  private final Sieve sieve;
  private final List<Dimension> dimensions;

  /**
   * @throws QueryFailure when the transfers cannot be read, which alone tell of drives
   */
  DriveChanges(EventSearch search) {
    search.requireRaw();
    this.search = search;
    this.calendar = search.calendar();
    this.sieve = search.sieve(Transfers.CANONICAL);
    this.dimensions = sieve.dimensions(Dimensions.DRIVE_TYPE, Dimensions.DRIVE_SERIAL);
  }

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

  /** Tells of them. */
  void find() {
    Map<String, NavigableMap<Long, NavigableSet<Drive>>> drives =
        new TreeMap<>(MoverNames.naturalOrder());
    search.read(
        Transfers.FACTS,
        Grain.DAY,
        dimensions,
        search.lookBackDay(),
        calendar.dayOf(search.until()).plusDays(1),
        (key, shape) -> drivesOf(drives, key, shape));
    refine(drives);
    drives.forEach(this::tellChanges);
  }

  /** Enters the drive of {@code key} at the cells in which it was used. */
  private Optional<DayBlocks.CellSink> drivesOf(
      Map<String, NavigableMap<Long, NavigableSet<Drive>>> drives, GroupKey key, Shape shape) {
    Drive drive =
        new Drive(
            shape.value(Dimensions.DRIVE_SERIAL, key), shape.value(Dimensions.DRIVE_TYPE, key));
    if (!drive.isKnown() || !sieve.admits(key, shape)) {
      return Optional.empty();
    }
    NavigableMap<Long, NavigableSet<Drive>> ofMover =
        drives.computeIfAbsent(sieve.shown(Dimensions.MOVER, key, shape), mover -> new TreeMap<>());
    return Optional.of(
        (start, bytes) -> {
          if (start < search.until().getEpochSecond()) {
            ofMover.computeIfAbsent(start, at -> new TreeSet<>()).add(drive);
          }
        });
  }

  /** Puts finer cells in place of the days of change, as closely as can be had cheaply. */
  private void refine(Map<String, NavigableMap<Long, NavigableSet<Drive>>> drives) {
    Map<String, NavigableSet<LocalDate>> changing = new HashMap<>();
    NavigableSet<LocalDate> changeDays = new TreeSet<>();
    drives.forEach(
        (mover, seen) -> {
          NavigableSet<LocalDate> ofMover = changeDays(seen);
          changing.put(mover, ofMover);
          changeDays.addAll(ofMover);
        });
    Optional<Grain> fine = search.fineGrain(changeDays);
    if (fine.isEmpty()) {
      return;
    }
    Map<String, NavigableMap<Long, NavigableSet<Drive>>> closer = new HashMap<>();
    search.readEach(
        fine.get(), dimensions, changeDays, (key, shape) -> drivesOf(closer, key, shape));
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

  /** The days of the range with several drives, or with others than the day before them. */
  private NavigableSet<LocalDate> changeDays(NavigableMap<Long, NavigableSet<Drive>> seen) {
    NavigableSet<LocalDate> days = new TreeSet<>();
    @Nullable NavigableSet<Drive> before = null;
    for (Map.Entry<Long, NavigableSet<Drive>> day : seen.entrySet()) {
      if (day.getValue().size() > 1 || (before != null && !before.equals(day.getValue()))) {
        days.add(calendar.dayOf(day.getKey()));
      }
      before = day.getValue();
    }
    days.removeIf(day -> !touchesRange(day));
    return days;
  }

  private boolean touchesRange(LocalDate day) {
    return calendar.startOfDay(day.plusDays(1)) > search.query().range().from().getEpochSecond()
        && calendar.startOfDay(day) < search.query().range().to().getEpochSecond();
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
          search.tell(
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
}
