package org.enstore.accounting.series;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What answers questions about one database: its blocks, its lineage and the look at its freshness.
 * Thread-safe.
 */
final class DatabaseEngine implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(DatabaseEngine.class);

  private final TransferSource source;
  private final ExecutorService loaders;
  private final SourceSettings settings;
  private final BlockStore store;
  private final StateWatch watch;
  private final Answerer answerer;
  private final DayBlocks days;
  private final NameLists names;
  private final Forecasts forecasts;
  private final AnomalySearch anomalies;
  private final Changes changes;
  private final LiveFeed live;
  private final TableRows rows;

  /**
   * An engine over {@code source}, which it closes with the loaders. Does no I/O.
   *
   * @param settings of this database alone
   * @param memory what the databases of one data source share, as they do the numbers of keys
   */
  DatabaseEngine(
      TransferSource source,
      ExecutorService loaders,
      SourceSettings settings,
      SiteCalendar calendar,
      InstantSource clock,
      Memory memory,
      Numbering numbering,
      Optional<SeriesEngine.Disk> disk) {
    this.source = source;
    this.loaders = loaders;
    this.settings = settings;
    this.store =
        new BlockStore(
            source,
            settings,
            calendar,
            clock,
            loaders,
            numbering,
            memory,
            disk.map(
                place ->
                    new DiskStore(
                        place.directory(),
                        settings,
                        Catalogue.ENSTORE.of(settings.part()),
                        calendar,
                        numbering,
                        clock,
                        place.writer())));
    this.watch =
        new StateWatch(
            source,
            clock,
            settings.freshness().openRefresh(),
            state -> store.saw(state.lineage(), state.observedAt()));
    this.answerer = new Answerer(store, watch, memory, settings, calendar, clock);
    this.days = new DayBlocks(store, calendar, clock);
    this.names = new NameLists(days, watch, settings, calendar, clock);
    this.forecasts = new Forecasts(answerer, memory, calendar, clock);
    this.anomalies = new AnomalySearch(answerer, memory, calendar, clock);
    this.changes = new Changes(answerer, watch, settings.limits(), calendar, clock);
    this.live = new LiveFeed(answerer, watch, calendar, clock);
    this.rows = new TableRows(source, memory, settings, clock);
  }

  TransferSource source() {
    return source;
  }

  BlockStore store() {
    return store;
  }

  StateWatch watch() {
    return watch;
  }

  Answerer answerer() {
    return answerer;
  }

  DayBlocks days() {
    return days;
  }

  NameLists names() {
    return names;
  }

  Forecasts forecasts() {
    return forecasts;
  }

  AnomalySearch anomalies() {
    return anomalies;
  }

  Changes changes() {
    return changes;
  }

  LiveFeed live() {
    return live;
  }

  TableRows rows() {
    return rows;
  }

  /**
   * Stops the reads and closes the source. Those who wait for the reads may {@link #await} them.
   */
  @Override
  public void close() {
    live.close();
    store.close();
    loaders.shutdownNow();
    source.close();
  }

  /** Waits for the reads to end, at most {@code millis}. */
  void await(long millis) throws InterruptedException {
    // Its connections are closed by now: a read that outlasts the wait ends with its statement.
    boolean ended = loaders.awaitTermination(millis, TimeUnit.MILLISECONDS);
    logger.debug("engine of {} closed, reads ended: {}", settings.hosts(), ended);
  }
}
