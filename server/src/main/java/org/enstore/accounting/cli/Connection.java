package org.enstore.accounting.cli;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.enstore.accounting.config.Spelling;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc.AccountingServiceBlockingStub;
import org.enstore.accounting.proto.v1.DataSource;
import org.enstore.accounting.proto.v1.ListDataSourcesRequest;
import org.enstore.accounting.proto.v1.ListDataSourcesResponse;

/** The way to a service, for as long as a command takes. Not for several threads. */
final class Connection implements AutoCloseable {
  private static final int PAGE = 1000;

  private final Channel channel;
  private final BooleanSupplier open;
  private final Runnable again;
  private final AutoCloseable end;
  private final Way way;
  private final Duration patience;
  private final Deadline deadline;

  /**
   * What is asked.
   *
   * @param where in words
   * @param daemon whether it is a daemon; else databases are read straight
   */
  record Way(String where, boolean daemon) {}

  /** A site whose transfers can be asked for. */
  record Source(String name, ZoneId zone) {}

  /**
   * A connection; the clock of its patience begins to run.
   *
   * @param open whether this end of it is there
   * @param again makes it try at once, however often it has failed
   * @param end is closed with it
   * @param patience how long all questions may take together
   */
  Connection(
      Channel channel,
      BooleanSupplier open,
      Runnable again,
      AutoCloseable end,
      Way way,
      Duration patience) {
    this.channel = channel;
    this.open = open;
    this.again = again;
    this.end = end;
    this.way = way;
    this.patience = patience;
    this.deadline = Deadline.after(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  Way way() {
    return way;
  }

  Duration patience() {
    return patience;
  }

  /** The service without a deadline, for what never ends. */
  AccountingServiceBlockingStub open() {
    return AccountingServiceGrpc.newBlockingStub(channel);
  }

  /**
   * What {@code question} is answered. Asks again, as long as there is time, when the service says
   * that this may help.
   *
   * @throws Failure when there is no answer
   */
  <A> A ask(Function<AccountingServiceBlockingStub, A> question) {
    while (true) {
      try {
        return question.apply(open().withDeadline(deadline));
      } catch (StatusRuntimeException e) {
        Optional<Duration> pause = Refusal.of(e).pause();
        if (pause.isEmpty()
            || pause.get().toMillis() >= deadline.timeRemaining(TimeUnit.MILLISECONDS)) {
          throw Refusal.of(e).failure(this);
        }
        sleep(pause.get());
      }
    }
  }

  /** Whether the service says that it can read {@code source}. */
  boolean isWell(String source) {
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadline(deadline)
              .check(HealthCheckRequest.newBuilder().setService(source).build())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException e) {
      throw Refusal.of(e).failure(this);
    }
  }

  /** Whether this end is there; otherwise the process is about to end. */
  boolean isOpen() {
    return open.getAsBoolean();
  }

  /** Has the next question tried at once, however often the service was away. */
  void tryAgain() {
    again.run();
  }

  /** Waits, unless somebody wants the end. */
  static void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.INTERRUPTED, List.of());
    }
  }

  /** All data sources that may be asked. */
  List<Source> sources() {
    List<Source> sources = new ArrayList<>();
    String token = "";
    do {
      String page = token;
      ListDataSourcesResponse answer =
          ask(
              stub ->
                  stub.listDataSources(
                      ListDataSourcesRequest.newBuilder()
                          .setPageSize(PAGE)
                          .setPageToken(page)
                          .build()));
      answer.getDataSourcesList().forEach(each -> sources.add(source(each)));
      token = answer.getNextPageToken();
    } while (!token.isEmpty());
    if (sources.isEmpty()) {
      throw new Failure(
          ExitCode.REFUSED,
          List.of(
              "The credentials give access to no data source; ask for a line in the daemon's access"
                  + " list that names some."));
    }
    return sources;
  }

  private static Source source(DataSource source) {
    try {
      return new Source(source.getName(), ZoneId.of(source.getTimeZone()));
    } catch (DateTimeException e) {
      throw new Failure(
          ExitCode.FAILED,
          List.of(
              "The service names the time zone "
                  + source.getTimeZone()
                  + ", which this Java does not know; use a newer one."));
    }
  }

  /**
   * The data source called {@code name}, or the only one.
   *
   * @throws Failure when there is none, or no telling which
   */
  Source source(Optional<String> name) {
    List<Source> sources = sources();
    List<String> names = sources.stream().map(Source::name).toList();
    String choice = "it must be one of " + String.join(", ", names) + ".";
    if (name.isEmpty()) {
      if (sources.size() > 1) {
        throw Failure.usage("--source is missing; " + choice);
      }
      return sources.get(0);
    }
    return sources.stream()
        .filter(each -> each.name().equals(name.get()))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    "--source is \""
                        + name.get()
                        + "\"; "
                        + choice
                        + Spelling.hint(name.get(), names)));
  }

  @Override
  public void close() {
    try {
      end.close();
    } catch (Exception e) {
      throw new IllegalStateException("a connection that is not needed any more stayed open", e);
    }
  }
}
