package org.enstore.accounting.series;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.measure.SiteCalendar;

/** The port over rows of any table of facts in memory, each a cell of its own. Thread-safe. */
final class RowsInMemory implements TransferSource {
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final List<Row> rows = new ArrayList<>();

  RowsInMemory(SiteCalendar calendar, InstantSource clock) {
    this.calendar = calendar;
    this.clock = clock;
  }

  /** A row; it is of the tables that its quantities are asked of. */
  record Row(
      SourceTable table,
      Instant time,
      Map<Dimension, String> texts,
      Map<Quantity, Long> quantities) {}

  synchronized void add(Row row) {
    rows.add(row);
  }

  synchronized void remove(Row row) {
    rows.remove(row);
  }

  @Override
  public synchronized Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation) {
    sink.begin();
    Instant from =
        request.since().orElseGet(() -> Instant.ofEpochSecond(calendar.startOfDay(request.from())));
    Instant to = Instant.ofEpochSecond(calendar.startOfDay(request.to()));
    rows.stream()
        .filter(row -> row.table() == request.table())
        .filter(row -> !row.time().isBefore(from) && row.time().isBefore(to))
        .sorted(Comparator.comparing(Row::time))
        .forEach(
            row ->
                sink.accept(
                    row.time().getEpochSecond(),
                    new GroupKey(
                        request.shape().dimensions().stream()
                            .map(dimension -> row.texts().getOrDefault(dimension, ""))
                            .toList()),
                    request.shape().quantities().stream()
                        .mapToLong(quantity -> row.quantities().getOrDefault(quantity, 0L))
                        .toArray()));
    return new Snapshot(clock.instant(), "memory/1");
  }

  @Override
  public synchronized SourceState state(Cancellation cancellation) {
    Instant now = clock.instant();
    Map<SourceTable, TableState> tables = new HashMap<>();
    for (Row row : rows) {
      LocalDate first =
          rows.stream()
              .filter(other -> other.table() == row.table())
              .map(other -> calendar.dayOf(other.time()))
              .min(Comparator.naturalOrder())
              .orElseThrow();
      tables.put(
          row.table(),
          TableState.ofFacts(
              Optional.of(now), Extent.of(first, calendar.dayOf(now)), Optional.empty()));
    }
    return new SourceState(
        "memory", true, new ReplayLag.Unknown("in memory"), now, now, "memory/1", tables);
  }

  @Override
  public Health health() {
    return new Health(true, "in memory", Map.of(), List.of());
  }

  @Override
  public PoolStats poolStats() {
    return new PoolStats(List.of());
  }

  @Override
  public void close() {
    // Nothing was opened.
  }
}
