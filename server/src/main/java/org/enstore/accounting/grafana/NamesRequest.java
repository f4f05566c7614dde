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
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.series.Filter;
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
  private static final Key<Kind> KIND =
      Key.choice("kind", List.of(Kind.values()), Kind::path, Kind.MOVERS);
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

  private static final Key<Map<String, Filter>> FILTERS = QueryRules.filters(NamesQuery.FILTERABLE);

  /** Every key of the variable query, in the order to document them. */
  static final List<Key<?>> KEYS =
      List.of(
          VERSION,
          QuestionJson.QUERY_TYPE,
          KIND,
          MATCH,
          CLASSES,
          LOOK_BACK,
          INCLUDE_RETIRED,
          SEARCH,
          FILTERS);

  /**
   * The parameters of a list's resource path: those keys, the classes as one word list, and the
   * dimensions to filter by, each of which may be given several times.
   */
  static final List<String> PARAMETERS =
      Stream.concat(
              Stream.of("lookBack", "match", "class", "includeRetired", "search"),
              NamesQuery.FILTERABLE.stream().map(Dimension::id))
          .toList();

  /** The parameters that may be given several times. */
  static final Set<String> REPEATABLE =
      NamesQuery.FILTERABLE.stream().map(Dimension::id).collect(Collectors.toUnmodifiableSet());

  /** What there are lists of. */
  enum Kind {
    MOVERS("movers", Dimensions.MOVER),
    STORAGE_GROUPS("storage-groups", Dimensions.STORAGE_GROUP),
    LIBRARIES("libraries", Dimensions.LIBRARY),
    DRIVE_TYPES("drive-types", Dimensions.DRIVE_TYPE),
    MEDIA_CHANGERS("media-changers", Dimensions.MEDIA_CHANGER);

    private final String path;

    @SuppressWarnings("ImmutableEnumChecker") // Its list is a copy that does not change.
    private final Dimension dimension;

    Kind(String path, Dimension dimension) {
      this.path = path;
      this.dimension = dimension;
    }

    /** The word for it in queries, and its resource path. */
    String path() {
      return path;
    }

    /** The kind called {@code path}, if there is one. */
    static Optional<Kind> of(String path) {
      return List.of(values()).stream().filter(kind -> kind.path.equals(path)).findFirst();
    }
  }

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
    Kind kind = keys.take(KIND);
    NamesRequest request = take(keys, kind, keys.take(CLASSES));
    keys.drop(QuestionJson.IGNORED::containsKey);
    QueryRules.refuse(keys.complaints());
    return request;
  }

  /**
   * Reads the parameters of a resource path.
   *
   * @throws QueryFailure with every problem
   */
  static NamesRequest ofParameters(Kind kind, Map<String, List<String>> parameters) {
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
      object.put(FILTERS.name(), filters);
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
    NamesRequest request = take(keys, kind, chosen);
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

  private static NamesRequest take(KeyReader keys, Kind kind, List<MoverClass> classes) {
    Optional<String> match = keys.take(MATCH);
    Optional<Duration> lookBack = keys.take(LOOK_BACK);
    if (keys.take(INCLUDE_RETIRED) && lookBack.isEmpty()) {
      lookBack = Optional.of(LONGEST);
    }
    return new NamesRequest(
        new NamesQuery(
            kind.dimension,
            lookBack,
            match,
            Set.copyOf(classes),
            QueryRules.byDimension(keys.take(FILTERS))),
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
