package org.enstore.accounting.series;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.SiteCalendar;
import org.jspecify.annotations.Nullable;

/**
 * The port over rows in memory: slow, obvious, and held to the same contract as the database. The
 * lag and outages are what a test says they are. Thread-safe.
 */
public final class InMemoryTransferSource implements TransferSource {
  /** How far ahead a client's clock may be before its rows count as future-dated. */
  private static final Duration SKEW = Duration.ofMinutes(2);

  private final ZoneId zone;
  private final SiteCalendar calendar;
  private final InstantSource clock;
  private final List<Transfer> transfers = new ArrayList<>();
  private final List<SummaryRow> summary = new ArrayList<>();
  private final Map<String, TreeMap<LocalDateTime, String>> drives = new HashMap<>();
  private final List<ReadRequest> reads = new ArrayList<>();
  private Optional<QueryFailure> outage = Optional.empty();
  private Optional<QueryFailure> silence = Optional.empty();
  private Duration lag = Duration.ZERO;
  private boolean summaryReadable = true;
  private boolean rawReadable = true;
  private BiConsumer<ReadRequest, Cancellation> beforeRead = (request, cancellation) -> {};
  private String lineage = "memory/1";
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
      String mediaChanger,
      TransferRates rates) {
    public Transfer(
        LocalDateTime date,
        String mover,
        String driver,
        Direction direction,
        long sizeBytes,
        String storageGroup,
        String library,
        String driveType,
        String mediaChanger) {
      this(
          date,
          mover,
          driver,
          direction,
          sizeBytes,
          storageGroup,
          library,
          driveType,
          mediaChanger,
          TransferRates.UNMEASURED);
    }
  }

  /** A row of xfer_by_day_by_mover. */
  public record SummaryRow(LocalDate date, String mover, long readBytes, long writtenBytes) {}

  public synchronized void add(Transfer transfer) {
    transfers.add(transfer);
  }

  public synchronized void add(SummaryRow row) {
    summary.add(row);
  }

  /** Transfers of {@code mover} from {@code since} on were made by the drive {@code serial}. */
  public synchronized void fitDrive(String mover, LocalDateTime since, String serial) {
    drives.computeIfAbsent(mover, name -> new TreeMap<>()).put(since, serial);
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
    this.beforeRead = (request, cancellation) -> action.run();
  }

  /** Holds each read from now on at its start. */
  public Gate holdReads() {
    return holdReads(request -> true);
  }

  /** Holds each of {@code these} reads from now on at its start. */
  public synchronized Gate holdReads(Predicate<ReadRequest> these) {
    Gate gate = new Gate();
    this.beforeRead =
        (request, cancellation) -> {
          if (these.test(request)) {
            gate.pass(cancellation);
          }
        };
    return gate;
  }

  /** Where reads wait. Nothing here gives up waiting: the tests that hold reads have a timeout. */
  public static final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    private Gate() {}

    /** Waits until a read is held here. */
    public void awaitRead() throws InterruptedException {
      reached.await();
    }

    /** Waits until a read is cancelled while it is held here. */
    public void awaitCancelled() throws InterruptedException {
      cancelled.await();
    }

    /** Lets the reads that are held proceed, and those to come. */
    public void open() {
      opened.countDown();
    }

    private void pass(Cancellation cancellation) {
      Cancellation.Registration held = cancellation.onCancel(cancelled::countDown);
      reached.countDown();
      try {
        opened.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        held.close();
      }
    }
  }

  /** Becomes another cluster, or another branch of its history. */
  public synchronized void becomes(String otherLineage) {
    this.lineage = otherLineage;
  }

  /** Loses the transfers, as a failover loses what had not reached the standby. */
  public synchronized void lose(Predicate<Transfer> lost) {
    transfers.removeIf(lost);
  }

  /** The reads so far. */
  public synchronized List<ReadRequest> reads() {
    return List.copyOf(reads);
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation) {
    BiConsumer<ReadRequest, Cancellation> action;
    synchronized (this) {
      reads.add(request);
      action = beforeRead;
    }
    action.accept(request, cancellation);
    cancellation.check();
    synchronized (this) {
      sink.begin();
      outage.ifPresent(
          failure -> {
            throw failure;
          });
      if (request.table() == Transfers.SUMMARY) {
        readSummary(request, sink);
      } else {
        readTransfers(request, sink);
      }
      return new Snapshot(clock.instant().minus(lag), lineage);
    }
  }

  private void readSummary(ReadRequest request, RowSink sink) {
    Map<Cell, List<BigDecimal>> cells = new LinkedHashMap<>();
    for (SummaryRow row : summary) {
      long start = calendar.startOfDay(row.date());
      if (row.readBytes() > 0 && isPossible(row.readBytes())) {
        addUp(cells, request, start, key(request, row, Direction.READ), row.readBytes());
      }
      if (row.writtenBytes() > 0 && isPossible(row.writtenBytes())) {
        addUp(cells, request, start, key(request, row, Direction.WRITE), row.writtenBytes());
      }
      if (!isPossible(row.readBytes()) || !isPossible(row.writtenBytes())) {
        leaveOut(request, start, sink);
      }
    }
    deliver(request, cells, sink);
  }

  private static GroupKey key(ReadRequest request, SummaryRow row, Direction direction) {
    return new GroupKey(
        request.shape().dimensions().stream()
            .map(
                dimension ->
                    dimension.equals(Dimensions.DIRECTION) ? direction.label() : row.mover())
            .toList());
  }

  private void readTransfers(ReadRequest request, RowSink sink) {
    Map<Cell, List<BigDecimal>> cells = new LinkedHashMap<>();
    for (Transfer transfer : transfers) {
      if (!isPossible(transfer.sizeBytes())) {
        leaveOut(request, cellStart(request.grain(), transfer), sink);
      } else if (isReplayed(transfer)) {
        List<String> values =
            request.shape().dimensions().stream()
                .map(dimension -> value(transfer, dimension))
                .toList();
        addUp(
            cells,
            request,
            cellStart(request.grain(), transfer),
            new GroupKey(values),
            request.shape().quantities().stream()
                .map(quantity -> amount(transfer, quantity))
                .toArray(Number[]::new));
      }
    }
    deliver(request, cells, sink);
  }

  private static boolean isPossible(long bytes) {
    return bytes >= 0 && bytes <= TransferQuantities.MOST_BYTES;
  }

  private void leaveOut(ReadRequest request, long start, RowSink sink) {
    if (start >= first(request) && start < calendar.startOfDay(request.to())) {
      sink.leaveOut(start, 1);
    }
  }

  private long first(ReadRequest request) {
    return request.since().map(Instant::getEpochSecond).orElse(calendar.startOfDay(request.from()));
  }

  private record Cell(long start, GroupKey key) {}

  private static void addUp(
      Map<Cell, List<BigDecimal>> cells,
      ReadRequest request,
      long start,
      GroupKey key,
      Number... amounts) {
    List<BigDecimal> added =
        Arrays.stream(amounts).map(amount -> new BigDecimal(amount.toString())).toList();
    cells.merge(
        new Cell(start, key),
        added,
        (known, more) -> {
          List<BigDecimal> sums = new ArrayList<>();
          for (int i = 0; i < known.size(); i++) {
            sums.add(
                request.shape().quantities().get(i).equals(TransferQuantities.DRIVE_RATE_MAX)
                    ? known.get(i).max(more.get(i))
                    : known.get(i).add(more.get(i)));
          }
          return sums;
        });
  }

  private void deliver(ReadRequest request, Map<Cell, List<BigDecimal>> cells, RowSink sink) {
    long first = first(request);
    long end = calendar.startOfDay(request.to());
    cells.forEach(
        (cell, sums) -> {
          if (cell.start() >= first && cell.start() < end) {
            long[] bits = new long[sums.size()];
            for (int i = 0; i < bits.length; i++) {
              bits[i] = bits(request.shape().quantities().get(i), sums.get(i));
            }
            sink.accept(cell.start(), cell.key(), bits);
          }
        });
  }

  private static long bits(Quantity quantity, BigDecimal sum) {
    if (quantity.isDouble()) {
      return Double.doubleToLongBits(sum.doubleValue());
    }
    try {
      return sum.longValueExact();
    } catch (ArithmeticException e) {
      throw new QueryFailure(FailureKind.TOO_LARGE, "The sum does not fit 64 bits.", e);
    }
  }

  /** What one transfer adds to a quantity. */
  private static Number amount(Transfer transfer, Quantity quantity) {
    TransferRates rates = transfer.rates();
    return switch (quantity.id()) {
      case "bytes" -> transfer.sizeBytes();
      case "transfers" -> 1L;
      case "driveRateBytes" -> counts(transfer, driveRate(transfer)) ? transfer.sizeBytes() : 0L;
      case "driveRateSeconds" -> seconds(transfer, driveRate(transfer));
      case "driveRateMax" -> counts(transfer, driveRate(transfer)) ? driveRate(transfer) : 0L;
      case "networkRateBytes" -> counts(transfer, rates.network()) ? transfer.sizeBytes() : 0L;
      case "networkRateSeconds" -> seconds(transfer, rates.network());
      case "diskRateBytes" -> counts(transfer, known(rates.disk())) ? transfer.sizeBytes() : 0L;
      case "diskRateSeconds" -> seconds(transfer, known(rates.disk()));
      case "transferRateBytes" ->
          counts(transfer, known(rates.transfer())) ? transfer.sizeBytes() : 0L;
      case "transferRateSeconds" -> seconds(transfer, known(rates.transfer()));
      case "overallRateBytes" -> counts(transfer, rates.overall()) ? transfer.sizeBytes() : 0L;
      case "overallRateSeconds" -> seconds(transfer, rates.overall());
      default -> throw new IllegalArgumentException("transfers do not have " + quantity);
    };
  }

  private static long known(@Nullable Long rate) {
    return rate == null ? 0 : rate;
  }

  /** The drive rate; 0, which never counts, for a file that is too small for it. */
  private static long driveRate(Transfer transfer) {
    return transfer.sizeBytes() < 536_870_912 ? 0 : transfer.rates().drive();
  }

  private static boolean counts(Transfer transfer, long rate) {
    return rate > 0 && !(rate < 1024 && transfer.sizeBytes() > 1024);
  }

  private static double seconds(Transfer transfer, long rate) {
    return counts(transfer, rate) ? (double) transfer.sizeBytes() / rate : 0;
  }

  private long cellStart(Grain grain, Transfer transfer) {
    long second = second(transfer);
    long day = calendar.startOfDay(calendar.dayOf(second));
    return switch (grain) {
      case MINUTE -> second - Math.floorMod(second - day, 60);
      case HOUR -> second - Math.floorMod(second - day, 3600);
      case DAY -> calendar.startOfDay(transfer.date().toLocalDate());
    };
  }

  private long second(Transfer transfer) {
    LocalDate date = transfer.date().toLocalDate();
    long read = transfer.date().atZone(zone).withLaterOffsetAtOverlap().toEpochSecond();
    long end = calendar.startOfDay(date.plusDays(1));
    return calendar.startOfDay(date) < end ? Math.min(read, end - 1) : read;
  }

  private boolean isReplayed(Transfer transfer) {
    return lag.isZero()
        || !Instant.ofEpochSecond(second(transfer)).isAfter(clock.instant().minus(lag));
  }

  private String serial(Transfer transfer) {
    Map.Entry<LocalDateTime, String> fitted =
        drives.getOrDefault(transfer.mover(), new TreeMap<>()).floorEntry(transfer.date());
    return fitted == null ? "SN-" + transfer.mover() : fitted.getValue();
  }

  private String value(Transfer transfer, Dimension dimension) {
    return switch (dimension.id()) {
      case "mover" -> transfer.mover();
      case "moverClass" -> MoverClass.ofDriver(transfer.driver()).label();
      case "storageGroup" -> transfer.storageGroup();
      case "library" -> transfer.library();
      case "driveType" -> transfer.driveType();
      case "mediaChanger" -> transfer.mediaChanger();
      case "driveSerial" -> serial(transfer);
      case "driveRateBin" ->
          counts(transfer, driveRate(transfer))
              ? String.valueOf(RateBins.of(driveRate(transfer)))
              : "";
      case "direction" -> transfer.direction().label();
      default -> throw new IllegalArgumentException("transfers do not tell " + dimension);
    };
  }

  @Override
  public synchronized SourceState state(Cancellation cancellation) {
    cancellation.check();
    outage.ifPresent(
        failure -> {
          throw failure;
        });
    Instant now = clock.instant();
    LocalDate over = calendar.dayOf(now.minus(lag));
    return new SourceState(
        "memory:8800",
        true,
        new ReplayLag.Known(lag),
        now,
        now.minus(lag),
        lineage,
        Map.of(
            Transfers.SUMMARY,
            TableState.ofDays(
                new Extent(
                    summaryDays().filter(day -> day.isBefore(over)).min(Comparator.naturalOrder()),
                    summaryDays().filter(day -> day.isBefore(over)).max(Comparator.naturalOrder()),
                    summaryDays().filter(day -> !day.isBefore(over)).max(Comparator.naturalOrder()),
                    0),
                problem(summaryReadable, Transfers.SUMMARY)),
            Transfers.FACTS,
            TableState.ofFacts(
                newest(now),
                new Extent(
                    rawDays().min(Comparator.naturalOrder()),
                    rawDays().max(Comparator.naturalOrder()),
                    Optional.empty(),
                    0),
                problem(rawReadable, Transfers.FACTS))));
  }

  private Optional<Instant> newest(Instant now) {
    return transfers.stream()
        .filter(this::isReplayed)
        .map(transfer -> Instant.ofEpochSecond(second(transfer)))
        .filter(at -> !at.isAfter(now.plus(SKEW)))
        .max(Comparator.naturalOrder())
        .map(at -> at.isAfter(now) ? now : at);
  }

  private Stream<LocalDate> summaryDays() {
    return summary.stream().map(SummaryRow::date).filter(day -> !day.isBefore(Extent.EARLIEST));
  }

  private Stream<LocalDate> rawDays() {
    return transfers.stream()
        .filter(this::isReplayed)
        .map(transfer -> transfer.date().toLocalDate())
        .filter(day -> !day.isBefore(Extent.EARLIEST));
  }

  private static Optional<QueryFailure> problem(boolean readable, SourceTable table) {
    return readable
        ? Optional.empty()
        : Optional.of(
            new QueryFailure(FailureKind.ACCESS_DENIED, "may not read " + table.name() + "."));
  }

  @Override
  public synchronized Optional<QueryFailure> silence() {
    return silence;
  }

  /** Gives no sign of life, or does so again. Reads go on nevertheless, unless they are held. */
  public synchronized void silentWith(Optional<QueryFailure> sign) {
    silence = sign;
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
