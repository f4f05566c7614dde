package org.enstore.accounting;

import com.google.gson.Gson;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.proto.v1.SeriesQuery;

/** One query, as an analyst or an alert rule would send it. */
record RandomQuestion(
    ZoneId zone,
    Instant from,
    Instant to,
    Step step,
    String measure,
    String unit,
    String direction,
    String source,
    String gaps,
    List<String> groupBy,
    int top,
    boolean compared,
    boolean runningTotal,
    boolean nullMovers,
    Map<String, Condition> filters) {
  private static final Gson GSON = new Gson();
  private static final List<String> DIMENSIONS =
      List.of("mover", "moverClass", "storageGroup", "library", "driveType", "mediaChanger");
  private static final List<String> MEASURES =
      List.of(
          "bytes",
          "throughput",
          "transfers",
          "meanFileSize",
          "driveRate",
          "networkRate",
          "diskRate",
          "transferRate",
          "overallRate",
          "driveRateP50",
          "driveRateP95",
          "driveRateMax");

  /** What one dimension is held to: {@code include}, {@code exclude}, or a pattern. */
  record Condition(String kind, List<String> values) {}

  static RandomQuestion random(
      Random random, ZoneId zone, QuirkFixture fixture, LocalDateTime now) {
    List<QuirkFixture.Row> rows = fixture.rows();
    // Half of the questions are about the last days, where rows arrive.
    LocalDateTime near =
        random.nextBoolean()
            ? now.minusMinutes(random.nextInt(5 * 1440))
            : rows.get(random.nextInt(rows.size())).wallClock();
    Instant from = near.minusMinutes(random.nextInt(4000)).atZone(zone).toInstant();
    List<Step> steps = List.of(Step.values());
    Step step = steps.get(random.nextInt(steps.size()));
    String measure =
        random.nextInt(3) == 0
            ? pick(random, "bytes", "throughput")
            : MEASURES.get(random.nextInt(MEASURES.size()));
    boolean summable = measure.equals("bytes") || measure.equals("throughput");
    String source = summable ? pick(random, "auto", "auto", "raw", "raw", "summary") : "auto";
    boolean calendar = source.equals("summary") || (summable && random.nextInt(3) == 0);
    if (calendar && !step.isCalendar()) {
      step = Step.DAY;
    }
    long seconds = step.nominal().toSeconds();
    long most = Math.max(1, Math.min(60, 200_000_000 / seconds));
    long length = 1 + (long) (random.nextDouble() * most * seconds);
    List<String> known = source.equals("summary") ? List.of("mover", "moverClass") : DIMENSIONS;
    List<String> groupBy = new ArrayList<>(known);
    Collections.shuffle(groupBy, random);
    groupBy =
        switch (random.nextInt(4)) {
          case 0 -> List.of();
          case 1, 2 -> List.of(groupBy.get(0));
          default -> List.copyOf(groupBy.subList(0, 2));
        };
    Map<String, Condition> filters = new TreeMap<>();
    while (random.nextInt(3) == 0) {
      String dimension = known.get(random.nextInt(known.size()));
      filters.put(dimension, condition(random, dimension, rows));
    }
    return new RandomQuestion(
        zone,
        from,
        from.plusSeconds(length),
        step,
        measure,
        pick(random, "bytes", "MiB", "MB"),
        pick(random, "read", "write", "both", "sum"),
        source,
        pick(random, "zero", "null", "notYet"),
        groupBy,
        groupBy.isEmpty() || random.nextInt(3) > 0 ? 0 : 1 + random.nextInt(4),
        random.nextInt(4) == 0,
        List.of("bytes", "transfers").contains(measure) && random.nextInt(3) == 0,
        random.nextInt(3) == 0,
        filters);
  }

  private static Condition condition(Random random, String dimension, List<QuirkFixture.Row> rows) {
    String kind = pick(random, "include", "include", "exclude", "match", "noMatch");
    if (kind.endsWith("atch")) {
      return new Condition(kind, List.of(pick(random, "^L", "m", "[0-9]$", "cms|TS|tape", "^$")));
    }
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      QuirkFixture.Row row = rows.get(random.nextInt(rows.size()));
      String value =
          switch (dimension) {
            case "mover" ->
                random.nextBoolean() ? row.mover() : row.mover().replaceFirst("\\.mover$", "");
            case "moverClass" -> pick(random, "tape", "disk", "null");
            case "storageGroup" -> row.storageGroup();
            case "library" -> row.library() == null ? "" : row.library();
            case "driveType" -> row.driveId();
            default -> pick(random, "TS4500G1.media_changer", "TFF2_A.media_changer", "UNKNOWN");
          };
      if (!values.contains(value)) {
        values.add(value);
      }
    }
    return new Condition(kind, values);
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Whether movers are named and classed as the summary does it. */
  boolean isTrimmed() {
    List<String> summarised = List.of("mover", "moverClass");
    return source.equals("summary")
        || (source.equals("auto")
            && step.isCalendar()
            && (measure.equals("bytes") || measure.equals("throughput"))
            && summarised.containsAll(groupBy)
            && summarised.containsAll(filters.keySet()));
  }

  /** Whether movers that write to nothing are counted. */
  boolean countsNullMovers() {
    Condition classes = filters.get("moverClass");
    return nullMovers
        || (classes != null
            && classes.kind().equals("include")
            && classes.values().contains("null"));
  }

  String json() {
    Map<String, Object> filtering = new LinkedHashMap<>();
    filters.forEach(
        (dimension, condition) ->
            filtering.put(
                dimension,
                Map.of(
                    condition.kind(),
                    condition.kind().endsWith("atch")
                        ? condition.values().get(0)
                        : condition.values())));
    Map<String, Object> query = new LinkedHashMap<>();
    query.put("measure", measure);
    query.put("unit", unit);
    query.put("direction", direction);
    query.put("source", source);
    query.put("gaps", gaps);
    query.put("step", step.text());
    query.put("groupBy", groupBy);
    query.put("top", top);
    query.put("compare", compared ? "previousPeriod" : "none");
    query.put("runningTotal", runningTotal);
    query.put("includeNullMovers", nullMovers);
    query.put("filters", filtering);
    return GSON.toJson(query);
  }

  /** The same question as the public API's message. */
  SeriesQuery message() {
    SeriesQuery.Builder query =
        SeriesQuery.newBuilder()
            .setStartTime(Timestamp.newBuilder().setSeconds(from.getEpochSecond()))
            .setEndTime(Timestamp.newBuilder().setSeconds(to.getEpochSecond()))
            .setMeasure(measure)
            .setUnit(SeriesQuery.Unit.valueOf("UNIT_" + unit.toUpperCase(Locale.ROOT)))
            .setDirection(SeriesQuery.Direction.valueOf("DIRECTION_" + upper(direction)))
            .setSource(SeriesQuery.Source.valueOf("SOURCE_" + upper(source)))
            .setGaps(SeriesQuery.Gaps.valueOf("GAPS_" + upper(gaps)))
            .setStep(step.text())
            .setTop(top)
            .setRunningTotal(runningTotal)
            .setIncludeNullMovers(nullMovers);
    if (compared) {
      query.setCompare(SeriesQuery.Compare.COMPARE_PREVIOUS_PERIOD);
    }
    query.setGroupBy(SeriesQuery.GroupBy.newBuilder().addAllDimensions(groupBy));
    filters.forEach((dimension, condition) -> query.putFilters(dimension, filter(condition)));
    return query.build();
  }

  private static SeriesQuery.Filter filter(Condition condition) {
    SeriesQuery.Filter.Builder filter = SeriesQuery.Filter.newBuilder();
    switch (condition.kind()) {
      case "include" -> filter.addAllInclude(condition.values());
      case "exclude" -> filter.addAllExclude(condition.values());
      case "match" -> filter.setMatch(condition.values().get(0));
      default -> filter.setNoMatch(condition.values().get(0));
    }
    return filter.build();
  }

  /** {@code notYet} as {@code NOT_YET}. */
  private static String upper(String word) {
    return word.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
  }
}
