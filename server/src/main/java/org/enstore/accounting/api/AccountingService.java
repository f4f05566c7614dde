package org.enstore.accounting.api;

import com.google.protobuf.Duration;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.enstore.accounting.api.DataSources.DataSource;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.GetFreshnessRequest;
import org.enstore.accounting.proto.v1.GetFreshnessResponse;
import org.enstore.accounting.proto.v1.GetReplicationRequest;
import org.enstore.accounting.proto.v1.GetReplicationResponse;
import org.enstore.accounting.proto.v1.ListDataSourcesRequest;
import org.enstore.accounting.proto.v1.ListDataSourcesResponse;
import org.enstore.accounting.proto.v1.ListDimensionValuesRequest;
import org.enstore.accounting.proto.v1.ListDimensionValuesResponse;
import org.enstore.accounting.proto.v1.ListDimensionsRequest;
import org.enstore.accounting.proto.v1.ListDimensionsResponse;
import org.enstore.accounting.proto.v1.ListMeasuresRequest;
import org.enstore.accounting.proto.v1.ListMeasuresResponse;
import org.enstore.accounting.proto.v1.ListMoversRequest;
import org.enstore.accounting.proto.v1.ListMoversResponse;
import org.enstore.accounting.proto.v1.ListReconciliationRequest;
import org.enstore.accounting.proto.v1.ListReconciliationResponse;
import org.enstore.accounting.proto.v1.Mover;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.WatchSeriesRequest;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.MoverDetail;
import org.enstore.accounting.series.NamesQuery;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.Questions;
import org.enstore.accounting.series.ReconciliationQuery;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesQuery;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.TableState;
import org.jspecify.annotations.Nullable;

/** The service of {@code enstore/accounting/v1/accounting.proto}: translates, asks, translates. */
public final class AccountingService extends AccountingServiceGrpc.AccountingServiceImplBase {
  /** The most values that are encoded on the transport's thread; no room is taken for them. */
  private static final long INLINE_VALUES = 20_000;

  private final DataSources sources;
  private final Questions questions;
  private final Executor cancellations;
  private final AnswerMemory memory;
  private final InstantSource clock;

  /**
   * The service.
   *
   * @param questions takes what may block; bounded, and refuses when it is full
   * @param cancellations carries cancellations out, which may block too
   * @param memory for the answers under way
   */
  public AccountingService(
      DataSources sources,
      Questions questions,
      Executor cancellations,
      AnswerMemory memory,
      InstantSource clock) {
    this.sources = sources;
    this.questions = questions;
    this.cancellations = cancellations;
    this.memory = memory;
    this.clock = clock;
  }

  @Override
  public void listDataSources(
      ListDataSourcesRequest request, StreamObserver<ListDataSourcesResponse> reply) {
    try {
      List<DataSource> seen = sources.of(Caller.current());
      Pages.Page page =
          Pages.cut(
              seen.stream().map(DataSource::name).sorted(Pages.ORDER).toList(),
              request.getPageSize(),
              request.getPageToken(),
              "sources");
      ListDataSourcesResponse.Builder answer =
          ListDataSourcesResponse.newBuilder().setNextPageToken(page.next());
      for (String name : page.names()) {
        answer.addDataSources(
            org.enstore.accounting.proto.v1.DataSource.newBuilder()
                .setName(name)
                .setTimeZone(sources.get(name, Caller.current()).zone().getId()));
      }
      reply.onNext(answer.build());
      reply.onCompleted();
    } catch (RuntimeException e) {
      reply.onError(Failures.status(e, "listing data sources", ""));
    }
  }

  @Override
  public void listMovers(ListMoversRequest request, StreamObserver<ListMoversResponse> reply) {
    ListMoversRequest rest = request.toBuilder().clearPageSize().clearPageToken().build();
    unary(
        request.getDataSource(),
        reply,
        "listing movers",
        source -> {
          Pages.check(request.getPageSize());
          NamesQuery query =
              new NamesQuery(
                  Transfers.DATASET,
                  Dimensions.MOVER,
                  lookBack(request.hasLookBack(), request.getLookBack()),
                  match(request.getMatch()),
                  classes(request),
                  QueryFields.filters(request.getFiltersMap(), Transfers.DATASET.dimensions()));
          return cancellation -> {
            Map<String, MoverDetail> details = new HashMap<>();
            source
                .engine()
                .movers(query, cancellation)
                .forEach(detail -> details.put(detail.mover(), detail));
            Pages.Page page =
                Pages.cut(
                    source.engine().names(query, cancellation),
                    request.getPageSize(),
                    request.getPageToken(),
                    rest.toString());
            ListMoversResponse.Builder answer =
                ListMoversResponse.newBuilder().setNextPageToken(page.next());
            page.names().forEach(name -> answer.addMovers(mover(name, details.get(name))));
            return answer.build();
          };
        });
  }

  @Override
  public void listMeasures(
      ListMeasuresRequest request, StreamObserver<ListMeasuresResponse> reply) {
    unary(
        request.getDataSource(),
        reply,
        "listing measures",
        source -> cancellation -> CatalogueParts.measures(source.engine(), cancellation));
  }

  @Override
  public void listDimensions(
      ListDimensionsRequest request, StreamObserver<ListDimensionsResponse> reply) {
    unary(
        request.getDataSource(),
        reply,
        "listing dimensions",
        source -> cancellation -> CatalogueParts.dimensions());
  }

  @Override
  public void listDimensionValues(
      ListDimensionValuesRequest request, StreamObserver<ListDimensionValuesResponse> reply) {
    ListDimensionValuesRequest rest = request.toBuilder().clearPageSize().clearPageToken().build();
    unary(
        request.getDataSource(),
        reply,
        "listing values",
        source -> {
          Pages.check(request.getPageSize());
          NamesQuery query =
              QueryFields.read(
                  request,
                  lookBack(request.hasLookBack(), request.getLookBack()),
                  match(request.getMatch()));
          return cancellation -> {
            Pages.Page page =
                Pages.cut(
                    source.engine().names(query, cancellation),
                    request.getPageSize(),
                    request.getPageToken(),
                    rest.toString());
            return ListDimensionValuesResponse.newBuilder()
                .addAllValues(page.names())
                .setNextPageToken(page.next())
                .build();
          };
        });
  }

  @Override
  public void getFreshness(
      GetFreshnessRequest request, StreamObserver<GetFreshnessResponse> reply) {
    unary(
        request.getDataSource(),
        reply,
        "looking at the freshness",
        source -> cancellation -> freshness(source.engine().state(cancellation)));
  }

  @Override
  public void getReplication(
      GetReplicationRequest request, StreamObserver<GetReplicationResponse> reply) {
    unary(
        request.getDataSource(),
        reply,
        "looking at the replication",
        source ->
            cancellation ->
                HostParts.response(
                    source.engine().replication(Database.ACCOUNTING).look(cancellation)));
  }

  @Override
  public void listReconciliation(
      ListReconciliationRequest request, StreamObserver<ListReconciliationResponse> reply) {
    ListReconciliationRequest rest = request.toBuilder().clearPageSize().clearPageToken().build();
    unary(
        request.getDataSource(),
        reply,
        "comparing summary and transfers",
        source -> {
          Pages.check(request.getPageSize());
          ReconciliationQuery query = QueryFields.read(request);
          return cancellation ->
              ReconciliationParts.response(
                  source.engine().reconcile(query, cancellation), request, rest, source.zone());
        });
  }

  @Override
  public void querySeries(QuerySeriesRequest request, StreamObserver<QuerySeriesResponse> reply) {
    Flow<QuerySeriesResponse> flow = new Flow<>(reply, cancellations);
    AnswerMemory.Share share = memory.open(flow.cancellation());
    flow.atTheEnd(share::close);
    try {
      DataSource source = source(request.getDataSource());
      Format format = format(request);
      SeriesQuery query = query(request);
      Optional<SeriesAnswer> ready =
          request.getFresh() ? Optional.empty() : source.engine().cached(query);
      if (ready.isPresent() && ready.get().table().valueCount() <= INLINE_VALUES) {
        flow.send(format.parts(ready.get()));
        return;
      }
      ask(
          source,
          query.dataset().database(),
          flow.cancellation(),
          () -> {
            try {
              SeriesAnswer answer =
                  source.engine().answer(query, demand(request), flow.cancellation(), share);
              flow.send(format.parts(answer));
            } catch (RuntimeException e) {
              flow.fail(Failures.status(e, "querying series", ""));
            } catch (Error e) {
              flow.fail(Failures.status(e, "querying series", ""));
              throw e;
            }
          });
    } catch (RuntimeException e) {
      flow.fail(Failures.status(e, "querying series", ""));
    }
  }

  @Override
  public void watchSeries(WatchSeriesRequest request, StreamObserver<WatchSeriesResponse> reply) {
    Watch watch = new Watch(reply);
    try {
      DataSource source = source(request.getDataSource());
      SeriesQuery query = openQuery(request);
      watch.begin(source.engine().live(query.dataset()), query);
    } catch (RuntimeException e) {
      watch.end(Failures.status(e, "beginning a watch", ""));
    }
  }

  private SeriesQuery openQuery(WatchSeriesRequest request) {
    if (!request.hasQuery()) {
      throw refusal("query", "\"query\" is missing; it must say at least the start of the range.");
    }
    try {
      return QueryFields.readOpen(request.getQuery(), clock.instant());
    } catch (QueryFailure e) {
      throw Failures.status(e, "reading a query", "query");
    }
  }

  private static Demand demand(QuerySeriesRequest request) {
    if (request.getFresh()) {
      return Demand.FRESH;
    }
    return request.getWhole() ? Demand.WHOLE : Demand.USUAL;
  }

  /** How an answer is sent. */
  private enum Format {
    COLUMNS,
    ARROW;

    Iterator<QuerySeriesResponse> parts(SeriesAnswer answer) {
      return switch (this) {
        case COLUMNS -> AnswerParts.columns(answer);
        case ARROW -> AnswerParts.arrow(answer);
      };
    }
  }

  private static Format format(QuerySeriesRequest request) {
    return switch (request.getFormat()) {
      case FORMAT_UNSPECIFIED, FORMAT_COLUMNS -> Format.COLUMNS;
      case FORMAT_ARROW -> Format.ARROW;
      case UNRECOGNIZED ->
          throw refusal(
              "format",
              "\"format\" is "
                  + request.getFormatValue()
                  + "; it must be FORMAT_COLUMNS or FORMAT_ARROW.");
    };
  }

  private static SeriesQuery query(QuerySeriesRequest request) {
    if (!request.hasQuery()) {
      throw refusal("query", "\"query\" is missing; it must say at least the time range.");
    }
    try {
      return QueryFields.read(request.getQuery());
    } catch (QueryFailure e) {
      throw Failures.status(e, "reading a query", "query");
    }
  }

  /** Prepares an answer on the transport's thread; what it returns may block. */
  private interface Preparation<A> {
    Function<Cancellation, A> of(DataSource source);
  }

  private <A> void unary(
      String name, StreamObserver<A> reply, String work, Preparation<A> preparation) {
    Flow<A> flow = new Flow<>(reply, cancellations);
    try {
      DataSource source = source(name);
      Function<Cancellation, A> answer = preparation.of(source);
      ask(
          source,
          Database.ACCOUNTING,
          flow.cancellation(),
          () -> {
            try {
              flow.send(List.of(answer.apply(flow.cancellation())).iterator());
            } catch (RuntimeException e) {
              flow.fail(Failures.status(e, work, ""));
            } catch (Error e) {
              flow.fail(Failures.status(e, work, ""));
              throw e;
            }
          });
    } catch (RuntimeException e) {
      flow.fail(Failures.status(e, work, ""));
    }
  }

  private DataSource source(String name) {
    DataSource source = sources.get(name, Caller.current());
    AccessLog.Entry.current().ifPresent(entry -> entry.source(source.name()));
    return source;
  }

  private void ask(DataSource source, Database database, Cancellation cancellation, Runnable work) {
    try {
      questions.execute(
          Questions.owner(source.name(), database), Context.current().wrap(work), cancellation);
    } catch (Questions.Refused e) {
      throw new QueryFailure(FailureKind.OVERLOADED, String.valueOf(e.getMessage()), e);
    } catch (RejectedExecutionException e) {
      throw new QueryFailure(
          FailureKind.OVERLOADED,
          "Data source "
              + source.name()
              + " has too many questions waiting; try again in a moment.",
          e);
    }
  }

  /** A mover; with nothing but its name when the summary alone knows it. */
  private static Mover mover(String name, @Nullable MoverDetail detail) {
    Mover.Builder mover = Mover.newBuilder().setName(name);
    if (detail != null) {
      mover
          .setMoverClass(
              switch (detail.moverClass()) {
                case "tape" -> org.enstore.accounting.proto.v1.MoverClass.MOVER_CLASS_TAPE;
                case "disk" -> org.enstore.accounting.proto.v1.MoverClass.MOVER_CLASS_DISK;
                default -> org.enstore.accounting.proto.v1.MoverClass.MOVER_CLASS_NULL;
              })
          .setDriveType(detail.driveType())
          .addAllLibraries(detail.libraries())
          .setFirstSeenDay(detail.firstSeen().toString())
          .setLastSeenDay(detail.lastSeen().toString());
    }
    return mover.build();
  }

  private static Set<MoverClass> classes(ListMoversRequest request) {
    if (request.getClassesCount() == 0) {
      return Set.of(MoverClass.TAPE, MoverClass.DISK);
    }
    List<MoverClass> classes = new ArrayList<>();
    for (org.enstore.accounting.proto.v1.MoverClass asked : request.getClassesList()) {
      classes.add(
          switch (asked) {
            case MOVER_CLASS_TAPE -> MoverClass.TAPE;
            case MOVER_CLASS_DISK -> MoverClass.DISK;
            case MOVER_CLASS_NULL -> MoverClass.NULL;
            case MOVER_CLASS_UNSPECIFIED, UNRECOGNIZED ->
                throw refusal(
                    "classes",
                    "\"classes\" holds something else than MOVER_CLASS_TAPE, MOVER_CLASS_DISK and"
                        + " MOVER_CLASS_NULL.");
          });
    }
    return EnumSet.copyOf(classes);
  }

  private static Optional<String> match(String pattern) {
    if (pattern.isEmpty()) {
      return Optional.empty();
    }
    try {
      org.enstore.accounting.series.Filter.compile("match", pattern);
    } catch (QueryFailure e) {
      throw refusal("match", e.sentence());
    }
    return Optional.of(pattern);
  }

  private static Optional<java.time.Duration> lookBack(boolean there, Duration asked) {
    if (!there) {
      return Optional.empty();
    }
    long day = 86_400;
    if (asked.getSeconds() < day
        || asked.getSeconds() > 7300 * day
        || asked.getNanos() < 0
        || asked.getNanos() > 999_999_999) {
      throw refusal(
          "lookBack",
          "\"lookBack\" is "
              + asked.getSeconds()
              + " s; it must be from 86400 s (1 day) to 630720000 s (7300 days).");
    }
    return Optional.of(java.time.Duration.ofSeconds(asked.getSeconds(), asked.getNanos()));
  }

  private static GetFreshnessResponse freshness(SourceState state) {
    TableState summary = state.of(Transfers.SUMMARY);
    TableState transfers = state.of(Transfers.FACTS);
    GetFreshnessResponse.Builder answer =
        GetFreshnessResponse.newBuilder()
            .setHost(state.host())
            .setStandby(state.standby())
            .setObserveTime(AnswerParts.timestamp(state.observedAt()))
            .setLastSummaryDay(summary.lastDay().map(LocalDate::toString).orElse(""))
            .setSummaryProblem(summary.problem().map(QueryFailure::sentence).orElse(""))
            .setTransfersProblem(transfers.problem().map(QueryFailure::sentence).orElse(""));
    if (state.lag() instanceof ReplayLag.Known known) {
      answer.setReplayLag(HostParts.duration(known.lag()));
    } else if (state.lag() instanceof ReplayLag.Unknown unknown) {
      answer.setReplayLagProblem(unknown.reason());
    }
    if (state.knownThrough().isAfter(Instant.EPOCH)) {
      answer.setCompleteTime(AnswerParts.timestamp(state.knownThrough()));
    }
    transfers
        .newest()
        .ifPresent(newest -> answer.setNewestTransferTime(AnswerParts.timestamp(newest)));
    return answer.build();
  }

  private static QueryFailure refusal(String field, String sentence) {
    return QueryFailure.of(List.of(new Complaint(field, sentence)));
  }
}
