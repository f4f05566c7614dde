package org.enstore.accounting.grafana;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.series.NamesQuery;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;

/**
 * A request for a list of names, as a variable, an editor or a resource path makes it.
 *
 * @param query what to ask the engine
 * @param search only names that contain this text, whatever its case; empty for all
 */
record NamesRequest(NamesQuery query, String search) {
  private static final Duration SHORTEST = Duration.ofDays(1);
  private static final Duration LONGEST = Duration.ofDays(7300);

  private static final Key<Long> VERSION =
      Key.number("version", 1, QuestionJson.VERSION, "version of the query model", 1);
  private static final Key<Dimension> KIND =
      Key.choice("kind", Catalogue.ENSTORE.askable(), Dimension::list, Dimensions.MOVER);

  private static final Key<Optional<String>> MATCH = QueryRules.pattern("match");
  private static final Key<List<MoverClass>> CLASSES =
      Key.choices(
          "classes",
          List.of(MoverClass.values()),
          MoverClass::label,
          List.of(MoverClass.TAPE, MoverClass.DISK));
  private static final Key<Optional<Duration>> LOOK_BACK =
      Key.text(
          "lookBack",
          Optional.empty(),
          "",
          "a duration from 1d to 7300d with its unit, such as \"90d\"; empty for the data source's"
              + " own",
          NamesRequest::lookBack);
  private static final Key<Boolean> INCLUDE_RETIRED = Key.flag("includeRetired", false);
  private static final Key<String> SEARCH = Key.text("search", "");

  /** Every key of the variable query, in the order to document them. */
  static final List<Key<?>> KEYS =
      List.of(
          VERSION,
          QuestionJson.QUERY_TYPE,
          KIND,
          QueryRules.DATASET,
          MATCH,
          CLASSES,
          LOOK_BACK,
          INCLUDE_RETIRED,
          SEARCH,
          QueryRules.FILTERS);

  /**
   * The parameters of a list's resource path: those keys, the classes as one word list, and the
   * dimensions to filter by, each of which may be given several times.
   */
  static final List<String> PARAMETERS =
      Stream.concat(
              Stream.of("dataset", "lookBack", "match", "class", "includeRetired", "search"),
              Catalogue.ENSTORE.askable().stream().map(Dimension::id))
          .toList();

  /** Those of what is known of movers, which transfers alone tell. */
  static final List<String> DETAIL_PARAMETERS =
      PARAMETERS.stream().filter(name -> !name.equals(QueryRules.DATASET.name())).toList();

  /** The parameters that may be given several times. */
  static final Set<String> REPEATABLE =
      Catalogue.ENSTORE.askable().stream()
          .map(Dimension::id)
          .collect(Collectors.toUnmodifiableSet());

  /**
   * Reads the object of a variable query.
   *
   * @throws QueryFailure with every problem
   */
  static NamesRequest read(Map<String, ?> object) {
    QuestionJson.refuseNewer(object);
    KeyReader keys = new KeyReader("", object, KEYS);
    keys.take(VERSION);
    keys.take(QuestionJson.QUERY_TYPE);
    Dimension dimension = keys.take(KIND);
    NamesRequest request = take(keys, dimension, keys.take(CLASSES));
    keys.drop(QuestionJson.IGNORED::containsKey);
    QueryRules.refuse(keys.complaints());
    return request;
  }

  /**
   * Reads the parameters of the resource path that lists {@code dimension}.
   *
   * @throws QueryFailure with every problem
   */
  static NamesRequest ofParameters(Dimension dimension, Map<String, List<String>> parameters) {
    Map<String, Object> object = new LinkedHashMap<>();
    Map<String, Object> filters = new LinkedHashMap<>();
    parameters.forEach(
        (name, values) -> {
          if (!REPEATABLE.contains(name)) {
            object.put(name, values.get(0));
          } else if (values.stream().anyMatch(value -> !value.isEmpty())) {
            filters.put(
                name,
                Map.of("include", values.stream().filter(value -> !value.isEmpty()).toList()));
          }
        });
    if (!filters.isEmpty()) {
      object.put(QueryRules.FILTERS.name(), filters);
    }
    String classes = object.remove("class") instanceof String words ? words : null;
    if (classes != null) {
      object.put(
          CLASSES.name(),
          List.of(classes.split(",", -1)).stream()
              .map(String::strip)
              .filter(word -> !word.isEmpty())
              .toList());
    }
    if (object.get(INCLUDE_RETIRED.name()) instanceof String retired
        && (retired.equals("true") || retired.equals("false"))) {
      object.put(INCLUDE_RETIRED.name(), Boolean.valueOf(retired));
    }
    KeyReader keys = new KeyReader("", object, KEYS);
    List<MoverClass> chosen = keys.take(CLASSES);
    NamesRequest request = take(keys, dimension, chosen);
    QueryRules.refuse(
        keys.complaints().stream()
            .map(
                problem ->
                    new Complaint(
                        problem.field(), problem.sentence().replace("\"classes\"", "\"class\"")))
            .toList());
    return request;
  }

  /** The names to show of those the engine found. */
  List<String> shown(List<String> names) {
    if (search.isEmpty()) {
      return names;
    }
    return names.stream().filter(this::shows).toList();
  }

  /** Whether {@code name} contains what is searched for. */
  boolean shows(String name) {
    return name.toLowerCase(Locale.ROOT).contains(search.toLowerCase(Locale.ROOT));
  }

  private static NamesRequest take(KeyReader keys, Dimension dimension, List<MoverClass> classes) {
    Optional<String> match = keys.take(MATCH);
    Optional<Duration> lookBack = keys.take(LOOK_BACK);
    if (keys.take(INCLUDE_RETIRED) && lookBack.isEmpty()) {
      lookBack = Optional.of(LONGEST);
    }
    return new NamesRequest(
        QueryRules.names(keys, dimension, lookBack, match, Set.copyOf(classes)),
        keys.take(SEARCH).strip());
  }

  private static Optional<Duration> lookBack(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    Optional<Duration> read =
        Durations.parse(text).filter(d -> d.compareTo(SHORTEST) >= 0 && d.compareTo(LONGEST) <= 0);
    if (read.isEmpty()) {
      throw new IllegalArgumentException();
    }
    return read;
  }
}
