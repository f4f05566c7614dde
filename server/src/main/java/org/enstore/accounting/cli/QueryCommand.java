package org.enstore.accounting.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.enstore.accounting.proto.v1.Notice;
import org.enstore.accounting.proto.v1.QuerySeriesRequest;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Series over a time range. */
@Command(
    name = "query",
    header = "Shows a measure, such as bytes, a rate or errors, over a time range.",
    description = "Numbers are whole: a long read is waited for, up to --timeout.",
    abbreviateSynopsis = true,
    sortOptions = false)
final class QueryCommand extends SeriesCommand {
  /** About how many rows a table has. */
  private static final int USUAL_ROWS = 24;

  /** How wide a chart is that is not shown on a terminal. */
  private static final int USUAL_COLUMNS = 100;

  @Option(
      names = {"-f", "--from"},
      defaultValue = "7d",
      paramLabel = "<time>",
      description =
          "The start (${DEFAULT-VALUE} unless given): "
              + Moment.FORMS
              + ". Local times are the site's. Answered in whole"
              + " buckets, so the first may begin earlier.")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private String from;

  @Option(
      names = {"-t", "--to"},
      defaultValue = "now",
      paramLabel = "<time>",
      description = "The end, not included (${DEFAULT-VALUE} unless given), in the same forms.")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private String to;

  @Option(
      names = "--compare",
      paramLabel = "<what>",
      completionCandidates = Asked.Comparisons.class,
      description = "What each series is shown beside: ${COMPLETION-CANDIDATES}.")
  private @Nullable String compare;

  @Option(
      names = "--fresh",
      description = "Read numbers that may still change from the database again.")
  private boolean fresh;

  @Option(
      names = {"-F", "--format"},
      defaultValue = "table",
      paramLabel = "<format>",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE} unless given).")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private Format format;

  @Mixin private Destination destination = new Destination();

  @Option(
      names = "--ascii",
      description = "Draw with plain characters; so it is where the locale is not UTF-8.")
  private boolean ascii;

  @Option(
      names = "--strict",
      description = "End with exit code 6 when the answer carries a warning.")
  private boolean strict;

  /** The forms of an answer. */
  enum Format {
    table,
    chart,
    csv,
    json,
    arrow;

    boolean isForPeople() {
      return this == table || this == chart;
    }
  }

  QueryCommand(Surroundings surroundings, Straight straight) {
    super(surroundings, straight);
  }

  @Override
  void check() {
    if (format == Format.arrow && columns().isPresent()) {
      throw Failure.usage(
          "--format arrow is not for a terminal; give --output <file>, or redirect the output.");
    }
  }

  @Override
  int run(Connection connection, Target target) {
    SeriesQuery.Builder query = query(format.isForPeople());
    Connection.Source source = connection.source(target.source());
    Instant now = surroundings().clock().instant();
    query
        .setStartTime(Asked.moment("--from", from, source.zone(), now))
        .setEndTime(Asked.moment("--to", to, source.zone(), now));
    if (compare != null) {
      query.setCompareValue(
          Words.value(SeriesQuery.Compare.getDescriptor(), "--compare", compare).getNumber());
    }
    if (format.isForPeople() && leavesTheStepOpen()) {
      query.setMaxPoints(format == Format.chart ? Chart.bars(width()) : USUAL_ROWS);
    }
    QuerySeriesRequest request =
        QuerySeriesRequest.newBuilder()
            .setDataSource(source.name())
            .setQuery(query)
            .setFresh(fresh)
            .setWhole(true)
            .build();
    try (Output out = destination.open(surroundings())) {
      return format == Format.arrow
          ? arrow(connection, request, out)
          : columns(connection, request, source, out);
    }
  }

  /** The width of the terminal that shows the answer, if one does. */
  private OptionalInt columns() {
    return destination.isFile() ? OptionalInt.empty() : surroundings().columns();
  }

  private int width() {
    return columns().orElse(USUAL_COLUMNS);
  }

  private int arrow(Connection connection, QuerySeriesRequest request, Output out) {
    QuerySeriesRequest pieces =
        request.toBuilder().setFormat(QuerySeriesRequest.Format.FORMAT_ARROW).build();
    // Nothing is written before all is there: it may have to be asked for again.
    List<ByteString> answer =
        connection.ask(
            stub -> {
              List<ByteString> parts = new ArrayList<>();
              stub.querySeries(pieces).forEachRemaining(part -> parts.add(part.getArrow()));
              return parts;
            });
    answer.forEach(piece -> out.write(piece.toByteArray()));
    out.finish();
    return ExitCode.DONE;
  }

  private int columns(
      Connection connection, QuerySeriesRequest request, Connection.Source source, Output out) {
    Answer answer = connection.ask(stub -> Answer.of(stub.querySeries(request)));
    ZoneId zone = source.zone();
    switch (format) {
      case table -> SeriesText.table(answer, zone, columns()).forEach(out::line);
      case chart -> {
        out.line(caption(answer, zone));
        new Chart(answer, width(), surroundings().unicode() && !ascii).lines().forEach(out::line);
      }
      case csv -> SeriesText.csv(answer, request.getQuery(), zone, out);
      case json -> out.line(SeriesText.json(answer, source));
      case arrow -> throw new IllegalStateException("Arrow does not come in columns");
    }
    out.finish();
    return notices(answer.header());
  }

  private int notices(SeriesHeader header) {
    boolean warned = false;
    for (Notice notice : header.getNoticesList()) {
      warned |= say(notice);
    }
    if (header.getSeriesCount() == 0) {
      say("note: nothing in this time range passes the conditions.");
    }
    return warned && strict ? ExitCode.WARNED : ExitCode.DONE;
  }

  private static String caption(Answer answer, ZoneId zone) {
    SeriesHeader header = answer.header();
    Timestamp end = header.getEndTime();
    String unit = header.getUnit();
    return "%s%s by %s, %s to %s"
        .formatted(
            header.getMeasure(),
            unit.isEmpty() || unit.equals(header.getMeasure()) ? "" : " in " + unit,
            header.getStep(),
            Moment.show(answer.start(0), zone),
            Moment.show(Instant.ofEpochSecond(end.getSeconds()), zone));
  }
}
