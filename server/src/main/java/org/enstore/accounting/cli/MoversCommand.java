package org.enstore.accounting.cli;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.proto.v1.ListMoversRequest;
import org.enstore.accounting.proto.v1.ListMoversResponse;
import org.enstore.accounting.proto.v1.Mover;
import org.enstore.accounting.proto.v1.MoverClass;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The movers of a site. */
@Command(
    name = "movers",
    header = "Lists movers with their class, drive type, libraries, first and last day.",
    description = "Days are the site's, and within the look-back.",
    abbreviateSynopsis = true,
    sortOptions = false)
final class MoversCommand extends ClientCommand {
  private static final int PAGE = 1000;

  @Option(
      names = "--look-back",
      paramLabel = "<duration>",
      description =
          "How far back a transfer must lie at the most, such as 30d, 1d to 7300d (the data"
              + " source's moverLookBack, 90d as a rule, unless given).")
  private @Nullable String lookBack;

  @Option(
      names = "--match",
      paramLabel = "<regex>",
      defaultValue = "",
      description = "Only movers whose name matches somewhere (RE2).")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private String match;

  @Option(
      names = "--class",
      paramLabel = "<class>",
      split = ",",
      completionCandidates = Classes.class,
      description =
          "Only movers of these classes, separated by commas: ${COMPLETION-CANDIDATES} (tape,disk"
              + " unless given).")
  private List<String> classes = new ArrayList<>();

  @Option(
      names = "--filter",
      paramLabel = "<condition>",
      completionCandidates = Dimensions.class,
      description =
          "Only movers with a transfer that passes; may be repeated: <dimension>=<value>,"
              + " <dimension>!=<value>, <dimension>=~<regex> or <dimension>!~<regex>. Dimensions:"
              + " ${COMPLETION-CANDIDATES}.")
  private List<String> filters = new ArrayList<>();

  @Option(
      names = {"-F", "--format"},
      defaultValue = "table",
      paramLabel = "<format>",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE} unless given).")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private Format format;

  @Mixin private Destination destination = new Destination();

  /** The forms of an answer. */
  enum Format {
    table,
    csv,
    json
  }

  static final class Classes extends Asked.Candidates {
    Classes() {
      super(MoverClass.getDescriptor());
    }
  }

  /** The dimensions of transfers. */
  static final class Dimensions extends Asked.Candidates {
    Dimensions() {
      super(Transfers.DATASET.dimensions().stream().map(Dimension::id).toList());
    }
  }

  MoversCommand(Surroundings surroundings, Straight straight) {
    super(surroundings, straight);
  }

  @Override
  int run(Connection connection, Target target) {
    ListMoversRequest.Builder request =
        ListMoversRequest.newBuilder().setPageSize(PAGE).setMatch(match);
    if (lookBack != null) {
      request.setLookBack(Asked.duration("--look-back", lookBack));
    }
    for (String word : classes) {
      request.addClassesValue(
          Words.value(MoverClass.getDescriptor(), "--class", word.strip()).getNumber());
    }
    request.putAllFilters(Conditions.of(filters));
    Connection.Source source = connection.source(target.source());
    request.setDataSource(source.name());
    List<Mover> movers = new ArrayList<>();
    do {
      ListMoversResponse page = connection.ask(stub -> stub.listMovers(request.build()));
      movers.addAll(page.getMoversList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    try (Output out = destination.open(surroundings())) {
      switch (format) {
        case table -> table(movers).forEach(out::line);
        case csv -> csv(movers, out);
        case json -> out.line(Json.of(json -> json(json, movers, source)));
      }
      out.finish();
    }
    if (movers.isEmpty()) {
      say("note: no movers in this time pass the conditions.");
    }
    return ExitCode.DONE;
  }

  private static List<String> table(List<Mover> movers) {
    TextTable table =
        new TextTable()
            .texts("mover")
            .texts("class")
            .texts("drive")
            .texts("first seen")
            .texts("last seen")
            .texts("libraries");
    movers.forEach(mover -> table.row(cells(mover)));
    return table.lines(OptionalInt.empty());
  }

  private static void csv(List<Mover> movers, Output out) {
    out.text(
        Csv.record(List.of("mover", "class", "driveType", "firstSeen", "lastSeen", "libraries")));
    movers.forEach(mover -> out.text(Csv.record(cells(mover))));
  }

  /** What a table and a CSV file have of a mover; empty where it is not known. */
  private static List<String> cells(Mover mover) {
    return List.of(
        mover.getName(),
        moverClass(mover),
        mover.getDriveType(),
        mover.getFirstSeenDay(),
        mover.getLastSeenDay(),
        String.join(" ", mover.getLibrariesList()));
  }

  private static void json(JsonWriter json, List<Mover> movers, Connection.Source source)
      throws IOException {
    json.beginObject();
    json.name("dataSource").value(source.name());
    json.name("timeZone").value(source.zone().getId());
    json.name("movers").beginArray();
    for (Mover mover : movers) {
      json.beginObject();
      json.name("name").value(mover.getName());
      Json.text(json.name("class"), moverClass(mover));
      Json.text(json.name("driveType"), mover.getDriveType());
      Json.text(json.name("firstSeen"), mover.getFirstSeenDay());
      Json.text(json.name("lastSeen"), mover.getLastSeenDay());
      Json.texts(json.name("libraries"), mover.getLibrariesList());
      json.endObject();
    }
    json.endArray().endObject();
  }

  /** Empty when only the summary knows the mover. */
  private static String moverClass(Mover mover) {
    return mover.getMoverClassValue() == 0
        ? ""
        : Words.of(mover.getMoverClass().getValueDescriptor());
  }
}
