package org.enstore.accounting.preview;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthRequest;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse;
import org.enstore.accounting.proto.pluginv2.CheckHealthResponse.HealthStatus;
import org.enstore.accounting.proto.pluginv2.DataFrameFormat;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DiagnosticsGrpc;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.jspecify.annotations.Nullable;

/**
 * Plays Grafana's server towards the services: turns what its front end asks over HTTP into their
 * requests, for one data source, and their answers into what it reads. Thread-safe; every call
 * waits for its answer, for a minute at most.
 */
public final class PreviewAnswers {
  private static final long PATIENCE_SECONDS = 60;

  private final DataGrpc.DataImplBase data;
  private final ResourceGrpc.ResourceImplBase resources;
  private final DiagnosticsGrpc.DiagnosticsImplBase diagnostics;
  private final PluginContext source;

  /**
   * The part of one Grafana with one data source.
   *
   * @param data has to answer with frames in JSON
   * @param source the data source, as Grafana describes it in each request
   */
  public PreviewAnswers(
      DataGrpc.DataImplBase data,
      ResourceGrpc.ResourceImplBase resources,
      DiagnosticsGrpc.DiagnosticsImplBase diagnostics,
      PluginContext source) {
    this.data = data;
    this.resources = resources;
    this.diagnostics = diagnostics;
    this.source = source;
  }

  /** Grafana's {@code /api/ds/query}: as a whole 400 as soon as one query is refused. */
  Answer query(ByteString body) {
    QueryDataRequest request;
    try {
      request = request(JsonParser.parseString(body.toStringUtf8()));
    } catch (JsonParseException
        | IllegalStateException
        | NumberFormatException
        | ClassCastException
        | UnsupportedOperationException e) {
      return Answer.problem(
          400,
          "The request is not {from, to, queries} with times in milliseconds: " + e.getMessage());
    }
    return awaited(
        (Reply<QueryDataResponse> reply) -> data.queryData(request, reply),
        response -> results(request, response));
  }

  /** A data source's resource, with the status that the service gives. */
  Answer resource(String method, String path, @Nullable String query, ByteString body) {
    CallResourceRequest request =
        CallResourceRequest.newBuilder()
            .setPluginContext(source)
            .setMethod(method)
            .setPath(path)
            .setUrl(query == null ? path : path + "?" + query)
            .setBody(body)
            .build();
    return awaited(
        (Reply<CallResourceResponse> reply) -> resources.callResource(request, reply),
        response -> new Answer(response.getCode(), Answer.JSON, response.getBody().toByteArray()));
  }

  /** Grafana's health check: 400 when something is wrong. */
  Answer health() {
    CheckHealthRequest request = CheckHealthRequest.newBuilder().setPluginContext(source).build();
    return awaited(
        (Reply<CheckHealthResponse> reply) -> diagnostics.checkHealth(request, reply),
        response -> {
          JsonObject health = new JsonObject();
          health.addProperty("status", response.getStatus().name());
          health.addProperty("message", response.getMessage());
          health.add("details", JsonParser.parseString(response.getJsonDetails().toStringUtf8()));
          return Answer.json(
              response.getStatus() == HealthStatus.OK ? 200 : 400, health.toString());
        });
  }

  private QueryDataRequest request(JsonElement body) {
    JsonObject asked = body.getAsJsonObject();
    for (String key : List.of("from", "to", "queries")) {
      if (!asked.has(key)) {
        throw new JsonParseException(key + " is missing");
      }
    }
    TimeRange range =
        TimeRange.newBuilder()
            .setFromEpochMS(asked.get("from").getAsLong())
            .setToEpochMS(asked.get("to").getAsLong())
            .build();
    QueryDataRequest.Builder request =
        QueryDataRequest.newBuilder().setPluginContext(source).setFormat(DataFrameFormat.JSON);
    for (JsonElement element : asked.getAsJsonArray("queries")) {
      JsonObject query = element.getAsJsonObject();
      request.addQueries(
          DataQuery.newBuilder()
              .setRefId(text(query, "refId", "A"))
              .setQueryType(text(query, "queryType", ""))
              .setMaxDataPoints(number(query, "maxDataPoints", 100))
              .setIntervalMS(number(query, "intervalMs", 1000))
              .setTimeRange(range)
              .setJson(ByteString.copyFromUtf8(query.toString())));
    }
    return request.build();
  }

  private static Answer results(QueryDataRequest request, QueryDataResponse response) {
    // Frames are JSON already and may be large: they are put in as they are.
    StringBuilder json = new StringBuilder("{\"results\":{");
    boolean refused = false;
    String separator = "";
    for (DataQuery query : request.getQueriesList()) {
      DataResponse result = response.getResponsesOrThrow(query.getRefId());
      JsonObject said = new JsonObject();
      said.addProperty("status", result.getStatus());
      if (!result.getError().isEmpty()) {
        refused = true;
        said.addProperty("error", result.getError());
        said.addProperty("errorSource", result.getErrorSource());
      }
      String members = said.toString();
      json.append(separator)
          .append(new JsonPrimitive(query.getRefId()))
          .append(':')
          .append(members, 0, members.length() - 1)
          .append(",\"frames\":[");
      for (int i = 0; i < result.getFramesCount(); i++) {
        json.append(i == 0 ? "" : ",").append(result.getFrames(i).toStringUtf8());
      }
      json.append("]}");
      separator = ",";
    }
    return Answer.json(refused ? 400 : 200, json.append("}}").toString());
  }

  private static String text(JsonObject object, String key, String fallback) {
    JsonElement value = object.get(key);
    return value == null || value.isJsonNull() ? fallback : value.getAsString();
  }

  private static long number(JsonObject object, String key, long fallback) {
    JsonElement value = object.get(key);
    return value == null || value.isJsonNull() ? fallback : Math.max(1, value.getAsLong());
  }

  private static <T> Answer awaited(Consumer<Reply<T>> call, Function<T, Answer> read) {
    Reply<T> reply = new Reply<>();
    try {
      call.accept(reply);
      return read.apply(reply.first.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      return Answer.problem(
          504, String.format(Locale.ROOT, "There was no answer within %d s.", PATIENCE_SECONDS));
    } catch (ExecutionException e) {
      return Answer.problem(502, String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.problem(503, "The preview is ending.");
    }
  }

  /** Holds the first message of an answer. */
  private static final class Reply<T> implements StreamObserver<T> {
    private final CompletableFuture<T> first = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
      first.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      first.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      first.completeExceptionally(
          new IllegalStateException("The service ended without an answer."));
    }
  }
}
