package org.enstore.accounting.cli;

import com.google.protobuf.Timestamp;
import io.grpc.StatusRuntimeException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.proto.v1.Label;
import org.enstore.accounting.proto.v1.Point;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesIdentity;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.proto.v1.SeriesUpdate;
import org.enstore.accounting.proto.v1.WatchSeriesRequest;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Series as they move. */
@Command(
    name = "watch",
    header = "Shows numbers as transfers come in, until Ctrl-C.",
    description =
        "A line for each number that is new or corrected: what is there from --from on, then what"
            + " changes. When the daemon restarts, the watch goes on as soon as it is back, and"
            + " numbers that were shown already are not shown again.",
    abbreviateSynopsis = true,
    sortOptions = false)
final class WatchCommand extends SeriesCommand {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** How long a number is remembered, so that it is not shown again after a loss. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private static final int MANY_POINTS = 100_000;

  @Option(
      names = {"-f", "--from"},
      defaultValue = "now",
      paramLabel = "<time>",
      description =
          "From when on (${DEFAULT-VALUE} unless given): "
              + Moment.FORMS
              + ". Local times are the site's.")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private String from;

  @Option(
      names = {"-F", "--format"},
      defaultValue = "table",
      paramLabel = "<format>",
      description =
          "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE} unless given); json is an object in each"
              + " line.")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private Format format;

  /** The forms of a line. */
  enum Format {
    table,
    csv,
    json
  }

  WatchCommand(Surroundings surroundings, Straight straight) {
    super(surroundings, straight);
  }

  @Override
  int run(Connection connection, Target target) {
    SeriesQuery.Builder query = query(format == Format.table);
    Connection.Source source = connection.source(target.source());
    query.setStartTime(
        Asked.moment("--from", from, source.zone(), surroundings().clock().instant()));
    Watching watching =
        new Watching(query, source, new Output(Optional.empty(), surroundings().out()));
    Duration pause = FIRST_PAUSE;
    while (true) {
      watching.anew();
      Refusal refusal;
      try {
        Iterator<WatchSeriesResponse> parts = connection.open().watchSeries(watching.request());
        while (parts.hasNext()) {
          watching.take(parts.next());
          pause = FIRST_PAUSE;
        }
        throw new Failure(ExitCode.FAILED, List.of("The service ended the watch."));
      } catch (StatusRuntimeException e) {
        refusal = Refusal.of(e);
      }
      if (!watching.hasBegun() || !connection.isOpen() || !refusal.mayPass()) {
        throw refusal.failure(connection);
      }
      if (pause.equals(FIRST_PAUSE)) {
        say("note: " + connection.way().where() + " is gone; the watch goes on when it is back.");
      }
      Connection.sleep(pause);
      connection.tryAgain();
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
  }

  /** What has been seen and shown so far. */
  private final class Watching {
    private final SeriesQuery.Builder query;
    private final Connection.Source source;
    private final Output out;
    private final Map<Place, Optional<BigDecimal>> shown = new HashMap<>();
    private final List<SeriesIdentity> series = new ArrayList<>();
    private SeriesHeader header = SeriesHeader.getDefaultInstance();
    private boolean begun;

    Watching(SeriesQuery.Builder query, Connection.Source source, Output out) {
      this.query = query;
      this.source = source;
      this.out = out;
    }

    /** A series' bucket. */
    private record Place(SeriesIdentity series, long startEpochSecond) {}

    /** Nothing of a new call is there yet. */
    void anew() {
      series.clear();
    }

    boolean hasBegun() {
      return begun;
    }

    WatchSeriesRequest request() {
      return WatchSeriesRequest.newBuilder().setDataSource(source.name()).setQuery(query).build();
    }

    void take(WatchSeriesResponse part) {
      if (part.hasHeader()) {
        header = part.getHeader();
        series.addAll(header.getSeriesList());
        if (!begun) {
          begun = true;
          // The next call must not choose another one.
          query.setStep(header.getStep());
          header.getNoticesList().forEach(WatchCommand.this::say);
          if (format == Format.csv) {
            out.text(SeriesText.csvHeading(header, labelNames()));
          }
        }
      }
      if (part.hasUpdate()) {
        SeriesUpdate update = part.getUpdate();
        series.addAll(update.getAddedSeriesList());
        update.getPointsList().forEach(this::take);
        forget();
      }
      out.flush();
    }

    private void take(Point point) {
      SeriesIdentity identity = series.get(point.getSeries());
      Optional<BigDecimal> value =
          switch (point.getValueCase()) {
            case INTEGER -> Optional.of(BigDecimal.valueOf(point.getInteger()));
            case NUMBER -> Optional.of(Answer.plain(point.getNumber()));
            case VALUE_NOT_SET -> Optional.empty();
          };
      Optional<BigDecimal> before =
          shown.put(new Place(identity, point.getStartEpochSeconds()), value);
      if (!value.equals(before)) {
        out.text(line(identity, point.getStartEpochSeconds(), value));
      }
    }

    private String line(SeriesIdentity identity, long start, Optional<BigDecimal> value) {
      ZoneId zone = source.zone();
      String time = Moment.show(Instant.ofEpochSecond(start), zone);
      List<Label> labels = identity.getLabelsList();
      return switch (format) {
        case table ->
            "%s  %16s%s  %s%n"
                .formatted(
                    time,
                    SeriesText.shown(value, Answer.decimals(header)),
                    header.getUnit().isEmpty() ? "" : " " + header.getUnit(),
                    Answer.name(identity));
        case csv -> SeriesText.csv(time, labels, labelNames(), value);
        case json ->
            Json.of(
                    json -> {
                      json.beginObject();
                      json.name("time").value(time);
                      Json.labels(json.name("labels"), labels);
                      json.name("measure").value(header.getMeasure());
                      json.name("unit").value(header.getUnit());
                      Json.number(json.name("value"), value);
                      json.endObject();
                    })
                + "\n";
      };
    }

    private List<String> labelNames() {
      return SeriesText.labelNames(header, query.build());
    }

    /** Lets go of old numbers, and asks for them no more; a running total needs its beginning. */
    private void forget() {
      if (shown.size() > MANY_POINTS && !query.getRunningTotal()) {
        long newest =
            shown.keySet().stream().mapToLong(Place::startEpochSecond).max().orElseThrow();
        long oldest = newest - REMEMBERED.toSeconds();
        shown.keySet().removeIf(place -> place.startEpochSecond() < oldest);
        if (query.getStartTime().getSeconds() < oldest) {
          query.setStartTime(Timestamp.newBuilder().setSeconds(oldest));
        }
      }
    }
  }
}
