package org.enstore.accounting.series;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.SiteCalendar;

/**
 * A source over lists of rows: slow, obvious, and held to the same contract as the database. It is
 * a standby that is never behind. Rows may be added and removed while it is in use.
 */
public final class InMemoryTransferSource implements TransferSource {
  private final ZoneId zone;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final List<TransferRow> transfers = new ArrayList<>();
  private final List<SummaryRow> summary = new ArrayList<>();
  private Optional<QueryFailure> outage = Optional.empty();

  public InMemoryTransferSource(ZoneId zone, InstantSource clock) {
    this.zone = zone;
    this.calendar = new SiteCalendar(zone);
    this.clock = clock;
  }

  /** The transfers, to be changed by the caller, while nothing reads. */
  public List<TransferRow> transfers() {
    return transfers;
  }

  /** The summary, to be changed by the caller, while nothing reads. */
  public List<SummaryRow> summary() {
    return summary;
  }

  /** Has every question fail from now on, or answered again when empty. */
  public void failWith(Optional<QueryFailure> failure) {
    outage = failure;
  }

  @Override
  public Instant read(ReadRequest request, RowSink sink, Cancellation cancellation) {
    cancellation.check();
    outage.ifPresent(
        failure -> {
          throw failure;
        });
    Map<Cell, List<BigInteger>> sums =
        new TreeMap<>(
            Comparator.comparingLong(Cell::start)
                .thenComparing(cell -> cell.key().direction())
                .thenComparing(cell -> String.join("\u0000", cell.key().values())));
    if (request.table() == SourceTable.SUMMARY) {
      addSummary(request, sums);
    } else {
      addTransfers(request, sums);
    }
    sums.forEach(
        (cell, quantities) ->
            sink.accept(
                cell.start(),
                cell.key(),
                quantities.stream().mapToLong(InMemoryTransferSource::exact).toArray()));
    return clock.instant();
  }

  @Override
  public SourceState state(Cancellation cancellation) {
    cancellation.check();
    outage.ifPresent(
        failure -> {
          throw failure;
        });
    Instant now = clock.instant();
    LocalDateTime wall = LocalDateTime.ofInstant(now.plus(Duration.ofMinutes(2)), zone);
    return new SourceState(
        "memory:0",
        true,
        new ReplayLag.Known(Duration.ZERO),
        now,
        now,
        summary.stream().map(SummaryRow::date).max(Comparator.naturalOrder()),
        transfers.stream()
            .map(TransferRow::date)
            .filter(date -> !date.isAfter(wall))
            .max(Comparator.naturalOrder())
            .map(this::instant)
            .map(instant -> instant.isAfter(now) ? now : instant),
        true,
        true);
  }

  @Override
  public Health health() {
    return outage
        .map(failure -> new Health(false, failure.sentence(), Map.of(), List.of()))
        .orElseGet(() -> new Health(true, "Connected to memory.", Map.of(), List.of()));
  }

  @Override
  public PoolStats poolStats() {
    return new PoolStats(List.of());
  }

  @Override
  public void close() {}

  private void addTransfers(ReadRequest request, Map<Cell, List<BigInteger>> sums) {
    for (TransferRow row : transfers) {
      if (!row.rw().equals("r") && !row.rw().equals("w")) {
        continue;
      }
      List<String> values =
          request.shape().dimensions().stream().map(dimension -> value(row, dimension)).toList();
      GroupKey key = new GroupKey(row.rw().equals("r") ? Direction.READ : Direction.WRITE, values);
      List<BigInteger> quantities =
          request.shape().quantities().stream()
              .map(
                  quantity ->
                      quantity == Quantity.BYTES ? BigInteger.valueOf(row.size()) : BigInteger.ONE)
              .toList();
      add(request, sums, start(request.grain(), row.date()), key, quantities);
    }
  }

  private void addSummary(ReadRequest request, Map<Cell, List<BigInteger>> sums) {
    for (SummaryRow row : summary) {
      List<String> values =
          request.shape().dimensions().stream().map(dimension -> row.mover()).toList();
      long start = start(Grain.DAY, row.date().atStartOfDay());
      if (row.read() != null && row.read() != 0) {
        add(
            request,
            sums,
            start,
            new GroupKey(Direction.READ, values),
            List.of(BigInteger.valueOf(row.read())));
      }
      if (row.write() != null && row.write() != 0) {
        add(
            request,
            sums,
            start,
            new GroupKey(Direction.WRITE, values),
            List.of(BigInteger.valueOf(row.write())));
      }
    }
  }

  private void add(
      ReadRequest request,
      Map<Cell, List<BigInteger>> sums,
      long start,
      GroupKey key,
      List<BigInteger> quantities) {
    if (start < calendar.startOfDay(request.from()) || start >= calendar.startOfDay(request.to())) {
      return;
    }
    sums.merge(
        new Cell(start, key),
        quantities,
        (a, b) -> {
          List<BigInteger> both = new ArrayList<>();
          for (int i = 0; i < a.size(); i++) {
            both.add(a.get(i).add(b.get(i)));
          }
          return both;
        });
  }

  private static String value(TransferRow row, Dimension dimension) {
    return switch (dimension) {
      case MOVER -> row.mover();
      case MOVER_CLASS -> MoverClass.ofDriver(row.driver()).label();
      case STORAGE_GROUP -> row.storageGroup();
      case LIBRARY -> row.library() == null ? "" : row.library();
      case DRIVE_TYPE -> row.driveId();
      case MEDIA_CHANGER -> row.mediaChanger();
    };
  }

  private long start(Grain grain, LocalDateTime wall) {
    if (grain == Grain.DAY) {
      return calendar.startOfDay(wall.toLocalDate());
    }
    long second = instant(wall).getEpochSecond();
    LocalDate day = calendar.dayOf(second);
    long width = grain == Grain.HOUR ? 3600 : 60;
    long start = calendar.startOfDay(day);
    while (start + width <= second) {
      start += width;
    }
    return start;
  }

  /** By the offsets themselves: the later of two readings; what was skipped, as before the skip. */
  private Instant instant(LocalDateTime wall) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(wall);
    ZoneOffset offset =
        switch (offsets.size()) {
          case 0 -> zone.getRules().getTransition(wall).getOffsetBefore();
          case 1 -> offsets.get(0);
          default -> offsets.get(1);
        };
    return ZonedDateTime.of(wall, offset).toInstant();
  }

  private static long exact(BigInteger sum) {
    try {
      return sum.longValueExact();
    } catch (ArithmeticException e) {
      throw new QueryFailure(FailureKind.TOO_LARGE, "The sum does not fit 64 bits.", e);
    }
  }

  private record Cell(long start, GroupKey key) {}
}
