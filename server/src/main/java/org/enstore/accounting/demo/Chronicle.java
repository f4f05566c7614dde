package org.enstore.accounting.demo;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What of a {@link Story} is needed to fill the tables beside {@code encp_xfer}, gathered while it
 * is told: the mounts and failures of the last {@value #DAYS} days, the transfers of the last
 * {@value #FILE_DAYS}, and what was on tape at the end of each month. Not thread-safe.
 */
final class Chronicle {
  static final int DAYS = 180;
  static final int FILE_DAYS = 45;

  /** What a storage group has on tape. */
  record Content(long bytes, long files) {}

  private final Story story;
  private final LocalDate firstDay;
  private final LocalDate firstFileDay;
  private final List<Mount> mounts = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>();
  private final List<Transfer> transfers = new ArrayList<>();
  private final Map<LocalDate, Map<String, Content>> months = new TreeMap<>();

  Chronicle(Story story) {
    this.story = story;
    this.firstDay = later(story.site().today().minusDays(DAYS), story.site().from());
    this.firstFileDay = later(story.site().today().minusDays(FILE_DAYS), story.site().from());
  }

  private static LocalDate later(LocalDate one, LocalDate other) {
    return one.isAfter(other) ? one : other;
  }

  void add(Story.Day day) {
    if (!day.day().isBefore(firstDay)) {
      mounts.addAll(day.mounts());
      failures.addAll(day.failures());
    }
    if (!day.day().isBefore(firstFileDay)) {
      transfers.addAll(day.transfers());
    }
    boolean endsMonth = day.day().plusDays(1).getDayOfMonth() == 1;
    if (endsMonth && day.day().isBefore(story.site().today())) {
      months.put(day.day().withDayOfMonth(1), onTape());
    }
  }

  private Map<String, Content> onTape() {
    Map<String, Content> content = new TreeMap<>();
    for (Tape tape : story.store().tapes()) {
      content.merge(
          tape.group().name(),
          new Content(tape.bytes(), tape.files()),
          (one, other) -> new Content(one.bytes() + other.bytes(), one.files() + other.files()));
    }
    return content;
  }

  LocalDate firstDay() {
    return firstDay;
  }

  List<Mount> mounts() {
    return mounts;
  }

  List<Failure> failures() {
    return failures;
  }

  List<Transfer> transfers() {
    return transfers;
  }

  /** By the first day of the month, then by storage group. */
  Map<LocalDate, Map<String, Content>> months() {
    return months;
  }
}
