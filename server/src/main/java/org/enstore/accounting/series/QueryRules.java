package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Arrangement.Comparison;

/**
 * The rules of a question for time series: its keys, what each may hold, and what a key that is
 * left out means. Every edge reads its queries by them, so that a question has the same meaning and
 * the same errors wherever it comes from. Unknown and ill-typed keys are refused by name.
 */
public final class QueryRules {
  /** Stands for a range that was complained of, while the rest of the question is looked at. */
  private static final TimeRange NO_RANGE =
      new TimeRange(Instant.EPOCH, Instant.EPOCH.plusSeconds(1));

  // Frames count nanoseconds from 1970 in 64 bits, which end in 1677 and 2262; years need some
  // room.
  private static final Instant EARLIEST = Instant.parse("1700-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  /** Of one list; the first tell enough. */
  private static final int MOST_COMPLAINTS = 10;

  static final Key<Measure> MEASURE =
      Key.choice("measure", Catalogue.ENSTORE.measures(), Measure::id, Transfers.BYTES);

  /** The dimensions to keep apart; none of them is the total. The default is the dataset's. */
  public static final Key<List<Dimension>> GROUP_BY =
      Key.choices(
          "groupBy",
          Catalogue.ENSTORE.askable(),
          Dimension::id,
          Catalogue.ENSTORE.datasetOf(MEASURE.fallback()).defaultGroupBy());

  static final Key<Long> TOP =
      Key.number("top", 0, Arrangement.MOST_GROUPS, "groups; 0 for all", 0);

  /** Values of the dimension that groups are split by: told apart, or added up. */
  private static final String APART = "both";

  private static final String ADDED_UP = "sum";
  static final Key<String> DIRECTION =
      Key.choice(
          Dimensions.DIRECTION.id(),
          Stream.concat(Dimensions.DIRECTION.values().stream(), Stream.of(APART, ADDED_UP))
              .toList(),
          word -> word,
          APART);
  static final Key<Boolean> INCLUDE_NULL_MOVERS = Key.flag("includeNullMovers", false);
  private static final Key<Optional<Duration>> STEP =
      Key.text(
          "step",
          Optional.empty(),
          "auto",
          "\"auto\", one of " + Step.ladder() + ", or a duration such as \"45m\"",
          QueryRules::step);
  static final Key<ByteUnit> UNIT =
      Key.choice("unit", List.of(ByteUnit.values()), ByteUnit::text, ByteUnit.MEBIBYTES);
  private static final Key<GapPolicy> GAPS =
      Key.choice("gaps", List.of(GapPolicy.values()), GapPolicy::label, GapPolicy.NOT_YET);
  static final Key<SourceChoice> SOURCE =
      Key.choice("source", List.of(SourceChoice.values()), SourceChoice::label, SourceChoice.AUTO);
  private static final Key<Comparison> COMPARE =
      Key.choice("compare", List.of(Comparison.values()), Comparison::label, Comparison.NONE);
  private static final Key<Boolean> RUNNING_TOTAL = Key.flag("runningTotal", false);

  private static final Key<List<String>> INCLUDE = Key.texts("include");
  private static final Key<List<String>> EXCLUDE = Key.texts("exclude");
  private static final Key<Optional<String>> MATCH = pattern("match");
  private static final Key<Optional<String>> NO_MATCH = pattern("noMatch");
  private static final List<Key<?>> FILTER_KEYS = List.of(INCLUDE, EXCLUDE, MATCH, NO_MATCH);

  /** What each dimension's values must meet. */
  public static final Key<Map<String, Filter>> FILTERS = filters(Catalogue.ENSTORE.askable());

  /** Whose facts a list is of; empty for the first dataset that has the dimension. */
  public static final Key<Optional<Dataset>> DATASET =
      Key.choice(
          "dataset",
          Stream.concat(
                  Stream.of(Optional.<Dataset>empty()),
                  Catalogue.ENSTORE.datasets().stream().map(Optional::of))
              .toList(),
          dataset -> dataset.map(Dataset::id).orElse(""),
          Optional.empty());

  /** Every key of a question for series, in the order to document them. */
  public static final List<Key<?>> KEYS =
      List.of(
          MEASURE,
          GROUP_BY,
          TOP,
          DIRECTION,
          FILTERS,
          INCLUDE_NULL_MOVERS,
          STEP,
          UNIT,
          GAPS,
          SOURCE,
          COMPARE,
          RUNNING_TOTAL);

  private QueryRules() {}

  /**
   * What is asked beside the keys, in the asker's own way.
   *
   * @param range what the asker looks at; empty when that is missing or wrong and complained about
   * @param minStep with an automatic step: no bucket narrower than this
   * @param maxPoints with an automatic step: about this many buckets at the most, at least 1
   */
  public record Window(Optional<TimeRange> range, Duration minStep, long maxPoints) {}

  /** The key {@code filters} of a question that may filter by {@code dimensions}. */
  public static Key<Map<String, Filter>> filters(List<Dimension> dimensions) {
    return filtersOf(dimensions.stream().map(Dimension::id).toList());
  }

  /** The key {@code filters} of a question that may filter by what has these {@code ids}. */
  public static Key<Map<String, Filter>> filtersOf(List<String> ids) {
    return Key.object("filters", ids, filterForm(), QueryRules::filter);
  }

  /** What {@link #filters} holds, without filters that admit everything. */
  public static Map<Dimension, Filter> byDimension(Map<String, Filter> byLabel) {
    Map<Dimension, Filter> filters = new HashMap<>();
    byLabel.forEach(
        (label, filter) -> {
          if (!filter.isOpen()) {
            filters.put(Catalogue.ENSTORE.dimension(label).orElseThrow(), filter);
          }
        });
    return filters;
  }

  /** A key that holds an RE2 pattern; the empty text is none. */
  public static Key<Optional<String>> pattern(String name) {
    return Key.text(
        name,
        Optional.empty(),
        "",
        "a regular expression in RE2 syntax",
        text -> pattern(name, text));
  }

  /**
   * The question that {@code keys} ask. Takes what belongs to it and finishes the reading, so the
   * edge has taken its own keys before.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with every complaint
   */
  public static SeriesQuery finish(KeyReader keys, Window window) {
    Measure measure = keys.take(MEASURE);
    Dataset dataset = Catalogue.ENSTORE.datasetOf(measure);
    List<Dimension> groupBy = keys.has(GROUP_BY) ? keys.take(GROUP_BY) : dataset.defaultGroupBy();
    int top = keys.take(TOP).intValue();
    String direction = keys.take(DIRECTION);
    Map<Dimension, Filter> filters = byDimension(keys.take(FILTERS));
    DatasetRules rules = DatasetRules.of(Catalogue.ENSTORE, measure);
    if (!keys.complainedOf(GROUP_BY)) {
      rules.groupBy(GROUP_BY.name(), groupBy);
    }
    rules.filters(FILTERS.name(), filters.keySet());
    if (!direction.equals(APART)) {
      rules.split(DIRECTION.name(), direction);
    }
    if (Dimensions.DIRECTION.values().contains(direction)) {
      filters.put(Dimensions.DIRECTION, Filter.including(List.of(direction)));
    }
    boolean includeNullMovers = keys.take(INCLUDE_NULL_MOVERS);
    if (includeNullMovers) {
      rules.includeExcluded(INCLUDE_NULL_MOVERS.name());
    }
    Optional<Duration> step = keys.take(STEP);
    ByteUnit unit = keys.take(UNIT);
    GapPolicy gaps = keys.take(GAPS);
    SourceChoice source = keys.take(SOURCE);
    SeriesQuery asked =
        new SeriesQuery(
            dataset,
            measure,
            window.range().orElse(NO_RANGE),
            step,
            window.minStep(),
            window.maxPoints(),
            groupBy,
            direction.equals(ADDED_UP) ? List.of() : dataset.defaults().split().stream().toList(),
            filters,
            includeNullMovers,
            unit,
            gaps,
            source,
            new Arrangement(top, keys.take(COMPARE), keys.take(RUNNING_TOTAL)));
    if (!keys.complainedOf(MEASURE)) {
      rules.complaints().forEach(keys::complain);
    }
    asked.contradictions().forEach(keys::complain);
    refuse(keys.complaints());
    return asked;
  }

  /**
   * The list of {@code dimension} that {@code keys} ask for. Takes {@link #DATASET} and {@link
   * #FILTERS}, complains of what the dataset lacks, and does not finish the reading.
   *
   * @param lookBack as {@link NamesQuery} has it, and so are the others
   */
  public static NamesQuery names(
      KeyReader keys,
      Dimension dimension,
      Optional<Duration> lookBack,
      Optional<String> match,
      Set<MoverClass> classes) {
    Dataset dataset = keys.take(DATASET).orElseGet(() -> Catalogue.ENSTORE.datasetOf(dimension));
    Map<Dimension, Filter> filters = byDimension(keys.take(FILTERS));
    DatasetRules rules = DatasetRules.ofList(Catalogue.ENSTORE, dataset);
    rules.listed(DATASET.name(), dimension);
    rules.filters(FILTERS.name(), filters.keySet());
    rules.complaints().forEach(keys::complain);
    return new NamesQuery(dataset, dimension, lookBack, match, classes, filters);
  }

  /**
   * The half-open range of two instants.
   *
   * @param field what the asker calls it
   * @return empty, after a complaint, when it is reversed, empty, or beyond what frames can tell
   */
  public static Optional<TimeRange> range(Instant from, Instant to, String field, KeyReader keys) {
    if (!from.isBefore(to)) {
      keys.complain(
          field,
          "The time range is %s: it goes from %s to %s."
              .formatted(from.equals(to) ? "empty" : "reversed", from, to));
      return Optional.empty();
    }
    if (from.isBefore(EARLIEST) || to.isAfter(LATEST)) {
      keys.complain(
          field,
          "The time range goes from %s to %s; it must lie between %s and %s."
              .formatted(from, to, EARLIEST, LATEST));
      return Optional.empty();
    }
    return Optional.of(new TimeRange(from, to));
  }

  /**
   * Refuses the question if there are {@code complaints}.
   *
   * @throws QueryFailure of kind {@link FailureKind#BAD_QUERY} with all of them
   */
  public static void refuse(List<Complaint> complaints) {
    if (!complaints.isEmpty()) {
      throw QueryFailure.of(complaints);
    }
  }

  /** Checks an RE2 pattern that {@code name} holds; empty for none. */
  private static Optional<String> pattern(String name, String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Filter.compile(name, text);
    } catch (QueryFailure e) {
      // The key's own name, and where it stands, is put before by whoever reads it.
      String named = "\"" + name + "\" ";
      throw new IllegalArgumentException(
          e.sentence().startsWith(named) ? e.sentence().substring(named.length()) : e.sentence(),
          e);
    }
    return Optional.of(text);
  }

  private static Optional<Duration> step(String text) {
    if (text.equals("auto") || text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Duration> width =
        Step.of(text)
            .map(Step::nominal)
            .or(() -> Durations.parse(text).filter(parsed -> !parsed.isZero()));
    if (width.isEmpty()) {
      throw new IllegalArgumentException();
    }
    return width;
  }

  private static Optional<Filter> filter(String path, Object value, List<String> problems) {
    if (!(value instanceof Map<?, ?> map)) {
      problems.add("\"" + path + "\" must be an object with include, exclude, match or noMatch.");
      return Optional.empty();
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach(
        (name, member) -> {
          if (member != null) {
            members.put(String.valueOf(name), member);
          }
        });
    KeyReader keys = new KeyReader(path + ".", members, FILTER_KEYS);
    Filter filter =
        new Filter(keys.take(INCLUDE), keys.take(EXCLUDE), keys.take(MATCH), keys.take(NO_MATCH));
    String id = path.substring(path.lastIndexOf('.') + 1);
    Catalogue.ENSTORE
        .dimension(id)
        .filter(dimension -> !dimension.values().isEmpty())
        .ifPresent(dimension -> refuseOtherValues(dimension, path, filter, keys));
    List<String> found = keys.finish();
    problems.addAll(found);
    return found.isEmpty() ? Optional.of(filter) : Optional.empty();
  }

  private static String shortened(String name) {
    return name.length() > 60 ? name.substring(0, 60) + "…" : name;
  }

  private static void refuseOtherValues(
      Dimension dimension, String path, Filter filter, KeyReader keys) {
    List<String> named = new ArrayList<>(filter.include());
    named.addAll(filter.exclude());
    named.removeAll(dimension.values());
    named.stream()
        .limit(MOST_COMPLAINTS)
        .forEach(
            name ->
                keys.complain(
                    "\"%s\" names the %s \"%s\"; it must be %s."
                        .formatted(
                            path,
                            dimension.noun(),
                            shortened(name),
                            Key.oneOf(dimension.values()))));
  }

  private static Map<String, Object> filterForm() {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Key<?> key : FILTER_KEYS) {
      properties.put(key.name(), key.form());
    }
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("type", "object");
    form.put("additionalProperties", false);
    form.put("properties", properties);
    return form;
  }
}
