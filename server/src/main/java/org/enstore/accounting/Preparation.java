package org.enstore.accounting;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.postgres.Rehearsal;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.SeriesEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * Initialises the classes that answers need, before the first question and in one thread, by
 * answering one of every kind without a database. Thread-safe.
 */
final class Preparation {
  /*
   * Why. The static initialisers of the library that writes SQL need each other: when the first
   * questions enter them from several threads, one thread may see another's half-made, and a class
   * whose initialiser fails is lost to the process.
   */

  private static final Logger logger = LoggerFactory.getLogger(Preparation.class);

  private static final Duration RANGE = Duration.ofDays(3);

  /** One of every kind, and of every way to read and to add up. */
  private static final List<String> QUERIES =
      List.of(
          "{\"direction\":\"sum\",\"step\":\"1d\",\"groupBy\":[]}",
          "{\"source\":\"raw\",\"step\":\"1h\",\"measure\":\"throughput\",\"gaps\":\"null\"}",
          "{\"measure\":\"driveRateP95\",\"groupBy\":[\"driveType\"],\"compare\":\"previousPeriod\"}",
          "{\"measure\":\"driveRate\",\"top\":1,\"runningTotal\":false,\"filters\":"
              + "{\"mover\":{\"include\":[\"a\"],\"match\":\"b\"}}}",
          "{\"queryType\":\"forecast\"}",
          "{\"queryType\":\"reconciliation\"}",
          "{\"queryType\":\"table\"}",
          "{\"queryType\":\"table\",\"table\":\"drives\",\"filters\":"
              + "{\"drive\":{\"match\":\"a\"}}}",
          "{\"queryType\":\"annotations\",\"event\":\"moverSilent\"}",
          "{\"queryType\":\"annotations\",\"event\":\"driveChange\"}",
          "{\"queryType\":\"variable\",\"kind\":\"movers\"}");

  private static final String SETTINGS =
      "{\"siteTimeZone\":\"America/Chicago\","
          + "\"drivestatHosts\":\"nowhere\",\"enstoredbHosts\":\"nowhere\"}";

  private boolean done;

  /**
   * Returns when everything is initialised; the first caller sees to it.
   *
   * @throws LinkageError when a class cannot be; every later call tries again, and fails again
   */
  synchronized void await() {
    if (!done) {
      run();
      done = true;
    }
  }

  private static void run() {
    ScheduledExecutorService timer = Executors.newScheduledThreadPool(0);
    try (InstanceRegistry registry =
        new InstanceRegistry(
            (id, settings) ->
                new SeriesEngine(
                    parts(settings), settings, InstantSource.system(), Optional.empty()),
            System::nanoTime,
            NOPLogger.NOP_LOGGER)) {
      Workers workers =
          new Workers((owner, work, cancellation) -> work.run(), Runnable::run, timer);
      new DataService(registry, workers, AnswerMemory.ofHeap(Runtime.getRuntime().maxMemory()))
          .queryData(request(), new Reply());
    } finally {
      timer.shutdownNow();
    }
  }

  private static Map<Database, SeriesEngine.Part> parts(SourceSettings settings) {
    Map<Database, SeriesEngine.Part> parts = new EnumMap<>(Database.class);
    for (Database database : Database.values()) {
      parts.put(
          database,
          new SeriesEngine.Part(
              new Rehearsal(new SiteCalendar(settings.siteTimeZone()), InstantSource.system()),
              new SameThread()));
    }
    return parts;
  }

  private static QueryDataRequest request() {
    Instant now = Instant.now();
    QueryDataRequest.Builder request =
        QueryDataRequest.newBuilder()
            .setPluginContext(
                PluginContext.newBuilder()
                    .setDataSourceInstanceSettings(
                        DataSourceInstanceSettings.newBuilder()
                            .setUid("preparation")
                            .setUrl("nowhere")
                            .setJsonData(ByteString.copyFromUtf8(SETTINGS))
                            .setLastUpdatedMS(1)));
    for (String query : QUERIES) {
      request.addQueries(
          DataQuery.newBuilder()
              .setRefId(query)
              .setIntervalMS(60_000)
              .setMaxDataPoints(100)
              .setTimeRange(
                  TimeRange.newBuilder()
                      .setFromEpochMS(now.minus(RANGE).toEpochMilli())
                      .setToEpochMS(now.toEpochMilli()))
              .setJson(ByteString.copyFromUtf8(query)));
    }
    return request.build();
  }

  /** Nobody waits for the answer, but a failure would mean that something was left out. */
  private static final class Reply implements StreamObserver<QueryDataResponse> {
    @Override
    public void onNext(QueryDataResponse response) {
      response.getResponsesMap().forEach(Reply::judge);
    }

    private static void judge(String query, DataResponse response) {
      if (!response.getError().isEmpty()) {
        logger.error("preparation failed: query={} error={}", query, response.getError());
      }
    }

    @Override
    public void onError(Throwable thrown) {
      logger.error("preparation failed", thrown);
    }

    @Override
    public void onCompleted() {}
  }

  /** Runs everything on the thread that asks for it. */
  private static final class SameThread extends AbstractExecutorService {
    private volatile boolean shutdown;

    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown = true;
      return new ArrayList<>();
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return shutdown;
    }
  }
}
