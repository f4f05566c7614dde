package org.enstore.accounting.series;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.measure.SiteCalendar;

/** Rows that are in none of the sums, by table and day. Not thread-safe. */
final class LeftOut {
  private static final int MOST_DAYS = 5;

  private final SiteCalendar calendar;
  private final Map<SourceTable, SortedMap<LocalDate, Long>> rows = new LinkedHashMap<>();

  LeftOut(SiteCalendar calendar) {
    this.calendar = calendar;
  }

  /** Adds those of {@code block} whose cells begin in {@code [from, to)}, in epoch seconds. */
  void add(Block block, long from, long to) {
    BlockKey key = block.key();
    block
        .leftOut()
        .forEach(
            (slot, count) -> {
              long start = key.span().slotStart(key.grain(), calendar, slot);
              if (start >= from && start < to) {
                rows.computeIfAbsent(key.table(), table -> new TreeMap<>())
                    .merge(calendar.dayOf(start), count, Long::sum);
              }
            });
  }

  /** Adds what {@code other} has. */
  void addAll(LeftOut other) {
    other.rows.forEach(
        (table, days) ->
            days.forEach(
                (day, count) ->
                    rows.computeIfAbsent(table, added -> new TreeMap<>())
                        .merge(day, count, Long::sum)));
  }

  /** Whether there is one of {@code day} in whichever table. */
  boolean isOf(LocalDate day) {
    return rows.values().stream().anyMatch(days -> days.containsKey(day));
  }

  /** A sentence for each table. */
  List<Notice> notices() {
    return rows.entrySet().stream()
        .map(entry -> Notice.warning(sentence(entry.getKey(), entry.getValue())))
        .toList();
  }

  private static String sentence(SourceTable table, SortedMap<LocalDate, Long> days) {
    long all = days.values().stream().mapToLong(Long::longValue).sum();
    String which =
        days.entrySet().stream()
            .limit(MOST_DAYS)
            .map(day -> day.getValue() + " on " + day.getKey())
            .collect(Collectors.joining(", "));
    return all
        + (all == 1 ? " row of " : " rows of ")
        + table.name()
        + (all == 1 ? " is left out: its bytes are" : " are left out: their bytes are")
        + " negative or above 16 PiB, which no file has"
        + (!table.isRollup() ? ", or rw is neither r nor w" : "")
        + " ("
        + which
        + (days.size() > MOST_DAYS ? " and " + (days.size() - MOST_DAYS) + " more days" : "")
        + ").";
  }
}
