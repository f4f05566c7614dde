package org.enstore.accounting.cli;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.enstore.accounting.proto.v1.ListMeasuresRequest;
import org.enstore.accounting.proto.v1.Measure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What can be asked. */
@Command(
    name = "measures",
    header = "Lists what can be asked, with units and dimensions.",
    description = "What the database lacks for a measure is told below the list.",
    abbreviateSynopsis = true,
    sortOptions = false)
final class MeasuresCommand extends ClientCommand {
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

  MeasuresCommand(Surroundings surroundings, Straight straight) {
    super(surroundings, straight);
  }

  @Override
  int run(Connection connection, Target target) {
    Connection.Source source = connection.source(target.source());
    List<Measure> measures =
        connection.ask(
            stub ->
                stub.listMeasures(
                        ListMeasuresRequest.newBuilder().setDataSource(source.name()).build())
                    .getMeasuresList());
    try (Output out = destination.open(surroundings())) {
      switch (format) {
        case table -> table(measures).forEach(out::line);
        case csv -> csv(measures, out);
        case json -> out.line(Json.of(json -> json(json, measures, source)));
      }
      out.finish();
    }
    Set<String> problems = new LinkedHashSet<>();
    measures.stream()
        .filter(measure -> !measure.getProblem().isEmpty())
        .forEach(
            measure -> problems.add("note: " + measure.getDataset() + ": " + measure.getProblem()));
    problems.forEach(this::say);
    return ExitCode.DONE;
  }

  private static List<String> table(List<Measure> measures) {
    TextTable table =
        new TextTable()
            .texts("measure")
            .texts("unit")
            .texts("of")
            .texts("available")
            .texts("meaning")
            .texts("dimensions");
    measures.forEach(
        measure ->
            table.row(
                List.of(
                    measure.getName(),
                    measure.getUnit(),
                    measure.getDataset(),
                    available(measure),
                    measure.getDescription(),
                    String.join(" ", measure.getDimensionsList()))));
    return table.lines(OptionalInt.empty());
  }

  private static String available(Measure measure) {
    if (!measure.getAvailable()) {
      return "no";
    }
    return measure.getProblem().isEmpty() ? "yes" : "in part";
  }

  private static void csv(List<Measure> measures, Output out) {
    out.text(
        Csv.record(
            List.of(
                "measure",
                "title",
                "description",
                "kind",
                "unit",
                "additive",
                "dataset",
                "database",
                "dimensions",
                "available",
                "problem")));
    measures.forEach(
        measure ->
            out.text(
                Csv.record(
                    List.of(
                        measure.getName(),
                        measure.getTitle(),
                        measure.getDescription(),
                        measure.getKind(),
                        measure.getUnit(),
                        String.valueOf(measure.getAdditive()),
                        measure.getDataset(),
                        measure.getDatabase(),
                        String.join(" ", measure.getDimensionsList()),
                        String.valueOf(measure.getAvailable()),
                        measure.getProblem()))));
  }

  private static void json(JsonWriter json, List<Measure> measures, Connection.Source source)
      throws IOException {
    json.beginObject();
    json.name("dataSource").value(source.name());
    json.name("measures").beginArray();
    for (Measure measure : measures) {
      json.beginObject();
      json.name("name").value(measure.getName());
      json.name("title").value(measure.getTitle());
      json.name("description").value(measure.getDescription());
      json.name("kind").value(measure.getKind());
      json.name("unit").value(measure.getUnit());
      json.name("additive").value(measure.getAdditive());
      json.name("dataset").value(measure.getDataset());
      json.name("database").value(measure.getDatabase());
      Json.texts(json.name("dimensions"), measure.getDimensionsList());
      Json.texts(json.name("defaultGroupBy"), measure.getDefaultGroupByList());
      json.name("hasDirection").value(measure.getHasDirection());
      json.name("hasNullMovers").value(measure.getHasNullMovers());
      json.name("hasSummary").value(measure.getHasSummary());
      json.name("available").value(measure.getAvailable());
      Json.text(json.name("problem"), measure.getProblem());
      json.endObject();
    }
    json.endArray().endObject();
  }
}
