package org.enstore.accounting.grafana;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse.HealthStatus;
import org.enstore.accounting.proto.pluginv2.CollectMetricsRequest;
import org.enstore.accounting.proto.pluginv2.CollectMetricsResponse;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.QueryFailure;

/**
 * Says whether a data source works, and what the process has been doing. A health check never fails
 * as a call: what is wrong is its answer.
 */
public final class DiagnosticsService extends DiagnosticsGrpc.DiagnosticsImplBase {
  /** How long somebody who pressed "Save & test" is kept waiting at the most. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  /** On whose account metrics are collected. */
  private static final String METRICS = "metrics";

  private final InstanceRegistry registry;
  private final Workers workers;
  private final Supplier<byte[]> metrics;
  private final Supplier<Optional<String>> broken;

  /**
   * The service.
   *
   * @param metrics the figures of the whole process, as Prometheus text
   * @param broken what is wrong with the process itself, if anything is
   */
  public DiagnosticsService(
      InstanceRegistry registry,
      Workers workers,
      Supplier<byte[]> metrics,
      Supplier<Optional<String>> broken) {
    this.registry = registry;
    this.workers = workers;
    this.metrics = metrics;
    this.broken = broken;
  }

  @Override
  public void checkHealth(CheckHealthRequest request, StreamObserver<CheckHealthResponse> reply) {
    Optional<String> breakdown = broken.get();
    if (breakdown.isPresent()) {
      reply.onNext(error(breakdown.get()));
      reply.onCompleted();
      return;
    }
    Cancellation cancellation = workers.cancellationOf(reply);
    Once once = new Once(reply);
    Future<?> late =
        workers
            .timer()
            .schedule(
                () ->
                    once.send(
                        error(
                            "The database did not answer within "
                                + PATIENCE.toSeconds()
                                + " s; probably a host or the network swallows the connection."
                                + " Check the addresses, the ports and the firewalls.")),
                PATIENCE.toMillis(),
                TimeUnit.MILLISECONDS);
    try {
      workers.ask(
          InstanceRegistry.SourceId.of(request.getPluginContext()),
          () -> {
            once.send(health(request));
            late.cancel(false);
          },
          cancellation);
    } catch (QueryFailure e) {
      late.cancel(false);
      once.send(error(e.sentence()));
    }
  }

  @Override
  public void collectMetrics(
      CollectMetricsRequest request, StreamObserver<CollectMetricsResponse> reply) {
    Cancellation cancellation = workers.cancellationOf(reply);
    try {
      workers.ask(
          METRICS,
          () -> {
            try {
              reply.onNext(
                  CollectMetricsResponse.newBuilder()
                      .setMetrics(
                          CollectMetricsResponse.Payload.newBuilder()
                              .setPrometheus(ByteString.copyFrom(metrics.get())))
                      .build());
              reply.onCompleted();
            } catch (RuntimeException e) {
              reply.onError(Failures.status(Failures.of(e, "collecting metrics")));
            }
          },
          cancellation);
    } catch (QueryFailure e) {
      reply.onError(Failures.status(e));
    }
  }

  private CheckHealthResponse health(CheckHealthRequest request) {
    try (InstanceRegistry.Lease lease = registry.acquire(request.getPluginContext())) {
      Health health = lease.engine().health();
      Map<String, Object> details = new LinkedHashMap<>();
      List<String> advice = new ArrayList<>(health.advice());
      SourceSettingsJson.unknown(request.getPluginContext().getDataSourceInstanceSettings())
          .ifPresent(advice::add);
      if (!advice.isEmpty()) {
        details.put("verboseMessage", String.join("\n", advice));
      }
      health.details().forEach(details::putIfAbsent);
      return CheckHealthResponse.newBuilder()
          .setStatus(health.ok() ? HealthStatus.OK : HealthStatus.ERROR)
          .setMessage(health.sentence())
          .setJsonDetails(ByteString.copyFromUtf8(Json.text(details)))
          .build();
    } catch (RuntimeException | LinkageError e) {
      String sentence = Failures.of(e, "health check").sentence();
      return error(broken.get().orElse(sentence));
    }
  }

  private static CheckHealthResponse error(String sentence) {
    return CheckHealthResponse.newBuilder()
        .setStatus(HealthStatus.ERROR)
        .setMessage(sentence)
        .setJsonDetails(ByteString.copyFromUtf8("{}"))
        .build();
  }

  /** Lets the first of several answers through. */
  private static final class Once {
    private final StreamObserver<CheckHealthResponse> reply;
    private final AtomicBoolean sent = new AtomicBoolean();

    Once(StreamObserver<CheckHealthResponse> reply) {
      this.reply = reply;
    }

    void send(CheckHealthResponse response) {
      if (sent.compareAndSet(false, true)) {
        reply.onNext(response);
        reply.onCompleted();
      }
    }
  }
}
