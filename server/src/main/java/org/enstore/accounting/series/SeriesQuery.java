package org.enstore.accounting.series;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.TimeRange;

/**
 * A question for time series, with every default filled in by the edge that read it.
 *
 * @param dataset whose facts are asked about; it has the measure and all dimensions
 * @param range what the asker looks at; answered in whole buckets
 * @param stepWanted a chosen bucket width, snapped up to the ladder; empty for automatic
 * @param minStep with an automatic step: no bucket narrower than this
 * @param maxPoints with an automatic step: about this many buckets at the most, at least 1
 * @param groupBy the dimensions to keep apart; none gives the total
 * @param splitBy further dimensions that each group is split by, which make no groups of their own
 * @param filters by dimension; a missing dimension is not filtered
 * @param includeExcluded whether what the dataset leaves out is counted as well
 */
public record SeriesQuery(
    Dataset dataset,
    Measure measure,
    TimeRange range,
    Optional<Duration> stepWanted,
    Duration minStep,
    long maxPoints,
    List<Dimension> groupBy,
    List<Dimension> splitBy,
    Map<Dimension, Filter> filters,
    boolean includeExcluded,
    ByteUnit unit,
    GapPolicy gaps,
    SourceChoice source,
    Arrangement arrangement) {
  public SeriesQuery {
    groupBy = List.copyOf(groupBy);
    splitBy = List.copyOf(splitBy);
    filters = Map.copyOf(filters);
  }

  /** What in it contradicts itself, by the keys of the query model; empty when nothing does. */
  public List<Complaint> contradictions() {
    List<Complaint> complaints = new ArrayList<>();
    if (arrangement.top() > 0 && groupBy.isEmpty()) {
      complaints.add(
          new Complaint(
              "top",
              "\"top\" is "
                  + arrangement.top()
                  + ", but \"groupBy\" is empty, so that there are no groups to choose from: leave"
                  + " \"top\" at 0, or group by a dimension."));
    }
    if (arrangement.runningTotal() && !measure.kind().isAdditive()) {
      String additive = quoted(each -> each.kind().isAdditive(), "or");
      complaints.add(
          new Complaint(
              "runningTotal",
              "\"runningTotal\" needs "
                  + (additive.isEmpty() ? "a measure that adds up" : "the \"measure\" " + additive)
                  + ", not \""
                  + measure.id()
                  + "\"."));
    }
    if (source == SourceChoice.SUMMARY && rollup().isEmpty()) {
      String summarised =
          quoted(known -> dataset.rollups().stream().anyMatch(rollup -> rollup.has(known)), "and");
      complaints.add(
          new Complaint(
              "source",
              "\"source\" is \"summary\", which has no "
                  + measure.id()
                  + ": choose \"raw\" or \"auto\""
                  + (summarised.isEmpty() ? "" : ", or one of the measures " + summarised)
                  + "."));
    }
    return complaints;
  }

  private String quoted(Predicate<Measure> which, String last) {
    return Key.list(dataset.measures().stream().filter(which).map(Measure::id).toList(), last);
  }

  /** The first rollup that has what the measure is made of, whatever else is asked. */
  Optional<Rollup> rollup() {
    return dataset.rollups().stream().filter(rollup -> rollup.has(measure)).findFirst();
  }

  /** Every dimension that the answer depends on. */
  Set<Dimension> dimensions() {
    Set<Dimension> dimensions = new TreeSet<>(groupBy);
    dimensions.addAll(splitBy);
    filters.forEach(
        (dimension, filter) -> {
          if (!filter.isOpen()) {
            dimensions.add(dimension);
          }
        });
    return dimensions;
  }

  /** This question over another range. */
  SeriesQuery over(TimeRange other) {
    return with(other, stepWanted);
  }

  /** This question by another bucket width. */
  SeriesQuery by(Optional<Duration> other) {
    return with(range, other);
  }

  private SeriesQuery with(TimeRange otherRange, Optional<Duration> otherStep) {
    return new SeriesQuery(
        dataset,
        measure,
        otherRange,
        otherStep,
        minStep,
        maxPoints,
        groupBy,
        splitBy,
        filters,
        includeExcluded,
        unit,
        gaps,
        source,
        arrangement);
  }
}
