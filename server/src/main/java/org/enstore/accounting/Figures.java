package org.enstore.accounting;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.enstore.accounting.api.AccessLog;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.grafana.FairThreads;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.metrics.Metrics;
import org.enstore.accounting.metrics.Metrics.Sample;
import org.enstore.accounting.metrics.Metrics.Unit;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.EngineStats;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.PoolStats;
import org.enstore.accounting.series.QueryTimes;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;

/**
 * The figures of the whole process, as metrics. They are put together at the first scrape: a host
 * waits for the start and not for them.
 */
final class Figures {
  private final Supplier<Map<SourceId, SeriesEngine>> engines;
  private final FairThreads questions;
  private final AnswerMemory answers;
  private final QueryTimes times;
  private final InstantSource clock;
  private final Optional<AccessLog> calls;
  private @Nullable Metrics metrics;

  /**
   * Figures of what there is.
   *
   * @param engines the data sources that are open now
   * @param questions works on their questions
   * @param answers has room for their answers
   * @param times has counted how long queries of Grafanas took
   * @param calls has counted the calls of the public API, if that is served
   */
  Figures(
      Supplier<Map<SourceId, SeriesEngine>> engines,
      FairThreads questions,
      AnswerMemory answers,
      QueryTimes times,
      InstantSource clock,
      Optional<AccessLog> calls) {
    this.engines = engines;
    this.questions = questions;
    this.answers = answers;
    this.times = times;
    this.clock = clock;
    this.calls = calls;
  }

  /** All figures as they are now, in Prometheus' text format. */
  synchronized byte[] scrape() {
    Metrics ready = metrics;
    if (ready == null) {
      ready = new Metrics().runtime();
      addProcess(ready);
      addTimes(ready);
      addEngines(ready);
      addSources(ready);
      addData(ready);
      Metrics all = ready;
      calls.ifPresent(log -> addCalls(all, log));
      metrics = ready;
    }
    return ready.scrape();
  }

  private void addProcess(Metrics to) {
    to.gauge("data_sources", "Data sources that are open.", Unit.NONE, () -> engines.get().size());
    to.gauge(
        "query_threads_active",
        "Threads that work on questions now.",
        Unit.NONE,
        questions::active);
    to.gauge(
        "query_queue_length", "Questions that wait for a thread.", Unit.NONE, questions::waiting);
    to.gauge(
        "answers_under_way",
        "Memory for answers that are made and sent now.",
        Unit.BYTES,
        answers::takenBytes);
    to.gauge(
        "answers_under_way_max",
        "Memory that the answers of one call may take; all together may take twice that.",
        Unit.BYTES,
        answers::limitBytes);
  }

  private void addTimes(Metrics to) {
    to.histogram(
        "query_duration",
        "How long queries of Grafanas took, by their kind and how they ended.",
        Unit.SECONDS,
        List.of("kind", "outcome"),
        QueryTimes.BOUNDS_SECONDS,
        () ->
            times.distributions().stream()
                .map(
                    each ->
                        new Metrics.Distribution(
                            List.of(each.kind(), each.outcome()), each.buckets(), each.seconds()))
                .toList());
  }

  private static void addCalls(Metrics to, AccessLog log) {
    to.gauge("api_calls_running", "Calls of the API that run now.", Unit.NONE, log::running);
    to.counter(
        "api_calls",
        "Calls of the API that ended, by how.",
        Unit.NONE,
        List.of("method", "code"),
        () ->
            log.ended().entrySet().stream()
                .map(
                    entry ->
                        Sample.of(entry.getValue(), entry.getKey().method(), entry.getKey().code()))
                .toList());
  }

  private void addEngines(Metrics to) {
    counter(to, "queries", "Questions answered or failed.", Unit.NONE, EngineStats::queries);
    counter(
        to,
        "queries_cached",
        "Questions answered from the cache alone.",
        Unit.NONE,
        EngineStats::cachedAnswers);
    counter(
        to,
        "queries_partial",
        "Questions answered in part, as the rest took too long.",
        Unit.NONE,
        EngineStats::partialAnswers);
    counter(
        to,
        "queries_failed",
        "Questions that failed, cancelled ones left out.",
        Unit.NONE,
        EngineStats::failures);
    counter(to, "reads", "Statements sent to the database.", Unit.NONE, EngineStats::reads);
    counter(
        to,
        "reads_of_tails",
        "Statements that read the end of a running day alone.",
        Unit.NONE,
        EngineStats::tailReads);
    counter(
        to,
        "reads_duration",
        "Time that statements took, added up.",
        Unit.SECONDS,
        EngineStats::readSeconds);
    counter(to, "cache_hits", "Blocks found in the cache.", Unit.NONE, EngineStats::blockHits);
    counter(to, "cache_loads", "Blocks loaded or derived.", Unit.NONE, EngineStats::blockLoads);
    counter(
        to,
        "cache_evictions",
        "Blocks and answers dropped for want of room.",
        Unit.NONE,
        EngineStats::blockEvictions);
    gauge(to, "cache_blocks", "Blocks and answers in the cache.", Unit.NONE, EngineStats::blocks);
    gauge(to, "cache_size", "Estimated size of the cache.", Unit.BYTES, EngineStats::blockBytes);
    gauge(
        to,
        "cache_limit",
        "What the cache and the reads under way may take.",
        Unit.BYTES,
        EngineStats::cacheLimitBytes);
    counter(to, "disk_hits", "Blocks read back from disk.", Unit.NONE, EngineStats::diskHits);
    counter(
        to,
        "disk_discarded",
        "Blocks and files on disk that were damaged.",
        Unit.NONE,
        EngineStats::diskDiscarded);
    gauge(
        to,
        "read_buffers_size",
        "Estimated size of the buffers of reads.",
        Unit.BYTES,
        EngineStats::bufferBytes);
    gauge(
        to,
        "reads_waiting",
        "Statements that wait for their turn.",
        Unit.NONE,
        EngineStats::readsWaiting);
    gauge(to, "reads_in_flight", "Statements running now.", Unit.NONE, EngineStats::readsInFlight);
  }

  private void addSources(Metrics to) {
    to.gauge(
        "pool_connections",
        "Connections to a database host, by what they do.",
        Unit.NONE,
        List.of("source", "database", "host", "state"),
        () ->
            databases(
                (labels, engine, database, samples) -> {
                  for (PoolStats.Pool pool : engine.poolStats(database).pools()) {
                    samples.add(labels.of(pool.active(), pool.host(), "active"));
                    samples.add(labels.of(pool.idle(), pool.host(), "idle"));
                  }
                }));
    to.gauge(
        "pool_waiting",
        "Threads that wait for a connection.",
        Unit.NONE,
        List.of("source", "database", "host"),
        () ->
            databases(
                (labels, engine, database, samples) -> {
                  for (PoolStats.Pool pool : engine.poolStats(database).pools()) {
                    samples.add(labels.of(pool.waiting(), pool.host()));
                  }
                }));
    to.gauge(
        "replay_lag",
        "How far the standby's replay was behind when last looked at; absent when unknown.",
        Unit.SECONDS,
        List.of("source", "database", "host"),
        () ->
            databases(
                (labels, engine, database, samples) ->
                    engine
                        .lastState(database)
                        .ifPresent(
                            state -> {
                              if (state.lag() instanceof ReplayLag.Known known) {
                                samples.add(labels.of(seconds(known.lag()), state.host()));
                              }
                            })));
    hosts(
        to,
        "host_up",
        "Whether a database host answered when last looked at, 1 or 0.",
        Unit.NONE,
        host -> OptionalDouble.of(host.state() == HostStatus.State.DOWN ? 0 : 1));
    hosts(
        to,
        "host_chosen",
        "Whether reads go to a database host, 1 or 0.",
        Unit.NONE,
        host -> OptionalDouble.of(host.chosen() ? 1 : 0));
    hosts(
        to,
        "host_lag",
        "How far a standby was behind when last looked at; absent when unknown.",
        Unit.SECONDS,
        host ->
            host.lag()
                .time()
                .map(time -> OptionalDouble.of(seconds(time)))
                .orElse(OptionalDouble.empty()));
    hosts(
        to,
        "host_lag",
        "Log that a standby had still to replay when last looked at; absent when unknown.",
        Unit.BYTES,
        host ->
            host.lag().bytes().isPresent()
                ? OptionalDouble.of((double) host.lag().bytes().getAsLong())
                : OptionalDouble.empty());
    to.gauge(
        "host_receiver",
        "1 for what a standby's WAL receiver was doing when last looked at.",
        Unit.NONE,
        List.of("source", "database", "host", "state"),
        () ->
            databases(
                (labels, engine, database, samples) ->
                    engine
                        .replication(database)
                        .last()
                        .forEach(
                            host ->
                                host.receiver()
                                    .ifPresent(
                                        state -> samples.add(labels.of(1, host.host(), state))))));
    to.gauge(
        "state_age",
        "How long ago the database was last looked at.",
        Unit.SECONDS,
        List.of("source", "database", "host"),
        () ->
            databases(
                (labels, engine, database, samples) ->
                    engine
                        .lastState(database)
                        .ifPresent(
                            state ->
                                samples.add(
                                    labels.of(
                                        seconds(
                                            Duration.between(state.observedAt(), clock.instant())),
                                        state.host())))));
  }

  private void addData(Metrics to) {
    known(
        to,
        "last_summarised_day_timestamp",
        "When the last day of the daily summary began.",
        Unit.SECONDS,
        engine ->
            engine
                .lastState(Database.ACCOUNTING)
                .flatMap(state -> state.of(Transfers.SUMMARY).lastDay())
                .map(day -> seconds(engine.startOfDay(day))));
    known(
        to,
        "newest_transfer_timestamp",
        "When the newest transfer was completed, future-dated ones left out.",
        Unit.SECONDS,
        engine ->
            engine
                .lastState(Database.ACCOUNTING)
                .flatMap(state -> state.of(Transfers.FACTS).newest())
                .map(Figures::seconds));
    known(
        to,
        "reconciliation_differences",
        "Days and movers in which the summary and the transfers differ, within the look-back.",
        Unit.NONE,
        engine -> engine.reconciliation().map(found -> (double) found.pairs()));
    to.gauge(
        "reconciliation_difference",
        "Absolute differences of the summary and the transfers, added up.",
        Unit.BYTES,
        List.of("source", "direction"),
        () ->
            samples(
                (id, engine, samples) ->
                    engine
                        .reconciliation()
                        .ifPresent(
                            found -> {
                              samples.add(Sample.of(found.readBytes(), id.toString(), "read"));
                              samples.add(Sample.of(found.writtenBytes(), id.toString(), "write"));
                            })));
    known(
        to,
        "reconciliation_checked_timestamp",
        "When the summary and the transfers were last compared.",
        Unit.SECONDS,
        engine -> engine.reconciliation().map(found -> seconds(found.checkedAt())));
  }

  /** Adds a figure that is left out where a data source does not know it. */
  private void known(
      Metrics to,
      String name,
      String help,
      Unit unit,
      Function<SeriesEngine, Optional<Double>> value) {
    to.gauge(
        name,
        help,
        unit,
        List.of("source"),
        () ->
            samples(
                (id, engine, samples) ->
                    value
                        .apply(engine)
                        .ifPresent(known -> samples.add(Sample.of(known, id.toString())))));
  }

  /** A figure of each host that is watched; empty for a host that has none now. */
  private void hosts(
      Metrics to, String name, String help, Unit unit, Function<HostStatus, OptionalDouble> value) {
    to.gauge(
        name,
        help,
        unit,
        List.of("source", "database", "host"),
        () ->
            databases(
                (labels, engine, database, samples) -> {
                  for (HostStatus host : engine.replication(database).last()) {
                    OptionalDouble figure = value.apply(host);
                    if (figure.isPresent()) {
                      samples.add(labels.of(figure.getAsDouble(), host.host()));
                    }
                  }
                }));
  }

  private void counter(
      Metrics to, String name, String help, Unit unit, ToDoubleFunction<EngineStats> value) {
    to.counter(name, help, unit, List.of("source"), () -> perSource(value));
  }

  private void gauge(
      Metrics to, String name, String help, Unit unit, ToDoubleFunction<EngineStats> value) {
    to.gauge(name, help, unit, List.of("source"), () -> perSource(value));
  }

  private List<Sample> perSource(ToDoubleFunction<EngineStats> value) {
    return samples(
        (id, engine, samples) ->
            samples.add(Sample.of(value.applyAsDouble(engine.stats()), id.toString())));
  }

  private List<Sample> samples(Sampler sampler) {
    List<Sample> samples = new ArrayList<>();
    for (Map.Entry<SourceId, SeriesEngine> source : engines.get().entrySet()) {
      sampler.sample(source.getKey(), source.getValue(), samples);
    }
    return samples;
  }

  private List<Sample> databases(DatabaseSampler sampler) {
    return samples(
        (id, engine, samples) -> {
          for (Database database : engine.databases()) {
            sampler.sample(
                (value, further) -> {
                  List<String> labels = new ArrayList<>(List.of(id.toString(), database.id()));
                  labels.addAll(List.of(further));
                  return Sample.of(value, labels.toArray(new String[0]));
                },
                engine,
                database,
                samples);
          }
        });
  }

  private static double seconds(Instant instant) {
    return instant.toEpochMilli() / 1000.0;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** Adds what one data source has to tell. */
  @FunctionalInterface
  private interface Sampler {
    void sample(SourceId id, SeriesEngine engine, List<Sample> samples);
  }

  /** Adds what one database of a data source has to tell. */
  @FunctionalInterface
  private interface DatabaseSampler {
    void sample(Labels labels, SeriesEngine engine, Database database, List<Sample> samples);
  }

  /** Makes samples with the labels of one database of a data source. */
  @FunctionalInterface
  private interface Labels {
    /** A sample with {@code further} labels after those two. */
    Sample of(double value, String... further);
  }
}
