package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The present of a {@link Site}: records a few transfers every second, dated now, until closed,
 * what drives, tapes and jobs do meanwhile, and sums up a day when it is over. A primary that
 * cannot be reached is tried again every second; what would have been recorded meanwhile is not
 * made up for.
 */
public final class LiveTraffic implements AutoCloseable {
  private static final long PERIOD_MILLIS = 1_000;
  private static final long CLOSE_LIMIT_SECONDS = 5;

  /** Movers are drawn so many times until one has a tape; disk movers have the rest. */
  private static final int ATTEMPTS = 4;

  private final Story story;
  private final Site site;
  private final Transfers transfers;
  private final Databases databases;
  private final InstantSource clock;
  private final double perSecond;
  private final Chance chance;
  private final LiveDrives drives;
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
  private @Nullable LiveTables tables;
  private LocalDate today;

  private LiveTraffic(
      Story story, List<Mount> open, Databases databases, InstantSource clock, double perSecond) {
    this.story = story;
    this.site = story.site();
    this.transfers = new Transfers(story);
    this.databases = databases;
    this.clock = clock;
    this.perSecond = perSecond;
    this.chance = Chance.of(site.seed(), clock.millis());
    this.today = clock.instant().atZone(site.zone()).toLocalDate();
    this.drives = new LiveDrives(story, open, chance, clock.instant().getEpochSecond());
  }

  /**
   * Starts recording where a recorded past ends.
   *
   * @param databases reaches the primary's tables as their owner
   * @param perSecond how many transfers a second there are on average
   */
  public static LiveTraffic start(
      Traffic past, Databases databases, InstantSource clock, double perSecond) {
    return start(past.story(), past.openMounts(), databases, clock, perSecond);
  }

  /** Starts recording transfers and mounts at a site without a past. */
  public static LiveTraffic start(
      Site site, Connections accounting, InstantSource clock, double perSecond) {
    Story story = new Story(site, Plants.usual(site));
    return start(story, List.of(), Databases.of(accounting), clock, perSecond);
  }

  private static LiveTraffic start(
      Story story, List<Mount> open, Databases databases, InstantSource clock, double perSecond) {
    if (!(perSecond > 0 && perSecond <= 1_000)) {
      throw new IllegalArgumentException(
          "Live traffic has up to 1000 transfers a second, not " + perSecond + ".");
    }
    LiveTraffic traffic = new LiveTraffic(story, open, databases, clock, perSecond);
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
      if (tables == null) {
        tables = new LiveTables(story, drives, databases);
      }
      sumUpYesterday(tables.accounting());
      long now = clock.instant().getEpochSecond();
      LiveDrives.Changes changes = drives.step(tables.accounting(), now);
      List<Transfer> completed = new ArrayList<>();
      int count = arrivals();
      Choice<Fleet.Mover> movers = story.choiceOfMovers(today);
      try (BinaryCopy copy =
          new BinaryCopy(tables.accounting(), Transfers.TABLE, Transfers.COLUMNS, "")) {
        for (int i = 0; i < count; i++) {
          Transfer transfer = next(movers, now);
          transfers.writeOne(transfer, false, copy);
          completed.add(transfer);
        }
        copy.finish();
      }
      tables.record(now, completed, changes, chance);
      recorded.addAndGet(count);
      failure.set(null);
    } catch (SQLException | RuntimeException e) {
      // An exception that got out would end the schedule without a word.
      failure.set(e);
      disconnect();
    }
  }

  /** A transfer by a mover that can work now, and has or needs no tape. */
  private Transfer next(Choice<Fleet.Mover> movers, long now) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Mount> mount = drives.working(movers.draw(chance));
      if (mount.isPresent()) {
        Transfer transfer = story.mounts().during(mount.get(), now, today, own(now));
        mount.get().add(transfer.reads(), transfer.sizeBytes(), now);
        return transfer;
      }
    }
    return story.aside(own(now), now);
  }

  /** Chance for one transfer. */
  private Chance own(long now) {
    return Chance.of(site.seed() ^ now, chance.below(Integer.MAX_VALUE));
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
    LiveTables open = tables;
    tables = null;
    if (open != null) {
      open.close();
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
