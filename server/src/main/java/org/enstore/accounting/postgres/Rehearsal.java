package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.RowTable;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Extent;
import org.enstore.accounting.series.GroupKey;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.PoolStats;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.RowSink;
import org.enstore.accounting.series.RowsSink;
import org.enstore.accounting.series.Snapshot;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.TableState;
import org.enstore.accounting.series.TransferSource;
import org.jooq.Select;
import org.jooq.tools.jdbc.MockConnection;
import org.jooq.tools.jdbc.MockResult;
import org.jspecify.annotations.Nullable;

/**
 * A source without a database. It goes through the motions of reading, down to the statements, and
 * finds one cell each time: what the program loads on the way is what the archive of its classes
 * should hold.
 */
public final class Rehearsal implements TransferSource {
  private static final String MOVER = "LTO8_01.mover";
  private static final String DRIVE_RATE_BIN = "1000";
  private static final long CELL_BYTES = 1L << 30;
  private static final String HOST = "rehearsal";

  private final WallClock wallClock;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  public Rehearsal(SiteCalendar calendar, InstantSource clock) {
    this.calendar = calendar;
    this.wallClock = new WallClock(calendar);
    this.clock = clock;
  }

  @Override
  public Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation) {
    try (Connection connection =
        new MockConnection(
            context -> new MockResult[] {new MockResult(0, Statements.SQL.newResult())})) {
      if (TableReaders.of(request.table()) instanceof FactReader reader) {
        FactQuery query = new FactQuery(reader.columnsOfTable(), request, wallClock, true, false);
        Select<?> select = query.query();
        query.readRows(
            new CopiedRows(select.getSelect(), new Silence(CopiedRows.statement(select))), sink);
      } else {
        new SummaryDays(request, wallClock, false).read(connection, sink);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("a rehearsal met a real error", e);
    }
    long[] quantities = new long[request.shape().quantities().size()];
    Arrays.fill(quantities, CELL_BYTES);
    sink.accept(
        calendar.startOfDay(request.from()),
        new GroupKey(request.shape().dimensions().stream().map(Rehearsal::value).toList()),
        quantities);
    return new Snapshot(clock.instant(), HOST);
  }

  @Override
  public Snapshot rows(RowTable table, RowsSink sink, Cancellation cancellation) {
    sink.begin();
    try (Connection connection =
        new MockConnection(
            context -> new MockResult[] {new MockResult(0, Statements.SQL.newResult())})) {
      RowReader.of(table).read(wallClock, clock.instant(), false, connection, sink);
    } catch (SQLException e) {
      throw new IllegalStateException("a rehearsal met a real error", e);
    }
    return new Snapshot(clock.instant(), HOST);
  }

  private static String value(Dimension dimension) {
    if (dimension.equals(Dimensions.DIRECTION)) {
      return Direction.READ.label();
    }
    return dimension.equals(Transfers.DRIVE_RATE_BIN) ? DRIVE_RATE_BIN : MOVER;
  }

  @Override
  public SourceState state(Cancellation cancellation) {
    Instant now = clock.instant();
    return new SourceState(
        HOST,
        true,
        new ReplayLag.Known(Duration.ZERO),
        now,
        now,
        HOST,
        Map.of(
            Transfers.FACTS,
            TableState.ofFacts(
                Optional.of(now),
                Extent.of(Extent.EARLIEST, calendar.dayOf(now)),
                Optional.empty()),
            Transfers.SUMMARY,
            TableState.ofDays(
                Extent.of(Extent.EARLIEST, calendar.dayOf(now).minusDays(1)), Optional.empty())));
  }

  @Override
  public Health health() {
    return new Health(true, "This is a rehearsal.", Map.of(), List.of());
  }

  @Override
  public PoolStats poolStats() {
    return new PoolStats(List.of());
  }

  @Override
  public void close() {
    // Nothing was opened.
  }

  /** A server that has nothing to say. */
  private record Silence(String statement) implements CopiedRows.Messages {
    @Override
    public byte @Nullable [] next() {
      return null;
    }

    @Override
    public void close() {
      // Nothing was begun.
    }
  }
}
