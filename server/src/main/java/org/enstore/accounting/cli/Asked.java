package org.enstore.accounting.cli;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that say what is asked: the query of the service, word for word. What each may hold
 * and what it means to leave it out is the service's to say.
 */
final class Asked {
  private static final String NO_DIMENSION = "none";

  @Option(
      names = {"-m", "--measure"},
      paramLabel = "<measure>",
      completionCandidates = Measures.class,
      description =
          "What is measured: ${COMPLETION-CANDIDATES} (bytes unless given). The command measures"
              + " explains them.")
  private @Nullable String measure;

  @Option(
      names = {"-d", "--direction"},
      paramLabel = "<direction>",
      completionCandidates = Directions.class,
      description =
          "Which way the bytes went: ${COMPLETION-CANDIDATES} (both unless given); of transfers.")
  private @Nullable String direction;

  @Option(
      names = {"-g", "--group-by"},
      paramLabel = "<dimension>",
      split = ",",
      completionCandidates = Dimensions.class,
      description =
          "What is kept apart, separated by commas: ${COMPLETION-CANDIDATES}; none for the total"
              + " (what the measure is told of unless given: mover for transfers).")
  private @Nullable List<String> groupBy;

  @Option(
      names = "--top",
      paramLabel = "<n>",
      description = "Keep the n largest groups apart and add the rest up as \"other\", 0 to 500.")
  private int top;

  @Option(
      names = {"-s", "--step"},
      paramLabel = "<step>",
      description =
          "The width of a bucket: auto, 1m 2m 5m 10m 15m 30m 1h 2h 3h 4h 6h 8h 12h 1d 1w 1M 1Q 1y"
              + " (auto unless given).")
  private @Nullable String step;

  @Option(
      names = "--max-points",
      paramLabel = "<n>",
      description =
          "With the step auto: about so many buckets at the most (for a table 24, for a chart as many as fit, else 100 unless given).")
  private @Nullable Integer maxPoints;

  @Option(
      names = "--min-step",
      paramLabel = "<duration>",
      description = "With the step auto: no bucket narrower than this, such as 1h.")
  private @Nullable String minStep;

  @Option(
      names = {"-u", "--unit"},
      paramLabel = "<unit>",
      completionCandidates = Units.class,
      description =
          "The unit of bytes and rates: ${COMPLETION-CANDIDATES}. Unless given, bytes, which are "
              + "exact, for csv, json and arrow, and MiB (what Enstore calls MB) for people.")
  private @Nullable String unit;

  @Option(
      names = "--gaps",
      paramLabel = "<gaps>",
      completionCandidates = Gaps.class,
      description =
          "What a bucket without a fact holds: ${COMPLETION-CANDIDATES} (notYet unless given).")
  private @Nullable String gaps;

  @Option(
      names = "--origin",
      paramLabel = "<origin>",
      completionCandidates = Origins.class,
      description =
          "Where the numbers come from: ${COMPLETION-CANDIDATES} (auto unless given). summary: the "
              + "daily summary of transfers alone; raw: the individual facts alone.")
  private @Nullable String origin;

  @Option(
      names = "--running-total",
      description = "A bucket holds the sum from the beginning to its end.")
  private boolean runningTotal;

  @Option(
      names = "--include-null-movers",
      description = "Count transfers of movers that write to nothing as well.")
  private boolean includeNullMovers;

  /**
   * The query, without its times and comparison.
   *
   * @param forPeople whether it is shown to people, who are given MiB unless they say otherwise
   * @throws Failure when an option holds what the service has no word for
   */
  SeriesQuery.Builder query(Conditions conditions, boolean forPeople) {
    SeriesQuery.Builder query =
        SeriesQuery.newBuilder()
            .setTop(top)
            .setRunningTotal(runningTotal)
            .setIncludeNullMovers(includeNullMovers)
            .setUnit(forPeople ? SeriesQuery.Unit.UNIT_MIB : SeriesQuery.Unit.UNIT_BYTES);
    if (measure != null) {
      query.setMeasure(Words.known(new Measures().words(), "--measure is", measure));
    }
    number(SeriesQuery.Direction.getDescriptor(), "--direction", direction)
        .ifPresent(query::setDirectionValue);
    number(SeriesQuery.Unit.getDescriptor(), "--unit", unit).ifPresent(query::setUnitValue);
    number(SeriesQuery.Gaps.getDescriptor(), "--gaps", gaps).ifPresent(query::setGapsValue);
    number(SeriesQuery.Source.getDescriptor(), "--origin", origin).ifPresent(query::setSourceValue);
    if (groupBy != null) {
      query.setGroupBy(dimensions(groupBy));
    }
    if (step != null) {
      query.setStep(step);
    }
    if (maxPoints != null) {
      query.setMaxPoints(maxPoints);
    }
    if (minStep != null) {
      query.setMinStep(duration("--min-step", minStep));
    }
    return query.putAllFilters(conditions.read());
  }

  /** Whether the width of a bucket is left to the service, and so is their number. */
  boolean leavesTheStepOpen() {
    return (step == null || step.equals("auto")) && maxPoints == null;
  }

  private static SeriesQuery.GroupBy dimensions(List<String> words) {
    SeriesQuery.GroupBy.Builder groupBy = SeriesQuery.GroupBy.newBuilder();
    if (words.equals(List.of(NO_DIMENSION))) {
      return groupBy.build();
    }
    for (String word : words) {
      groupBy.addDimensions(Words.known(new Dimensions().words(), "--group-by is", word.strip()));
    }
    return groupBy.build();
  }

  private static Optional<Integer> number(
      EnumDescriptor type, String option, @Nullable String word) {
    return word == null
        ? Optional.empty()
        : Optional.of(Words.value(type, option, word).getNumber());
  }

  /**
   * {@code text}, a length of time, on the wire.
   *
   * @throws Failure when it is none
   */
  static com.google.protobuf.Duration duration(String option, String text) {
    Duration duration = span(option, text);
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /**
   * {@code text} as a length of time.
   *
   * @throws Failure when it is none
   */
  static Duration span(String option, String text) {
    return Durations.parse(text)
        .orElseThrow(
            () ->
                Failure.usage(
                    ("%s is \"%s\"; it must be a whole number and one of ms, s, m, h, d, such as"
                            + " 90s.")
                        .formatted(option, text)));
  }

  /** The moment that {@code text} stands for, on the wire. */
  static Timestamp moment(String option, String text, ZoneId zone, Instant now) {
    Instant moment = Moment.parse(option, text, zone, now);
    return Timestamp.newBuilder()
        .setSeconds(moment.getEpochSecond())
        .setNanos(moment.getNano())
        .build();
  }

  /** Words that are offered by the shell and shown in the help. */
  abstract static class Candidates implements Iterable<String> {
    private final List<String> words;

    Candidates(List<String> words) {
      this.words = List.copyOf(words);
    }

    Candidates(EnumDescriptor type) {
      this(Words.all(type));
    }

    List<String> words() {
      return words;
    }

    @Override
    public Iterator<String> iterator() {
      return words.iterator();
    }
  }

  static final class Measures extends Candidates {
    Measures() {
      super(Catalogue.ENSTORE.measures().stream().map(Measure::id).toList());
    }
  }

  static final class Directions extends Candidates {
    Directions() {
      super(SeriesQuery.Direction.getDescriptor());
    }
  }

  static final class Dimensions extends Candidates {
    Dimensions() {
      super(
          Stream.concat(
                  Catalogue.ENSTORE.askable().stream().map(Dimension::id), Stream.of(NO_DIMENSION))
              .toList());
    }
  }

  static final class Units extends Candidates {
    Units() {
      super(SeriesQuery.Unit.getDescriptor());
    }
  }

  static final class Gaps extends Candidates {
    Gaps() {
      super(SeriesQuery.Gaps.getDescriptor());
    }
  }

  static final class Origins extends Candidates {
    Origins() {
      super(SeriesQuery.Source.getDescriptor());
    }
  }

  static final class Comparisons extends Candidates {
    Comparisons() {
      super(SeriesQuery.Compare.getDescriptor());
    }
  }
}
