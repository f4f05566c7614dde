package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.TimeText;
import org.jspecify.annotations.Nullable;

/** Answers with rows of tables, which are read as a whole and kept for a minute. Thread-safe. */
final class TableRows {
  private static final Duration KEPT_FOR = Duration.ofMinutes(1);

  /** About what a value takes, with its place in the row. */
  private static final int VALUE_BYTES = 48;

  private final TransferSource source;
  private final Memory memory;
  private final SourceSettings settings;
  private final InstantSource clock;

  TableRows(TransferSource source, Memory memory, SourceSettings settings, InstantSource clock) {
    this.source = source;
    this.memory = memory;
    this.settings = settings;
    this.clock = clock;
  }

  /** What one reading of a table gave. */
  private record Reading(
      List<List<@Nullable Object>> rows, long matching, Instant knownThrough, Instant at, int width)
      implements Kept {
    @Override
    public int sizeBytes() {
      return (rows.size() + 1) * width * VALUE_BYTES;
    }
  }

  /**
   * The rows that {@code query} asks for; when the database is away, those of an earlier reading.
   *
   * @throws QueryFailure when the table cannot be read
   */
  RowsAnswer answer(RowsQuery query, Demand demand, Cancellation cancellation) {
    Instant now = clock.instant();
    Optional<Reading> kept = memory.get(query, Reading.class);
    if (demand != Demand.FRESH
        && kept.filter(reading -> now.isBefore(reading.at().plus(KEPT_FOR))).isPresent()) {
      return answer(query, kept.get(), Optional.empty());
    }
    try {
      Reading read = read(query, now, cancellation);
      memory.put(query, read);
      return answer(query, read, Optional.empty());
    } catch (QueryFailure e) {
      if (demand != Demand.USUAL || kept.isEmpty() || e.kind() != FailureKind.STANDBY_UNAVAILABLE) {
        throw e;
      }
      return answer(query, kept.get(), Optional.of(e));
    }
  }

  private Reading read(RowsQuery query, Instant now, Cancellation cancellation) {
    RowSelection selection = new RowSelection(query);
    Snapshot snapshot = source.rows(query.table(), selection, cancellation);
    return new Reading(
        selection.rows(),
        selection.matching(),
        snapshot.knownThrough(),
        now,
        query.table().columns().size());
  }

  private RowsAnswer answer(RowsQuery query, Reading reading, Optional<QueryFailure> outage) {
    Instant now = clock.instant();
    List<Notice> notices = new ArrayList<>();
    outage.ifPresent(
        failure ->
            notices.add(
                Notice.warning(
                    "Rows as they were at "
                        + told(reading.at(), now)
                        + ": "
                        + failure.sentence())));
    if (reading.knownThrough().equals(Instant.EPOCH)) {
      notices.add(Notice.warning("The standby may be behind its primary: its lag cannot be seen."));
    } else if (reading
        .knownThrough()
        .plus(settings.freshness().lagWarning())
        .isBefore(reading.at())) {
      notices.add(
          Notice.warning(
              "The standby is behind its primary: these are the rows of "
                  + told(reading.knownThrough(), now)
                  + "."));
    }
    if (reading.matching() > reading.rows().size()) {
      notices.add(
          Notice.info(
              String.format(
                  Locale.ROOT,
                  "The first %,d of %,d %s, sorted by %s. Filter, or raise rows.",
                  reading.rows().size(),
                  reading.matching(),
                  query.table().noun(),
                  query.sort().id())));
    }
    return new RowsAnswer(
        query,
        reading.rows(),
        reading.matching(),
        notices,
        "table "
            + query.table().source()
            + " of "
            + query.table().database().id()
            + ", read at "
            + told(reading.at(), now));
  }

  private String told(Instant moment, Instant now) {
    return TimeText.of(moment, settings.siteTimeZone(), now);
  }
}
