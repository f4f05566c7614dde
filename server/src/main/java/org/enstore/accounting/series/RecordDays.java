package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Naming;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Annotations.Event;

/** Finds the days with more bytes than any before. Not thread-safe. */
final class RecordDays {
  private static final double BYTES_PER_TIB = 1L << 40;

  private final EventSearch search;
  private final SourceState state;
  private final SiteCalendar calendar;

  /** The bytes of each day, by the second with which it begins. */
  private final NavigableMap<Long, Long> totals = new TreeMap<>();

  RecordDays(EventSearch search) {
    this.search = search;
    this.state = search.state();
    this.calendar = search.calendar();
  }

  /** Tells of them. */
  void find() {
    LocalDate today = calendar.dayOf(search.now());
    LocalDate end = earlier(today, calendar.dayOf(search.until()));
    Optional<LocalDate> rolledUp =
        Transfers.BY_DAY.tellsApart(search.query().filters().keySet())
            ? state.rolledUpThrough(Transfers.BY_DAY, today)
            : Optional.empty();
    LocalDate rawFrom;
    if (rolledUp.isPresent()) {
      rawFrom = rolledUp.get().plusDays(1);
      addDays(
          Transfers.SUMMARY,
          Transfers.TRIMMED,
          state.of(Transfers.SUMMARY).extent().first().orElse(rawFrom),
          rawFrom);
    } else {
      search.requireRaw();
      rawFrom = search.lookBackDay();
      search.tell(
          Notice.info(
              "Records among the days since "
                  + rawFrom
                  + " alone: the summary, which reaches back further, does not have what is"
                  + " filtered by, or cannot be read."));
    }
    if (rawFrom.isBefore(end)) {
      if (state.of(Transfers.FACTS).isReadable()) {
        Naming naming = rolledUp.isPresent() ? Transfers.TRIMMED : Transfers.CANONICAL;
        addDays(Transfers.FACTS, naming, rawFrom, end);
      } else {
        search.tell(
            Notice.warning(
                "Days from "
                    + rawFrom
                    + " on are missing: "
                    + state.of(Transfers.FACTS).problem().orElseThrow().sentence()));
      }
    }
    tellRecords();
  }

  private void addDays(SourceTable table, Naming naming, LocalDate from, LocalDate to) {
    Sieve sieve = search.sieve(naming);
    search.read(
        table,
        Grain.DAY,
        table.isRollup() ? Transfers.BY_DAY.keys() : sieve.dimensions(),
        from,
        to,
        (key, shape) ->
            sieve.admits(key, shape)
                ? Optional.of((start, bytes) -> totals.merge(start, bytes, Sums::add))
                : Optional.empty());
  }

  private void tellRecords() {
    long most = 0;
    long mostAt = 0;
    for (Map.Entry<Long, Long> day : totals.entrySet()) {
      if (day.getValue() <= most) {
        continue;
      }
      if (most > 0) {
        LocalDate record = calendar.dayOf(day.getKey());
        search.tell(
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

  private static String tebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.3f TiB", bytes / BYTES_PER_TIB);
  }

  private static LocalDate earlier(LocalDate a, LocalDate b) {
    return a.isBefore(b) ? a : b;
  }
}
