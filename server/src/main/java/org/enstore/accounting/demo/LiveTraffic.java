package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The present of a {@link Site}: records a few transfers every second, dated now, until closed, and
 * sums up a day when it is over. A primary that cannot be reached is tried again every second; what
 * would have been recorded meanwhile is not made up for.
 */
public final class LiveTraffic implements AutoCloseable {
  private static final long PERIOD_MILLIS = 1_000;
  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final Site site;
  private final Transfers transfers;
  private final Connections database;
  private final Clock clock;
  private final double perSecond;
  private final Chance chance;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "enstore-accounting-live-traffic");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicLong recorded = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  private @Nullable Future<?> recording;

  // Of the executor's thread alone.
  private @Nullable Connection connection;
  private LocalDate today;

  private LiveTraffic(Site site, Connections database, Clock clock, double perSecond) {
    this.site = site;
    this.transfers = new Transfers(site);
    this.database = database;
    this.clock = clock;
    this.perSecond = perSecond;
    this.chance = Chance.of(site.seed(), clock.millis());
    this.today = clock.instant().atZone(site.zone()).toLocalDate();
  }

  /**
   * Starts recording.
   *
   * @param database reaches the primary as the tables' owner
   * @param perSecond how many transfers a second there are on average
   */
  public static LiveTraffic start(Site site, Connections database, Clock clock, double perSecond) {
    if (!(perSecond > 0 && perSecond <= 1_000)) {
      throw new IllegalArgumentException(
          "Live traffic has up to 1000 transfers a second, not " + perSecond + ".");
    }
    LiveTraffic traffic = new LiveTraffic(site, database, clock, perSecond);
    traffic.recording =
        traffic.executor.scheduleWithFixedDelay(
            traffic::recordSecond, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return traffic;
  }

  /** How many transfers have been recorded so far. */
  public long recorded() {
    return recorded.get();
  }

  /** Why the last second could not be recorded; empty when it could. */
  public Optional<Exception> failure() {
    return Optional.ofNullable(failure.get());
  }

  private void recordSecond() {
    try {
      if (connection == null) {
        connection = database.open();
      }
      sumUpYesterday(connection);
      long now = clock.instant().getEpochSecond();
      int count = arrivals();
      try (BinaryCopy copy = new BinaryCopy(connection, Transfers.TABLE, Transfers.COLUMNS, "")) {
        for (int i = 0; i < count; i++) {
          transfers.writeOne(chance, now, false, copy);
        }
        copy.finish();
      }
      recorded.addAndGet(count);
      failure.set(null);
    } catch (SQLException | RuntimeException e) {
      // An exception that got out would end the schedule without a word.
      failure.set(e);
      disconnect();
    }
  }

  /** How many transfers complete within a second, by Poisson's law. */
  private int arrivals() {
    int count = 0;
    for (double time = chance.waiting(1 / perSecond);
        time < PERIOD_MILLIS / 1000.0;
        time += chance.waiting(1 / perSecond)) {
      count++;
    }
    return count;
  }

  private void sumUpYesterday(Connection open) throws SQLException {
    LocalDate day = Instant.ofEpochMilli(clock.millis()).atZone(site.zone()).toLocalDate();
    if (!day.isAfter(today)) {
      return;
    }
    try (Statement statement = open.createStatement()) {
      statement.execute("SELECT make_daily_xfer_size('" + day + "')");
      statement.execute("SELECT make_daily_xfer_size_by_mover('" + day + "')");
      if (day.getDayOfMonth() == 1) {
        statement.execute("SELECT make_monthly_xfer_size('" + day + "')");
      }
    }
    today = day;
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException ignored) {
        // It was broken already.
      }
    }
  }

  /** Stops recording; what was begun is recorded. */
  @Override
  public void close() {
    if (recording != null) {
      recording.cancel(false);
    }
    executor.execute(this::disconnect);
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
