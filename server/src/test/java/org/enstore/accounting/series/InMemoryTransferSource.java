package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * The port over rows in memory: slow, obvious, and held to the same contract as the database. The
 * lag and outages are what a test says they are. Thread-safe.
 */
public final class InMemoryTransferSource implements TransferSource {
  private final ZoneId zone;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final List<Transfer> transfers = new ArrayList<>();
  private final List<SummaryRow> summary = new ArrayList<>();
  private final List<ReadRequest> reads = new ArrayList<>();
  private Optional<QueryFailure> outage = Optional.empty();
  private Duration lag = Duration.ZERO;
  private boolean summaryReadable = true;
  private boolean rawReadable = true;
  private Runnable beforeRead = () -> {};
  private boolean closed;

  public InMemoryTransferSource(ZoneId zone, InstantSource clock) {
    this.zone = zone;
    this.calendar = new SiteCalendar(zone);
    this.clock = clock;
  }

  /** A row of encp_xfer, as far as anything here looks at it. */
  public record Transfer(
      LocalDateTime date,
      String mover,
      String driver,
      Direction direction,
      long sizeBytes,
      String storageGroup,
      String library,
      String driveType,
      String mediaChanger) {}

  /** A row of xfer_by_day_by_mover. */
  public record SummaryRow(LocalDate date, String mover, long readBytes, long writtenBytes) {}

  public synchronized void add(Transfer transfer) {
    transfers.add(transfer);
  }

  public synchronized void add(SummaryRow row) {
    summary.add(row);
  }

  /** Every call fails with {@code failure} until told otherwise. */
  public synchronized void failWith(Optional<QueryFailure> failure) {
    this.outage = failure;
  }

  /** Only transfers that are this old are visible. */
  public synchronized void lagBehind(Duration replayLag) {
    this.lag = replayLag;
  }

  public synchronized void readable(boolean ofSummary, boolean ofRaw) {
    this.summaryReadable = ofSummary;
    this.rawReadable = ofRaw;
  }

  /** Runs at the start of each read, on the reading thread. */
  public synchronized void beforeRead(Runnable action) {
    this.beforeRead = action;
  }

  /** The reads so far. */
  public synchronized List<ReadRequest> reads() {
    return List.copyOf(reads);
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public Instant read(ReadRequest request, RowSink sink, Cancellation cancellation) {
    Runnable action;
    synchronized (this) {
      reads.add(request);
      action = beforeRead;
    }
    action.run();
    cancellation.check();
    synchronized (this) {
      outage.ifPresent(
          failure -> {
            throw failure;
          });
      if (request.table() == SourceTable.SUMMARY) {
        readSummary(request, sink);
      } else {
        readTransfers(request, sink);
      }
      return clock.instant().minus(lag);
    }
  }

  private void readSummary(ReadRequest request, RowSink sink) {
    for (SummaryRow row : summary) {
      if (isWithin(row.date(), request)) {
        long start = calendar.startOfDay(row.date());
        List<String> values = List.of(row.mover());
        if (row.readBytes() > 0) {
          sink.accept(start, new GroupKey(Direction.READ, values), new long[] {row.readBytes()});
        }
        if (row.writtenBytes() > 0) {
          sink.accept(
              start, new GroupKey(Direction.WRITE, values), new long[] {row.writtenBytes()});
        }
      }
    }
  }

  private void readTransfers(ReadRequest request, RowSink sink) {
    for (Transfer transfer : transfers) {
      if (isWithin(transfer.date().toLocalDate(), request) && isReplayed(transfer)) {
        List<String> values =
            request.shape().dimensions().stream()
                .map(dimension -> value(transfer, dimension))
                .toList();
        long[] quantities =
            request.shape().quantities().stream()
                .mapToLong(
                    quantity ->
                        switch (quantity) {
                          case BYTES -> transfer.sizeBytes();
                          case TRANSFERS -> 1;
                        })
                .toArray();
        sink.accept(
            cellStart(request.grain(), transfer),
            new GroupKey(transfer.direction(), values),
            quantities);
      }
    }
  }

  private long cellStart(Grain grain, Transfer transfer) {
    long second = second(transfer);
    long day = calendar.startOfDay(calendar.dayOf(second));
    return switch (grain) {
      case MINUTE -> second - Math.floorMod(second - day, 60);
      case HOUR -> second - Math.floorMod(second - day, 3600);
      case DAY -> day;
    };
  }

  private long second(Transfer transfer) {
    return transfer.date().atZone(zone).withLaterOffsetAtOverlap().toEpochSecond();
  }

  private boolean isReplayed(Transfer transfer) {
    return lag.isZero()
        || !Instant.ofEpochSecond(second(transfer)).isAfter(clock.instant().minus(lag));
  }

  private static boolean isWithin(LocalDate day, ReadRequest request) {
    return !day.isBefore(request.from()) && day.isBefore(request.to());
  }

  private static String value(Transfer transfer, Dimension dimension) {
    return switch (dimension) {
      case MOVER -> transfer.mover();
      case MOVER_CLASS -> MoverClass.ofDriver(transfer.driver()).label();
      case STORAGE_GROUP -> transfer.storageGroup();
      case LIBRARY -> transfer.library();
      case DRIVE_TYPE -> transfer.driveType();
      case MEDIA_CHANGER -> transfer.mediaChanger();
    };
  }

  @Override
  public synchronized SourceState state(Cancellation cancellation) {
    outage.ifPresent(
        failure -> {
          throw failure;
        });
    Instant now = clock.instant();
    return new SourceState(
        "memory:8800",
        true,
        new ReplayLag.Known(lag),
        now,
        now.minus(lag),
        summary.stream().map(SummaryRow::date).max(Comparator.naturalOrder()),
        transfers.stream()
            .filter(this::isReplayed)
            .map(transfer -> Instant.ofEpochSecond(second(transfer)))
            .filter(at -> !at.isAfter(now))
            .max(Comparator.naturalOrder()),
        summaryReadable,
        rawReadable);
  }

  @Override
  public Health health() {
    return new Health(true, "Rows in memory.", Map.of(), List.of());
  }

  @Override
  public PoolStats poolStats() {
    return new PoolStats(List.of());
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
