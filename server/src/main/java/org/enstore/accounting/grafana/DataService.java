package org.enstore.accounting.grafana;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.enstore.accounting.frame.ArrowFile;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameJson;
import org.enstore.accounting.proto.pluginv2.DataFrameFormat;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryTimes;
import org.enstore.accounting.series.Questions;
import org.enstore.accounting.series.Room;
import org.jspecify.annotations.Nullable;

/**
 * Answers the queries of panels, alert rules and variables. Those of one call are worked on in
 * parallel and fail apart: each gets an entry of its own in the response, whatever happens.
 */
public final class DataService extends DataGrpc.DataImplBase {
  /*
   * What the cache holds ready is answered on the transport's thread, as handing it over would
   * take longer than answering it; unless the answer is large, since encoding it would hold up
   * everything else on the connection. To hosts frames always go out as Arrow, which every one
   * reads whatever format it wished for.
   */

  private static final String CACHE_SKIP = "X-Cache-Skip";
  private static final String FROM_ALERT = "FromAlert";
  private static final int OK = 200;

  /** The kind, in the metric, of a query that could not be read. */
  private static final String UNREADABLE = "unreadable";

  /** The words of a query are kept with its answer; longer ones, in bytes, are not. */
  private static final int LONGEST_KEPT = 4 << 10;

  /** A panel has a handful; each takes an answer, if only a refusal. */
  private static final int MOST_QUERIES = 200;

  private final InstanceRegistry registry;
  private final Workers workers;
  private final AnswerMemory memory;
  private final QueryTimes times;
  private final DataFrameFormat format;

  /**
   * The service for hosts, whose queries nobody times.
   *
   * @param memory for the answers under way
   */
  public DataService(InstanceRegistry registry, Workers workers, AnswerMemory memory) {
    this(registry, workers, memory, new QueryTimes(() -> 0), DataFrameFormat.ARROW);
  }

  /**
   * The service.
   *
   * @param memory for the answers under way
   * @param times counts how long queries take
   * @param format what all its frames are; hosts go by what an answer says of itself
   */
  public DataService(
      InstanceRegistry registry,
      Workers workers,
      AnswerMemory memory,
      QueryTimes times,
      DataFrameFormat format) {
    this.registry = registry;
    this.workers = workers;
    this.memory = memory;
    this.times = times;
    this.format = format;
  }

  @Override
  public void queryData(QueryDataRequest request, StreamObserver<QueryDataResponse> reply) {
    Cancellation cancellation = workers.cancellationOf(reply);
    AnswerMemory.Share share = memory.open(cancellation);
    Demand demand = demand(request.getHeadersMap());
    // What is kept ready is Arrow.
    boolean allAnew = demand == Demand.FRESH || format != DataFrameFormat.ARROW;
    Collector collector = new Collector(request, reply, share, times);
    for (int i = 0; i < request.getQueriesCount(); i++) {
      int index = i;
      DataQuery query = request.getQueries(i);
      try {
        if (i >= MOST_QUERIES) {
          throw new QueryFailure(
              FailureKind.BAD_QUERY,
              "A call may hold at most %s queries, and this one holds %s."
                  .formatted(MOST_QUERIES, request.getQueriesCount()));
        }
        boolean anew = allAnew || query.getJson().size() > LONGEST_KEPT;
        Optional<byte[]> ready = anew ? Optional.empty() : again(request, query);
        if (ready.isPresent() && share.tryTake(ready.get().length)) {
          collector.isOf(index, QueryType.SERIES);
          collector.take(index, wrapped(ready.get()));
          continue;
        }
        Question question = QuestionJson.read(query);
        collector.isOf(index, question.type());
        if (!anew && ready.isEmpty()) {
          ready = fromCache(request, query, question);
        } else {
          // There is no room for it now: a thread that may wait makes it again.
          ready = Optional.empty();
        }
        if (ready.isPresent() && share.tryTake(ready.get().length)) {
          collector.take(index, wrapped(ready.get()));
        } else {
          workers.ask(
              Questions.owner(
                  InstanceRegistry.SourceId.of(request.getPluginContext()), question.database()),
              () ->
                  collector.take(
                      index, () -> answer(request, query, question, demand, cancellation, share)),
              cancellation);
        }
      } catch (RuntimeException | LinkageError e) {
        collector.take(index, Failures.response(Failures.of(e, work(query))));
      }
    }
    collector.finish();
  }

  /** The answer that was sent last time, if nothing it depends on has changed. */
  private Optional<byte[]> again(QueryDataRequest request, DataQuery query) {
    Optional<InstanceRegistry.Lease> lease = registry.acquireIfBuilt(request.getPluginContext());
    if (lease.isEmpty()) {
      return Optional.empty();
    }
    try (InstanceRegistry.Lease held = lease.get()) {
      return Wording.rangeOf(query)
          .flatMap(range -> held.engine().written(Wording.of(query), range));
    }
  }

  private Optional<byte[]> fromCache(QueryDataRequest request, DataQuery query, Question question) {
    Optional<InstanceRegistry.Lease> lease = registry.acquireIfBuilt(request.getPluginContext());
    if (lease.isEmpty()) {
      return Optional.empty();
    }
    try (InstanceRegistry.Lease held = lease.get()) {
      return question.ready(held.engine(), Wording.of(query));
    }
  }

  private DataResponse answer(
      QueryDataRequest request,
      DataQuery query,
      Question question,
      Demand demand,
      Cancellation cancellation,
      Room room) {
    cancellation.check();
    try (InstanceRegistry.Lease lease = registry.acquire(request.getPluginContext())) {
      return response(
          question.answer(lease.engine(), query.getRefId(), demand, cancellation, room));
    }
  }

  private DataResponse response(Frame frame) {
    return wrapped(
        format == DataFrameFormat.JSON ? FrameJson.encode(frame) : ArrowFile.encode(frame));
  }

  private DataResponse wrapped(byte[] frame) {
    return DataResponse.newBuilder()
        .addFrames(UnsafeByteOperations.unsafeWrap(frame))
        .setFormat(format)
        .setStatus(OK)
        .build();
  }

  /** Whoever skips caches wants new numbers, and an alert rule must not judge a part of them. */
  private static Demand demand(Map<String, String> headers) {
    if (isSet(headers, CACHE_SKIP)) {
      return Demand.FRESH;
    }
    return isSet(headers, FROM_ALERT) ? Demand.WHOLE : Demand.USUAL;
  }

  private static boolean isSet(Map<String, String> headers, String name) {
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String key = header.getKey();
      String bare = key.regionMatches(true, 0, "http_", 0, 5) ? key.substring(5) : key;
      if (bare.equalsIgnoreCase(name)) {
        return header.getValue().equalsIgnoreCase("true");
      }
    }
    return false;
  }

  /** How a query with this status ended, in the words of the metric. */
  private static String outcome(int status) {
    return switch (status) {
      case OK -> "answered";
      case 429 -> "overloaded";
      case 499 -> "cancelled";
      default -> status < 500 ? "refused" : "failed";
    };
  }

  private static String work(DataQuery query) {
    return "query " + query.getRefId();
  }

  /** Gathers the answers of one call and sends them when the last one is in. */
  private static final class Collector {
    private final QueryDataRequest request;
    private final StreamObserver<QueryDataResponse> reply;
    private final QueryTimes times;
    private final long begun;
    private final AtomicReferenceArray<@Nullable String> kinds;
    private final Runnable taken;
    private final AtomicReferenceArray<DataResponse> answers;
    // One more than the queries: the call itself must have handed all of them out.
    private final AtomicInteger missing;

    /** A collector for {@code reply}; once its client has all, {@code share} is given back. */
    Collector(
        QueryDataRequest request,
        StreamObserver<QueryDataResponse> reply,
        AnswerMemory.Share share,
        QueryTimes times) {
      this.times = times;
      this.begun = times.begin();
      this.kinds = new AtomicReferenceArray<>(request.getQueriesCount());
      this.request = request;
      this.reply = reply;
      if (reply instanceof ServerCallStreamObserver<?> call) {
        call.setOnCloseHandler(share::close);
        taken = () -> {};
      } else {
        taken = share::close;
      }
      this.answers = new AtomicReferenceArray<>(request.getQueriesCount());
      this.missing = new AtomicInteger(request.getQueriesCount() + 1);
    }

    /** Says of which type the query is; of one that cannot be read, nobody does. */
    void isOf(int index, QueryType type) {
      kinds.set(index, type.word());
    }

    void take(int index, DataResponse answer) {
      answers.set(index, answer);
      String kind = kinds.get(index);
      times.end(begun, kind == null ? UNREADABLE : kind, outcome(answer.getStatus()));
      finish();
    }

    /** Takes what {@code work} gives. An error goes on to the thread after it was reported. */
    void take(int index, Work work) {
      try {
        take(index, work.run());
      } catch (RuntimeException e) {
        QueryFailure failure = Failures.of(e, work(request.getQueries(index)));
        take(index, Failures.response(failure));
      } catch (Error e) {
        take(index, Failures.response(Failures.of(e, work(request.getQueries(index)))));
        throw e;
      }
    }

    void finish() {
      if (missing.decrementAndGet() > 0) {
        return;
      }
      QueryDataResponse.Builder response = QueryDataResponse.newBuilder();
      for (int i = 0; i < answers.length(); i++) {
        response.putResponses(request.getQueries(i).getRefId(), answers.get(i));
      }
      reply.onNext(response.build());
      reply.onCompleted();
      taken.run();
    }
  }

  /** Makes one answer. */
  @FunctionalInterface
  private interface Work {
    DataResponse run();
  }
}
