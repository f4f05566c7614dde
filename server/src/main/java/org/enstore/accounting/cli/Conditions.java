package org.enstore.accounting.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.proto.v1.SeriesQuery;
import picocli.CommandLine.Option;

/** The options that say which facts count. */
final class Conditions {
  private static final Pattern CONDITION = Pattern.compile("([A-Za-z_-]+)(=~|!~|!=|=)(.*)");

  @Option(
      names = "--mover",
      paramLabel = "<name>",
      description = "Only this mover; may be repeated. The same as --filter mover=<name>.")
  private List<String> movers = new ArrayList<>();

  @Option(
      names = "--mover-match",
      paramLabel = "<regex>",
      description = "Only movers whose name matches. The same as --filter mover=~<regex>.")
  private List<String> moverMatch = new ArrayList<>();

  @Option(
      names = "--not-mover",
      paramLabel = "<name>",
      description = "Not this mover; may be repeated. The same as --filter mover!=<name>.")
  private List<String> notMovers = new ArrayList<>();

  @Option(
      names = "--filter",
      paramLabel = "<condition>",
      completionCandidates = Candidates.class,
      description =
          "Only what passes; may be repeated. <dimension>=<value> (one of those given), "
              + "<dimension>!=<value> (none of them), <dimension>=~<regex> (matches somewhere, RE2), "
              + "<dimension>!~<regex> (matches nowhere). Dimensions, of which each measure has some: "
              + "${COMPLETION-CANDIDATES}.")
  private List<String> filters = new ArrayList<>();

  /** The dimensions that there may be conditions on. */
  static final class Candidates extends Asked.Candidates {
    Candidates() {
      super(Catalogue.ENSTORE.askable().stream().map(Dimension::id).toList());
    }
  }

  /**
   * The conditions by dimension, as the service takes them.
   *
   * @throws Failure when one is no condition
   */
  Map<String, SeriesQuery.Filter> read() {
    Map<String, SeriesQuery.Filter.Builder> byDimension = new LinkedHashMap<>();
    movers.forEach(name -> add(byDimension, "--mover", "mover", "=", name));
    moverMatch.forEach(regex -> add(byDimension, "--mover-match", "mover", "=~", regex));
    notMovers.forEach(name -> add(byDimension, "--not-mover", "mover", "!=", name));
    return read(byDimension, filters);
  }

  /**
   * The {@code conditions}, each of them as {@code --filter} takes one.
   *
   * @throws Failure when one is no condition
   */
  static Map<String, SeriesQuery.Filter> of(List<String> conditions) {
    return read(new LinkedHashMap<>(), conditions);
  }

  private static Map<String, SeriesQuery.Filter> read(
      Map<String, SeriesQuery.Filter.Builder> byDimension, List<String> filters) {
    for (String condition : filters) {
      Matcher parts = CONDITION.matcher(condition);
      if (!parts.matches()) {
        throw Failure.usage(
            ("--filter is \"%s\"; it must be <dimension>=<value>, <dimension>!=<value>,"
                    + " <dimension>=~<regex> or <dimension>!~<regex>.")
                .formatted(condition));
      }
      add(byDimension, "--filter", parts.group(1), parts.group(2), parts.group(3));
    }
    Map<String, SeriesQuery.Filter> all = new LinkedHashMap<>();
    byDimension.forEach((dimension, filter) -> all.put(dimension, filter.build()));
    return all;
  }

  private static void add(
      Map<String, SeriesQuery.Filter.Builder> byDimension,
      String option,
      String dimension,
      String operator,
      String value) {
    SeriesQuery.Filter.Builder filter =
        byDimension.computeIfAbsent(dimension(dimension), added -> SeriesQuery.Filter.newBuilder());
    boolean twice =
        switch (operator) {
          case "=" -> {
            filter.addInclude(value);
            yield false;
          }
          case "!=" -> {
            filter.addExclude(value);
            yield false;
          }
          case "=~" -> {
            boolean there = !filter.getMatch().isEmpty();
            filter.setMatch(value);
            yield there;
          }
          default -> {
            boolean there = !filter.getNoMatch().isEmpty();
            filter.setNoMatch(value);
            yield there;
          }
        };
    if (twice) {
      throw Failure.usage(
          "%s gives two regular expressions for %s; join them into one, as in \"(a|b)\"."
              .formatted(option, dimension));
    }
  }

  private static String dimension(String word) {
    return Words.known(new Candidates().words(), "--filter names the dimension", word);
  }
}
