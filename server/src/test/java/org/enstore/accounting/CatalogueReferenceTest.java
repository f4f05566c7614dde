package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Kind;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.SourceTable;
import org.junit.jupiter.api.Test;

/** The reference's tables of what can be asked; {@code -Dregenerate=true} writes them. */
class CatalogueReferenceTest {
  private static final Path REFERENCE = Path.of("README.md");

  @Test
  void tables_areWhatTheCatalogueGives() throws IOException {
    String reference = Files.readString(REFERENCE);
    String written = with(reference, "datasets", datasets());
    written = with(written, "measures", measures());
    written = with(written, "dimensions", dimensions());
    if (Boolean.getBoolean("regenerate")) {
      Files.writeString(REFERENCE, written);
      reference = written;
    }
    assertThat(reference).isEqualTo(written);
  }

  private static String with(String text, String name, List<String> table) {
    String open = "<!-- generated: " + name + " -->\n";
    int from = text.indexOf(open);
    assertThat(from).as(open).isNotNegative();
    int to = text.indexOf("<!-- end -->", from);
    return text.substring(0, from + open.length())
        + String.join("\n", table)
        + "\n"
        + text.substring(to);
  }

  private static List<String> datasets() {
    List<String> lines =
        table("dataset", "database", "tables", "`groupBy` when left out", "split by", "left out");
    for (Dataset dataset : Catalogue.ENSTORE.datasets()) {
      lines.add(
          row(
              code(dataset.id()),
              dataset.database().id(),
              codes(dataset.tables().stream().map(SourceTable::name)),
              codes(dataset.defaultGroupBy().stream().map(Dimension::id)),
              codes(dataset.defaults().split().stream().map(Dimension::id)),
              dataset
                  .defaults()
                  .excluded()
                  .map(out -> code(out.dimension() + " " + out.value()))
                  .orElse("")));
    }
    return lines;
  }

  private static List<String> measures() {
    List<String> lines = table("measure", "dataset", "value of a bucket", "unit", "adds up");
    for (Dataset dataset : Catalogue.ENSTORE.datasets()) {
      for (Measure measure : dataset.measures()) {
        lines.add(
            row(
                code(measure.id()),
                code(dataset.id()),
                measure.help(),
                unit(measure),
                measure.kind().isAdditive() ? "yes" : "no"));
      }
    }
    return lines;
  }

  private static String unit(Measure measure) {
    Kind.Unit unit = measure.kind().unit();
    if (unit == Kind.Unit.BYTES) {
      return "`unit`";
    }
    return unit == Kind.Unit.BYTES_PER_SECOND ? "`unit` per second" : unit.id();
  }

  private static List<String> dimensions() {
    List<String> lines = table("dimension", "list", "values", "datasets");
    for (Dimension dimension : Catalogue.ENSTORE.askable()) {
      lines.add(
          row(
              code(dimension.id()),
              code(dimension.list()),
              dimension.values().isEmpty()
                  ? "any " + dimension.noun()
                  : codes(dimension.values().stream()),
              codes(
                  Catalogue.ENSTORE.datasets().stream()
                      .filter(dataset -> dataset.dimensions().contains(dimension))
                      .map(Dataset::id))));
    }
    return lines;
  }

  private static List<String> table(String... columns) {
    return new ArrayList<>(List.of(row(columns), "|" + "---|".repeat(columns.length)));
  }

  private static String row(String... cells) {
    return Stream.of(cells).collect(Collectors.joining(" | ", "| ", " |"));
  }

  private static String code(String word) {
    return "`" + word + "`";
  }

  private static String codes(Stream<String> words) {
    return words.map(CatalogueReferenceTest::code).collect(Collectors.joining(", "));
  }
}
